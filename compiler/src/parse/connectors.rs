//! The connectors and their options.

use super::reader::{At, Reader};
use super::spec::{ConnectorKind, ConnectorSpec};
use super::tree::{Entry, Kind, Node};
use crate::problems::parse as words;
use crate::source::Text;

/// The connectors of this version, by their keys.
const BUILT: [(&str, ConnectorKind); 5] = [
    ("file", ConnectorKind::File),
    ("sqlite", ConnectorKind::Sqlite),
    ("postgres", ConnectorKind::Postgres),
    ("print", ConnectorKind::Print),
    ("blackhole", ConnectorKind::Blackhole),
];

/// The connectors to come.
const PLANNED: [&str; 4] = ["kafka", "datahub", "mysql", "tablestore"];

/// An option of a connector.
#[derive(Debug, Clone, Copy)]
struct OptionRule {
    name: &'static str,
    required: bool,
    value: ValueRule,
}

/// What an option's value may be.
#[derive(Debug, Clone, Copy)]
enum ValueRule {
    /// Text that is not empty.
    Text,
    /// Text that may be empty.
    AnyText,
    /// `true` or `false`.
    Boolean,
    /// One ASCII character, or `tab`.
    Character,
    /// One of these.
    OneOf(&'static [&'static str]),
}

const fn option(name: &'static str, value: ValueRule) -> OptionRule {
    OptionRule { name, required: false, value }
}

const PATH: OptionRule = OptionRule { name: "path", required: true, value: ValueRule::Text };

const FILE: [OptionRule; 7] = [
    PATH,
    option("format", ValueRule::OneOf(&["json", "csv"])),
    option("header", ValueRule::Boolean),
    option("delimiter", ValueRule::Character),
    option("null_text", ValueRule::AnyText),
    option("follow", ValueRule::Boolean),
    option("changelog", ValueRule::Boolean),
];

const SQLITE: [OptionRule; 3] = [PATH, option("table", ValueRule::Text), option("initial", ValueRule::Text)];

const POSTGRES: [OptionRule; 3] = [
    OptionRule { name: "url", required: true, value: ValueRule::Text },
    option("table", ValueRule::Text),
    option("initial", ValueRule::Text),
];

const PRINT: [OptionRule; 1] = [option("format", ValueRule::OneOf(&["row", "json"]))];

/// The options of files that only CSV has.
const CSV_ONLY: [&str; 3] = ["header", "delimiter", "null_text"];

fn rules(kind: ConnectorKind) -> &'static [OptionRule] {
    match kind {
        ConnectorKind::File => &FILE,
        ConnectorKind::Sqlite => &SQLITE,
        ConnectorKind::Postgres => &POSTGRES,
        ConnectorKind::Print => &PRINT,
        ConnectorKind::Blackhole => &[],
    }
}

/// The names of a connector's options.
pub fn option_names(kind: ConnectorKind) -> Vec<&'static str> {
    rules(kind).iter().map(|rule| rule.name).collect()
}

/// The connector's key in a pipeline file.
pub fn key(kind: ConnectorKind) -> &'static str {
    match kind {
        ConnectorKind::File => "file",
        ConnectorKind::Sqlite => "sqlite",
        ConnectorKind::Postgres => "postgres",
        ConnectorKind::Print => "print",
        ConnectorKind::Blackhole => "blackhole",
    }
}

/// The keys of the connectors of this version.
pub(super) fn built() -> Vec<&'static str> {
    BUILT.iter().map(|(name, _)| *name).collect()
}

/// Whether a key names a connector of this version or one to come.
pub(super) fn is_connector(key: &str) -> bool {
    PLANNED.contains(&key) || BUILT.iter().any(|(name, _)| *name == key)
}

/// Checks what can be checked of a connector that is not in use, such as one of a profile that is not chosen: the
/// names of its options. Environment variables are left alone.
pub(super) fn check_unused(reader: &mut Reader<'_>, entry: &Entry) {
    if let Some((name, kind)) = BUILT.iter().find(|(name, _)| *name == entry.key.value) {
        let owner = format!("the connector `{name}`");
        for option in options(reader, &entry.value, At { key: name, owner: &owner }) {
            known_option(reader, option, name, *kind);
        }
    }
}

/// Reads a connector that is in use.
pub(super) fn connector(reader: &mut Reader<'_>, entry: &Entry, table: &str) -> Option<ConnectorSpec> {
    let Some((name, kind)) = BUILT.iter().find(|(name, _)| *name == entry.key.value) else {
        return reader.report(words::connector_to_come(&entry.key, table, &built()));
    };
    let table_owner = format!("the table `{table}`");
    let owner = format!("`{name}` of {table_owner}");
    let entries = options(reader, &entry.value, At { key: name, owner: &table_owner });
    let mut found: Vec<(Text, Text)> = Vec::new();
    for option in entries {
        let Some(rule) = known_option(reader, option, name, *kind) else { continue };
        if let Some(value) = value(reader, &option.value, At { key: rule.name, owner: &owner }, rule.value) {
            found.push((option.key.clone(), value));
        }
    }
    for rule in rules(*kind).iter().filter(|rule| rule.required) {
        if !entries.iter().any(|entry| entry.key.value == rule.name) && !matches!(entry.value.kind, Kind::Broken) {
            reader.problems.push(words::missing_key(entry.key.span, rule.name, &owner));
        }
    }
    if *kind == ConnectorKind::File {
        no_csv_options_for_json(reader, &found, &owner);
    }
    Some(ConnectorSpec { key: entry.key.clone(), options: found, kind: *kind })
}

/// The options of a connector; a connector without options may be written without a value, such as `print:`.
fn options<'n>(reader: &mut Reader<'_>, node: &'n Node, at: At<'_>) -> &'n [Entry] {
    match &node.kind {
        Kind::Map(entries) => entries,
        Kind::Scalar(_) if node.is_empty() => &[],
        Kind::Scalar(_) | Kind::List(_) | Kind::Broken => reader.map(node, at).unwrap_or_default(),
    }
}

fn known_option(
    reader: &mut Reader<'_>,
    entry: &Entry,
    connector: &str,
    kind: ConnectorKind,
) -> Option<&'static OptionRule> {
    let rule = rules(kind).iter().find(|rule| rule.name == entry.key.value);
    if rule.is_none() {
        reader.problems.push(words::unknown_option(&entry.key, connector, &option_names(kind)));
    }
    rule
}

fn value(reader: &mut Reader<'_>, node: &Node, at: At<'_>, rule: ValueRule) -> Option<Text> {
    match rule {
        ValueRule::Text => reader.some_text(node, at),
        ValueRule::AnyText => reader.text(node, at),
        ValueRule::Boolean => {
            let value = if reader.boolean(node, at)?.value { "true" } else { "false" };
            Some(Text::plain(value, node.span))
        }
        ValueRule::Character => {
            let text = reader.text(node, at)?;
            match text.value.as_bytes() {
                b"tab" | b"\\t" => return Some(text),
                [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => return Some(text),
                _ => {}
            }
            reader.report(words::not_a_character(node.span, at))
        }
        ValueRule::OneOf(choices) => {
            let choices: Vec<(&str, &str)> = choices.iter().map(|choice| (*choice, *choice)).collect();
            let value = reader.choice(node, at, &choices)?.value;
            Some(Text::plain(value, node.span))
        }
    }
}

fn no_csv_options_for_json(reader: &mut Reader<'_>, options: &[(Text, Text)], owner: &str) {
    if !options.iter().any(|(key, value)| key.value == "format" && value.value == "json") {
        return;
    }
    for (key, _) in options.iter().filter(|(key, _)| CSV_ONLY.contains(&key.value.as_str())) {
        let at = At { key: &key.value, owner };
        reader.problems.push(words::useless_setting(key.span, at, "only CSV has this, and `format` is `json`"));
    }
}
