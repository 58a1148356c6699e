//! The aggregation operator: groups with their accumulators, and what changed.

mod changing;
mod later;
mod sweeping;
#[cfg(test)]
mod tests;

use crate::epochs::LoggedPlaces;
use crate::operators::Share;
use crate::scope::Scope;
use crate::state::{Groups, Stored};
use crate::values::Fault;

/// A change of one row of a view: a new row has no `before`, a row that is gone has no `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<R> {
    /// The row as it was.
    pub before: Option<R>,
    /// The row as it is.
    pub after: Option<R>,
}

impl<R> Change<R> {
    /// A new row.
    pub fn insert(row: R) -> Self {
        Self { before: None, after: Some(row) }
    }

    /// The change that `f` makes of both rows. A row that `f` fails on is none; that of `before` was told when it came.
    pub fn map<S>(self, mut f: impl FnMut(R) -> Result<Option<S>, Fault>) -> (Change<S>, Result<(), Fault>) {
        let before = self.before.and_then(|row| f(row).ok().flatten());
        match self.after.map(f).transpose() {
            Ok(after) => (Change { before, after: after.flatten() }, Ok(())),
            Err(fault) => (Change { before, after: None }, Err(fault)),
        }
    }
}

/// What one event changed in a view: at most the group that it left and the group that it came to.
#[derive(Debug, Clone, Copy)]
pub struct Changes<R> {
    left: Option<Change<R>>,
    entered: Option<Change<R>>,
}

impl<R> Changes<R> {
    const NONE: Self = Self { left: None, entered: None };

    fn one(change: Option<Change<R>>) -> Self {
        Self { left: None, entered: change }
    }
}

impl<R> Changes<R> {
    /// Hands each change on, whatever becomes of the others; the first fault is told, `told` before all.
    pub fn feed(
        self,
        told: Result<(), Fault>,
        mut reader: impl FnMut(Change<R>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let left = self.left.map_or(Ok(()), &mut reader);
        let entered = self.entered.map_or(Ok(()), &mut reader);
        told.and(left).and(entered)
    }
}

/// Reference to a key of an aggregation.
pub type KeyRef<'a, A> = <<A as Aggregation>::Key as Stored>::Ref<'a>;

/// What a view aggregates: the accumulators of a group; implemented by generated code.
pub trait Aggregation: Default + 'static {
    /// The group key.
    type Key: Stored + 'static;
    /// What one row brings: its key and the arguments of the aggregate functions. Equal are inputs that are the same in
    /// each part ([`Same`](crate::values::Same)).
    type Input<'a>: Copy + PartialEq;
    /// The row of the view that a group makes. Equal are rows that are the same in each column.
    type Row<'a>: Copy + PartialEq;

    /// The key of an input.
    fn key<'a>(input: &Self::Input<'a>) -> KeyRef<'a, Self>;

    /// Whether the totals can take the input and stay within their types; asked where rows are only added, so that
    /// the row that would be too much is the row error, and its group stays as it was.
    fn admits(&self, input: &Self::Input<'_>) -> Result<(), Fault> {
        let _ = input;
        Ok(())
    }

    /// Asks for the memory that a worker will need of the input, so that the cache misses of a batch overlap.
    fn warm(&self, input: &Self::Input<'_>, share: Share) {
        let _ = (input, share);
    }

    /// Takes an input in. Tells whether the row may differ now.
    fn add(&mut self, input: &Self::Input<'_>) -> bool;

    /// The row of a group, if `having` lets it pass.
    fn row<'s>(&'s self, key: KeyRef<'s, Self>, scope: &Scope<'s>) -> Result<Option<Self::Row<'s>>, Fault>;

    /// The same row with its text in the batch's memory.
    fn keep<'a>(row: Self::Row<'_>, scope: &Scope<'a>) -> Self::Row<'a>;

    /// A row of which only the group key's columns are right, for a group that is gone.
    fn gone<'a>(key: KeyRef<'_, Self>, scope: &Scope<'a>) -> Self::Row<'a>;
}

/// An aggregation over rows that can change.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take rows back that it was given",
    label = "the rows here can change, and an aggregate of this view needs rows that never do",
    note = "`first_value` and `last_value` aggregate rows that never change; `append` and `append_now` take those"
)]
pub trait Retraction: Aggregation {
    /// Takes an input out that was put in. Tells whether the row may differ now.
    fn retract(&mut self, input: &Self::Input<'_>) -> bool;

    /// Puts `after` in the place of `before`; what does not differ is not touched.
    fn replace<'a>(&mut self, before: &Self::Input<'a>, after: &Self::Input<'a>) -> bool;
}

/// The groups of a change that were there when its memory was asked for. Changes before it can empty a group or make
/// one, but no group goes before the epoch ends.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    pub before: Option<u32>,
    pub after: Option<u32>,
}

/// How far ahead of the group that is given out the next ones are asked for.
const SOON: usize = 12;

/// Changes whose memory is asked for at once.
pub(super) const AHEAD: usize = 32;

/// The groups of a view.
#[derive(Debug)]
pub struct Aggregate<A: Aggregation> {
    pub(super) groups: Groups<A::Key, A>,
    /// Seconds after which a group that nobody touched is forgotten.
    ttl: Option<u32>,
    /// Groups that changed in this epoch, in the order of their last change if `ordered`, else of their first.
    changed: Vec<u32>,
    ordered: bool,
    drained: usize,
    sweeping: sweeping::Sweeping,
    /// What the groups that changed were like, where the view's reader is told later.
    earlier: later::Earlier<A>,
    /// The groups that the epoch log was not told of yet; none where there is no log.
    pub(super) log: Option<Box<LoggedPlaces>>,
}

/// A group that changed in an epoch.
#[derive(Debug, Clone, Copy)]
pub enum Changed<R> {
    /// Its row now.
    Row(R),
    /// It has none any more; only the columns of the group key are right.
    Gone(R),
}

/// A group that changed, and why it has no row where its row cannot be computed.
pub type Told<R> = (Changed<R>, Result<(), Fault>);

/// What is told of a group that changed: a group whose row cannot be computed has none any more.
pub(super) fn told<R>(row: Result<Option<R>, Fault>, gone: impl FnOnce() -> Option<R>) -> Option<Told<R>> {
    match row {
        Ok(Some(row)) => Some((Changed::Row(row), Ok(()))),
        Ok(None) => Some((Changed::Gone(gone()?), Ok(()))),
        Err(fault) => Some((Changed::Gone(gone()?), Err(fault))),
    }
}

impl<R> Changed<R> {
    /// The row, of which perhaps only the group key's columns are right.
    pub fn row(&self) -> &R {
        match self {
            Self::Row(row) | Self::Gone(row) => row,
        }
    }

    /// What that changes in a table: `gone`, of whose columns the primary key's are right, gives way to the row that
    /// `make` makes. Where that fails there is none any more, however often the group was written before.
    pub fn replacing<S>(
        &self,
        gone: S,
        make: impl FnOnce(&R) -> Result<Option<S>, Fault>,
    ) -> (Change<S>, Result<(), Fault>) {
        let (after, told) = match self {
            Self::Row(row) => match make(row) {
                Ok(after) => (after, Ok(())),
                Err(fault) => (None, Err(fault)),
            },
            Self::Gone(_) => (None, Ok(())),
        };
        (Change { before: Some(gone), after }, told)
    }
}

impl<A: Aggregation> Default for Aggregate<A> {
    fn default() -> Self {
        Self {
            groups: Groups::default(),
            ttl: None,
            changed: Vec::new(),
            ordered: false,
            drained: 0,
            sweeping: sweeping::Sweeping::default(),
            earlier: later::Earlier::default(),
            log: None,
        }
    }
}

impl<A: Aggregation> Aggregate<A> {
    /// Groups that are forgotten so many milliseconds after their last change.
    pub fn with_ttl(mut self, millis: u64) -> Self {
        self.ttl = Some(u32::try_from(millis.div_ceil(1000)).unwrap_or(u32::MAX).max(1));
        self
    }

    /// Changed groups are given out in the order of their last change.
    pub fn in_order_of_change(mut self) -> Self {
        self.ordered = true;
        self
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Reads ahead the memory that these inputs will need, so that their cache misses overlap.
    pub fn warm<'a>(&self, inputs: &[Result<Option<A::Input<'a>>, Fault>], scope: &Scope<'a>) {
        let mut hashes = bumpalo::collections::Vec::with_capacity_in(inputs.len(), scope.memory);
        let known = inputs.iter().filter_map(|input| input.as_ref().ok()?.as_ref());
        hashes.extend(known.map(|input| Groups::<A::Key, A>::hash(A::key(input))));
        self.groups.warm(&hashes);
    }

    /// Finds the groups of changes and asks for what their accumulators will need.
    pub(super) fn warm_changes<'c, 'i>(
        &self,
        changes: &'c [Change<A::Input<'i>>],
        share: Share,
    ) -> impl Iterator<Item = (&'c Change<A::Input<'i>>, Found)> + use<'c, 'i, A> {
        let mut found = [Found::default(); AHEAD];
        for (found, Change { before, after }) in found.iter_mut().zip(changes) {
            if before == after {
                continue;
            }
            let group = |input: &Option<A::Input<'i>>| {
                let input = input.as_ref()?;
                let number = self.present(input)?;
                self.groups.get(number)?.state.warm(input, share);
                Some(number)
            };
            *found = Found { before: group(before), after: group(after) };
        }
        changes.iter().zip(found)
    }

    /// Finds or makes the group of an input; an expired one starts anew.
    #[inline]
    pub(super) fn enter(&mut self, input: &A::Input<'_>, scope: &Scope<'_>) -> u32 {
        let number = self.enter_unlogged(input, scope);
        self.touched(number);
        number
    }

    /// The same without a note for the epoch log.
    #[inline]
    pub(super) fn enter_unlogged(&mut self, input: &A::Input<'_>, scope: &Scope<'_>) -> u32 {
        let key = A::key(input);
        let number = self.groups.enter(Groups::<A::Key, A>::hash(key), key);
        self.refresh(number, scope);
        number
    }

    /// The same for a group that was found already.
    #[inline]
    pub(super) fn enter_found(&mut self, found: Option<u32>, input: &A::Input<'_>, scope: &Scope<'_>) -> u32 {
        let Some(number) = found else { return self.enter(input, scope) };
        self.refresh(number, scope);
        self.touched(number);
        number
    }

    #[inline]
    fn refresh(&mut self, number: u32, scope: &Scope<'_>) {
        if self.ttl.is_some() {
            self.expire(number, seconds(scope.clock.now));
        }
    }

    /// Has a group start anew if its time is over at `now`, in seconds since 1970.
    #[inline]
    pub(super) fn expire(&mut self, number: u32, now: u32) {
        if let Some(ttl) = self.ttl
            && let Some(group) = self.groups.get_mut(number)
        {
            if group.touched.saturating_add(ttl) < now {
                group.state = A::default();
                group.rows = 0;
            }
            group.touched = now;
        }
    }

    fn row<'a>(&self, number: u32, scope: &Scope<'a>) -> Result<Option<A::Row<'a>>, Fault> {
        match self.groups.get(number).filter(|group| group.rows > 0) {
            Some(group) => Ok(group.state.row(group.key.get(), scope)?.map(|row| A::keep(row, scope))),
            None => Ok(None),
        }
    }

    /// Notes for the epoch log that a group may differ.
    #[inline]
    pub(super) fn touched(&mut self, number: u32) {
        if let Some(log) = &mut self.log {
            log.note(number);
        }
    }

    /// Drops a group.
    pub(super) fn forget(&mut self, number: u32) {
        if let Some(log) = &mut self.log
            && let Some(group) = self.groups.get(number)
        {
            log.gone(&group.key);
        }
        self.groups.remove(number);
    }

    /// Notes that a group changed, for [`Self::next_changed`].
    #[inline]
    pub(super) fn note(&mut self, number: u32) {
        let position = self.changed.len() as u32 + 1;
        let ordered = self.ordered;
        if let Some(group) = self.groups.get_mut(number)
            && (group.mark == 0 || ordered && group.mark != position - 1)
        {
            group.mark = position;
            self.changed.push(number);
        }
    }

    /// Takes in a row of an input that only grows. Gives the number of its group if the group's row may differ.
    #[inline]
    fn take(&mut self, input: &A::Input<'_>, number: u32) -> Result<bool, Fault> {
        let Some(group) = self.groups.get_mut(number) else { return Ok(false) };
        if let Err(fault) = group.state.admits(input) {
            if group.rows == 0 {
                self.forget(number);
            }
            return Err(fault);
        }
        let new = group.rows == 0;
        group.rows = 1;
        Ok(group.state.add(input) || new)
    }

    /// Takes in a row of an input that only grows; its group's row is given out at the end of the epoch.
    #[inline]
    pub fn append(&mut self, input: &A::Input<'_>, scope: &Scope<'_>) -> Result<(), Fault> {
        let number = self.enter(input, scope);
        if self.take(input, number)? {
            self.note(number);
        }
        Ok(())
    }

    /// Takes in a row of an input that only grows, and tells what that changes.
    #[inline]
    pub fn append_now<'a>(
        &mut self,
        input: &A::Input<'_>,
        scope: &Scope<'a>,
    ) -> (Changes<A::Row<'a>>, Result<(), Fault>) {
        let number = self.enter(input, scope);
        let before = self.row(number, scope).ok().flatten();
        match self.take(input, number) {
            Ok(true) => self.compare(number, before, scope),
            Ok(false) => (Changes::NONE, Ok(())),
            Err(fault) => (Changes::NONE, Err(fault)),
        }
    }

    #[inline]
    fn compare<'a>(
        &self,
        number: u32,
        before: Option<A::Row<'a>>,
        scope: &Scope<'a>,
    ) -> (Changes<A::Row<'a>>, Result<(), Fault>) {
        let (after, told) = match self.row(number, scope) {
            Ok(after) => (after, Ok(())),
            Err(fault) => (None, Err(fault)),
        };
        let change = (before != after).then_some(Change { before, after });
        (Changes::one(change), told)
    }

    /// The next group on the list of those that changed; the list is empty after the last.
    pub(super) fn pop_changed(&mut self) -> Option<u32> {
        while let Some(number) = self.changed.get(self.drained).copied() {
            if let Some(later) = self.changed.get(self.drained + SOON) {
                self.groups.prefetch(*later);
            }
            self.drained += 1;
            let position = self.drained as u32;
            if let Some(group) = self.groups.get_mut(number).filter(|group| group.mark == position) {
                group.mark = 0;
                return Some(number);
            }
        }
        self.changed.clear();
        self.drained = 0;
        None
    }

    /// The next group that changed in this epoch, with its row; none when all were given out. A group whose row cannot
    /// be computed has none any more.
    pub fn next_changed<'a>(&mut self, scope: &Scope<'a>) -> Option<Told<A::Row<'a>>> {
        let number = self.pop_changed()?;
        let row = self.row(number, scope);
        let told = told(row, || Some(A::gone(self.groups.get(number)?.key.get(), scope)));
        if self.groups.get(number).is_some_and(|group| group.rows == 0) {
            self.forget(number);
        }
        told
    }

    #[inline]
    pub(super) fn same_group(&self, found: Found, before: &A::Input<'_>, after: &A::Input<'_>) -> bool {
        if let Found { before: Some(left), after: Some(entered) } = found {
            return left == entered && self.groups.get(left).is_some_and(|group| group.rows > 0);
        }
        self.present(before).is_some_and(|number| {
            self.groups.get(number).is_some_and(|group| group.rows > 0 && group.key.is(A::key(after)))
        })
    }

    #[inline]
    pub(super) fn still_present(&self, found: Option<u32>, input: &A::Input<'_>) -> Option<u32> {
        match found {
            Some(number) => self.groups.get(number).filter(|group| group.rows > 0).map(|_| number),
            None => self.present(input),
        }
    }

    pub(super) fn present(&self, input: &A::Input<'_>) -> Option<u32> {
        let key = A::key(input);
        let number = self.groups.find(Groups::<A::Key, A>::hash(key), key)?;
        self.groups.get(number).filter(|group| group.rows > 0).map(|_| number)
    }

    pub(super) fn touch(&mut self, input: &A::Input<'_>, scope: &Scope<'_>) {
        if self.ttl.is_some()
            && let Some(number) = self.present(input)
            && let Some(group) = self.groups.get_mut(number)
        {
            group.touched = seconds(scope.clock.now);
            self.touched(number);
        }
    }
}

/// Milliseconds since 1970 as seconds.
pub(super) fn seconds(millis: i64) -> u32 {
    u32::try_from(millis.div_euclid(1000)).unwrap_or(0)
}
