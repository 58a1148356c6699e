//! Conversions of a store's values. Stores have fewer types than SQL (SQLite: integers, reals, text, bytes), so each
//! type is also read from the text that a sink would have written.

use super::number::{self, Grammar};
use super::{field, time};
use crate::values::{Date, Fault, Time, Timestamp, TimestampLtz, Value};

/// A boolean, also from 0 and 1.
pub(super) fn boolean(value: Value<'_>) -> Option<bool> {
    match value {
        Value::Boolean(value) => Some(value),
        Value::Integer(0) => Some(false),
        Value::Integer(1) => Some(true),
        _ => match text(value)?.trim_ascii() {
            b"0" => Some(false),
            b"1" => Some(true),
            text => field::truth(text),
        },
    }
}

/// An integer, also from a number without a fraction.
pub(super) fn integer(value: Value<'_>) -> Option<i64> {
    match value {
        Value::Integer(value) => Some(value),
        Value::Boolean(value) => Some(i64::from(value)),
        Value::Double(value) => {
            let whole = value as i64;
            (value.fract().abs() <= 0.0 && value.abs() < 9.2e18).then_some(whole)
        }
        Value::Decimal { unscaled, scale } => {
            let unit = 10i128.checked_pow(u32::from(scale))?;
            (unscaled % unit == 0).then(|| i64::try_from(unscaled / unit).ok())?
        }
        _ => number::integer(text(value)?.trim_ascii(), Grammar::Text),
    }
}

/// A double from any number.
pub(super) fn double(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Double(value) => Some(value),
        Value::Float(value) => Some(f64::from(value)),
        Value::Integer(value) => Some(value as f64),
        Value::Decimal { .. } => crate::connectors::format::cell(value)?.parse().ok(),
        _ => number::float(text(value)?.trim_ascii(), Grammar::Text),
    }
}

/// The integer behind a decimal, from any number.
pub(super) fn decimal(value: Value<'_>, precision: u8, scale: u8) -> Option<i128> {
    match value {
        Value::Decimal { unscaled, scale: from } => number::rescale(unscaled, from, precision, scale),
        Value::Integer(value) => number::rescale(i128::from(value), 0, precision, scale),
        Value::Double(value) => number::decimal_from_double(value, precision, scale),
        Value::Float(value) => number::decimal_from_double(f64::from(value), precision, scale),
        _ => number::decimal(text(value)?.trim_ascii(), Grammar::Text, precision, scale),
    }
}

/// A date.
pub(super) fn date(value: Value<'_>) -> Option<Date> {
    match value {
        Value::Date(days) => Some(Date(days)),
        _ => time::date(text(value)?),
    }
}

/// A time.
pub(super) fn time(value: Value<'_>) -> Option<Time> {
    match value {
        Value::Time(millis) => Some(Time(millis)),
        _ => time::time(text(value)?),
    }
}

/// A timestamp.
pub(super) fn timestamp(value: Value<'_>, precision: u8) -> Option<Timestamp> {
    match value {
        Value::Timestamp { millis, nanos, .. } => Some(Timestamp { millis, nanos }),
        _ => time::timestamp(text(value)?, precision),
    }
}

/// An instant.
pub(super) fn timestamp_ltz(value: Value<'_>, precision: u8) -> Option<TimestampLtz> {
    match value {
        Value::TimestampLtz { millis, nanos, .. } => Some(TimestampLtz { millis, nanos }),
        _ => time::timestamp_ltz(text(value)?, precision),
    }
}

/// The text of a value; SQLite's sink keeps decimals with very many digits as bytes.
fn text(value: Value<'_>) -> Option<&[u8]> {
    match value {
        Value::Text(text) => Some(text.as_bytes()),
        Value::Bytes(bytes) => Some(bytes),
        Value::Null
        | Value::Boolean(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Double(_)
        | Value::Decimal { .. }
        | Value::Date(_)
        | Value::Time(_)
        | Value::Timestamp { .. }
        | Value::TimestampLtz { .. } => None,
    }
}

/// A value that is none of a type.
#[cold]
pub(super) fn cast(value: Value<'_>, ty: &str) -> Fault {
    Fault::cast(crate::connectors::format::cell(value).unwrap_or_default(), ty)
}
