//! Reading ahead: what the rows of a batch will need in state is asked for before it is needed, in stages, so that the
//! cache misses of all rows overlap.

use crate::operators::Share;

/// What is asked for: by the share of a worker, since nobody reads what another one keeps.
#[derive(Debug, Clone, Copy)]
pub struct Ahead {
    /// How far the look-ups are.
    pub stage: Stage,
    /// Which values the worker keeps.
    pub share: Share,
}

/// The stages of a look-up. The memory of one is known when that of the one before it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Where a hash stands in the index.
    Index,
    /// The place to which the index points.
    Place,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Self; 2] = [Self::Index, Self::Place];
}
