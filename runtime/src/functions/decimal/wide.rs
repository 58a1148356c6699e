//! Unsigned integers of 256 bits, for the products and quotients that 128 bits do not hold.

/// `high × 2^128 + low`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wide {
    high: u128,
    low: u128,
}

const HALF: u32 = 64;
const MASK: u128 = (1 << HALF) - 1;

impl Wide {
    /// A small number.
    pub const fn new(low: u128) -> Self {
        Self { high: 0, low }
    }

    /// `a × b`.
    pub const fn product(a: u128, b: u128) -> Self {
        let (a1, a0) = (a >> HALF, a & MASK);
        let (b1, b0) = (b >> HALF, b & MASK);
        let (cross, carry) = (a1 * b0).overflowing_add(a0 * b1);
        let (low, carry_low) = (a0 * b0).overflowing_add(cross << HALF);
        let high = a1 * b1 + (cross >> HALF) + ((carry as u128) << HALF) + carry_low as u128;
        Self { high, low }
    }

    /// `self × b`, if it fits.
    pub fn times(self, b: u128) -> Option<Self> {
        let high = self.high.checked_mul(b)?;
        let product = Self::product(self.low, b);
        Some(Self { high: product.high.checked_add(high)?, low: product.low })
    }

    /// `self + other`, if it fits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let (low, carry) = self.low.overflowing_add(other.low);
        let high = self.high.checked_add(other.high)?.checked_add(u128::from(carry))?;
        Some(Self { high, low })
    }

    /// `self - other`; the caller knows that `other` is not greater.
    pub fn minus(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self { high: self.high.wrapping_sub(other.high).wrapping_sub(u128::from(borrow)), low }
    }

    /// Quotient and remainder by a divisor that is not zero.
    pub fn divided(self, divisor: u128) -> (Self, u128) {
        if self.high == 0 {
            return (Self::new(self.low / divisor), self.low % divisor);
        }
        if divisor <= MASK {
            return self.divided_short(divisor);
        }
        let mut rest = self.high % divisor;
        let mut quotient = Self { high: self.high / divisor, low: 0 };
        for bit in (0..128).rev() {
            let carry = rest >> 127;
            rest = (rest << 1) | (self.low >> bit & 1);
            if carry == 1 || rest >= divisor {
                rest = rest.wrapping_sub(divisor);
                quotient.low |= 1 << bit;
            }
        }
        (quotient, rest)
    }

    fn divided_short(self, divisor: u128) -> (Self, u128) {
        let mut rest = 0;
        let mut step = |limb: u128| {
            let part = (rest << HALF) | limb;
            rest = part % divisor;
            part / divisor
        };
        let high = step(self.high >> HALF) << HALF | step(self.high & MASK);
        let low = step(self.low >> HALF) << HALF | step(self.low & MASK);
        (Self { high, low }, rest)
    }

    /// `self / 10^power`, rounded half up; `power` is at most 76.
    pub fn shifted(self, power: u32) -> Option<Self> {
        if power == 0 {
            return Some(self);
        }
        let half = Self::power_of_ten(power - 1)?.times(5)?;
        let mut value = self.plus(half)?;
        let mut left = power;
        while left > 0 {
            let step = left.min(19);
            value = value.divided(10u128.pow(step)).0;
            left -= step;
        }
        Some(value)
    }

    /// `10^power`, if it fits.
    pub fn power_of_ten(power: u32) -> Option<Self> {
        Self::new(10u128.pow(power.min(38))).times(10u128.checked_pow(power.saturating_sub(38))?)
    }

    /// The number, if 128 bits hold it.
    pub fn narrow(self) -> Option<u128> {
        (self.high == 0).then_some(self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_divide_back() {
        let mut seed = 88_172_645_463_325_252_u64;
        let mut random = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        for round in 0..2000 {
            let a = (u128::from(random()) << 64 | u128::from(random())) >> (round % 128);
            let b = (u128::from(random()) << 64 | u128::from(random())) >> (round / 7 % 127) | 1;
            let rest = u128::from(random()) % b;
            let number = Wide::product(a, b).plus(Wide::new(rest));
            assert_eq!(number.map(|n| n.divided(b)), Some((Wide::new(a), rest)));
        }
    }

    #[test]
    fn shifting_rounds_half_up() {
        let number = Wide::product(10u128.pow(38) - 1, 10u128.pow(38) - 1);
        assert_eq!(number.shifted(76).and_then(Wide::narrow), Some(1));
        assert_eq!(Wide::new(15).shifted(1).and_then(Wide::narrow), Some(2));
        assert_eq!(Wide::new(14).shifted(1).and_then(Wide::narrow), Some(1));
        assert_eq!(Wide::new(5).shifted(2).and_then(Wide::narrow), Some(0));
    }
}
