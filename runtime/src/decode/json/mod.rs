//! JSON lines: an object a line.
//!
//! Producers write the same keys in the same order again and again, so the decoder remembers which key follows
//! which, together with the white space around it, and compares the expected bytes (`"order_no":`) at once. Where
//! they differ it reads the key properly, looks it up, and remembers it as the one that follows. Before that, generated
//! code tries whether the keys stand in the order of the table's columns ([`Scan`]), which is faster still. Nothing is
//! lost either way: the result does not depend on what was expected.

mod cursor;
mod keys;
mod scan;
#[cfg(test)]
mod tests;
mod value;

use self::cursor::Cursor;
use self::keys::{END, Keys};
use self::scan::Habits;
pub use self::scan::Scan;
pub use self::value::Json;
pub(super) use self::value::Kind;
use super::{Decode, Field, Record};
use crate::connectors::Chunk;
use crate::scope::Scope;
use crate::values::Fault;

/// Reads the records of one source table. It learns the order of the keys.
#[derive(Debug)]
pub struct Decoder {
    keys: Keys,
    habits: Habits,
}

impl Decoder {
    /// A decoder of records of which the columns `wanted` are needed.
    pub fn new(wanted: &[&str]) -> Self {
        Self { keys: Keys::new(wanted), habits: Habits::new() }
    }

    /// Reads one record: an object with nothing but white space around it.
    pub fn decode<'a, T: Decode<'a>>(&mut self, record: &'a [u8], scope: &Scope<'a>) -> Result<T, Fault> {
        let mut row = T::default();
        self.read(&mut Cursor::new(record, 0, false, self.keys.first()), &mut row, scope)?;
        Ok(row)
    }

    /// Reads one record of lines into a fresh row; afterwards `at` is behind its line break. On a fault `at` is left
    /// as it was.
    #[inline]
    pub(super) fn decode_line<'a, T: Decode<'a>>(
        &mut self,
        lines: &'a [u8],
        at: &mut usize,
        row: &mut T,
        scope: &Scope<'a>,
    ) -> Result<(), Fault> {
        if let Some(mut scan) = self.habits.scan(lines, *at) {
            if let Some(end) = row.scan(&mut scan, scope) {
                self.habits.succeeded();
                row.check()?;
                *at = end;
                return Ok(());
            }
            self.habits.failed();
            *row = T::default();
        }
        let mut cursor = Cursor::new(lines, *at, true, self.keys.first());
        self.read(&mut cursor, row, scope)?;
        *at = cursor.at;
        Ok(())
    }

    /// Hands over one record's fields: the position among the wanted columns, and the field.
    pub(crate) fn fields<'a>(
        &mut self,
        record: &'a [u8],
        found: &mut dyn FnMut(usize, Field<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut cursor = Cursor::new(record, 0, false, self.keys.first());
        loop {
            match self.keys.next(&mut cursor) {
                END => return cursor.fault.map_or(Ok(()), Err),
                column => found(column, Field::Json(cursor.value()))?,
            }
        }
    }

    /// The only part that is compiled for each table.
    #[inline]
    fn read<'a, T: Decode<'a>>(
        &mut self,
        cursor: &mut Cursor<'a>,
        row: &mut T,
        scope: &Scope<'a>,
    ) -> Result<(), Fault> {
        loop {
            let column = self.keys.next(cursor);
            if column == END {
                break;
            }
            if let Err(fault) = row.set(column, Field::Json(cursor.value()), scope) {
                return Err(in_column(fault, T::COLUMNS, column));
            }
        }
        match cursor.fault.take() {
            None => row.check(),
            Some(fault) => Err(fault),
        }
    }
}

#[cold]
fn in_column(fault: Fault, columns: &[&str], column: usize) -> Fault {
    fault.in_column(columns.get(column).copied().unwrap_or_default())
}

/// The records of a chunk: lines that are not blank.
#[derive(Debug)]
pub struct Records<'a> {
    chunk: &'a Chunk,
    at: usize,
    line: u64,
}

impl<'a> Records<'a> {
    /// The records of `chunk`.
    pub fn new(chunk: &'a Chunk) -> Self {
        Self { chunk, at: 0, line: chunk.line }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let bytes = &self.chunk.bytes;
        while self.at < bytes.len() {
            let record = line(self.chunk, self.at, self.line);
            self.at += record.bytes.len() + 1;
            self.line += 1;
            let record = without_carriage_return(record);
            if !record.bytes.iter().all(u8::is_ascii_whitespace) {
                return Some(record);
            }
        }
        None
    }
}

/// The line that begins at `at`, without its line feed.
pub(super) fn line(chunk: &Chunk, at: usize, line: u64) -> Record<'_> {
    let rest = chunk.bytes.get(at..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    Record { bytes: &rest[..end], offset: chunk.offset + at as u64, line }
}

/// A line without the carriage return at its end.
pub(super) fn without_carriage_return(record: Record<'_>) -> Record<'_> {
    Record { bytes: record.bytes.strip_suffix(b"\r").unwrap_or(record.bytes), ..record }
}
