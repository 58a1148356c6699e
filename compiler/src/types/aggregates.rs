//! Aggregate calls, and expressions over groups.

use super::expressions::Expressions;
use super::model::{Aggregate, AggregateFunction, Expr, Kind};
use super::scope::Scope;
use crate::catalogue;
use crate::expression::{Call, Node};
use crate::problems::{Problems, types as words};
use crate::source::Span;

/// What becomes of the aggregates of a clause.
pub enum Aggregates<'a> {
    /// They are refused; the name is that of the clause.
    Refused(&'static str),
    /// They are collected.
    Collected(&'a mut Vec<Aggregate>),
    /// They are refused, being inside another one that stands there.
    Nested(Span),
}

/// What an aggregate is about.
#[derive(Clone)]
pub struct Operands {
    /// None for `count(*)`.
    pub argument: Option<Expr>,
    /// `filter (where …)`
    pub filter: Option<Expr>,
}

impl Expressions<'_> {
    /// An aggregate call.
    pub fn aggregate(&mut self, function: AggregateFunction, call: &Call, node: &Node) -> Option<Expr> {
        let operands = self.operands(call, function == AggregateFunction::CountRows, node)?;
        match (function, call.distinct) {
            (AggregateFunction::Avg, Some(_)) => self.distinct_average(operands, node),
            _ => {
                let distinct = self.distinct(function, call)?;
                self.collected(function, distinct, operands, node)
            }
        }
    }

    /// What an aggregate call is about; it may have no argument where all rows are counted.
    pub fn operands(&mut self, call: &Call, rows: bool, node: &Node) -> Option<Operands> {
        match &self.aggregates {
            Aggregates::Refused(clause) => {
                self.problems.push(words::aggregate_refused(&call.name, clause, node.span));
                return None;
            }
            Aggregates::Nested(outer) => {
                self.problems.push(words::nested_aggregate(&call.name, node.span, *outer));
                return None;
            }
            Aggregates::Collected(_) => {}
        }
        let mut inner = Expressions {
            scope: self.scope,
            problems: &mut *self.problems,
            aggregates: Aggregates::Nested(call.name.span),
        };
        let argument = match call.args.as_slice() {
            [] if rows => Some(None),
            [argument] => inner.expression(argument).map(Some),
            args => {
                inner.problems.push(words::aggregate_arity(&call.name, args.len(), call.star, node.span));
                None
            }
        };
        let filter = match &call.filter {
            None => Some(None),
            Some(filter) => inner.condition(filter, "filter").map(Some),
        };
        Some(Operands { argument: argument?, filter: filter? })
    }

    /// An aggregate of these operands, which the view keeps.
    pub fn collected(
        &mut self,
        function: AggregateFunction,
        distinct: bool,
        Operands { argument, filter }: Operands,
        node: &Node,
    ) -> Option<Expr> {
        let mut ty = self.called(catalogue::aggregate_type(function, argument.as_ref()), node)?;
        // A group in which the filter lets nothing through, and the one group of everything, may have no value.
        if filter.is_some() || self.scope.keys.is_empty() {
            ty.nullable = ty.nullable || !counts(function);
        }
        let (argument, filter) = (argument.map(Box::new), filter.map(Box::new));
        Some(self.collect(Aggregate { function, distinct, argument, filter, ty, span: node.span }))
    }

    /// Whether `distinct` changes anything; reports it where it cannot stand.
    fn distinct(&mut self, function: AggregateFunction, call: &Call) -> Option<bool> {
        let Some(span) = call.distinct else { return Some(false) };
        match function {
            AggregateFunction::Count | AggregateFunction::Sum => Some(true),
            AggregateFunction::Min | AggregateFunction::Max => Some(false),
            AggregateFunction::CountRows
            | AggregateFunction::Avg
            | AggregateFunction::LastValue
            | AggregateFunction::FirstValue => {
                self.problems.push(words::distinct_refused(&call.name, span));
                None
            }
        }
    }

    /// An aggregate is computed once, however often it is written.
    fn collect(&mut self, aggregate: Aggregate) -> Expr {
        let (ty, span) = (aggregate.ty, aggregate.span);
        let Aggregates::Collected(all) = &mut self.aggregates else {
            return Expr { kind: Kind::Aggregate(0), ty, span };
        };
        let known = all.iter().position(|other| same(other, &aggregate));
        let index = known.unwrap_or_else(|| {
            all.push(aggregate);
            all.len() - 1
        });
        Expr { kind: Kind::Aggregate(index as u32), ty, span }
    }
}

/// Equal up to the place.
fn same(left: &Aggregate, right: &Aggregate) -> bool {
    left.function == right.function
        && left.distinct == right.distinct
        && left.argument == right.argument
        && left.filter == right.filter
}

fn counts(function: AggregateFunction) -> bool {
    match function {
        AggregateFunction::CountRows | AggregateFunction::Count => true,
        AggregateFunction::Sum
        | AggregateFunction::Avg
        | AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::LastValue
        | AggregateFunction::FirstValue => false,
    }
}

/// Turns an expression over columns and aggregates into one over keys and aggregates: what equals a key's expression
/// is the key. Reports the columns that are left.
pub fn over_group(mut expr: Expr, scope: &Scope, group_by: Option<Span>, problems: &mut Problems) -> Option<Expr> {
    replace_keys(&mut expr, scope);
    let mut stray = Vec::new();
    stray_columns(&expr, &mut stray);
    for (reference, span) in &stray {
        problems.push(words::column_outside_group(&scope.name(*reference), *span, group_by));
    }
    stray.is_empty().then_some(expr)
}

fn replace_keys(expr: &mut Expr, scope: &Scope) {
    let key = scope.keys.iter().zip(0..).find(|(key, _)| key.as_ref() == Some(expr)).map(|(_, index)| index);
    match key {
        // A constant stays one: patterns that are constants are prepared once.
        Some(_) if matches!(expr.kind, Kind::Literal(_)) => {}
        Some(key) => expr.kind = Kind::Key(key),
        None => expr.each_child_mut(&mut |child| replace_keys(child, scope)),
    }
}

fn stray_columns(expr: &Expr, stray: &mut Vec<(super::model::ColumnRef, Span)>) {
    if let Kind::Column(reference) = expr.kind {
        stray.push((reference, expr.span));
    }
    expr.each_child(&mut |child| stray_columns(child, stray));
}
