//! `distinct`: each value counts once, however often it comes.

use crate::epochs::LoggedPlaces;
use crate::operators::{Accumulator, Ahead, Retract, Share, Stage};
use crate::state::{Chunks, Index, Stored, hash};
use crate::values::{Fault, Same};

/// An accumulator that is given each value once: when it comes first, and back when it is retracted as often.
#[derive(Debug)]
pub struct Distinct<T, A> {
    pub(super) values: Values<T>,
    pub(super) inner: A,
}

impl<T: Stored, A: Default> Default for Distinct<T, A> {
    fn default() -> Self {
        Self { values: Values::default(), inner: A::default() }
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
    fn warm(&self, input: Self::Input<'_>, ahead: Ahead) {
        if let Some(value) = input {
            let hash = hash::<T>(value);
            if ahead.share.takes(hash) {
                self.values.warm(hash, ahead.stage);
            }
        }
    }

    fn admits(&self, input: Self::Input<'_>) -> Result<(), Fault> {
        match input {
            Some(value) if self.values.find(hash::<T>(value), value).is_none() => self.inner.admits(input),
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
        input.is_some_and(|value| self.values.retract(hash::<T>(value), value) && self.inner.retract(input))
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
            changed |= share.takes(hash) && self.values.retract(hash, value) && self.inner.retract(before);
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

/// Up to so many values are searched one by one, without an index.
const FEW: usize = 8;

/// The values of a group with how often each is there; places with a count of 0 are free.
#[derive(Debug)]
pub(super) struct Values<T> {
    pub(super) entries: Chunks<(T, u32)>,
    free: Vec<u32>,
    pub(super) index: Option<Box<Index>>,
    /// What the epoch log was not told of yet; none where it is told of all values.
    pub(super) log: Option<Box<LoggedPlaces>>,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { entries: Chunks::default(), free: Vec::new(), index: None, log: None }
    }
}

impl<T: Stored> Values<T> {
    #[inline]
    pub(super) fn find(&self, hash: u64, value: T::Ref<'_>) -> Option<u32> {
        let is = |(entry, count): &(T, u32)| *count > 0 && entry.is(value);
        match &self.index {
            None => self.entries.iter().find(|(_, entry)| is(entry)).map(|(number, _)| number),
            Some(index) => index.find(hash, |number| self.entries.get(number).is_some_and(is)),
        }
    }

    /// Asks for the memory that the value will need.
    #[inline]
    fn warm(&self, hash: u64, stage: Stage) {
        let Some(index) = &self.index else { return };
        match stage {
            Stage::Index => index.prefetch(hash),
            Stage::Place => {
                if let Some(number) = index.likely(hash) {
                    self.entries.prefetch(number);
                }
            }
        }
    }

    /// Whether the value is new.
    #[inline]
    pub(super) fn add(&mut self, hash: u64, value: T::Ref<'_>) -> bool {
        if let Some(number) = self.find(hash, value)
            && let Some((_, count)) = self.entries.get_mut(number)
        {
            *count += 1;
            self.note(number);
            return false;
        }
        let number = match self.free.pop() {
            Some(number) => number,
            None => self.entries.push((T::default(), 0)),
        };
        if let Some((entry, count)) = self.entries.get_mut(number) {
            entry.set(value);
            *count = 1;
        }
        match &mut self.index {
            Some(index) => index.insert(hash, number),
            None if self.entries.len() > FEW => self.make_index(),
            None => {}
        }
        self.note(number);
        true
    }

    #[inline]
    fn note(&mut self, number: u32) {
        if let Some(log) = &mut self.log {
            log.note(number);
        }
    }

    #[cold]
    fn make_index(&mut self) {
        let mut index = Box::<Index>::default();
        for (number, (entry, _)) in self.entries.iter().filter(|(_, (_, count))| *count > 0) {
            index.insert(hash::<T>(entry.get()), number);
        }
        self.index = Some(index);
    }

    /// Whether the value is gone.
    #[inline]
    pub(super) fn retract(&mut self, hash: u64, value: T::Ref<'_>) -> bool {
        let Some(number) = self.find(hash, value) else { return false };
        let Some((entry, count)) = self.entries.get_mut(number) else { return false };
        *count -= 1;
        if *count > 0 {
            self.note(number);
            return false;
        }
        if let Some(log) = &mut self.log {
            log.gone(entry);
        }
        if let Some(index) = &mut self.index {
            index.remove(hash, number);
        }
        self.free.push(number);
        true
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
