//! Inserts: a value of the right type for each column of the sink.

use super::aggregates::Aggregates;
use super::expressions::{Expressions, null, widen};
use super::model::{ColumnId, Expr, Insert, TableId};
use super::scope::Scope;
use super::sketch::sketch;
use super::tables::CheckedTable;
use super::views::{self, CheckedView};
use crate::expression::Node;
use crate::problems::{Problems, types as words};
use crate::resolve::{Resolved, model};

/// Types all inserts; none for those in which something was reported.
pub fn check(
    resolved: &Resolved,
    tables: &[CheckedTable<'_>],
    views: &[Option<CheckedView>],
    problems: &mut Problems,
) -> Vec<Option<Insert>> {
    resolved.inserts.iter().map(|insert| self::insert(insert, tables, views, problems)).collect()
}

fn insert(
    insert: &model::Insert,
    tables: &[CheckedTable<'_>],
    views: &[Option<CheckedView>],
    problems: &mut Problems,
) -> Option<Insert> {
    let input = insert.input.and_then(|input| views::input(input, insert.from_name.clone(), tables, views))?;
    let scope = Scope { inputs: vec![input], ..Scope::default() };
    let filter = insert.filter.as_ref().map(|node| {
        let aggregates = Aggregates::Refused("where");
        Expressions { scope: &scope, problems: &mut *problems, aggregates }.condition(node, "where")
    });
    let sink = insert.into.and_then(|TableId(table)| tables.get(table as usize))?;
    let mut values = Vec::new();
    let mut missing = Vec::new();
    for (column, index) in sink.spec().columns.iter().zip(0..) {
        let given = insert.values.iter().find(|(id, _)| *id == ColumnId(index)).map(|(_, node)| node);
        let ty = sink.ty(ColumnId(index));
        values.push(match (given, ty) {
            (Some(node), _) => value(node, index, sink, &scope, problems),
            (None, Some(ty)) if ty.nullable => Some(null(ty.base, insert.into_span)),
            (None, Some(_)) => {
                missing.push(column);
                None
            }
            (None, None) => None,
        });
    }
    if !missing.is_empty() && !insert.open {
        problems.push(words::missing_columns(&missing, sink.spec(), insert.into_span));
    }
    Some(Insert {
        into: insert.into?,
        into_span: insert.into_span,
        input: insert.input?,
        filter: match filter {
            Some(filter) => Some(filter?),
            None => None,
        },
        values: values.into_iter().collect::<Option<_>>()?,
        on_conflict: insert.on_conflict,
        span: insert.span,
    })
}

/// A value as the type of its column.
fn value(node: &Node, column: u32, sink: &CheckedTable<'_>, scope: &Scope, problems: &mut Problems) -> Option<Expr> {
    let aggregates = Aggregates::Refused("inserts");
    let value = Expressions { scope, problems: &mut *problems, aggregates }.expression(node)?;
    let wanted = sink.ty(ColumnId(column))?.base;
    let found = value.ty;
    let value = widen(value, wanted);
    if value.is_none()
        && let Some(column) = sink.spec().columns.get(column as usize)
    {
        problems.push(words::insert_type(column, wanted, found, node.span, sketch(node, scope).as_deref()));
    }
    value
}
