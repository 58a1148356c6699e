//! Values into and out of SQLite.

use rusqlite::Statement;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::super::format;
use crate::values::Value;

/// How SQLite treats what is stored in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affinity {
    /// Numbers become text.
    Text,
    /// Text that looks like a number becomes one.
    Numeric,
    /// Nothing changes.
    None,
}

impl Affinity {
    /// The affinity of a declared type, by SQLite's rules.
    pub fn of(declared: &str) -> Self {
        let declared = declared.to_uppercase();
        let has = |part: &str| declared.contains(part);
        if has("INT") {
            Self::Numeric
        } else if has("CHAR") || has("CLOB") || has("TEXT") {
            Self::Text
        } else if has("BLOB") || declared.trim().is_empty() {
            Self::None
        } else {
            Self::Numeric
        }
    }
}

/// Binds a value as the parameter at `position` (from 1). `text` is scratch memory.
pub(super) fn bind(
    statement: &mut Statement<'_>,
    position: usize,
    value: Value<'_>,
    affinity: Affinity,
    text: &mut Vec<u8>,
) -> Result<(), rusqlite::Error> {
    let bound = match value {
        Value::Null => ValueRef::Null,
        Value::Boolean(value) if affinity == Affinity::Text => ValueRef::Text(if value { b"true" } else { b"false" }),
        Value::Boolean(value) => ValueRef::Integer(i64::from(value)),
        Value::Integer(value) => ValueRef::Integer(value),
        // SQLite makes null of a number that is none.
        Value::Double(value) if value.is_nan() => ValueRef::Text(b"NaN"),
        Value::Float(value) if value.is_nan() => ValueRef::Text(b"NaN"),
        // In a column of text SQLite would keep 15 digits.
        Value::Double(_) | Value::Float(_) if affinity == Affinity::Text => ValueRef::Text(plain(value, text)),
        Value::Double(value) => ValueRef::Real(value),
        Value::Float(value) => ValueRef::Real(float(value, text)),
        Value::Decimal { unscaled, scale } => decimal(unscaled, scale, affinity, text),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Bytes(bytes) => ValueRef::Blob(bytes),
        Value::Date(_) | Value::Time(_) | Value::Timestamp { .. } | Value::TimestampLtz { .. } => {
            ValueRef::Text(plain(value, text))
        }
    };
    statement.raw_bind_parameter(position, ToSqlOutput::Borrowed(bound))
}

fn plain<'t>(value: Value<'_>, text: &'t mut Vec<u8>) -> &'t [u8] {
    text.clear();
    format::plain(value, text);
    text
}

/// The double that is written with the same digits as the float.
fn float(value: f32, text: &mut Vec<u8>) -> f64 {
    let digits = plain(Value::Float(value), text);
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or_else(|| f64::from(value))
}

/// The largest number of which every digit survives in a double.
const EXACT: u128 = 10u128.pow(15);

fn decimal(unscaled: i128, scale: u8, affinity: Affinity, text: &mut Vec<u8>) -> ValueRef<'_> {
    if affinity == Affinity::Text {
        return ValueRef::Text(plain(Value::Decimal { unscaled, scale }, text));
    }
    if let (0, Ok(whole)) = (scale, i64::try_from(unscaled)) {
        return ValueRef::Integer(whole);
    }
    let digits = plain(Value::Decimal { unscaled, scale }, text);
    if unscaled.unsigned_abs() < EXACT
        && let Some(number) = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok())
    {
        return ValueRef::Real(number);
    }
    ValueRef::Blob(digits)
}

/// A value out of SQLite; text that is no UTF-8 comes as bytes.
pub(super) fn value(stored: ValueRef<'_>) -> Value<'_> {
    match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Real(value) => Value::Double(value),
        ValueRef::Text(text) => std::str::from_utf8(text).map_or(Value::Bytes(text), Value::Text),
        ValueRef::Blob(bytes) => Value::Bytes(bytes),
    }
}
