//! Columns of values as PostgreSQL's binary arrays.

use std::error::Error;

use bytes::BytesMut;
use postgres::types::{IsNull, ToSql, Type};

use super::super::format;
use super::columns::Wire;
use crate::values::Value;

/// From 1970-01-01 to 2000-01-01, where PostgreSQL's days and times begin.
const DAYS: i64 = 10_957;
const MICROS: i64 = DAYS * 86_400_000_000;
/// The days that PostgreSQL has, from 2000-01-01.
const FIRST_DAY: i64 = -2_451_545;
const LAST_DAY: i64 = 2_145_031_948;
/// The microseconds that it has.
const FIRST_MICRO: i64 = -211_813_488_000_000_000;
const LAST_MICRO: i64 = 9_223_371_331_199_999_999;

/// A value that PostgreSQL does not have: what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit(pub &'static str);

const NUL: Unfit = Unfit("a text with a NUL byte, which PostgreSQL cannot store; take it out in the pipeline");
const RANGE: Unfit = Unfit("a date that PostgreSQL cannot store, which has the years -4713 to 294276");
const OTHER: Unfit = Unfit("a value of another type");

/// A column of values.
#[derive(Debug, Clone)]
pub(super) struct Array {
    wire: Wire,
    count: i32,
    has_null: bool,
    elements: Vec<u8>,
}

impl Array {
    /// An empty one.
    pub fn new(wire: Wire) -> Self {
        Self { wire, count: 0, has_null: false, elements: Vec::new() }
    }

    /// Appends a value. What cannot be sent leaves the array as it was.
    pub fn push(&mut self, value: Value<'_>) -> Result<&[u8], Unfit> {
        let start = self.elements.len();
        self.elements.extend_from_slice(&(-1i32).to_be_bytes());
        if value == Value::Null {
            self.has_null = true;
        } else {
            if let Err(unfit) = element(self.wire, value, &mut self.elements) {
                self.elements.truncate(start);
                return Err(unfit);
            }
            let length = self.elements.len() - start - 4;
            let length = i32::try_from(length).map_err(|_| Unfit("a text of more than 2 GB"))?;
            if let Some(place) = self.elements.get_mut(start..start + 4) {
                place.copy_from_slice(&length.to_be_bytes());
            }
        }
        self.count += 1;
        Ok(self.elements.get(start..).unwrap_or_default())
    }

    /// Takes the last value away, whose bytes [`Self::push`] gave.
    pub fn pop(&mut self, length: usize) {
        self.elements.truncate(self.elements.len().saturating_sub(length));
        self.count -= 1;
    }
}

impl ToSql for Array {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        // One dimension; whether there are nulls; the type; how many; the first has number 1.
        for word in [1, i32::from(self.has_null), self.wire.oid() as i32, self.count, 1] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        out.extend_from_slice(&self.elements);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

/// Appends the bytes of a value that is not null.
fn element(wire: Wire, value: Value<'_>, out: &mut Vec<u8>) -> Result<(), Unfit> {
    match (wire, value) {
        (Wire::Text, Value::Text(text)) if text.as_bytes().contains(&0) => return Err(NUL),
        (Wire::Text, value) => format::plain(value, out),
        (Wire::Bool, Value::Boolean(value)) => out.push(u8::from(value)),
        (Wire::Int2, Value::Integer(value)) => {
            out.extend_from_slice(&i16::try_from(value).map_err(|_| OTHER)?.to_be_bytes());
        }
        (Wire::Int4, Value::Integer(value)) => {
            out.extend_from_slice(&i32::try_from(value).map_err(|_| OTHER)?.to_be_bytes());
        }
        (Wire::Int8, Value::Integer(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (Wire::Float4, Value::Float(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (Wire::Float8, Value::Double(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (Wire::Numeric, Value::Decimal { unscaled, scale }) => numeric(unscaled, scale, out),
        (Wire::Bytea, Value::Bytes(bytes)) => out.extend_from_slice(bytes),
        (Wire::Date, Value::Date(days)) => {
            let days = i64::from(days) - DAYS;
            if !(FIRST_DAY..=LAST_DAY).contains(&days) {
                return Err(Unfit("a date that PostgreSQL cannot store"));
            }
            out.extend_from_slice(&(days as i32).to_be_bytes());
        }
        (Wire::Time, Value::Time(millis)) => out.extend_from_slice(&(i64::from(millis) * 1000).to_be_bytes()),
        (Wire::Timestamp, Value::Timestamp { millis, nanos, .. })
        | (Wire::Timestamptz, Value::TimestampLtz { millis, nanos, .. }) => {
            let micros = millis.checked_mul(1000).and_then(|micros| micros.checked_add(i64::from(nanos / 1000)));
            let micros = micros.and_then(|micros| micros.checked_sub(MICROS)).ok_or(RANGE)?;
            if !(FIRST_MICRO..=LAST_MICRO).contains(&micros) {
                return Err(RANGE);
            }
            out.extend_from_slice(&micros.to_be_bytes());
        }
        _ => return Err(OTHER),
    }
    Ok(())
}

/// Appends a decimal: groups of four digits, the weight of the first one, the sign, and the digits behind the point.
fn numeric(unscaled: i128, scale: u8, out: &mut Vec<u8>) {
    let unit = 10u128.pow(u32::from(scale.min(38)));
    let amount = unscaled.unsigned_abs();
    let (mut whole, mut fraction) = (amount / unit, amount % unit);
    // From the back: 38 digits are at most ten groups before the point and ten behind it.
    let mut groups = [0u16; 22];
    let mut first = groups.len();
    let mut put = |group: u128| {
        first -= 1;
        groups[first] = group as u16;
    };
    let odd = u32::from(scale % 4);
    if odd > 0 {
        put(fraction % 10u128.pow(odd) * 10u128.pow(4 - odd));
        fraction /= 10u128.pow(odd);
    }
    for _ in 0..scale / 4 {
        put(fraction % 10_000);
        fraction /= 10_000;
    }
    let mut weight = -1i16;
    while whole > 0 {
        put(whole % 10_000);
        whole /= 10_000;
        weight += 1;
    }
    let mut groups = groups.get(first..).unwrap_or_default();
    while let Some((0, rest)) = groups.split_first() {
        groups = rest;
        weight -= 1;
    }
    while let Some((0, rest)) = groups.split_last() {
        groups = rest;
    }
    if groups.is_empty() {
        weight = 0;
    }
    let sign = if unscaled < 0 { 0x4000u16 } else { 0 };
    for word in [groups.len() as u16, weight as u16, sign, u16::from(scale)] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    for group in groups {
        out.extend_from_slice(&group.to_be_bytes());
    }
}
