//! The epoch's clock.

use super::moments;
use crate::scope::Scope;
use crate::values::{Date, Time, Timestamp, TimestampLtz};

/// `unix_timestamp()`
pub fn unix_timestamp_now(scope: &Scope<'_>) -> i64 {
    scope.clock.now.div_euclid(1000)
}

/// `current_timestamp`, `now()`
pub fn current_timestamp(scope: &Scope<'_>) -> TimestampLtz {
    TimestampLtz { millis: scope.clock.now, nanos: 0 }
}

/// `localtimestamp`
pub fn local_timestamp(scope: &Scope<'_>) -> Timestamp {
    scope.clock.local(current_timestamp(scope))
}

/// `current_date`
pub fn current_date(scope: &Scope<'_>) -> Date {
    moments::date(local_timestamp(scope))
}

/// `current_time`, in whole seconds.
pub fn current_time(scope: &Scope<'_>) -> Time {
    let Time(millis) = moments::time_of_day(local_timestamp(scope));
    Time(millis / 1000 * 1000)
}
