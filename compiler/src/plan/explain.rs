//! The plan in words.

use std::fmt::Write as _;

use crate::parse::spec::{CacheMode, LookupKind, OnConflict};
use crate::plan::{Emission, Mode, Plan, Reader, Route, Stream, Write};
use crate::types::model::{Column, Expr, Kind, State, Table, TableId, ViewId};

/// What each step reads, makes, keeps and writes.
pub fn explain(plan: &Plan<'_>) -> String {
    let mut text = String::new();
    let typed = plan.typed;
    let _ = writeln!(text, "pipeline {} (time zone {})", typed.name.value, typed.time_zone);
    for at in 0..typed.tables.len() {
        table(plan, TableId(at as u32), &mut text);
    }
    for at in 0..typed.views.len() {
        view(plan, ViewId(at as u32), &mut text);
    }
    for at in 0..typed.inserts.len() {
        insert(plan, at, &mut text);
    }
    text
}

fn table(plan: &Plan<'_>, id: TableId, text: &mut String) {
    let (table, planned) = plan.table(id);
    let connector = table.connector.as_ref().map_or("no connector", |it| crate::parse::connector_key(it.kind));
    let uses = [("source", !planned.readers.is_empty()), ("look-up", planned.lookup), ("sink", planned.sink)];
    let uses: Vec<&str> = uses.iter().filter(|(_, is)| *is).map(|(word, _)| *word).collect();
    let uses = if uses.is_empty() { "unused".to_owned() } else { uses.join(", ") };
    let _ = writeln!(text, "\ntable {} ({connector}; {uses})", table.name.value);
    let read = planned.columns.len();
    if read > 0 {
        let _ = writeln!(text, "  columns: {read} of {} needed", table.columns.len());
        columns(planned.columns.iter().map(|column| &table.columns[column.0 as usize]), text);
    }
    if !table.primary_key.is_empty() {
        let key = table.primary_key.iter().map(|key| table.columns[key.0 as usize].name.as_str());
        let _ = writeln!(text, "  primary key: ({})", key.collect::<Vec<_>>().join(", "));
    }
    if planned.lookup {
        let cache = match table.cache.mode {
            CacheMode::None => "none",
            CacheMode::Lru => "lru",
            CacheMode::All => "all",
        };
        let _ = writeln!(text, "  look-up cache: {cache}");
    }
    if !planned.readers.is_empty() {
        let _ = writeln!(text, "  changelog: append-only\n  read by: {}", readers(plan, &planned.readers));
        let _ = writeln!(text, "  workers: {}", route(&planned.route, table));
    }
}

fn view(plan: &Plan<'_>, id: ViewId, text: &mut String) {
    let (view, planned) = plan.view(id);
    let _ = writeln!(text, "\nview {} (from {})", view.name.value, plan.input_name(view.input));
    if planned.is_unused() {
        let _ = writeln!(text, "  not run: nothing reads it");
        return;
    }
    for lookup in &view.lookups {
        let name = &plan.table(lookup.table).0.name.value;
        let kind = match lookup.kind {
            LookupKind::Inner => "inner",
            LookupKind::Left => "left",
        };
        let _ = writeln!(text, "  look-up: {name} by its primary key ({kind})");
    }
    if let Some(group) = &view.group {
        let keys: Vec<String> = group.keys.iter().map(|key| format!("{} {}", key.name, key.expr.ty)).collect();
        let _ = writeln!(text, "  group by: ({})", keys.join(", "));
        let state = match view.state {
            State::Ttl(millis) => format!("forgotten {} s after its last change", millis / 1000),
            State::Unbounded => "kept for ever (unbounded, as said)".to_owned(),
            State::Unsaid => "kept for ever".to_owned(),
        };
        let count = planned.aggregates.len();
        let _ = writeln!(text, "  state: a group for each key with {count} accumulators, {state}");
        let when = match planned.emission {
            Emission::Now if plan.later(id).is_some() => "once an epoch for each group that changed, before and after",
            Emission::Now => "with each event",
            Emission::EpochEnd { ordered: false } => "once an epoch for each group that changed",
            Emission::EpochEnd { ordered: true } => "once an epoch for each group that changed, last change last",
        };
        if planned.shared {
            let _ = writeln!(text, "  workers: each keeps a share of every group");
        }
        let _ = writeln!(text, "  rows given out: {when}");
    }
    columns(planned.columns.iter().map(|column| &view.columns[*column]), text);
    let names: Vec<&str> = view.columns.iter().map(|column| column.name.as_str()).collect();
    let _ = writeln!(text, "  changelog: {}", stream(&planned.output, &names));
    let _ = writeln!(text, "  read by: {}", readers(plan, &planned.readers));
}

fn insert(plan: &Plan<'_>, at: usize, text: &mut String) {
    let (insert, planned) = plan.insert(at);
    let into = &plan.table(insert.into).0.name.value;
    let how = match &planned.write {
        Write::Append => "new rows".to_owned(),
        Write::Log => "a changelog".to_owned(),
        Write::Change => "upserts and deletes by primary key".to_owned(),
        Write::Latest => "upserts by primary key, the row that changed last stands".to_owned(),
        Write::Contend { .. } => {
            let rule = insert.on_conflict.map_or("", rule);
            format!("upserts and deletes by primary key; rows of one key contend ({rule})")
        }
        Write::Refused => "nothing".to_owned(),
    };
    let _ = writeln!(text, "\ninsert into {into} (from {})\n  writes: {how}", plan.input_name(insert.input));
}

/// A rule as the pipeline writes it.
fn rule(rule: OnConflict) -> &'static str {
    match rule {
        OnConflict::KeepLatest => "keep_latest",
        OnConflict::KeepFirst => "keep_first",
        OnConflict::Fail => "fail",
    }
}

fn route(route: &Route, table: &Table) -> String {
    let name = |expr: &Expr| {
        let Kind::Column(from) = &expr.kind else { return None };
        table.columns.get(from.column.0 as usize).map(|column| column.name.clone())
    };
    match route {
        Route::Key(key) => {
            let names: Option<Vec<String>> = key.iter().map(name).collect();
            names.map_or_else(
                || "rows whose keys are equal meet".to_owned(),
                |names| format!("rows with the same ({}) meet", names.join(", ")),
            )
        }
        Route::Anywhere => "each row goes to any of them".to_owned(),
        Route::One => "one takes all rows".to_owned(),
    }
}

fn columns<'c>(columns: impl Iterator<Item = &'c Column>, text: &mut String) {
    for column in columns {
        let _ = writeln!(text, "    {} {}", column.name, column.ty);
    }
}

fn stream(stream: &Stream, names: &[&str]) -> String {
    let mode = match stream.mode {
        Mode::Append => "append-only",
        Mode::Update => "inserts and updates",
        Mode::Retract => "inserts, updates and deletes",
    };
    match &stream.key {
        None => format!("{mode}, no key"),
        Some(key) => {
            let key: Vec<&str> = key.iter().filter_map(|at| names.get(*at).copied()).collect();
            format!("{mode}, upsert key ({})", key.join(", "))
        }
    }
}

fn readers(plan: &Plan<'_>, readers: &[Reader]) -> String {
    let name = |reader: &Reader| match reader {
        Reader::View(view) => format!("view {}", plan.view(*view).0.name.value),
        Reader::Insert(at) => format!("insert into {}", plan.table(plan.insert(*at).0.into).0.name.value),
    };
    readers.iter().map(name).collect::<Vec<_>>().join(", ")
}
