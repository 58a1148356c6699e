//! The values of the SQL types that Rust has no type of its own for, and what goes wrong with values.

pub(crate) mod calendar;
pub(crate) mod display;
mod fault;
mod same;
mod value;

pub use fault::{At, Fault, NotNull, Place};
pub use same::Same;
pub use value::Value;

/// `decimal(P, S)`: a number with `S` digits behind the point, kept as an integer of at most `P` digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal<const P: u8, const S: u8>(i128);

impl<const P: u8, const S: u8> Decimal<P, S> {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// The decimal `unscaled × 10^-S`. The caller knows that it has at most `P` digits (literals of generated code).
    pub const fn from_unscaled(unscaled: i128) -> Self {
        Self(unscaled)
    }

    /// The decimal `unscaled × 10^-S`, if it has at most `P` digits.
    pub fn checked(unscaled: i128) -> Option<Self> {
        (unscaled.unsigned_abs() < 10u128.pow(u32::from(P))).then_some(Self(unscaled))
    }

    /// The integer behind it.
    pub const fn unscaled(self) -> i128 {
        self.0
    }
}

/// `date`: days since 1970-01-01 in the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(pub i32);

/// `time`: milliseconds of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i32);

/// `timestamp(p)`: a local date and time, without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp {
    /// Milliseconds since 1970-01-01 00:00 (rounded down).
    pub millis: i64,
    /// Nanoseconds of the millisecond, 0 to 999,999.
    pub nanos: u32,
}

impl Timestamp {
    /// So many milliseconds since 1970-01-01 00:00, and nanoseconds of the millisecond (0 to 999,999).
    pub const fn new(millis: i64, nanos: u32) -> Self {
        Self { millis, nanos }
    }
}

/// `timestamp_ltz(p)`: an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TimestampLtz {
    /// Milliseconds since 1970-01-01 00:00 UTC (rounded down).
    pub millis: i64,
    /// Nanoseconds of the millisecond, 0 to 999,999.
    pub nanos: u32,
}

impl TimestampLtz {
    /// So many milliseconds since 1970-01-01 00:00 UTC, and nanoseconds of the millisecond (0 to 999,999).
    pub const fn new(millis: i64, nanos: u32) -> Self {
        Self { millis, nanos }
    }
}
