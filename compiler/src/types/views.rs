//! Views: where, group by, having, select.

use super::aggregates::{Aggregates, over_group};
use super::expressions::Expressions;
use super::lookups;
use super::model::{Aggregate, Column, Expr, Group, Input, Kind, Lookup, Output, TableId, View, ViewId};
use super::scope::{Scope, ScopeColumn, ScopeInput};
use super::tables::CheckedTable;
use super::ty::Base;
use crate::expression::Node;
use crate::problems::{Problems, types as words};
use crate::resolve::{Resolved, has_aggregate, model};
use crate::source::Span;

/// A view as far as it is right.
pub struct CheckedView {
    /// Its columns as an input.
    pub columns: Vec<ScopeColumn>,
    /// None if something in it was reported.
    pub typed: Option<View>,
}

/// Something in a clause was reported.
struct Reported;

/// Types all views; none for the members of a cycle.
pub fn check(resolved: &Resolved, tables: &[CheckedTable<'_>], problems: &mut Problems) -> Vec<Option<CheckedView>> {
    let mut views: Vec<Option<CheckedView>> = resolved.views.iter().map(|_| None).collect();
    for ViewId(index) in &resolved.order {
        let index = *index as usize;
        let Some(view) = resolved.views.get(index) else { continue };
        let input = view.input.and_then(|input| self::input(input, view.from_name.clone(), tables, &views));
        let checked = self::view(view, input, tables, problems);
        if let Some(place) = views.get_mut(index) {
            *place = Some(checked);
        }
    }
    views
}

/// What a view or an insert reads, called `name`.
pub fn input(
    input: Input,
    name: String,
    tables: &[CheckedTable<'_>],
    views: &[Option<CheckedView>],
) -> Option<ScopeInput> {
    match input {
        Input::Table(TableId(table)) => tables.get(table as usize).map(|table| table.input(name)),
        Input::View(ViewId(view)) => {
            let view = views.get(view as usize)?.as_ref()?;
            Some(ScopeInput { name, columns: view.columns.clone() })
        }
    }
}

fn view(
    view: &model::View,
    input: Option<ScopeInput>,
    tables: &[CheckedTable<'_>],
    problems: &mut Problems,
) -> CheckedView {
    let mut scope = Scope::default();
    let known = input.is_some();
    scope.inputs.push(input.unwrap_or_else(|| ScopeInput { name: String::new(), columns: Vec::new() }));
    let lookups = view.lookups.iter().map(|lookup| lookups::check(lookup, &mut scope, tables, problems)).collect();
    let filter = view.filter.as_ref().map(|node| {
        let aggregates = Aggregates::Refused("where");
        Expressions { scope: &scope, problems: &mut *problems, aggregates }.condition(node, "where").ok_or(Reported)
    });
    let grouped = view.keys.is_some()
        || view.having.as_ref().is_some_and(has_aggregate)
        || view.select.iter().any(|named| has_aggregate(&named.expr));
    let keys = keys(view.keys.as_deref().unwrap_or_default(), &mut scope, problems);
    let mut aggregates = Vec::new();
    let collected = if grouped { Some(&mut aggregates) } else { None };
    let select = select(view, &scope, collected, problems);
    let having = view.having.as_ref().map(|node| {
        let aggregates = if grouped { Some(&mut aggregates) } else { None };
        having(view, node, &scope, aggregates, problems).ok_or(Reported)
    });
    let columns: Vec<ScopeColumn> = view
        .select
        .iter()
        .zip(&select)
        .map(|(named, expr)| ScopeColumn {
            name: named.name.clone(),
            ty: expr.as_ref().map(|expr| expr.ty),
            comment: expr.as_ref().and_then(|expr| comment(expr, &scope)),
        })
        .collect();
    let clauses = Clauses { lookups, filter, keys, grouped, aggregates, select, having };
    let typed = if known { clauses.finish(view, &columns) } else { None };
    CheckedView { columns, typed }
}

/// The clauses of a view; none or an error for what was reported.
struct Clauses {
    lookups: Vec<Option<Lookup>>,
    filter: Option<Result<Expr, Reported>>,
    keys: Option<Vec<Output>>,
    grouped: bool,
    aggregates: Vec<Aggregate>,
    select: Vec<Option<Expr>>,
    having: Option<Result<Expr, Reported>>,
}

impl Clauses {
    fn finish(self, view: &model::View, columns: &[ScopeColumn]) -> Option<View> {
        let named = view.select.iter().zip(self.select);
        let select: Vec<Output> = named
            .map(|(named, expr)| Some(Output { name: named.name.clone(), expr: expr?, span: named.span }))
            .collect::<Option<_>>()?;
        let columns = columns.iter().zip(&select).map(|(column, output)| Column {
            name: column.name.clone(),
            ty: output.expr.ty,
            comment: column.comment.clone(),
            span: output.span,
        });
        let group = |keys| Group { keys, aggregates: self.aggregates };
        Some(View {
            name: view.name.clone(),
            input: view.input?,
            lookups: self.lookups.into_iter().collect::<Option<_>>()?,
            filter: self.filter.transpose().ok()?,
            group: if self.grouped { Some(group(self.keys?)) } else { None },
            having: self.having.transpose().ok()?,
            columns: columns.collect(),
            select,
            state: view.state,
            from_span: view.from_span,
            key_span: group_span(view).unwrap_or(view.from_span),
        })
    }
}

/// The columns of the result; `aggregates` if the view groups.
fn select(
    view: &model::View,
    scope: &Scope,
    mut aggregates: Option<&mut Vec<Aggregate>>,
    problems: &mut Problems,
) -> Vec<Option<Expr>> {
    let mut typed = |named: &model::Named| {
        let grouped = aggregates.is_some();
        let aggregates = match &mut aggregates {
            Some(aggregates) => Aggregates::Collected(aggregates),
            None => Aggregates::Refused("select"),
        };
        let expr = Expressions { scope, problems: &mut *problems, aggregates }.expression(&named.expr)?;
        let expr = result_column(expr, named, problems)?;
        if grouped { group_output(expr, named, view, scope, problems) } else { Some(expr) }
    };
    view.select.iter().map(&mut typed).collect()
}

fn having(
    view: &model::View,
    node: &Node,
    scope: &Scope,
    aggregates: Option<&mut Vec<Aggregate>>,
    problems: &mut Problems,
) -> Option<Expr> {
    let Some(aggregates) = aggregates else {
        problems.push(words::having_without_group(view.having_span));
        return None;
    };
    let aggregates = Aggregates::Collected(aggregates);
    let condition = Expressions { scope, problems: &mut *problems, aggregates }.condition(node, "having")?;
    over_group(condition, scope, group_span(view), problems)
}

/// The group keys; their types and names are known to the scope from now on.
fn keys(keys: &[model::Named], scope: &mut Scope, problems: &mut Problems) -> Option<Vec<Output>> {
    let typed: Vec<Option<Expr>> = keys
        .iter()
        .map(|key| {
            let aggregates = Aggregates::Refused("group_by");
            let expr = Expressions { scope, problems: &mut *problems, aggregates }.expression(&key.expr)?;
            result_column(expr, key, problems)
        })
        .collect();
    scope.key_names = keys.iter().map(|key| (key.name.clone(), key.span)).collect();
    scope.keys.clone_from(&typed);
    let output = |(key, expr): (&model::Named, Option<Expr>)| {
        Some(Output { name: key.name.clone(), expr: expr?, span: key.span })
    };
    keys.iter().zip(typed).map(output).collect()
}

/// A column of a result needs a type that tables have.
fn result_column(expr: Expr, named: &model::Named, problems: &mut Problems) -> Option<Expr> {
    match expr.ty.base {
        Base::Null => problems.push(words::null_column(&named.name, expr.span)),
        Base::IntervalMonths | Base::IntervalMillis => {
            problems.push(words::interval_column(&named.name, expr.ty.base, expr.span));
        }
        Base::Boolean
        | Base::TinyInt
        | Base::SmallInt
        | Base::Int
        | Base::BigInt
        | Base::Float
        | Base::Double
        | Base::Decimal { .. }
        | Base::Char(_)
        | Base::Varchar(_)
        | Base::Bytes
        | Base::Date
        | Base::Time
        | Base::Timestamp(_)
        | Base::TimestampLtz(_) => return Some(expr),
    }
    None
}

/// A column of a view that groups, over its keys and aggregates.
fn group_output(
    expr: Expr,
    named: &model::Named,
    view: &model::View,
    scope: &Scope,
    problems: &mut Problems,
) -> Option<Expr> {
    let mut expr = over_group(expr, scope, group_span(view), problems)?;
    let key = scope.key_names.iter().zip(0..).find(|((name, _), _)| *name == named.name);
    if let Some(((name, span), index)) = key {
        let is_key = expr.kind == Kind::Key(index)
            || scope.keys.get(index as usize).is_some_and(|key| key.as_ref() == Some(&expr));
        if !is_key {
            problems.push(words::key_renamed(name, named.span, *span));
            return None;
        }
        expr.kind = Kind::Key(index);
    }
    Some(expr)
}

/// All keys of `group_by`.
fn group_span(view: &model::View) -> Option<Span> {
    let keys = view.keys.as_ref()?;
    keys.iter().map(|key| key.span.to(key.expr.span)).reduce(Span::to)
}

/// The comment of the column that an expression passes on.
fn comment(expr: &Expr, scope: &Scope) -> Option<String> {
    match &expr.kind {
        Kind::Column(reference) => scope.column(*reference)?.comment.clone(),
        Kind::Key(key) => match scope.keys.get(*key as usize)?.as_ref()?.kind {
            Kind::Column(reference) => scope.column(reference)?.comment.clone(),
            _ => None,
        },
        _ => None,
    }
}
