//! Whether two values are the same one, for state: what is taken back must be what was put in.

use crate::values::{Date, Decimal, Time, Timestamp, TimestampLtz};

/// Sameness. It is `==` but for floats: not-a-number is itself, and 0.0 is not -0.0, as for grouping and `distinct`.
pub trait Same {
    /// Whether both are the same value.
    fn same(&self, other: &Self) -> bool;
}

macro_rules! equal {
    ($($ty:ty { $($generics:tt)* })*) => {$(
        impl<$($generics)*> Same for $ty {
            #[inline]
            fn same(&self, other: &Self) -> bool {
                self == other
            }
        }
    )*};
}

equal! {
    () {}
    bool {}
    i8 {}
    i16 {}
    i32 {}
    i64 {}
    Decimal<P, S> { const P: u8, const S: u8 }
    Date {}
    Time {}
    Timestamp {}
    TimestampLtz {}
    &str {}
    &[u8] {}
}

macro_rules! float {
    ($($ty:ty)*) => {$(
        impl Same for $ty {
            #[inline]
            fn same(&self, other: &Self) -> bool {
                self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
            }
        }
    )*};
}

float! { f32 f64 }

impl<T: Same> Same for Option<T> {
    #[inline]
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(this), Some(other)) => this.same(other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_the_same_by_what_they_are() {
        assert!(f64::NAN.same(&-f64::NAN) && Some(f32::NAN).same(&Some(f32::NAN)));
        assert!(!0.0f64.same(&-0.0) && !Some(0.0f32).same(&Some(-0.0)));
        assert!(1.5f64.same(&1.5) && !Some(1.5f64).same(&None));
        assert!(Some("a").same(&Some("a")) && !1i64.same(&2));
    }
}
