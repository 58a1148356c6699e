//! The changes of a table that wait for the end of the epoch: one for each key, however often it changed.

use crate::connectors::{ChangeKind, Failure};
use crate::state::{KeyedBytes, hash_bytes};

/// First byte of a kept row.
const ABSENT: u8 = 0;
const PRESENT: u8 = 1;

/// What is known of the row of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// Nothing.
    Unknown,
    /// There is none.
    Absent,
    /// The row.
    Row(&'a [u8]),
}

/// When a change came: the number of its event in the epoch.
pub type Stamp = u64;

/// The order in which a sink's reader sees changes, whichever workers made them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place<'a> {
    /// With an event.
    Event(Stamp),
    /// At the end of the epoch, by its key.
    End(&'a [u8]),
}

/// Memory is asked for in stages, each for a batch of keys: what a stage finds says where the next one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Where a hash stands.
    Index,
    /// The entry that it points to.
    Entry,
    /// The bytes of the entry.
    Bytes,
}

impl Stage {
    /// Asks for a key's memory.
    #[inline]
    pub fn prefetch(self, rows: &KeyedBytes, hash: u64) {
        match self {
            Self::Index => rows.prefetch(hash),
            Self::Entry => rows.prefetch_entry(hash),
            Self::Bytes => rows.prefetch_bytes(hash),
        }
    }
}

/// What is done with what a sink is told.
pub type TakeStep<'t> = dyn FnMut(ChangeKind, &[u8]) -> Result<(), Failure> + 't;

/// Most changes that wait.
const FEW: usize = 32;

/// A change of a key that waits: where its key and its row end.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    hash: u64,
    key: usize,
    end: usize,
}

/// What an epoch changes in a table.
#[derive(Debug, Default)]
pub struct Pending {
    /// Key → the row as it is now.
    now: KeyedBytes,
    /// Key → the row as it was before the epoch's first change of it; only for sinks that want a changelog.
    first: KeyedBytes,
    /// Rows without a key, with the kind of change each.
    log: Vec<(ChangeKind, usize)>,
    bytes: Vec<u8>,
    buffer: Vec<u8>,
    /// Changes of keys that are to be put in, with the bytes of their keys and rows one after the other.
    waiting: Vec<Waiting>,
    waiting_bytes: Vec<u8>,
    changelog: bool,
    /// When each change came, keys first, then rows without a key; only where their order is seen.
    stamps: Option<Vec<Stamp>>,
}

impl Pending {
    /// For a sink that wants each change with the row before, or not; `ordered` where the changes of all
    /// workers are to be put into the order of their events.
    pub fn new(changelog: bool, ordered: bool) -> Self {
        Self { changelog, stamps: ordered.then(Vec::new), ..Self::default() }
    }

    /// One for another epoch of the same table.
    pub fn another(&self) -> Self {
        Self::new(self.changelog, self.is_ordered())
    }

    /// Whether [`Self::place`] tells when a change came.
    pub fn is_ordered(&self) -> bool {
        self.stamps.is_some()
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.now.len() + self.log.len()
    }

    /// Says that all changes that are new came with this event.
    #[inline]
    pub fn settle(&mut self, stamp: Stamp) {
        let length = self.len();
        if let Some(stamps) = &mut self.stamps
            && stamps.len() < length
        {
            stamps.resize(length, stamp);
        }
    }

    /// Where a change stands among those of all workers.
    pub fn place(&self, position: usize) -> Place<'_> {
        match self.stamps.as_ref().and_then(|stamps| stamps.get(position)) {
            Some(stamp) => Place::Event(*stamp),
            None if position < self.now.len() => Place::End(self.now.key(position)),
            None => Place::End(&[]),
        }
    }

    /// Asks for the memory where the row of a key may stand, given the key's hash; then for its entry, then for its
    /// bytes.
    #[inline]
    pub fn prefetch(&self, stage: Stage, hash: u64) {
        stage.prefetch(&self.now, hash);
    }

    /// The row of a key as this epoch left it, given the key's hash.
    pub fn get(&mut self, hash: u64, key: &[u8]) -> Known<'_> {
        self.flush();
        match self.now.get_hashed(hash, key) {
            None => Known::Unknown,
            Some(kept) => read_kept(kept).map_or(Known::Absent, Known::Row),
        }
    }

    /// Puts the row of a key in, or that it is gone.
    pub fn set(&mut self, key: &[u8], before: Option<&[u8]>, after: Option<&[u8]>) {
        write_kept(&mut self.buffer, after);
        if !self.changelog && self.stamps.is_none() {
            self.wait(key);
            return;
        }
        let (_, new) = self.now.set(key, &self.buffer);
        if new && self.changelog {
            write_kept(&mut self.buffer, before);
            self.first.set(key, &self.buffer);
        }
    }

    /// Lets a change wait until a few are there, so that the waits for their memory overlap.
    fn wait(&mut self, key: &[u8]) {
        let hash = hash_bytes(key);
        self.now.prefetch(hash);
        self.waiting_bytes.extend_from_slice(key);
        let key = self.waiting_bytes.len();
        self.waiting_bytes.extend_from_slice(&self.buffer);
        self.waiting.push(Waiting { hash, key, end: self.waiting_bytes.len() });
        if self.waiting.len() == FEW {
            self.flush();
        }
    }

    /// Puts in what waits.
    pub fn flush(&mut self) {
        let Self { now, waiting, waiting_bytes, .. } = self;
        if waiting.len() > 1 {
            waiting.iter().for_each(|change| now.prefetch_entry(change.hash));
            waiting.iter().for_each(|change| now.prefetch_bytes(change.hash));
        }
        let mut start = 0;
        for change in waiting.drain(..) {
            let key = waiting_bytes.get(start..change.key).unwrap_or_default();
            now.set_hashed(change.hash, key, waiting_bytes.get(change.key..change.end).unwrap_or_default());
            start = change.end;
        }
        waiting_bytes.clear();
    }

    /// Appends a change of a row without a key.
    pub fn append(&mut self, kind: ChangeKind, row: &[u8]) {
        self.bytes.extend_from_slice(row);
        self.log.push((kind, self.bytes.len()));
    }

    /// Hands over what a sink is told of a change: that of a key, or behind those one of a row without a key.
    pub fn each_step(&self, position: usize, each: &mut TakeStep<'_>) -> Result<(), Failure> {
        if let Some(position) = position.checked_sub(self.now.len()) {
            return self.logged_at(position).map_or(Ok(()), |(kind, row)| each(kind, row));
        }
        let after = read_kept(self.now.value(position));
        let before = if self.changelog { read_kept(self.first.value(position)) } else { None };
        steps(self.changelog, before, after, self.now.key(position)).try_for_each(|(kind, row)| each(kind, row))
    }

    fn logged_at(&self, position: usize) -> Option<(ChangeKind, &[u8])> {
        let (kind, end) = *self.log.get(position)?;
        let start = position.checked_sub(1).and_then(|before| self.log.get(before)).map_or(0, |(_, end)| *end);
        Some((kind, self.bytes.get(start..end).unwrap_or_default()))
    }

    /// How many keys changed.
    pub fn keys(&self) -> usize {
        self.now.len()
    }

    /// A key that changed, by its position.
    pub fn key(&self, position: usize) -> &[u8] {
        self.now.key(position)
    }

    /// Its row as the epoch left it.
    pub fn row(&self, position: usize) -> Option<&[u8]> {
        read_kept(self.now.value(position))
    }

    /// Gives out the rows of all keys before and after the epoch; for a table without a connector.
    pub fn keyed(&self) -> impl Iterator<Item = (Option<&[u8]>, Option<&[u8]>)> {
        (0..self.now.len()).map(|position| {
            let before = if self.changelog { read_kept(self.first.value(position)) } else { None };
            (before, read_kept(self.now.value(position)))
        })
    }

    /// Gives out the rows without a key.
    pub fn logged(&self) -> impl Iterator<Item = (ChangeKind, &[u8])> {
        (0..self.log.len()).filter_map(|position| self.logged_at(position))
    }

    /// Forgets all changes, keeping the memory.
    pub fn clear(&mut self) {
        self.now.clear();
        self.first.clear();
        self.log.clear();
        self.bytes.clear();
        if let Some(stamps) = &mut self.stamps {
            stamps.clear();
        }
    }
}

fn write_kept(buffer: &mut Vec<u8>, row: Option<&[u8]>) {
    buffer.clear();
    buffer.push(if row.is_some() { PRESENT } else { ABSENT });
    buffer.extend_from_slice(row.unwrap_or_default());
}

fn read_kept(kept: &[u8]) -> Option<&[u8]> {
    kept.split_first().filter(|(kind, _)| **kind == PRESENT).map(|(_, row)| row)
}

/// What a sink is told of one key. A deletion without the row before carries the key's columns alone: `key` is a whole
/// row then, with nulls in the other columns.
fn steps<'a>(
    changelog: bool,
    before: Option<&'a [u8]>,
    after: Option<&'a [u8]>,
    key: &'a [u8],
) -> impl Iterator<Item = (ChangeKind, &'a [u8])> {
    let [first, second] = match (changelog, before, after) {
        (false, _, Some(after)) => [Some((ChangeKind::UpdateAfter, after)), None],
        (false, _, None) => [Some((ChangeKind::Delete, key)), None],
        (true, None, Some(after)) => [Some((ChangeKind::Insert, after)), None],
        (true, Some(before), None) => [Some((ChangeKind::Delete, before)), None],
        (true, Some(before), Some(after)) if before != after => {
            [Some((ChangeKind::UpdateBefore, before)), Some((ChangeKind::UpdateAfter, after))]
        }
        (true, Some(_), Some(_)) | (true, None, None) => [None, None],
    };
    first.into_iter().chain(second)
}
