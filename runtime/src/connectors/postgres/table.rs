//! A table of a database: created, or checked and used as it is.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::super::file::load_initial;
use super::super::options::Reading;
use super::super::sql_type::SqlType;
use super::super::{ColumnInfo, Failure, Options, TableInfo};
use super::address::Address;
use super::columns::{Binding, Cast, Filled, Found, declaration};
use super::database::{self, Change, Database, lock};
use super::sink::Batch;

/// A table that is open.
pub(super) struct Table {
    pub database: Arc<Mutex<Database>>,
    pub info: TableInfo,
    /// Its name in the database, as the options have it.
    pub name: Arc<str>,
    /// How each column is sent and read.
    pub bindings: Vec<Binding>,
    /// The columns' types in SQL.
    declared: Vec<String>,
    /// Whether it was not there before.
    pub made: bool,
    /// The file that fills it when it is made.
    initial: Option<PathBuf>,
}

/// The options of a table.
struct Settings<'o> {
    url: &'o str,
    address: Address,
    /// The table's name in the database.
    name: &'o str,
    initial: Option<&'o Path>,
}

impl<'o> Settings<'o> {
    fn new(info: &TableInfo, options: &'o Options) -> Result<Self, Failure> {
        let reading = Reading::new("postgres", info, options, &["url", "table", "initial"])?;
        let name = if reading.get("table").is_some() { reading.required("table")? } else { info.name };
        if name.contains('\0') || name.split('.').any(str::is_empty) || name.split('.').count() > 2 {
            return Err(reading.wrong(&format!("the option 'table' is '{name}', but must be a name or schema.name")));
        }
        let address = Address::new(&reading)?;
        Ok(Self { url: reading.required("url")?, address, name, initial: reading.get("initial").map(Path::new) })
    }
}

/// Whether the options can be used.
pub(in super::super) fn check_options(info: &TableInfo, options: &Options) -> Result<(), Failure> {
    Settings::new(info, options).map(|_| ())
}

/// What is done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Write,
    LookUp,
}

/// What a look at the catalogue gave.
struct Relation {
    columns: Vec<Found>,
    /// Rights that the user does not have.
    forbidden: Vec<&'static str>,
    has_key: bool,
}

impl Table {
    /// Opens a table by its options, and creates it if it is missing.
    pub fn open(info: &TableInfo, options: &Options, purpose: Purpose) -> Result<Self, Failure> {
        let Settings { url, address, name, initial } = Settings::new(info, options)?;
        let mut table = Self {
            database: database::open(url, address)?,
            info: *info,
            name: name.into(),
            bindings: Vec::new(),
            declared: Vec::new(),
            made: false,
            initial: initial.map(Path::to_owned),
        };
        match table.relation()? {
            Some(relation) => table.check(&relation, purpose)?,
            None => table.make(purpose).inspect_err(|_| lock(&table.database).abandon())?,
        }
        Ok(table)
    }

    /// Creates the table and fills it, all at once or not at all.
    fn make(&mut self, purpose: Purpose) -> Result<(), Failure> {
        self.made = true;
        // Done twice it would be refused.
        self.change(self.create_sql()?, false)?;
        if let Some(relation) = self.relation()? {
            self.check(&relation, purpose)?;
        }
        self.load()?;
        lock(&self.database).commit()
    }

    /// Takes away all rows, save those that the table was filled with when it was made.
    pub fn empty(&self) -> Result<(), Failure> {
        let emptied = self.change(format!("delete from {}", self.quoted()), true).and_then(|()| self.load());
        emptied.inspect_err(|_| lock(&self.database).abandon())?;
        lock(&self.database).commit()
    }

    /// Adds a statement to the open transaction.
    fn change(&self, sql: String, repeatable: bool) -> Result<(), Failure> {
        lock(&self.database).change(Change::Rows { sql: sql.into(), arrays: Vec::new(), repeatable })
    }

    /// The name as SQL has it.
    pub fn quoted(&self) -> String {
        list(self.name.split('.'), ".", quoted)
    }

    /// The table of the epochs, beside it.
    pub fn epochs(&self) -> String {
        match self.name.split_once('.') {
            Some((schema, _)) => format!("{}.millstream_epochs", quoted(schema)),
            None => "millstream_epochs".to_owned(),
        }
    }

    /// The key's columns.
    pub fn key(&self) -> impl Iterator<Item = &'static ColumnInfo> {
        self.info.primary_key.iter().filter_map(|position| self.info.columns.get(*position))
    }

    /// Where the table is, for messages.
    pub fn place(&self) -> String {
        format!("{} (table {})", lock(&self.database).place(), self.name)
    }

    /// Columns of values as rows in SQL, whose columns are `u.c0`, `u.c1` …
    pub fn rows(&self, columns: &[usize]) -> String {
        let arrays = columns.iter().enumerate().filter_map(|(at, column)| Some((at, self.bindings.get(*column)?)));
        let arrays = list(arrays, ", ", |(at, binding)| format!("${}::{}[]", at + 1, binding.wire.sql()));
        format!("unnest({arrays}) as u ({})", list(0..columns.len(), ", ", |at| format!("c{at}")))
    }

    /// A value of such a row, as the column takes it.
    pub fn sent(&self, at: usize, column: usize) -> String {
        let cast = match self.bindings.get(column).and_then(|binding| binding.cast) {
            None => String::new(),
            Some(Cast::Blanks) => "::bpchar".to_owned(),
            Some(Cast::Own) => format!("::{}", self.declared.get(column).map_or("text", String::as_str)),
        };
        format!("u.c{at}{cast}")
    }

    /// The columns as they are read, behind an alias.
    pub fn read(&self, alias: &str) -> String {
        list(self.info.columns.iter().zip(&self.bindings), ", ", |(column, binding)| {
            let cast = if binding.read_as_text { "::text" } else { "" };
            format!("{alias}.{}{cast}", quoted(column.name))
        })
    }

    /// The statement that puts rows in, in place of those with the same keys.
    pub fn insert_sql(&self) -> String {
        let all: Vec<usize> = (0..self.info.columns.len()).collect();
        let names = list(self.info.columns.iter(), ", ", |column| quoted(column.name));
        let values = list(all.iter(), ", ", |column| self.sent(*column, *column));
        let insert = format!("insert into {} ({names}) select {values} from {}", self.quoted(), self.rows(&all));
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

    /// The comparison of the key of `t` with the rows' columns from `first` on.
    pub fn same_key(&self, first: usize) -> String {
        list(self.info.primary_key.iter().enumerate(), " and ", |(at, column)| {
            let name = self.info.columns.get(*column).map_or_else(String::new, |column| quoted(column.name));
            format!("t.{name} = {}", self.sent(first + at, *column))
        })
    }

    /// What the catalogue has of the table; none if there is no such table.
    fn relation(&self) -> Result<Option<Relation>, Failure> {
        let key: Vec<&str> = self.key().map(|column| column.name).collect();
        let name = self.quoted();
        lock(&self.database).again(&mut |session| {
            let client = &mut session.client;
            let row = client.query_one("select to_regclass($1)::oid", &[&name])?;
            let Some(oid) = row.try_get::<_, Option<u32>>(0)? else { return Ok(None) };
            let mut columns = Vec::new();
            for row in client.query(COLUMNS, &[&oid])? {
                columns.push(Found {
                    name: row.try_get(0)?,
                    declared: row.try_get(1)?,
                    base: row.try_get(2)?,
                    modifier: row.try_get(3)?,
                    is_enum: row.try_get(4)?,
                    filled: match (row.try_get(5)?, row.try_get(6)?) {
                        (true, _) => Filled::Always,
                        (false, true) => Filled::ByWriter,
                        (false, false) => Filled::BySelf,
                    },
                });
            }
            let mut forbidden = Vec::new();
            for right in ["select", "insert", "update", "delete"] {
                if !client.query_one("select has_table_privilege($1::oid, $2)", &[&oid, &right])?.try_get(0)? {
                    forbidden.push(right);
                }
            }
            let has_key = client.query_one(HAS_KEY, &[&oid, &key])?.try_get(0)?;
            Ok(Some(Relation { columns, forbidden, has_key }))
        })
    }

    fn create_sql(&self) -> Result<String, Failure> {
        let declared: Result<Vec<String>, String> = self.info.columns.iter().map(declaration).collect();
        let declared = declared.map_err(|what| Failure::pipeline(format!("cannot create {}: {what}", self.place())))?;
        let mut lines = list(self.info.columns.iter().zip(declared), ",\n", |(column, declared)| {
            let not_null = if column.not_null { " not null" } else { "" };
            format!("  {} {declared}{not_null}", quoted(column.name))
        });
        if !self.info.primary_key.is_empty() {
            let key = list(self.key(), ", ", |column| quoted(column.name));
            lines = format!("{lines},\n  primary key ({key})");
        }
        Ok(format!("create table {} (\n{lines}\n)", self.quoted()))
    }

    /// Adds the rows of the file to the open transaction.
    fn load(&self) -> Result<(), Failure> {
        let Some(path) = &self.initial else { return Ok(()) };
        let mut batch = Batch::new(self);
        load_initial(path, &self.info, &mut |values| {
            batch.put(self, &|column| values.get(column).copied().unwrap_or(crate::values::Value::Null))?;
            Ok(ControlFlow::Continue(()))
        })?;
        batch.flush(self)
    }

    /// Checks that the table has the columns, that they can take the values, and that nothing is in the way.
    fn check(&mut self, relation: &Relation, purpose: Purpose) -> Result<(), Failure> {
        let Relation { columns, forbidden, has_key } = relation;
        for column in self.info.columns {
            let Some(found) = columns.iter().find(|found| found.name == column.name) else {
                return Err(Failure::pipeline(format!(
                    "{} has no column {}; it has {}. Add the column, or name another table",
                    self.place(),
                    column.name,
                    list(columns.iter(), ", ", |found| found.name.clone()),
                )));
            };
            let ty = SqlType::of(column);
            let binding = match found.binding(ty) {
                Some(binding) => binding,
                // What is only read may have any type; its text says what it is.
                None if purpose == Purpose::LookUp && !self.info.primary_key.contains(&self.bindings.len()) => {
                    Binding::read_only(found, ty)
                }
                None => {
                    return Err(Failure::pipeline(format!(
                        "{}: the column {} is {}, which does not have all values of {}. Change its type, or the type in \
                         the pipeline",
                        self.place(),
                        column.name,
                        found.declared,
                        column.sql_type,
                    )));
                }
            };
            if purpose == Purpose::Write && found.filled == Filled::Always {
                return Err(Failure::pipeline(format!(
                    "{}: the column {} is generated and cannot be written. Take it out of the pipeline's table '{}'",
                    self.place(),
                    column.name,
                    self.info.name,
                )));
            }
            self.bindings.push(binding);
            self.declared.push(found.declared.clone());
        }
        let needs: &[&str] = match purpose {
            Purpose::LookUp => &["select"],
            Purpose::Write if self.info.primary_key.is_empty() => &["select", "insert"],
            Purpose::Write => &["select", "insert", "update", "delete"],
        };
        let missing: Vec<&str> = needs.iter().copied().filter(|right| forbidden.contains(right)).collect();
        if !missing.is_empty() {
            return Err(Failure::environment(format!(
                "{}: the user lacks a right. Grant it with: grant {} on {} to …",
                self.place(),
                missing.join(", "),
                self.quoted(),
            )));
        }
        if purpose == Purpose::LookUp {
            return Ok(());
        }
        if !self.info.primary_key.is_empty() && !has_key {
            return Err(Failure::pipeline(format!(
                "{} has neither primary key nor unique index on ({}), so rows cannot be replaced by key. Create one, or \
                 name another table",
                self.place(),
                list(self.key(), ", ", |column| column.name.to_owned()),
            )));
        }
        let known = |found: &&Found| self.info.columns.iter().any(|column| found.name == column.name);
        let needed = |found: &&Found| found.filled == Filled::ByWriter;
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

/// The columns of a table; of a domain the type below it.
const COLUMNS: &str = "
select a.attname::text, format_type(a.atttypid, a.atttypmod), b.typname::text,
  case when t.typtype = 'd' then t.typtypmod else a.atttypmod end,
  b.typtype = 'e', a.attgenerated <> '' or a.attidentity = 'a',
  (a.attnotnull or t.typnotnull) and not (a.atthasdef or t.typdefault is not null or a.attidentity <> '')
from pg_attribute a
join pg_type t on t.oid = a.atttypid
join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
order by a.attnum";

/// Whether an index makes these columns unique, without which rows cannot be replaced.
const HAS_KEY: &str = "
select exists (
  select from pg_index i, lateral (
    select array_agg(a.attname::text) as names
    from unnest(i.indkey::int2[]) with ordinality as k (number, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where k.place <= i.indnkeyatts
  ) as n
  where i.indrelid = $1 and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
    and i.indexprs is null and n.names @> $2::text[] and n.names <@ $2::text[]
)";

/// A name in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Items with something between them.
pub(super) fn list<T>(items: impl Iterator<Item = T>, between: &str, show: impl Fn(T) -> String) -> String {
    items.map(show).collect::<Vec<_>>().join(between)
}
