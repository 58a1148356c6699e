//! Accumulators in the epoch log.

use super::FEW;
use crate::epochs::Persist;
use crate::epochs::bytes::{self, Bytes, Damaged};
use crate::operators::extremes::{Extreme, Ordered, RetractableExtreme, Sorted};
use crate::operators::{
    Average, Count, CountRows, Distinct, ExactFloat, ExactInteger, FirstValue, LastValue, Retract, Sum, Summable,
};
use crate::state::{Stored, hash};

impl Persist for CountRows {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        self.0.save(out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.0.load(bytes)
    }

    fn load_share(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.0 = more(self.0, bytes)?;
        Ok(())
    }
}

impl<T> Persist for Count<T> {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        self.0.save(out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.0.load(bytes)
    }

    fn load_share(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.0 = more(self.0, bytes)?;
        Ok(())
    }
}

/// A count and that of another share.
fn more(count: i64, bytes: &mut Bytes<'_>) -> Result<i64, Damaged> {
    let mut other = 0;
    other.load(bytes)?;
    count.checked_add(other).ok_or(Damaged)
}

macro_rules! total {
    ($($name:ident)*) => {$(
        impl<T: Summable, R> Persist for $name<T, R> {
            #[inline]
            fn save(&self, out: &mut Vec<u8>) {
                self.count.save(out);
                self.total.save(out);
            }

            #[inline]
            fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
                self.count.load(bytes)?;
                self.total.load(bytes)
            }

            fn load_share(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
                self.count = more(self.count, bytes)?;
                let mut total = T::Total::default();
                total.load(bytes)?;
                T::absorb(&mut self.total, &total);
                Ok(())
            }
        }
    )*};
}

total! { Sum Average }

macro_rules! value {
    ($($name:ident)*) => {$(
        impl<T: Stored> Persist for $name<T> {
            #[inline]
            fn save(&self, out: &mut Vec<u8>) {
                self.0.save(out);
            }

            #[inline]
            fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
                self.0.load(bytes)
            }
        }
    )*};
}

value! { LastValue FirstValue }

impl<E, T: Stored> Persist for Extreme<E, T> {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        self.kept.save(out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.kept.load(bytes)
    }
}

impl Persist for ExactInteger {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        self.low.save(out);
        self.high.save(out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.low.load(bytes)?;
        self.high.load(bytes)
    }
}

impl Persist for ExactFloat {
    fn save(&self, out: &mut Vec<u8>) {
        let parts = self.parts();
        // Zeros may stand behind the last of the few.
        let count = parts.iter().rposition(|part| *part != 0.0).map_or(0, |last| last + 1);
        bytes::number(count as u64, out);
        parts.iter().take(count).for_each(|part| part.save(out));
        out.push(u8::from(self.special.is_some()));
        if let Some(special) = &self.special {
            for number in [special.nan, special.infinite, special.negative_infinite, special.units] {
                number.save(out);
            }
        }
    }

    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        let count = bytes.count()?;
        let few = self.parts.len();
        (self.parts, self.more, self.special) = ([0.0; 3], None, None);
        if count <= few {
            for part in self.parts.iter_mut().take(count) {
                part.load(bytes)?;
            }
        } else {
            let mut more = Vec::new();
            for _ in 0..count {
                let mut part = 0.0f64;
                part.load(bytes)?;
                more.push(part);
            }
            self.more = Some(Box::new(more));
        }
        if bytes.flag()? {
            let special = self.special.get_or_insert_default();
            special.nan.load(bytes)?;
            special.infinite.load(bytes)?;
            special.negative_infinite.load(bytes)?;
            special.units.load(bytes)?;
        }
        Ok(())
    }
}

/// How the values of an accumulator that keeps many were written.
pub(super) const ALL: u8 = 0;
const CHANGED: u8 = 1;
/// All, behind how many they are.
pub(super) const COUNTED: u8 = 2;

/// Only the values are saved: what is inside follows from them.
impl<T, A> Persist for Distinct<T, A>
where
    T: Stored + 'static,
    A: for<'a> crate::operators::Accumulator<Input<'a> = Option<T::Ref<'a>>> + Retract + Persist + 'static,
{
    const SMALL: bool = false;

    fn save_result(&self, out: &mut Vec<u8>) {
        self.inner.save(out);
    }

    fn load_result(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.inner.load(bytes)
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.push(COUNTED);
        bytes::number(self.values.len() as u64, out);
        self.values.save_all(out);
    }

    fn save_changes(&mut self, out: &mut Vec<u8>) {
        if self.values.keeps_log() {
            out.push(CHANGED);
            self.values.save_changes(out);
            return;
        }
        self.save(out);
        if self.values.len() > FEW {
            self.values.keep_log();
        }
    }

    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        let mut value = T::default();
        match bytes.byte()? {
            ALL => *self = Self::default(),
            COUNTED => {
                *self = Self::default();
                // Each takes a byte at least.
                self.values.reserve(bytes.count()?.min(bytes.left()));
            }
            CHANGED => {
                for _ in 0..bytes.number()? {
                    value.load(bytes)?;
                    let hash = hash::<T>(value.get());
                    self.values.set_count(hash, value.get(), 1);
                    if self.values.remove(hash, value.get()) {
                        self.inner.retract(Some(value.get()));
                    }
                }
            }
            _ => return Err(Damaged),
        }
        load_values(self, bytes)
    }

    /// No two workers keep the same value.
    fn load_share(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        match bytes.byte()? {
            ALL => {}
            COUNTED => self.values.reserve(bytes.count()?.min(bytes.left())),
            _ => return Err(Damaged),
        }
        load_values(self, bytes)
    }
}

/// Takes in values, each behind how often it is there.
fn load_values<T, A>(distinct: &mut Distinct<T, A>, bytes: &mut Bytes<'_>) -> Result<(), Damaged>
where
    T: Stored + 'static,
    A: for<'a> crate::operators::Accumulator<Input<'a> = Option<T::Ref<'a>>> + 'static,
{
    let mut value = T::default();
    loop {
        let count = bytes.number()?.try_into().map_err(|_| Damaged)?;
        if count == 0 {
            return Ok(());
        }
        value.load(bytes)?;
        let hash = hash::<T>(value.get());
        if let Some(new) = distinct.values.put(hash, std::mem::take(&mut value), count) {
            distinct.inner.add(Some(new));
        }
    }
}

impl<E, T: Ordered> Persist for RetractableExtreme<E, T> {
    const SMALL: bool = false;

    fn save(&self, out: &mut Vec<u8>) {
        out.push(ALL);
        for (value, count) in &self.values {
            bytes::number((*count).into(), out);
            value.0.save(out);
        }
        bytes::number(0, out);
    }

    fn save_changes(&mut self, out: &mut Vec<u8>) {
        let Some(mut log) = self.log.take() else {
            self.log = (self.values.len() > FEW).then(Vec::new);
            return self.save(out);
        };
        out.push(CHANGED);
        log.sort_unstable();
        log.dedup();
        let gone = |value: &&Sorted<T>| !self.values.contains_key(*value);
        bytes::number(log.iter().filter(gone).count() as u64, out);
        log.iter().filter(gone).for_each(|value| value.0.save(out));
        for value in &log {
            if let Some(count) = self.values.get(value) {
                bytes::number((*count).into(), out);
                value.0.save(out);
            }
        }
        bytes::number(0, out);
        log.clear();
        self.log = Some(log);
    }

    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        match bytes.byte()? {
            ALL => {
                self.values.clear();
                self.log = None;
            }
            CHANGED => {
                for _ in 0..bytes.number()? {
                    let mut value = T::default();
                    value.load(bytes)?;
                    self.values.remove(&Sorted(value));
                }
            }
            _ => return Err(Damaged),
        }
        loop {
            let count = bytes.number()?.try_into().map_err(|_| Damaged)?;
            if count == 0 {
                return Ok(());
            }
            let mut value = T::default();
            value.load(bytes)?;
            self.values.insert(Sorted(value), count);
        }
    }

    /// Several workers may keep the same value.
    fn load_share(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        let mut other = Self::default();
        other.load(bytes)?;
        for (value, count) in other.values {
            let known = self.values.entry(value).or_default();
            *known = known.checked_add(count).ok_or(Damaged)?;
        }
        Ok(())
    }
}
