//! A pipeline inside another program: rows in, changes out, no connector.

use std::fmt;

use bumpalo::Bump;
use jiff::tz::TimeZone;

use crate::connectors::{Failure, Store};
use crate::decode::Decode;
use crate::job::run::system_millis;
use crate::job::{BATCH, Context, Job, RowFault};
use crate::operators::Change;
use crate::scope::{Clock, Scope};
use crate::tables::{Cache, OpenTable, TableRow, Tables};
use crate::values::{Fault, Value};

/// A pipeline that reads the table whose rows are of the type `R`; implemented by generated code.
#[diagnostic::on_unimplemented(
    message = "the pipeline `{Self}` is not fed with rows of the type `{R}`",
    label = "`{R}` is no row of a table that `{Self}` reads",
    note = "`feed` takes rows of the tables that the pipeline reads with `from`"
)]
pub trait Takes<R>: Job {
    /// Takes a batch of rows.
    fn take<'a>(&mut self, rows: &'a [R], cx: &mut Context<'a, '_>);
}

/// A pipeline that writes the table whose rows are of the type `R`; implemented by generated code.
#[diagnostic::on_unimplemented(
    message = "the pipeline `{Self}` does not write rows of the type `{R}`",
    label = "`{R}` is no row of a table that `{Self}` writes",
    note = "`changes` gives rows of the tables that the pipeline names with `into`"
)]
pub trait Gives<R>: Job {
    /// The table's position among the pipeline's tables.
    const TABLE: usize;
    /// The row with the lifetime of its text left open.
    type At<'a>: Decode<'a>;
}

/// A pipeline that looks up the table whose rows are of the type `R`; implemented by generated code.
#[diagnostic::on_unimplemented(
    message = "the pipeline `{Self}` does not look up rows of the type `{R}`",
    label = "`{R}` is no row of a table that `{Self}` looks up",
    note = "`fill` takes rows of the tables that the pipeline names under `lookup`"
)]
pub trait LooksUp<R: TableRow>: Job {}

/// A pipeline that the program around it feeds and reads: no table of it has a connector.
///
/// The types of the rows are those of the module that `millstream_compiler::build` writes, with a field for each
/// column; text is borrowed from the program for as long as [`feed`](Self::feed) takes.
///
/// ```ignore
/// let mut job = Embedded::<LastPage>::new()?;
/// job.feed(&[UserLog { account_id: Some("a"), device_id: Some("d"), page_name: Some("/home"), ..UserLog::default() }])?;
/// job.commit()?;
/// job.changes::<UserLastLog>(|change| println!("{:?} -> {:?}", change.before, change.after))?;
/// ```
///
/// A pipeline that reads several tables is fed with the rows of each, in the order in which they happen. Rows of
/// tables that it looks up are put in with [`fill`](Self::fill).
pub struct Embedded<J> {
    job: J,
    tables: Tables,
    memory: Bump,
    clock: Clock,
    fixed_now: Option<i64>,
    faults: Vec<RowFault>,
}

impl<J: Job> Embedded<J> {
    /// A pipeline with nothing in it, whose clock is the system's.
    pub fn new() -> Result<Self, Failure> {
        Self::start(None)
    }

    /// A pipeline whose clock stands at `now`, in milliseconds since 1970-01-01 00:00 UTC, until [`Self::set_now`].
    pub fn at(now: i64) -> Result<Self, Failure> {
        Self::start(Some(now))
    }

    fn start(fixed_now: Option<i64>) -> Result<Self, Failure> {
        let zone = TimeZone::get(J::INFO.time_zone).map_err(|error| Failure {
            message: format!("the time zone {} cannot be loaded: {error}", J::INFO.time_zone),
            environment: true,
        })?;
        let mut tables = Tables::default();
        for table in J::TABLES {
            let conflicts = table.conflicts;
            // What is looked up is kept whole in memory: there is nothing else to ask.
            let store = table.lookup.map(|_| (Box::new(Nothing) as Box<dyn Store>, Cache::All { ttl: None }));
            tables.open(OpenTable {
                info: &table.info,
                changelog: true,
                ordered: false,
                deferred: table.deferred,
                store,
                conflicts,
            });
        }
        tables.begin_epoch()?;
        let memory = Bump::new();
        let clock = Clock::new(fixed_now.unwrap_or_else(system_millis), zone);
        let job = J::start(&Scope { memory: &memory, clock: &clock });
        let mut embedded = Self { job, tables, memory, clock, fixed_now, faults: Vec::new() };
        embedded.begin_epoch();
        Ok(embedded)
    }

    /// Sets the clock, from the next epoch on, to `now`, in milliseconds since 1970-01-01 00:00 UTC.
    pub fn set_now(&mut self, now: i64) {
        self.fixed_now = Some(now);
    }

    fn begin_epoch(&mut self) {
        self.clock.now = self.fixed_now.unwrap_or_else(system_millis);
        self.job.begin_epoch(&Scope { memory: &self.memory, clock: &self.clock });
        self.memory.reset();
    }

    /// Puts rows into a table that the pipeline looks up, before it is fed; one with the primary key of an earlier
    /// one takes its place.
    pub fn fill<R: TableRow>(&mut self, rows: &[R]) -> Result<(), Rejected>
    where
        J: LooksUp<R>,
    {
        let outcomes = rows.iter().enumerate().map(|(number, row)| (number, self.tables.fill(row)));
        let rejected =
            outcomes.filter_map(|(row, outcome)| Some(RejectedRow { row: Some(row), fault: outcome.err()? }));
        Rejected::unless_none(rejected.collect())
    }

    /// Takes rows of a table that the pipeline reads. Rows that cannot be computed are told of in the error; all
    /// others count.
    pub fn feed<R>(&mut self, rows: &[R]) -> Result<(), Rejected>
    where
        J: Takes<R>,
    {
        let mut rejected = Vec::new();
        for (number, batch) in rows.chunks(BATCH).enumerate() {
            let scope = Scope { memory: &self.memory, clock: &self.clock };
            self.job.take(batch, &mut Context::new(scope, &mut self.tables, &mut self.faults));
            rejected.extend(
                self.faults
                    .drain(..)
                    .map(|RowFault { row, fault, .. }| RejectedRow { row: row.map(|row| number * BATCH + row), fault }),
            );
            self.memory.reset();
        }
        // Two rows with one primary key under `on_conflict: fail` end a job; here the program decides.
        let _ = self.tables.failure();
        Rejected::unless_none(rejected)
    }

    /// Ends the epoch: the clock moves on, and state whose time is over is forgotten.
    pub fn commit(&mut self) -> Result<(), Rejected> {
        let mut rejected = Vec::new();
        loop {
            let scope = Scope { memory: &self.memory, clock: &self.clock };
            let more = self.job.emit(&mut Context::new(scope, &mut self.tables, &mut self.faults));
            self.memory.reset();
            rejected.extend(self.faults.drain(..).map(|RowFault { fault, .. }| RejectedRow { row: None, fault }));
            if !more {
                break;
            }
        }
        self.job.sweep(&Scope { memory: &self.memory, clock: &self.clock });
        self.begin_epoch();
        Rejected::unless_none(rejected)
    }

    /// Hands over what changed in a table that the pipeline writes since this was last asked. Of a table with a
    /// primary key that is one change for each key, however often its row changed; of one without, each change in
    /// its order, the row before and the row after one after the other.
    pub fn changes<R>(&mut self, each: impl for<'c> FnMut(Change<J::At<'c>>)) -> Result<(), Fault>
    where
        J: Gives<R>,
    {
        let told = self.tables.take_changes::<J, R>(&Scope { memory: &self.memory, clock: &self.clock }, each);
        self.memory.reset();
        told
    }
}

/// Rows that could not be computed; all others count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The rows, at least one, in their order.
    pub rows: Vec<RejectedRow>,
}

/// A row that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Its position among the rows that were fed; none for a row of a view that was given out at a commit.
    pub row: Option<usize>,
    /// Why.
    pub fault: Fault,
}

impl Rejected {
    fn unless_none(rows: Vec<RejectedRow>) -> Result<(), Self> {
        if rows.is_empty() { Ok(()) } else { Err(Self { rows }) }
    }
}

impl fmt::Display for RejectedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "row {row}: {}", self.fault),
            None => write!(f, "a row of the result: {}", self.fault),
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rows.as_slice() {
            [] => f.write_str("no row was rejected"),
            [row] => write!(f, "a row was rejected: {row}"),
            [first, ..] => write!(f, "{} rows were rejected, the first: {first}", self.rows.len()),
        }
    }
}

impl std::error::Error for Rejected {}

/// A store without rows, behind a look-up table that is filled by the program.
struct Nothing;

impl Store for Nothing {
    fn fetch(&mut self, _: &[Value<'_>], _: &mut dyn FnMut(usize, &[Value<'_>])) -> Result<(), Failure> {
        Ok(())
    }

    fn scan(&mut self, _: &mut dyn FnMut(&[Value<'_>])) -> Result<(), Failure> {
        Ok(())
    }
}
