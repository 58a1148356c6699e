//! From the bytes of a record to typed rows.
//!
//! [`Reader`] takes the chunks of a source and gives rows; [`json::Decoder`] and [`csv::Decoder`] read one record.
//! Rows borrow from the chunk; what has to be unescaped lives in the scope's memory.

mod block;
pub mod csv;
mod digits;
mod field;
pub mod json;
mod json_field;
mod number;
mod reader;
mod text;
pub(crate) mod time;
mod value_field;

use crate::scope::Scope;
use crate::values::Fault;

pub use field::Field;
pub use json::Scan;
pub use reader::{Place, Reader, Rows};

/// A row struct that is read field by field from a record; implemented by generated code.
///
/// ```ignore
/// impl<'a> Decode<'a> for UserOrder<'a> {
///     const COLUMNS: &'static [&'static str] = &["id", "order_no"];
///     fn set(&mut self, column: usize, field: Field<'a>, scope: &Scope<'a>) -> Result<(), Fault> {
///         match column {
///             0 => self.id = field.bigint()?,
///             _ => self.order_no = field.text(scope)?,
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Decode<'a>: Default {
    /// The columns that the pipeline needs, by their names in the records.
    const COLUMNS: &'static [&'static str];

    /// Stores the field of a column; called at most once a column and record, or again with the later field when a
    /// record has a key twice (the last one counts).
    fn set(&mut self, column: usize, field: Field<'a>, scope: &Scope<'a>) -> Result<(), Fault>;

    /// Reads a JSON record whose keys stand in the order of the table's columns, some of which may be missing, into a
    /// fresh row, and tells where its line ends; none if the record is another one, or cannot be read.
    fn scan(&mut self, _scan: &mut Scan<'a>, _scope: &Scope<'a>) -> Option<usize> {
        None
    }

    /// Checks what must hold of a whole row: no null in a column that is `not null`.
    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// One record within a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its bytes, without the line break.
    pub bytes: &'a [u8],
    /// Offset of its first byte in its file, after decompression.
    pub offset: u64,
    /// Number of its first line in its file, from 1.
    pub line: u64,
}
