//! `distinct`: each value counts once, however often it comes.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use crate::operators::{Accumulator, Retract};
use crate::state::{Index, Stored};
use crate::values::Fault;

/// An accumulator that is given each value once: when it comes first, and back when it is retracted as often.
#[derive(Debug)]
pub struct Distinct<T, A> {
    values: Values<T>,
    inner: A,
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
        input.is_some_and(|value| self.values.add(value) && self.inner.add(input))
    }

    #[inline]
    fn warm(&self, input: Self::Input<'_>) -> u32 {
        input.map_or(0, |value| self.values.warm(value))
    }

    fn admits(&self, input: Self::Input<'_>) -> Result<(), Fault> {
        match input {
            Some(value) if self.values.find(value).is_none() => self.inner.admits(input),
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
        input.is_some_and(|value| self.values.retract(value) && self.inner.retract(input))
    }
}

/// Up to so many values are searched one by one, without an index.
const FEW: usize = 8;

/// The values of a group with how often each is there; places with a count of 0 are free.
#[derive(Debug)]
struct Values<T> {
    entries: Vec<(T, u32)>,
    free: Vec<u32>,
    index: Option<Box<(Index, RandomState)>>,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), free: Vec::new(), index: None }
    }
}

#[inline]
fn hash<T: Stored>(state: &RandomState, value: T::Ref<'_>) -> u64 {
    let mut hasher = state.build_hasher();
    T::hash(value, &mut hasher);
    hasher.finish()
}

impl<T: Stored> Values<T> {
    #[inline]
    fn find(&self, value: T::Ref<'_>) -> Option<usize> {
        let is = |(entry, count): &(T, u32)| *count > 0 && entry.is(value);
        match &self.index {
            None => self.entries.iter().position(is),
            Some(index) => index
                .0
                .find(hash::<T>(&index.1, value), |row| self.entries.get(row as usize).is_some_and(is))
                .map(|row| row as usize),
        }
    }

    /// Reads the memory that the value will need.
    #[inline]
    fn warm(&self, value: T::Ref<'_>) -> u32 {
        let row = self.index.as_ref().and_then(|index| index.0.peek(hash::<T>(&index.1, value)));
        row.and_then(|row| self.entries.get(row as usize)).map_or(0, |(_, count)| *count)
    }

    /// Whether the value is new.
    #[inline]
    fn add(&mut self, value: T::Ref<'_>) -> bool {
        if let Some((_, count)) = self.find(value).and_then(|position| self.entries.get_mut(position)) {
            *count += 1;
            return false;
        }
        let row = match self.free.pop() {
            Some(row) => row,
            None => {
                self.entries.push((T::default(), 0));
                (self.entries.len() - 1) as u32
            }
        };
        if let Some((entry, count)) = self.entries.get_mut(row as usize) {
            entry.set(value);
            *count = 1;
        }
        match &mut self.index {
            Some(index) => index.0.insert(hash::<T>(&index.1, value), row),
            None if self.entries.len() > FEW => self.make_index(),
            None => {}
        }
        true
    }

    #[cold]
    fn make_index(&mut self) {
        let mut index = Box::<(Index, RandomState)>::default();
        for (row, (entry, _)) in self.entries.iter().enumerate().filter(|(_, (_, count))| *count > 0) {
            let hash = hash::<T>(&index.1, entry.get());
            index.0.insert(hash, row as u32);
        }
        self.index = Some(index);
    }

    /// Whether the value is gone.
    #[inline]
    fn retract(&mut self, value: T::Ref<'_>) -> bool {
        let Some(position) = self.find(value) else { return false };
        let Some((_, count)) = self.entries.get_mut(position) else { return false };
        *count -= 1;
        if *count > 0 {
            return false;
        }
        if let Some(index) = &mut self.index {
            index.0.remove(hash::<T>(&index.1, value), position as u32);
        }
        self.free.push(position as u32);
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
