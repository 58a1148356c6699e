//! `profiles:`: other connectors for the same tables.

use super::connectors;
use super::reader::{At, Reader};
use super::tree::{Entry, Kind, Node};
use crate::problems::{parse as words, suggest};
use crate::source::Text;

/// The chosen profile's connectors: table name and the entry that names the connector.
pub(super) type Replacements<'n> = Vec<(&'n str, &'n Entry)>;

/// What the profiles give.
#[derive(Debug, Default)]
pub(super) struct Profiles<'n> {
    /// The names of all profiles.
    pub names: Vec<Text>,
    /// What the chosen one replaces.
    pub chosen: Replacements<'n>,
}

/// Reads all profiles; those that are not chosen are checked as far as that goes without their environment.
pub(super) fn profiles<'n>(
    reader: &mut Reader<'_>,
    node: Option<&'n Node>,
    tables: &[&str],
    chosen: Option<&str>,
) -> Profiles<'n> {
    let at = At { key: "profiles", owner: "the pipeline" };
    let entries = node.and_then(|node| reader.map(node, at)).unwrap_or_default();
    let mut found = Profiles::default();
    for entry in entries {
        let replaced = profile(reader, entry, tables);
        if chosen == Some(entry.key.value.as_str()) {
            found.chosen = replaced;
        } else {
            for (_, connector) in replaced {
                connectors::check_unused(reader, connector);
            }
        }
        found.names.push(entry.key.clone());
    }
    if let Some(wanted) = chosen.filter(|wanted| !found.names.iter().any(|name| name.value == *wanted)) {
        let names: Vec<&str> = found.names.iter().map(|name| name.value.as_str()).collect();
        // The place of one name, since a place of several lines says no more: of the name that is meant, if there is one.
        let meant = suggest::closest(wanted, names.iter().copied());
        let meant = found.names.iter().find(|name| Some(name.value.as_str()) == meant).or(found.names.first());
        let place = meant.map(|name| name.span).unwrap_or_default();
        reader.problems.push(words::unknown_profile(place, wanted, &names));
    }
    found
}

fn profile<'n>(reader: &mut Reader<'_>, profile: &'n Entry, tables: &[&str]) -> Replacements<'n> {
    let name = profile.key.value.as_str();
    let owner = format!("the profile `{name}`");
    let Some(entries) = reader.map(&profile.value, At { key: "", owner: &owner }) else { return Vec::new() };
    let mut replaced = Vec::new();
    for entry in entries {
        if entry.key.value != "tables" {
            reader.problems.push(words::profile_changes_more(&entry.key, &owner));
            continue;
        }
        let tables_of_profile = reader.map(&entry.value, At { key: "tables", owner: &owner }).unwrap_or_default();
        for table in tables_of_profile {
            if !tables.contains(&table.key.value.as_str()) {
                reader.problems.push(words::profile_without_table(&table.key, name, tables));
            }
            if let Some(connector) = replacement(reader, table, &owner) {
                replaced.push((table.key.value.as_str(), connector));
            }
        }
    }
    replaced
}

/// The one connector that a profile gives for a table.
fn replacement<'n>(reader: &mut Reader<'_>, table: &'n Entry, profile: &str) -> Option<&'n Entry> {
    let name = table.key.value.as_str();
    let entries = match &table.value.kind {
        Kind::Map(_) | Kind::Scalar(_) | Kind::List(_) => reader.map(&table.value, At { key: name, owner: profile })?,
        Kind::Broken => return None,
    };
    let mut found: Option<&Entry> = None;
    for entry in entries {
        if !connectors::is_connector(&entry.key.value) {
            reader.problems.push(words::profile_changes_table(&entry.key, profile, name, &connectors::built()));
        } else if let Some(first) = found {
            reader.problems.push(words::several_connectors(name, &first.key, &entry.key));
        } else {
            found = Some(entry);
        }
    }
    found
}
