//! The SQL functions, with the semantics of Apache Flink 2.3. The compiler's catalogue says which SQL function is
//! which function here; `docs/functions.md` lists both.
//!
//! Strict functions take plain values: generated code makes the result null when an argument is null. Functions that
//! make text take the [`crate::scope::Scope`] first and put it into its memory. What Flink wraps, saturates or turns
//! into null on overflow is a [`crate::values::Fault`] here.

pub mod arithmetic;
pub mod cast;
pub mod compare;
pub mod constant;
pub mod decimal;
#[cfg(feature = "digests")]
pub mod digest;
pub mod encoding;
pub mod float;
pub mod java;
pub mod json;
pub mod like;
pub mod logic;
pub mod number;
#[cfg(feature = "regexp")]
pub mod regexp;
#[cfg(feature = "regexp")]
pub mod similar;
#[cfg(test)]
mod testing;
pub mod text;
pub mod time;
pub mod try_cast;
pub mod widen;

use crate::values::{Date, Decimal, Time, Timestamp, TimestampLtz};

/// An argument of a function that is not strict: a value, or an [`Option`] where the column may be null.
pub trait MaybeNull {
    /// The value's type.
    type Value;

    /// The value; none for null.
    fn value(self) -> Option<Self::Value>;
}

impl<T> MaybeNull for Option<T> {
    type Value = T;

    #[inline]
    fn value(self) -> Option<T> {
        self
    }
}

macro_rules! never_null {
    ($($ty:ty)*) => {$(
        impl MaybeNull for $ty {
            type Value = Self;
            #[inline]
            fn value(self) -> Option<Self> { Some(self) }
        }
    )*};
}
never_null!(bool i8 i16 i32 i64 f32 f64 &str &[u8] Date Time Timestamp TimestampLtz);

impl<const P: u8, const S: u8> MaybeNull for Decimal<P, S> {
    type Value = Self;

    #[inline]
    fn value(self) -> Option<Self> {
        Some(self)
    }
}
