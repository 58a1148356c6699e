//! `millstream_epochs`: which epoch of which log each table has. It is written in the transaction that brings the
//! epoch's rows, so that a job knows after a crash whether they came.

use rusqlite::{Error, OptionalExtension, params};

use super::super::Failure;
use super::database::Database;

const CREATE: &str = "create table if not exists millstream_epochs (
  log text not null,
  table_name text not null,
  pipeline text not null,
  epoch integer not null,
  primary key (log, table_name)
) without rowid";

const MARK: &str = "insert into millstream_epochs (log, table_name, pipeline, epoch) values (?1, ?2, ?3, ?4)
on conflict (log, table_name) do update set epoch = excluded.epoch";

/// A log's number as the table has it.
fn name(log: u64) -> String {
    format!("{log:016x}")
}

/// The last epoch of a log that a table has; 0, which is noted, if it has none.
pub(super) fn applied(database: &Database, log: u64, job: &str, table: &str) -> Result<u64, Failure> {
    let run = || {
        database.connection.execute_batch(CREATE)?;
        let sql = "select epoch from millstream_epochs where log = ?1 and table_name = ?2";
        let epoch: Option<i64> =
            database.connection.query_row(sql, params![name(log), table], |row| row.get(0)).optional()?;
        Ok(epoch.and_then(|epoch| u64::try_from(epoch).ok()))
    };
    if let Some(epoch) = run().map_err(|error: Error| database.failure(&error))? {
        return Ok(epoch);
    }
    mark(database, log, job, table, 0)?;
    database.commit()?;
    Ok(0)
}

/// Notes which epoch the open transaction brings.
pub(super) fn mark(database: &Database, log: u64, job: &str, table: &str, epoch: u64) -> Result<(), Failure> {
    database.begin()?;
    let run = || {
        let mut statement = database.connection.prepare_cached(MARK)?;
        statement.execute(params![name(log), table, job, i64::try_from(epoch).unwrap_or(i64::MAX)])
    };
    run().map(drop).map_err(|error| database.failure(&error))
}

/// Forgets a log that is no more.
pub(super) fn forget(database: &Database, log: u64, table: &str) -> Result<(), Failure> {
    let sql = "delete from millstream_epochs where log = ?1 and table_name = ?2";
    let run = || {
        database.connection.execute_batch(CREATE)?;
        database.connection.execute(sql, params![name(log), table])
    };
    run().map(drop).map_err(|error| database.failure(&error))
}

/// Waits until the disk has all that was committed: what stands in the write-ahead log alone may be lost with the power.
pub(super) fn sync(database: &Database) -> Result<(), Failure> {
    let run = || database.connection.query_row("pragma wal_checkpoint(full)", [], |_| Ok(()));
    run().map_err(|error| database.failure(&error))
}
