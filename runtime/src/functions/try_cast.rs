//! `try_cast`: what cannot be cast is null.

use super::cast::{Cast, parse_timestamp};
use crate::scope::Scope;
use crate::values::{Date, Decimal, Time, Timestamp, TimestampLtz};

macro_rules! casts {
    ($($(#[$doc:meta])* $name:ident $ty:ty;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name(value: impl Cast<$ty>) -> Option<$ty> {
            value.cast()
        }
    )*};
}

casts! {
    /// As `boolean`.
    boolean bool;
    /// As `tinyint`; fractions are cut.
    tinyint i8;
    /// As `smallint`; fractions are cut.
    smallint i16;
    /// As `int`; fractions are cut.
    int i32;
    /// As `bigint`; fractions are cut.
    bigint i64;
    /// As the nearest `float`.
    float f32;
    /// As the nearest `double`.
    double f64;
    /// As `date`.
    date Date;
    /// As `time`.
    time Time;
}

/// As `decimal(P, S)`, rounded half up.
#[inline]
pub fn decimal<const P: u8, const S: u8>(value: impl Cast<Decimal<P, S>>) -> Option<Decimal<P, S>> {
    value.cast()
}

/// Text as `timestamp(precision)`; further digits are cut.
pub fn timestamp(value: &str, precision: i32) -> Option<Timestamp> {
    parse_timestamp(value, precision)
}

/// Text in the pipeline's time zone as `timestamp_ltz(precision)`.
pub fn timestamp_ltz(scope: &Scope<'_>, value: &str, precision: i32) -> Option<TimestampLtz> {
    parse_timestamp(value, precision).map(|local| scope.clock.instant(local))
}
