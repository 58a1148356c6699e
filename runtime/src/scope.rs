//! What an expression may use besides its arguments: memory for text it makes, the clock, the time zone.

use std::cell::Cell;

use bumpalo::Bump;
use jiff::tz::TimeZone;

use crate::functions::time::Memo;
use crate::values::{Timestamp, TimestampLtz};

/// The clock of an epoch and the zone of the pipeline. Each worker has its own.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Milliseconds since 1970-01-01 00:00 UTC, read once an epoch, or fixed by `--now`.
    pub now: i64,
    zone: Zone,
    texts: Memo,
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn new(now: i64, zone: TimeZone) -> Self {
        Self { now, zone: Zone::new(zone), texts: Memo::default() }
    }

    /// The pipeline's `time_zone`.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Texts of moments that were written lately.
    pub fn texts(&self) -> &Memo {
        &self.texts
    }

    /// The instant of a local time in the pipeline's zone.
    pub fn instant(&self, local: Timestamp) -> TimestampLtz {
        self.zone.instant(local)
    }

    /// The local time of an instant in the pipeline's zone.
    pub fn local(&self, instant: TimestampLtz) -> Timestamp {
        self.zone.local(instant)
    }
}

/// A time zone that remembers the stretch of time asked for last: most questions are about the same months.
#[derive(Debug, Clone)]
pub struct Zone {
    zone: TimeZone,
    recent: Cell<Stretch>,
}

/// Seconds since 1970 from which and until which an offset holds.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: i64,
    until: i64,
    offset: i32,
}

/// The seconds that [`jiff::Timestamp`] can hold, a day less at each end.
const FIRST_SECOND: i64 = -377_705_023_201 + 86_400;
const LAST_SECOND: i64 = 253_402_207_200 - 86_400;

const DAY: i64 = 86_400;

/// 1900-01-01 00:00 UTC, where the tables of Java's older classes begin.
const FIRST_OLD_SECOND: i64 = -2_208_988_800;

impl Zone {
    /// A zone that has not been asked yet.
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, recent: Cell::new(Stretch { from: 0, until: 0, offset: 0 }) }
    }

    /// Seconds that the zone is ahead of UTC at an instant.
    #[inline]
    pub fn offset(&self, seconds: i64) -> i32 {
        let recent = self.recent.get();
        if seconds >= recent.from && seconds < recent.until { recent.offset } else { self.look_up(seconds) }
    }

    #[cold]
    fn look_up(&self, seconds: i64) -> i32 {
        let Ok(instant) = jiff::Timestamp::from_second(seconds.clamp(FIRST_SECOND, LAST_SECOND)) else { return 0 };
        let offset = self.zone.to_offset(instant).seconds();
        let from = self.zone.preceding(instant).next().map_or(i64::MIN, |change| change.timestamp().as_second());
        let until = self.zone.following(instant).next().map_or(i64::MAX, |change| change.timestamp().as_second());
        // A change at this very second is not among those before it.
        let changed = self.zone.preceding(instant).next().is_some_and(|change| change.offset().seconds() != offset);
        self.recent.set(Stretch { from: if changed { seconds } else { from }, until, offset });
        offset
    }

    /// Seconds that the zone is ahead of UTC at a local time: of the two in an overlap, and in a gap, the one from
    /// before the change.
    #[inline]
    pub fn offset_of_local(&self, local: i64) -> i32 {
        let recent = self.recent.get();
        let seconds = local.saturating_sub(i64::from(recent.offset));
        // Far from a change there is one answer.
        if seconds.saturating_sub(DAY) >= recent.from && seconds.saturating_add(DAY) < recent.until {
            return recent.offset;
        }
        // No two changes are as near to each other as the offsets differ.
        let before = self.offset(local.saturating_sub(DAY));
        let after = self.offset(local.saturating_add(DAY));
        if before == after || self.offset(local.saturating_sub(i64::from(before))) == before {
            return self.offset(local.saturating_sub(i64::from(before)));
        }
        let later = self.offset(local.saturating_sub(i64::from(after)));
        if later == after { after } else { before }
    }

    /// [`Zone::offset`] as Java's older classes have it: before 1900 the standard time of today holds.
    #[inline]
    pub fn old_offset(&self, seconds: i64) -> i32 {
        if seconds < FIRST_OLD_SECOND { self.standard_offset() } else { self.offset(seconds) }
    }

    /// The offset of a local time as Java's older classes have it: in an overlap the one from behind the change.
    #[inline]
    pub fn old_offset_of_local(&self, local: i64) -> i32 {
        let offset = self.offset_of_local(local);
        let standard = || self.standard_offset();
        if local < FIRST_OLD_SECOND + DAY && local - i64::from(standard()) < FIRST_OLD_SECOND {
            return standard();
        }
        let recent = self.recent.get();
        let seconds = local.saturating_sub(i64::from(offset));
        if seconds.saturating_sub(DAY) >= recent.from && seconds.saturating_add(DAY) < recent.until {
            return offset;
        }
        let after = self.offset(local.saturating_add(DAY));
        if self.offset(local.saturating_sub(i64::from(after))) == after { after } else { offset }
    }

    /// The zone's standard time of today.
    #[cold]
    fn standard_offset(&self) -> i32 {
        // January and July of 2037: one of the two is winter.
        let info = |second| {
            let instant = jiff::Timestamp::from_second(second).unwrap_or_default();
            let info = self.zone.to_offset_info(instant);
            (info.offset().seconds(), info.dst().is_dst())
        };
        let (january, summer) = info(2_115_000_000);
        if summer { info(2_130_600_000).0 } else { january }
    }

    /// The zone's short name at an instant, such as `CST`; local mean time has the name of today's.
    pub fn abbreviation(&self, seconds: i64, out: &mut impl std::fmt::Write) -> std::fmt::Result {
        let at = |second| jiff::Timestamp::from_second(second).unwrap_or_default();
        let info = self.zone.to_offset_info(at(seconds.clamp(FIRST_SECOND, LAST_SECOND)));
        if info.abbreviation() == "LMT" {
            return out.write_str(self.zone.to_offset_info(at(2_115_000_000)).abbreviation());
        }
        out.write_str(info.abbreviation())
    }

    /// The instant of a local time.
    pub fn instant(&self, local: Timestamp) -> TimestampLtz {
        let offset = self.offset_of_local(local.millis.div_euclid(1000));
        TimestampLtz { millis: local.millis - i64::from(offset) * 1000, nanos: local.nanos }
    }

    /// The local time of an instant.
    pub fn local(&self, instant: TimestampLtz) -> Timestamp {
        let offset = self.offset(instant.millis.div_euclid(1000));
        Timestamp { millis: instant.millis + i64::from(offset) * 1000, nanos: instant.nanos }
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

impl<'a> Scope<'a> {
    /// A copy of the text that lives as long as the batch.
    #[inline]
    pub fn keep(&self, text: &str) -> &'a str {
        self.memory.alloc_str(text)
    }

    /// A copy of the bytes that lives as long as the batch.
    #[inline]
    pub fn keep_bytes(&self, bytes: &[u8]) -> &'a [u8] {
        self.memory.alloc_slice_copy(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::new(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    #[test]
    fn offsets_change_when_the_zone_does() {
        let berlin = zone("Europe/Berlin");
        // 2024-03-31 01:00 UTC
        let change = 1_711_846_800;
        for _ in 0..2 {
            assert_eq!(berlin.offset(change - 1), 3600);
            assert_eq!(berlin.offset(change), 7200);
            assert_eq!(berlin.offset(change + 1), 7200);
        }
        let berlin = zone("Europe/Berlin");
        assert_eq!(berlin.offset(change), 7200);
        assert_eq!(berlin.offset(change - 1), 3600);
        // In the gap 02:30 is 03:30 summer time, in the overlap the first of both counts.
        assert_eq!(berlin.offset_of_local(change + 3600 + 1800), 3600);
        let back = 1_729_990_800;
        assert_eq!(berlin.offset_of_local(back + 3600 + 1800), 7200);
        assert_eq!(berlin.offset_of_local(back + 7200 + 1800), 3600);
        assert_eq!(berlin.offset_of_local(back - 7200), 7200);
    }

    #[test]
    fn zones_without_changes_hold_for_ever() {
        let utc = zone("UTC");
        assert_eq!(utc.offset(0), 0);
        assert_eq!(utc.offset(i64::MAX), 0);
        assert_eq!(utc.offset(i64::MIN), 0);
        assert_eq!(utc.offset_of_local(5), 0);
    }
}
