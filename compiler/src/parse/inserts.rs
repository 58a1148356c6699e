//! `inserts:`.

use super::reader::{At, Reader};
use super::spec::{InsertSpec, OnConflict};
use super::tree::Node;
use super::views;
use crate::problems::parse as words;

const KEYS: [&str; 5] = ["into", "from", "where", "select", "on_conflict"];

const ON_CONFLICT: [(&str, OnConflict); 3] =
    [("keep_latest", OnConflict::KeepLatest), ("keep_first", OnConflict::KeepFirst), ("fail", OnConflict::Fail)];

/// The inserts.
pub(super) fn inserts(reader: &mut Reader<'_>, node: &Node) -> Vec<InsertSpec> {
    let at = At { key: "inserts", owner: "the pipeline" };
    let Some(items) = reader.list(node, at) else { return Vec::new() };
    if items.is_empty() {
        reader.problems.push(words::empty_section(node.span, at, "[ ]"));
    }
    items.iter().filter_map(|item| insert(reader, item)).collect()
}

fn insert(reader: &mut Reader<'_>, node: &Node) -> Option<InsertSpec> {
    let fields = reader.fields(node, At { key: "", owner: "an item of `inserts`" }, "the insert", &KEYS)?;
    let into = fields.get("into").and_then(|node| reader.some_text(node, At { key: "into", owner: "the insert" }));
    let owner = match &into {
        Some(into) => format!("the insert into `{}`", into.value),
        None => "the insert".to_string(),
    };
    let at = |key| At { key, owner: &owner };
    if fields.get("into").is_none() {
        reader.problems.push(words::missing_key(node.span, "into", &owner));
    }
    let from = reader.required(fields, at("from"), node.span).and_then(|node| reader.some_text(node, at("from")));
    let filter = fields.get("where").and_then(|node| reader.sql(node, at("where")));
    let select = fields.get("select").and_then(|node| views::select(reader, node, at("select")));
    let on_conflict = fields.get("on_conflict").and_then(|node| reader.choice(node, at("on_conflict"), &ON_CONFLICT));
    Some(InsertSpec { into: into?, from: from?, filter, select, on_conflict, span: node.span })
}
