//! The SQL types.

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
