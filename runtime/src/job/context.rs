//! What a step of a pipeline is handed with each batch.

use bumpalo::collections::Vec;

use crate::connectors::format;
use crate::decode::{Decode, Record, Rows};
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
}

/// A row error and the row of the batch that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Position in the batch; none for a row that a view gave out at the end of an epoch.
    pub row: Option<usize>,
    /// The group of that view.
    pub group: Option<FaultyGroup>,
    /// Why.
    pub fault: Fault,
}

/// A group of a view whose row could not be computed or written at the end of an epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        Self { scope, tables, faults }
    }

    /// Notes the outcome of a row of the batch.
    #[inline]
    pub fn settle(&mut self, row: usize, outcome: Result<(), Fault>) {
        if let Err(fault) = outcome {
            self.faults.push(RowFault { row: Some(row), group: None, fault });
        }
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
            self.faults.push(RowFault { row: None, group: Some(group), fault });
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

/// The records of a batch, on their way to becoming rows.
pub struct Input<'r, 'c, 'a> {
    rows: &'r mut Rows<'c, 'a>,
    limit: usize,
    /// The records of the rows that were read.
    records: Vec<'a, Record<'a>>,
    /// The records that could not be read.
    failed: Vec<'a, (Record<'a>, Fault)>,
    ended: bool,
}

impl<'r, 'c, 'a> Input<'r, 'c, 'a> {
    /// Up to `limit` of the rows.
    pub fn new(rows: &'r mut Rows<'c, 'a>, limit: usize, scope: &Scope<'a>) -> Self {
        let records = Vec::with_capacity_in(limit, scope.memory);
        Self { rows, limit, records, failed: Vec::new_in(scope.memory), ended: false }
    }

    /// Reads the rows of the batch; records that cannot be read are noted with their reasons.
    pub fn read<R: Decode<'a>>(&mut self, scope: &Scope<'a>) -> Vec<'a, R> {
        let mut rows = Vec::with_capacity_in(self.limit, scope.memory);
        while self.len() < self.limit {
            match self.rows.next::<R>(scope) {
                Some(Ok(row)) => {
                    rows.push(row);
                    self.records.push(self.rows.record());
                }
                Some(Err(fault)) => self.failed.push((self.rows.record(), fault)),
                None => {
                    self.ended = true;
                    break;
                }
            }
        }
        rows
    }

    /// How many records were read, good and bad.
    pub fn len(&self) -> usize {
        self.records.len() + self.failed.len()
    }

    /// Whether none was read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the chunk has no more records.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The record of a row of the batch.
    pub fn record(&self, row: usize) -> Option<&Record<'a>> {
        self.records.get(row)
    }

    /// The records that could not be read, each with the reason.
    pub fn failed(&self) -> &[(Record<'a>, Fault)] {
        &self.failed
    }
}
