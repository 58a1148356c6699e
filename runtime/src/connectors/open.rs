//! From the name of a connector and its options to the connector.

use super::{Failure, Options, Sink, Source, Store, TableInfo, blackhole, file, postgres, print, sqlite};

/// Opens a source table. `kind` is the connector's key: `file`.
pub fn open_source(kind: &str, table: &TableInfo, options: &Options) -> Result<Box<dyn Source>, Failure> {
    match kind {
        "file" => file::open_source(table, options),
        "sqlite" | "postgres" | "print" | "blackhole" => Err(cannot(kind, table, "be read as a source")),
        _ => Err(unknown(kind, table)),
    }
}

/// Opens a sink table. `kind` is the connector's key: `file`, `sqlite`, `postgres`, `print`, `blackhole`.
pub fn open_sink(kind: &str, table: &TableInfo, options: &Options) -> Result<Box<dyn Sink>, Failure> {
    match kind {
        "file" => file::open_sink(table, options),
        "sqlite" => sqlite::open_sink(table, options),
        "postgres" => postgres::open_sink(table, options),
        "print" => print::open_sink(table, options),
        "blackhole" => blackhole::open_sink(table, options),
        _ => Err(unknown(kind, table)),
    }
}

/// Opens a table for look-ups. `kind` is the connector's key: `file`, `sqlite`, `postgres`. A sink and a store of the same
/// database share one connection, so that they never lock each other out; a sink and a store of the same file share
/// its rows.
pub fn open_store(kind: &str, table: &TableInfo, options: &Options) -> Result<Box<dyn Store>, Failure> {
    match kind {
        "file" => file::open_store(table, options),
        "sqlite" => sqlite::open_store(table, options),
        "postgres" => postgres::open_store(table, options),
        "print" | "blackhole" => Err(cannot(kind, table, "be looked up")),
        _ => Err(unknown(kind, table)),
    }
}

/// Whether a connector can work with these options, as far as that is known without opening anything.
pub fn check_options(kind: &str, table: &'static str, options: &Options) -> Result<(), Failure> {
    let table = TableInfo { name: table, columns: &[], primary_key: &[] };
    match kind {
        "file" => file::check_options(&table, options),
        "sqlite" => sqlite::check_options(&table, options),
        "postgres" => postgres::check_options(&table, options),
        "print" => print::check_options(&table, options),
        // It has none, and who asks for another one is told when it is opened.
        _ => Ok(()),
    }
}

#[cold]
fn cannot(kind: &str, table: &TableInfo, what: &str) -> Failure {
    Failure::pipeline(format!("table '{}': a table of the connector '{kind}' cannot {what}", table.name))
}

#[cold]
fn unknown(kind: &str, table: &TableInfo) -> Failure {
    Failure::pipeline(format!(
        "table '{}': there is no connector '{kind}'; the connectors are file, sqlite, postgres, print, blackhole",
        table.name
    ))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{TABLE, options};
    use super::*;

    #[cfg(not(feature = "sqlite"))]
    #[test]
    fn a_connector_that_is_compiled_out_names_its_feature() {
        let options = options(&[("path", "x.db")]);
        for failure in [open_sink("sqlite", &TABLE, &options).err(), open_store("sqlite", &TABLE, &options).err()] {
            assert!(failure.unwrap().message.ends_with("with its feature \"sqlite\""));
        }
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn postgres_that_is_compiled_out_names_its_feature() {
        let options = options(&[("url", "postgres://db/shop")]);
        for failure in [open_sink("postgres", &TABLE, &options).err(), open_store("postgres", &TABLE, &options).err()] {
            assert!(failure.unwrap().message.ends_with("with its feature \"postgres\""));
        }
    }

    #[test]
    fn tables_that_cannot_be_looked_up() {
        let failure = open_store("print", &TABLE, &options(&[])).err().unwrap();
        assert_eq!(failure.message, "table 'orders': a table of the connector 'print' cannot be looked up");
        assert!(!failure.environment);
    }
}
