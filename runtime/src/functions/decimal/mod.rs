//! Arithmetic of decimals. Results are exact, then rounded half up to the scale that the compiler derived as Flink
//! does; a result with more digits than its type is a fault.
//!
//! The type of the result comes first: `decimal::add::<21, 4>(a, b)`. Integers take part as decimals without a fraction.

mod wide;

use std::cmp::Ordering;

use crate::values::{Decimal, Fault};
pub use wide::Wide;

/// The exact numbers: decimals and integers.
pub trait Exact: Copy {
    /// Digits behind the point.
    const SCALE: u8;

    /// The number × `10^SCALE`.
    fn unscaled(self) -> i128;

    /// The number × `10^scale`, where the caller knows that `scale` is not below `SCALE` and that the result fits.
    #[inline]
    fn rescaled(self, scale: u8) -> i128 {
        self.unscaled().wrapping_mul(power_of_ten(u32::from(scale.saturating_sub(Self::SCALE))))
    }
}

impl<const P: u8, const S: u8> Exact for Decimal<P, S> {
    const SCALE: u8 = S;

    #[inline]
    fn unscaled(self) -> i128 {
        Self::unscaled(self)
    }
}

macro_rules! integers {
    ($($ty:ty)*) => {$(
        impl Exact for $ty {
            const SCALE: u8 = 0;
            #[inline]
            fn unscaled(self) -> i128 { i128::from(self) }
        }
    )*};
}
integers!(i8 i16 i32 i64);

/// `10^power`; `power` is at most 38.
#[inline]
pub(crate) const fn power_of_ten(power: u32) -> i128 {
    10i128.pow(if power > 38 { 38 } else { power })
}

/// `a + b`.
#[inline]
pub fn add<const P: u8, const S: u8>(a: impl Exact, b: impl Exact) -> Result<Decimal<P, S>, Fault> {
    sum(a, b, false)
}

/// `a - b`.
#[inline]
pub fn subtract<const P: u8, const S: u8>(a: impl Exact, b: impl Exact) -> Result<Decimal<P, S>, Fault> {
    sum(a, b, true)
}

#[inline]
fn sum<A: Exact, B: Exact, const P: u8, const S: u8>(a: A, b: B, minus: bool) -> Result<Decimal<P, S>, Fault> {
    let scale = A::SCALE.max(B::SCALE);
    let left = a.unscaled().checked_mul(power_of_ten(u32::from(scale - A::SCALE)));
    let right = b.unscaled().checked_mul(power_of_ten(u32::from(scale - B::SCALE)));
    if let (Some(left), Some(right)) = (left, right)
        && let Some(sum) = if minus { left.checked_sub(right) } else { left.checked_add(right) }
    {
        return checked(shift(sum, scale, S));
    }
    let left = Signed::new(a.unscaled()).scaled(scale - A::SCALE);
    let right = Signed::new(b.unscaled()).scaled(scale - B::SCALE);
    let sum = left.and_then(|left| left.plus(right?.negated(minus)));
    checked(sum.and_then(|sum| sum.shifted(scale, S)))
}

/// `a * b`.
#[inline]
pub fn multiply<const P: u8, const S: u8>(a: impl Exact, b: impl Exact) -> Result<Decimal<P, S>, Fault> {
    product(a, b)
}

#[inline]
fn product<A: Exact, B: Exact, const P: u8, const S: u8>(a: A, b: B) -> Result<Decimal<P, S>, Fault> {
    let scale = A::SCALE + B::SCALE;
    if let Some(product) = a.unscaled().checked_mul(b.unscaled()) {
        return checked(shift(product, scale, S));
    }
    let product = Signed {
        negative: (a.unscaled() < 0) != (b.unscaled() < 0),
        size: Wide::product(a.unscaled().unsigned_abs(), b.unscaled().unsigned_abs()),
    };
    checked(product.shifted(scale, S))
}

/// `a / b`.
#[inline]
pub fn divide<const P: u8, const S: u8>(a: impl Exact, b: impl Exact) -> Result<Decimal<P, S>, Fault> {
    quotient(a, b)
}

#[inline]
fn quotient<A: Exact, B: Exact, const P: u8, const S: u8>(a: A, b: B) -> Result<Decimal<P, S>, Fault> {
    let (dividend, divisor) = (a.unscaled(), b.unscaled());
    if divisor == 0 {
        return Err(Fault::division_by_zero());
    }
    let power = i32::from(S) + i32::from(B::SCALE) - i32::from(A::SCALE);
    if (0..=38).contains(&power)
        && let Some(dividend) = dividend.checked_mul(power_of_ten(power.unsigned_abs()))
    {
        let (quotient, rest) = (dividend / divisor, dividend % divisor);
        let up = rest.unsigned_abs() >= divisor.unsigned_abs().div_ceil(2);
        let sign = if (dividend < 0) == (divisor < 0) { 1 } else { -1 };
        return checked(Some(quotient + if up { sign } else { 0 }));
    }
    let size = divided(dividend.unsigned_abs(), divisor.unsigned_abs(), power);
    checked(size.and_then(|size| Signed { negative: (dividend < 0) != (divisor < 0), size }.narrow()))
}

/// `a × 10^power / b`, rounded half up, if it fits.
fn divided(dividend: u128, divisor: u128, power: i32) -> Option<Wide> {
    let digits = power.unsigned_abs();
    if power < 0 {
        let divisor = divisor.checked_mul(10u128.checked_pow(digits)?);
        // A divisor beyond 128 bits is more than twice the dividend: the quotient rounds to 0.
        let Some(divisor) = divisor else { return Some(Wide::new(0)) };
        return Wide::new(dividend).plus(Wide::new(divisor / 2)).map(|sum| sum.divided(divisor).0);
    }
    let dividend =
        Wide::new(dividend).times(10u128.pow(digits.min(38)))?.times(10u128.checked_pow(digits - digits.min(38))?)?;
    let (quotient, rest) = dividend.divided(divisor);
    quotient.plus(Wide::new(u128::from(rest >= divisor.div_ceil(2))))
}

/// `a % b`, with the sign of `a`.
#[inline]
pub fn remainder<const P: u8, const S: u8>(a: impl Exact, b: impl Exact) -> Result<Decimal<P, S>, Fault> {
    rest(a, b)
}

#[inline]
fn rest<A: Exact, B: Exact, const P: u8, const S: u8>(a: A, b: B) -> Result<Decimal<P, S>, Fault> {
    let (dividend, divisor) = (a.unscaled(), b.unscaled());
    if divisor == 0 {
        return Err(Fault::division_by_zero());
    }
    let scale = A::SCALE.max(B::SCALE);
    let left = dividend.checked_mul(power_of_ten(u32::from(scale - A::SCALE)));
    let right = divisor.checked_mul(power_of_ten(u32::from(scale - B::SCALE)));
    let rest = match (left, right) {
        (Some(left), Some(right)) => left.checked_rem(right),
        // The divisor is beyond 128 bits, so the dividend is smaller.
        (Some(left), None) => Some(left),
        (None, right) => {
            let left = Signed::new(dividend).scaled(scale - A::SCALE);
            let right = right.map(i128::unsigned_abs);
            left.zip(right).and_then(|(left, right)| {
                Signed { negative: left.negative, size: Wide::new(left.size.divided(right).1) }.narrow()
            })
        }
    };
    checked(rest.and_then(|rest| shift(rest, scale, S)))
}

/// `-a`.
#[inline]
pub fn negate<const P: u8, const S: u8>(a: Decimal<P, S>) -> Decimal<P, S> {
    Decimal::from_unscaled(-a.unscaled())
}

/// `abs(a)`.
#[inline]
pub fn abs<const P: u8, const S: u8>(a: Decimal<P, S>) -> Decimal<P, S> {
    Decimal::from_unscaled(a.unscaled().abs())
}

/// `sign(a)`: -1, 0 or 1, of the type of `a`.
#[inline]
pub fn sign<const P: u8, const S: u8>(a: Decimal<P, S>) -> Result<Decimal<P, S>, Fault> {
    checked(Some(a.unscaled().signum() * power_of_ten(u32::from(S))))
}

/// `floor(a)`.
#[inline]
pub fn floor<const P: u8, const S: u8>(a: impl Exact) -> Result<Decimal<P, S>, Fault> {
    whole(a, i128::div_euclid)
}

/// `ceil(a)`.
#[inline]
pub fn ceil<const P: u8, const S: u8>(a: impl Exact) -> Result<Decimal<P, S>, Fault> {
    whole(a, |a, step| -(-a).div_euclid(step))
}

#[inline]
fn whole<A: Exact, const P: u8, const S: u8>(a: A, divide: fn(i128, i128) -> i128) -> Result<Decimal<P, S>, Fault> {
    let whole = divide(a.unscaled(), power_of_ten(u32::from(A::SCALE)));
    checked(whole.checked_mul(power_of_ten(u32::from(S))))
}

/// `round(a, digits)`: half up; digits below zero round to tens, hundreds …
pub fn round<const P: u8, const S: u8>(a: impl Exact, digits: i32) -> Result<Decimal<P, S>, Fault> {
    at_digit(a, digits, |value, step| (value + value.signum() * (step / 2)) / step)
}

/// `truncate(a, digits)`: cut; digits below zero cut to tens, hundreds …
pub fn truncate<const P: u8, const S: u8>(a: impl Exact, digits: i32) -> Result<Decimal<P, S>, Fault> {
    at_digit(a, digits, |value, step| value / step)
}

fn at_digit<A: Exact, const P: u8, const S: u8>(
    a: A,
    digits: i32,
    divide: fn(i128, i128) -> i128,
) -> Result<Decimal<P, S>, Fault> {
    let drop = i32::from(A::SCALE).saturating_sub(digits);
    if drop <= 0 {
        return checked(shift(a.unscaled(), A::SCALE, S));
    }
    if drop > 38 {
        return Ok(Decimal::ZERO);
    }
    let kept = divide(a.unscaled(), power_of_ten(drop.unsigned_abs()));
    let missing = i32::from(S).saturating_sub(digits);
    if missing >= 0 {
        return checked(10i128.checked_pow(missing.unsigned_abs()).and_then(|power| kept.checked_mul(power)));
    }
    // More digits were asked for than the type of the result has (they were not written as a literal).
    checked(u8::try_from(digits).ok().and_then(|scale| shift(kept, scale, S)))
}

/// A number as another decimal type, rounded half up; none if it does not fit.
#[inline]
pub fn rescale<const P: u8, const S: u8>(a: impl Exact) -> Option<Decimal<P, S>> {
    rescale_unscaled(a.unscaled(), scale_of(&a))
}

const fn scale_of<A: Exact>(_: &A) -> u8 {
    A::SCALE
}

/// `unscaled × 10^-scale` as a decimal, rounded half up; none if it does not fit.
#[inline]
pub fn rescale_unscaled<const P: u8, const S: u8>(unscaled: i128, scale: u8) -> Option<Decimal<P, S>> {
    shift(unscaled, scale, S).and_then(Decimal::checked)
}

/// The order of two exact numbers by value.
#[inline]
pub fn compare_exact<A: Exact, B: Exact>(a: A, b: B) -> Ordering {
    let (left, right) = (a.unscaled(), b.unscaled());
    if A::SCALE >= B::SCALE {
        match right.checked_mul(power_of_ten(u32::from(A::SCALE - B::SCALE))) {
            Some(right) => left.cmp(&right),
            None => 0.cmp(&right),
        }
    } else {
        match left.checked_mul(power_of_ten(u32::from(B::SCALE - A::SCALE))) {
            Some(left) => left.cmp(&right),
            None => left.cmp(&0),
        }
    }
}

/// The double nearest to `unscaled × 10^-scale`, as Flink finds it for a decimal of that precision.
pub fn to_double(unscaled: i128, precision: u8, scale: u8) -> f64 {
    // Up to 18 digits Flink divides a long, so that the result can be off by one unit in the last place.
    if precision <= 18 || (unscaled.unsigned_abs() < 1 << 52 && scale < 23) {
        return unscaled as f64 / power_of_ten(u32::from(scale)) as f64;
    }
    super::java::parse_scaled(unscaled, -i32::from(scale))
}

/// `value × 10^(to - from)`, rounded half up; none if it does not fit 128 bits.
#[inline]
fn shift(value: i128, from: u8, to: u8) -> Option<i128> {
    if to >= from {
        return value.checked_mul(power_of_ten(u32::from(to - from)));
    }
    if from - to > 38 {
        return Some(0);
    }
    let step = power_of_ten(u32::from(from - to));
    let (quotient, rest) = (value / step, value % step);
    Some(if rest.abs() >= step / 2 { quotient + value.signum() } else { quotient })
}

#[inline]
fn checked<const P: u8, const S: u8>(unscaled: Option<i128>) -> Result<Decimal<P, S>, Fault> {
    unscaled.and_then(Decimal::checked).ok_or_else(|| Fault::overflow(format_args!("decimal({P}, {S})")))
}

/// A number of 256 bits with a sign.
#[derive(Clone, Copy)]
struct Signed {
    negative: bool,
    size: Wide,
}

impl Signed {
    fn new(value: i128) -> Self {
        Self { negative: value < 0, size: Wide::new(value.unsigned_abs()) }
    }

    fn negated(self, negate: bool) -> Self {
        Self { negative: self.negative != negate, size: self.size }
    }

    fn scaled(self, power: u8) -> Option<Self> {
        Some(Self { negative: self.negative, size: self.size.times(10u128.checked_pow(u32::from(power))?)? })
    }

    fn plus(self, other: Self) -> Option<Self> {
        if self.negative == other.negative {
            return Some(Self { negative: self.negative, size: self.size.plus(other.size)? });
        }
        let (greater, smaller) = if self.size >= other.size { (self, other) } else { (other, self) };
        Some(Self { negative: greater.negative, size: greater.size.minus(smaller.size) })
    }

    fn shifted(self, from: u8, to: u8) -> Option<i128> {
        let size = match from.checked_sub(to) {
            Some(digits) => self.size.shifted(u32::from(digits))?,
            None => self.size.times(10u128.checked_pow(u32::from(to - from))?)?,
        };
        Self { negative: self.negative, size }.narrow()
    }

    fn narrow(self) -> Option<i128> {
        let size = i128::try_from(self.size.narrow()?).ok()?;
        Some(if self.negative { -size } else { size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d<const P: u8, const S: u8>(unscaled: i128) -> Decimal<P, S> {
        Decimal::from_unscaled(unscaled)
    }

    #[test]
    fn small_arithmetic() {
        assert_eq!(add::<21, 4>(d::<18, 2>(150), d::<10, 4>(-5)), Ok(d(14_995)));
        assert_eq!(subtract::<21, 4>(d::<18, 2>(150), 2i32), Ok(d(-5_000)));
        assert_eq!(multiply::<29, 6>(d::<18, 2>(-150), d::<10, 4>(25_000)), Ok(d(-3_750_000)));
        assert_eq!(divide::<33, 13>(d::<18, 2>(200), d::<10, 4>(30_000)), Ok(d(6_666_666_666_667)));
        assert_eq!(divide::<14, 12>(d::<3, 1>(-100), 3i32), Ok(d(-3_333_333_333_333)));
        assert_eq!(remainder::<10, 4>(d::<18, 2>(-1234), d::<10, 4>(50_000)), Ok(d(-23_400)));
        assert!(divide::<33, 13>(d::<18, 2>(200), 0i64).is_err());
    }

    #[test]
    fn wide_arithmetic() {
        let great = d::<38, 18>(10i128.pow(38) - 1);
        assert_eq!(multiply::<38, 6>(d::<38, 18>(10i128.pow(18)), d::<38, 18>(3 * 10i128.pow(18))), Ok(d(3_000_000)));
        assert!(multiply::<38, 6>(great, great).is_err());
        assert_eq!(multiply::<38, 6>(great, d::<38, 18>(1)), Ok(d(100_000_000)));
        assert_eq!(divide::<38, 18>(d::<38, 18>(10i128.pow(36)), 3i32), Ok(d(10i128.pow(36) / 3)));
        assert_eq!(add::<38, 9>(d::<38, 10>(10i128.pow(38) - 1), d::<38, 18>(-5)), Ok(d(10i128.pow(37))));
        assert!(add::<38, 18>(great, d::<38, 18>(1)).is_err());
        assert_eq!(remainder::<38, 37>(d::<38, 0>(10i128.pow(37)), d::<38, 37>(3)), Ok(d(1)));
    }

    #[test]
    fn rounding() {
        assert_eq!(round::<18, 1>(d::<18, 2>(-1235), 1), Ok(d(-124)));
        assert_eq!(round::<17, 0>(d::<18, 2>(1250), -1), Ok(d(10)));
        assert_eq!(truncate::<18, 1>(d::<18, 2>(-1239), 1), Ok(d(-123)));
        assert_eq!(floor::<18, 0>(d::<18, 2>(-1)), Ok(d(-1)));
        assert_eq!(ceil::<18, 0>(d::<18, 2>(-1)), Ok(d(0)));
        assert_eq!(ceil::<18, 0>(d::<18, 2>(1)), Ok(d(1)));
        assert_eq!(rescale::<5, 1>(d::<18, 2>(1235)), Some(d(124)));
        assert_eq!(rescale::<2, 1>(d::<18, 2>(1235)), None);
    }
}
