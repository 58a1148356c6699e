//! The changes of a table that wait for the end of the epoch: one for each key, however often it changed.

use crate::connectors::{ChangeKind, Failure, Row, Sink};
use crate::state::KeyedBytes;
use crate::tables::encoded::EncodedRow;

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
    changelog: bool,
}

impl Pending {
    /// For a sink that wants each change with the row before, or not.
    pub fn new(changelog: bool) -> Self {
        Self { changelog, ..Self::default() }
    }

    /// The row of a key as this epoch left it.
    pub fn get(&self, key: &[u8]) -> Known<'_> {
        match self.now.get(key) {
            None => Known::Unknown,
            Some(kept) => read_kept(kept).map_or(Known::Absent, Known::Row),
        }
    }

    /// Puts the row of a key in, or that it is gone.
    pub fn set(&mut self, key: &[u8], before: Option<&[u8]>, after: Option<&[u8]>) {
        write_kept(&mut self.buffer, after);
        let (_, new) = self.now.set(key, &self.buffer);
        if new && self.changelog {
            write_kept(&mut self.buffer, before);
            self.first.set(key, &self.buffer);
        }
    }

    /// Appends a change of a row without a key.
    pub fn append(&mut self, kind: ChangeKind, row: &[u8]) {
        self.bytes.extend_from_slice(row);
        self.log.push((kind, self.bytes.len()));
    }

    /// Writes all changes to the sink, in the order of the first change of each key, and forgets them.
    pub fn write(&mut self, sink: &mut dyn Sink) -> Result<u64, Failure> {
        let mut written = 0;
        for position in 0..self.now.len() {
            let after = read_kept(self.now.value(position));
            let before = if self.changelog { read_kept(self.first.value(position)) } else { None };
            for (kind, bytes) in steps(self.changelog, before, after, self.now.key(position)) {
                sink.write(kind, &EncodedRow::new(bytes) as &dyn Row)?;
                written += 1;
            }
        }
        let mut start = 0;
        for (kind, end) in &self.log {
            let row = self.bytes.get(start..*end).unwrap_or_default();
            sink.write(*kind, &EncodedRow::new(row) as &dyn Row)?;
            written += 1;
            start = *end;
        }
        self.clear();
        Ok(written)
    }

    /// Gives out each key with its row as the epoch left it.
    pub fn each_key(&self, mut each: impl FnMut(&[u8], Option<&[u8]>)) {
        for position in 0..self.now.len() {
            each(self.now.key(position), read_kept(self.now.value(position)));
        }
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
        let starts = std::iter::once(0).chain(self.log.iter().map(|(_, end)| *end));
        self.log.iter().zip(starts).map(|((kind, end), start)| (*kind, self.bytes.get(start..*end).unwrap_or_default()))
    }

    /// Forgets all changes, keeping the memory.
    pub fn clear(&mut self) {
        self.now.clear();
        self.first.clear();
        self.log.clear();
        self.bytes.clear();
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
