//! The groups of an aggregation: a key and its state each, found by the key.

use crate::state::{Chunks, Index, Stored, hash};

/// A group.
#[derive(Debug, Default)]
pub struct Group<K, S> {
    /// Its key.
    pub key: K,
    /// Its accumulators.
    pub state: S,
    /// How many rows are in it; 0 is a group that is gone (or not yet there).
    pub rows: u32,
    /// When it was last touched, in seconds since 1970, for a time to live.
    pub touched: u32,
    /// The mark of the epoch in which it was last put on the list of changed groups.
    pub mark: u32,
}

/// All groups of an aggregation. A group has a number while it lives.
#[derive(Debug)]
pub struct Groups<K, S> {
    all: Chunks<Group<K, S>>,
    free: Vec<u32>,
    index: Index,
    /// Places that nobody needs any more, on their way back to the system.
    leaving: Chunks<Group<K, S>>,
    /// How many groups were made since [`Self::take_made`].
    made: u32,
}

impl<K: Stored, S: Default> Default for Groups<K, S> {
    fn default() -> Self {
        Self { all: Chunks::default(), free: Vec::new(), index: Index::default(), leaving: Chunks::default(), made: 0 }
    }
}

impl<K: Stored, S: Default> Groups<K, S> {
    /// The hash of a key.
    #[inline]
    pub fn hash(key: K::Ref<'_>) -> u64 {
        hash::<K>(key)
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Makes room for so many groups where there is none yet, so that finding them needs no growth.
    pub fn reserve(&mut self, count: usize) {
        self.index.reserve(count);
    }

    /// Asks for the memory that the look-ups of these hashes will need.
    pub fn warm(&self, hashes: &[u64]) {
        for hash in hashes {
            self.index.prefetch(*hash);
        }
        for hash in hashes {
            if let Some(row) = self.index.likely(*hash) {
                self.all.prefetch(row);
            }
        }
    }

    /// Asks for the memory of a group.
    #[inline]
    pub fn prefetch(&self, row: u32) {
        self.all.prefetch(row);
    }

    /// The number of the group with this key.
    #[inline]
    pub fn find(&self, hash: u64, key: K::Ref<'_>) -> Option<u32> {
        self.index.find(hash, |row| self.get(row).is_some_and(|group| group.key.is(key)))
    }

    /// The number of the group with this key, made if it is not there.
    #[inline]
    pub fn enter(&mut self, hash: u64, key: K::Ref<'_>) -> u32 {
        match self.find(hash, key) {
            Some(row) => row,
            None => self.add(hash, key),
        }
    }

    fn add(&mut self, hash: u64, key: K::Ref<'_>) -> u32 {
        let mut group = Group::<K, S>::default();
        group.key.set(key);
        self.add_whole(hash, group)
    }

    fn add_whole(&mut self, hash: u64, group: Group<K, S>) -> u32 {
        let row = if let Some(row) = self.free.pop() {
            if let Some(place) = self.get_mut(row) {
                *place = group;
            }
            row
        } else {
            self.all.push(group)
        };
        self.index.insert(hash, row);
        self.made = self.made.saturating_add(1);
        row
    }

    /// How many groups were made since this was last asked.
    pub fn take_made(&mut self) -> u32 {
        std::mem::take(&mut self.made)
    }

    /// How many numbers were given out so far, those of groups that are gone included.
    pub fn places(&self) -> u32 {
        self.all.len() as u32
    }

    /// A group by its number.
    #[inline]
    pub fn get(&self, row: u32) -> Option<&Group<K, S>> {
        self.all.get(row)
    }

    /// A group by its number.
    #[inline]
    pub fn get_mut(&mut self, row: u32) -> Option<&mut Group<K, S>> {
        self.all.get_mut(row)
    }

    /// A group by its number, if there is one.
    #[inline]
    pub fn present_mut(&mut self, row: u32) -> Option<&mut Group<K, S>> {
        let group = self.get_mut(row)?;
        if group.rows > 0 { Some(group) } else { None }
    }

    /// Drops a group and gives its memory to the next one.
    pub fn remove(&mut self, row: u32) {
        let Some(group) = self.get(row) else { return };
        let hash = Self::hash(group.key.get());
        self.index.remove(hash, row);
        if let Some(group) = self.get_mut(row) {
            group.key = K::default();
            group.state = S::default();
            group.rows = 0;
            group.mark = 0;
        }
        self.free.push(row);
    }

    /// Has the memory of groups that are gone given back, if there is no other group.
    pub fn shrink(&mut self) {
        if self.is_empty() && !self.all.is_empty() {
            let leaving = std::mem::take(&mut self.all);
            *self = Self { leaving, ..Self::default() };
        }
    }

    /// Gives some of the memory back; tells whether there is more.
    pub fn give_back(&mut self) -> bool {
        for _ in 0..LEAVING_AT_ONCE {
            self.leaving.pop_chunk();
        }
        !self.leaving.is_empty()
    }
}

/// Chunks whose memory is given back at once.
const LEAVING_AT_ONCE: usize = 16;
