//! Sums without error: what is added and taken away again leaves no residue.

/// A sum of 128-bit integers that cannot overflow: `high × 2^128 + low`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExactInteger {
    pub(super) low: i128,
    pub(super) high: i32,
}

impl ExactInteger {
    /// Adds.
    #[inline]
    pub fn add(&mut self, value: i128) {
        let (low, overflow) = self.low.overflowing_add(value);
        self.low = low;
        if overflow {
            self.high += if value > 0 { 1 } else { -1 };
        }
    }

    /// Takes away.
    #[inline]
    pub fn subtract(&mut self, value: i128) {
        let (low, overflow) = self.low.overflowing_sub(value);
        self.low = low;
        if overflow {
            self.high += if value > 0 { -1 } else { 1 };
        }
    }

    /// Adds another sum.
    pub fn absorb(&mut self, other: &Self) {
        self.add(other.low);
        self.high += other.high;
    }

    /// The sum, if 128 bits hold it.
    #[inline]
    pub fn value(&self) -> Option<i128> {
        (self.high == 0).then_some(self.low)
    }
}

/// A sum of doubles kept as non-overlapping parts (Shewchuk 1997), which together are the exact sum; infinities and
/// not-a-numbers are counted beside it, so that they can be taken away again.
#[derive(Debug, Clone, Default)]
pub struct ExactFloat {
    /// Ascending in magnitude, zeros behind the last.
    pub(super) parts: [f64; 3],
    #[expect(clippy::box_collection, reason = "hardly any sum has more than three parts: one word for those")]
    pub(super) more: Option<Box<Vec<f64>>>,
    pub(super) special: Option<Box<Special>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Special {
    pub(super) nan: i64,
    pub(super) infinite: i64,
    pub(super) negative_infinite: i64,
    /// What the parts cannot hold, since no double is as large, in units of 2^1023.
    pub(super) units: i64,
}

/// 2^1023, the largest power of two that is a double.
const UNIT: f64 = f64::from_bits(0x7fe0_0000_0000_0000);

/// The exact sum of two doubles as a double and its error.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let bb = sum - a;
    (sum, (a - (sum - bb)) + (b - bb))
}

impl ExactFloat {
    /// Adds.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if value.is_finite() { self.accumulate(value) } else { self.count(value, 1) }
    }

    /// Takes away.
    #[inline]
    pub fn subtract(&mut self, value: f64) {
        if value.is_finite() { self.accumulate(-value) } else { self.count(value, -1) }
    }

    /// Adds another sum.
    pub fn absorb(&mut self, other: &Self) {
        for part in other.parts() {
            self.accumulate(*part);
        }
        if let Some(special) = &other.special {
            self.count(f64::NAN, special.nan);
            self.count(f64::INFINITY, special.infinite);
            self.count(f64::NEG_INFINITY, special.negative_infinite);
            self.special.get_or_insert_default().units += special.units;
            self.drop_empty_special();
        }
    }

    pub(super) fn parts(&self) -> &[f64] {
        self.more.as_deref().map_or(&self.parts, Vec::as_slice)
    }

    #[cold]
    fn count(&mut self, value: f64, by: i64) {
        let special = self.special.get_or_insert_default();
        if value.is_nan() {
            special.nan += by;
        } else if value > 0.0 {
            special.infinite += by;
        } else {
            special.negative_infinite += by;
        }
        self.drop_empty_special();
    }

    fn drop_empty_special(&mut self) {
        if self.special.as_deref() == Some(&Special::default()) {
            self.special = None;
        }
    }

    #[inline]
    fn accumulate(&mut self, value: f64) {
        let mut carry = value;
        let mut kept = 0;
        let Some(more) = &mut self.more else {
            let parts = self.parts;
            for part in parts {
                let (sum, error) = two_sum(carry, part);
                carry = sum;
                if error != 0.0 {
                    self.parts[kept] = error;
                    kept += 1;
                }
            }
            if !carry.is_finite() {
                self.parts = parts;
                self.accumulate_huge(value);
            } else if let Some(place) = self.parts.get_mut(kept) {
                *place = carry;
                self.parts[kept + 1..].fill(0.0);
            } else {
                let mut all = Vec::with_capacity(8);
                all.extend(self.parts);
                all.push(carry);
                self.more = Some(Box::new(all));
            }
            return;
        };
        if !(value + more.last().copied().unwrap_or(0.0)).is_finite() {
            self.accumulate_huge(value);
            return;
        }
        for position in 0..more.len() {
            let (sum, error) = two_sum(carry, more[position]);
            carry = sum;
            if error != 0.0 {
                more[kept] = error;
                kept += 1;
            }
        }
        more.truncate(kept);
        more.push(carry);
    }

    /// The same where two parts together are larger than any double: whole units are counted beside the parts.
    #[cold]
    fn accumulate_huge(&mut self, value: f64) {
        let parts = self.parts();
        let mut all = Vec::with_capacity(parts.len() + 1);
        let (mut carry, mut units) = (value, 0);
        for mut part in parts.iter().copied() {
            if !(carry + part).is_finite() {
                for large in [&mut carry, &mut part] {
                    // Exact, since the two are within a factor of two of each other.
                    if large.abs() >= UNIT / 2.0 {
                        units += if *large > 0.0 { 1 } else { -1 };
                        *large -= UNIT.copysign(*large);
                    }
                }
            }
            let (sum, error) = two_sum(carry, part);
            carry = sum;
            if error != 0.0 {
                all.push(error);
            }
        }
        all.push(carry);
        self.more = Some(Box::new(all));
        self.special.get_or_insert_default().units += units;
        self.drop_empty_special();
    }

    /// The sum, rounded once; infinite if it is larger than any double.
    pub fn value(&self) -> f64 {
        let Some(special) = &self.special else { return self.rounded() };
        let nan = special.nan > 0 || special.infinite > 0 && special.negative_infinite > 0;
        if nan {
            return f64::NAN;
        }
        if special.infinite > 0 {
            return f64::INFINITY;
        }
        if special.negative_infinite > 0 {
            return f64::NEG_INFINITY;
        }
        // The units go back among the parts as far as those have room.
        let mut whole = Self { special: None, ..self.clone() };
        for _ in 0..special.units.unsigned_abs() {
            whole.accumulate(if special.units > 0 { UNIT } else { -UNIT });
            if whole.special.is_some() {
                return if special.units > 0 { f64::INFINITY } else { f64::NEG_INFINITY };
            }
        }
        whole.rounded()
    }

    /// The sum of the parts, rounded once.
    #[expect(clippy::float_cmp, reason = "the comparison is of exact results")]
    fn rounded(&self) -> f64 {
        let mut rest = self.parts().iter().rev().copied().skip_while(|part| *part == 0.0);
        let mut high = rest.next().unwrap_or(0.0);
        let mut error = 0.0;
        for part in rest.by_ref() {
            let (sum, low) = two_sum(high, part);
            high = sum;
            error = low;
            if error != 0.0 {
                break;
            }
        }
        // Half a unit in the last place: the next part decides which way it is rounded.
        let next = rest.find(|part| *part != 0.0).unwrap_or(0.0);
        if error != 0.0 && (error > 0.0) == (next > 0.0) && next != 0.0 {
            let doubled = error * 2.0;
            let rounded = high + doubled;
            if doubled == rounded - high {
                high = rounded;
            }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_pass_the_limits_of_128_bits_and_come_back() {
        let mut sum = ExactInteger::default();
        for _ in 0..5 {
            sum.add(i128::MAX);
            sum.add(i128::MIN);
            sum.add(i128::MAX);
        }
        assert_eq!(sum.value(), None);
        for _ in 0..5 {
            sum.subtract(i128::MAX);
            sum.subtract(i128::MIN);
        }
        for _ in 0..5 {
            sum.subtract(i128::MAX);
        }
        assert_eq!(sum.value(), Some(0));
    }

    #[test]
    fn doubles_leave_no_residue_whatever_their_sizes() {
        let values: Vec<f64> =
            (0..400).map(|n: i32| f64::from(n * 7919 % 1000 - 500) * 0.01 * 10f64.powi(n * 31 % 240 - 120)).collect();
        let mut sum = ExactFloat::default();
        for value in &values {
            sum.add(*value);
        }
        for value in values.iter().rev().step_by(2).chain(values.iter().rev().skip(1).step_by(2)) {
            sum.subtract(*value);
        }
        assert_eq!(sum.value().to_bits(), 0);
    }

    #[test]
    fn rounds_the_exact_sum_once() {
        let mut sum = ExactFloat::default();
        for _ in 0..10 {
            sum.add(0.1);
        }
        assert_eq!(sum.value().to_bits(), 1.0f64.to_bits());
        let mut sum = ExactFloat::default();
        for value in [1e100, 1.0, -1e100, 1e-30] {
            sum.add(value);
        }
        assert_eq!(sum.value().to_bits(), 1.0f64.to_bits());
    }

    #[test]
    fn sums_beyond_the_largest_double_are_infinite_and_come_back() {
        let mut sum = ExactFloat::default();
        let values = [1e308, 0.1, 1.7e308, f64::MAX, 3.0, f64::MAX, 1e-300, 1e300, 9e307];
        for value in values {
            sum.add(value);
        }
        assert_eq!(sum.value().to_bits(), f64::INFINITY.to_bits());
        for value in [f64::MAX, 1e308, 1.7e308, f64::MAX, 9e307] {
            sum.subtract(value);
        }
        assert_eq!(sum.value().to_bits(), 1e300f64.to_bits());
        for value in [1e300, 3.0, 0.1] {
            sum.subtract(value);
        }
        assert_eq!(sum.value().to_bits(), 1e-300f64.to_bits());
        sum.subtract(1e-300);
        // What is large one way and the other way around is not large.
        for value in [-f64::MAX, -f64::MAX, -f64::MAX, f64::MAX, f64::MAX, f64::MAX, 2.5] {
            sum.add(value);
        }
        assert_eq!(sum.value().to_bits(), 2.5f64.to_bits());
        for _ in 0..3 {
            sum.subtract(f64::MAX);
        }
        assert_eq!(sum.value().to_bits(), f64::NEG_INFINITY.to_bits());
    }

    #[test]
    fn a_sum_in_two_parts_is_the_sum() {
        let values =
            [1e100, 0.1, -1e100, f64::MAX, f64::MAX, -1e308, 1e-30, f64::INFINITY, 7.25, -f64::INFINITY, f64::NAN];
        for cut in 0..=values.len() {
            let (mut one, mut other, mut whole) = Default::default();
            let fill = |sum: &mut ExactFloat, values: &[f64]| values.iter().for_each(|value| sum.add(*value));
            fill(&mut one, &values[..cut]);
            fill(&mut other, &values[cut..]);
            fill(&mut whole, &values);
            one.absorb(&other);
            assert_eq!(one.value().is_nan(), whole.value().is_nan());
            for special in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
                one.subtract(special);
                whole.subtract(special);
            }
            assert_eq!(one.value().to_bits(), whole.value().to_bits());
        }
        let (mut one, mut other) = (ExactInteger::default(), ExactInteger::default());
        for _ in 0..3 {
            one.add(i128::MAX);
            other.add(i128::MAX);
        }
        one.absorb(&other);
        for _ in 0..6 {
            one.subtract(i128::MAX);
        }
        assert_eq!(one.value(), Some(0));
    }

    #[test]
    fn infinities_can_be_taken_away() {
        let mut sum = ExactFloat::default();
        sum.add(1.5);
        sum.add(f64::INFINITY);
        assert!(sum.value().is_infinite());
        sum.add(f64::NEG_INFINITY);
        assert!(sum.value().is_nan());
        sum.subtract(f64::INFINITY);
        sum.subtract(f64::NEG_INFINITY);
        assert_eq!(sum.value().to_bits(), 1.5f64.to_bits());
    }
}
