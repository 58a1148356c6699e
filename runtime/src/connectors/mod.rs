//! Where records come from and changes go to. The seams are small, so that a test can break the disk or the store.

mod again;
mod blackhole;
pub mod dead_letter;
mod file;
pub mod format;
mod memory;
mod open;
pub(crate) mod options;
mod places;
mod postgres;
mod print;
pub mod resume;
mod sql_type;
mod sqlite;
#[cfg(test)]
mod testing;

use std::fmt;

use crate::tables::EncodedRow;
use crate::values::Value;

pub(crate) use again::Again;
pub use open::{check_options, open_sink, open_source, open_store};
pub(crate) use places::{Placed, refuse_shared};
pub use resume::{Applied, Position, Resumed, Target, Tie, Untaken};

/// What a connector cannot do: one clear sentence for the user.
#[derive(Debug)]
pub struct Failure {
    /// What failed, with the path or table: `cannot open data/orders.jsonl: no such file`.
    pub message: String,
    /// Whether the environment is at fault (exit code 3) or the pipeline or its data (exit code 1).
    pub environment: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The options of one table's connector at start: from the pipeline file, then `--set`; paths already absolute.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Name and value.
    pub pairs: Vec<(String, String)>,
}

/// A column as connectors see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its name.
    pub name: &'static str,
    /// Its SQL type as written in messages and DDL, such as `decimal(18, 2)`.
    pub sql_type: &'static str,
    /// Whether null is refused.
    pub not_null: bool,
}

impl ColumnInfo {
    /// A column that may be null.
    pub const fn nullable(name: &'static str, sql_type: &'static str) -> Self {
        Self { name, sql_type, not_null: false }
    }

    /// A column that is never null.
    pub const fn not_null(name: &'static str, sql_type: &'static str) -> Self {
        Self { name, sql_type, not_null: true }
    }
}

/// A table as connectors see it.
#[derive(Debug, Clone, Copy)]
pub struct TableInfo {
    /// Its name in the pipeline.
    pub name: &'static str,
    /// All its columns.
    pub columns: &'static [ColumnInfo],
    /// Positions of the primary key's columns; empty if none.
    pub primary_key: &'static [usize],
}

/// A row of a table, for connectors: values by position of `TableInfo::columns`.
pub trait Row {
    /// The value of a column.
    fn value(&self, column: usize) -> Value<'_>;
}

impl Row for &[Value<'_>] {
    fn value(&self, column: usize) -> Value<'_> {
        self.get(column).copied().unwrap_or(Value::Null)
    }
}

/// How records stand in the bytes that a source hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line.
    Json,
    /// Comma-separated values; quoted fields may hold line breaks.
    Csv(CsvFormat),
}

/// Options of CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFormat {
    /// Between fields.
    pub delimiter: u8,
    /// Whether the first record of each file names the columns. Sources take it off and give it as
    /// [`Source::header`].
    pub header: bool,
    /// The text that stands for null where it is not quoted.
    pub null_text: String,
}

/// Whole records, one after the other, as read from a source.
#[derive(Debug, Default)]
pub struct Chunk {
    /// The bytes: whole records, each ended by a line break save perhaps the last.
    pub bytes: Vec<u8>,
    /// Which of the source's files (index into [`Source::files`]).
    pub file: usize,
    /// Offset of the first byte in that file, after decompression.
    pub offset: u64,
    /// Number of the first line in that file, from 1.
    pub line: u64,
}

/// What a read gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The chunk holds records.
    Records,
    /// Nothing new now; ask again later (a followed file, a pipe).
    Idle,
    /// Nothing will come any more.
    End,
}

/// Where records come from.
pub trait Source: Send {
    /// Fills `chunk` (its buffer is used again) with whole records. Does not block for longer than some 100 ms
    /// when nothing comes.
    fn read(&mut self, chunk: &mut Chunk) -> Result<Progress, Failure>;

    /// How the records are written.
    fn format(&self) -> Format;

    /// The column names of the current file's CSV header, if it has one; none means the table's order.
    fn header(&self) -> Option<&[String]> {
        None
    }

    /// The names of the files opened so far, for positions.
    fn files(&self) -> &[String];

    /// Bytes read so far and in all, where known, before decompression: for progress.
    fn progress(&self) -> (u64, Option<u64>);

    /// Whether all that was read can be read again from its beginning, by this process or another one.
    fn is_lasting(&self) -> bool {
        false
    }

    /// Looks whether all can be read: opens each file, and reads those to their ends that may turn out to be damaged.
    fn look_through(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// Where each file goes on, for the epoch log; `untaken` has the files of which something was handed over that was
    /// not taken.
    fn positions(&self, untaken: &[Untaken]) -> Vec<Position> {
        let _ = untaken;
        Vec::new()
    }

    /// Goes on at these positions, before anything is read. A file that holds something else now is read from its
    /// beginning.
    fn resume(&mut self, positions: &[Position]) -> Result<Resumed, Failure> {
        let _ = positions;
        Ok(Resumed::default())
    }
}

/// What happens to a row of a sink's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// `+I` a new row
    Insert,
    /// `-U` the row before an update
    UpdateBefore,
    /// `+U` the row after an update
    UpdateAfter,
    /// `-D` the row is gone
    Delete,
}

impl ChangeKind {
    /// `+I`, `-U`, `+U` or `-D`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Insert => "+I",
            Self::UpdateBefore => "-U",
            Self::UpdateAfter => "+U",
            Self::Delete => "-D",
        }
    }
}

/// Where changes go. One epoch is `write`s followed by one `commit`; what was written is visible after it, all at once.
pub trait Sink: Send {
    /// Takes one change. For a table with a primary key `Insert` and `UpdateAfter` are upserts; `UpdateBefore` is
    /// only sent to sinks that ask for it; of a deleted row only the key columns need to be right.
    fn write(&mut self, kind: ChangeKind, row: &dyn Row) -> Result<(), Failure>;

    /// The same with the row as the bytes that wait for the end of an epoch; of a deleted row, nulls stand in the columns
    /// that are not of the key.
    fn write_encoded(&mut self, kind: ChangeKind, row: &[u8]) -> Result<(), Failure> {
        self.write(kind, &EncodedRow::new(row))
    }

    /// Makes the epoch's changes durable and visible; what a target can be told again from the epoch log may lag until
    /// [`Self::sync`].
    fn commit(&mut self, epoch: u64) -> Result<(), Failure>;

    /// The target as it is before anything is written to it.
    fn target(&self) -> Target {
        Target::default()
    }

    /// Takes away what the job wrote: the target is as it was when the log began that told of it so.
    fn restore(&mut self, target: &Target, log: u64) -> Result<(), Failure> {
        let _ = (target, log);
        Ok(())
    }

    /// Ties the sink to an epoch log before anything is written, and tells what the target has of it. The target stays as
    /// it is: the job may still refuse to start.
    fn tie(&mut self, tie: &Tie<'_>) -> Result<Applied, Failure> {
        let _ = tie;
        Ok(Applied::Unknown { repeatable: false })
    }

    /// Takes away what the target has behind the epoch that [`Self::tie`] told of: the job goes on there.
    fn go_on(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// How many bytes [`Self::go_on`] took away that were not written again since.
    fn cut_off(&self) -> u64 {
        0
    }

    /// Says which epoch of the log the next commit brings. All sinks are told so before the first one commits.
    fn mark(&mut self, epoch: u64) -> Result<(), Failure> {
        let _ = epoch;
        Ok(())
    }

    /// How long the target is, if what was written to it last can be cut off again.
    fn length(&self) -> u64 {
        0
    }

    /// Waits until the target has what was committed, and the disk has the target.
    fn sync(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Whether a commit takes a processor for most of its time, rather than waiting for somebody else.
    fn computes(&self) -> bool {
        false
    }

    /// Whether each change must come with the row before (print, changelog files), unconsolidated kinds included.
    fn wants_changelog(&self) -> bool {
        false
    }

    /// Whether it writes to standard output, which then holds nothing else.
    fn is_standard_output(&self) -> bool {
        false
    }

    /// Where the table was written, for the closing line: `out/warehouse.db (table hs_order)`.
    fn place(&self) -> String;

    /// Up to `limit` rows of the table as it now stands, in key order, and how many there are; none if the sink
    /// has nothing to show (print, blackhole, standard output).
    fn preview(&mut self, limit: usize) -> Result<Option<Preview>, Failure> {
        let _ = limit;
        Ok(None)
    }
}

/// The first rows of a table as text.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// A row for each, a cell for each column; none is null.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows the table has in all.
    pub total: u64,
}

/// A table that look-ups ask by primary key.
pub trait Store: Send {
    /// Whether the table is in memory already, as it was at the start and as the job left it: no cache of it can be
    /// older or newer.
    fn is_whole(&self) -> bool {
        false
    }

    /// Calls `found` with the row of each key that has one. `keys` are key values, one after the other, as many a
    /// key as the primary key has columns. `found` gets the key's index and the row's values in the order of
    /// `TableInfo::columns`.
    fn fetch(&mut self, keys: &[Value<'_>], found: &mut dyn FnMut(usize, &[Value<'_>])) -> Result<(), Failure>;

    /// Calls `found` with every row, for `cache: {mode: all}`.
    fn scan(&mut self, found: &mut dyn FnMut(&[Value<'_>])) -> Result<(), Failure>;
}
