//! Writes of one event that wait for their turn: inserts into one table are done in the order of the file, also where a
//! view further down reaches its insert before the event has come to an earlier one.

use crate::connectors::ChangeKind;

/// A write to a table, its parts in the bytes of [`Deferred`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation {
    /// A change of a row without a key.
    Append {
        /// Its kind.
        kind: ChangeKind,
        /// The row.
        row: Piece,
    },
    /// The row of a key, perhaps with the row before, or that it is gone.
    Set {
        /// The key.
        key: Piece,
        /// The row before.
        before: Option<Piece>,
        /// The row after.
        after: Option<Piece>,
    },
    /// A row that contends for its key, or gives it up.
    Contend {
        /// The primary key.
        key: Piece,
        /// The row's own key in the query.
        own: Option<Piece>,
        /// The row.
        row: Piece,
        /// Whether it is there.
        present: bool,
    },
}

/// A part of the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    start: usize,
    end: usize,
}

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Deferred {
    /// The insert whose writes come now.
    pub insert: u32,
    waiting: Vec<(u32, usize, Operation)>,
    bytes: Vec<u8>,
}

impl Deferred {
    /// Copies bytes.
    pub fn keep(&mut self, bytes: &[u8]) -> Piece {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        Piece { start, end: self.bytes.len() }
    }

    /// The bytes of a piece.
    pub fn bytes(&self, piece: Piece) -> &[u8] {
        self.bytes.get(piece.start..piece.end).unwrap_or_default()
    }

    /// Lets a write to a table wait.
    pub fn push(&mut self, table: usize, operation: Operation) {
        self.waiting.push((self.insert, table, operation));
    }

    /// Whether nothing waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Puts what waits into the order of the inserts; writes of one insert keep theirs.
    pub fn sort(&mut self) {
        self.waiting.sort_by_key(|(insert, ..)| *insert);
    }

    /// A write and its table.
    pub fn at(&self, position: usize) -> Option<(usize, Operation)> {
        self.waiting.get(position).map(|(_, table, operation)| (*table, *operation))
    }

    /// Forgets all writes, keeping the memory.
    pub fn clear(&mut self) {
        self.waiting.clear();
        self.bytes.clear();
    }
}
