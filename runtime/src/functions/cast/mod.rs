//! `cast`: what cannot be cast is a fault. [`super::try_cast`] has the same functions with null instead.

mod convert;
mod parse;
mod write;

pub use convert::Cast;
pub use parse::{parse_boolean, parse_date, parse_decimal, parse_integer, parse_time, parse_timestamp};
pub use write::{ToText, text};

use crate::scope::Scope;
use crate::values::{Date, Decimal, Fault, Time, Timestamp, TimestampLtz};

macro_rules! casts {
    ($($(#[$doc:meta])* $name:ident $ty:ty, $sql:literal;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name<T: Cast<$ty>>(value: T) -> Result<$ty, Fault> {
            value.cast().ok_or_else(|| value.fault($sql))
        }
    )*};
}

casts! {
    /// As `boolean`.
    boolean bool, "boolean";
    /// As `tinyint`; fractions are cut.
    tinyint i8, "tinyint";
    /// As `smallint`; fractions are cut.
    smallint i16, "smallint";
    /// As `int`; fractions are cut.
    int i32, "int";
    /// As `bigint`; fractions are cut.
    bigint i64, "bigint";
    /// As the nearest `float`.
    float f32, "float";
    /// As the nearest `double`.
    double f64, "double";
    /// As `date`.
    date Date, "date";
    /// As `time`.
    time Time, "time";
}

/// As `decimal(P, S)`, rounded half up.
#[inline]
pub fn decimal<const P: u8, const S: u8>(value: impl Cast<Decimal<P, S>>) -> Result<Decimal<P, S>, Fault> {
    value.cast().ok_or_else(|| value.fault(format_args!("decimal({P}, {S})")))
}

/// Text as `timestamp(precision)`; further digits are cut.
pub fn timestamp(value: &str, precision: i32) -> Result<Timestamp, Fault> {
    parse_timestamp(value, precision).ok_or_else(|| Fault::cast(value, format_args!("timestamp({precision})")))
}

/// Text in the pipeline's time zone as `timestamp_ltz(precision)`.
pub fn timestamp_ltz(scope: &Scope<'_>, value: &str, precision: i32) -> Result<TimestampLtz, Fault> {
    parse_timestamp(value, precision)
        .map(|local| scope.clock.instant(local))
        .ok_or_else(|| Fault::cast(value, format_args!("timestamp_ltz({precision})")))
}

/// A text that must fit into `varchar(length)` or `char(length)`, counted in characters.
pub fn fit(value: &str, length: i32) -> Result<&str, Fault> {
    let length = usize::try_from(length).unwrap_or(0);
    if value.len() <= length || value.chars().count() <= length {
        return Ok(value);
    }
    Err(Fault::new(format!("'{value}' has more than {length} characters")))
}
