//! Dates and times from text: `2026-11-21`, `10:30:00.5`, `2026-11-21 10:30:00`, `2026-11-21T10:30:00Z`.

use crate::values::{Date, Time, Timestamp, TimestampLtz};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A date: `yyyy-MM-dd`, a year above 9999 with a sign.
pub(super) fn date(text: &[u8]) -> Option<Date> {
    let mut rest = Rest(text);
    let date = rest.date()?;
    rest.is_done().then_some(Date(i32::try_from(date).ok()?))
}

/// A time: `HH:mm[:ss[.fraction]]`; digits behind the milliseconds are cut.
pub(super) fn time(text: &[u8]) -> Option<Time> {
    let mut rest = Rest(text);
    let nanos = rest.time()?;
    rest.is_done().then_some(Time((nanos / 1_000_000) as i32))
}

/// A timestamp without zone: date, blank or `T`, time.
pub(super) fn timestamp(text: &[u8], precision: u8) -> Option<Timestamp> {
    let mut rest = Rest(text);
    let (days, nanos) = rest.date_and_time()?;
    if !rest.is_done() {
        return None;
    }
    let nanos = cut(nanos, precision);
    Some(Timestamp { millis: millis(days, nanos)?, nanos: (nanos % 1_000_000) as u32 })
}

/// An instant: a timestamp with `Z` or an offset (`+08:00`).
pub(super) fn timestamp_ltz(text: &[u8], precision: u8) -> Option<TimestampLtz> {
    let mut rest = Rest(text);
    let (days, nanos) = rest.date_and_time()?;
    let offset = rest.offset()?;
    if !rest.is_done() {
        return None;
    }
    let nanos = cut(nanos, precision);
    let millis = millis(days, nanos)?.checked_sub(offset * 1000)?;
    Some(TimestampLtz { millis, nanos: (nanos % 1_000_000) as u32 })
}

/// Milliseconds since 1970; none some 292 million years before and after, where 64 bits hold no more.
fn millis(days: i64, nanos: u64) -> Option<i64> {
    days.checked_mul(DAY)?.checked_add((nanos / 1_000_000) as i64)
}

/// Cuts nanoseconds to `precision` digits of the second's fraction.
fn cut(nanos: u64, precision: u8) -> u64 {
    let unit = 10u64.pow(9 - u32::from(precision.min(9)));
    nanos / unit * unit
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of days since 1970-01-01.
pub(crate) fn civil(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u8, day as u8)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What is left of a text.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        self.maybe(wanted).then_some(())
    }

    fn maybe(&mut self, wanted: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == wanted => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        Some(digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    }

    fn date(&mut self) -> Option<i64> {
        let year = if self.maybe(b'-') {
            -self.number(4, 9)?
        } else if self.maybe(b'+') {
            self.number(5, 9)?
        } else {
            self.number(4, 4)?
        };
        self.take(b'-')?;
        let month = self.number(2, 2)?;
        self.take(b'-')?;
        let day = self.number(2, 2)?;
        ((1..=12).contains(&month) && (1..=month_length(year, month)).contains(&day)).then(|| days(year, month, day))
    }

    /// Nanoseconds of the day.
    fn time(&mut self) -> Option<u64> {
        let hour = self.number(2, 2)?;
        self.take(b':')?;
        let minute = self.number(2, 2)?;
        let mut second = 0;
        let mut nanos = 0;
        if self.maybe(b':') {
            second = self.number(2, 2)?;
            if self.maybe(b'.') {
                let before = self.0.len();
                let fraction = self.number(1, 9)?;
                nanos = fraction * 10i64.pow((9 - (before - self.0.len())) as u32);
            }
        }
        (hour < 24 && minute < 60 && second < 60)
            .then_some((((hour * 60 + minute) * 60 + second) * 1_000_000_000 + nanos) as u64)
    }

    fn date_and_time(&mut self) -> Option<(i64, u64)> {
        let days = self.date()?;
        if !self.maybe(b'T') {
            self.take(b' ')?;
        }
        Some((days, self.time()?))
    }

    /// Seconds east of Greenwich.
    fn offset(&mut self) -> Option<i64> {
        self.maybe(b' ');
        if self.maybe(b'Z') {
            return Some(0);
        }
        let sign = if self.maybe(b'-') {
            -1
        } else {
            self.take(b'+')?;
            1
        };
        let hours = self.number(2, 2)?;
        let minutes = if self.maybe(b':') { self.number(2, 2)? } else { 0 };
        (hours <= 18 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_back() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(days(0, 3, 1), -719_468);
        for day in (-1_000_000..4_000_000).step_by(97) {
            let (year, month, day_of_month) = civil(day);
            assert_eq!(days(year, i64::from(month), i64::from(day_of_month)), day);
        }
    }

    #[test]
    fn dates_and_times() {
        assert_eq!(date(b"1970-01-02"), Some(Date(1)));
        assert_eq!(date(b"2021-02-29"), None);
        assert_eq!(date(b"2021-2-9"), None);
        assert_eq!(date(b"2021-02-09 "), None);
        assert_eq!(date(b"+10000-01-01"), Some(Date(2_932_897)));
        assert_eq!(time(b"00:00:01.5"), Some(Time(1500)));
        assert_eq!(time(b"10:30"), Some(Time(37_800_000)));
        assert_eq!(time(b"24:00:00"), None);
        let sql = timestamp(b"1970-01-01 00:00:00.123456789", 6);
        assert_eq!(sql, Some(Timestamp { millis: 123, nanos: 456_000 }));
        assert_eq!(timestamp(b"1969-12-31T23:59:59.999", 3), Some(Timestamp { millis: -1, nanos: 0 }));
        assert_eq!(timestamp(b"1969-12-31T23:59:59.999Z", 3), None);
        assert_eq!(timestamp(b"1969-12-31", 3), None);
        assert_eq!(timestamp_ltz(b"1970-01-01 00:00:00", 3), None);
        assert_eq!(timestamp_ltz(b"1970-01-01 00:00:00Z", 3), Some(TimestampLtz { millis: 0, nanos: 0 }));
        let east = timestamp_ltz(b"1970-01-01T08:00:00.5+08:00", 0);
        assert_eq!(east, Some(TimestampLtz { millis: 0, nanos: 0 }));
    }

    #[test]
    fn moments_that_no_64_bits_hold_are_none() {
        assert_eq!(timestamp(b"+292278994-08-17 07:12:55.807", 3), Some(Timestamp { millis: i64::MAX, nanos: 0 }));
        assert_eq!(timestamp(b"+292278994-08-17 07:12:55.808", 3), None);
        assert_eq!(timestamp(b"+999999999-12-31 00:00:00", 3), None);
        assert_eq!(timestamp(b"-999999999-01-01 00:00:00", 3), None);
        assert_eq!(timestamp_ltz(b"+292278994-08-17 07:12:55.807-00:01", 3), None);
        assert_eq!(timestamp_ltz(b"-999999999-01-01 00:00:00Z", 3), None);
    }
}
