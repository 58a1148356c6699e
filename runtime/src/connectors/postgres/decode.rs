//! Values out of PostgreSQL's binary form.

use std::error::Error as StdError;
use std::fmt::Write as _;

use bumpalo::Bump;
use postgres::Row;
use postgres::types::{FromSql, Type};

use crate::values::Value;

/// From 1970-01-01 to 2000-01-01, where PostgreSQL's days and times begin.
const DAYS: i32 = 10_957;
const MICROS: i64 = DAYS as i64 * 86_400_000_000;

/// The bytes of a value as they came.
struct Raw<'r>(&'r [u8]);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The value of a column. What is no value of the pipeline (`infinity` of a date, a numeric of very many digits) comes
/// as text.
pub(super) fn value<'r>(row: &'r Row, column: usize, memory: &'r Bump) -> Result<Value<'r>, postgres::Error> {
    let Some(Raw(bytes)) = row.try_get::<_, Option<Raw<'r>>>(column)? else { return Ok(Value::Null) };
    let ty = row.columns().get(column).map(|column| column.type_().clone());
    Ok(ty.and_then(|ty| typed(&ty, bytes, memory)).unwrap_or(Value::Bytes(bytes)))
}

fn typed<'r>(ty: &Type, bytes: &'r [u8], memory: &'r Bump) -> Option<Value<'r>> {
    Some(match *ty {
        Type::BOOL => Value::Boolean(bytes.first()? != &0),
        Type::INT2 => Value::Integer(i16::from_be_bytes(bytes.try_into().ok()?).into()),
        Type::INT4 => Value::Integer(i32::from_be_bytes(bytes.try_into().ok()?).into()),
        Type::INT8 => Value::Integer(i64::from_be_bytes(bytes.try_into().ok()?)),
        Type::FLOAT4 => Value::Float(f32::from_be_bytes(bytes.try_into().ok()?)),
        Type::FLOAT8 => Value::Double(f64::from_be_bytes(bytes.try_into().ok()?)),
        Type::NUMERIC => numeric(bytes, memory)?,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => Value::Text(std::str::from_utf8(bytes).ok()?),
        Type::DATE => match i32::from_be_bytes(bytes.try_into().ok()?) {
            i32::MAX => Value::Text("infinity"),
            i32::MIN => Value::Text("-infinity"),
            days => Value::Date(days.checked_add(DAYS)?),
        },
        Type::TIME => Value::Time(i32::try_from(i64::from_be_bytes(bytes.try_into().ok()?) / 1000).ok()?),
        Type::TIMESTAMP | Type::TIMESTAMPTZ => {
            let micros = match i64::from_be_bytes(bytes.try_into().ok()?) {
                i64::MAX => return Some(Value::Text("infinity")),
                i64::MIN => return Some(Value::Text("-infinity")),
                // The sum fits into nothing smaller at the end of PostgreSQL's time.
                micros => i128::from(micros) + i128::from(MICROS),
            };
            let millis = i64::try_from(micros.div_euclid(1000)).ok()?;
            let nanos = micros.rem_euclid(1000) as u32 * 1000;
            if *ty == Type::TIMESTAMP {
                Value::Timestamp { millis, nanos, precision: 6 }
            } else {
                Value::TimestampLtz { millis, nanos, precision: 6 }
            }
        }
        _ => return None,
    })
}

/// A numeric: as a decimal if its digits fit, else as text.
fn numeric<'r>(bytes: &'r [u8], memory: &'r Bump) -> Option<Value<'r>> {
    let mut words = bytes.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]]));
    let (_, weight, sign, scale) = (words.next()?, words.next()? as i16, words.next()?, words.next()?);
    match sign {
        0xc000 => return Some(Value::Text("NaN")),
        0xd000 => return Some(Value::Text("Infinity")),
        0xf000 => return Some(Value::Text("-Infinity")),
        _ => {}
    }
    let negative = sign == 0x4000;
    let groups = words.clone();
    if let Some(amount) = unscaled(groups, weight, scale)
        && let Ok(scale) = u8::try_from(scale)
    {
        return Some(Value::Decimal { unscaled: if negative { -amount } else { amount }, scale });
    }
    Some(Value::Text(memory.alloc_str(&digits(&words.collect::<Vec<u16>>(), weight, negative, scale))))
}

/// The integer behind the decimal, if it has at most 38 digits.
fn unscaled(groups: impl Iterator<Item = u16>, weight: i16, scale: u16) -> Option<i128> {
    if scale > 38 {
        return None;
    }
    let mut amount = 0i128;
    for (position, group) in groups.enumerate() {
        let exponent = (i32::from(weight) - position as i32) * 4 + i32::from(scale);
        let group = i128::from(group);
        let part = if exponent < 0 {
            group / 10i128.checked_pow(exponent.unsigned_abs())?
        } else if group == 0 {
            0
        } else {
            group.checked_mul(10i128.checked_pow(exponent.unsigned_abs())?)?
        };
        amount = amount.checked_add(part)?;
    }
    (amount < 10i128.pow(38)).then_some(amount)
}

/// The decimal as text, however long.
fn digits(groups: &[u16], weight: i16, negative: bool, scale: u16) -> String {
    let group = |position: i32| usize::try_from(position).ok().and_then(|at| groups.get(at)).copied().unwrap_or(0);
    let four = |mut text: String, position: i32| {
        let _ = write!(text, "{:04}", group(position));
        text
    };
    let first = i32::from(weight) + 1;
    let before = (0..first).fold(String::new(), four);
    let before = before.trim_start_matches('0');
    let mut text = String::from(if negative { "-" } else { "" });
    text.push_str(if before.is_empty() { "0" } else { before });
    if scale > 0 {
        let behind = (first..first + i32::from(scale.div_ceil(4))).fold(String::new(), four);
        text.push('.');
        text.push_str(behind.get(..usize::from(scale)).unwrap_or(&behind));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::columns::Wire;
    use super::super::encode::Array;
    use super::*;

    #[test]
    fn decimals_come_back() {
        let memory = Bump::new();
        let most = 10i128.pow(38) - 1;
        for scale in 0..=38 {
            for unscaled in [0, 1, -1, 9, 10_000, -123_456_789, 10i128.pow(30), most, -most] {
                let decimal = Value::Decimal { unscaled, scale };
                let mut array = Array::new(Wire::Numeric);
                let bytes = array.push(decimal).unwrap()[4..].to_vec();
                assert_eq!(numeric(&bytes, &memory), Some(decimal));
            }
        }
    }

    #[test]
    fn numbers_of_very_many_digits_come_as_text() {
        assert_eq!(digits(&[1, 2], 10, true, 3), format!("-10002{}.000", "0".repeat(36)));
        assert_eq!(digits(&[5000], -12, false, 46), format!("0.{}50", "0".repeat(44)));
        assert_eq!(digits(&[], 0, false, 0), "0");
        assert_eq!(unscaled([1].into_iter(), 10, 0), None);
    }
}
