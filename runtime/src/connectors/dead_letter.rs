//! The dead-letter file: records that could not be read or computed, each with the reason and its position.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::decode::Record;
use crate::values::Fault;

/// Appends to the job's dead-letter file, a JSON object a line:
/// `{"table":…,"file":…,"line":…,"offset":…,"reason":…,"record":…}`, where `record` is the record's text; if it is no
/// UTF-8, a field `base64` has its bytes. The file is created at the first bad record.
#[derive(Debug)]
pub struct DeadLetters {
    path: PathBuf,
}

impl DeadLetters {
    /// A dead-letter file at `path`, not yet created.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Writes a bad record and counts it.
    pub fn add(&mut self, table: &str, file: &str, record: &Record<'_>, fault: &Fault) -> Result<(), Failure> {
        let _ = (table, file, record, fault);
        todo!()
    }

    /// Counts a bad record without writing it: `on_error: skip`.
    pub fn skip(&mut self, table: &str) {
        let _ = table;
        todo!()
    }

    /// Writes out what is buffered; called at each commit and at the end.
    pub fn flush(&mut self) -> Result<(), Failure> {
        todo!()
    }

    /// Tables with their numbers of bad records (written and skipped), in the order of their first.
    pub fn counts(&self) -> &[(String, u64)] {
        todo!()
    }

    /// Where the file is, whether or not it was created.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
