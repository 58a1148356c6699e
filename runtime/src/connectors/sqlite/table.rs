//! A table of a database: created, or checked and used as it is.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bumpalo::Bump;
use jiff::tz::TimeZone;

use super::super::file::load_initial;
use super::super::options::Reading;
use super::super::sql_type::SqlType;
use super::super::{ColumnInfo, Failure, Options, TableInfo, format};
use super::binding::{Affinity, bind, value};
use super::database::{self, Database, lock};
use crate::decode::Field;
use crate::scope::{Clock, Scope};
use crate::values::Value;

/// So many rows of a table that was there before are looked at.
const LOOKED_AT: u32 = 10_000;

/// A table that is open.
pub(super) struct Table {
    pub database: Arc<Mutex<Database>>,
    pub info: TableInfo,
    /// Its name in the database.
    pub name: String,
    /// How the columns treat what is stored.
    pub affinities: Vec<Affinity>,
    /// Whether it was not there before.
    pub made: bool,
    /// The file that fills it when it is made.
    initial: Option<PathBuf>,
}

/// A column as the database has it.
struct Found {
    name: String,
    declared: String,
    not_null: bool,
    has_default: bool,
    in_key: bool,
}

/// The options of a table.
struct Settings<'o> {
    path: &'o Path,
    /// The table's name in the database.
    name: &'o str,
    initial: Option<&'o Path>,
}

impl<'o> Settings<'o> {
    fn new(info: &TableInfo, options: &'o Options) -> Result<Self, Failure> {
        let reading = Reading::new("sqlite", info, options, &["path", "table", "initial"])?;
        let name = if reading.get("table").is_some() { reading.required("table")? } else { info.name };
        Ok(Self { path: Path::new(reading.required("path")?), name, initial: reading.get("initial").map(Path::new) })
    }
}

/// Whether the options can be used.
pub(in super::super) fn check_options(info: &TableInfo, options: &Options) -> Result<(), Failure> {
    Settings::new(info, options).map(|_| ())
}

impl Table {
    /// Opens a table by its options, and creates it if it is missing.
    pub fn open(info: &TableInfo, options: &Options) -> Result<Self, Failure> {
        let Settings { path, name, initial } = Settings::new(info, options)?;
        let database = database::open(path)?;
        let mut table = Self {
            database,
            info: *info,
            name: name.to_owned(),
            affinities: Vec::new(),
            made: false,
            initial: initial.map(Path::to_owned),
        };
        let mut columns = table.columns()?;
        if columns.is_empty() {
            table.create()?;
            table.made = true;
            columns = table.columns()?;
        }
        table.check(&columns)?;
        if !table.made {
            table.check_keys()?;
        }
        Ok(table)
    }

    /// The name as SQL has it.
    pub fn quoted(&self) -> String {
        quoted(&self.name)
    }

    /// The table's columns as a list in SQL.
    pub fn column_list(&self) -> String {
        list(self.info.columns.iter(), ", ", |column| quoted(column.name))
    }

    /// The key's columns.
    pub fn key(&self) -> impl Iterator<Item = &'static ColumnInfo> {
        self.info.primary_key.iter().filter_map(|position| self.info.columns.get(*position))
    }

    /// The statement that puts a row in, in place of the one with the same key.
    pub fn insert_sql(&self) -> String {
        let places = list(1..=self.info.columns.len(), ", ", |place| format!("?{place}"));
        let insert = format!("insert into {} ({}) values ({places})", self.quoted(), self.column_list());
        if self.info.primary_key.is_empty() {
            return insert;
        }
        let key = list(self.key(), ", ", |column| quoted(column.name));
        let others = self.info.columns.iter().enumerate();
        let others = others.filter(|(position, _)| !self.info.primary_key.contains(position));
        let set = list(others, ", ", |(_, column)| {
            let name = quoted(column.name);
            format!("{name} = excluded.{name}")
        });
        let action = if set.is_empty() { "nothing".to_owned() } else { format!("update set {set}") };
        format!("{insert} on conflict ({key}) do {action}")
    }

    /// Where the table is, for messages.
    pub fn place(&self) -> String {
        format!("{} (table {})", lock(&self.database).path(), self.name)
    }

    fn columns(&self) -> Result<Vec<Found>, Failure> {
        let database = lock(&self.database);
        let read = || {
            let sql = format!(
                "select name, type, \"notnull\", dflt_value is not null, pk > 0 from pragma_table_info({})",
                text(&self.name)
            );
            let mut statement = database.connection.prepare(&sql)?;
            let columns = statement.query_map([], |row| {
                Ok(Found {
                    name: row.get(0)?,
                    declared: row.get(1)?,
                    not_null: row.get(2)?,
                    has_default: row.get(3)?,
                    in_key: row.get(4)?,
                })
            })?;
            columns.collect::<Result<Vec<_>, _>>()
        };
        read().map_err(|error| database.failure(&error))
    }

    /// Creates the table and fills it, all at once or not at all.
    fn create(&self) -> Result<(), Failure> {
        let mut lines = list(self.info.columns.iter(), ",\n", |column| {
            let not_null = if column.not_null { " not null" } else { "" };
            format!("  {} {}{not_null}", quoted(column.name), column.sql_type)
        });
        let mut end = "";
        if !self.info.primary_key.is_empty() {
            let key = list(self.key(), ", ", |column| quoted(column.name));
            lines = format!("{lines},\n  primary key ({key})");
            // The rows stand in the key's tree itself.
            end = " without rowid";
        }
        self.fill_anew(&format!("create table {} (\n{lines}\n){end}", self.quoted()))
    }

    /// Takes away all rows, save those that the table was filled with when it was made.
    pub fn empty(&self) -> Result<(), Failure> {
        self.fill_anew(&format!("delete from {}", self.quoted()))
    }

    /// Runs a statement that leaves an empty table, and fills it, all at once or not at all.
    fn fill_anew(&self, sql: &str) -> Result<(), Failure> {
        lock(&self.database).begin()?;
        let created = lock(&self.database).execute(sql);
        let filled = match (created, &self.initial) {
            (Ok(()), Some(path)) => self.fill(path),
            (created, _) => created,
        };
        let database = lock(&self.database);
        if filled.is_err() {
            database.execute("rollback")?;
            return filled;
        }
        database.commit()
    }

    fn fill(&self, path: &Path) -> Result<(), Failure> {
        let database = lock(&self.database);
        let failure = |error: &rusqlite::Error| database.failure(error);
        let mut statement = database.connection.prepare(&self.insert_sql()).map_err(|error| failure(&error))?;
        let affinities: Vec<Affinity> = self.info.columns.iter().map(|column| Affinity::of(column.sql_type)).collect();
        let mut scratch = Vec::new();
        load_initial(path, &self.info, &mut |values| {
            for (position, (value, affinity)) in values.iter().zip(&affinities).enumerate() {
                bind(&mut statement, position + 1, *value, *affinity, &mut scratch).map_err(|error| failure(&error))?;
            }
            statement.raw_execute().map_err(|error| failure(&error))?;
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Checks that the table has the columns and, for a sink's upserts and for look-ups, nothing that is in the way.
    fn check(&mut self, columns: &[Found]) -> Result<(), Failure> {
        let find = |name: &str| columns.iter().find(|found| found.name.eq_ignore_ascii_case(name));
        for column in self.info.columns {
            match find(column.name) {
                Some(found) => self.affinities.push(Affinity::of(&found.declared)),
                None => {
                    return Err(Failure::pipeline(format!(
                        "{} has no column {}; it has {}. Add the column, or name another table",
                        self.place(),
                        column.name,
                        list(columns.iter(), ", ", |found| found.name.clone()),
                    )));
                }
            }
        }
        let known =
            |found: &&Found| self.info.columns.iter().any(|column| found.name.eq_ignore_ascii_case(column.name));
        let needed = |found: &&Found| found.not_null && !found.has_default && !found.in_key;
        if let Some(found) = columns.iter().filter(needed).find(|found| !known(found)) {
            return Err(Failure::pipeline(format!(
                "{} has a column {} that is not null and has no default, but the pipeline's table '{}' does not have \
                 it. Declare it there, or give it a default",
                self.place(),
                found.name,
                self.info.name,
            )));
        }
        Ok(())
    }
}

impl Table {
    /// Checks that keys which SQLite keeps as text are written as the job writes them: SQLite compares them as text, so
    /// that a row of another form would not be found, and written a second time.
    fn check_keys(&self) -> Result<(), Failure> {
        let written = |column: &&ColumnInfo| SqlType::of(column).has_forms();
        let keys: Vec<&ColumnInfo> = self.key().filter(written).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let database = lock(&self.database);
        let (mut memory, clock) = (Bump::new(), Clock::new(0, TimeZone::UTC));
        let mut run = || {
            let names = list(keys.iter(), ", ", |column| quoted(column.name));
            let mut statement =
                database.connection.prepare(&format!("select {names} from {} limit {LOOKED_AT}", self.quoted()))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                memory.reset();
                let scope = Scope { memory: &memory, clock: &clock };
                for (place, column) in keys.iter().enumerate() {
                    if let Value::Text(text) = value(row.get_ref(place)?)
                        && let Ok(typed) = SqlType::of(column).value(Field::Value(Value::Text(text)), &scope)
                        && let Some(form) = format::cell(typed).filter(|form| form != text)
                    {
                        return Ok(Some((column.name, text.to_owned(), form)));
                    }
                }
            }
            Ok(None)
        };
        match run().map_err(|error| database.failure(&error))? {
            None => Ok(()),
            Some((column, text, form)) => Err(Failure::pipeline(format!(
                "{} (table {}) has the key {column} = '{text}', which the job writes as '{form}': it would not find the row \
                 again and write it a second time. Write all keys of the table so, or name another table",
                database.path(),
                self.name
            ))),
        }
    }
}

/// A name in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Items with something between them.
pub(super) fn list<T>(items: impl Iterator<Item = T>, between: &str, show: impl Fn(T) -> String) -> String {
    items.map(show).collect::<Vec<_>>().join(between)
}
