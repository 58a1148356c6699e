//! The SQL types.

use std::fmt;

/// A type without its nullability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// `boolean` → `bool`
    Boolean,
    /// `tinyint` → `i8`
    TinyInt,
    /// `smallint` → `i16`
    SmallInt,
    /// `int` → `i32`
    Int,
    /// `bigint` → `i64`
    BigInt,
    /// `float` → `f32`
    Float,
    /// `double` → `f64`
    Double,
    /// `decimal(p, s)` → `Decimal<P, S>`; 1 ≤ p ≤ 38, s ≤ p
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits behind the point.
        scale: u8,
    },
    /// `char(n)` → `&str`
    Char(u32),
    /// `varchar(n)`, or `varchar` without a limit (Flink's STRING) → `&str`
    Varchar(Option<u32>),
    /// `bytes` → `&[u8]`
    Bytes,
    /// `date` → `Date`
    Date,
    /// `time` → `Time`
    Time,
    /// `timestamp(p)` → `Timestamp`; 0 ≤ p ≤ 9
    Timestamp(u8),
    /// `timestamp_ltz(p)` → `TimestampLtz`
    TimestampLtz(u8),
    /// An interval of months; only inside expressions → `i64` months
    IntervalMonths,
    /// An interval of milliseconds; only inside expressions → `i64` milliseconds
    IntervalMillis,
    /// The type of a bare `null`; only inside expressions.
    Null,
}

/// A type with its nullability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ty {
    /// What values it has.
    pub base: Base,
    /// Whether null is one of them.
    pub nullable: bool,
}

/// The type as SQL writes it.
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
            Self::Varchar(None) => f.write_str("varchar"),
            Self::Varchar(Some(length)) => write!(f, "varchar({length})"),
            Self::Bytes => f.write_str("bytes"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Timestamp(precision) => write!(f, "timestamp({precision})"),
            Self::TimestampLtz(precision) => write!(f, "timestamp_ltz({precision})"),
            Self::IntervalMonths => f.write_str("interval of months"),
            Self::IntervalMillis => f.write_str("interval of milliseconds"),
            Self::Null => f.write_str("null"),
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not_null = if self.nullable { "" } else { " not null" };
        write!(f, "{}{not_null}", self.base)
    }
}
