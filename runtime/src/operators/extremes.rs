//! `min` and `max`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use crate::operators::{Accumulator, Retract};
use crate::state::{Blob, Stored, Text};
use crate::values::{Date, Decimal, Fault, Time, Timestamp, TimestampLtz};

/// A stored type with the order of SQL.
pub trait Ordered: Stored {
    /// Compares two values; of floats -0.0 is less than 0.0, and not-a-number is the greatest.
    fn compare(a: Self::Ref<'_>, b: Self::Ref<'_>) -> Ordering;
}

macro_rules! ordered {
    ($($ty:ty { $($generics:tt)* })*) => {$(
        impl<$($generics)*> Ordered for $ty {
            #[inline]
            fn compare(a: Self::Ref<'_>, b: Self::Ref<'_>) -> Ordering {
                a.cmp(&b)
            }
        }
    )*};
}

ordered! {
    bool {}
    i8 {}
    i16 {}
    i32 {}
    i64 {}
    Decimal<P, S> { const P: u8, const S: u8 }
    Date {}
    Time {}
    Timestamp {}
    TimestampLtz {}
    Text {}
    Blob {}
}

impl Ordered for f32 {
    fn compare(a: f32, b: f32) -> Ordering {
        f64::compare(a.into(), b.into())
    }
}

impl Ordered for f64 {
    fn compare(a: f64, b: f64) -> Ordering {
        match a.partial_cmp(&b) {
            Some(Ordering::Equal) => b.is_sign_negative().cmp(&a.is_sign_negative()),
            Some(order) => order,
            None => a.is_nan().cmp(&b.is_nan()),
        }
    }
}

/// Which end of the order is wanted.
pub trait End {
    /// What a better value compares as against the one that is kept.
    const BETTER: Ordering;
}

/// The least: `min`.
#[derive(Debug)]
pub struct Least;

/// The greatest: `max`.
#[derive(Debug)]
pub struct Greatest;

impl End for Least {
    const BETTER: Ordering = Ordering::Less;
}

impl End for Greatest {
    const BETTER: Ordering = Ordering::Greater;
}

/// `min(x)` or `max(x)` over rows that are never retracted: one value.
#[derive(Debug)]
pub struct Extreme<E, T> {
    pub(super) kept: Option<T>,
    end: PhantomData<E>,
}

/// `min(x)` over rows that are never retracted.
pub type Min<T> = Extreme<Least, T>;

/// `max(x)` over rows that are never retracted.
pub type Max<T> = Extreme<Greatest, T>;

impl<E, T> Default for Extreme<E, T> {
    fn default() -> Self {
        Self { kept: None, end: PhantomData }
    }
}

impl<E: End + 'static, T: Ordered + 'static> Accumulator for Extreme<E, T> {
    type Input<'a> = Option<T::Ref<'a>>;
    type Output<'a> = Option<T::Ref<'a>>;

    #[inline]
    fn add(&mut self, input: Self::Input<'_>) -> bool {
        let Some(value) = input else { return false };
        let better = self.kept.as_ref().is_none_or(|kept| T::compare(value, kept.get()) == E::BETTER);
        if better {
            self.kept.set(input);
        }
        better
    }

    #[inline]
    fn value(&self) -> Result<Self::Output<'_>, Fault> {
        Ok(self.kept.get())
    }
}

/// A value in a tree.
#[derive(Debug)]
pub(super) struct Sorted<T>(pub(super) T);

impl<T: Ordered> PartialEq for Sorted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: Ordered> Eq for Sorted<T> {}

impl<T: Ordered> PartialOrd for Sorted<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ordered> Ord for Sorted<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        T::compare(self.0.get(), other.0.get())
    }
}

/// `min(x)` or `max(x)` over rows that may be retracted: all values, in order, with how often each is there.
#[derive(Debug)]
pub struct RetractableExtreme<E, T> {
    pub(super) values: BTreeMap<Sorted<T>, u32>,
    /// The values that the epoch log was not told of yet; none where it is told of all.
    pub(super) log: Option<Vec<Sorted<T>>>,
    end: PhantomData<E>,
}

/// `min(x)` over rows that may be retracted.
pub type RetractableMin<T> = RetractableExtreme<Least, T>;

/// `max(x)` over rows that may be retracted.
pub type RetractableMax<T> = RetractableExtreme<Greatest, T>;

impl<E, T> Default for RetractableExtreme<E, T> {
    fn default() -> Self {
        Self { values: BTreeMap::new(), log: None, end: PhantomData }
    }
}

fn sorted<T: Stored>(value: T::Ref<'_>) -> Sorted<T> {
    let mut stored = T::default();
    stored.set(value);
    Sorted(stored)
}

impl<E: End, T: Ordered> RetractableExtreme<E, T> {
    #[inline]
    fn note(&mut self, value: T::Ref<'_>) {
        if let Some(log) = &mut self.log {
            log.push(sorted(value));
        }
    }

    fn kept(&self) -> Option<T::Ref<'_>> {
        let end = match E::BETTER {
            Ordering::Greater => self.values.keys().next_back(),
            Ordering::Less | Ordering::Equal => self.values.keys().next(),
        };
        end.map(|value| value.0.get())
    }
}

impl<E: End + 'static, T: Ordered + 'static> Accumulator for RetractableExtreme<E, T> {
    type Input<'a> = Option<T::Ref<'a>>;
    type Output<'a> = Option<T::Ref<'a>>;

    fn add(&mut self, input: Self::Input<'_>) -> bool {
        let Some(value) = input else { return false };
        let better = self.kept().is_none_or(|kept| T::compare(value, kept) == E::BETTER);
        *self.values.entry(sorted(value)).or_default() += 1;
        self.note(value);
        better
    }

    fn value(&self) -> Result<Self::Output<'_>, Fault> {
        Ok(self.kept())
    }
}

impl<E: End + 'static, T: Ordered + 'static> Retract for RetractableExtreme<E, T> {
    fn retract(&mut self, input: Self::Input<'_>) -> bool {
        let Some(value) = input else { return false };
        self.note(value);
        let value = sorted::<T>(value);
        let last = match self.values.get_mut(&value) {
            Some(count) if *count > 1 => {
                *count -= 1;
                return false;
            }
            Some(_) => true,
            None => false,
        };
        if last {
            self.values.remove(&value);
        }
        last
    }

    /// Of the other's values only the one at its end can be that of both.
    fn absorb(&mut self, other: &Self) {
        self.add(other.kept());
    }
}
