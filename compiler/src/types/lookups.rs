//! Look-ups: which of their conditions are the key.

use super::aggregates::Aggregates;
use super::expressions::{Expressions, and, widen};
use super::model::{ColumnId, ColumnRef, Expr, Kind, Lookup, TableId};
use super::scope::{Scope, ScopeInput};
use super::tables::CheckedTable;
use crate::catalogue::BinaryOp;
use crate::expression::{Node, NodeKind};
use crate::parse::spec::LookupKind;
use crate::problems::{Problems, types as words};
use crate::resolve::model;
use crate::source::Span;

/// A side of an equality that could be the value of a key column.
struct Candidate<'a> {
    column: ColumnId,
    value: &'a Node,
    conjunct: &'a Node,
}

/// Types a look-up and adds its columns to the scope.
pub fn check(
    lookup: &model::Lookup,
    scope: &mut Scope,
    tables: &[CheckedTable<'_>],
    problems: &mut Problems,
) -> Option<Lookup> {
    let table = lookup.table.and_then(|TableId(table)| tables.get(table as usize));
    let input = scope.inputs.len() as u32;
    let known = table.map(|table| table.input(lookup.name.clone()));
    scope.inputs.push(known.unwrap_or_else(|| ScopeInput { name: lookup.name.clone(), columns: Vec::new() }));
    let result = table.and_then(|table| typed(lookup, input, table, scope, problems));
    if lookup.kind == LookupKind::Left
        && let Some(input) = scope.inputs.last_mut()
    {
        // An event without a row goes on with nulls.
        input.columns.iter_mut().filter_map(|column| column.ty.as_mut()).for_each(|ty| ty.nullable = true);
    }
    result
}

fn typed(
    lookup: &model::Lookup,
    input: u32,
    table: &CheckedTable<'_>,
    scope: &Scope,
    problems: &mut Problems,
) -> Option<Lookup> {
    if table.spec().primary_key.is_empty() {
        problems.push(words::lookup_without_key(&table.spec().name, lookup.span));
        return None;
    }
    let conjuncts = conjuncts(&lookup.on);
    let candidates: Vec<Candidate<'_>> =
        conjuncts.iter().copied().filter_map(|conjunct| candidate(conjunct, input)).collect();
    let mut key = Vec::new();
    let mut used: Vec<&Node> = Vec::new();
    let mut missing = Vec::new();
    for column in &table.spec().primary_key {
        match candidates.iter().find(|candidate| candidate.column == *column) {
            Some(candidate) => {
                used.push(candidate.conjunct);
                key.push(key_value(candidate, table, scope, problems));
            }
            None => missing.push(*column),
        }
    }
    let rest: Vec<Option<Expr>> = conjuncts
        .iter()
        .filter(|conjunct| !used.iter().any(|used| std::ptr::eq(*used, **conjunct)))
        .map(|conjunct| {
            let aggregates = Aggregates::Refused("on");
            Expressions { scope, problems: &mut *problems, aggregates }.condition(conjunct, "on")
        })
        .collect();
    let broken = rest.iter().any(Option::is_none);
    if !missing.is_empty() && !broken {
        let names: Vec<String> =
            missing.iter().map(|column| scope.name(ColumnRef { input, column: *column })).collect();
        problems.push(words::incomplete_lookup(&names, table.spec(), lookup.on.span));
    }
    if !missing.is_empty() || broken {
        return None;
    }
    let rest: Vec<Expr> = rest.into_iter().collect::<Option<_>>()?;
    let span = rest.iter().map(|expr| expr.span).reduce(Span::to);
    Some(Lookup {
        table: lookup.table?,
        kind: lookup.kind,
        key: key.into_iter().collect::<Option<_>>()?,
        condition: span.map(|span| and(rest, span)),
        span: lookup.span,
    })
}

/// The conditions that must all hold.
fn conjuncts(node: &Node) -> Vec<&Node> {
    match &node.kind {
        NodeKind::And(operands) => operands.iter().flat_map(conjuncts).collect(),
        _ => vec![node],
    }
}

/// An equality between a column of the look-up's table and something that is known before.
fn candidate(conjunct: &Node, input: u32) -> Option<Candidate<'_>> {
    let NodeKind::Binary { op: BinaryOp::Equal, operands, .. } = &conjunct.kind else { return None };
    let [left, right] = &**operands;
    [(left, right), (right, left)].into_iter().find_map(|(column, value)| match column.kind {
        NodeKind::Column(reference) if reference.input == input && !uses(value, input) => {
            Some(Candidate { column: reference.column, value, conjunct })
        }
        _ => None,
    })
}

fn uses(node: &Node, input: u32) -> bool {
    let mut found = matches!(node.kind, NodeKind::Column(reference) if reference.input == input);
    node.kind.each_child(&mut |child| found = found || uses(child, input));
    found
}

/// The value of a key column, of its type.
fn key_value(
    candidate: &Candidate<'_>,
    table: &CheckedTable<'_>,
    scope: &Scope,
    problems: &mut Problems,
) -> Option<Expr> {
    let aggregates = Aggregates::Refused("on");
    let mut expressions = Expressions { scope, problems: &mut *problems, aggregates };
    // The equality itself says best what is wrong with it.
    expressions.condition(candidate.conjunct, "on")?;
    let value = expressions.expression(candidate.value)?;
    let wanted = table.ty(candidate.column)?.base;
    let found = value.ty;
    let value = widen(value, wanted);
    if value.is_none() {
        let column = table.spec().columns.get(candidate.column.0 as usize)?;
        let sketch = super::sketch::sketch(candidate.value, scope);
        problems.push(words::lookup_key_type(column, wanted, found, candidate.value.span, sketch.as_deref()));
    }
    value.filter(|value| !matches!(value.kind, Kind::Aggregate(_)))
}
