//! The command line of a job: the binary's own, and what `millstream run` passes on.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::connectors::Options;
use crate::job::info::JobInfo;

/// What the job was started with, checked and complete.
#[derive(Debug, Clone)]
pub struct Arguments {
    /// `--now`: the fixed clock, in milliseconds since 1970-01-01 00:00 UTC.
    pub now: Option<i64>,
    /// `--state`: the folder of the job's state; not yet created.
    pub state: PathBuf,
    /// `--fresh`: drop what the state folder holds and start anew.
    pub fresh: bool,
    /// `--workers`; at least 1.
    pub workers: usize,
    /// `--epoch`: when an epoch ends.
    pub epoch: Epoch,
    /// `-q`, `-v`.
    pub verbosity: Verbosity,
    /// Whether the resulting tables are shown on standard output when a bounded job is done (hidden `--preview`,
    /// passed by `millstream run`).
    pub preview: bool,
    /// The options of each table's connector, in the order of [`JobInfo::tables`].
    tables: Vec<(&'static str, Options)>,
}

/// When an epoch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epoch {
    /// After so much time.
    Time(Duration),
    /// After so many rows of input; at least 1.
    Rows(u64),
    /// When the input ends.
    End,
}

/// How much a job tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Only what went wrong.
    Quiet,
    /// Progress on a terminal, and closing lines.
    #[default]
    Normal,
    /// Each epoch too.
    Verbose,
}

impl Arguments {
    /// The arguments of this process. `--help` and `--version` print and give `Err` with exit code 0; a wrong
    /// command line prints what is wrong and gives `Err` with exit code 2.
    pub fn of_process(info: &JobInfo) -> Result<Self, ExitCode> {
        let _ = info;
        Err(ExitCode::from(2))
    }

    /// The options of a table's connector: from the pipeline file, then `--set`; paths usable from the current
    /// folder. Empty for a table without a connector.
    pub fn options(&self, table: &str) -> Options {
        self.tables.iter().find(|(name, _)| *name == table).map(|(_, options)| options.clone()).unwrap_or_default()
    }
}
