//! Conversions that always succeed: int → bigint → decimal → double.

use super::cast::Cast;
use super::decimal::Exact;
use crate::values::Decimal;

/// A smaller integer as `smallint`.
#[inline]
pub fn smallint(value: impl Into<i16>) -> i16 {
    value.into()
}

/// A smaller integer as `int`.
#[inline]
pub fn int(value: impl Into<i32>) -> i32 {
    value.into()
}

/// A smaller integer as `bigint`.
#[inline]
pub fn bigint(value: impl Into<i64>) -> i64 {
    value.into()
}

/// A number as the nearest `float`.
#[inline]
pub fn float(value: impl Cast<f32>) -> f32 {
    value.cast().unwrap_or(f32::NAN)
}

/// A number as the nearest `double`.
#[inline]
pub fn double(value: impl Cast<f64>) -> f64 {
    value.cast().unwrap_or(f64::NAN)
}

/// An integer or a smaller decimal as `decimal(P, S)`, which the compiler chose wide enough.
#[inline]
pub fn decimal<const P: u8, const S: u8>(value: impl Exact) -> Decimal<P, S> {
    Decimal::from_unscaled(value.rescaled(S))
}
