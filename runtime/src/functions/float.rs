//! Arithmetic of `float` and `double`: IEEE 754, so that nothing fails; dividing by zero gives an infinity or NaN.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// `a + b`.
#[inline]
pub fn add<T: Add<Output = T>>(a: T, b: T) -> T {
    a + b
}

/// `a - b`.
#[inline]
pub fn subtract<T: Sub<Output = T>>(a: T, b: T) -> T {
    a - b
}

/// `a * b`.
#[inline]
pub fn multiply<T: Mul<Output = T>>(a: T, b: T) -> T {
    a * b
}

/// `a / b`.
#[inline]
pub fn divide<T: Div<Output = T>>(a: T, b: T) -> T {
    a / b
}

/// `a % b`, with the sign of `a`.
#[inline]
pub fn remainder<T: Rem<Output = T>>(a: T, b: T) -> T {
    a % b
}

/// `-a`.
#[inline]
pub fn negate<T: Neg<Output = T>>(a: T) -> T {
    -a
}
