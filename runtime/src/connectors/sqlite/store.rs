//! Look-ups by primary key.

use bumpalo::Bump;
use jiff::tz::TimeZone;
use rusqlite::Error;

use super::super::sql_type::SqlType;
use super::super::{Failure, Options, Store, TableInfo};
use super::binding::{Affinity, bind, value};
use super::database::lock;
use super::table::{Table, list, quoted};
use crate::decode::Field;
use crate::scope::{Clock, Scope};
use crate::values::Value;

/// So many keys are asked for in one query; what is left over is asked for key by key.
const BLOCK: usize = 64;

/// Opens the table for look-ups.
pub(in super::super) fn open_store(info: &TableInfo, options: &Options) -> Result<Box<dyn Store>, Failure> {
    let table = Table::open(info, options)?;
    if info.primary_key.is_empty() {
        return Err(Failure::pipeline(format!("table '{}' has no primary key, so it cannot be looked up", info.name)));
    }
    let all = format!("select {} from {}", table.column_list(), table.quoted());
    let wheres =
        list(table.key().enumerate(), " and ", |(place, column)| format!("{} = ?{}", quoted(column.name), place + 1));
    let one = format!("{all} where {wheres}");
    let affinities = info.primary_key.iter().filter_map(|column| table.affinities.get(*column).copied()).collect();
    let block = block_sql(&table);
    Ok(Box::new(SqliteStore { table, all, one, block, affinities, scratch: Vec::new() }))
}

/// The query for a block of keys: each row comes with the position of its key.
fn block_sql(table: &Table) -> String {
    let width = table.info.primary_key.len();
    let keys = list(0..BLOCK, ", ", |block| {
        let places = list(0..width, ", ", |place| format!("?{}", block * width + place + 1));
        format!("({block}, {places})")
    });
    let names = list(0..width, ", ", |place| format!("k{place}"));
    let columns = list(table.info.columns.iter(), ", ", |column| format!("t.{}", quoted(column.name)));
    let on =
        list(table.key().enumerate(), " and ", |(place, column)| format!("t.{} = w.k{place}", quoted(column.name)));
    format!(
        "with w (position, {names}) as (values {keys}) select w.position, {columns} from w cross join {} as t on {on}",
        table.quoted()
    )
}

struct SqliteStore {
    table: Table,
    all: String,
    one: String,
    block: String,
    /// Of the key's columns.
    affinities: Vec<Affinity>,
    scratch: Vec<u8>,
}

impl Store for SqliteStore {
    fn fetch(&mut self, keys: &[Value<'_>], found: &mut dyn FnMut(usize, &[Value<'_>])) -> Result<(), Failure> {
        let database = lock(&self.table.database);
        let width = self.affinities.len();
        let columns = self.table.info.columns.len();
        let (affinities, scratch) = (&self.affinities, &mut self.scratch);
        let mut run = || -> Result<(), Error> {
            let mut blocks = keys.chunks_exact(width * BLOCK);
            let mut position = 0;
            if keys.len() >= width * BLOCK {
                let mut statement = database.connection.prepare_cached(&self.block)?;
                for block in blocks.by_ref() {
                    for (place, (key, affinity)) in block.iter().zip(affinities.iter().cycle()).enumerate() {
                        bind(&mut statement, place + 1, *key, *affinity, scratch)?;
                    }
                    let mut rows = statement.raw_query();
                    while let Some(row) = rows.next()? {
                        let within = row.get::<_, u32>(0)? as usize;
                        hand_over(row, 1, columns, &mut |values| found(position + within, values))?;
                    }
                    position += BLOCK;
                }
            }
            let mut statement = database.connection.prepare_cached(&self.one)?;
            for key in blocks.remainder().chunks(width) {
                for (place, (key, affinity)) in key.iter().zip(affinities).enumerate() {
                    bind(&mut statement, place + 1, *key, *affinity, scratch)?;
                }
                let mut rows = statement.raw_query();
                if let Some(row) = rows.next()? {
                    hand_over(row, 0, columns, &mut |values| found(position, values))?;
                }
                position += 1;
            }
            Ok(())
        };
        run().map_err(|error| database.failure(&error))
    }

    /// The values of the key are given as their columns' types have them: whoever keeps the rows compares them with
    /// the keys of look-ups, and SQLite has no dates, booleans or decimals.
    fn scan(&mut self, found: &mut dyn FnMut(&[Value<'_>])) -> Result<(), Failure> {
        let database = lock(&self.table.database);
        let TableInfo { columns, primary_key, .. } = self.table.info;
        let types: Vec<SqlType> = columns.iter().map(SqlType::of).collect();
        let (mut memory, clock) = (Bump::new(), Clock::new(0, TimeZone::UTC));
        let mut run = || -> Result<(), Error> {
            let mut statement = database.connection.prepare_cached(&self.all)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                memory.reset();
                let scope = Scope { memory: &memory, clock: &clock };
                hand_over(row, 0, columns.len(), &mut |values| {
                    let mut typed = bumpalo::collections::Vec::from_iter_in(values.iter().copied(), &memory);
                    for column in primary_key {
                        // A value that is none of the type is the key of no look-up.
                        if let (Some(value), Some(ty)) = (typed.get_mut(*column), types.get(*column))
                            && let Ok(key) = ty.value(Field::Value(*value), &scope)
                        {
                            *value = key;
                        }
                    }
                    found(&typed);
                })?;
            }
            Ok(())
        };
        run().map_err(|error| database.failure(&error))
    }
}

/// Hands over the columns of a row from `first` on.
fn hand_over(
    row: &rusqlite::Row<'_>,
    first: usize,
    columns: usize,
    found: &mut dyn FnMut(&[Value<'_>]),
) -> Result<(), Error> {
    // Rows are narrow as a rule, so their values fit on the stack.
    let mut few = [Value::Null; 16];
    let mut many = Vec::new();
    let values = if let Some(values) = few.get_mut(..columns) {
        values
    } else {
        many.resize(columns, Value::Null);
        many.as_mut_slice()
    };
    for (position, place) in values.iter_mut().enumerate() {
        *place = value(row.get_ref(first + position)?);
    }
    found(values);
    Ok(())
}
