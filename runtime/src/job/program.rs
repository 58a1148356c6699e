//! A pipeline as the engine sees it.

use crate::job::crew::Hands;
use crate::job::workers::Workers;
use crate::job::{JobInfo, Parallel, TableUse};
use crate::scope::Clock;
use crate::tables::Tables;

/// What the engine knows of a pipeline; it is the same engine for all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program {
    /// What it says about itself.
    pub info: &'static JobInfo,
    /// Its tables, in the order of the file.
    pub tables: &'static [TableUse],
    /// Whether the rows of some source are spread over all workers.
    pub spreads: bool,
    /// A worker for each of these tables, with nothing in it.
    pub hire: fn(Vec<Tables>, &Clock) -> Box<dyn Hands>,
}

impl Program {
    /// The pipeline that generated code implements.
    pub const fn of<J: Parallel>() -> Self {
        Self { info: &J::INFO, tables: J::TABLES, spreads: J::SPREADS, hire: Workers::<J>::hire }
    }
}
