//! `views:`.

use super::reader::{At, Reader};
use super::spec::{LookupKind, LookupSpec, Named, StateSpec, ViewSpec};
use super::tree::{Entry, Kind, Node, Scalar};
use crate::problems::parse as words;
use crate::source::{Span, Spanned};

const KEYS: [&str; 7] = ["from", "lookup", "where", "group_by", "having", "select", "state"];

const LOOKUP_KINDS: [(&str, LookupKind); 2] = [("inner", LookupKind::Inner), ("left", LookupKind::Left)];

/// The views.
pub(super) fn views(reader: &mut Reader<'_>, node: &Node) -> Vec<ViewSpec> {
    let Some(entries) = reader.map(node, At { key: "views", owner: "the pipeline" }) else { return Vec::new() };
    entries.iter().filter_map(|entry| view(reader, entry)).collect()
}

fn view(reader: &mut Reader<'_>, entry: &Entry) -> Option<ViewSpec> {
    let name = &entry.key;
    let owner = format!("the view `{}`", name.value);
    let at = |key| At { key, owner: &owner };
    let fields = reader.fields(&entry.value, At { key: "", owner: &owner }, &owner, &KEYS)?;
    let from = reader.required(fields, at("from"), name.span).and_then(|node| reader.some_text(node, at("from")));
    let lookups = fields.get("lookup").map(|node| lookups(reader, node, at("lookup"))).unwrap_or_default();
    let filter = fields.get("where").and_then(|node| reader.sql(node, at("where")));
    let group_by = fields.get("group_by").and_then(|node| named(reader, node, at("group_by")));
    let having = fields.get("having").and_then(|node| reader.sql(node, at("having")));
    let select = fields.get("select").and_then(|node| select(reader, node, at("select")));
    let state = fields.get("state").and_then(|node| state(reader, node, &owner));
    Some(ViewSpec { name: name.clone(), from: from?, lookups, filter, group_by, having, select, state })
}

fn lookups(reader: &mut Reader<'_>, node: &Node, at: At<'_>) -> Vec<LookupSpec> {
    let Some(entries) = reader.map(node, at) else { return Vec::new() };
    entries.iter().filter_map(|entry| lookup(reader, entry, at.owner)).collect()
}

fn lookup(reader: &mut Reader<'_>, entry: &Entry, view: &str) -> Option<LookupSpec> {
    let table = &entry.key;
    let owner = format!("the look-up of `{}` in {view}", table.value);
    let at = |key| At { key, owner: &owner };
    let fields = reader.fields(&entry.value, At { key: "", owner: &owner }, &owner, &["on", "kind"])?;
    let on = reader.required(fields, at("on"), table.span).and_then(|node| reader.sql(node, at("on")));
    let kind = fields.get("kind").and_then(|node| reader.choice(node, at("kind"), &LOOKUP_KINDS));
    let kind = kind.unwrap_or(Spanned { value: LookupKind::default(), span: table.span });
    Some(LookupSpec { table: table.clone(), on: on?, kind })
}

/// `select:` of a view or an insert; not empty.
pub(super) fn select(reader: &mut Reader<'_>, node: &Node, at: At<'_>) -> Option<Vec<Named>> {
    let named = named(reader, node, at)?;
    if matches!(&node.kind, Kind::List(items) if items.is_empty()) {
        return reader.report(words::empty_section(node.span, at, "[ ]"));
    }
    Some(named)
}

/// Expressions as a map from names, or as a list.
fn named(reader: &mut Reader<'_>, node: &Node, at: At<'_>) -> Option<Vec<Named>> {
    match &node.kind {
        Kind::Map(_) => {
            let mut all = Vec::new();
            for entry in reader.map(node, at)? {
                let expr = reader.sql(&entry.value, At { key: &entry.key.value, owner: &at.to_string() });
                all.extend(expr.map(|expr| Named { name: Some(entry.key.clone()), expr }));
            }
            Some(all)
        }
        Kind::List(items) => {
            let owner = format!("an item of {at}");
            let item_at = At { key: "", owner: &owner };
            Some(items.iter().filter_map(|item| item_of(reader, item, item_at)).collect())
        }
        Kind::Scalar(_) if node.is_empty() => reader.report(words::empty_section(node.span, at, "nothing")),
        Kind::Scalar(_) => reader.report(words::wrong_kind(node.span, at, "a list or a map", "text")),
        Kind::Broken => None,
    }
}

fn item_of(reader: &mut Reader<'_>, item: &Node, at: At<'_>) -> Option<Named> {
    Some(Named { name: None, expr: reader.sql(item, at)? })
}

fn state(reader: &mut Reader<'_>, node: &Node, view: &str) -> Option<StateSpec> {
    match &node.kind {
        Kind::Scalar(Scalar { text, .. }) if text.value == "unbounded" => {
            Some(StateSpec { ttl: None, span: node.span })
        }
        Kind::Scalar(Scalar { text, .. }) if !text.value.is_empty() => {
            reader.report(words::wrong_state(node.span, view, &text.value))
        }
        Kind::Scalar(_) | Kind::Map(_) | Kind::List(_) | Kind::Broken => {
            let owner = format!("`state` of {view}");
            let fields = reader.fields(node, At { key: "state", owner: view }, &owner, &["ttl"])?;
            let at = At { key: "ttl", owner: &owner };
            let place = Span { start: fields.span.start, end: fields.span.start };
            let ttl = reader.required(fields, at, place).and_then(|node| reader.duration(node, at))?;
            Some(StateSpec { ttl: Some(ttl.value), span: node.span })
        }
    }
}
