//! Comparisons. Text compares by UTF-16 code units, as Java's strings do; doubles by IEEE 754, so that NaN is unequal
//! to everything; decimals by their value, whatever their scale.

use std::cmp::Ordering;

use super::MaybeNull;
use super::decimal::compare_exact;
use crate::values::{Date, Decimal, Time, Timestamp, TimestampLtz};

/// What can be compared with `Other`.
pub trait Compare<Other = Self>: Copy {
    /// The order of the two; none if there is none (NaN).
    fn order(self, other: Other) -> Option<Ordering>;

    /// The order in which every value has its place: NaN behind all numbers, -0 before 0.
    #[inline]
    fn total_order(self, other: Other) -> Ordering {
        self.order(other).unwrap_or(Ordering::Equal)
    }

    /// Whether they are equal; faster than `order` where that matters.
    fn same(self, other: Other) -> bool
    where
        Self: Sized,
    {
        self.order(other) == Some(Ordering::Equal)
    }
}

macro_rules! plain {
    ($($ty:ty)*) => {$(
        impl Compare for $ty {
            #[inline]
            // Other crates compare bytes with types of their own.
            fn order(self, other: Self) -> Option<Ordering> { PartialOrd::<Self>::partial_cmp(&self, &other) }
        }
    )*};
}
macro_rules! floats {
    ($($ty:ty)*) => {$(
        impl Compare for $ty {
            #[inline]
            // Other crates compare bytes with types of their own.
            fn order(self, other: Self) -> Option<Ordering> { PartialOrd::<Self>::partial_cmp(&self, &other) }
            #[inline]
            fn total_order(self, other: Self) -> Ordering {
                match (self.is_nan(), other.is_nan()) {
                    (false, false) => self.total_cmp(&other),
                    (a, b) => a.cmp(&b),
                }
            }
        }
    )*};
}
floats!(f32 f64);
plain!(bool i8 i16 i32 i64 Date Time Timestamp TimestampLtz &[u8]);

impl<const P1: u8, const S1: u8, const P2: u8, const S2: u8> Compare<Decimal<P2, S2>> for Decimal<P1, S1> {
    #[inline]
    fn order(self, other: Decimal<P2, S2>) -> Option<Ordering> {
        Some(if S1 == S2 { self.unscaled().cmp(&other.unscaled()) } else { compare_exact(self, other) })
    }
}

macro_rules! integers {
    ($($ty:ty)*) => {$(
        impl<const P: u8, const S: u8> Compare<$ty> for Decimal<P, S> {
            #[inline]
            fn order(self, other: $ty) -> Option<Ordering> { Some(compare_exact(self, other)) }
        }
        impl<const P: u8, const S: u8> Compare<Decimal<P, S>> for $ty {
            #[inline]
            fn order(self, other: Decimal<P, S>) -> Option<Ordering> { Some(compare_exact(self, other)) }
        }
    )*};
}
integers!(i8 i16 i32 i64);

impl Compare for &str {
    #[inline]
    fn order(self, other: Self) -> Option<Ordering> {
        Some(text(self, other))
    }

    #[inline]
    fn same(self, other: Self) -> bool {
        self == other
    }
}

/// The order of two texts by UTF-16 code units. It differs from the order of bytes only where a character beyond
/// U+FFFF meets one from U+E000 on.
pub fn text(a: &str, b: &str) -> Ordering {
    let shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    match (a.as_bytes().get(shared), b.as_bytes().get(shared)) {
        (Some(left), Some(right)) if (*left >= 0xee) && (*right >= 0xee) => {
            // Lead bytes EE and EF begin U+E000 to U+FFFF; F0 and above begin a pair of surrogates, which sort lower.
            match (*left >= 0xf0, *right >= 0xf0) {
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (true, true) | (false, false) => left.cmp(right),
            }
        }
        (Some(left), Some(right)) => left.cmp(right),
        (left, right) => left.is_some().cmp(&right.is_some()),
    }
}

/// `a = b`.
#[inline]
pub fn eq<T: Compare<U>, U>(a: T, b: U) -> bool {
    a.same(b)
}

/// `a <> b`.
#[inline]
pub fn ne<T: Compare<U>, U>(a: T, b: U) -> bool {
    !a.same(b)
}

/// `a < b`.
#[inline]
pub fn lt<T: Compare<U>, U>(a: T, b: U) -> bool {
    a.order(b).is_some_and(Ordering::is_lt)
}

/// `a <= b`.
#[inline]
pub fn le<T: Compare<U>, U>(a: T, b: U) -> bool {
    a.order(b).is_some_and(Ordering::is_le)
}

/// `a > b`.
#[inline]
pub fn gt<T: Compare<U>, U>(a: T, b: U) -> bool {
    a.order(b).is_some_and(Ordering::is_gt)
}

/// `a >= b`.
#[inline]
pub fn ge<T: Compare<U>, U>(a: T, b: U) -> bool {
    a.order(b).is_some_and(Ordering::is_ge)
}

/// `a is distinct from b`: nulls are equal to each other and to nothing else.
#[inline]
pub fn distinct<A: MaybeNull, B: MaybeNull>(a: A, b: B) -> bool
where
    A::Value: Compare<B::Value>,
    B::Value: Copy,
{
    !not_distinct(a, b)
}

/// `a is not distinct from b`; NaN is not distinct from NaN.
#[inline]
pub fn not_distinct<A: MaybeNull, B: MaybeNull>(a: A, b: B) -> bool
where
    A::Value: Compare<B::Value>,
    B::Value: Copy,
{
    match (a.value(), b.value()) {
        (Some(a), Some(b)) => a.same(b) || (a.order(b).is_none() && a.total_order(b).is_eq()),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// `nullif(a, b)`: null if both are equal.
#[inline]
pub fn null_if<A: MaybeNull, B: MaybeNull>(a: A, b: B) -> Option<A::Value>
where
    A::Value: Compare<B::Value>,
    B::Value: Copy,
{
    let (a, b) = (a.value(), b.value());
    a.filter(|a| !b.is_some_and(|b| a.same(b)))
}

/// The greater of two; NaN is greater than all numbers, 0 than -0.
#[inline]
pub fn greatest<T: Compare>(a: T, b: T) -> T {
    if a.total_order(b).is_lt() { b } else { a }
}

/// The smaller of two; NaN is greater than all numbers, 0 than -0.
#[inline]
pub fn least<T: Compare>(a: T, b: T) -> T {
    if a.total_order(b).is_gt() { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_compares_as_java_does() {
        let texts = ["", "a", "ab", "b", "é", "日", "\u{d7ff}", "\u{e000}", "￼", "\u{ffff}", "😀", "😁", "a😀", "a￼"];
        for a in texts {
            for b in texts {
                let expected = a.encode_utf16().cmp(b.encode_utf16());
                assert_eq!(text(a, b), expected, "{a} {b}");
            }
        }
    }

    #[test]
    fn decimals_compare_by_value() {
        let a = Decimal::<10, 1>::from_unscaled(15);
        assert!(eq(a, Decimal::<10, 3>::from_unscaled(1500)));
        assert!(gt(a, 1i32));
        assert!(lt(1i64, a));
        let great = Decimal::<38, 0>::from_unscaled(10i128.pow(38) - 1);
        assert!(gt(great, Decimal::<38, 37>::from_unscaled(1)));
    }

    #[test]
    fn nan_is_unequal_and_greatest() {
        assert!(!eq(f64::NAN, f64::NAN));
        assert!(ne(f64::NAN, 1.0));
        assert!(greatest(1.0, f64::NAN).is_nan());
        assert!(eq(least(f64::NAN, 1.0), 1.0));
    }

    #[test]
    fn nulls_are_not_distinct() {
        assert!(not_distinct(None::<i32>, None::<i32>));
        assert!(distinct(Some(1), None::<i32>));
        assert!(not_distinct(Some(1), 1));
    }
}
