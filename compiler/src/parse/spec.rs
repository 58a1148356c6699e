//! What `parse` hands on: the pipeline file as written, every value with its place.

use crate::source::{Span, Spanned, Text};

/// One pipeline file.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    /// `pipeline:` — its name; an identifier.
    pub pipeline: Text,
    /// `description:`.
    pub description: Option<Text>,
    /// `time_zone:` — an IANA name, or none for UTC.
    pub time_zone: Option<Text>,
    /// `tables:`, in the order of the file, the chosen profile's connectors already put in.
    pub tables: Vec<TableSpec>,
    /// `views:`, in the order of the file.
    pub views: Vec<ViewSpec>,
    /// `inserts:`, in the order of the file.
    pub inserts: Vec<InsertSpec>,
    /// The names of all `profiles:`.
    pub profiles: Vec<Text>,
}

/// One entry of `tables:`.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// The map key.
    pub name: Text,
    /// `comment:`.
    pub comment: Option<Text>,
    /// `columns:` in order.
    pub columns: Vec<ColumnSpec>,
    /// `primary_key:`; empty if none.
    pub primary_key: Vec<Text>,
    /// The key that names the connector, with its options; none if the table has no connector (an embedded job
    /// feeds or reads it through the typed API).
    pub connector: Option<ConnectorSpec>,
    /// `on_error:` — for the records of this table.
    pub on_error: Option<Spanned<OnError>>,
    /// `cache:` — how a look-up table is cached.
    pub cache: Option<CacheSpec>,
}

/// One entry of `columns:`, from `name: type` or `name: {type: …, comment: …}`.
#[derive(Debug, Clone)]
pub struct ColumnSpec {
    /// The map key.
    pub name: Text,
    /// The type as written, such as `decimal(18, 2) not null`.
    pub ty: Text,
    /// `comment:`.
    pub comment: Option<Text>,
}

/// What happens to a record that cannot be read or computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// It goes to the job's dead-letter file and is counted.
    #[default]
    DeadLetter,
    /// It is counted.
    Skip,
    /// The job stops with exit code 1.
    Fail,
}

/// A connector and its options.
#[derive(Debug, Clone)]
pub struct ConnectorSpec {
    /// The key, such as `file`.
    pub key: Text,
    /// Key and value of each option as text, in the order of the file, after `${env:NAME}` was replaced.
    /// Checked against the connector's options by `parse`; maps and lists are not allowed.
    pub options: Vec<(Text, Text)>,
    /// Which connector.
    pub kind: ConnectorKind,
}

/// The connectors of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectorKind {
    /// Files, globs, standard input and output. Options: `path` (required), `format: json | csv` (default by the
    /// file name, else json), `header: true|false` (CSV, default true), `delimiter` (CSV, default `,`),
    /// `null_text` (CSV: the text that stands for null, default empty unquoted), `follow: true|false`,
    /// `changelog: true|false` (sink: write each change with its kind in a field `op`).
    File,
    /// A SQLite database. Options: `path` (required), `table` (default: the table's name), `initial` (a JSON lines
    /// or CSV file that fills the table when it is created).
    Sqlite,
    /// A PostgreSQL database. Options: `url` (required), `table` (default: the table's name; `schema.table` may be
    /// written), `initial` (as for SQLite).
    Postgres,
    /// Standard output, a line a change. Options: `format: row | json` (default row).
    Print,
    /// Counts and drops. No options.
    Blackhole,
}

/// `cache:` of a look-up table.
#[derive(Debug, Clone)]
pub struct CacheSpec {
    /// `mode:`.
    pub mode: Spanned<CacheMode>,
    /// `rows:` — most rows kept by `lru`.
    pub rows: Option<Spanned<u64>>,
    /// `ttl:` — milliseconds after which a cached row is asked for again (`lru`) or the table is loaded again (`all`).
    pub ttl: Option<Spanned<u64>>,
    /// `missing:` — whether `lru` remembers keys that have no row; default true.
    pub missing: Option<Spanned<bool>>,
}

/// Modes of a look-up table's cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CacheMode {
    /// Every batch asks the store once for its distinct keys.
    #[default]
    None,
    /// The rows used last are kept.
    Lru,
    /// The whole table is loaded at start.
    All,
}

/// One entry of `views:`.
#[derive(Debug, Clone)]
pub struct ViewSpec {
    /// The map key.
    pub name: Text,
    /// `from:` as written, such as `update_info as t1`.
    pub from: Text,
    /// `lookup:`, in order.
    pub lookups: Vec<LookupSpec>,
    /// `where:`.
    pub filter: Option<Text>,
    /// `group_by:` — list or map; an empty list is one group.
    pub group_by: Option<Vec<Named>>,
    /// `having:`.
    pub having: Option<Text>,
    /// `select:` — list or map.
    pub select: Option<Vec<Named>>,
    /// `state:`.
    pub state: Option<StateSpec>,
}

/// One entry of `lookup:`.
#[derive(Debug, Clone)]
pub struct LookupSpec {
    /// The map key as written, such as `raw_info as t2`.
    pub table: Text,
    /// `on:`.
    pub on: Text,
    /// `kind:`; inner by default.
    pub kind: Spanned<LookupKind>,
}

/// Kinds of look-up joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LookupKind {
    /// Events without a row are dropped.
    #[default]
    Inner,
    /// Events without a row go on with nulls.
    Left,
}

/// An expression, with the name it was given: a map entry, or a list item (`id`, or `id as user`, without a name
/// here: `resolve` takes it from the expression).
#[derive(Debug, Clone)]
pub struct Named {
    /// The map key.
    pub name: Option<Text>,
    /// The SQL.
    pub expr: Text,
}

/// `state:` of a view: `unbounded`, or `{ttl: 36h}`.
#[derive(Debug, Clone)]
pub struct StateSpec {
    /// `ttl:` in milliseconds; none means `unbounded`.
    pub ttl: Option<u64>,
    /// Where it stands.
    pub span: Span,
}

/// One entry of `inserts:`.
#[derive(Debug, Clone)]
pub struct InsertSpec {
    /// `into:`.
    pub into: Text,
    /// `from:` — a table or view, `as` allowed.
    pub from: Text,
    /// `where:`.
    pub filter: Option<Text>,
    /// `select:` — list or map; without it the columns of `from` by name.
    pub select: Option<Vec<Named>>,
    /// `on_conflict:`.
    pub on_conflict: Option<Spanned<OnConflict>>,
    /// The whole entry.
    pub span: Span,
}

/// What happens when two rows of a query have the same primary key in the sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// The row that changed last stands.
    KeepLatest,
    /// The row that came first stands.
    KeepFirst,
    /// The job stops.
    Fail,
}
