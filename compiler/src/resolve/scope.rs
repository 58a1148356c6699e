//! Which names an expression may use, and what they mean.

use std::collections::HashMap;

use super::aggregates::aggregate;
use crate::expression::{Ident, Node, NodeKind};
use crate::problems::{Problems, resolve as words};
use crate::source::Span;
use crate::types::model::{ColumnId, ColumnRef};

/// The names of a view or an insert.
#[derive(Debug, Default)]
pub struct Scope {
    inputs: Vec<ScopeInput>,
    keys: Vec<String>,
    /// What `select` names; it cannot be used before, but a message can say so.
    later: Vec<String>,
}

/// One input.
#[derive(Debug)]
pub struct ScopeInput {
    /// What qualifies its columns: the alias, else the table's name.
    pub qualifier: String,
    /// The table's or view's own name.
    pub name: String,
    /// Where it is named.
    pub span: Span,
    /// Its columns; the map is only asked, never walked.
    columns: Vec<String>,
    positions: HashMap<String, u32>,
    /// Whether it may have columns that are not known.
    open: bool,
}

impl ScopeInput {
    /// An input with its columns.
    pub fn new(qualifier: String, name: String, span: Span, columns: Vec<String>, open: bool) -> Self {
        let positions = columns.iter().zip(0..).map(|(column, position)| (column.clone(), position)).collect();
        Self { qualifier, name, span, columns, positions, open }
    }

    /// Its columns' names.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

impl Scope {
    /// Adds an input; its columns are visible from now on.
    pub fn add(&mut self, input: ScopeInput, problems: &mut Problems) {
        if let Some(first) = self.inputs.iter().find(|other| other.qualifier == input.qualifier) {
            problems.push(words::duplicate_alias(&input.qualifier, input.span, first.span));
        }
        self.inputs.push(input);
    }

    /// All inputs.
    pub fn inputs(&self) -> &[ScopeInput] {
        &self.inputs
    }

    /// Whether there may be columns that are not known.
    pub fn is_open(&self) -> bool {
        self.inputs.iter().any(|input| input.open)
    }

    /// Makes the names of group keys known: from now on they mean the key outside aggregates.
    pub fn set_keys(&mut self, keys: Vec<String>) {
        self.keys = keys;
    }

    /// Names that only `select` gives.
    pub fn set_later(&mut self, later: Vec<String>) {
        self.later = later;
    }

    /// Replaces every name of an expression by what it means.
    pub fn bind(&self, node: &mut Node, problems: &mut Problems) {
        self.bind_within(node, false, problems);
    }

    fn bind_within(&self, node: &mut Node, aggregated: bool, problems: &mut Problems) {
        let aggregated = aggregated || matches!(&node.kind, NodeKind::Call(call) if aggregate(call).is_some());
        if let NodeKind::Name { qualifier, name } = &node.kind {
            node.kind = match qualifier {
                Some(qualifier) => self.qualified(qualifier, name, problems),
                None => self.unqualified(name, aggregated, problems),
            };
            return;
        }
        node.kind.each_child_mut(&mut |child| self.bind_within(child, aggregated, problems));
    }

    fn qualified(&self, qualifier: &Ident, name: &Ident, problems: &mut Problems) -> NodeKind {
        let Some((index, input)) = self
            .inputs
            .iter()
            .zip(0..)
            .find_map(|(input, index)| (input.qualifier == qualifier.name).then_some((index, input)))
        else {
            // An input whose name could not be read has none.
            if self.inputs.iter().all(|input| !input.qualifier.is_empty()) {
                problems.push(words::unknown_qualifier(qualifier, name, &self.inputs));
            }
            return NodeKind::Broken;
        };
        match input.positions.get(&name.name) {
            Some(column) => NodeKind::Column(ColumnRef { input: index, column: ColumnId(*column) }),
            None if input.open => NodeKind::Broken,
            None => {
                problems.push(words::unknown_column_of(name, input));
                NodeKind::Broken
            }
        }
    }

    fn unqualified(&self, name: &Ident, aggregated: bool, problems: &mut Problems) -> NodeKind {
        let key = || self.keys.iter().zip(0..).find(|(key, _)| **key == name.name).map(|(_, index)| index);
        if !aggregated && let Some(key) = key() {
            return NodeKind::Key(key);
        }
        let found: Vec<(u32, u32)> = self
            .inputs
            .iter()
            .zip(0..)
            .filter_map(|(input, index)| input.positions.get(&name.name).map(|column| (index, *column)))
            .collect();
        match found.as_slice() {
            [(input, column)] => NodeKind::Column(ColumnRef { input: *input, column: ColumnId(*column) }),
            [] => {
                if let Some(key) = key() {
                    return NodeKind::Key(key);
                }
                if !self.is_open() {
                    let later = self.later.contains(&name.name);
                    problems.push(words::unknown_column(name, &self.inputs, &self.keys, later));
                }
                NodeKind::Broken
            }
            several => {
                let owners = several.iter().filter_map(|(input, _)| self.inputs.get(*input as usize));
                problems.push(words::ambiguous_column(name, &owners.collect::<Vec<_>>()));
                NodeKind::Broken
            }
        }
    }
}
