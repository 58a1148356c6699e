//! The `blackhole` connector: counts changes and drops them.

use super::options::Reading;
use super::{ChangeKind, Failure, Options, Row, Sink, TableInfo};

/// Opens the sink. It has no options.
pub(super) fn open_sink(table: &TableInfo, options: &Options) -> Result<Box<dyn Sink>, Failure> {
    Reading::new("blackhole", table, options, &[])?;
    Ok(Box::new(Blackhole { changes: 0 }))
}

struct Blackhole {
    changes: u64,
}

impl Sink for Blackhole {
    fn write(&mut self, _kind: ChangeKind, _row: &dyn Row) -> Result<(), Failure> {
        self.changes += 1;
        Ok(())
    }

    fn write_encoded(&mut self, _kind: ChangeKind, _row: &[u8]) -> Result<(), Failure> {
        self.changes += 1;
        Ok(())
    }

    fn commit(&mut self, _epoch: u64) -> Result<(), Failure> {
        Ok(())
    }

    fn place(&self) -> String {
        format!("nowhere ({} changes dropped)", self.changes)
    }
}
