//! The sink: upserts and deletes by primary key, or plain inserts.

use super::super::resume::{Applied, Target, Tie};
use super::super::{ChangeKind, Failure, Options, Preview, Row, Sink, TableInfo, format};
use super::binding::{bind, value};
use super::database::lock;
use super::epochs;
use super::table::{Table, list, quoted};

/// Opens the sink; tells at once if the table cannot be written.
pub(in super::super) fn open_sink(info: &TableInfo, options: &Options) -> Result<Box<dyn Sink>, Failure> {
    let table = Table::open(info, options)?;
    let insert = table.insert_sql();
    let wheres =
        list(table.key().enumerate(), " and ", |(place, column)| format!("{} = ?{}", quoted(column.name), place + 1));
    let delete = format!("delete from {} where {wheres}", table.quoted());
    check(&table, &insert)?;
    Ok(Box::new(SqliteSink { table, insert, delete, log: None, scratch: Vec::new() }))
}

/// Checks that the statement can be prepared and that the database can be written now.
fn check(table: &Table, insert: &str) -> Result<(), Failure> {
    let database = lock(&table.database);
    if let Err(error) = database.connection.prepare_cached(insert) {
        if error.to_string().contains("ON CONFLICT") {
            let key = list(table.key(), ", ", |column| column.name.to_owned());
            return Err(Failure::pipeline(format!(
                "{} (table {}) has neither primary key nor unique index on ({key}), so rows cannot be replaced by key. \
                 Create one, or name another table",
                database.path(),
                table.name
            )));
        }
        return Err(database.failure(&error));
    }
    if database.connection.is_autocommit() {
        database.begin()?;
        database.execute("rollback")?;
    }
    Ok(())
}

struct SqliteSink {
    table: Table,
    insert: String,
    delete: String,
    /// The epoch log that it is tied to.
    log: Option<(u64, &'static str)>,
    scratch: Vec<u8>,
}

impl Sink for SqliteSink {
    fn write(&mut self, kind: ChangeKind, row: &dyn Row) -> Result<(), Failure> {
        let database = lock(&self.table.database);
        let info = &self.table.info;
        let (sql, columns) = match kind {
            ChangeKind::Insert => (&self.insert, None),
            ChangeKind::UpdateAfter if !info.primary_key.is_empty() => (&self.insert, None),
            ChangeKind::Delete if !info.primary_key.is_empty() => (&self.delete, Some(info.primary_key)),
            ChangeKind::UpdateBefore if !info.primary_key.is_empty() => return Ok(()),
            ChangeKind::UpdateAfter | ChangeKind::UpdateBefore | ChangeKind::Delete => {
                return Err(Failure::pipeline(format!(
                    "table '{}' has no primary key, so it can only take new rows, but a row changed; give it a \
                     primary_key",
                    info.name
                )));
            }
        };
        database.begin_patiently()?;
        let affinities = &self.table.affinities;
        let scratch = &mut self.scratch;
        let mut run = || {
            let mut statement = database.connection.prepare_cached(sql)?;
            match columns {
                None => {
                    for (column, affinity) in affinities.iter().enumerate() {
                        bind(&mut statement, column + 1, row.value(column), *affinity, scratch)?;
                    }
                }
                Some(key) => {
                    for (place, column) in key.iter().enumerate() {
                        bind(&mut statement, place + 1, row.value(*column), affinities[*column], scratch)?;
                    }
                }
            }
            statement.raw_execute()
        };
        match run() {
            Ok(_) => Ok(()),
            Err(error) => Err(database.failure(&error)),
        }
    }

    fn commit(&mut self, _epoch: u64) -> Result<(), Failure> {
        lock(&self.table.database).commit()
    }

    fn target(&self) -> Target {
        let path = lock(&self.table.database).path().to_string();
        let path = std::path::absolute(&path).map_or(path, |path| path.display().to_string());
        Target { place: format!("{path} ({})", self.table.name), made: self.table.made, length: 0 }
    }

    fn restore(&mut self, target: &Target, log: u64) -> Result<(), Failure> {
        epochs::forget(&lock(&self.table.database), log, &self.table.name)?;
        if target.made { self.table.empty() } else { Ok(()) }
    }

    fn tie(&mut self, tie: &Tie<'_>) -> Result<Applied, Failure> {
        self.log = Some((tie.log, tie.job));
        let database = lock(&self.table.database);
        if self.table.made {
            // One that was dropped is told all again, whatever the one before had.
            epochs::forget(&database, tie.log, &self.table.name)?;
        }
        epochs::applied(&database, tie.log, tie.job, &self.table.name).map(Applied::UpTo)
    }

    fn mark(&mut self, epoch: u64) -> Result<(), Failure> {
        let Some((log, job)) = self.log else { return Ok(()) };
        let database = lock(&self.table.database);
        database.begin_patiently()?;
        epochs::mark(&database, log, job, &self.table.name, epoch)
    }

    fn sync(&mut self) -> Result<(), Failure> {
        epochs::sync(&lock(&self.table.database))
    }

    fn computes(&self) -> bool {
        true
    }

    fn place(&self) -> String {
        self.table.place()
    }

    fn preview(&mut self, limit: usize) -> Result<Option<Preview>, Failure> {
        let database = lock(&self.table.database);
        let (columns, table) = (self.table.column_list(), self.table.quoted());
        let order = list(self.table.key(), ", ", |column| quoted(column.name));
        let order = if order.is_empty() { String::new() } else { format!(" order by {order}") };
        let read = || {
            let total: i64 =
                database.connection.query_row(&format!("select count(*) from {table}"), [], |row| row.get(0))?;
            let mut statement =
                database.connection.prepare(&format!("select {columns} from {table}{order} limit {limit}"))?;
            let mut found = statement.query([])?;
            let mut rows = Vec::new();
            while let Some(row) = found.next()? {
                let mut cells = Vec::with_capacity(self.table.info.columns.len());
                for column in 0..self.table.info.columns.len() {
                    cells.push(cell(value(row.get_ref(column)?)));
                }
                rows.push(cells);
            }
            Ok(Preview { rows, total: total.unsigned_abs() })
        };
        read().map(Some).map_err(|error| database.failure(&error))
    }
}

/// A cell of the preview; bytes that are text (long decimals) are shown as text.
fn cell(value: crate::values::Value<'_>) -> Option<String> {
    if let crate::values::Value::Bytes(bytes) = value
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Some(text.to_owned());
    }
    format::cell(value)
}

impl Drop for SqliteSink {
    /// Takes back what was written since the last commit: the job has failed.
    fn drop(&mut self) {
        let database = lock(&self.table.database);
        if !database.connection.is_autocommit() {
            // Nothing more can be done if this fails too; closing the connection does the same.
            drop(database.execute("rollback"));
        }
    }
}
