//! One value whose type is known only at run time: what connectors are handed.

/// A value on its way into a sink or out of a store.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Null of any type.
    Null,
    /// `boolean`
    Boolean(bool),
    /// `tinyint`, `smallint`, `int`, `bigint`
    Integer(i64),
    /// `float`
    Float(f32),
    /// `double`
    Double(f64),
    /// `decimal(p, s)`
    Decimal {
        /// The value × 10^scale.
        unscaled: i128,
        /// Digits behind the point.
        scale: u8,
    },
    /// `char(n)`, `varchar(n)`, `varchar`
    Text(&'a str),
    /// `bytes`
    Bytes(&'a [u8]),
    /// `date`: days since 1970-01-01
    Date(i32),
    /// `time`: milliseconds of the day
    Time(i32),
    /// `timestamp(p)`
    Timestamp {
        /// Milliseconds since 1970-01-01 00:00, local.
        millis: i64,
        /// Nanoseconds of the millisecond.
        nanos: u32,
        /// Digits of the second's fraction that the type has.
        precision: u8,
    },
    /// `timestamp_ltz(p)`
    TimestampLtz {
        /// Milliseconds since 1970-01-01 00:00 UTC.
        millis: i64,
        /// Nanoseconds of the millisecond.
        nanos: u32,
        /// Digits of the second's fraction that the type has.
        precision: u8,
    },
}
