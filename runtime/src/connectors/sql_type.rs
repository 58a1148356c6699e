//! The type of a column at run time, for connectors that read values without generated code.

use super::ColumnInfo;
use crate::decode::Field;
use crate::scope::Scope;
use crate::values::{Fault, Value};

/// A column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SqlType {
    /// `boolean`
    Boolean,
    /// `tinyint`
    TinyInt,
    /// `smallint`
    SmallInt,
    /// `int`
    Int,
    /// `bigint`
    BigInt,
    /// `float`
    Float,
    /// `double`
    Double,
    /// `decimal(p, s)`
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits behind the point.
        scale: u8,
    },
    /// `char(n)`, `varchar(n)`, `varchar`
    Text,
    /// `bytes`
    Bytes,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `timestamp(p)`
    Timestamp(u8),
    /// `timestamp_ltz(p)`
    TimestampLtz(u8),
}

impl SqlType {
    /// The type of a column; text if it is none of the known types.
    pub fn of(column: &ColumnInfo) -> Self {
        let text = column.sql_type;
        let (name, rest) = text.split_once('(').unwrap_or((text, ""));
        let mut numbers = rest.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok());
        match name.split_whitespace().next().unwrap_or_default() {
            "boolean" => Self::Boolean,
            "tinyint" => Self::TinyInt,
            "smallint" => Self::SmallInt,
            "int" => Self::Int,
            "bigint" => Self::BigInt,
            "float" => Self::Float,
            "double" => Self::Double,
            "decimal" => {
                let precision = numbers.next().unwrap_or(10);
                Self::Decimal { precision, scale: numbers.next().unwrap_or(0) }
            }
            "bytes" => Self::Bytes,
            "date" => Self::Date,
            "time" => Self::Time,
            "timestamp" => Self::Timestamp(numbers.next().unwrap_or(6)),
            "timestamp_ltz" => Self::TimestampLtz(numbers.next().unwrap_or(6)),
            _ => Self::Text,
        }
    }

    /// Whether the same value can be written as text in several ways.
    #[cfg(feature = "sqlite")]
    pub fn has_forms(self) -> bool {
        match self {
            Self::Float
            | Self::Double
            | Self::Decimal { .. }
            | Self::Date
            | Self::Time
            | Self::Timestamp(_)
            | Self::TimestampLtz(_) => true,
            Self::Boolean | Self::TinyInt | Self::SmallInt | Self::Int | Self::BigInt | Self::Text | Self::Bytes => {
                false
            }
        }
    }

    /// Converts a field to a value of the type.
    pub fn value<'a>(self, field: Field<'a>, scope: &Scope<'a>) -> Result<Value<'a>, Fault> {
        Ok(match self {
            Self::Boolean => field.boolean()?.map(Value::Boolean),
            Self::TinyInt => field.tinyint()?.map(|value| Value::Integer(value.into())),
            Self::SmallInt => field.smallint()?.map(|value| Value::Integer(value.into())),
            Self::Int => field.int()?.map(|value| Value::Integer(value.into())),
            Self::BigInt => field.bigint()?.map(Value::Integer),
            Self::Float => field.float()?.map(Value::Float),
            Self::Double => field.double()?.map(Value::Double),
            Self::Decimal { precision, scale } => {
                field.unscaled(precision, scale)?.map(|unscaled| Value::Decimal { unscaled, scale })
            }
            Self::Text => field.text(scope)?.map(Value::Text),
            Self::Bytes => field.bytes(scope)?.map(Value::Bytes),
            Self::Date => field.date()?.map(|value| Value::Date(value.0)),
            Self::Time => field.time()?.map(|value| Value::Time(value.0)),
            Self::Timestamp(precision) => field.timestamp(precision)?.map(|value| Value::Timestamp {
                millis: value.millis,
                nanos: value.nanos,
                precision,
            }),
            Self::TimestampLtz(precision) => field.timestamp_ltz(precision)?.map(|value| Value::TimestampLtz {
                millis: value.millis,
                nanos: value.nanos,
                precision,
            }),
        }
        .unwrap_or(Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_columns() {
        let of = |sql_type| SqlType::of(&ColumnInfo { name: "c", sql_type, not_null: false });
        assert_eq!(of("decimal(18, 2)"), SqlType::Decimal { precision: 18, scale: 2 });
        assert_eq!(of("varchar(20)"), SqlType::Text);
        assert_eq!(of("varchar"), SqlType::Text);
        assert_eq!(of("timestamp_ltz(3)"), SqlType::TimestampLtz(3));
        assert_eq!(of("timestamp(0)"), SqlType::Timestamp(0));
        assert_eq!(of("bigint not null"), SqlType::BigInt);
        assert_eq!(of("time"), SqlType::Time);
    }
}
