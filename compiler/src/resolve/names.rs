//! The names of tables and views, and what they are used for.

use std::collections::HashMap;

use super::model::Resolved;
use super::places;
use crate::expression::Ident;
use crate::parse::spec::{ConnectorKind, Spec, TableSpec};
use crate::problems::{Problems, resolve as words};
use crate::source::{Span, Text};
use crate::types::model::{Input, TableId, ViewId};

/// Tables and views by name.
pub struct Names<'a> {
    /// Only asked, never walked.
    map: HashMap<&'a str, (Input, Span)>,
    /// The first name of those that Rust could not tell apart. Only asked, never walked.
    alike: HashMap<String, &'a Text>,
    /// In the order of the file.
    all: Vec<(&'a str, Input)>,
}

impl<'a> Names<'a> {
    /// Collects the names and checks that each is an identifier of its own.
    pub fn collect(spec: &'a Spec, problems: &mut Problems) -> Self {
        let mut names = Self { map: HashMap::new(), alike: HashMap::new(), all: Vec::new() };
        check_identifier("pipeline", &spec.pipeline.value, spec.pipeline.span, problems);
        for (table, index) in spec.tables.iter().zip(0..) {
            check_identifier("table", &table.name.value, table.name.span, problems);
            for column in &table.columns {
                check_identifier("column", &column.name.value, column.name.span, problems);
            }
            names.add(&table.name, Input::Table(TableId(index)), problems);
        }
        for (view, index) in spec.views.iter().zip(0..) {
            check_identifier("view", &view.name.value, view.name.span, problems);
            names.add(&view.name, Input::View(ViewId(index)), problems);
        }
        names
    }

    fn add(&mut self, name: &'a Text, input: Input, problems: &mut Problems) {
        if let Some((first, span)) = self.map.get(name.value.as_str()) {
            problems.push(words::duplicate_name(name, *first, *span));
            return;
        }
        let plain = name.value.replace('_', "").to_lowercase();
        if let Some(other) = self.alike.get(&plain) {
            problems.push(words::similar_name(name, other));
        }
        self.alike.entry(plain).or_insert(name);
        self.map.insert(&name.value, (input, name.span));
        self.all.push((&name.value, input));
    }

    /// What a name means; an unknown one is reported.
    pub fn input(&self, name: &Ident, problems: &mut Problems) -> Option<Input> {
        let found = self.map.get(name.name.as_str()).map(|(input, _)| *input);
        if found.is_none() {
            problems.push(words::unknown_input(name, &self.all));
        }
        found
    }
}

/// Reports a name that Rust cannot take.
pub fn check_identifier(what: &str, name: &str, span: Span, problems: &mut Problems) {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let goes_on = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let means = name.chars().any(|c| c != '_');
    if !(begins && goes_on && means) {
        problems.push(words::bad_identifier(what, name, span));
    }
}

/// How a table or view is used.
#[derive(Debug, Default, Clone, Copy)]
pub struct Use {
    /// Where it is read.
    pub read: Option<Span>,
    /// Whether it is looked up.
    pub looked_up: bool,
    /// Where it is written.
    pub written: Option<Span>,
}

impl Use {
    /// Whether anything is done with it.
    pub fn is_used(self) -> bool {
        self.read.is_some() || self.written.is_some() || self.looked_up
    }
}

/// Reports settings that are for another use of a table.
fn check_settings(table: &TableSpec, usage: Use, problems: &mut Problems) {
    let (read, written) = (usage.read.is_some(), usage.written.is_some());
    let options = table.connector.iter().flat_map(|connector| &connector.options);
    for (name, _) in options.filter(|(_, value)| value.value == "true") {
        match name.value.as_str() {
            "follow" if !read => problems.push(words::idle_setting("follow", &table.name, "read", name.span)),
            "changelog" if !written => {
                problems.push(words::idle_setting("changelog", &table.name, "written", name.span));
            }
            _ => {}
        }
    }
    if let Some(cache) = table.cache.as_ref().filter(|_| !usage.looked_up) {
        problems.push(words::idle_setting("cache", &table.name, "looked up", cache.mode.span));
    }
}

/// Reports tables and views that are not used, and tables that are used in ways that do not go together.
pub fn check_use(spec: &Spec, resolved: &Resolved, problems: &mut Problems) {
    let mut tables = vec![Use::default(); spec.tables.len()];
    let mut views = vec![false; spec.views.len()];
    let mut read = |input: Option<Input>, span: Span| match input {
        Some(Input::Table(TableId(table))) => tables[table as usize].read = Some(span),
        Some(Input::View(ViewId(view))) => views[view as usize] = true,
        None => {}
    };
    for view in &resolved.views {
        read(view.input, view.from_span);
    }
    for (insert, written) in resolved.inserts.iter().zip(&spec.inserts) {
        read(insert.input, written.from.span);
    }
    for insert in &resolved.inserts {
        if let Some(TableId(table)) = insert.into {
            tables[table as usize].written = Some(insert.into_span);
        }
    }
    for lookup in resolved.views.iter().flat_map(|view| &view.lookups) {
        if let Some(TableId(table)) = lookup.table {
            tables[table as usize].looked_up = true;
        }
    }
    // What a wrong name meant to use is not known.
    let all_known = !problems.has_errors();
    for (table, usage) in spec.tables.iter().zip(&tables) {
        if let (Some(read), Some(written)) = (usage.read, usage.written) {
            problems.push(words::read_and_written(&table.name, read, written));
        }
        let connector = table.connector.as_ref().map(|connector| connector.kind);
        if let (Some(read), Some(connector)) = (usage.read, connector) {
            match connector {
                ConnectorKind::File => {}
                ConnectorKind::Sqlite | ConnectorKind::Postgres | ConnectorKind::Print | ConnectorKind::Blackhole => {
                    problems.push(words::not_readable(table, connector, read));
                }
            }
        }
        if all_known && !usage.is_used() {
            problems.push(words::unused("table", &table.name));
        } else if all_known {
            check_settings(table, *usage, problems);
        }
    }
    places::check(&spec.tables, &tables, problems);
    for (view, used) in spec.views.iter().zip(&views) {
        if all_known && !used {
            problems.push(words::unused("view", &view.name));
        }
    }
}
