//! CSV as RFC 4180 has it: quoted fields may hold delimiters, doubled quotes and line breaks. A quote within a field
//! that does not begin with one is taken as it is.

#[cfg(test)]
mod tests;

use memchr::{memchr, memchr2};

use super::{Decode, Field, Record};
use crate::connectors::{Chunk, CsvFormat};
use crate::scope::Scope;
use crate::values::Fault;

/// Reads the records of one source table.
#[derive(Debug)]
pub struct Decoder {
    delimiter: u8,
    null_text: Vec<u8>,
    /// For each field its position among the wanted columns, if it is wanted.
    columns: Vec<Option<usize>>,
}

impl Decoder {
    /// A decoder of records that hold the columns `names` in this order (the file's header, or the table's columns),
    /// of which the columns `wanted` are needed.
    pub fn new(format: &CsvFormat, names: &[impl AsRef<str>], wanted: &[&str]) -> Self {
        let place = |name: &str| wanted.iter().position(|wanted| *wanted == name);
        Self {
            delimiter: format.delimiter,
            null_text: format.null_text.as_bytes().to_vec(),
            columns: names.iter().map(|name| place(name.as_ref())).collect(),
        }
    }

    /// Reads one record. Missing fields at its end are null.
    pub fn decode<'a, T: Decode<'a>>(&mut self, record: &'a [u8], scope: &Scope<'a>) -> Result<T, Fault> {
        let mut row = T::default();
        self.decode_into(record, &mut row, scope)?;
        Ok(row)
    }

    /// Reads one record into a fresh row.
    pub(super) fn decode_into<'a, T: Decode<'a>>(
        &mut self,
        record: &'a [u8],
        row: &mut T,
        scope: &Scope<'a>,
    ) -> Result<(), Fault> {
        self.fields(record, scope, &mut |column, field| {
            row.set(column, field, scope)
                .map_err(|fault| fault.in_column(T::COLUMNS.get(column).copied().unwrap_or_default()))
        })?;
        row.check()
    }

    /// The records of a chunk.
    pub(crate) fn records<'a>(&self, chunk: &'a Chunk) -> Records<'a> {
        Records { chunk, delimiter: self.delimiter, at: 0, line: chunk.line }
    }

    /// Hands over one record's fields: the position among the wanted columns, and the field.
    pub(crate) fn fields<'a>(
        &mut self,
        record: &'a [u8],
        scope: &Scope<'a>,
        found: &mut dyn FnMut(usize, Field<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut fields = Fields { rest: Some(record), delimiter: self.delimiter };
        let mut count = 0;
        while let Some(field) = fields.next()? {
            let Some(column) = self.columns.get(count) else {
                return Err(Fault::new(format!("the record has more than {} fields", self.columns.len())));
            };
            count += 1;
            let Some(column) = *column else { continue };
            let text = match field {
                Raw::Plain(text) if *text == *self.null_text => None,
                Raw::Plain(text) | Raw::Quoted(text) => Some(text),
                Raw::Doubled(text) => Some(undouble(text, scope)),
            };
            found(column, Field::Csv(text))?;
        }
        Ok(())
    }
}

/// A record's names, for a header.
pub(crate) fn names(record: &[u8], delimiter: u8) -> Result<Vec<String>, Fault> {
    let mut fields = Fields { rest: Some(record), delimiter };
    let mut names = Vec::new();
    while let Some(field) = fields.next()? {
        let name = match field {
            Raw::Plain(text) => String::from_utf8_lossy(text).trim().to_owned(),
            Raw::Quoted(text) => String::from_utf8_lossy(text).into_owned(),
            Raw::Doubled(text) => String::from_utf8_lossy(text).replace("\"\"", "\""),
        };
        names.push(name);
    }
    Ok(names)
}

/// The fields of a record that are left; none once the last was taken.
struct Fields<'a> {
    rest: Option<&'a [u8]>,
    delimiter: u8,
}

/// A field as it stands in the record.
enum Raw<'a> {
    /// Without quotes.
    Plain(&'a [u8]),
    /// What is between the quotes.
    Quoted(&'a [u8]),
    /// The same, with doubled quotes inside.
    Doubled(&'a [u8]),
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> Result<Option<Raw<'a>>, Fault> {
        let Some(rest) = self.rest else {
            return Ok(None);
        };
        let [b'"', inside @ ..] = rest else {
            let end = memchr(self.delimiter, rest).unwrap_or(rest.len());
            self.rest = rest.get(end + 1..);
            return Ok(Some(Raw::Plain(rest.get(..end).unwrap_or_default())));
        };
        let Some(Closing { at, doubled }) = closing(inside) else {
            return Err(Fault::new("a quoted field is not closed"));
        };
        let (text, after) = inside.split_at(at);
        self.rest = match after {
            [_] => None,
            [_, delimiter, ..] if *delimiter == self.delimiter => after.get(2..),
            _ => {
                return Err(Fault::new("there is text after the closing quote of a field"));
            }
        };
        Ok(Some(if doubled { Raw::Doubled(text) } else { Raw::Quoted(text) }))
    }
}

/// The quote that closes a field.
struct Closing {
    at: usize,
    /// Whether there are doubled quotes before it.
    doubled: bool,
}

/// Finds the closing quote of a field that began before `text`.
fn closing(text: &[u8]) -> Option<Closing> {
    let mut at = 0;
    let mut doubled = false;
    loop {
        at += memchr(b'"', text.get(at..)?)?;
        if text.get(at + 1) != Some(&b'"') {
            return Some(Closing { at, doubled });
        }
        doubled = true;
        at += 2;
    }
}

/// Makes one quote of each two.
fn undouble<'a>(text: &[u8], scope: &Scope<'a>) -> &'a [u8] {
    let mut out = bumpalo::collections::Vec::with_capacity_in(text.len(), scope.memory);
    let mut rest = text;
    while let Some(at) = memchr(b'"', rest) {
        out.extend_from_slice(rest.get(..=at).unwrap_or_default());
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out.into_bump_slice()
}

/// Where the line feed of the record is that begins at `start`; none if it has none yet.
pub(crate) fn record_end(bytes: &[u8], start: usize, delimiter: u8) -> Option<usize> {
    let mut at = start;
    loop {
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            at += closing(bytes.get(at..)?)?.at + 1;
        }
        at += memchr2(delimiter, b'\n', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'\n') {
            return Some(at);
        }
        at += 1;
    }
}

/// The record that begins at `at`, without its line break.
pub(super) fn record(chunk: &Chunk, at: usize, line: u64, delimiter: u8) -> Record<'_> {
    let end = record_end(&chunk.bytes, at, delimiter).unwrap_or(chunk.bytes.len());
    Record { bytes: chunk.bytes.get(at..end).unwrap_or_default(), offset: chunk.offset + at as u64, line }
}

/// The records of a chunk: lines that are not empty, with quoted line breaks inside.
#[derive(Debug)]
pub struct Records<'a> {
    chunk: &'a Chunk,
    delimiter: u8,
    at: usize,
    line: u64,
}

impl<'a> Records<'a> {
    /// The records of `chunk`.
    pub fn new(chunk: &'a Chunk, format: &CsvFormat) -> Self {
        Self { chunk, delimiter: format.delimiter, at: 0, line: chunk.line }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        while self.at < self.chunk.bytes.len() {
            let record = record(self.chunk, self.at, self.line, self.delimiter);
            self.at += record.bytes.len() + 1;
            self.line += lines(record.bytes);
            let record = super::json::without_carriage_return(record);
            if !record.bytes.is_empty() {
                return Some(record);
            }
        }
        None
    }
}

/// How many lines a record takes.
pub(super) fn lines(record: &[u8]) -> u64 {
    1 + memchr::memchr_iter(b'\n', record).count() as u64
}
