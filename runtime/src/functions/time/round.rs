//! Moments cut to a unit, or moved on to the next.

use super::field::Unit;
use crate::values::calendar::{MILLIS_PER_DAY, civil, days};
use crate::values::{Date, Time, Timestamp};

/// `floor(timestamp to unit)`
pub fn floor(moment: Timestamp, unit: &Unit) -> Timestamp {
    let millis = match step(*unit) {
        Some(step) => moment.millis.div_euclid(step) * step,
        None => first_day(moment.millis.div_euclid(MILLIS_PER_DAY), *unit) * MILLIS_PER_DAY,
    };
    Timestamp { millis, nanos: if *unit == Unit::Millisecond { moment.nanos } else { 0 } }
}

/// `ceil(timestamp to unit)`
pub fn ceil(moment: Timestamp, unit: &Unit) -> Timestamp {
    let floor = floor(moment, unit);
    if floor == moment {
        return moment;
    }
    let millis = match step(*unit) {
        Some(step) => floor.millis + step,
        None => next_day(floor.millis.div_euclid(MILLIS_PER_DAY), *unit) * MILLIS_PER_DAY,
    };
    Timestamp { millis, nanos: 0 }
}

/// `floor(date to unit)`
pub fn floor_date(date: Date, unit: &Unit) -> Date {
    Date(first_day(i64::from(date.0), *unit) as i32)
}

/// `ceil(date to unit)`
pub fn ceil_date(date: Date, unit: &Unit) -> Date {
    let floor = first_day(i64::from(date.0), *unit);
    if floor == i64::from(date.0) { date } else { Date(next_day(floor, *unit) as i32) }
}

/// `floor(time to unit)`
pub fn floor_time(time: Time, unit: &Unit) -> Time {
    let step = step(*unit).unwrap_or(MILLIS_PER_DAY) as i32;
    Time(time.0.div_euclid(step) * step)
}

/// `ceil(time to unit)`
pub fn ceil_time(time: Time, unit: &Unit) -> Time {
    let step = step(*unit).unwrap_or(MILLIS_PER_DAY) as i32;
    Time(((time.0 + step - 1).div_euclid(step) * step).rem_euclid(MILLIS_PER_DAY as i32))
}

/// The length of a unit that has always the same.
fn step(unit: Unit) -> Option<i64> {
    match unit {
        Unit::Day => Some(MILLIS_PER_DAY),
        Unit::Hour => Some(3_600_000),
        Unit::Minute => Some(60_000),
        Unit::Second => Some(1000),
        Unit::Millisecond | Unit::Microsecond | Unit::Nanosecond => Some(1),
        Unit::Millennium
        | Unit::Century
        | Unit::Decade
        | Unit::Year
        | Unit::IsoYear
        | Unit::Quarter
        | Unit::Month
        | Unit::Week
        | Unit::DayOfYear
        | Unit::DayOfWeek
        | Unit::IsoDayOfWeek
        | Unit::Epoch => None,
    }
}

/// The first day of the unit that holds a day.
fn first_day(day: i64, unit: Unit) -> i64 {
    let (year, month, _) = civil(day);
    match unit {
        Unit::Millennium => days((year - 1).div_euclid(1000) * 1000 + 1, 1, 1),
        Unit::Century => days((year - 1).div_euclid(100) * 100 + 1, 1, 1),
        Unit::Decade => days(year.div_euclid(10) * 10, 1, 1),
        Unit::Year | Unit::IsoYear => days(year, 1, 1),
        Unit::Quarter => days(year, (i64::from(month) - 1) / 3 * 3 + 1, 1),
        Unit::Month => days(year, i64::from(month), 1),
        Unit::Week => day - (day + 4).rem_euclid(7),
        Unit::Day
        | Unit::DayOfYear
        | Unit::DayOfWeek
        | Unit::IsoDayOfWeek
        | Unit::Hour
        | Unit::Minute
        | Unit::Second
        | Unit::Millisecond
        | Unit::Microsecond
        | Unit::Nanosecond
        | Unit::Epoch => day,
    }
}

/// The first day of the unit behind the one that begins on a day.
fn next_day(first: i64, unit: Unit) -> i64 {
    let (year, month, _) = civil(first);
    match unit {
        Unit::Millennium => days(year + 1000, 1, 1),
        Unit::Century => days(year + 100, 1, 1),
        Unit::Decade => days(year + 10, 1, 1),
        Unit::Year | Unit::IsoYear => days(year + 1, 1, 1),
        Unit::Quarter => days(year, i64::from(month) + 3, 1),
        Unit::Month => days(year, i64::from(month) + 1, 1),
        Unit::Week => first + 7,
        Unit::Day
        | Unit::DayOfYear
        | Unit::DayOfWeek
        | Unit::IsoDayOfWeek
        | Unit::Hour
        | Unit::Minute
        | Unit::Second
        | Unit::Millisecond
        | Unit::Microsecond
        | Unit::Nanosecond
        | Unit::Epoch => first + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::cast::parse_timestamp;

    #[test]
    fn rounding() {
        let ts = |text| parse_timestamp(text, 3).unwrap_or_default();
        let check = |text, unit| {
            let unit = Unit::new(unit);
            (floor(ts(text), &unit).to_string(), ceil(ts(text), &unit).to_string())
        };
        let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let text = "1969-12-31 23:59:59.999";
        assert_eq!(check(text, "MONTH"), both("1969-12-01 00:00:00", "1970-01-01 00:00:00"));
        assert_eq!(check(text, "HOUR"), both("1969-12-31 23:00:00", "1970-01-01 00:00:00"));
        assert_eq!(check("2024-02-29", "MONTH"), both("2024-02-01 00:00:00", "2024-03-01 00:00:00"));
        assert_eq!(check("2024-02-29", "WEEK"), both("2024-02-25 00:00:00", "2024-03-03 00:00:00"));
        assert_eq!(check("2024-03-01", "MONTH"), both("2024-03-01 00:00:00", "2024-03-01 00:00:00"));
        assert_eq!(check("2024-05-01", "CENTURY"), both("2001-01-01 00:00:00", "2101-01-01 00:00:00"));
    }
}
