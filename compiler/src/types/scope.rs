//! What the names of an expression stand for: columns with their types.

use super::model::{ColumnRef, Expr, Kind};
use super::ty::Ty;
use crate::source::Span;

/// A column that expressions can use.
#[derive(Debug, Clone)]
pub struct ScopeColumn {
    /// Its name.
    pub name: String,
    /// Its type; none if that was reported.
    pub ty: Option<Ty>,
    /// Its comment.
    pub comment: Option<String>,
}

/// One input: how it is called, and its columns.
#[derive(Debug, Clone)]
pub struct ScopeInput {
    /// What qualifies its columns.
    pub name: String,
    /// In order.
    pub columns: Vec<ScopeColumn>,
}

/// The inputs of a view or an insert, and the group keys.
#[derive(Debug, Default)]
pub struct Scope {
    /// In order.
    pub inputs: Vec<ScopeInput>,
    /// The keys over the inputs' columns; none where that was reported.
    pub keys: Vec<Option<Expr>>,
    /// The keys' names.
    pub key_names: Vec<(String, Span)>,
}

impl Scope {
    /// The column behind a reference.
    pub fn column(&self, reference: ColumnRef) -> Option<&ScopeColumn> {
        self.inputs.get(reference.input as usize)?.columns.get(reference.column.0 as usize)
    }

    /// A reference to a column, typed.
    pub fn reference(&self, reference: ColumnRef, span: Span) -> Option<Expr> {
        let ty = self.column(reference)?.ty?;
        Some(Expr { kind: Kind::Column(reference), ty, span })
    }

    /// A group key's expression, standing at `span`.
    pub fn key(&self, key: u32, span: Span) -> Option<Expr> {
        let key = self.keys.get(key as usize)?.as_ref()?;
        Some(Expr { span, ..key.clone() })
    }

    /// A column's name as an expression would write it.
    pub fn name(&self, reference: ColumnRef) -> String {
        let Some(column) = self.column(reference) else { return String::new() };
        match self.inputs.get(reference.input as usize) {
            Some(input) if self.inputs.len() > 1 => format!("{}.{}", input.name, column.name),
            _ => column.name.clone(),
        }
    }
}
