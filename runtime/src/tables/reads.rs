//! Look-ups in the tables of a running job: they see what every earlier event wrote.

use crate::connectors::ColumnInfo;
use crate::decode::{Decode, Field};
use crate::scope::Scope;
use crate::state::hash_bytes;
use crate::tables::encoded::decode;
use crate::tables::lookup::encode_key;
use crate::tables::pending::{Known, Stage};
use crate::tables::{Table, TableRow, Tables};
use crate::values::{Fault, Value};

impl Tables {
    /// Notes that the current batch will look a key up, given its values in the order of the primary key.
    pub fn want<R: TableRow>(&mut self, key: &[Value<'_>]) {
        let Some(table) = self.all.get_mut(R::TABLE) else { return };
        if let Some(lookup) = &mut table.lookup {
            self.key.clear();
            encode_key(table.info, key, &mut self.key);
            let hash = hash_bytes(&self.key);
            table.pending.prefetch(Stage::Index, hash);
            lookup.want(hash, &self.key);
        }
    }

    /// Asks the stores once for all keys that are wanted.
    pub fn fetch(&mut self) {
        for table in &mut self.all {
            let Some(lookup) = &mut table.lookup else { continue };
            if let Err(failure) = lookup.fetch(&mut table.pending) {
                self.failure.get_or_insert(failure);
            }
        }
    }

    /// The row of a key as every earlier event left it.
    pub fn look_up<'a, R>(&mut self, key: &[Value<'_>], scope: &Scope<'a>) -> Result<Option<R>, Fault>
    where
        R: TableRow + Decode<'a>,
    {
        if key.contains(&Value::Null) {
            return Ok(None);
        }
        let Some(bytes) = self.find(R::TABLE, key, scope)? else { return Ok(None) };
        let mut rest = bytes;
        let mut row = R::default();
        for place in self.all.get_mut(R::TABLE).map_or(&[][..], Table::places::<R>) {
            let value = decode(&mut rest);
            if let Some(place) = *place {
                row.set(place, Field::Value(value), scope)?;
            }
        }
        row.check()?;
        Ok(Some(row))
    }

    fn find<'a>(&mut self, table: usize, key: &[Value<'_>], scope: &Scope<'a>) -> Result<Option<&'a [u8]>, Fault> {
        let Some(table) = self.all.get_mut(table) else { return Ok(None) };
        self.key.clear();
        encode_key(table.info, key, &mut self.key);
        let keep = |bytes: &[u8]| -> &'a [u8] { scope.memory.alloc_slice_copy(bytes) };
        let hash = hash_bytes(&self.key);
        match table.pending.get(hash, &self.key) {
            Known::Row(row) => return Ok(Some(keep(row))),
            Known::Absent => return Ok(None),
            Known::Unknown => {}
        }
        let Some(lookup) = &mut table.lookup else { return Ok(None) };
        match lookup.get(hash, &self.key) {
            Ok(row) => Ok(row.map(keep)),
            Err(failure) => {
                let fault = Fault::new(failure.message.clone());
                self.failure.get_or_insert(failure);
                Err(fault)
            }
        }
    }

    /// Forgets what was asked for the batch that is done.
    pub fn end_batch(&mut self) {
        for lookup in self.all.iter_mut().filter_map(|table| table.lookup.as_mut()) {
            lookup.end_batch();
        }
    }
}

impl Table {
    fn places<'a, R: Decode<'a>>(&mut self) -> &[Option<usize>] {
        let place = |column: &ColumnInfo| R::COLUMNS.iter().position(|name| *name == column.name);
        self.places.get_or_insert_with(|| self.info.columns.iter().map(place).collect())
    }
}
