//! Changes of a view that its reader is told of later: once for all that an epoch did to a group.

use crate::epochs::{Bytes, Lasting, LoadResult, SaveResult};
use crate::operators::aggregate::{Aggregate, Aggregation, Change, KeyRef};
use crate::operators::lasting::save_group_changes;
use crate::scope::Scope;
use crate::state::Stored as _;
use crate::values::Fault;

/// Groups whose changes are told at once.
const HANDFUL: usize = 4096;

/// What the groups that changed were like before, in the order of the list of those that changed.
#[derive(Debug, Default)]
pub(super) struct Earlier<A> {
    /// The results of the accumulators, group after group.
    results: Vec<u8>,
    /// Where those of each group begin; a group without a row has none.
    begins: Vec<usize>,
    /// A group as it was.
    group: A,
}

impl<A: Aggregation + Lasting> Earlier<A> {
    /// Keeps what a group is like.
    fn keep(&mut self, group: Option<&mut A>) {
        self.begins.push(self.results.len());
        if let Some(group) = group {
            // Saving does not fail.
            let _ = group.parts(&mut SaveResult(&mut self.results));
        }
    }

    /// The group at a position as it was; none if it had no row.
    fn get(&mut self, position: usize) -> Option<&A> {
        let begin = *self.begins.get(position)?;
        let end = self.begins.get(position + 1).copied().unwrap_or(self.results.len());
        let results = self.results.get(begin..end).filter(|results| !results.is_empty())?;
        self.group.parts(&mut LoadResult(&mut Bytes::new(results))).ok()?;
        Some(&self.group)
    }

    fn clear(&mut self) {
        self.results.clear();
        self.begins.clear();
    }
}

impl<A: Aggregation + Lasting> Aggregate<A> {
    /// Takes in a row of an input that only grows; [`Self::pass_on`] tells what that changes. `check` is shown the row
    /// of the group as it is now: what cannot be made of it is this event's fault.
    #[inline]
    pub fn append_later(
        &mut self,
        input: &A::Input<'_>,
        scope: &Scope<'_>,
        check: impl FnOnce(&A::Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        // What changed is noted for the log when it is passed on.
        let number = self.enter_unlogged(input, scope);
        self.keep_earlier(number);
        if !self.take(input, number)? {
            return Ok(());
        }
        let Some(group) = self.groups.get(number) else { return Ok(()) };
        group.state.row(group.key.get(), scope)?.map_or(Ok(()), |row| check(&row))
    }

    /// Puts a group on the list of those that changed, with what it was like.
    #[inline]
    pub(in crate::operators) fn keep_earlier(&mut self, number: u32) {
        let Some(group) = self.groups.get_mut(number).filter(|group| group.mark == 0) else { return };
        self.earlier.keep((group.rows > 0).then_some(&mut group.state));
        self.note(number);
    }

    /// How many bytes of memory hold what changes wait for [`Self::pass_on`].
    pub fn waiting(&self) -> usize {
        self.earlier.results.len() + (self.earlier.begins.len() - self.drained) * size_of::<usize>()
    }

    /// The changes of some of the groups that wait, as `f` makes them for the view's reader. What `f` fails on was told
    /// when it came.
    pub fn pass_on<'a, S>(
        &mut self,
        scope: &Scope<'a>,
        mut f: impl FnMut(A::Row<'a>) -> Result<Option<S>, Fault>,
    ) -> &'a [Change<S>] {
        let room = HANDFUL.min(self.earlier.begins.len() - self.drained);
        let mut changes = bumpalo::collections::Vec::with_capacity_in(room, scope.memory);
        while changes.len() < room
            && let Some(number) = self.pop_changed()
        {
            let position = self.drained - 1;
            let Some(group) = self.groups.get(number) else { continue };
            let before = self.earlier.get(position).and_then(|before| row(before, group.key.get(), scope));
            let after = if group.rows > 0 { row(&group.state, group.key.get(), scope) } else { None };
            if before != after {
                let (change, _) = Change { before, after }.map(&mut f);
                changes.push(change);
            }
            // Its memory is at hand.
            if let Some(log) = &mut self.log
                && let Some(group) = self.groups.present_mut(number)
                && let Some(saved) = log.save_or_note(number)
            {
                save_group_changes(group, saved);
            }
        }
        if self.drained == 0 || self.drained >= self.changed.len() {
            self.changed.clear();
            self.drained = 0;
            self.earlier.clear();
        }
        changes.into_bump_slice()
    }
}

/// The row of a group, with its text in the memory of the scope.
fn row<'s, 'a: 's, A: Aggregation>(group: &'s A, key: KeyRef<'s, A>, scope: &Scope<'a>) -> Option<A::Row<'a>> {
    group.row(key, scope).ok().flatten().map(|row| A::keep(row, scope))
}
