//! `millstream_epochs`: which epoch of which log each table has. It is written in the transaction that brings the
//! epoch's rows, so that a job knows after a crash whether they came.

use std::sync::Arc;

use postgres::Error;
use postgres::error::SqlState;

use super::super::Failure;
use super::database::{Database, Session, Stumble};

/// The number that an epoch of a log has in a table's place.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    /// `millstream_epochs`, with the schema of the table if it has one.
    pub epochs: Arc<str>,
    pub log: u64,
    pub job: &'static str,
    pub table: Arc<str>,
    pub epoch: u64,
}

impl Mark {
    /// The log's number as the table has it.
    fn log(&self) -> String {
        format!("{:016x}", self.log)
    }

    fn epoch(&self) -> i64 {
        i64::try_from(self.epoch).unwrap_or(i64::MAX)
    }

    fn statement(&self, rest: &str) -> Arc<str> {
        rest.replace("EPOCHS", &self.epochs).into()
    }
}

/// Creates the table if it is missing. Who may not create tables can use one that is there.
fn create(session: &mut Session, epochs: &str) -> Result<(), Error> {
    let there = "select to_regclass($1) is not null";
    let sql = format!(
        "create table if not exists {epochs} (
  log text not null,
  table_name text not null,
  pipeline text not null,
  epoch bigint not null,
  primary key (log, table_name)
)"
    );
    for _ in 0..2 {
        if session.client.query_one(there, &[&epochs])?.try_get(0)? {
            return Ok(());
        }
        match session.client.batch_execute(&sql) {
            // Another job has created it in the meantime.
            Err(error)
                if [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_OBJECT]
                    .iter()
                    .any(|code| error.code() == Some(code)) => {}
            created => return created,
        }
    }
    Ok(())
}

/// The last epoch of a log that a table has; 0, which is noted, if it has none. A run that was killed while it committed
/// may have left a transaction that the server still works on: its lock is waited for.
pub(super) fn applied(database: &mut Database, mark: &Mark) -> Result<u64, Failure> {
    database.again(&mut |session| {
        create(session, &mark.epochs)?;
        let insert = mark.statement(
            "insert into EPOCHS (log, table_name, pipeline, epoch) values ($1, $2, $3, 0) \
             on conflict (log, table_name) do nothing",
        );
        let insert = session.statement(&insert)?;
        session.client.execute(&insert, &[&mark.log(), &&*mark.table, &mark.job])?;
        let epoch = read(session, mark)?;
        Ok(epoch.and_then(|epoch| u64::try_from(epoch).ok()).unwrap_or(0))
    })
}

/// Notes which epoch the open transaction brings.
pub(super) fn mark(session: &mut Session, mark: &Mark) -> Result<(), Error> {
    let sql = mark.statement(
        "insert into EPOCHS (log, table_name, pipeline, epoch) values ($1, $2, $3, $4) \
         on conflict (log, table_name) do update set epoch = excluded.epoch",
    );
    let statement = session.statement(&sql)?;
    session.client.execute(&statement, &[&mark.log(), &&*mark.table, &mark.job, &mark.epoch()]).map(drop)
}

/// Whether an epoch was committed over a connection that is lost. As long as its transaction may still be, the row is
/// locked.
pub(super) fn has(session: &mut Session, mark: &Mark) -> Result<bool, Error> {
    Ok(read(session, mark)? == Some(mark.epoch()))
}

fn read(session: &mut Session, mark: &Mark) -> Result<Option<i64>, Error> {
    let sql = mark.statement("select epoch from EPOCHS where log = $1 and table_name = $2 for update");
    let statement = session.statement(&sql)?;
    let row = session.client.query_opt(&statement, &[&mark.log(), &&*mark.table])?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Forgets a log that is no more.
pub(super) fn forget(database: &mut Database, mark: &Mark) -> Result<(), Failure> {
    database.again(&mut |session| {
        create(session, &mark.epochs)?;
        let statement = session.statement(&mark.statement("delete from EPOCHS where log = $1 and table_name = $2"))?;
        session.client.execute(&statement, &[&mark.log(), &&*mark.table])?;
        Ok(())
    })
}

/// Waits until the disk has all that was committed, where the server is set not to wait for it: the record of a commit
/// that waits lies behind all others.
pub(super) fn sync(database: &mut Database) -> Result<(), Failure> {
    database.again(&mut |session| -> Result<(), Stumble> {
        let sql = "begin; set local synchronous_commit to on; select txid_current(); commit";
        Ok(session.client.batch_execute(sql)?)
    })
}
