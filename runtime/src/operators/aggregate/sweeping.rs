//! Groups whose time is over, forgotten a handful at a time.

use crate::operators::aggregate::{Aggregate, Aggregation, seconds};
use crate::scope::Scope;

/// How far a sweep for groups whose time is over has come.
#[derive(Debug, Default)]
pub(super) struct Sweeping {
    /// When it began, in seconds since 1970.
    began: u32,
    /// The number of the group that it goes on with; none between two sweeps.
    next: Option<u32>,
}

/// So many groups a sweep looks at before the job goes on: some milliseconds. Where an epoch makes many groups, several
/// times as many, so that a sweep ends.
const SWEPT_AT_ONCE: u32 = 1 << 18;

/// So many groups it forgets before the job goes on. Where an epoch makes more, twice as many, so that memory is given
/// back as fast as it is taken.
pub(super) const FORGOTTEN_AT_ONCE: u32 = 1 << 14;

impl<A: Aggregation> Aggregate<A> {
    /// Forgets groups whose time is over; called at the end of an epoch. No change is told.
    ///
    /// Looks at some groups and goes on with the next ones when it is called again, so that no epoch waits for a sweep
    /// of all; tells whether there are more to look at. A group whose time is over and that is still there holds memory
    /// and nothing else: it starts anew when it is touched.
    pub fn sweep(&mut self, scope: &Scope<'_>) -> bool {
        let Some(ttl) = self.ttl else { return false };
        let (now, made) = (seconds(scope.clock.now), self.groups.take_made());
        let from = match self.sweeping.next {
            Some(from) => from,
            // Memory outlives its time by at most an eighth of it, and by a sweep.
            None if now < self.sweeping.began.saturating_add((ttl / 8).max(1)) => return self.groups.give_back(),
            None => {
                self.sweeping.began = now;
                0
            }
        };
        let before = now.saturating_sub(ttl);
        let end = from.saturating_add(SWEPT_AT_ONCE.max(made.saturating_mul(8))).min(self.groups.places());
        let most = FORGOTTEN_AT_ONCE.max(made.saturating_mul(2));
        let mut forgotten = 0;
        let mut number = from;
        while number < end && forgotten < most {
            if self.groups.get(number).is_some_and(|group| group.rows > 0 && group.touched < before) {
                self.forget(number);
                forgotten += 1;
            }
            number += 1;
        }
        self.sweeping.next = Some(number).filter(|number| *number < self.groups.places());
        if self.sweeping.next.is_none() {
            self.groups.shrink();
        }
        self.sweeping.next.is_some() || self.groups.give_back()
    }
}
