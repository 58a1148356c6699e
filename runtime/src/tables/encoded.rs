//! Rows as bytes: what waits for the end of an epoch, and what look-ups keep.
//!
//! One value after the other, each a tag and its bytes, little-endian.

use std::borrow::Cow;

use crate::connectors::Row;
use crate::values::Value;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const FLOAT: u8 = 4;
const DOUBLE: u8 = 5;
const DECIMAL: u8 = 6;
const TEXT: u8 = 7;
const BYTES: u8 = 8;
const DATE: u8 = 9;
const TIME: u8 = 10;
const TIMESTAMP: u8 = 11;
const TIMESTAMP_LTZ: u8 = 12;

/// Appends a value.
pub fn encode(value: &Value<'_>, out: &mut Vec<u8>) {
    match *value {
        Value::Null => out.push(NULL),
        Value::Boolean(false) => out.push(FALSE),
        Value::Boolean(true) => out.push(TRUE),
        Value::Integer(value) => tagged(out, INTEGER, &value.to_le_bytes()),
        Value::Float(value) => tagged(out, FLOAT, &value.to_le_bytes()),
        Value::Double(value) => tagged(out, DOUBLE, &value.to_le_bytes()),
        Value::Decimal { unscaled, scale } => {
            tagged(out, DECIMAL, &[scale]);
            out.extend_from_slice(&unscaled.to_le_bytes());
        }
        Value::Text(text) => long(out, TEXT, text.as_bytes()),
        Value::Bytes(bytes) => long(out, BYTES, bytes),
        Value::Date(days) => tagged(out, DATE, &days.to_le_bytes()),
        Value::Time(millis) => tagged(out, TIME, &millis.to_le_bytes()),
        Value::Timestamp { millis, nanos, precision } => instant(out, TIMESTAMP, millis, nanos, precision),
        Value::TimestampLtz { millis, nanos, precision } => instant(out, TIMESTAMP_LTZ, millis, nanos, precision),
    }
}

fn tagged(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend_from_slice(bytes);
}

fn long(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    tagged(out, tag, &(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn instant(out: &mut Vec<u8>, tag: u8, millis: i64, nanos: u32, precision: u8) {
    tagged(out, tag, &millis.to_le_bytes());
    out.extend_from_slice(&nanos.to_le_bytes());
    out.push(precision);
}

/// Appends the values of the columns of a row.
pub fn encode_row(row: &dyn Row, columns: impl Iterator<Item = usize>, out: &mut Vec<u8>) {
    for column in columns {
        encode(&row.value(column), out);
    }
}

/// Takes the first value off the bytes. Bytes that `encode` did not write give null and end there.
pub fn decode<'a>(bytes: &mut &'a [u8]) -> Value<'a> {
    take(bytes).unwrap_or(Value::Null)
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<Value<'a>> {
    Some(match fixed::<1>(bytes)?[0] {
        FALSE => Value::Boolean(false),
        TRUE => Value::Boolean(true),
        INTEGER => Value::Integer(i64::from_le_bytes(fixed(bytes)?)),
        FLOAT => Value::Float(f32::from_le_bytes(fixed(bytes)?)),
        DOUBLE => Value::Double(f64::from_le_bytes(fixed(bytes)?)),
        DECIMAL => {
            let [scale] = fixed(bytes)?;
            Value::Decimal { unscaled: i128::from_le_bytes(fixed(bytes)?), scale }
        }
        TEXT => Value::Text(std::str::from_utf8(lengthy(bytes)?).ok()?),
        BYTES => Value::Bytes(lengthy(bytes)?),
        DATE => Value::Date(i32::from_le_bytes(fixed(bytes)?)),
        TIME => Value::Time(i32::from_le_bytes(fixed(bytes)?)),
        TIMESTAMP => {
            let (millis, nanos, precision) = parts(bytes)?;
            Value::Timestamp { millis, nanos, precision }
        }
        TIMESTAMP_LTZ => {
            let (millis, nanos, precision) = parts(bytes)?;
            Value::TimestampLtz { millis, nanos, precision }
        }
        _ => Value::Null,
    })
}

fn fixed<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

fn lengthy<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(fixed(bytes)?) as usize;
    let (head, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(head)
}

fn parts(bytes: &mut &[u8]) -> Option<(i64, u32, u8)> {
    let millis = i64::from_le_bytes(fixed(bytes)?);
    let nanos = u32::from_le_bytes(fixed(bytes)?);
    let [precision] = fixed(bytes)?;
    Some((millis, nanos, precision))
}

/// So many values of a row stand in place; rows are narrow as a rule.
const FEW: usize = 16;

/// An encoded row, its values by column.
#[derive(Debug)]
pub struct EncodedRow<'a> {
    few: [Value<'a>; FEW],
    /// Those behind the few.
    more: Vec<Value<'a>>,
}

impl<'a> EncodedRow<'a> {
    /// The row of these bytes.
    pub fn new(mut bytes: &'a [u8]) -> Self {
        let mut row = Self { few: [Value::Null; FEW], more: Vec::new() };
        for place in &mut row.few {
            if bytes.is_empty() {
                return row;
            }
            *place = decode(&mut bytes);
        }
        while !bytes.is_empty() {
            row.more.push(decode(&mut bytes));
        }
        row
    }

    /// The values of the first columns.
    pub fn values(&self, columns: usize) -> Cow<'_, [Value<'a>]> {
        match self.few.get(..columns) {
            Some(few) => Cow::Borrowed(few),
            None => Cow::Owned(self.few.iter().chain(&self.more).copied().collect()),
        }
    }

    /// The value of a column.
    pub fn at(&self, column: usize) -> Value<'a> {
        let value = column.checked_sub(FEW).map_or_else(|| self.few.get(column), |column| self.more.get(column));
        value.copied().unwrap_or(Value::Null)
    }
}

impl Row for EncodedRow<'_> {
    fn value(&self, column: usize) -> Value<'_> {
        self.at(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_reads_back() {
        let values = [
            Value::Null,
            Value::Boolean(true),
            Value::Boolean(false),
            Value::Integer(i64::MIN),
            Value::Float(1.5),
            Value::Double(-0.0),
            Value::Decimal { unscaled: i128::MAX, scale: 38 },
            Value::Text("首页\u{0}😀"),
            Value::Bytes(&[0, 255]),
            Value::Date(-1),
            Value::Time(86_399_999),
            Value::Timestamp { millis: -1, nanos: 999_999, precision: 9 },
            Value::TimestampLtz { millis: 1, nanos: 2, precision: 3 },
        ];
        // More than stand in place.
        let values: Vec<Value<'_>> = values.iter().chain(&values).copied().collect();
        assert!(values.len() > FEW);
        let mut bytes = Vec::new();
        for value in &values {
            encode(value, &mut bytes);
        }
        let row = EncodedRow::new(&bytes);
        for (column, value) in values.iter().enumerate() {
            assert_eq!(row.value(column), *value);
        }
        assert_eq!(row.value(values.len()), Value::Null);
    }

    #[test]
    fn bytes_cut_short_are_no_panic() {
        let mut bytes = Vec::new();
        encode(&Value::Text("some text"), &mut bytes);
        encode(&Value::Decimal { unscaled: 1, scale: 0 }, &mut bytes);
        for length in 0..bytes.len() {
            let _ = EncodedRow::new(&bytes[..length]);
        }
    }
}
