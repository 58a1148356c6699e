//! Fields of dates, times and intervals; differences.

use super::civil::Civil;
use crate::values::calendar::{MILLIS_PER_DAY, days, days_in_month};
use crate::values::{Date, Fault, Time, Timestamp};

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A thousand years; the third began in 2001.
    Millennium,
    /// A hundred years; the 21st began in 2001.
    Century,
    /// Ten years.
    Decade,
    /// A year.
    Year,
    /// The year of the ISO week.
    IsoYear,
    /// Three months.
    Quarter,
    /// A month.
    Month,
    /// A week; as a field by ISO 8601, for rounding from Sunday.
    Week,
    /// A day.
    Day,
    /// The day of the year.
    DayOfYear,
    /// The day of the week, Sunday is 1.
    DayOfWeek,
    /// The day of the week, Monday is 1.
    IsoDayOfWeek,
    /// An hour.
    Hour,
    /// A minute.
    Minute,
    /// A second.
    Second,
    /// A millisecond; as a field of the second.
    Millisecond,
    /// A microsecond; as a field of the second.
    Microsecond,
    /// A nanosecond; as a field of the second.
    Nanosecond,
    /// Seconds since 1970.
    Epoch,
}

impl Unit {
    /// The unit of a word that the compiler has checked, such as `YEAR`.
    pub fn new(word: &str) -> Self {
        match word {
            "MILLENNIUM" => Self::Millennium,
            "CENTURY" => Self::Century,
            "DECADE" => Self::Decade,
            "YEAR" => Self::Year,
            "ISOYEAR" => Self::IsoYear,
            "QUARTER" => Self::Quarter,
            "MONTH" => Self::Month,
            "WEEK" => Self::Week,
            "DAY" => Self::Day,
            "DOY" => Self::DayOfYear,
            "DOW" => Self::DayOfWeek,
            "ISODOW" => Self::IsoDayOfWeek,
            "HOUR" => Self::Hour,
            "MINUTE" => Self::Minute,
            "SECOND" => Self::Second,
            "MILLISECOND" => Self::Millisecond,
            "MICROSECOND" => Self::Microsecond,
            "NANOSECOND" => Self::Nanosecond,
            _ => Self::Epoch,
        }
    }
}

/// `extract(unit from date)`
pub fn date_field(date: Date, unit: &Unit) -> i64 {
    field(Timestamp { millis: i64::from(date.0) * MILLIS_PER_DAY, nanos: 0 }, unit)
}

/// `extract(unit from timestamp)`
pub fn field(moment: Timestamp, unit: &Unit) -> i64 {
    let civil = Civil::new(moment);
    match unit {
        Unit::Millennium => ages(civil.year, 1000),
        Unit::Century => ages(civil.year, 100),
        Unit::Decade => civil.year.div_euclid(10),
        Unit::Year => civil.year,
        Unit::IsoYear => iso_week(&civil).1,
        Unit::Quarter => (i64::from(civil.month) + 2) / 3,
        Unit::Month => i64::from(civil.month),
        Unit::Week => iso_week(&civil).0,
        Unit::Day => i64::from(civil.day),
        Unit::DayOfYear => civil.day_of_year(),
        Unit::DayOfWeek => civil.day_from_sunday(),
        Unit::IsoDayOfWeek => civil.day_of_week(),
        Unit::Epoch => moment.millis.div_euclid(1000),
        Unit::Hour | Unit::Minute | Unit::Second | Unit::Millisecond | Unit::Microsecond | Unit::Nanosecond => {
            of_day(civil.millis, civil.nanos, *unit)
        }
    }
}

/// `extract(unit from time)`
pub fn time_field(time: Time, unit: &Unit) -> i64 {
    of_day(i64::from(time.0), 0, *unit)
}

fn of_day(millis: i64, nanos: u32, unit: Unit) -> i64 {
    let nanos = millis % 1000 * 1_000_000 + i64::from(nanos);
    match unit {
        Unit::Hour => millis / 3_600_000,
        Unit::Minute => millis / 60_000 % 60,
        Unit::Second => millis / 1000 % 60,
        Unit::Millisecond => millis % 1000,
        Unit::Microsecond => nanos / 1000,
        Unit::Nanosecond => nanos,
        Unit::Millennium
        | Unit::Century
        | Unit::Decade
        | Unit::Year
        | Unit::IsoYear
        | Unit::Quarter
        | Unit::Month
        | Unit::Week
        | Unit::Day
        | Unit::DayOfYear
        | Unit::DayOfWeek
        | Unit::IsoDayOfWeek
        | Unit::Epoch => millis / 1000,
    }
}

/// `extract(unit from interval of months)`
pub fn months_field(months: i64, unit: &Unit) -> i64 {
    match unit {
        Unit::Year => months / 12,
        Unit::Quarter => months % 12 / 3 + 1,
        _ => months % 12,
    }
}

/// `extract(unit from interval of milliseconds)`
pub fn millis_field(millis: i64, unit: &Unit) -> i64 {
    match unit {
        Unit::Day => millis / MILLIS_PER_DAY,
        other => of_day(millis % MILLIS_PER_DAY, 0, *other),
    }
}

/// Centuries and millennia are counted from year 1 and from year -1.
fn ages(year: i64, length: i64) -> i64 {
    if year > 0 { (year + length - 1) / length } else { (year - length + 1) / length }
}

/// Week and year by ISO 8601: weeks begin on Monday, the first one holds 4 January.
fn iso_week(civil: &Civil) -> (i64, i64) {
    let thursday = civil.days - civil.day_of_week() + 4;
    let (year, ..) = crate::values::calendar::civil(thursday);
    ((thursday - days(year, 1, 1)) / 7 + 1, year)
}

/// `timestampdiff(unit, from, to)`: whole units, cut.
pub fn difference(unit: &Unit, from: Timestamp, to: Timestamp) -> Result<i32, Fault> {
    let millis = to.millis - from.millis;
    let count = match unit {
        Unit::Year => months_between(from, to) / 12,
        Unit::Quarter => months_between(from, to) / 3,
        Unit::Month => months_between(from, to),
        Unit::Week => millis / (7 * MILLIS_PER_DAY),
        Unit::Day => millis / MILLIS_PER_DAY,
        Unit::Hour => millis / 3_600_000,
        Unit::Minute => millis / 60_000,
        Unit::Second => millis / 1000,
        Unit::Microsecond => millis * 1000 + (i64::from(to.nanos) - i64::from(from.nanos)) / 1000,
        _ => millis,
    };
    i32::try_from(count).map_err(|_| Fault::overflow("int"))
}

/// Whole months from one moment to another: of their days, less one if they end on the same day at an earlier time.
fn months_between(from: Timestamp, to: Timestamp) -> i64 {
    let (a, b) = (Civil::new(from), Civil::new(to));
    let months = if b.days < a.days { -months_of_days(&b, &a) } else { months_of_days(&a, &b) };
    let reached = a.year * 12 + i64::from(a.month) - 1 + months;
    let (year, month) = (reached.div_euclid(12), reached.rem_euclid(12) + 1);
    let day = a.day.min(days_in_month(year, month as u8));
    let same_day = days(year, month, i64::from(day)) == b.days;
    if same_day && b.millis < a.millis { months - 1 } else { months }
}

/// Whole months from one day to a later one. A month is whole at the same day, or at the last one of a shorter month.
fn months_of_days(from: &Civil, to: &Civil) -> i64 {
    let months = (to.year - from.year) * 12 + i64::from(to.month) - i64::from(from.month);
    if from.day.min(days_in_month(to.year, to.month)) <= to.day { months } else { months - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::cast::parse_timestamp;

    fn ts(text: &str) -> Timestamp {
        parse_timestamp(text, 9).unwrap_or_default()
    }

    #[test]
    fn fields() {
        let check = |text, unit| field(ts(text), &Unit::new(unit));
        assert_eq!(check("1969-12-31 23:59:59.999", "HOUR"), 23);
        assert_eq!(check("1969-12-31 23:59:59.999", "DAY"), 31);
        assert_eq!(check("1969-12-31 23:59:59.999", "EPOCH"), -1);
        assert_eq!(check("2024-02-29 12:34:56.789", "MILLISECOND"), 789);
        assert_eq!(check("2000-01-01", "CENTURY"), 20);
        assert_eq!(check("2001-01-01", "MILLENNIUM"), 3);
        assert_eq!(check("2021-01-03", "WEEK"), 53);
        assert_eq!(check("2021-01-03", "ISOYEAR"), 2020);
        assert_eq!(check("2000-02-29", "DOW"), 3);
        assert_eq!(check("2000-02-29", "ISODOW"), 2);
    }

    #[test]
    fn differences() {
        let check = |unit, from, to| difference(&Unit::new(unit), ts(from), ts(to));
        assert_eq!(check("DAY", "2024-02-28 12:00:00", "2024-03-01 11:59:59"), Ok(1));
        assert_eq!(check("MONTH", "2024-01-31", "2024-02-29"), Ok(1));
        assert_eq!(check("MONTH", "2024-02-29", "2024-01-31"), Ok(-1));
        assert_eq!(check("YEAR", "2000-02-29", "2024-02-28"), Ok(23));
        assert!(check("SECOND", "0001-01-01", "2024-01-01").is_err());
    }
}
