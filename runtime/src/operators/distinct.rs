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

/// The values of a group with how often each is there.
#[derive(Debug)]
struct Values<T> {
    entries: Vec<(T, u32)>,
    index: Option<Box<(Index, RandomState)>>,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), index: None }
    }
}

fn hash<T: Stored>(state: &RandomState, value: T::Ref<'_>) -> u64 {
    let mut hasher = state.build_hasher();
    T::hash(value, &mut hasher);
    hasher.finish()
}

fn hash_at<T: Stored>(entries: &[(T, u32)], state: &RandomState, row: u32) -> u64 {
    entries.get(row as usize).map_or(0, |(value, _)| hash::<T>(state, value.get()))
}

impl<T: Stored> Values<T> {
    fn find(&self, value: T::Ref<'_>) -> Option<usize> {
        match &self.index {
            None => self.entries.iter().position(|(entry, _)| entry.is(value)),
            Some(index) => index
                .0
                .find(hash::<T>(&index.1, value), |row| {
                    self.entries.get(row as usize).is_some_and(|(entry, _)| entry.is(value))
                })
                .map(|row| row as usize),
        }
    }

    /// Whether the value is new.
    fn add(&mut self, value: T::Ref<'_>) -> bool {
        if let Some((_, count)) = self.find(value).and_then(|position| self.entries.get_mut(position)) {
            *count += 1;
            return false;
        }
        let mut entry = T::default();
        entry.set(value);
        self.entries.push((entry, 1));
        let newest = self.entries.len() - 1;
        let indexed = if self.index.is_some() { newest } else { 0 };
        if self.index.is_some() || self.entries.len() > FEW {
            let index = self.index.get_or_insert_default();
            for row in indexed..=newest {
                let row = row as u32;
                let entries = &self.entries;
                let (index, state) = &mut **index;
                index.insert(hash_at(entries, state, row), row, |row| hash_at(entries, state, row));
            }
        }
        true
    }

    /// Whether the value is gone.
    fn retract(&mut self, value: T::Ref<'_>) -> bool {
        let Some(position) = self.find(value) else { return false };
        if let Some((_, count)) = self.entries.get_mut(position).filter(|(_, count)| *count > 1) {
            *count -= 1;
            return false;
        }
        let last = self.entries.len() - 1;
        if let Some(index) = &mut self.index {
            let (index, state) = &mut **index;
            let entries = &self.entries;
            index.remove(hash::<T>(state, value), position as u32, |row| hash_at(entries, state, row));
            if position != last {
                index.renumber(hash_at(entries, state, last as u32), last as u32, position as u32);
            }
        }
        self.entries.swap_remove(position);
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
