//! What the connector says when it is compiled out.

use super::super::{Failure, Options, Sink, Store, TableInfo};

/// Opens no sink.
pub(in super::super) fn open_sink(table: &TableInfo, _options: &Options) -> Result<Box<dyn Sink>, Failure> {
    Err(missing(table))
}

/// Opens no store.
pub(in super::super) fn open_store(table: &TableInfo, _options: &Options) -> Result<Box<dyn Store>, Failure> {
    Err(missing(table))
}

/// Has no options.
pub(in super::super) fn check_options(table: &TableInfo, _options: &Options) -> Result<(), Failure> {
    Err(missing(table))
}

fn missing(table: &TableInfo) -> Failure {
    Failure::pipeline(format!(
        "table '{}': the connector 'postgres' is compiled out; build the crate millstream-runtime with its feature \
         \"postgres\"",
        table.name
    ))
}
