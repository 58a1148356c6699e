//! A pipeline inside another program: rows in, changes out, no connector.

use bumpalo::Bump;
use jiff::tz::TimeZone;

use crate::connectors::Failure;
use crate::job::run::system_millis;
use crate::job::{BATCH, Context, Job, RowFault};
use crate::operators::Change;
use crate::scope::{Clock, Scope};
use crate::tables::{OpenTable, RowOf, Tables};
use crate::values::Fault;

/// A pipeline that takes rows of the type `R` of one of its source tables; implemented by generated code.
pub trait Takes<'a, R>: Job {
    /// Takes a batch of rows.
    fn take(&mut self, rows: &'a [R], cx: &mut Context<'a, '_>);
}

/// A pipeline that is fed and read by the program around it.
///
/// ```ignore
/// let mut job = Embedded::<LastPage>::new()?;
/// job.feed(&[UserLog { account_id: Some("a"), device_id: Some("d"), page_name: Some("/home"), ..UserLog::default() }])?;
/// job.commit(|job| job.changes::<UserLastLog<'static>>(|change| println!("{change:?}")))?;
/// ```
pub struct Embedded<J> {
    job: J,
    tables: Tables,
    memory: Bump,
    clock: Clock,
    fixed_now: Option<i64>,
    faults: Vec<RowFault>,
}

/// Rows that could not be computed: their positions among the rows that were fed, and why.
pub type Rejected = Vec<(usize, Fault)>;

impl<J: Job> Embedded<J> {
    /// A pipeline with nothing in it, whose clock is the system's.
    pub fn new() -> Result<Self, Failure> {
        Self::start(None)
    }

    /// A pipeline whose clock stands at `now`, in milliseconds since 1970-01-01 00:00 UTC.
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
            tables.open(OpenTable { info: &table.info, sink: None, embedded: true, store: None, conflicts });
        }
        let memory = Bump::new();
        let clock = Clock::new(fixed_now.unwrap_or_else(system_millis), zone);
        let job = J::start(&Scope { memory: &memory, clock: &clock });
        let mut embedded = Self { job, tables, memory, clock, fixed_now, faults: Vec::new() };
        embedded.begin_epoch();
        Ok(embedded)
    }

    fn begin_epoch(&mut self) {
        self.clock.now = self.fixed_now.unwrap_or_else(system_millis);
        self.job.begin_epoch(&Scope { memory: &self.memory, clock: &self.clock });
        self.memory.reset();
    }

    /// Takes rows of a source table. Rows that cannot be computed are given back as errors; all others count.
    pub fn feed<'a, R>(&'a mut self, rows: &'a [R]) -> Result<(), Rejected>
    where
        J: Takes<'a, R>,
    {
        let Self { job, tables, memory, clock, faults, .. } = self;
        // The rows' text may be kept until the borrow ends, so that the memory is given back at the next commit.
        let scope = Scope { memory, clock };
        let mut rejected = Vec::new();
        for (number, batch) in rows.chunks(BATCH).enumerate() {
            job.take(batch, &mut Context::new(scope, tables, faults));
            rejected.extend(faults.drain(..).filter_map(|fault| Some((number * BATCH + fault.row?, fault.fault))));
        }
        if rejected.is_empty() { Ok(()) } else { Err(rejected) }
    }

    /// Ends the epoch: what changed in it is ready to be read with [`Self::changes`]; what nobody reads waits.
    pub fn commit(&mut self) -> Result<(), Rejected> {
        self.memory.reset();
        let mut rejected = Vec::new();
        loop {
            let scope = Scope { memory: &self.memory, clock: &self.clock };
            let more = self.job.emit(&mut Context::new(scope, &mut self.tables, &mut self.faults));
            self.memory.reset();
            rejected.extend(self.faults.drain(..).map(|fault| (usize::MAX, fault.fault)));
            if !more {
                break;
            }
        }
        self.job.sweep(&Scope { memory: &self.memory, clock: &self.clock });
        self.begin_epoch();
        if rejected.is_empty() { Ok(()) } else { Err(rejected) }
    }

    /// Hands over what the epochs that were committed changed in a sink table since it was last asked: for each key
    /// one change, however often its row changed.
    pub fn changes<R: RowOf>(&mut self, each: impl for<'c> FnMut(Change<R::At<'c>>)) -> Result<(), Fault> {
        let told = self.tables.take_changes::<R>(&Scope { memory: &self.memory, clock: &self.clock }, each);
        self.memory.reset();
        told
    }
}
