//! Between dates, times, timestamps and instants, and their arithmetic.

use std::fmt::Write;

use bumpalo::collections::String;

use crate::scope::Scope;
use crate::values::calendar::{MILLIS_PER_DAY, civil, days, days_in_month};
use crate::values::{Date, Fault, Time, Timestamp, TimestampLtz};

/// `cast(timestamp as date)`
pub fn date(moment: Timestamp) -> Date {
    Date(moment.millis.div_euclid(MILLIS_PER_DAY) as i32)
}

/// `cast(timestamp as time)`
pub fn time_of_day(moment: Timestamp) -> Time {
    Time(moment.millis.rem_euclid(MILLIS_PER_DAY) as i32)
}

/// A time of day with so many digits of the second's fraction, up to three.
pub fn cut_time(time: Time, digits: i32) -> Time {
    let step = 10i32.pow(3 - digits.clamp(0, 3).unsigned_abs());
    Time(time.0 / step * step)
}

/// `cast(instant as timestamp)`, in the pipeline's time zone.
pub fn local(scope: &Scope<'_>, instant: TimestampLtz) -> Timestamp {
    scope.clock.local(instant)
}

/// `cast(instant as date)`
pub fn local_date(scope: &Scope<'_>, instant: TimestampLtz) -> Date {
    date(local(scope, instant))
}

/// `cast(instant as time)`
pub fn local_time_of_day(scope: &Scope<'_>, instant: TimestampLtz) -> Time {
    time_of_day(local(scope, instant))
}

/// `cast(timestamp as timestamp_ltz)`, in the pipeline's time zone.
pub fn instant(scope: &Scope<'_>, moment: Timestamp) -> TimestampLtz {
    scope.clock.instant(moment)
}

/// `cast(date as timestamp)`
pub fn midnight(date: Date) -> Timestamp {
    Timestamp { millis: i64::from(date.0) * MILLIS_PER_DAY, nanos: 0 }
}

/// `cast(time as timestamp)`: on 1970-01-01.
pub fn on_first_day(time: Time) -> Timestamp {
    Timestamp { millis: i64::from(time.0), nanos: 0 }
}

/// Timestamps and instants.
pub trait Precise: Copy {
    /// With other milliseconds and nanoseconds.
    fn with(millis: i64, nanos: u32) -> Self;
    /// Milliseconds and nanoseconds.
    fn parts(self) -> (i64, u32);
}

impl Precise for Timestamp {
    fn with(millis: i64, nanos: u32) -> Self {
        Self { millis, nanos }
    }

    fn parts(self) -> (i64, u32) {
        (self.millis, self.nanos)
    }
}

impl Precise for TimestampLtz {
    fn with(millis: i64, nanos: u32) -> Self {
        Self { millis, nanos }
    }

    fn parts(self) -> (i64, u32) {
        (self.millis, self.nanos)
    }
}

/// A moment with so many digits of the second's fraction; the others are cut.
pub fn cut<T: Precise>(moment: T, precision: i32) -> T {
    let (millis, nanos) = moment.parts();
    let digits = precision.clamp(0, 9).unsigned_abs();
    if digits <= 3 {
        let step = 10i64.pow(3 - digits);
        return T::with(millis.div_euclid(step) * step, 0);
    }
    let step = 10u32.pow(9 - digits);
    T::with(millis, nanos / step * step)
}

/// `timestamp + interval`, of milliseconds.
pub fn add_millis<T: Precise>(moment: T, length: i64) -> Result<T, Fault> {
    let (millis, nanos) = moment.parts();
    let millis = millis.checked_add(length).ok_or_else(|| Fault::overflow("timestamp"))?;
    Ok(T::with(millis, nanos))
}

/// `timestamp + interval`, of months; the day is at most the last of the month.
pub fn add_months(moment: Timestamp, months: i64) -> Result<Timestamp, Fault> {
    let day = move_months(moment.millis.div_euclid(MILLIS_PER_DAY), months)?;
    let millis = day.checked_mul(MILLIS_PER_DAY).ok_or_else(|| Fault::overflow("timestamp"))?;
    Ok(Timestamp { millis: millis + moment.millis.rem_euclid(MILLIS_PER_DAY), nanos: moment.nanos })
}

/// `timestamp_ltz + interval`, of months in the pipeline's time zone.
pub fn add_local_months(scope: &Scope<'_>, moment: TimestampLtz, months: i64) -> Result<TimestampLtz, Fault> {
    add_months(local(scope, moment), months).map(|moved| instant(scope, moved))
}

/// `date + interval`, of months.
pub fn add_months_to_date(date: Date, months: i64) -> Result<Date, Fault> {
    let day = move_months(i64::from(date.0), months)?;
    i32::try_from(day).map(Date).map_err(|_| Fault::overflow("date"))
}

/// `date + interval`, of milliseconds: by whole days.
pub fn add_millis_to_date(date: Date, length: i64) -> Result<Date, Fault> {
    let day = i64::from(date.0) + length / MILLIS_PER_DAY;
    i32::try_from(day).map(Date).map_err(|_| Fault::overflow("date"))
}

/// `time + interval`, past midnight it goes on at the start of the day.
pub fn add_to_time(time: Time, length: i64) -> Result<Time, Fault> {
    Ok(Time((i64::from(time.0) + length % MILLIS_PER_DAY).rem_euclid(MILLIS_PER_DAY) as i32))
}

fn move_months(day: i64, months: i64) -> Result<i64, Fault> {
    let (year, month, of_month) = civil(day);
    let moved = (year * 12 + i64::from(month) - 1).checked_add(months).filter(|moved| moved.abs() < 12_000_000_000);
    let moved = moved.ok_or_else(|| Fault::overflow("date"))?;
    let (year, month) = (moved.div_euclid(12), moved.rem_euclid(12) + 1);
    Ok(days(year, month, i64::from(of_month.min(days_in_month(year, month as u8)))))
}

/// `cast(timestamp as varchar)`, with at least so many digits of the second's fraction.
pub fn text<'a>(scope: &Scope<'a>, moment: Timestamp, precision: i32) -> &'a str {
    let mut out = String::with_capacity_in(29, scope.memory);
    // Writing into memory cannot fail.
    let _ = write!(out, "{}", moment.display(precision.clamp(0, 9) as u8));
    out.into_bump_str()
}

/// `cast(interval of months as varchar)`: `+1-02`.
pub fn months_text<'a>(scope: &Scope<'a>, months: i64) -> &'a str {
    let mut out = String::new_in(scope.memory);
    let size = months.unsigned_abs();
    let _ = write!(out, "{}{}-{:02}", if months < 0 { '-' } else { '+' }, size / 12, size % 12);
    out.into_bump_str()
}

/// `cast(interval of milliseconds as varchar)`: `+1 02:03:04.567`.
pub fn millis_text<'a>(scope: &Scope<'a>, millis: i64) -> &'a str {
    let mut out = String::new_in(scope.memory);
    let size = millis.unsigned_abs();
    let seconds = size / 1000;
    let _ = write!(
        out,
        "{}{} {:02}:{:02}:{:02}.{:03}",
        if millis < 0 { '-' } else { '+' },
        seconds / 86_400,
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60,
        size % 1000,
    );
    out.into_bump_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::cast::{parse_date, parse_timestamp};
    use crate::functions::testing::with_scope;

    #[test]
    fn arithmetic() {
        let ts = |text| parse_timestamp(text, 9).unwrap_or_default();
        assert_eq!(add_months(ts("2024-01-31 12:00:00"), 1), Ok(ts("2024-02-29 12:00:00")));
        assert_eq!(add_months(ts("2024-01-31"), -2), Ok(ts("2023-11-30")));
        assert!(add_months(ts("2024-01-31"), i64::MAX).is_err());
        assert!(add_millis(ts("2024-01-31"), i64::MAX).is_err());
        let date = |text| parse_date(text).unwrap_or_default();
        assert_eq!(add_millis_to_date(date("2024-02-28"), 36 * 3_600_000), Ok(date("2024-02-29")));
        assert_eq!(add_months_to_date(date("2024-02-29"), 12), Ok(date("2025-02-28")));
        assert_eq!(add_to_time(Time(0), -1), Ok(Time(86_399_999)));
        assert_eq!(super::date(ts("1969-12-31 23:59:59.999")).to_string(), "1969-12-31");
        assert_eq!(cut(ts("2024-01-31 12:00:00.123456789"), 4), ts("2024-01-31 12:00:00.1234"));
        assert_eq!(cut(ts("1969-12-31 23:59:59.999"), 0), ts("1969-12-31 23:59:59"));
    }

    #[test]
    fn intervals_as_text() {
        with_scope(|scope| {
            assert_eq!(months_text(scope, 14), "+1-02");
            assert_eq!(millis_text(scope, 93_784_567), "+1 02:03:04.567");
            assert_eq!(millis_text(scope, -1), "-0 00:00:00.001");
        });
    }
}
