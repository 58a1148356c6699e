//! Aggregation in shares: each worker is handed the changes of all and keeps its [`Share`] of every group; the shares
//! are put together when the groups' rows are given out.

use crate::operators::aggregate::{AHEAD, Found, told};
use crate::operators::{Aggregate, Aggregation, Change, Share, Told};
use crate::scope::Scope;
use crate::state::{Groups, Stored};

/// An aggregation of which each worker can keep a share; implemented by generated code.
pub trait Sharing: Aggregation {
    /// Takes a worker's share of a change of the group's input. Tells whether the row may differ now.
    fn share<'a>(&mut self, before: Option<&Self::Input<'a>>, after: Option<&Self::Input<'a>>, share: Share) -> bool;

    /// Adds another worker's share of the same group, for the row alone.
    fn absorb(&mut self, other: &Self);
}

impl<A: Sharing> Aggregate<A> {
    /// Takes a worker's share of changes; the rows of their groups are given out at the end of the epoch. Every worker
    /// is handed all changes, so that all know the same groups.
    pub fn change_shared(&mut self, changes: &[Change<A::Input<'_>>], share: Share, scope: &Scope<'_>) {
        for changes in changes.chunks(AHEAD) {
            for (change, found) in self.warm_changes(changes, share) {
                self.change_share(change, found, share, scope);
            }
        }
    }

    #[inline]
    fn change_share(&mut self, change: &Change<A::Input<'_>>, found: Found, share: Share, scope: &Scope<'_>) {
        match (&change.before, &change.after) {
            (None, None) => {}
            (Some(before), Some(after)) if before == after => self.touch(after, scope),
            (Some(before), Some(after)) if self.same_group(found, before, after) => {
                let number = self.enter_found(found.after, after, scope);
                let Some(group) = self.groups.get_mut(number) else { return };
                // A group that was forgotten knows nothing of the row before.
                let before = (group.rows > 0).then_some(before);
                group.rows = group.rows.max(1);
                if group.state.share(before, Some(after), share) {
                    self.note(number);
                }
            }
            (before, after) => {
                if let Some(before) = before
                    && let Some(number) = self.still_present(found.before, before)
                    && let Some(group) = self.groups.get_mut(number)
                {
                    group.state.share(Some(before), None, share);
                    group.rows -= 1;
                    self.touched(number);
                    self.note(number);
                }
                if let Some(after) = after {
                    let number = self.enter_found(found.after, after, scope);
                    if let Some(group) = self.groups.get_mut(number) {
                        group.state.share(None, Some(after), share);
                        group.rows = group.rows.saturating_add(1);
                    }
                    self.note(number);
                }
            }
        }
    }

    /// The next group that changed in this epoch on any worker, with its whole row; none when all were given out.
    pub fn next_changed_of<'a, J>(
        workers: &mut [&mut J],
        view: impl Fn(&mut J) -> &mut Self,
        scope: &Scope<'a>,
    ) -> Option<Told<A::Row<'a>>> {
        for at in 0..workers.len() {
            let Some(number) = view(workers[at]).pop_changed() else { continue };
            let mut key = A::Key::default();
            key.set(view(workers[at]).groups.get(number)?.key.get());
            let hash = Groups::<A::Key, A>::hash(key.get());
            let (mut whole, mut rows) = (A::default(), 0);
            for worker in workers.iter_mut() {
                let view = view(worker);
                if let Some(number) = view.groups.find(hash, key.get())
                    && let Some(group) = view.groups.get_mut(number)
                {
                    whole.absorb(&group.state);
                    rows = group.rows;
                    group.mark = 0;
                    if rows == 0 {
                        view.forget(number);
                    }
                }
            }
            let row = if rows == 0 { Ok(None) } else { whole.row(key.get(), scope) };
            let row = row.map(|row| row.map(|row| A::keep(row, scope)));
            return told(row, || Some(A::gone(key.get(), scope)));
        }
        None
    }
}
