//! Aggregates over an input whose rows change.

use crate::operators::Share;
use crate::operators::aggregate::{AHEAD, Aggregate, Change, Changes, Found, Retraction};
use crate::scope::Scope;
use crate::values::Fault;

impl<A: Retraction> Aggregate<A> {
    /// Takes in the changes of a batch; the rows of their groups are given out at the end of the epoch.
    pub fn change_all(&mut self, changes: &[Change<A::Input<'_>>], scope: &Scope<'_>) {
        // What the accumulators will look up is read first, so that its cache misses overlap.
        for changes in changes.chunks(AHEAD) {
            for (change, found) in self.warm_changes(changes, Share::ALL) {
                self.change_found(change, found, scope);
            }
        }
    }

    /// Takes in a change of the input; the rows of its groups are given out at the end of the epoch.
    #[inline]
    pub fn change(&mut self, change: &Change<A::Input<'_>>, scope: &Scope<'_>) {
        self.change_found(change, Found::default(), scope);
    }

    #[inline]
    fn change_found(&mut self, change: &Change<A::Input<'_>>, found: Found, scope: &Scope<'_>) {
        match (change.before, change.after) {
            (None, None) => {}
            (Some(before), Some(after)) if before == after => self.touch(&after, scope),
            (Some(before), Some(after)) if self.same_group(found, &before, &after) => {
                let number = self.enter_found(found.after, &after, scope);
                if self.replace(number, &before, &after) {
                    self.note(number);
                }
            }
            (before, after) => {
                if let Some(before) = before
                    && let Some(number) = self.still_present(found.before, &before)
                {
                    self.put_out(number, &before);
                    self.note(number);
                }
                if let Some(after) = after {
                    let number = self.enter_found(found.after, &after, scope);
                    self.put_in(number, &after);
                    self.note(number);
                }
            }
        }
    }

    /// Takes in a change of the input, and tells what that changes.
    #[inline]
    pub fn change_now<'a>(
        &mut self,
        change: &Change<A::Input<'_>>,
        scope: &Scope<'a>,
    ) -> (Changes<A::Row<'a>>, Result<(), Fault>) {
        match (change.before, change.after) {
            (None, None) => (Changes::NONE, Ok(())),
            (Some(before), Some(after)) if before == after => {
                self.touch(&after, scope);
                (Changes::NONE, Ok(()))
            }
            (Some(before), Some(after)) if self.same_group(Found::default(), &before, &after) => {
                let number = self.enter(&after, scope);
                let row = self.row(number, scope).ok().flatten();
                if self.replace(number, &before, &after) {
                    self.compare(number, row, scope)
                } else {
                    (Changes::NONE, Ok(()))
                }
            }
            (before, after) => self.move_now(before, after, scope),
        }
    }

    fn move_now<'a>(
        &mut self,
        before: Option<A::Input<'_>>,
        after: Option<A::Input<'_>>,
        scope: &Scope<'a>,
    ) -> (Changes<A::Row<'a>>, Result<(), Fault>) {
        let mut changes = Changes::NONE;
        let mut told = Ok(());
        if let Some(before) = before
            && let Some(number) = self.present(&before)
        {
            let row = self.row(number, scope).ok().flatten();
            self.put_out(number, &before);
            let (left, fault) = self.compare(number, row, scope);
            changes.left = left.entered;
            told = fault;
            if self.groups.get(number).is_some_and(|group| group.rows == 0) {
                self.forget(number);
            }
        }
        if let Some(after) = after {
            let number = self.enter(&after, scope);
            let row = self.row(number, scope).ok().flatten();
            self.put_in(number, &after);
            let (entered, fault) = self.compare(number, row, scope);
            changes.entered = entered.entered;
            told = told.and(fault);
        }
        (changes, told)
    }

    fn replace<'i>(&mut self, number: u32, before: &A::Input<'i>, after: &A::Input<'i>) -> bool {
        self.groups.get_mut(number).is_some_and(|group| {
            if group.rows == 0 {
                group.rows = 1;
                group.state.add(after);
                return true;
            }
            group.state.replace(before, after)
        })
    }

    fn put_out(&mut self, number: u32, input: &A::Input<'_>) {
        self.touched(number);
        if let Some(group) = self.groups.get_mut(number) {
            group.state.retract(input);
            group.rows = group.rows.saturating_sub(1);
        }
    }

    fn put_in(&mut self, number: u32, input: &A::Input<'_>) {
        if let Some(group) = self.groups.get_mut(number) {
            group.state.add(input);
            group.rows = group.rows.saturating_add(1);
        }
    }
}
