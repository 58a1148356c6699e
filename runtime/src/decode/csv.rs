//! CSV as RFC 4180 has it: quoted fields may hold delimiters, doubled quotes and line breaks.

use super::{Decode, Record};
use crate::connectors::{Chunk, CsvFormat};
use crate::scope::Scope;
use crate::values::Fault;

/// Reads the records of one source table.
#[derive(Debug)]
pub struct Decoder {}

impl Decoder {
    /// A decoder of records that hold the columns `names` in this order (the file's header, or the table's columns),
    /// of which the columns `wanted` are needed.
    pub fn new(format: &CsvFormat, names: &[&str], wanted: &'static [&'static str]) -> Self {
        let _ = (format, names, wanted);
        todo!()
    }

    /// Reads one record.
    pub fn decode<'a, T: Decode<'a>>(&mut self, record: &'a [u8], scope: &Scope<'a>) -> Result<T, Fault> {
        let _ = (record, scope);
        todo!()
    }
}

/// The records of a chunk: lines that are not empty, with quoted line breaks inside.
#[derive(Debug)]
pub struct Records<'a> {
    chunk: &'a Chunk,
}

impl<'a> Records<'a> {
    /// The records of `chunk`.
    pub fn new(chunk: &'a Chunk) -> Self {
        Self { chunk }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let _ = self.chunk;
        todo!()
    }
}
