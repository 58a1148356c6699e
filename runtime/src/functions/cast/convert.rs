//! Which value becomes which, between the types of one value each.

use std::fmt;

use super::parse;
use crate::functions::decimal::{Exact, rescale_unscaled, to_double};
use crate::functions::java::{self, Digits};
use crate::values::{Date, Decimal, Fault, Time};

/// A value that can be cast to `To`.
pub trait Cast<To>: Copy {
    /// The value as `To`; none if `To` has no such value.
    fn cast(self) -> Option<To>;

    /// Why `cast` gave none.
    fn fault(self, ty: impl fmt::Display) -> Fault;
}

fn outside(value: impl fmt::Display, ty: impl fmt::Display) -> Fault {
    Fault::new(format!("{value} is outside the range of {ty}"))
}

macro_rules! integer_to_integer {
    ($($from:ty => $($to:ty)*;)*) => {$($(
        impl Cast<$to> for $from {
            #[inline]
            fn cast(self) -> Option<$to> { <$to>::try_from(self).ok() }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
    )*)*};
}
integer_to_integer!(
    i8 => i8 i16 i32 i64;
    i16 => i8 i16 i32 i64;
    i32 => i8 i16 i32 i64;
    i64 => i8 i16 i32 i64;
);

macro_rules! integers {
    ($($int:ty)*) => {$(
        impl Cast<f32> for $int {
            #[inline]
            fn cast(self) -> Option<f32> { Some(self as f32) }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
        impl Cast<f64> for $int {
            #[inline]
            fn cast(self) -> Option<f64> { Some(self as f64) }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
        impl Cast<bool> for $int {
            #[inline]
            fn cast(self) -> Option<bool> { Some(self != 0) }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
        impl<const P: u8, const S: u8> Cast<Decimal<P, S>> for $int {
            #[inline]
            fn cast(self) -> Option<Decimal<P, S>> { rescale_unscaled(i128::from(self), 0) }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
        impl Cast<$int> for bool {
            #[inline]
            fn cast(self) -> Option<$int> { Some(<$int>::from(self)) }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
        impl<const P: u8, const S: u8> Cast<$int> for Decimal<P, S> {
            #[inline]
            fn cast(self) -> Option<$int> { rescale_down(self).and_then(|whole| whole.try_into().ok()) }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
        impl Cast<$int> for f32 {
            #[inline]
            fn cast(self) -> Option<$int> { f64::from(self).cast() }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
        impl Cast<$int> for f64 {
            #[inline]
            fn cast(self) -> Option<$int> {
                // The bound above is a power of two and so a double; the one below is that power negated.
                let whole = self.trunc();
                let bound = -(<$int>::MIN as f64);
                (whole >= -bound && whole < bound).then_some(whole as $int)
            }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
        impl Cast<$int> for &str {
            #[inline]
            fn cast(self) -> Option<$int> { parse::parse_integer(self).and_then(|whole| whole.try_into().ok()) }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { Fault::cast(self, ty) }
        }
    )*};
}
integers!(i8 i16 i32 i64);

fn rescale_down<const P: u8, const S: u8>(value: Decimal<P, S>) -> Option<i128> {
    value.unscaled().checked_div(10i128.pow(u32::from(S)))
}

macro_rules! other {
    ($([$($generics:tt)*] $from:ty => $to:ty, |$value:ident| $cast:expr;)*) => {$(
        impl<$($generics)*> Cast<$to> for $from {
            #[inline]
            fn cast(self) -> Option<$to> {
                let $value = self;
                $cast
            }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { outside(self, ty) }
        }
    )*};
}
other!(
    [] bool => bool, |value| Some(value);
    [] bool => f32, |value| Some(f32::from(u8::from(value)));
    [] bool => f64, |value| Some(f64::from(u8::from(value)));
    [const P: u8, const S: u8] bool => Decimal<P, S>, |value| rescale_unscaled(i128::from(value), 0);
    [] f32 => f32, |value| Some(value);
    [] f32 => f64, |value| Some(f64::from(value));
    [] f32 => bool, |value| Some(value != 0.0);
    [const P: u8, const S: u8] f32 => Decimal<P, S>, |value| from_float(f64::from(value));
    [] f64 => f32, |value| Some(value as f32);
    [] f64 => f64, |value| Some(value);
    [] f64 => bool, |value| Some(value != 0.0);
    [const P: u8, const S: u8] f64 => Decimal<P, S>, |value| from_float(value);
    [const P: u8, const S: u8] Decimal<P, S> => f32, |value| Some(to_double(value.unscaled(), P, S) as f32);
    [const P: u8, const S: u8] Decimal<P, S> => f64, |value| Some(to_double(value.unscaled(), P, S));
    [const P: u8, const S: u8] Decimal<P, S> => bool, |value| Some(value.unscaled() != 0);
    [const P1: u8, const S1: u8, const P2: u8, const S2: u8] Decimal<P1, S1> => Decimal<P2, S2>,
        |value| rescale_unscaled(Exact::unscaled(value), S1);
    [] Date => Date, |value| Some(value);
    [] Time => Time, |value| Some(value);
);

/// A double as a decimal: the digits that Java writes for it, rounded half up.
fn from_float<const P: u8, const S: u8>(value: f64) -> Option<Decimal<P, S>> {
    if !value.is_finite() {
        return None;
    }
    let Digits { digits, exponent } = Digits::of_double(value);
    let digits = if value < 0.0 { -i128::from(digits) } else { i128::from(digits) };
    if exponent > 0 {
        return digits
            .checked_mul(10i128.checked_pow(exponent.unsigned_abs())?)
            .and_then(|whole| rescale_unscaled(whole, 0));
    }
    // More than 60 digits behind the point leave nothing of 17 digits.
    u8::try_from(-exponent)
        .ok()
        .filter(|scale| *scale <= 60)
        .map_or(Some(Decimal::ZERO), |scale| rescale_unscaled(digits, scale))
}

macro_rules! from_text {
    ($([$($generics:tt)*] $to:ty, |$value:ident| $cast:expr;)*) => {$(
        impl<$($generics)*> Cast<$to> for &str {
            #[inline]
            fn cast(self) -> Option<$to> {
                let $value = self;
                $cast
            }
            #[cold]
            fn fault(self, ty: impl fmt::Display) -> Fault { Fault::cast(self, ty) }
        }
    )*};
}
from_text!(
    [] bool, |value| parse::parse_boolean(value);
    [] f32, |value| java::parse_float(value.trim_matches(is_blank));
    [] f64, |value| java::parse_double(value.trim_matches(is_blank));
    [const P: u8, const S: u8] Decimal<P, S>, |value| parse::parse_decimal(value);
    [] Date, |value| parse::parse_date(value);
    [] Time, |value| parse::parse_time(value);
);

fn is_blank(c: char) -> bool {
    c <= ' '
}
