//! A compiled pipeline as a program: its command line, its loop, its closing lines.

pub mod arguments;
mod catch_up;
mod changes;
mod commit;
mod context;
mod crew;
mod embedded;
mod fresh;
// The fuzz target `log` is a crate of its own and must reach what reads the epoch log.
#[doc(hidden)]
pub mod fuzzing;
pub mod info;
mod lasting;
mod lock;
mod memory;
mod open;
mod program;
mod restart;
mod run;
pub mod signals;
mod spread;
pub mod terminal;
mod troubles;
mod workers;

use std::process::ExitCode;

use crate::connectors::TableInfo;
use crate::epochs::Damaged;
use crate::job::arguments::Arguments;
use crate::job::program::Program;
use crate::job::terminal::Terminal;
use crate::operators::Kept;
use crate::scope::Scope;
use crate::tables::{Cache, OnConflict};

pub use context::{BATCH, Context, FaultyGroup, RowFault};
pub use embedded::{Embedded, Gives, LooksUp, Rejected, RejectedRow, Takes};
pub use info::{JobInfo, Planned, Setting, TableSettings};
pub use spread::{BadRecord, Input, Part, Records, Route, Spread};

/// A pipeline; implemented by generated code.
pub trait Job: Sized {
    /// What it says about itself.
    const INFO: JobInfo;

    /// Its tables, in the order of the file.
    const TABLES: &'static [TableUse];

    /// The pipeline with nothing in it.
    fn start(scope: &Scope<'_>) -> Self;

    /// Computes what is computed once an epoch.
    fn begin_epoch(&mut self, scope: &Scope<'_>);

    /// Gives out up to [`BATCH`] rows of views that changed in this epoch; tells whether there may be more.
    fn emit(&mut self, cx: &mut Context<'_, '_>) -> bool;

    /// Forgets some of the state whose time is over; tells whether there may be more.
    fn sweep(&mut self, scope: &Scope<'_>) -> bool;

    /// Hands over what each view keeps, in the order of the file.
    fn states(&mut self, states: &mut dyn States) -> Result<(), Damaged>;
}

/// What is done with what each view keeps.
pub trait States {
    /// Does it.
    fn state(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged>;

    /// Does it for a view whose changes wait for the end of the epoch.
    fn waiting(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        self.state(name, state)
    }

    /// Does it for the view that takes these changes: what it keeps follows from them.
    fn following(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        self.state(name, state)
    }
}

/// A pipeline that a crew of workers runs, each with a part of its state; implemented by generated code.
pub trait Parallel: Job + Send + 'static {
    /// Whether the rows of some source are spread over all workers.
    const SPREADS: bool;

    /// Whether the workers share the groups of some view.
    const SHARES: bool;

    /// The rows of a chunk of a source table, spread over the workers.
    type Decoded<'a>: Default + Send + Sync;

    /// Changes to views of which all workers keep a share.
    type Shared<'a>: Default + Send + Sync;

    /// Decodes a chunk of a source table and spreads its rows.
    fn decode<'a>(&self, table: usize, input: &mut Input<'_, '_, 'a>) -> Self::Decoded<'a>;

    /// Takes this worker's rows.
    fn take<'a>(&mut self, chunks: Chunks<'_, Self::Decoded<'a>>, cx: &mut Context<'a, '_>);

    /// How many bytes of memory hold changes that wait for [`Self::pass_on`].
    fn waiting(&self) -> usize {
        0
    }

    /// Passes on some of the changes that wait: to the views that are this worker's own, or to those of which all
    /// workers keep a share.
    fn pass_on<'a>(&mut self, scope: &Scope<'a>) -> Self::Shared<'a> {
        let _ = scope;
        Self::Shared::default()
    }

    /// Takes this worker's share of what all workers passed on.
    fn share(&mut self, shared: &[Self::Shared<'_>], worker: usize, scope: &Scope<'_>) {
        let _ = (shared, worker, scope);
    }

    /// Gives out up to [`BATCH`] rows of views of which all workers keep a share; tells whether there may be more.
    fn emit_shared(workers: &mut [&mut Self], cx: &mut Context<'_, '_>) -> bool {
        let _ = (workers, cx);
        false
    }
}

/// The chunks of a round, and which worker takes its rows of them.
#[derive(Debug)]
pub struct Chunks<'r, D> {
    /// The rows of each chunk.
    pub decoded: &'r [D],
    /// Events of the epoch before each.
    pub before: &'r [u64],
    /// The worker.
    pub worker: usize,
}

impl<D> Clone for Chunks<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Chunks<'_, D> {}

/// What the pipeline does with a table.
#[derive(Debug, Clone, Copy)]
pub struct TableUse {
    /// Its columns and key.
    pub info: TableInfo,
    /// The connector's key; none if the program that embeds the pipeline feeds or reads the table.
    pub connector: Option<&'static str>,
    /// The columns that are read from it, if it is a source.
    pub source: Option<&'static [&'static str]>,
    /// Whether something is inserted into it.
    pub sink: bool,
    /// Whether each change of it comes with the row before.
    pub changelog: bool,
    /// How it is looked up.
    pub lookup: Option<Cache>,
    /// What happens to rows with the same primary key, where that needs state.
    pub conflicts: Option<OnConflict>,
    /// Whether the writes of an event wait until all are known, to be done in the order of the inserts.
    pub deferred: bool,
    /// What happens to bad records of it.
    pub on_error: OnError,
}

/// What happens to a record that cannot be read or computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// It goes to the dead-letter file and is counted.
    DeadLetter,
    /// It is counted.
    Skip,
    /// The job stops with exit code 1.
    Fail,
}

/// The `main` of a job's binary.
pub fn main<J: Parallel>() -> ExitCode {
    start(Program::of::<J>())
}

fn start(program: Program) -> ExitCode {
    terminal::explain_panics();
    let arguments = match Arguments::of_process(program.info) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let mut terminal = Terminal::new(program.info.name, arguments.verbosity);
    match run::run(program, &arguments, &mut terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.failure(&failure);
            ExitCode::from(if failure.environment { 3 } else { 1 })
        }
    }
}
