//! What a step of a pipeline is handed with each batch.

use bumpalo::collections::Vec;

use crate::connectors::format;
use crate::decode::Decode;
use crate::job::{Chunks, Spread};
use crate::operators::Change;
use crate::scope::Scope;
use crate::tables::{Appended, Keyed, TableRow, Tables};
use crate::values::{Fault, Value};

/// Most rows of a batch: enough to hide cache misses, few enough to stay in the cache.
pub const BATCH: usize = 256;

/// A batch's memory and clock, the pipeline's tables, and what went wrong so far.
pub struct Context<'a, 't> {
    /// Memory for text, the clock, the time zone.
    pub scope: Scope<'a>,
    tables: &'t mut Tables,
    faults: &'t mut std::vec::Vec<RowFault>,
    origin: Origin<'a>,
}

/// Where the rows of a batch come from.
#[derive(Debug, Clone, Copy, Default)]
struct Origin<'a> {
    /// Which of the chunks that the workers decoded.
    chunk: usize,
    /// Events of the epoch before that chunk.
    before: u64,
    /// The numbers of the rows in their chunk; empty: rows that were fed, numbered as they stand.
    numbers: &'a [u32],
}

/// A row error and the row that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Which of the chunks that the workers decoded.
    pub chunk: usize,
    /// Position among the good rows of the chunk, or of the batch that was fed; none for a row that a view gave out at
    /// the end of an epoch.
    pub row: Option<usize>,
    /// The group of that view.
    pub group: Option<FaultyGroup>,
    /// Why.
    pub fault: Fault,
}

/// A group of a view whose row could not be computed or written at the end of an epoch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultyGroup {
    /// The position of the table that the view's rows come from.
    pub table: usize,
    /// The view.
    pub view: &'static str,
    /// The group's key as a JSON object.
    pub key: String,
}

impl<'a, 't> Context<'a, 't> {
    /// A context for one batch.
    pub fn new(scope: Scope<'a>, tables: &'t mut Tables, faults: &'t mut std::vec::Vec<RowFault>) -> Self {
        Self { scope, tables, faults, origin: Origin::default() }
    }

    /// Hands a worker's rows of each chunk to a step, a batch at a time.
    pub fn each_batch<D, R: 'a>(
        &mut self,
        chunks: Chunks<'_, D>,
        rows_of: impl Fn(&D) -> Spread<'a, R>,
        mut step: impl FnMut(&'a [R], &mut Self),
    ) {
        for (chunk, (decoded, before)) in chunks.decoded.iter().zip(chunks.before).enumerate() {
            let part = rows_of(decoded).part(chunks.worker);
            for (rows, numbers) in part.rows.chunks(BATCH).zip(part.numbers.chunks(BATCH)) {
                self.origin = Origin { chunk, before: *before, numbers };
                step(rows, self);
                self.tables.end_batch();
            }
        }
    }

    /// Notes the outcome of a row of the batch, which ends its event.
    #[inline]
    pub fn settle(&mut self, row: usize, outcome: Result<(), Fault>) {
        let Origin { chunk, before, numbers } = self.origin;
        let row = numbers.get(row).map_or(row, |number| *number as usize);
        let written = self.tables.end_event(before + row as u64);
        if let Err(fault) = outcome.and(written) {
            self.faults.push(RowFault { chunk, row: Some(row), group: None, fault });
        }
    }

    /// Says that what follows is of the insert with this position in the file.
    #[inline]
    pub fn turn(&mut self, insert: u32) {
        self.tables.turn(insert);
    }

    /// Notes the outcome of a row that a view gave out at the end of an epoch: the table that its rows come from, its
    /// name, and the columns of the group's key.
    #[inline]
    pub fn settle_group(
        &mut self,
        table: usize,
        view: &'static str,
        key: &[(&str, Value<'_>)],
        outcome: Result<(), Fault>,
    ) {
        if let Err(fault) = outcome {
            let group = FaultyGroup { table, view, key: format::json_object(key) };
            self.faults.push(RowFault { chunk: 0, row: None, group: Some(group), fault });
        }
    }

    /// The items, in the memory of the batch.
    pub fn collect<T>(&self, items: impl ExactSizeIterator<Item = T>) -> Vec<'a, T> {
        let mut all = Vec::with_capacity_in(items.len(), self.scope.memory);
        all.extend(items);
        all
    }

    /// An empty list with room, in the memory of the batch.
    pub fn list<T>(&self, room: usize) -> Vec<'a, T> {
        Vec::with_capacity_in(room, self.scope.memory)
    }

    /// Appends a row to a table without a primary key.
    pub fn append<R: Appended>(&mut self, row: &R) -> Result<(), Fault> {
        self.tables.append(row)
    }

    /// Changes a row of a table with a primary key.
    pub fn change<R: Keyed>(&mut self, change: &Change<R>) -> Result<(), Fault> {
        self.tables.change(change)
    }

    /// Changes a row of a query of which several rows can have the table's primary key.
    pub fn contend<R: Keyed>(&mut self, change: &Change<R>, own: Option<&[Value<'_>]>) -> Result<(), Fault> {
        self.tables.contend(change, own)
    }

    /// Writes a change to a table without a primary key that takes a changelog.
    pub fn log<R: TableRow>(&mut self, change: &Change<R>) -> Result<(), Fault> {
        self.tables.log(change)
    }

    /// Notes that the batch will look this key up.
    pub fn want<R: TableRow>(&mut self, key: &[Value<'_>]) {
        self.tables.want::<R>(key);
    }

    /// Asks the stores for all keys that are wanted, once.
    pub fn fetch(&mut self) {
        self.tables.fetch();
    }

    /// The row of a key, as every earlier event left it.
    pub fn look_up<R: TableRow + Decode<'a>>(&mut self, key: &[Value<'_>]) -> Result<Option<R>, Fault> {
        self.tables.look_up(key, &self.scope)
    }
}
