//! Groups and accumulators in the epoch log.
//!
//! Small accumulators write themselves whole whenever their group was touched. Those that keep many values write the
//! ones that changed, once they have so many that it pays.

use crate::epochs::bytes::{self, Bytes, Damaged};
use crate::epochs::{Lasting, Load, LoggedPlaces, Persist, SaveAll, SaveChanges};
use crate::operators::aggregate::seconds;
use crate::operators::extremes::{Ordered, RetractableExtreme, Sorted};
use crate::operators::{
    Aggregate, Aggregation, Average, Count, CountRows, Distinct, ExactFloat, ExactInteger, FirstValue, LastValue,
    Retract, Sum, Summable, extremes::Extreme,
};
use crate::state::{Groups, Stored, hash};

/// What follows in an aggregation's bytes.
const END: u8 = 0;
const GROUP: u8 = 1;

/// Bytes of groups that are saved at once.
const HANDFUL: usize = 1 << 20;

impl<A: Aggregation + Lasting> Aggregate<A> {
    /// Notes from now on which groups change.
    pub fn keep_log(&mut self) {
        self.log.get_or_insert_default();
    }

    /// Notes from now on only which groups go: all else follows from what another view keeps.
    pub fn keep_log_of_gone(&mut self) {
        self.log.get_or_insert_with(|| Box::new(LoggedPlaces::only_gone()));
    }

    /// Forgets which groups changed.
    pub fn settle(&mut self) {
        while self.pop_changed().is_some() {}
    }

    /// Appends the groups that changed since this was last asked; nothing if there is none.
    pub fn save_changes(&mut self, out: &mut Vec<u8>) {
        let Some(log) = &mut self.log else { return };
        if log.is_empty() {
            return;
        }
        log.save_gone(out);
        let groups = &mut self.groups;
        log.drain(|numbers| {
            numbers.iter().for_each(|number| groups.prefetch(*number));
            for number in numbers {
                if let Some(group) = groups.get_mut(*number).filter(|group| group.rows > 0) {
                    out.push(GROUP);
                    group.key.save(out);
                    bytes::number(group.rows.into(), out);
                    bytes::number(group.touched.into(), out);
                    // Saving does not fail.
                    let _ = group.state.parts(&mut SaveChanges(out));
                }
            }
        });
        out.push(END);
    }

    /// Appends the groups from this number on, until there are [`HANDFUL`] bytes. Gives the number to go on from.
    pub fn save_some(&mut self, from: u32, out: &mut Vec<u8>) -> Option<u32> {
        let begin = out.len();
        let mut next = None;
        bytes::number(0, out);
        for number in from..self.groups.places() {
            if out.len() - begin >= HANDFUL {
                next = Some(number);
                break;
            }
            if let Some(group) = self.groups.get_mut(number).filter(|group| group.rows > 0) {
                out.push(GROUP);
                group.key.save(out);
                bytes::number(group.rows.into(), out);
                bytes::number(group.touched.into(), out);
                let _ = group.state.parts(&mut SaveAll(out));
            }
        }
        out.push(END);
        next
    }

    /// How many bytes [`Self::save_some`] would write of all groups; it takes the memory of one group.
    pub fn saved_size(&mut self) -> u64 {
        let (mut size, mut group_bytes) = (0, Vec::new());
        for number in 0..self.groups.places() {
            if let Some(group) = self.groups.get_mut(number).filter(|group| group.rows > 0) {
                group_bytes.clear();
                group.key.save(&mut group_bytes);
                let _ = group.state.parts(&mut SaveAll(&mut group_bytes));
                size += group_bytes.len() as u64;
            }
        }
        size
    }

    /// Takes in what one of the two wrote.
    pub fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.load_each(bytes, |_, _| {})
    }

    /// Takes in what an epoch changed whose clock stood at `now`, in milliseconds since 1970; what that changes for
    /// the view's reader waits for [`Self::pass_on`].
    pub fn load_later(&mut self, bytes: &mut Bytes<'_>, now: i64) -> Result<(), Damaged> {
        self.load_each(bytes, |this, number| {
            this.expire(number, seconds(now));
            this.keep_earlier(number);
        })
    }

    /// Takes in groups; `before` is shown each before it changes.
    fn load_each(&mut self, bytes: &mut Bytes<'_>, before: impl Fn(&mut Self, u32)) -> Result<(), Damaged> {
        let mut key = A::Key::default();
        for _ in 0..bytes.number()? {
            let left = bytes.left();
            key.load(bytes)?;
            let hash = Groups::<A::Key, A>::hash(key.get());
            if let Some(number) = self.groups.find(hash, key.get()) {
                self.groups.remove(number);
            }
            // Where a key takes no bytes there is only one, and a wrong number of them would not be seen.
            if bytes.left() == left {
                break;
            }
        }
        loop {
            match bytes.byte()? {
                END => return Ok(()),
                GROUP => {}
                _ => return Err(Damaged),
            }
            key.load(bytes)?;
            let number = self.groups.enter(Groups::<A::Key, A>::hash(key.get()), key.get());
            before(self, number);
            let group = self.groups.get_mut(number).ok_or(Damaged)?;
            group.rows = bytes.number()?.try_into().map_err(|_| Damaged)?;
            group.touched = bytes.number()?.try_into().map_err(|_| Damaged)?;
            group.state.parts(&mut Load(bytes))?;
        }
    }
}

impl Persist for CountRows {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        self.0.save(out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.0.load(bytes)
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
const ALL: u8 = 0;
const CHANGED: u8 = 1;

/// Only the values are saved: what is inside follows from them.
impl<T, A> Persist for Distinct<T, A>
where
    T: Stored + 'static,
    A: for<'a> crate::operators::Accumulator<Input<'a> = Option<T::Ref<'a>>> + Retract + Persist + 'static,
{
    fn save_result(&self, out: &mut Vec<u8>) {
        self.inner.save(out);
    }

    fn load_result(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.inner.load(bytes)
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.push(ALL);
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
        loop {
            let count = bytes.number()?.try_into().map_err(|_| Damaged)?;
            if count == 0 {
                return Ok(());
            }
            value.load(bytes)?;
            let hash = hash::<T>(value.get());
            if self.values.count(hash, value.get()) == 0 {
                self.values.add(hash, value.get());
                self.inner.add(Some(value.get()));
            }
            self.values.set_count(hash, value.get(), count);
        }
    }
}

/// So many values are sooner written than noted.
const FEW: usize = 8;

impl<E, T: Ordered> Persist for RetractableExtreme<E, T> {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::epochs::Pass;
    use crate::operators::{Accumulator, KeyRef, Max, RetractableMin};
    use crate::scope::Scope;
    use crate::state::Text;
    use crate::values::Fault;

    /// Saves what changed into one copy and all into another one; both must be what was saved.
    fn follow<P: Persist + Default>(
        steps: usize,
        mut change: impl FnMut(&mut P, u64) -> bool,
        same: impl Fn(&P, &P) -> bool,
    ) {
        let (mut one, mut follower) = (P::default(), P::default());
        let mut seed = 5u64;
        for _ in 0..steps {
            for _ in 0..seed % 50 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                change(&mut one, seed >> 33);
            }
            seed = seed.wrapping_add(1);
            let mut out = Vec::new();
            one.save_changes(&mut out);
            let mut bytes = Bytes::new(&out);
            follower.load(&mut bytes).expect("reads");
            assert!(bytes.is_empty() && same(&one, &follower));
            let mut out = Vec::new();
            one.save(&mut out);
            let mut copy = P::default();
            copy.load(&mut Bytes::new(&out)).expect("reads");
            assert!(same(&one, &copy));
        }
    }

    fn all(value: &impl Persist) -> Vec<u8> {
        let mut out = Vec::new();
        value.save(&mut out);
        out
    }

    #[test]
    fn small_accumulators_write_themselves() {
        follow::<Sum<i64>>(50, |sum, value| sum.add(Some(value as i64)), |a, b| a.value() == b.value());
        let float = |sum: &mut Sum<f64>, value: u64| {
            sum.add(Some(value as f64 * 10f64.powi((value % 200) as i32 - 100)));
            value.is_multiple_of(97) && sum.add(Some(f64::INFINITY))
        };
        follow::<Sum<f64>>(50, float, |a, b| all(a) == all(b));
        let text = |last: &mut LastValue<Text>, value: u64| last.add(Some(&"x".repeat(value as usize % 60)));
        follow::<LastValue<Text>>(50, text, |a, b| a.value() == b.value());
        follow::<Max<i64>>(50, |max, value| max.add(Some(value as i64)), |a, b| a.value() == b.value());
    }

    #[test]
    fn many_values_write_what_changed() {
        let mut there = Vec::new();
        let distinct = |distinct: &mut Distinct<Text, Count<Text>>, value: u64| {
            if value.is_multiple_of(3) && !there.is_empty() {
                let value: String = there.swap_remove(value as usize % there.len());
                distinct.retract(Some(&value))
            } else {
                let value = format!("value {}", value % 300);
                there.push(value.clone());
                distinct.add(Some(&value))
            }
        };
        let sorted = |one: &Distinct<Text, Count<Text>>| {
            let mut all: Vec<_> = one.values.iter().map(|(value, count)| (value.to_owned(), count)).collect();
            all.sort();
            all
        };
        follow(400, distinct, |a, b| sorted(a) == sorted(b) && a.value() == b.value());

        let mut there = Vec::new();
        let least = |least: &mut RetractableMin<i64>, value: u64| {
            if value.is_multiple_of(3) && !there.is_empty() {
                least.retract(Some(there.swap_remove(value as usize % there.len())))
            } else {
                let value = (value % 300) as i64;
                there.push(value);
                least.add(Some(value))
            }
        };
        follow(400, least, |a, b| all(a) == all(b));
    }

    /// How many rows there are: one group, without a key.
    #[derive(Debug, Default)]
    struct Whole(CountRows);

    impl Lasting for Whole {
        fn parts<P: Pass>(&mut self, pass: &mut P) -> Result<(), Damaged> {
            pass.part(&mut self.0)
        }
    }

    impl Aggregation for Whole {
        type Key = ();
        type Input<'a> = ();
        type Row<'a> = i64;

        fn key<'a>(_input: &()) -> KeyRef<'a, Self> {}

        fn add(&mut self, (): &()) -> bool {
            self.0.add(())
        }

        fn row<'s>(&'s self, (): (), _scope: &Scope<'s>) -> Result<Option<i64>, Fault> {
            self.0.value().map(Some)
        }

        fn keep(row: i64, _scope: &Scope<'_>) -> i64 {
            row
        }

        fn gone((): (), _scope: &Scope<'_>) -> i64 {
            0
        }
    }

    #[test]
    fn any_number_of_keys_without_bytes_is_read_at_once() {
        let mut bytes = Vec::new();
        bytes::number(u64::MAX, &mut bytes);
        bytes.extend([GROUP, 3, 7]);
        3i64.save(&mut bytes);
        bytes.push(END);
        let mut whole = Aggregate::<Whole>::default();
        assert_eq!(whole.load(&mut Bytes::new(&bytes)), Ok(()));
        assert_eq!(whole.groups.len(), 1);
        let gone = [vec![1], vec![END]].concat();
        assert_eq!(whole.load(&mut Bytes::new(&gone)), Ok(()));
        assert!(whole.groups.is_empty());
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_as_something_else_without_a_panic() {
        let mut distinct = Distinct::<Text, Count<Text>>::default();
        for value in 0..20 {
            distinct.add(Some(&format!("value {value}")));
        }
        let bytes = all(&distinct);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << bit;
                let _ = Distinct::<Text, Count<Text>>::default().load(&mut Bytes::new(&bytes));
            }
            assert_eq!(Distinct::<Text, Count<Text>>::default().load(&mut Bytes::new(&bytes[..at])), Err(Damaged));
        }
    }
}
