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

/// What a sweep does before the job goes on.
struct Sweep {
    /// The groups that it looks at.
    from: u32,
    end: u32,
    /// It forgets those that were touched last before this.
    before: u32,
    /// It forgets so many at most.
    most: u32,
}

impl Sweeping {
    /// What is to be done next; none between two sweeps.
    fn go_on(&mut self, ttl: u32, now: u32, made: u32, places: u32) -> Option<Sweep> {
        let from = match self.next {
            Some(from) => from,
            // Memory outlives its time by at most an eighth of it, and by a sweep.
            None if now < self.began.saturating_add((ttl / 8).max(1)) => return None,
            None => {
                self.began = now;
                0
            }
        };
        Some(Sweep {
            from,
            end: from.saturating_add(SWEPT_AT_ONCE.max(made.saturating_mul(8))).min(places),
            before: now.saturating_sub(ttl),
            most: FORGOTTEN_AT_ONCE.max(made.saturating_mul(2)),
        })
    }
}

impl<A: Aggregation> Aggregate<A> {
    /// Forgets groups whose time is over; called at the end of an epoch. No change is told.
    ///
    /// Looks at some groups and goes on with the next ones when it is called again, so that no epoch waits for a sweep
    /// of all; tells whether there are more to look at. A group whose time is over and that is still there holds memory
    /// and nothing else: it starts anew when it is touched.
    pub fn sweep(&mut self, scope: &Scope<'_>) -> bool {
        let Some(ttl) = self.ttl else { return false };
        let (now, made, places) = (seconds(scope.clock.now), self.groups.take_made(), self.groups.places());
        let Some(sweep) = self.sweeping.go_on(ttl, now, made, places) else { return self.groups.give_back() };
        let mut forgotten = 0;
        let mut number = sweep.from;
        while number < sweep.end && forgotten < sweep.most {
            if self.groups.present_mut(number).is_some_and(|group| group.touched < sweep.before) {
                self.forget(number);
                forgotten += 1;
            }
            number += 1;
        }
        if number < places {
            self.sweeping.next = Some(number);
            return true;
        }
        self.sweeping.next = None;
        self.groups.shrink();
        self.groups.give_back()
    }
}
