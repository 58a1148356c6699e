//! Tables: the types of their columns.

use super::model::{Column, ColumnId, Table};
use super::name;
use super::scope::{ScopeColumn, ScopeInput};
use super::ty::Ty;
use crate::expression;
use crate::parse::spec::ColumnSpec;
use crate::problems::{Problems, expression::syntax, types as words};
use crate::resolve::{Resolved, model};

/// A table whose columns have types as far as they are right.
pub struct CheckedTable<'a> {
    spec: &'a model::Table,
    /// None for what was reported.
    types: Vec<Option<Ty>>,
}

/// Reads the types of all tables.
pub fn check<'a>(resolved: &'a Resolved, problems: &mut Problems) -> Vec<CheckedTable<'a>> {
    let mut checked = |spec: &'a model::Table| {
        let mut types: Vec<Option<Ty>> = spec.columns.iter().map(|column| ty(column, problems)).collect();
        for ColumnId(key) in &spec.primary_key {
            if let Some(Some(ty)) = types.get_mut(*key as usize) {
                ty.nullable = false;
            }
        }
        CheckedTable { spec, types }
    };
    resolved.tables.iter().map(&mut checked).collect()
}

fn ty(column: &ColumnSpec, problems: &mut Problems) -> Option<Ty> {
    let name = expression::parse_type(&column.ty).map_err(|error| problems.push(syntax(&error))).ok()?;
    name::ty(&name).map_err(|error| problems.push(words::type_name(&name, error))).ok()
}

impl CheckedTable<'_> {
    /// The table as an input called `name`.
    pub fn input(&self, name: String) -> ScopeInput {
        let column = |(spec, ty): (&ColumnSpec, &Option<Ty>)| ScopeColumn {
            name: spec.name.value.clone(),
            ty: *ty,
            comment: spec.comment.as_ref().map(|comment| comment.value.clone()),
        };
        ScopeInput { name, columns: self.spec.columns.iter().zip(&self.types).map(column).collect() }
    }

    /// The type of a column.
    pub fn ty(&self, ColumnId(column): ColumnId) -> Option<Ty> {
        self.types.get(column as usize).copied().flatten()
    }

    /// The table as `resolve` knows it.
    pub fn spec(&self) -> &model::Table {
        self.spec
    }

    /// The typed table; a column whose type was reported is left out, which the fence behind makes harmless.
    pub fn finish(self) -> Table {
        let column = |(spec, ty): (&ColumnSpec, &Option<Ty>)| {
            Some(Column {
                name: spec.name.value.clone(),
                ty: (*ty)?,
                comment: spec.comment.as_ref().map(|comment| comment.value.clone()),
                span: spec.name.span,
            })
        };
        Table {
            name: self.spec.name.clone(),
            comment: self.spec.comment.clone(),
            columns: self.spec.columns.iter().zip(&self.types).filter_map(column).collect(),
            primary_key: self.spec.primary_key.clone(),
            primary_key_span: self.spec.primary_key_span,
            connector: self.spec.connector.clone(),
            on_error: self.spec.on_error,
            cache: self.spec.cache,
        }
    }
}
