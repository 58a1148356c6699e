//! What an expression may use besides its arguments: memory for text it makes, the clock, the time zone.

use bumpalo::Bump;
use jiff::tz::TimeZone;

/// The clock of an epoch and the zone of the pipeline.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Milliseconds since 1970-01-01 00:00 UTC, read once an epoch, or fixed by `--now`.
    pub now: i64,
    /// The pipeline's `time_zone`.
    pub zone: TimeZone,
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn new(now: i64, zone: TimeZone) -> Self {
        Self { now, zone }
    }
}

/// Handed to the functions that need it. `'a` is the life of a batch: text that a function makes lives in `memory`
/// until the batch is done, then the memory is used again, so that nothing is allocated for an event.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Memory for text.
    pub memory: &'a Bump,
    /// The epoch's clock.
    pub clock: &'a Clock,
}
