//! Look-ups by primary key.

use std::sync::Arc;

use bumpalo::Bump;
use jiff::tz::TimeZone;
use postgres::fallible_iterator::FallibleIterator as _;

use super::super::sql_type::SqlType;
use super::super::{Failure, Options, Store, TableInfo};
use super::columns::Wire;
use super::database::{Stumble, lock, parameters};
use super::decode::value;
use super::encode::Array;
use super::table::{Purpose, Table, list};
use crate::decode::Field;
use crate::scope::{Clock, Scope};
use crate::values::Value;

/// So many keys are asked for in one query at most.
const BLOCK: usize = 10_000;

/// Opens the table for look-ups.
pub(in super::super) fn open_store(info: &TableInfo, options: &Options) -> Result<Box<dyn Store>, Failure> {
    if info.primary_key.is_empty() {
        return Err(Failure::pipeline(format!("table '{}' has no primary key, so it cannot be looked up", info.name)));
    }
    let table = Table::open(info, options, Purpose::LookUp)?;
    let columns = table.read("t");
    let all = format!("select {columns} from {} as t", table.quoted()).into();
    // Each row comes with the position of its key.
    let wires = info.primary_key.iter().enumerate();
    let wires = wires.filter_map(|(at, column)| Some((at + 1, table.bindings.get(*column)?.wire)));
    let arrays = list(wires, ", ", |(at, wire)| format!("${}::{}[]", at + 1, wire.sql()));
    let names = list(1..=info.primary_key.len(), ", ", |at| format!("c{at}"));
    let some = format!(
        "select u.position, {columns} from unnest($1::int4[], {arrays}) as u (position, {names}) join {} as t on {}",
        table.quoted(),
        table.same_key(1)
    );
    Ok(Box::new(PostgresStore { table, all, some: some.into() }))
}

struct PostgresStore {
    table: Table,
    all: Arc<str>,
    some: Arc<str>,
}

impl PostgresStore {
    fn wires(&self) -> impl Iterator<Item = Wire> {
        let bindings = self.table.info.primary_key.iter().filter_map(|column| self.table.bindings.get(*column));
        std::iter::once(Wire::Int4).chain(bindings.map(|binding| binding.wire))
    }

    /// The columns of a query for some keys. A key that PostgreSQL cannot have has no row there.
    fn arrays(&self, keys: &[Value<'_>], width: usize) -> Vec<Array> {
        let mut arrays: Vec<Array> = self.wires().map(Array::new).collect();
        for (position, key) in keys.chunks_exact(width).enumerate() {
            let mut lengths = Vec::with_capacity(width + 1);
            let row = std::iter::once(Value::Integer(position as i64)).chain(key.iter().copied());
            for (array, value) in arrays.iter_mut().zip(row) {
                match array.push(value) {
                    Ok(bytes) => lengths.push(bytes.len()),
                    Err(_) => break,
                }
            }
            if lengths.len() <= width {
                arrays.iter_mut().zip(lengths).for_each(|(array, length)| array.pop(length));
            }
        }
        arrays
    }
}

impl Store for PostgresStore {
    fn fetch(&mut self, keys: &[Value<'_>], found: &mut dyn FnMut(usize, &[Value<'_>])) -> Result<(), Failure> {
        let width = self.table.info.primary_key.len();
        let columns = self.table.info.columns.len();
        let mut memory = Bump::new();
        for (block, keys) in keys.chunks(width * BLOCK).enumerate() {
            let arrays = self.arrays(keys, width);
            let rows = lock(&self.table.database).again(&mut |session| {
                let statement = session.statement(&self.some)?;
                Ok(session.client.query(&statement, &parameters(&arrays))?)
            })?;
            for row in &rows {
                memory.reset();
                let mut read = || -> Result<(), postgres::Error> {
                    let position: i32 = row.try_get(0)?;
                    let mut values = bumpalo::collections::Vec::with_capacity_in(columns, &memory);
                    for column in 0..columns {
                        values.push(value(row, column + 1, &memory)?);
                    }
                    found(block * BLOCK + position.unsigned_abs() as usize, &values);
                    Ok(())
                };
                read().map_err(|error| lock(&self.table.database).failure(&error))?;
            }
        }
        Ok(())
    }

    /// The values of the key are given as their columns' types have them: whoever keeps the rows compares them with
    /// the keys of look-ups.
    fn scan(&mut self, found: &mut dyn FnMut(&[Value<'_>])) -> Result<(), Failure> {
        let TableInfo { columns, primary_key, .. } = self.table.info;
        let types: Vec<SqlType> = columns.iter().map(SqlType::of).collect();
        let (mut memory, clock) = (Bump::new(), Clock::new(0, TimeZone::UTC));
        // Rows that were handed over before the connection was lost are handed over again; the last one counts.
        lock(&self.table.database).again(&mut |session| -> Result<(), Stumble> {
            let statement = session.statement(&self.all)?;
            let mut rows = session.client.query_raw(&statement, std::iter::empty::<i32>())?;
            while let Some(row) = rows.next()? {
                memory.reset();
                let scope = Scope { memory: &memory, clock: &clock };
                let mut values = bumpalo::collections::Vec::with_capacity_in(columns.len(), &memory);
                for column in 0..columns.len() {
                    values.push(value(&row, column, &memory)?);
                }
                for column in primary_key {
                    // A value that is none of the type is the key of no look-up.
                    if let (Some(value), Some(ty)) = (values.get_mut(*column), types.get(*column))
                        && let Ok(key) = ty.value(Field::Value(*value), &scope)
                    {
                        *value = key;
                    }
                }
                found(&values);
            }
            Ok(())
        })
    }
}
