//! From the chunks of a source to rows, whatever the format.

use super::{Decode, Record};
use crate::connectors::{Chunk, Failure, Format, TableInfo};
use crate::scope::Scope;
use crate::values::Fault;

/// Reads the chunks of one source table.
///
/// ```ignore
/// let mut reader = Reader::new(source.format(), &TABLE, UserOrder::COLUMNS);
/// while source.read(&mut chunk)? == Progress::Records {
///     let mut rows = reader.rows(&chunk, source.header(), 0)?;
///     while let Some(row) = rows.next::<UserOrder>(&scope) {
///         match row {
///             Ok(row) => …,
///             Err(fault) => dead_letters.add(table, file, &rows.record(), &fault),
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    /// A reader of a table of which the columns `wanted` are needed.
    pub fn new(format: Format, table: &TableInfo, wanted: &'static [&'static str]) -> Self {
        let _ = (format, table, wanted);
        todo!()
    }

    /// The rows of a chunk from a [`Rows::position`] on, at first 0; `header` is that of the chunk's file
    /// ([`crate::connectors::Source::header`]). The job's loop calls this for every batch of some 256 rows.
    pub fn rows<'r, 'a>(
        &'r mut self,
        chunk: &'a Chunk,
        header: Option<&[String]>,
        from: usize,
    ) -> Result<Rows<'r, 'a>, Failure> {
        let _ = (header, from);
        Ok(Rows { reader: self, chunk })
    }
}

/// The rows of a chunk, one after the other.
#[derive(Debug)]
pub struct Rows<'r, 'a> {
    reader: &'r mut Reader,
    chunk: &'a Chunk,
}

impl<'a> Rows<'_, 'a> {
    /// The next row, or why its record cannot be read; none at the end of the chunk.
    pub fn next<T: Decode<'a>>(&mut self, scope: &Scope<'a>) -> Option<Result<T, Fault>> {
        let _ = (&self.reader, self.chunk, scope);
        todo!()
    }

    /// The record that `next` read last.
    pub fn record(&self) -> Record<'a> {
        todo!()
    }

    /// Where the next record begins in the chunk's bytes, to go on later with [`Reader::rows`].
    pub fn position(&self) -> usize {
        todo!()
    }
}
