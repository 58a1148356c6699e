//! A table kept in memory: rows by primary key, in their encoded form.

use std::cmp::Ordering;
use std::iter;

use super::{Row, TableInfo};
use crate::state::{KeyedBytes, hash_bytes};
use crate::tables::{EncodedRow, decode, encode, encode_row};
use crate::values::Value;

/// The rows of a table, by primary key.
#[derive(Debug)]
pub(crate) struct Memory {
    columns: usize,
    primary_key: &'static [usize],
    /// Key → row; an empty row is none.
    rows: KeyedBytes,
    /// How many rows there are.
    live: usize,
    key: Vec<u8>,
    row: Vec<u8>,
}

impl Memory {
    /// An empty table with the columns and the primary key of `table`.
    pub fn new(table: &TableInfo) -> Self {
        Self {
            columns: table.columns.len(),
            primary_key: table.primary_key,
            rows: KeyedBytes::default(),
            live: 0,
            key: Vec::new(),
            row: Vec::new(),
        }
    }

    /// Puts a row in, in place of the one with the same key.
    pub fn put(&mut self, row: &dyn Row) {
        encode_key(self.primary_key.iter().map(|column| row.value(*column)), &mut self.key);
        self.row.clear();
        encode_row(row, 0..self.columns, &mut self.row);
        self.put_kept();
    }

    /// Puts `row` in by `key`.
    fn put_kept(&mut self) {
        let hash = hash_bytes(&self.key);
        let known = self.rows.position(hash, &self.key);
        self.live += usize::from(known.is_none_or(|position| self.rows.value(position).is_empty()));
        match known {
            Some(position) => self.rows.replace(position, &self.row),
            None => drop(self.rows.set_hashed(hash, &self.key, &self.row)),
        }
    }

    /// The same for a row in its encoded form, which is kept as it is.
    pub fn put_encoded(&mut self, row: &[u8]) {
        let [column] = *self.primary_key else { return self.put(&EncodedRow::new(row)) };
        let mut rest = row;
        for _ in 0..column {
            let _ = decode(&mut rest);
        }
        encode_key(iter::once(decode(&mut rest)), &mut self.key);
        self.row.clear();
        self.row.extend_from_slice(row);
        self.put_kept();
    }

    /// Takes the row with the key of `row` out.
    pub fn remove(&mut self, row: &dyn Row) {
        encode_key(self.primary_key.iter().map(|column| row.value(*column)), &mut self.key);
        if self.rows.get(&self.key).is_none_or(<[u8]>::is_empty) {
            return;
        }
        self.rows.set(&self.key, &[]);
        self.live -= 1;
        // The keys of rows that are gone take memory.
        if self.rows.len() > 1024 && self.live < self.rows.len() / 2 {
            let old = std::mem::take(&mut self.rows);
            for position in (0..old.len()).filter(|position| !old.value(*position).is_empty()) {
                self.rows.set(old.key(position), old.value(position));
            }
        }
    }

    /// The row with a key.
    pub fn get(&mut self, key: &[Value<'_>]) -> Option<EncodedRow<'_>> {
        encode_key(key.iter().copied(), &mut self.key);
        self.rows.get(&self.key).filter(|row| !row.is_empty()).map(EncodedRow::new)
    }

    /// All rows, in no order.
    pub fn rows(&self) -> impl Iterator<Item = EncodedRow<'_>> {
        (0..self.rows.len())
            .map(|position| self.rows.value(position))
            .filter(|row| !row.is_empty())
            .map(EncodedRow::new)
    }

    /// All rows in the order of their keys.
    pub fn sorted(&self) -> impl Iterator<Item = EncodedRow<'_>> {
        // The first column of the key stands beside the row: most comparisons need no more, and rows are far apart.
        let (first, rest) = self.primary_key.split_first().map_or((0, &[][..]), |(first, rest)| (*first, rest));
        let mut rows: Vec<(Value<'_>, &[u8])> = (0..self.rows.len())
            .map(|position| self.rows.value(position))
            .filter(|row| !row.is_empty())
            .map(|row| (EncodedRow::new(row).at(first), row))
            .collect();
        rows.sort_unstable_by(|(left_first, left), (right_first, right)| {
            order(*left_first, *right_first).then_with(|| {
                if rest.is_empty() {
                    return Ordering::Equal;
                }
                let (left, right) = (EncodedRow::new(left), EncodedRow::new(right));
                let columns = rest.iter().map(|column| order(left.at(*column), right.at(*column)));
                columns.fold(Ordering::Equal, Ordering::then)
            })
        });
        rows.into_iter().map(|(_, row)| EncodedRow::new(row))
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.live
    }
}

/// Equal keys have equal bytes.
fn encode_key<'v>(key: impl Iterator<Item = Value<'v>>, out: &mut Vec<u8>) {
    out.clear();
    for value in key {
        let value = match value {
            // 0.0 equals -0.0.
            Value::Float(value) => Value::Float(value + 0.0),
            Value::Double(value) => Value::Double(value + 0.0),
            Value::Timestamp { millis, nanos, .. } => Value::Timestamp { millis, nanos, precision: 0 },
            Value::TimestampLtz { millis, nanos, .. } => Value::TimestampLtz { millis, nanos, precision: 0 },
            other => other,
        };
        encode(&value, out);
    }
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

    #[test]
    fn rows_by_key() {
        let mut table = Memory::new(&TABLE);
        for id in (0..100).rev() {
            table.put(&row(id, Some("a"), 1));
        }
        table.put(&row(5, None, 2));
        table.remove(&row(7, None, 0));
        table.remove(&row(7, None, 0));
        table.remove(&row(700, None, 0));
        assert_eq!(table.len(), 99);
        assert_eq!(table.get(&[Value::Integer(5)]).map(|row| row.at(1)), Some(Value::Null));
        assert!(table.get(&[Value::Integer(7)]).is_none());
        let ids: Vec<Value<'_>> = table.sorted().map(|row| row.at(0)).collect();
        let expected: Vec<Value<'_>> = (0..100).filter(|id| *id != 7).map(Value::Integer).collect();
        assert_eq!(ids, expected);
        assert_eq!(table.rows().count(), 99);
        let mut again = Vec::new();
        encode_row(&row(7, Some("again"), 3), 0..TABLE.columns.len(), &mut again);
        table.put_encoded(&again);
        assert_eq!(table.len(), 100);
        assert_eq!(table.get(&[Value::Integer(7)]).map(|row| row.at(1)), Some(Value::Text("again")));
    }

    #[test]
    fn rows_that_are_gone_take_no_memory() {
        let mut table = Memory::new(&TABLE);
        for round in 0..10 {
            for id in 0..2000 {
                table.put(&row(round * 2000 + id, Some("a"), 1));
            }
            for id in 0..1990 {
                table.remove(&row(round * 2000 + id, None, 0));
            }
        }
        assert_eq!(table.len(), 100);
        assert!(table.rows.len() < 3000);
    }
}
