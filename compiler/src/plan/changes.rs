//! How the rows of each view change, and what that forbids.

use crate::plan::{Mode, Plan, Stream, is_constant, reads_clock, unwidened};
use crate::problems::{Problems, plan as words};
use crate::types::model::{AggregateFunction, Expr, Group, Kind, View};

/// Infers for each view how its input and its rows come, in the order in which they feed each other.
pub(super) fn infer(plan: &mut Plan<'_>, problems: &mut Problems) {
    let typed = plan.typed;
    for id in &typed.order {
        let view = &typed.views[id.0 as usize];
        let input = plan.stream(view.input);
        if input.mode != Mode::Append {
            refuse_over_changes(view, problems);
        }
        let output = match &view.group {
            Some(group) => grouped(view, group, &input),
            None => passed_on(view, &input),
        };
        let planned = &mut plan.views[id.0 as usize];
        planned.input = input;
        planned.output = output;
    }
    for (insert, planned) in typed.inserts.iter().zip(&mut plan.inserts) {
        planned.input = match insert.input {
            crate::types::model::Input::Table(_) => Stream::append(),
            crate::types::model::Input::View(view) => plan.views[view.0 as usize].output.clone(),
        };
        if planned.input.mode != Mode::Append {
            for clock in insert.filter.iter().filter(|filter| reads_clock(filter)) {
                words::clock_over_changes(clock.span, problems);
            }
        }
    }
}

fn grouped(view: &View, group: &Group, input: &Stream) -> Stream {
    let mode = match (input.mode, &view.having) {
        // Only the first row of a group makes a row, and nothing in it can change.
        (Mode::Append, _) if group.aggregates.is_empty() => Mode::Append,
        (Mode::Append, None) => Mode::Update,
        (Mode::Append, Some(_)) | (Mode::Update | Mode::Retract, _) => Mode::Retract,
    };
    let place = |key: usize| view.select.iter().position(|output| output.expr.kind == Kind::Key(key as u32));
    Stream { mode, key: (0..group.keys.len()).map(place).collect() }
}

fn passed_on(view: &View, input: &Stream) -> Stream {
    let filtered = view.filter.is_some();
    let mode = match input.mode {
        Mode::Append => Mode::Append,
        Mode::Update if !filtered => Mode::Update,
        Mode::Update | Mode::Retract => Mode::Retract,
    };
    let place = |column: &usize| {
        view.select.iter().position(|output| {
            matches!(&unwidened(&output.expr).kind, Kind::Column(from) if from.input == 0 && from.column.0 as usize == *column)
        })
    };
    Stream { mode, key: input.key.as_ref().and_then(|key| key.iter().map(place).collect()) }
}

fn refuse_over_changes(view: &View, problems: &mut Problems) {
    if let Some(lookup) = view.lookups.first() {
        words::lookup_over_changes(view, lookup, problems);
    }
    let arguments = view.group.iter().flat_map(|group| {
        let keys = group.keys.iter().map(|key| &key.expr);
        let parts = group.aggregates.iter().flat_map(|aggregate| [&aggregate.argument, &aggregate.filter]);
        keys.chain(parts.flatten().map(AsRef::as_ref))
    });
    let plain = if view.group.is_none() { view.select.as_slice() } else { &[] };
    let all: Vec<&Expr> = view.filter.iter().chain(arguments).chain(plain.iter().map(|output| &output.expr)).collect();
    for expr in all.into_iter().filter(|expr| reads_clock(expr)) {
        words::clock_over_changes(expr.span, problems);
    }
    for aggregate in view.group.iter().flat_map(|group| &group.aggregates) {
        let order_matters = match aggregate.function {
            AggregateFunction::FirstValue | AggregateFunction::LastValue => {
                aggregate.argument.as_ref().is_none_or(|argument| !is_constant(argument))
            }
            AggregateFunction::CountRows
            | AggregateFunction::Count
            | AggregateFunction::Sum
            | AggregateFunction::Avg
            | AggregateFunction::Min
            | AggregateFunction::Max => false,
        };
        if order_matters {
            words::order_over_changes(view, aggregate, problems);
        }
    }
}
