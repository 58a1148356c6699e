//! JSON lines: an object a line.

use super::{Decode, Record};
use crate::connectors::Chunk;
use crate::scope::Scope;
use crate::values::Fault;

/// Reads the records of one source table. It learns the order of the keys of the last record.
#[derive(Debug)]
pub struct Decoder {}

impl Decoder {
    /// A decoder of records of which the columns `wanted` are needed.
    pub fn new(wanted: &'static [&'static str]) -> Self {
        let _ = wanted;
        todo!()
    }

    /// Reads one record: an object with nothing but white space around it.
    pub fn decode<'a, T: Decode<'a>>(&mut self, record: &'a [u8], scope: &Scope<'a>) -> Result<T, Fault> {
        let _ = (record, scope);
        todo!()
    }
}

/// The records of a chunk: lines that are not blank.
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
