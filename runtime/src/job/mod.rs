//! A compiled pipeline as a program: its command line, its loop, its closing lines.

pub mod arguments;
mod context;
mod embedded;
pub mod info;
mod run;
pub mod signals;
pub mod terminal;

use std::process::ExitCode;

use crate::connectors::TableInfo;
use crate::job::arguments::Arguments;
use crate::job::terminal::Terminal;
use crate::scope::Scope;
use crate::tables::{Cache, OnConflict};

pub use context::{BATCH, Context, FaultyGroup, Input, RowFault};
pub use embedded::{Embedded, Gives, LooksUp, Rejected, RejectedRow, Takes};
pub use info::{JobInfo, Setting, TableSettings};

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

    /// Takes a batch of records of a source table.
    fn batch<'a>(&mut self, table: usize, input: &mut Input<'_, '_, 'a>, cx: &mut Context<'a, '_>);

    /// Gives out up to [`BATCH`] rows of views that changed in this epoch; tells whether there may be more.
    fn emit(&mut self, cx: &mut Context<'_, '_>) -> bool;

    /// Forgets state whose time is over.
    fn sweep(&mut self, scope: &Scope<'_>);
}

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
pub fn main<J: Job>() -> ExitCode {
    terminal::explain_panics();
    let arguments = match Arguments::of_process(&J::INFO) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let mut terminal = Terminal::new(J::INFO.name, arguments.verbosity);
    match run::run::<J>(&arguments, &mut terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.failure(&failure);
            ExitCode::from(if failure.environment { 3 } else { 1 })
        }
    }
}
