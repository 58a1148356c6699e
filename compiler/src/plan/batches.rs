//! Which views a batch goes through whole, one after the other, so that the look-ups of each in its state overlap.

use crate::plan::{Emission, Mode, Plan, Reader};
use crate::types::model::{Input, TableId, ViewId};

impl Plan<'_> {
    /// The one view that groups and alone reads a table: its inputs are computed first.
    pub fn warmed(&self, table: TableId) -> Option<ViewId> {
        let [Reader::View(view)] = self.table(table).1.readers.as_slice() else { return None };
        let (typed, planned) = self.view(*view);
        (typed.group.is_some() && typed.lookups.is_empty() && !planned.is_unused()).then_some(*view)
    }

    /// The one view that aggregates what a warmed view gives and keeps its rows for the end of the epoch.
    pub fn paired(&self, first: ViewId) -> Option<ViewId> {
        let (view, planned) = self.view(first);
        match view.input {
            Input::Table(table) if self.warmed(table) == Some(first) => {}
            Input::Table(_) | Input::View(_) => return None,
        }
        let [Reader::View(next)] = planned.readers.as_slice() else { return None };
        let (view, follows) = self.view(*next);
        let waits = matches!(follows.emission, Emission::EpochEnd { .. });
        (view.group.is_some() && waits && view.lookups.is_empty() && planned.output.mode != Mode::Append)
            .then_some(*next)
    }

    /// The view that a first one's changes wait for: it does not care about their order, and gives out its rows at the
    /// end of the epoch.
    pub fn later(&self, first: ViewId) -> Option<ViewId> {
        self.paired(first).filter(|next| self.view(*next).1.emission == Emission::EpochEnd { ordered: false })
    }

    /// The view whose changes wait for this one, if there is one.
    pub fn follows(&self, second: ViewId) -> Option<ViewId> {
        match self.view(second).0.input {
            Input::View(first) if self.later(first) == Some(second) => Some(first),
            Input::View(_) | Input::Table(_) => None,
        }
    }

    /// Whether the method of the source table does the work of a view.
    pub fn is_paired(&self, id: ViewId) -> bool {
        match self.view(id).0.input {
            Input::View(before) => self.paired(before) == Some(id),
            Input::Table(_) => self.paired(id).is_some(),
        }
    }

    /// The view behind the one that a table's batches go through first.
    pub fn second(&self, table: TableId) -> Option<ViewId> {
        self.paired(self.warmed(table)?)
    }
}
