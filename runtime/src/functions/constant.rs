//! Expressions without columns: computed once an epoch, read by every row.

use crate::scope::Scope;
use crate::values::Fault;

/// Computes a constant. Its fault is kept: it is the fault of every row that reads it.
pub fn compute<T>(constant: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    constant()
}

/// The value of a constant.
#[inline]
pub fn value<T: Copy>(constant: &Result<T, Fault>) -> Result<T, Fault> {
    match constant {
        Ok(value) => Ok(*value),
        Err(fault) => Err(fault.clone()),
    }
}

/// A text, in the memory of the batch.
#[inline]
pub fn text<'a>(scope: &Scope<'a>, constant: &Result<String, Fault>) -> Result<&'a str, Fault> {
    constant.as_ref().map(|text| scope.keep(text)).map_err(Fault::clone)
}

/// A text or null, in the memory of the batch.
#[inline]
pub fn optional_text<'a>(
    scope: &Scope<'a>,
    constant: &Result<Option<String>, Fault>,
) -> Result<Option<&'a str>, Fault> {
    constant.as_ref().map(|text| text.as_ref().map(|text| scope.keep(text))).map_err(Fault::clone)
}

/// Bytes, in the memory of the batch.
#[inline]
pub fn bytes<'a>(scope: &Scope<'a>, constant: &Result<Vec<u8>, Fault>) -> Result<&'a [u8], Fault> {
    constant.as_ref().map(|bytes| scope.keep_bytes(bytes)).map_err(Fault::clone)
}

/// Bytes or null, in the memory of the batch.
#[inline]
pub fn optional_bytes<'a>(
    scope: &Scope<'a>,
    constant: &Result<Option<Vec<u8>>, Fault>,
) -> Result<Option<&'a [u8]>, Fault> {
    constant.as_ref().map(|bytes| bytes.as_ref().map(|bytes| scope.keep_bytes(bytes))).map_err(Fault::clone)
}
