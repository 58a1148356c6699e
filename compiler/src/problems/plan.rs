//! The words of what `plan` proves or refuses.

use crate::plan::{InsertPlan, Plan};
use crate::problems::{Problem, Problems};
use crate::source::Span;
use crate::types::model::{Aggregate, AggregateFunction, Insert, Lookup, Table, View};

fn columns(names: impl Iterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<String> = names.map(|name| name.as_ref().to_owned()).collect();
    format!("({})", names.join(", "))
}

fn key_of(table: &Table) -> String {
    columns(table.primary_key.iter().map(|key| &table.columns[key.0 as usize].name))
}

fn key_span(table: &Table) -> Span {
    table.primary_key_span
}

/// E0501
pub fn key_mismatch(
    plan: &Plan<'_>,
    insert: &Insert,
    planned: &InsertPlan,
    table: &Table,
    rivals: bool,
    problems: &mut Problems,
) {
    let from = plan.input_name(insert.input);
    let (into, key) = (&table.name.value, key_of(table));
    let view = match insert.input {
        crate::types::model::Input::View(view) => Some(plan.view(view).0),
        crate::types::model::Input::Table(_) => None,
    };
    let names = |key: &[usize]| columns(key.iter().filter_map(|at| Some(&view?.columns.get(*at)?.name)));
    let (title, rows) = match &planned.input.key {
        Some(own) if rivals => (
            format!("more than one insert writes to table `{into}`, whose primary key {key} their rows may share"),
            format!("the rows of `{from}` are unique by {}", names(own)),
        ),
        Some(own) => (
            format!("`{from}` has one row for each {}, but the primary key of table `{into}` is {key}", names(own)),
            format!("unique by {}", names(own)),
        ),
        None => (
            format!("the rows of `{from}` have no unique key, but table `{into}` has the primary key {key}"),
            "nothing makes these rows unique".to_owned(),
        ),
    };
    let place = view.map_or(insert.into_span, |view| view.key_span);
    problems.push(
        Problem::error("E0501", insert.into_span, title)
            .label(format!("several rows can have the same {key} here"))
            .other(place, rows)
            .other(key_span(table), format!("the primary key of `{into}` is {key}"))
            .help(
                "say what happens to rows with the same key: `on_conflict: keep_latest` (the row that changed last \
                 stands), `keep_first`, or `fail`",
            )
            .help(match &planned.input.key {
                Some(own) if !rivals && !own.is_empty() => {
                    format!("or give `{into}` the primary key {}", names(own))
                }
                Some(_) | None => format!("or group the rows by {key} before they are inserted"),
            }),
    );
}

/// E0502
pub fn changes_into_append_only(from: &str, insert: &Insert, table: &Table, problems: &mut Problems) {
    let into = &table.name.value;
    problems.push(
        Problem::error(
            "E0502",
            insert.into_span,
            format!("the rows of `{from}` change, but table `{into}` only takes new rows"),
        )
        .label("rows that came earlier could not be corrected here")
        .other(table.name.span, format!("`{into}` has no primary key"))
        .help(format!("give `{into}` a `primary_key`, so that a row replaces the one before it"))
        .help("or write each change: a `file` with `changelog: true`, or `print`"),
    );
}

/// E0503
pub fn key_lost(from: &str, insert: &Insert, problems: &mut Problems) {
    problems.push(
        Problem::error(
            "E0503",
            insert.into_span,
            format!("the rows of `{from}` change, and nothing tells which row a change belongs to"),
        )
        .help(format!("let `{from}` select the group keys of the view it reads")),
    );
}

/// E0504
pub fn order_over_changes(view: &View, aggregate: &Aggregate, problems: &mut Problems) {
    let (name, other) = match aggregate.function {
        AggregateFunction::FirstValue => ("first_value", "min"),
        _ => ("last_value", "max"),
    };
    problems.push(
        Problem::error("E0504", aggregate.span, format!("{name} cannot be computed over rows that change"))
            .label("when a row is taken back, nobody knows which one came before it")
            .other(view.from_span, "the rows of this view change")
            .help(format!("take {name} over the source, before it is aggregated, or use {other}")),
    );
}

/// E0505
pub fn clock_over_changes(span: Span, problems: &mut Problems) {
    problems.push(
        Problem::error("E0505", span, "the clock is read over rows that change")
            .label("when a row is taken back, the clock says something else than when it came")
            .help("read the clock in the view that reads the source"),
    );
}

/// E0506
pub fn lookup_over_changes(view: &View, lookup: &Lookup, problems: &mut Problems) {
    problems.push(
        Problem::error("E0506", lookup.span, "a look-up joins rows that change")
            .label("when a row is taken back, the table says something else than when it came")
            .other(view.from_span, "the rows of this view change")
            .help("look up in a view that reads the source, before it is aggregated"),
    );
}

/// E0507
pub fn conflict_without_key(span: Span, table: &Table, problems: &mut Problems) {
    let into = &table.name.value;
    problems.push(
        Problem::error("E0507", span, format!("table `{into}` has no primary key that rows could share"))
            .other(table.name.span, format!("`{into}` has no `primary_key`"))
            .help(format!("give `{into}` a `primary_key`, or take `on_conflict` away")),
    );
}

/// W0501
pub fn unbounded_state(view: &View, problems: &mut Problems) {
    let name = &view.name.value;
    problems.push(
        Problem::warning("W0501", view.name.span, format!("the state of view `{name}` grows with every new key"))
            .label("one group for each key, kept for ever")
            .other(view.key_span, "grouped by")
            .help("let groups go that nobody touches: `state: {ttl: 36h}`")
            .help("or say that it is meant: `state: unbounded`"),
    );
}

/// W0502
pub fn state_without_state(view: &View, problems: &mut Problems) {
    let name = &view.name.value;
    problems.push(
        Problem::warning(
            "W0502",
            view.name.span,
            format!("view `{name}` keeps no state, so that `state` says nothing"),
        )
        .help("take `state` away"),
    );
}
