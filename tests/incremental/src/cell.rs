//! Values that can be compared, sorted and shown: of any type, floats by their bits.

use std::fmt;

use millstream_runtime::connectors::Row;
use millstream_runtime::values::Value;

/// A value. All not-a-numbers are one; 0.0 and -0.0 are two.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// Null.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An integer of any width.
    Integer(i64),
    /// A decimal: digits and scale.
    Decimal(i128, u8),
    /// The bits of a float, as a double.
    Float(u64),
    /// The bits of a double.
    Double(u64),
    /// Text.
    Text(String),
    /// A day.
    Date(i32),
    /// A timestamp's milliseconds.
    Timestamp(i64),
}

/// A row.
pub type Cells = Vec<Cell>;

impl Cell {
    /// A double.
    pub fn double(value: f64) -> Self {
        Self::Double(if value.is_nan() { f64::NAN } else { value }.to_bits())
    }

    /// A float.
    pub fn float(value: f32) -> Self {
        Self::Float(if value.is_nan() { f64::NAN } else { f64::from(value) }.to_bits())
    }

    /// The number behind a float or double.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Float(bits) | Self::Double(bits) => Some(f64::from_bits(*bits)),
            Self::Null
            | Self::Boolean(_)
            | Self::Integer(_)
            | Self::Decimal(..)
            | Self::Text(_)
            | Self::Date(_)
            | Self::Timestamp(_) => None,
        }
    }

    /// The cell of a value.
    pub fn of(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(value),
            Value::Integer(value) => Self::Integer(value),
            Value::Float(value) => Self::float(value),
            Value::Double(value) => Self::double(value),
            Value::Decimal { unscaled, scale } => Self::Decimal(unscaled, scale),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Bytes(bytes) => Self::Text(format!("{bytes:?}")),
            Value::Date(days) => Self::Date(days),
            Value::Time(millis) => Self::Integer(millis.into()),
            Value::Timestamp { millis, .. } | Value::TimestampLtz { millis, .. } => Self::Timestamp(millis),
        }
    }

    /// The cells of a row.
    pub fn row(row: &dyn Row, width: usize) -> Cells {
        (0..width).map(|column| Self::of(row.value(column))).collect()
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Decimal(unscaled, scale) => write!(f, "{unscaled}e-{scale}"),
            Self::Float(bits) => write!(f, "{:?}f", f64::from_bits(*bits)),
            Self::Double(bits) => write!(f, "{:?}", f64::from_bits(*bits)),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Date(days) => write!(f, "day {days}"),
            Self::Timestamp(millis) => write!(f, "{millis} ms"),
        }
    }
}
