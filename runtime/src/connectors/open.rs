//! From the name of a connector and its options to the connector.

use super::{Failure, Options, Sink, Source, Store, TableInfo};

/// Opens a source table. `kind` is the connector's key: `file`.
pub fn open_source(kind: &str, table: &TableInfo, options: &Options) -> Result<Box<dyn Source>, Failure> {
    let _ = (kind, table, options);
    todo!()
}

/// Opens a sink table. `kind` is the connector's key: `file`, `sqlite`, `print`, `blackhole`.
pub fn open_sink(kind: &str, table: &TableInfo, options: &Options) -> Result<Box<dyn Sink>, Failure> {
    let _ = (kind, table, options);
    todo!()
}

/// Opens a table for look-ups. `kind` is the connector's key: `file`, `sqlite`. A sink and a store of the same SQLite
/// file share one connection, so that they never lock each other out.
pub fn open_store(kind: &str, table: &TableInfo, options: &Options) -> Result<Box<dyn Store>, Failure> {
    let _ = (kind, table, options);
    todo!()
}
