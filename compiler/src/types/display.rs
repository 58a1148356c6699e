//! Types as SQL writes them.

use std::fmt;

use super::ty::{Base, Ty};

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("boolean"),
            Self::TinyInt => f.write_str("tinyint"),
            Self::SmallInt => f.write_str("smallint"),
            Self::Int => f.write_str("int"),
            Self::BigInt => f.write_str("bigint"),
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision}, {scale})"),
            Self::Char(length) => write!(f, "char({length})"),
            Self::Varchar(Some(length)) => write!(f, "varchar({length})"),
            Self::Varchar(None) => f.write_str("varchar"),
            Self::Bytes => f.write_str("bytes"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Timestamp(precision) => write!(f, "timestamp({precision})"),
            Self::TimestampLtz(precision) => write!(f, "timestamp_ltz({precision})"),
            Self::IntervalMonths => f.write_str("interval year to month"),
            Self::IntervalMillis => f.write_str("interval day to second"),
            Self::Null => f.write_str("null"),
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)?;
        if self.nullable { Ok(()) } else { f.write_str(" not null") }
    }
}
