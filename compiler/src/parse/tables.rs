//! `tables:`.

use super::connectors;
use super::profiles::Replacements;
use super::reader::{At, Reader};
use super::spec::{CacheMode, CacheSpec, ColumnSpec, ConnectorSpec, OnError, TableSpec};
use super::tree::{Entry, Kind, Node};
use crate::problems::parse as words;
use crate::source::{Span, Text};

const KEYS: [&str; 5] = ["columns", "comment", "primary_key", "on_error", "cache"];

const ON_ERROR: [(&str, OnError); 3] =
    [("dead_letter", OnError::DeadLetter), ("skip", OnError::Skip), ("fail", OnError::Fail)];

const CACHE_MODES: [(&str, CacheMode); 3] =
    [("none", CacheMode::None), ("lru", CacheMode::Lru), ("all", CacheMode::All)];

/// The tables, each with the connector of the chosen profile if that has one for it.
pub(super) fn tables(reader: &mut Reader<'_>, node: &Node, replaced: &Replacements<'_>) -> Vec<TableSpec> {
    let Some(entries) = reader.map(node, At { key: "tables", owner: "the pipeline" }) else { return Vec::new() };
    entries.iter().filter_map(|entry| table(reader, entry, replaced)).collect()
}

/// The names of the tables.
pub(super) fn names(tables: Option<&Node>) -> Vec<&str> {
    match tables.map(|node| &node.kind) {
        Some(Kind::Map(entries)) => entries.iter().map(|entry| entry.key.value.as_str()).collect(),
        Some(Kind::Scalar(_) | Kind::List(_) | Kind::Broken) | None => Vec::new(),
    }
}

fn table(reader: &mut Reader<'_>, entry: &Entry, replaced: &Replacements<'_>) -> Option<TableSpec> {
    let name = &entry.key;
    let owner = format!("the table `{}`", name.value);
    let at = |key| At { key, owner: &owner };
    let settings = reader.map(&entry.value, At { key: "", owner: &owner })?;
    for setting in settings {
        let key = setting.key.value.as_str();
        if !KEYS.contains(&key) && !connectors::is_connector(key) {
            reader.problems.push(words::unknown_table_key(&setting.key, &owner, &KEYS, &connectors::built()));
        }
    }
    let get = |key: &str| settings.iter().find(|setting| setting.key.value == key).map(|setting| &setting.value);
    let columns = if let Some(node) = get("columns") {
        columns(reader, node, &owner)
    } else {
        reader.problems.push(words::missing_key(name.span, "columns", &owner));
        Vec::new()
    };
    Some(TableSpec {
        name: name.clone(),
        comment: get("comment").and_then(|node| reader.text(node, at("comment"))),
        columns,
        primary_key: get("primary_key").map(|node| primary_key(reader, node, at("primary_key"))).unwrap_or_default(),
        connector: connector(reader, name, settings, replaced),
        on_error: get("on_error").and_then(|node| reader.choice(node, at("on_error"), &ON_ERROR)),
        cache: get("cache").and_then(|node| cache(reader, node, &owner)),
    })
}

fn columns(reader: &mut Reader<'_>, node: &Node, owner: &str) -> Vec<ColumnSpec> {
    let Some(entries) = reader.map(node, At { key: "columns", owner }) else { return Vec::new() };
    entries.iter().filter_map(|entry| column(reader, entry, owner)).collect()
}

fn column(reader: &mut Reader<'_>, entry: &Entry, table: &str) -> Option<ColumnSpec> {
    let name = &entry.key;
    let column = format!("the column `{}`", name.value);
    let owner = format!("{column} of {table}");
    let (ty, comment) = match &entry.value.kind {
        Kind::Map(_) => {
            let fields =
                reader.fields(&entry.value, At { key: &name.value, owner: table }, &owner, &["type", "comment"])?;
            let at = At { key: "type", owner: &owner };
            let ty = reader.required(fields, at, name.span).and_then(|node| reader.sql(node, at));
            (ty, fields.get("comment").and_then(|node| reader.text(node, At { key: "comment", owner: &owner })))
        }
        Kind::Scalar(_) | Kind::List(_) | Kind::Broken => {
            (reader.sql(&entry.value, At { key: "type", owner: &owner }), None)
        }
    };
    Some(ColumnSpec { name: name.clone(), ty: ty?, comment })
}

fn primary_key(reader: &mut Reader<'_>, node: &Node, at: At<'_>) -> Vec<Text> {
    let Some(items) = reader.list(node, at) else { return Vec::new() };
    if items.is_empty() {
        reader.problems.push(words::empty_section(node.span, at, "[ ]"));
    }
    items.iter().filter_map(|item| reader.sql(item, at)).collect()
}

/// The connector in use: the chosen profile's, else the table's own.
fn connector(
    reader: &mut Reader<'_>,
    name: &Text,
    settings: &[Entry],
    replaced: &Replacements<'_>,
) -> Option<ConnectorSpec> {
    let mut own = settings.iter().filter(|setting| connectors::is_connector(&setting.key.value));
    let first = own.next();
    if let Some(first) = first {
        for other in own {
            reader.problems.push(words::several_connectors(&name.value, &first.key, &other.key));
        }
    }
    let replacement = replaced.iter().find(|(table, _)| *table == name.value).map(|(_, entry)| *entry);
    if let (Some(_), Some(unused)) = (replacement, first) {
        connectors::check_unused(reader, unused);
    }
    connectors::connector(reader, replacement.or(first)?, &name.value)
}

fn cache(reader: &mut Reader<'_>, node: &Node, table: &str) -> Option<CacheSpec> {
    let owner = format!("`cache` of {table}");
    let at = |key| At { key, owner: &owner };
    let fields = reader.fields(node, At { key: "cache", owner: table }, &owner, &["mode", "rows", "ttl", "missing"])?;
    let place = Span { start: fields.span.start, end: fields.span.start };
    let mode = reader.required(fields, at("mode"), place);
    let spec = CacheSpec {
        mode: mode.and_then(|node| reader.choice(node, at("mode"), &CACHE_MODES))?,
        rows: fields.get("rows").and_then(|node| reader.number(node, at("rows"))),
        ttl: fields.get("ttl").and_then(|node| reader.duration(node, at("ttl"))),
        missing: fields.get("missing").and_then(|node| reader.boolean(node, at("missing"))),
    };
    let useless: &[(&str, Option<Span>)] = match spec.mode.value {
        CacheMode::None => &[
            ("rows", spec.rows.as_ref().map(|rows| rows.span)),
            ("ttl", spec.ttl.as_ref().map(|ttl| ttl.span)),
            ("missing", spec.missing.as_ref().map(|missing| missing.span)),
        ],
        CacheMode::All => &[
            ("rows", spec.rows.as_ref().map(|rows| rows.span)),
            ("missing", spec.missing.as_ref().map(|missing| missing.span)),
        ],
        CacheMode::Lru => &[],
    };
    for (key, span) in useless {
        let Some(span) = span else { continue };
        let because = match spec.mode.value {
            CacheMode::None => "with `mode: none` nothing is kept",
            CacheMode::All => "with `mode: all` the whole table is kept",
            CacheMode::Lru => continue,
        };
        reader.problems.push(words::useless_setting(*span, at(key), because));
    }
    Some(spec)
}
