//! What `resolve` hands to `types`: ids instead of names, expressions not yet typed.

use crate::expression::Node;
use crate::parse::spec::{ColumnSpec, LookupKind, OnConflict, OnError};
use crate::source::{Span, Text};
use crate::types::model::{Cache, ColumnId, Connector, Input, State, TableId, ViewId};

/// A pipeline whose names are resolved as far as they are right; what is wrong was reported.
#[derive(Debug)]
pub struct Resolved {
    /// The pipeline's name.
    pub name: Text,
    /// Its description.
    pub description: Option<String>,
    /// `time_zone:` as written.
    pub time_zone: Option<Text>,
    /// In the order of the file.
    pub tables: Vec<Table>,
    /// In the order of the file.
    pub views: Vec<View>,
    /// The views that are no part of a cycle, each after what it reads.
    pub order: Vec<ViewId>,
    /// In the order of the file.
    pub inserts: Vec<Insert>,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: Text,
    /// Its comment.
    pub comment: Option<String>,
    /// Its columns, types as written.
    pub columns: Vec<ColumnSpec>,
    /// Its primary key; empty if none.
    pub primary_key: Vec<ColumnId>,
    /// Where the columns of `primary_key` stand; the table's name if it has none.
    pub primary_key_span: Span,
    /// The connector and its options.
    pub connector: Option<Connector>,
    /// What happens to bad records.
    pub on_error: OnError,
    /// How look-ups are cached.
    pub cache: Cache,
}

/// A view.
#[derive(Debug)]
pub struct View {
    /// Its name.
    pub name: Text,
    /// What it reads; none if that was reported.
    pub input: Option<Input>,
    /// Where `from:` stands.
    pub from_span: Span,
    /// What qualifies the columns of `from`.
    pub from_name: String,
    /// What it looks up.
    pub lookups: Vec<Lookup>,
    /// `where`
    pub filter: Option<Node>,
    /// `group_by`
    pub keys: Option<Vec<Named>>,
    /// `having`
    pub having: Option<Node>,
    /// Where `having:` stands.
    pub having_span: Span,
    /// The columns of the result: `select`; the keys that it does not name before it; without it all keys, or all
    /// columns of the inputs.
    pub select: Vec<Named>,
    /// Whether the columns are not all known, since something was reported: unknown names are then no problem.
    pub open: bool,
    /// What `state:` says.
    pub state: State,
}

/// A look-up.
#[derive(Debug)]
pub struct Lookup {
    /// The table; none if that was reported.
    pub table: Option<TableId>,
    /// Its name or alias in the view, for messages.
    pub name: String,
    /// Inner or left.
    pub kind: LookupKind,
    /// `on`
    pub on: Node,
    /// Where the table stands.
    pub span: Span,
}

/// A named expression.
#[derive(Debug, Clone)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// The expression.
    pub expr: Node,
}

/// An insert.
#[derive(Debug)]
pub struct Insert {
    /// The sink; none if that was reported.
    pub into: Option<TableId>,
    /// Where `into:` stands.
    pub into_span: Span,
    /// What it reads; none if that was reported.
    pub input: Option<Input>,
    /// What qualifies the columns of `from`.
    pub from_name: String,
    /// `where`
    pub filter: Option<Node>,
    /// What the sink's columns get.
    pub values: Vec<(ColumnId, Node)>,
    /// Whether `values` is not all that was meant, since something was reported.
    pub open: bool,
    /// `on_conflict`
    pub on_conflict: Option<OnConflict>,
    /// The whole entry.
    pub span: Span,
}
