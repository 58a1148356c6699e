//! The sink: upserts and deletes by primary key, or plain inserts, in blocks.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;

use bumpalo::Bump;
use foldhash::fast::FixedState;
use hashbrown::HashSet;
use jiff::tz::TimeZone;

use super::super::resume::{Applied, Target, Tie};
use super::super::sql_type::SqlType;
use super::super::{ChangeKind, Failure, Options, Preview, Row, Sink, TableInfo, format};
use super::columns::{Cast, Wire};
use super::database::{Change, lock};
use super::decode::value;
use super::encode::Array;
use super::epochs::{self, Mark};
use super::table::{Purpose, Table, list, quoted};
use crate::decode::Field;
use crate::scope::{Clock, Scope};
use crate::values::Value;

/// So many rows are sent at once …
const ROWS: usize = 5_000;
/// … or so many bytes.
const BYTES: usize = 4 << 20;

/// Opens the sink; tells at once if the table cannot be written.
pub(in super::super) fn open_sink(info: &TableInfo, options: &Options) -> Result<Box<dyn Sink>, Failure> {
    let table = Table::open(info, options, Purpose::Write)?;
    let batch = Batch::new(&table);
    Ok(Box::new(PostgresSink { table, batch, log: None }))
}

struct PostgresSink {
    table: Table,
    batch: Batch,
    /// The epoch log that it is tied to.
    log: Option<(u64, &'static str)>,
}

/// The changes that are sent next: no key is among them twice.
pub(super) struct Batch {
    put: Block,
    gone: Block,
    /// Hashes of the keys; two keys with one hash only make for a smaller block.
    keys: HashSet<u64>,
    scratch: Vec<u8>,
}

/// Rows that one statement takes.
struct Block {
    sql: Arc<str>,
    columns: Vec<usize>,
    arrays: Vec<Array>,
    rows: usize,
    bytes: usize,
}

impl Block {
    fn new(table: &Table, sql: String, columns: Vec<usize>) -> Self {
        let mut block = Self { sql: sql.into(), columns, arrays: Vec::new(), rows: 0, bytes: 0 };
        block.arrays = block.empty(table);
        block
    }

    fn empty(&self, table: &Table) -> Vec<Array> {
        let bindings = self.columns.iter().filter_map(|column| table.bindings.get(*column));
        bindings.map(|binding| Array::new(binding.wire)).collect()
    }

    /// Adds a row.
    fn push<'v>(&mut self, table: &Table, row: &dyn Fn(usize) -> Value<'v>) -> Result<(), Failure> {
        for (column, array) in self.columns.iter().zip(&mut self.arrays) {
            let bytes = array.push(row(*column)).map_err(|unfit| {
                let name = table.info.columns.get(*column).map_or("", |column| column.name);
                let key = list(table.info.primary_key.iter(), ", ", |column| {
                    format::cell(row(*column)).unwrap_or_default().escape_default().to_string()
                });
                let of = if key.is_empty() { String::new() } else { format!(" of the row with the key {key}") };
                Failure::pipeline(format!("table '{}': column '{name}'{of} has {}", table.info.name, unfit.0))
            })?;
            self.bytes += bytes.len();
        }
        self.rows += 1;
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.rows >= ROWS || self.bytes >= BYTES
    }

    /// Hands the rows over to the open epoch.
    fn flush(&mut self, table: &Table) -> Result<(), Failure> {
        if self.rows == 0 {
            return Ok(());
        }
        (self.rows, self.bytes) = (0, 0);
        let fresh = self.empty(table);
        let arrays = std::mem::replace(&mut self.arrays, fresh);
        let repeatable = !table.info.primary_key.is_empty();
        lock(&table.database).change(Change::Rows { sql: Arc::clone(&self.sql), arrays, repeatable })
    }
}

impl Batch {
    /// An empty one.
    pub fn new(table: &Table) -> Self {
        let key = table.info.primary_key;
        let delete =
            format!("delete from {} as t using {} where {}", table.quoted(), table.rows(key), table.same_key(0));
        Self {
            put: Block::new(table, table.insert_sql(), (0..table.info.columns.len()).collect()),
            gone: Block::new(table, delete, key.to_vec()),
            keys: HashSet::new(),
            scratch: Vec::new(),
        }
    }

    /// Adds a row that is new, or takes the place of the one with its key.
    pub fn put<'v>(&mut self, table: &Table, row: &dyn Fn(usize) -> Value<'v>) -> Result<(), Failure> {
        self.key(table, row)?;
        self.put.push(table, row)?;
        if self.put.is_full() { self.flush(table) } else { Ok(()) }
    }

    /// Adds a row that is gone.
    fn delete<'v>(&mut self, table: &Table, row: &dyn Fn(usize) -> Value<'v>) -> Result<(), Failure> {
        self.key(table, row)?;
        self.gone.push(table, row)?;
        if self.gone.is_full() { self.flush(table) } else { Ok(()) }
    }

    /// Hands all over to the open epoch. What is gone goes first: what is new may take its place in another unique
    /// index.
    pub fn flush(&mut self, table: &Table) -> Result<(), Failure> {
        self.keys.clear();
        self.gone.flush(table)?;
        self.put.flush(table)
    }

    /// Notes a row's key. One that is there already is sent first, so that changes of a key keep their order.
    fn key<'v>(&mut self, table: &Table, row: &dyn Fn(usize) -> Value<'v>) -> Result<(), Failure> {
        if table.info.primary_key.is_empty() {
            return Ok(());
        }
        let mut hasher = FixedState::default().build_hasher();
        let scratch = &mut self.scratch;
        for column in table.info.primary_key {
            scratch.clear();
            let binding = table.bindings.get(*column);
            match row(*column) {
                // Equal for PostgreSQL.
                Value::Double(value) if value.abs() <= 0.0 => scratch.push(0),
                Value::Float(value) if value.abs() <= 0.0 => scratch.push(0),
                // It keeps six digits of a second.
                Value::Timestamp { millis, nanos, .. } | Value::TimestampLtz { millis, nanos, .. }
                    if binding.is_some_and(|binding| binding.wire != Wire::Text) =>
                {
                    scratch.extend_from_slice(&millis.to_le_bytes());
                    scratch.extend_from_slice(&(nanos / 1000).to_le_bytes());
                }
                value => format::plain(value, scratch),
            }
            let blanks = binding.is_some_and(|binding| binding.cast == Some(Cast::Blanks));
            let bytes = if blanks { scratch.trim_ascii_end() } else { &scratch[..] };
            hasher.write(bytes);
            hasher.write_usize(bytes.len());
        }
        let hash = hasher.finish();
        if !self.keys.insert(hash) {
            self.flush(table)?;
            self.keys.insert(hash);
        }
        Ok(())
    }
}

impl PostgresSink {
    fn mark_of(&self, log: u64, job: &'static str, epoch: u64) -> Mark {
        Mark { epochs: self.table.epochs().into(), log, job, table: Arc::clone(&self.table.name), epoch }
    }
}

impl Sink for PostgresSink {
    fn write(&mut self, kind: ChangeKind, row: &dyn Row) -> Result<(), Failure> {
        let Self { table, batch, .. } = self;
        let keyed = !table.info.primary_key.is_empty();
        let row = |column| row.value(column);
        match kind {
            ChangeKind::Insert => batch.put(table, &row),
            ChangeKind::UpdateAfter if keyed => batch.put(table, &row),
            ChangeKind::Delete if keyed => batch.delete(table, &row),
            ChangeKind::UpdateBefore if keyed => Ok(()),
            ChangeKind::UpdateAfter | ChangeKind::UpdateBefore | ChangeKind::Delete => Err(Failure::pipeline(format!(
                "table '{}' has no primary key, so it can only take new rows, but a row changed; give it a \
                     primary_key",
                table.info.name
            ))),
        }
    }

    fn commit(&mut self, _epoch: u64) -> Result<(), Failure> {
        self.batch.flush(&self.table)?;
        lock(&self.table.database).commit()
    }

    fn target(&self) -> Target {
        let place = format!("{} ({})", lock(&self.table.database).place(), self.table.name);
        Target { place, made: self.table.made, length: 0 }
    }

    fn restore(&mut self, target: &Target, log: u64) -> Result<(), Failure> {
        let mark = self.mark_of(log, "", 0);
        epochs::forget(&mut lock(&self.table.database), &mark)?;
        if target.made { self.table.empty() } else { Ok(()) }
    }

    fn tie(&mut self, tie: &Tie<'_>) -> Result<Applied, Failure> {
        self.log = Some((tie.log, tie.job));
        let mark = self.mark_of(tie.log, tie.job, 0);
        let mut database = lock(&self.table.database);
        if self.table.made {
            // One that was dropped is told all again, whatever the one before had.
            epochs::forget(&mut database, &mark)?;
        }
        epochs::applied(&mut database, &mark).map(Applied::UpTo)
    }

    fn mark(&mut self, epoch: u64) -> Result<(), Failure> {
        self.batch.flush(&self.table)?;
        let Some((log, job)) = self.log else { return Ok(()) };
        let mark = self.mark_of(log, job, epoch);
        lock(&self.table.database).change(Change::Mark(mark))
    }

    fn sync(&mut self) -> Result<(), Failure> {
        epochs::sync(&mut lock(&self.table.database))
    }

    fn place(&self) -> String {
        self.table.place()
    }

    fn preview(&mut self, limit: usize) -> Result<Option<Preview>, Failure> {
        let table = &self.table;
        let order = list(table.key(), ", ", |column| format!("t.{}", quoted(column.name)));
        let order = if order.is_empty() { order } else { format!(" order by {order}") };
        let (name, columns) = (table.quoted(), table.read("t"));
        let (count, rows) =
            (format!("select count(*) from {name}"), format!("select {columns} from {name} as t{order} limit {limit}"));
        let types: Vec<SqlType> = table.info.columns.iter().map(SqlType::of).collect();
        let (memory, clock) = (Bump::new(), Clock::new(0, TimeZone::UTC));
        let scope = Scope { memory: &memory, clock: &clock };
        let preview = lock(&table.database).again(&mut |session| {
            let total: i64 = session.client.query_one(&count, &[])?.try_get(0)?;
            let mut cells = Vec::new();
            for row in session.client.query(&rows, &[])? {
                let mut line = Vec::with_capacity(types.len());
                for (column, ty) in types.iter().enumerate() {
                    let memory = Bump::new();
                    let value = value(&row, column, &memory)?;
                    let scope = Scope { memory: &memory, clock: scope.clock };
                    line.push(format::cell(ty.value(Field::Value(value), &scope).unwrap_or(value)));
                }
                cells.push(line);
            }
            Ok(Preview { rows: cells, total: total.unsigned_abs() })
        })?;
        Ok(Some(preview))
    }
}

impl Drop for PostgresSink {
    /// Takes back what was written since the last commit: the job has failed.
    fn drop(&mut self) {
        lock(&self.table.database).abandon();
    }
}
