//! From the bytes of a record to typed rows.

use crate::scope::Scope;
use crate::values::{Fault, Value};

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

    /// Checks what must hold of a whole row: no null in a column that is `not null`.
    fn check(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// One field of a record, not yet converted. Each method converts it as Flink's formats do; null gives `None`.
#[derive(Debug, Clone, Copy)]
pub enum Field<'a> {
    /// A JSON value, its text without surrounding white space: `"a\n"`, `1.50`, `true`, `null`, `{"a":1}`.
    Json(&'a [u8]),
    /// A CSV field after unquoting; `None` for the null text.
    Csv(Option<&'a [u8]>),
    /// A value of a store.
    Value(Value<'a>),
}
