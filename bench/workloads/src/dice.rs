//! Random numbers that are the same on every machine: one sequence for each line, so that a line does not depend on
//! how many others there are.

/// A sequence of random numbers (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// The sequence of one line of a data set.
    pub fn of_line(seed: u64, line: u64) -> Self {
        let mut dice = Self(seed ^ line.wrapping_mul(0xd134_2543_de82_ef95));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `limit`, without `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// From 0 to `limit`: small numbers come often, large ones rarely. (The product of two uniform numbers.)
    pub fn skewed_below(&mut self, limit: u64) -> u64 {
        let narrowed = self.below(1 << 32);
        ((u128::from(self.below(limit << 16)) * u128::from(narrowed)) >> 48) as u64
    }

    /// Whether one of so many cases is met.
    pub fn one_in(&mut self, cases: u64) -> bool {
        self.below(cases) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_same_everywhere() {
        let mut dice = Dice::of_line(1, 0);
        let first: Vec<u64> = (0..4).map(|_| dice.below(1000)).collect();
        let mut again = Dice::of_line(1, 0);
        assert_eq!(first, (0..4).map(|_| again.below(1000)).collect::<Vec<_>>());
        let mut other = Dice::of_line(1, 1);
        assert_ne!(first, (0..4).map(|_| other.below(1000)).collect::<Vec<_>>());
    }

    #[test]
    fn skewed_numbers_have_the_mean_of_a_product_of_two() {
        let mut dice = Dice::of_line(7, 7);
        let sum: u64 = (0..100_000).map(|_| dice.skewed_below(1_000_000)).sum();
        assert!((240_000..260_000).contains(&(sum / 100_000)), "mean {}", sum / 100_000);
    }
}
