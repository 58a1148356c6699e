//! Arithmetic of the integer types. A result outside the type is a fault.

use crate::values::Fault;

/// The integer types: `tinyint`, `smallint`, `int`, `bigint`.
pub trait Integer: Copy + Ord {
    /// The SQL name, for messages.
    const NAME: &'static str;
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// `self + other`, if it fits.
    fn plus(self, other: Self) -> Option<Self>;
    /// `self - other`, if it fits.
    fn minus(self, other: Self) -> Option<Self>;
    /// `self * other`, if it fits.
    fn times(self, other: Self) -> Option<Self>;
    /// `self / other`, cut; `other` is not zero; none for the least value by -1.
    fn over(self, other: Self) -> Option<Self>;
    /// The number as a `bigint`.
    fn wide(self) -> i64;
    /// The number, if it fits.
    fn narrow(wide: i64) -> Option<Self>;
}

macro_rules! integers {
    ($($ty:ident $name:literal)*) => {$(
        impl Integer for $ty {
            const NAME: &'static str = $name;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            fn plus(self, other: Self) -> Option<Self> { self.checked_add(other) }
            fn minus(self, other: Self) -> Option<Self> { self.checked_sub(other) }
            fn times(self, other: Self) -> Option<Self> { self.checked_mul(other) }
            fn over(self, other: Self) -> Option<Self> { self.checked_div(other) }
            fn wide(self) -> i64 { i64::from(self) }
            fn narrow(wide: i64) -> Option<Self> { wide.try_into().ok() }
        }
    )*};
}
integers!(i8 "tinyint" i16 "smallint" i32 "int" i64 "bigint");

/// `a + b`.
#[inline]
pub fn add<T: Integer>(a: T, b: T) -> Result<T, Fault> {
    a.plus(b).ok_or_else(|| Fault::overflow(T::NAME))
}

/// `a - b`.
#[inline]
pub fn subtract<T: Integer>(a: T, b: T) -> Result<T, Fault> {
    a.minus(b).ok_or_else(|| Fault::overflow(T::NAME))
}

/// `a * b`.
#[inline]
pub fn multiply<T: Integer>(a: T, b: T) -> Result<T, Fault> {
    a.times(b).ok_or_else(|| Fault::overflow(T::NAME))
}

/// `a / b`, cut towards zero.
#[inline]
pub fn divide<T: Integer>(a: T, b: T) -> Result<T, Fault> {
    if b == T::ZERO {
        return Err(Fault::division_by_zero());
    }
    a.over(b).ok_or_else(|| Fault::overflow(T::NAME))
}

/// `a % b`: the remainder has the sign of `a` and the type of `b`.
#[inline]
pub fn remainder<T: Integer, U: Integer>(a: T, b: U) -> Result<U, Fault> {
    if b == U::ZERO {
        return Err(Fault::division_by_zero());
    }
    // The least value by -1 leaves nothing; the remainder is smaller than `b`, so it fits its type.
    let rest = a.wide().checked_rem(b.wide()).unwrap_or(0);
    U::narrow(rest).ok_or_else(|| Fault::overflow(U::NAME))
}

/// `-a`.
#[inline]
pub fn negate<T: Integer>(a: T) -> Result<T, Fault> {
    T::ZERO.minus(a).ok_or_else(|| Fault::overflow(T::NAME))
}

/// `abs(a)`.
#[inline]
pub fn abs<T: Integer>(a: T) -> Result<T, Fault> {
    if a < T::ZERO { negate(a) } else { Ok(a) }
}

/// `sign(a)`: -1, 0 or 1.
#[inline]
pub fn sign<T: Integer>(a: T) -> T {
    match a.cmp(&T::ZERO) {
        std::cmp::Ordering::Less => T::ZERO.minus(T::ONE).unwrap_or(T::ZERO),
        std::cmp::Ordering::Equal => T::ZERO,
        std::cmp::Ordering::Greater => T::ONE,
    }
}

/// `round(a, digits)`: half up, with the sign kept; digits below zero round to tens, hundreds …
pub fn round<T: Integer>(a: T, digits: i32) -> Result<T, Fault> {
    if digits >= 0 {
        return Ok(a);
    }
    let Some(step) = power_of_ten(digits.unsigned_abs()) else { return Ok(T::ZERO) };
    let wide = i128::from(a.wide());
    let rounded = (wide + wide.signum() * (step / 2)) / step * step;
    i64::try_from(rounded).ok().and_then(T::narrow).ok_or_else(|| Fault::overflow(T::NAME))
}

/// `truncate(a, digits)`: digits below zero cut to tens, hundreds …
pub fn truncate<T: Integer>(a: T, digits: i32) -> T {
    if digits >= 0 {
        return a;
    }
    let Some(step) = power_of_ten(digits.unsigned_abs()) else { return T::ZERO };
    // Cutting makes the number smaller, so it fits.
    let cut = i128::from(a.wide()) / step * step;
    i64::try_from(cut).ok().and_then(T::narrow).unwrap_or(T::ZERO)
}

fn power_of_ten(exponent: u32) -> Option<i128> {
    // More than any bigint has.
    if exponent > 20 { None } else { Some(10i128.pow(exponent)) }
}

/// `bitand(a, b)`.
pub fn bitand<T: Integer + std::ops::BitAnd<Output = T>>(a: T, b: T) -> T {
    a & b
}

/// `bitor(a, b)`.
pub fn bitor<T: Integer + std::ops::BitOr<Output = T>>(a: T, b: T) -> T {
    a | b
}

/// `bitxor(a, b)`.
pub fn bitxor<T: Integer + std::ops::BitXor<Output = T>>(a: T, b: T) -> T {
    a ^ b
}

/// `bitnot(a)`.
pub fn bitnot<T: Integer + std::ops::Not<Output = T>>(a: T) -> T {
    !a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_is_a_fault() {
        assert_eq!(add(1, 2), Ok(3));
        assert!(add(i32::MAX, 1).is_err());
        assert!(negate(i64::MIN).is_err());
        assert!(divide(1i64, 0).is_err());
        assert!(divide(i32::MIN, -1).is_err());
        assert_eq!(divide(-7, 2), Ok(-3));
    }

    #[test]
    fn remainders_have_the_type_of_the_right_side() {
        assert_eq!(remainder(-7i64, 3i32), Ok(-1i32));
        assert_eq!(remainder(i64::MIN, -1i32), Ok(0));
        assert!(remainder(1i32, 0i64).is_err());
    }

    #[test]
    fn rounding_to_tens() {
        assert_eq!(round(155i64, -1), Ok(160));
        assert_eq!(round(-155i64, -1), Ok(-160));
        assert_eq!(round(5i32, -3), Ok(0));
        assert_eq!(truncate(-199i32, -2), -100);
        assert!(round(i32::MAX, -1).is_err());
    }
}
