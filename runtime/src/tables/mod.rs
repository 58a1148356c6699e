//! The tables of a running job: what an epoch changes in them, and look-ups that see those changes.

mod conflicts;
mod deferred;
mod encoded;
mod lasting;
mod lookup;
mod pending;
mod reads;
mod sinks;

use std::time::Instant;

use crate::connectors::{ChangeKind, Failure, Row, Store, TableInfo, format};
use crate::decode::{Decode, Field};
use crate::job::Gives;
use crate::operators::Change;
use crate::scope::Scope;
use crate::values::{Fault, Value};

use conflicts::Conflicts;
pub use conflicts::OnConflict;
use deferred::{Deferred, Operation};
pub use encoded::EncodedRow;
pub(crate) use encoded::{decode, encode, encode_row};
pub(crate) use lasting::Broken;
pub use lookup::Cache;
use lookup::Lookup;
use pending::{Pending, Stamp};
pub use sinks::Sinks;

/// A row of a table of the pipeline; implemented by generated code.
pub trait TableRow: Row {
    /// The table's position among the pipeline's tables.
    const TABLE: usize;
}

/// A row of a table with a primary key: it takes changes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a row of a table that only takes new rows",
    label = "the rows here can change, and the table of `{Self}` has no primary key to change them by",
    note = "declare a `primary_key` for the table, or insert from a view whose rows never change"
)]
pub trait Keyed: TableRow {}

/// A row of a table without a primary key: it takes new rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a row of a table with a primary key",
    label = "a table with a primary key takes changes, not bare rows",
    note = "wrap the row: `Change::insert(row)`"
)]
pub trait Appended: TableRow {}

/// The tables of a running job, as one worker knows them.
#[derive(Default)]
pub struct Tables {
    all: Vec<Table>,
    deferred: Deferred,
    /// Whether the order of changes is noted, and whether there are new ones.
    ordered: bool,
    unsettled: bool,
    key: Vec<u8>,
    before: Vec<u8>,
    after: Vec<u8>,
    own: Vec<u8>,
    failure: Option<Failure>,
}

struct Table {
    info: &'static TableInfo,
    pending: Pending,
    conflicts: Option<Conflicts>,
    lookup: Option<Lookup>,
    /// Whether its writes wait for the end of the event.
    deferred: bool,
    /// Where the columns of its rows stand in the struct of generated code, if it has them.
    places: Option<Vec<Option<usize>>>,
}

/// What a table is opened with.
pub struct OpenTable {
    /// Its columns and key.
    pub info: &'static TableInfo,
    /// Whether each change comes with the row before.
    pub changelog: bool,
    /// Whether the changes of several workers are to be put into the order of their events.
    pub ordered: bool,
    /// Whether the writes of an event wait until all are known, to be done in the order of the inserts.
    pub deferred: bool,
    /// What look-ups ask.
    pub store: Option<(Box<dyn Store>, Cache)>,
    /// What happens to rows with the same primary key, where that needs state.
    pub conflicts: Option<OnConflict>,
}

/// What a worker changed in the tables in an epoch, on its way to the sinks.
#[derive(Debug, Default)]
pub struct EpochChanges {
    tables: Vec<Option<Pending>>,
}

impl EpochChanges {
    fn of(&self, table: usize) -> Option<&Pending> {
        self.tables.get(table)?.as_ref()
    }

    /// Forgets all changes, keeping the memory.
    fn clear(&mut self) {
        self.tables.iter_mut().flatten().for_each(Pending::clear);
    }
}

impl Tables {
    /// Adds the next table.
    pub fn open(&mut self, table: OpenTable) {
        self.ordered |= table.ordered;
        self.all.push(Table {
            info: table.info,
            pending: Pending::new(table.changelog, table.ordered),
            conflicts: table.conflicts.map(Conflicts::new),
            lookup: table.store.map(|(store, cache)| Lookup::new(store, table.info, cache)),
            deferred: table.deferred,
            places: None,
        });
    }

    /// Takes a new row of a table without a primary key.
    pub fn append<R: Appended>(&mut self, row: &R) -> Result<(), Fault> {
        self.append_row(R::TABLE, ChangeKind::Insert, row)
    }

    /// Takes a change of a table without a primary key whose sink writes a changelog.
    pub fn log<R: TableRow>(&mut self, change: &Change<R>) -> Result<(), Fault> {
        let kinds = match change {
            Change { before: Some(_), after: Some(_) } => [ChangeKind::UpdateBefore, ChangeKind::UpdateAfter],
            Change { .. } => [ChangeKind::Delete, ChangeKind::Insert],
        };
        for (kind, row) in kinds.into_iter().zip([&change.before, &change.after]) {
            if let Some(row) = row {
                self.append_row(R::TABLE, kind, row)?;
            }
        }
        Ok(())
    }

    fn append_row(&mut self, number: usize, kind: ChangeKind, row: &dyn Row) -> Result<(), Fault> {
        let Some(table) = self.all.get_mut(number) else { return Ok(()) };
        check(table.info, row)?;
        self.unsettled = true;
        self.after.clear();
        encode_row(row, 0..table.info.columns.len(), &mut self.after);
        if table.deferred {
            let row = self.deferred.keep(&self.after);
            self.deferred.push(number, Operation::Append { kind, row });
        } else {
            table.pending.append(kind, &self.after);
        }
        Ok(())
    }

    /// Takes a change of a row of a table with a primary key.
    pub fn change<R: Keyed>(&mut self, change: &Change<R>) -> Result<(), Fault> {
        let before = change.before.as_ref().map(|row| row as &dyn Row);
        let after = change.after.as_ref().map(|row| row as &dyn Row);
        self.change_row(R::TABLE, before, after)
    }

    fn change_row(&mut self, number: usize, before: Option<&dyn Row>, after: Option<&dyn Row>) -> Result<(), Fault> {
        let Some(table) = self.all.get_mut(number) else { return Ok(()) };
        let info = table.info;
        if let Some(row) = after {
            check(info, row)?;
        }
        self.unsettled = true;
        if let Some(row) = before {
            self.before.clear();
            encode_row(row, 0..info.columns.len(), &mut self.before);
            self.key.clear();
            encode_key_of(info, row, &mut self.key);
        }
        let mut write = |key: &[u8], before: Option<&[u8]>, after: Option<&[u8]>| {
            if table.deferred {
                let (key, before) = (self.deferred.keep(key), before.map(|row| self.deferred.keep(row)));
                let after = after.map(|row| self.deferred.keep(row));
                self.deferred.push(number, Operation::Set { key, before, after });
            } else {
                table.pending.set(key, before, after);
            }
        };
        let Some(row) = after else {
            if before.is_some() {
                write(&self.key, Some(&self.before), None);
            }
            return Ok(());
        };
        self.after.clear();
        encode_row(row, 0..info.columns.len(), &mut self.after);
        self.own.clear();
        encode_key_of(info, row, &mut self.own);
        let moved = before.is_some() && self.own != self.key;
        if moved {
            write(&self.key, Some(&self.before), None);
        }
        let stood = (before.is_some() && !moved).then_some(self.before.as_slice());
        write(&self.own, stood, Some(&self.after));
        Ok(())
    }

    /// Takes a change of a row of a query in which several rows can have the primary key of the table. `own` is the
    /// row's key in the query, before and after the same; none if it has none.
    pub fn contend<R: Keyed>(&mut self, change: &Change<R>, own: Option<&[Value<'_>]>) -> Result<(), Fault> {
        if let Some(row) = &change.after
            && let Some(table) = self.all.get(R::TABLE)
        {
            check(table.info, row)?;
        }
        self.own.clear();
        for value in own.unwrap_or_default() {
            encode(value, &mut self.own);
        }
        let before = change.before.as_ref().map(|row| row as &dyn Row);
        let after = change.after.as_ref().map(|row| row as &dyn Row);
        if let (Some(before), Some(after), Some(table)) = (before, after, self.all.get(R::TABLE))
            && (0..table.info.columns.len()).all(|column| before.value(column) == after.value(column))
        {
            // It did not change, so it does not become the latest.
            return Ok(());
        }
        // The row before goes, unless the row after it has the same primary key and takes its place.
        let replaced = |before: &dyn Row| after.is_some_and(|after| same_key(R::TABLE, &self.all, before, after));
        if let Some(row) = before
            && !replaced(row)
        {
            self.settle_row(R::TABLE, own.is_some(), row, false)?;
        }
        after.map_or(Ok(()), |row| self.settle_row(R::TABLE, own.is_some(), row, true))
    }

    fn settle_row(&mut self, number: usize, keyed: bool, row: &dyn Row, present: bool) -> Result<(), Fault> {
        let Some(table) = self.all.get_mut(number) else { return Ok(()) };
        self.unsettled = true;
        self.key.clear();
        encode_key_of(table.info, row, &mut self.key);
        self.after.clear();
        encode_row(row, 0..table.info.columns.len(), &mut self.after);
        let own = keyed.then_some(self.own.as_slice());
        if table.deferred {
            let (key, own) = (self.deferred.keep(&self.key), own.map(|own| self.deferred.keep(own)));
            let row = self.deferred.keep(&self.after);
            self.deferred.push(number, Operation::Contend { key, own, row, present });
            return Ok(());
        }
        contend(table, &self.key, own, &self.after, present, &mut self.failure)
    }

    /// Says that what follows is of the insert with this position in the file.
    #[inline]
    pub fn turn(&mut self, insert: u32) {
        self.deferred.insert = insert;
    }

    /// Ends an event: does the writes that waited for their turn, and notes which changes are the event's.
    #[inline]
    pub fn end_event(&mut self, stamp: Stamp) -> Result<(), Fault> {
        let told = if self.deferred.is_empty() { Ok(()) } else { self.write_deferred() };
        if self.ordered && self.unsettled {
            self.unsettled = false;
            self.all.iter_mut().for_each(|table| table.pending.settle(stamp));
        }
        told
    }

    #[cold]
    fn write_deferred(&mut self) -> Result<(), Fault> {
        let Self { all, deferred, failure, .. } = self;
        deferred.sort();
        let mut told = Ok(());
        let mut position = 0;
        while let Some((table, operation)) = deferred.at(position) {
            position += 1;
            let Some(table) = all.get_mut(table) else { continue };
            match operation {
                Operation::Append { kind, row } => table.pending.append(kind, deferred.bytes(row)),
                Operation::Set { key, before, after } => {
                    let (before, after) = (before.map(|row| deferred.bytes(row)), after.map(|row| deferred.bytes(row)));
                    table.pending.set(deferred.bytes(key), before, after);
                }
                Operation::Contend { key, own, row, present } => {
                    let own = own.map(|own| deferred.bytes(own));
                    let one = contend(table, deferred.bytes(key), own, deferred.bytes(row), present, failure);
                    told = told.and(one);
                }
            }
        }
        deferred.clear();
        told
    }

    /// What made it impossible to go on, if anything.
    pub fn failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// Loads the look-up tables that are kept whole and not loaded yet, or too old.
    pub fn begin_epoch(&mut self) -> Result<(), Failure> {
        let now = Instant::now();
        for lookup in self.all.iter_mut().filter_map(|table| table.lookup.as_mut()) {
            lookup.refresh(now)?;
        }
        Ok(())
    }

    /// Whether look-ups ask a store while the job runs, which then has to have what the job wrote.
    pub fn ask_stores(&self) -> bool {
        self.all.iter().filter_map(|table| table.lookup.as_ref()).any(Lookup::asks)
    }

    /// Hands over what the epoch changes, after look-ups were told of it, for memory that has nothing in it.
    pub fn hand_over(&mut self, changes: &mut EpochChanges) {
        changes.tables.resize_with(self.all.len(), Option::default);
        for (Table { lookup, pending, .. }, place) in self.all.iter_mut().zip(&mut changes.tables) {
            pending.flush();
            if let Some(lookup) = lookup {
                lookup.take_over(pending);
            }
            let empty = place.take().unwrap_or_else(|| pending.another());
            *place = Some(std::mem::replace(pending, empty));
        }
    }

    /// Forgets what was changed in all tables but these, which make it whole.
    pub(crate) fn forget_all_but(&mut self, names: &[&str]) {
        for Table { info, pending, .. } in &mut self.all {
            if names.contains(&info.name) { pending.flush() } else { pending.clear() }
        }
    }

    /// Takes what others changed in these tables.
    pub(crate) fn take_over(&mut self, others: &mut Self, names: &[&str]) {
        let tables = self.all.iter_mut().zip(&mut others.all);
        for (table, other) in tables.filter(|(table, _)| names.contains(&table.info.name)) {
            std::mem::swap(&mut table.pending, &mut other.pending);
        }
    }

    /// Puts a row into a look-up table that is kept whole in memory.
    pub fn fill<R: TableRow>(&mut self, row: &R) -> Result<(), Fault> {
        let Some(table) = self.all.get_mut(R::TABLE) else { return Ok(()) };
        check(table.info, row)?;
        self.key.clear();
        encode_key_of(table.info, row, &mut self.key);
        self.after.clear();
        encode_row(row, 0..table.info.columns.len(), &mut self.after);
        if let Some(lookup) = &mut table.lookup {
            lookup.written(&self.key, Some(&self.after));
        }
        Ok(())
    }

    /// Gives the changes of a table without a connector to the program that embeds the pipeline, and forgets them.
    pub fn take_changes<J, R>(
        &mut self,
        scope: &Scope<'_>,
        mut each: impl for<'a> FnMut(Change<J::At<'a>>),
    ) -> Result<(), Fault>
    where
        J: Gives<R>,
    {
        let Some(table) = self.all.get_mut(J::TABLE) else { return Ok(()) };
        table.pending.flush();
        if let Some(lookup) = &mut table.lookup {
            lookup.take_over(&table.pending);
        }
        for (before, after) in table.pending.keyed() {
            if before != after {
                each(Change { before: read::<J::At<'_>>(before, scope)?, after: read::<J::At<'_>>(after, scope)? });
            }
        }
        for (kind, row) in table.pending.logged() {
            let row = read::<J::At<'_>>(Some(row), scope)?;
            each(match kind {
                ChangeKind::Insert | ChangeKind::UpdateAfter => Change { before: None, after: row },
                ChangeKind::Delete | ChangeKind::UpdateBefore => Change { before: row, after: None },
            });
        }
        table.pending.clear();
        Ok(())
    }
}

/// Lets a row contend for its primary key.
fn contend(
    table: &mut Table,
    key: &[u8],
    own: Option<&[u8]>,
    row: &[u8],
    present: bool,
    failure: &mut Option<Failure>,
) -> Result<(), Fault> {
    let Some(conflicts) = &mut table.conflicts else { return Ok(()) };
    if let Ok(standing) = conflicts.change(key, own, present.then_some(row)) {
        if standing.before != standing.after {
            table.pending.set(key, standing.before, standing.after);
        }
        return Ok(());
    }
    let message = format!(
        "two rows of the query have the same primary key ({}) in table '{}', and on_conflict is fail",
        key_text(table.info, &EncodedRow::new(row)),
        table.info.name
    );
    failure.get_or_insert(Failure { message: message.clone(), environment: false });
    Err(Fault::new(message))
}

fn read<'a, R: Decode<'a>>(bytes: Option<&'a [u8]>, scope: &Scope<'a>) -> Result<Option<R>, Fault> {
    let Some(mut bytes) = bytes else { return Ok(None) };
    let mut row = R::default();
    let mut column = 0;
    while !bytes.is_empty() {
        row.set(column, Field::Value(decode(&mut bytes)), scope)?;
        column += 1;
    }
    Ok(Some(row))
}

fn same_key(table: usize, tables: &[Table], one: &dyn Row, other: &dyn Row) -> bool {
    tables.get(table).is_some_and(|table| table.info.primary_key.iter().all(|key| one.value(*key) == other.value(*key)))
}

fn encode_key_of(info: &TableInfo, row: &dyn Row, out: &mut Vec<u8>) {
    for column in 0..info.columns.len() {
        let value = if info.primary_key.contains(&column) { row.value(column) } else { Value::Null };
        encode(&value, out);
    }
}

fn check(info: &TableInfo, row: &dyn Row) -> Result<(), Fault> {
    match info.columns.iter().enumerate().find(|(at, column)| column.not_null && row.value(*at) == Value::Null) {
        Some((_, column)) => Err(Fault::null(column.name)),
        None => Ok(()),
    }
}

fn key_text(info: &TableInfo, row: &dyn Row) -> String {
    let part = |key: &usize| {
        let value = row.value(*key);
        let text = format::cell(value).unwrap_or_else(|| "null".to_owned());
        let quote = if matches!(value, Value::Text(_)) { "'" } else { "" };
        Some(format!("{} = {quote}{text}{quote}", info.columns.get(*key)?.name))
    };
    info.primary_key.iter().filter_map(part).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::ColumnInfo;

    static TABLE: TableInfo = TableInfo {
        name: "t",
        columns: &[ColumnInfo::nullable("a", "bigint"), ColumnInfo::nullable("b", "varchar")],
        primary_key: &[1, 0],
    };

    #[test]
    fn a_key_is_told_by_its_columns() {
        assert_eq!(key_text(&TABLE, &&[Value::Integer(1), Value::Text("x")][..]), "b = 'x', a = 1");
        assert_eq!(key_text(&TABLE, &&[Value::Null, Value::Text("")][..]), "b = '', a = null");
    }
}
