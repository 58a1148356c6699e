//! Groups and accumulators in the epoch log.
//!
//! Small accumulators write themselves whole whenever their group was touched. Those that keep many values write the
//! ones that changed, once they have so many that it pays.

mod accumulators;
#[cfg(test)]
mod tests;

use crate::epochs::bytes::{self, Bytes, Damaged};
use crate::epochs::{AllSmall, Lasting, Load, LoadShare, LoggedPlaces, Persist, SaveAll, SaveChanges};
use crate::operators::aggregate::seconds;
use crate::operators::{Aggregate, Aggregation, KeyRef};
use crate::state::{Group, Groups, Stored};

/// What follows in an aggregation's bytes.
const END: u8 = 0;
const GROUP: u8 = 1;
/// How many groups there will be.
const SIZE: u8 = 2;

/// Bytes of groups that are saved at once.
const HANDFUL: usize = 1 << 20;

/// So many values are sooner written than noted.
const FEW: usize = 8;

/// So many groups are enough to judge by.
const SAMPLED: u32 = 256;

/// Groups that are read before their places are looked for.
const AT_ONCE: usize = 32;

/// What a view keeps, whatever it is made of: the engine, which is compiled once for all jobs, knows no more of it.
pub trait Kept {
    /// How many groups there are.
    fn groups(&self) -> usize;

    /// Notes from now on which groups change.
    fn keep_log(&mut self);

    /// Notes from now on only which groups go: all else follows from what another view keeps.
    fn keep_log_of_gone(&mut self);

    /// Forgets which groups changed.
    fn settle(&mut self);

    /// Appends the groups that changed since this was last asked; nothing if there is none.
    fn save_changes(&mut self, out: &mut Vec<u8>);

    /// The same where groups are saved when they are passed on: they are not copied, but change places with `rest`, which
    /// is empty, and belong behind `out`.
    fn begin_changes(&mut self, out: &mut Vec<u8>, rest: &mut Vec<u8>);

    /// Lends memory, of which nothing is needed any more, for groups that are saved when they are passed on.
    fn lend(&mut self, memory: &mut Vec<u8>);

    /// Appends the groups from this number on, until there is about a megabyte. Gives the number to go on from.
    fn save_some(&mut self, from: u32, out: &mut Vec<u8>) -> Option<u32>;

    /// How many bytes [`Self::save_some`] would write of all groups; it takes the memory of one group.
    fn saved_size(&mut self) -> u64;

    /// About as many, judged by a few groups.
    fn about_saved_size(&mut self) -> u64;

    /// Takes in what [`Self::save_some`] wrote, where each group stands whole.
    fn load_whole(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged>;

    /// Takes in what [`Self::save_changes`] or [`Self::save_some`] wrote.
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged>;

    /// Takes in what [`Self::save_some`] wrote of a worker's share of each group, besides what is there.
    fn load_share(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged>;

    /// Takes in what an epoch changed whose clock stood at `now`, in milliseconds since 1970; what that changes for
    /// the view's reader waits for [`Aggregate::pass_on`].
    fn load_later(&mut self, bytes: &mut Bytes<'_>, now: i64) -> Result<(), Damaged>;
}

impl<A: Aggregation + Lasting> Kept for Aggregate<A> {
    fn groups(&self) -> usize {
        self.len()
    }

    fn keep_log(&mut self) {
        self.log.get_or_insert_default();
    }

    fn keep_log_of_gone(&mut self) {
        self.log.get_or_insert_with(|| Box::new(LoggedPlaces::only_gone()));
    }

    fn settle(&mut self) {
        while self.pop_changed().is_some() {}
    }

    fn save_changes(&mut self, out: &mut Vec<u8>) {
        if let Some(log) = self.begin_log(out) {
            out.extend_from_slice(log.saved());
            self.end_log(out);
        }
    }

    fn begin_changes(&mut self, out: &mut Vec<u8>, rest: &mut Vec<u8>) {
        if let Some(log) = self.begin_log(out) {
            std::mem::swap(log.saved(), rest);
            self.end_log(rest);
        }
    }

    fn lend(&mut self, memory: &mut Vec<u8>) {
        if let Some(log) = &mut self.log
            && log.saved().capacity() == 0
        {
            memory.clear();
            std::mem::swap(log.saved(), memory);
        }
    }

    fn save_some(&mut self, from: u32, out: &mut Vec<u8>) -> Option<u32> {
        let begin = out.len();
        let mut next = None;
        bytes::number(0, out);
        if from == 0 && self.groups.len() > FEW {
            out.push(SIZE);
            bytes::number(self.groups.len() as u64, out);
        }
        let mut number = from;
        while number < self.groups.places() {
            if out.len() - begin >= HANDFUL {
                next = Some(number);
                break;
            }
            self.save_group(number, out);
            number += 1;
        }
        out.push(END);
        next
    }

    fn saved_size(&mut self) -> u64 {
        self.sizes(1, u64::MAX).1
    }

    fn about_saved_size(&mut self) -> u64 {
        let (count, size) = self.sizes((self.groups.places() / SAMPLED).max(1), HANDFUL as u64);
        size.checked_div(count).unwrap_or(0) * self.groups.len() as u64
    }

    fn load_whole(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.load_gone(bytes)?;
        self.load_handfuls(bytes, Taken::Instead)
    }

    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.load_each(bytes, Taken::Instead)
    }

    fn load_share(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.load_each(bytes, Taken::Besides)
    }

    fn load_later(&mut self, bytes: &mut Bytes<'_>, now: i64) -> Result<(), Damaged> {
        self.load_each(bytes, Taken::Later(seconds(now)))
    }
}

impl<A: Aggregation + Lasting> Aggregate<A> {
    /// Appends the groups that went, and gives the log; none if it has nothing.
    fn begin_log(&mut self, out: &mut Vec<u8>) -> Option<&mut LoggedPlaces> {
        let log = self.log.as_deref_mut().filter(|log| !log.is_empty())?;
        log.save_gone(out);
        Some(log)
    }

    /// Appends the groups that changed and were not saved yet, behind those that were: of a group that stands twice the
    /// last counts.
    fn end_log(&mut self, out: &mut Vec<u8>) {
        let Some(log) = &mut self.log else { return };
        let groups = &mut self.groups;
        let mut at = 0;
        while let Some(numbers) = log.some(&mut at) {
            for number in numbers {
                groups.prefetch(*number);
            }
            for number in numbers {
                if let Some(group) = groups.present_mut(*number) {
                    save_group_changes(group, out);
                }
            }
        }
        log.clear();
        out.push(END);
    }

    /// Appends a group, if there is one with this number.
    fn save_group(&mut self, number: u32, out: &mut Vec<u8>) {
        if let Some(group) = self.groups.present_mut(number) {
            begin_group(group, out);
            let _ = group.state.parts(&mut SaveAll(out));
        }
    }

    /// How many groups were saved, one of `stride` until there are `enough` bytes, and how many bytes they took.
    fn sizes(&mut self, stride: u32, enough: u64) -> (u64, u64) {
        let (mut count, mut size, mut group_bytes, mut number) = (0, 0, Vec::new(), 0);
        while number < self.groups.places() && size < enough {
            group_bytes.clear();
            self.save_group(number, &mut group_bytes);
            count += u64::from(!group_bytes.is_empty());
            size += group_bytes.len() as u64;
            number += stride;
        }
        (count, size)
    }

    /// Takes in groups.
    fn load_each(&mut self, bytes: &mut Bytes<'_>, taken: Taken) -> Result<(), Damaged> {
        self.load_gone(bytes)?;
        let mut small = AllSmall(true);
        A::default().parts(&mut small)?;
        if small.0 && !matches!(taken, Taken::Besides) {
            return self.load_handfuls(bytes, taken);
        }
        let mut key = A::Key::default();
        loop {
            match Follows::read(bytes)? {
                Follows::End => return Ok(()),
                Follows::Group => {}
                Follows::Size(_) => continue,
            }
            key.load(bytes)?;
            let number = self.enter_loaded(Groups::<A::Key, A>::hash(key.get()), key.get(), taken);
            let group = self.groups.get_mut(number).ok_or(Damaged)?;
            match taken {
                Taken::Instead | Taken::Later(_) => load_rest(group, bytes)?,
                Taken::Besides => {
                    // All workers know of the same rows.
                    (group.rows, group.touched) = load_counts(bytes)?;
                    group.state.parts(&mut LoadShare(bytes))?;
                }
            }
        }
    }

    /// Takes in groups that stand whole. Some are read before their places are looked for, so that the waits for memory
    /// overlap.
    fn load_handfuls(&mut self, bytes: &mut Bytes<'_>, taken: Taken) -> Result<(), Damaged> {
        let mut hashes = Vec::with_capacity(AT_ONCE);
        let mut read = Vec::new();
        read.resize_with(AT_ONCE, Group::<A::Key, A>::default);
        loop {
            hashes.clear();
            let mut ended = false;
            for group in &mut read {
                let mut follows = Follows::read(bytes)?;
                while let Follows::Size(count) = follows {
                    self.groups.reserve(count);
                    follows = Follows::read(bytes)?;
                }
                if let Follows::End = follows {
                    ended = true;
                    break;
                }
                group.key.load(bytes)?;
                load_rest(group, bytes)?;
                hashes.push(Groups::<A::Key, A>::hash(group.key.get()));
            }
            self.groups.warm(&hashes);
            for (hash, group) in hashes.iter().zip(&mut read) {
                let number = self.enter_loaded(*hash, group.key.get(), taken);
                let place = self.groups.get_mut(number).ok_or(Damaged)?;
                (place.rows, place.touched) = (group.rows, group.touched);
                std::mem::swap(&mut place.state, &mut group.state);
            }
            if ended {
                return Ok(());
            }
        }
    }

    /// Finds or makes a group that is loaded.
    #[inline]
    fn enter_loaded(&mut self, hash: u64, key: KeyRef<'_, A>, taken: Taken) -> u32 {
        let number = self.groups.enter(hash, key);
        if let Taken::Later(now) = taken {
            self.expire(number, now);
            self.keep_earlier(number);
        }
        number
    }

    /// Removes the groups that went.
    fn load_gone(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
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
        Ok(())
    }
}

/// How groups are taken in.
#[derive(Debug, Clone, Copy)]
enum Taken {
    /// In the place of what is there.
    Instead,
    /// The same, where the clock stood at so many seconds since 1970; what was there is kept for the view's reader.
    Later(u32),
    /// As another worker's share of what is there.
    Besides,
}

/// What follows in an aggregation's bytes.
enum Follows {
    End,
    Group,
    Size(usize),
}

impl Follows {
    fn read(bytes: &mut Bytes<'_>) -> Result<Self, Damaged> {
        match bytes.byte()? {
            END => Ok(Self::End),
            GROUP => Ok(Self::Group),
            SIZE => Ok(Self::Size(bytes.count()?)),
            _ => Err(Damaged),
        }
    }
}

/// Appends a group with what changed of it.
#[inline]
pub(super) fn save_group_changes<K: Persist, A: Lasting>(group: &mut Group<K, A>, out: &mut Vec<u8>) {
    begin_group(group, out);
    // Saving does not fail.
    let _ = group.state.parts(&mut SaveChanges(out));
}

/// Appends what stands before a group's accumulators.
fn begin_group<K: Persist, A>(group: &Group<K, A>, out: &mut Vec<u8>) {
    out.push(GROUP);
    group.key.save(out);
    save_counts(group.rows, group.touched, out);
}

/// Takes in what stands behind a group's key.
fn load_rest<K, A: Lasting>(group: &mut Group<K, A>, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
    (group.rows, group.touched) = load_counts(bytes)?;
    group.state.parts(&mut Load(bytes))
}

// Not compiled for each view: the less there is for one, the sooner a pipeline with many is built.

fn save_counts(rows: u32, touched: u32, out: &mut Vec<u8>) {
    bytes::number(rows.into(), out);
    bytes::number(touched.into(), out);
}

fn load_counts(bytes: &mut Bytes<'_>) -> Result<(u32, u32), Damaged> {
    let mut count = || bytes.number()?.try_into().map_err(|_| Damaged);
    Ok((count()?, count()?))
}
