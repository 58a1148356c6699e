//! `distinct`: each value counts once, however often it comes.

use crate::operators::{Accumulator, Retract, Share};
use crate::state::{Bag, Stored, hash};
use crate::values::{Fault, Same};

/// An accumulator that is given each value once: when it comes first, and back when it is retracted as often.
#[derive(Debug)]
pub struct Distinct<T, A> {
    pub(super) values: Bag<T>,
    pub(super) inner: A,
}

impl<T: Stored, A: Default> Default for Distinct<T, A> {
    fn default() -> Self {
        Self { values: Bag::default(), inner: A::default() }
    }
}

impl<T, A> Accumulator for Distinct<T, A>
where
    T: Stored + 'static,
    A: for<'a> Accumulator<Input<'a> = Option<T::Ref<'a>>> + 'static,
{
    type Input<'a> = Option<T::Ref<'a>>;
    type Output<'a> = A::Output<'a>;

    #[inline]
    fn add(&mut self, input: Self::Input<'_>) -> bool {
        input.is_some_and(|value| self.values.add(hash::<T>(value), value) && self.inner.add(input))
    }

    #[inline]
    fn warm(&self, input: Self::Input<'_>, share: Share) {
        if let Some(value) = input {
            let hash = hash::<T>(value);
            if share.takes(hash) {
                self.values.prefetch(hash);
            }
        }
    }

    fn admits(&self, input: Self::Input<'_>) -> Result<(), Fault> {
        match input {
            Some(value) if self.values.count(hash::<T>(value), value) == 0 => self.inner.admits(input),
            Some(_) | None => Ok(()),
        }
    }

    fn value(&self) -> Result<Self::Output<'_>, Fault> {
        self.inner.value()
    }
}

impl<T, A> Retract for Distinct<T, A>
where
    T: Stored + 'static,
    A: for<'a> Accumulator<Input<'a> = Option<T::Ref<'a>>> + Retract + 'static,
{
    #[inline]
    fn retract(&mut self, input: Self::Input<'_>) -> bool {
        input.is_some_and(|value| self.values.remove(hash::<T>(value), value) && self.inner.retract(input))
    }

    /// Each worker keeps the values that are its own by their hash.
    #[inline]
    fn share<'i>(&mut self, before: Option<Self::Input<'i>>, after: Option<Self::Input<'i>>, share: Share) -> bool
    where
        Self::Input<'i>: Same,
    {
        let (before, after) = (before.flatten(), after.flatten());
        if before.same(&after) {
            return false;
        }
        let mut changed = false;
        if let Some(value) = before {
            let hash = hash::<T>(value);
            changed |= share.takes(hash) && self.values.remove(hash, value) && self.inner.retract(before);
        }
        if let Some(value) = after {
            let hash = hash::<T>(value);
            changed |= share.takes(hash) && self.values.add(hash, value) && self.inner.add(after);
        }
        changed
    }

    /// Only the result counts: no two workers keep the same value.
    fn absorb(&mut self, other: &Self) {
        self.inner.absorb(&other.inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::{Count, Sum};
    use std::collections::HashMap;

    #[test]
    fn counts_and_sums_each_value_once_under_random_retractions() {
        let mut count = Distinct::<i64, Count<i64>>::default();
        let mut sum = Distinct::<i64, Sum<i64>>::default();
        let mut model: HashMap<i64, u32> = HashMap::new();
        let mut seed = 7u64;
        for step in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let value = ((seed >> 40) % (1 + step / 100)) as i64;
            let there = model.get(&value).copied().unwrap_or(0);
            if seed >> 63 == 0 || there == 0 {
                assert_eq!(count.add(Some(value)), there == 0);
                sum.add(Some(value));
                model.insert(value, there + 1);
            } else {
                assert_eq!(count.retract(Some(value)), there == 1);
                sum.retract(Some(value));
                model.insert(value, there - 1);
            }
        }
        let present: Vec<i64> = model.iter().filter(|(_, n)| **n > 0).map(|(value, _)| *value).collect();
        assert_eq!(count.value(), Ok(present.len() as i64));
        assert_eq!(sum.value(), Ok(Some(present.iter().sum())));
    }
}
