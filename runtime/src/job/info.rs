//! What a job says about itself: constants in generated code, read by its command line and its terminal output.

use crate::epochs::PieceKind;

/// A compiled pipeline.
#[derive(Debug, Clone, Copy)]
pub struct JobInfo {
    /// The pipeline's name.
    pub name: &'static str,
    /// Its `description:`, or an empty text.
    pub description: &'static str,
    /// The pipeline file as it was named when it was compiled.
    pub file: &'static str,
    /// Its `time_zone:`, an IANA name.
    pub time_zone: &'static str,
    /// The tables that have a connector.
    pub tables: &'static [TableSettings],
    /// What it keeps and writes, by which a change of the pipeline is noticed.
    pub plan: &'static [Planned],
}

/// A piece of the pipeline with its fingerprint: the same SQL over the same types has the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    pub(crate) kind: PieceKind,
    pub(crate) name: &'static str,
    pub(crate) fingerprint: u64,
}

impl Planned {
    /// The state of a view.
    pub const fn view(name: &'static str, fingerprint: u64) -> Self {
        Self { kind: PieceKind::View, name, fingerprint }
    }

    /// The rows of a table that contend for keys.
    pub const fn contenders(name: &'static str, fingerprint: u64) -> Self {
        Self { kind: PieceKind::Contenders, name, fingerprint }
    }

    /// That the state of a view follows from that of the view that it reads.
    pub const fn follows(name: &'static str, fingerprint: u64) -> Self {
        Self { kind: PieceKind::Follows, name, fingerprint }
    }

    /// How the rows of a source are spread over the workers.
    pub const fn spread(name: &'static str, fingerprint: u64) -> Self {
        Self { kind: PieceKind::Spread, name, fingerprint }
    }

    /// That every worker keeps a share of each group of a view.
    pub const fn shared(name: &'static str, fingerprint: u64) -> Self {
        Self { kind: PieceKind::Shared, name, fingerprint }
    }

    /// What is inserted into a table.
    pub const fn inserts(name: &'static str, fingerprint: u64) -> Self {
        Self { kind: PieceKind::Inserts, name, fingerprint }
    }
}

/// The settings of a table's connector, which `--set` can change at start.
#[derive(Debug, Clone, Copy)]
pub struct TableSettings {
    /// The table's name.
    pub table: &'static str,
    /// The connector's key, such as `file`.
    pub connector: &'static str,
    /// What the pipeline does with the table, for `--help`: `source`, `sink`, `look-up`, or several of them.
    pub role: &'static str,
    /// Every option the connector knows, in the order of its documentation.
    pub settings: &'static [Setting],
}

/// One option of a connector.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name, such as `path`.
    pub name: &'static str,
    /// What the pipeline file says; none if it says nothing.
    pub value: Option<&'static str>,
    /// Whether the value is a path, which is relative to the folder of the pipeline file (`-` stays as it is).
    pub path: bool,
}

impl Setting {
    /// An option with its value in the pipeline file.
    pub const fn option(name: &'static str, value: Option<&'static str>) -> Self {
        Self { name, value, path: false }
    }

    /// An option that is a path.
    pub const fn path(name: &'static str, value: Option<&'static str>) -> Self {
        Self { name, value, path: true }
    }
}
