//! A table kept in memory: rows by primary key.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::{Row, TableInfo};
use crate::values::Value;

/// A value that owns its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Owned {
    /// Text.
    Text(Box<str>),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// Any other value.
    Plain(Value<'static>),
}

impl Owned {
    /// A copy of a value.
    pub fn new(value: Value<'_>) -> Self {
        Self::Plain(match value {
            Value::Text(text) => return Self::Text(text.into()),
            Value::Bytes(bytes) => return Self::Bytes(bytes.into()),
            Value::Null => Value::Null,
            Value::Boolean(value) => Value::Boolean(value),
            Value::Integer(value) => Value::Integer(value),
            Value::Float(value) => Value::Float(value),
            Value::Double(value) => Value::Double(value),
            Value::Decimal { unscaled, scale } => Value::Decimal { unscaled, scale },
            Value::Date(days) => Value::Date(days),
            Value::Time(millis) => Value::Time(millis),
            Value::Timestamp { millis, nanos, precision } => Value::Timestamp { millis, nanos, precision },
            Value::TimestampLtz { millis, nanos, precision } => Value::TimestampLtz { millis, nanos, precision },
        })
    }

    /// The value.
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Plain(value) => *value,
        }
    }
}

/// A row that owns its values.
pub(crate) type OwnedRow = Box<[Owned]>;

impl Row for OwnedRow {
    fn value(&self, column: usize) -> Value<'_> {
        self.get(column).map_or(Value::Null, Owned::value)
    }
}

/// The rows of a table, by primary key.
#[derive(Debug)]
pub(crate) struct Memory {
    key: &'static [usize],
    rows: HashTable<OwnedRow>,
    hasher: FixedState,
}

impl Memory {
    /// An empty table with the primary key of `table`.
    pub fn new(table: &TableInfo) -> Self {
        Self { key: table.primary_key, rows: HashTable::new(), hasher: FixedState::default() }
    }

    /// Puts a row in, in place of the one with the same key.
    pub fn put(&mut self, row: OwnedRow) {
        let (key, hasher) = (self.key, &self.hasher);
        let hash_of = |row: &OwnedRow| hash(hasher, key.iter().map(|column| row.value(*column)));
        let same = |known: &OwnedRow| key.iter().all(|column| known.value(*column) == row.value(*column));
        match self.rows.entry(hash_of(&row), same, hash_of) {
            hashbrown::hash_table::Entry::Occupied(mut entry) => *entry.get_mut() = row,
            hashbrown::hash_table::Entry::Vacant(entry) => drop(entry.insert(row)),
        }
    }

    /// Takes the row with the key of `row` out.
    pub fn remove(&mut self, row: &dyn Row) {
        let hash = hash(&self.hasher, self.key.iter().map(|column| row.value(*column)));
        let same = |known: &OwnedRow| self.key.iter().all(|column| known.value(*column) == row.value(*column));
        if let Ok(entry) = self.rows.find_entry(hash, same) {
            entry.remove();
        }
    }

    /// The row with a key.
    pub fn get(&self, key: &[Value<'_>]) -> Option<&OwnedRow> {
        let same = |row: &OwnedRow| self.key.iter().zip(key).all(|(column, value)| row.value(*column) == *value);
        self.rows.find(hash(&self.hasher, key.iter().copied()), same)
    }

    /// All rows, in no order.
    pub fn rows(&self) -> impl Iterator<Item = &OwnedRow> {
        self.rows.iter()
    }

    /// All rows in the order of their keys.
    pub fn sorted(&self) -> Vec<&OwnedRow> {
        let mut rows: Vec<&OwnedRow> = self.rows.iter().collect();
        rows.sort_unstable_by(|left, right| {
            let columns = self.key.iter().map(|column| order(left.value(*column), right.value(*column)));
            columns.fold(Ordering::Equal, Ordering::then)
        });
        rows
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

fn hash<'v>(hasher: &FixedState, key: impl Iterator<Item = Value<'v>>) -> u64 {
    let mut state = hasher.build_hasher();
    for value in key {
        match value {
            Value::Null => state.write_u8(0),
            Value::Boolean(value) => value.hash(&mut state),
            Value::Integer(value) => value.hash(&mut state),
            // Equal values must have equal hashes, and 0.0 equals -0.0.
            Value::Float(value) => (value + 0.0).to_bits().hash(&mut state),
            Value::Double(value) => (value + 0.0).to_bits().hash(&mut state),
            Value::Decimal { unscaled, scale } => (unscaled, scale).hash(&mut state),
            Value::Text(text) => text.hash(&mut state),
            Value::Bytes(bytes) => bytes.hash(&mut state),
            Value::Date(value) | Value::Time(value) => value.hash(&mut state),
            Value::Timestamp { millis, nanos, .. } | Value::TimestampLtz { millis, nanos, .. } => {
                (millis, nanos).hash(&mut state);
            }
        }
    }
    state.finish()
}

/// The order of two values of one type; null is the least.
fn order(left: Value<'_>, right: Value<'_>) -> Ordering {
    match (left, right) {
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(&right),
        (Value::Integer(left), Value::Integer(right)) => left.cmp(&right),
        (Value::Float(left), Value::Float(right)) => left.total_cmp(&right),
        (Value::Double(left), Value::Double(right)) => left.total_cmp(&right),
        (Value::Decimal { unscaled: left, .. }, Value::Decimal { unscaled: right, .. }) => left.cmp(&right),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Bytes(left), Value::Bytes(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) | (Value::Time(left), Value::Time(right)) => left.cmp(&right),
        (
            Value::Timestamp { millis, nanos, .. } | Value::TimestampLtz { millis, nanos, .. },
            Value::Timestamp { millis: right, nanos: right_nanos, .. }
            | Value::TimestampLtz { millis: right, nanos: right_nanos, .. },
        ) => (millis, nanos).cmp(&(right, right_nanos)),
        // One of them is null, or the types differ, which the compiler excludes.
        (left, right) => (left != Value::Null).cmp(&(right != Value::Null)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{TABLE, row};
    use super::*;

    fn owned(row: &dyn Row) -> OwnedRow {
        (0..3).map(|column| Owned::new(row.value(column))).collect()
    }

    #[test]
    fn rows_by_key() {
        let mut table = Memory::new(&TABLE);
        for id in (0..100).rev() {
            table.put(owned(&row(id, Some("a"), 1)));
        }
        table.put(owned(&row(5, None, 2)));
        table.remove(&row(7, None, 0));
        table.remove(&row(700, None, 0));
        assert_eq!(table.len(), 99);
        assert_eq!(table.get(&[Value::Integer(5)]).map(|row| row.value(1)), Some(Value::Null));
        assert_eq!(table.get(&[Value::Integer(7)]), None);
        let ids: Vec<Value<'_>> = table.sorted().iter().map(|row| row.value(0)).collect();
        let expected: Vec<Value<'_>> = (0..100).filter(|id| *id != 7).map(Value::Integer).collect();
        assert_eq!(ids, expected);
    }
}
