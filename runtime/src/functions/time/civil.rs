//! A local date and time taken apart.

use crate::values::Timestamp;
use crate::values::calendar::{MILLIS_PER_DAY, civil, days};

/// The fields of a local date and time that patterns write.
#[derive(Debug, Clone, Copy)]
pub struct Civil {
    /// Days since 1970-01-01.
    pub days: i64,
    /// The year; 0 is 1 BC.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// Whether the year began in the Julian calendar.
    julian: bool,
    /// Milliseconds of the day.
    pub millis: i64,
    /// Nanoseconds of the millisecond.
    pub nanos: u32,
}

impl Civil {
    /// In the proleptic Gregorian calendar.
    pub fn new(moment: Timestamp) -> Self {
        let day = moment.millis.div_euclid(MILLIS_PER_DAY);
        Self::of_day(day, moment)
    }

    fn of_day(day: i64, moment: Timestamp) -> Self {
        let (year, month, of_month) = civil(day);
        Self {
            days: day,
            year,
            month,
            day: of_month,
            julian: false,
            millis: moment.millis.rem_euclid(MILLIS_PER_DAY),
            nanos: moment.nanos,
        }
    }

    /// In Java's old calendar, that is Julian before 1582-10-15. `ahead` is how many milliseconds the local time is
    /// ahead of UTC; both together may be beyond 64 bits.
    pub fn old(millis: i64, ahead: i64) -> Self {
        let of_day = millis.rem_euclid(MILLIS_PER_DAY) + ahead;
        let day = millis.div_euclid(MILLIS_PER_DAY) + of_day.div_euclid(MILLIS_PER_DAY);
        let moment = Timestamp { millis: of_day, nanos: 0 };
        if day >= FIRST_GREGORIAN_DAY {
            let civil = Self::of_day(day, moment);
            return Self { julian: civil.year == 1582, ..civil };
        }
        let (year, month, of_month) = julian(day);
        Self { year, month, day: of_month, julian: true, ..Self::of_day(day, moment) }
    }

    /// 1 to 366.
    pub fn day_of_year(&self) -> i64 {
        self.days - if self.julian { julian_days(self.year, 1, 1) } else { days(self.year, 1, 1) } + 1
    }

    /// Monday is 1, Sunday 7.
    pub fn day_of_week(&self) -> i64 {
        (self.days + 3).rem_euclid(7) + 1
    }

    /// Sunday is 1, Saturday 7.
    pub fn day_from_sunday(&self) -> i64 {
        (self.days + 4).rem_euclid(7) + 1
    }

    /// Week and year of weeks that begin on Sunday; the first one holds 1 January.
    pub fn week(&self) -> (i64, i64) {
        let length = days(self.year + 1, 1, 1) - days(self.year, 1, 1);
        let until_saturday = 7 - self.day_from_sunday();
        if self.day_of_year() + until_saturday > length {
            return (1, self.year + 1);
        }
        // Days from Sunday to 1 January.
        let first = (self.day_from_sunday() - self.day_of_year()).rem_euclid(7);
        ((self.day_of_year() - 1 + first) / 7 + 1, self.year)
    }

    /// The week of the month; weeks begin on Sunday.
    pub fn week_of_month(&self) -> i64 {
        let day = i64::from(self.day);
        let first = (self.day_from_sunday() - day).rem_euclid(7);
        (day - 1 + first) / 7 + 1
    }

    /// 0 to 23.
    pub fn hour(&self) -> i64 {
        self.millis / 3_600_000
    }

    /// 0 to 59.
    pub fn minute(&self) -> i64 {
        self.millis / 60_000 % 60
    }

    /// 0 to 59.
    pub fn second(&self) -> i64 {
        self.millis / 1000 % 60
    }

    /// Nanoseconds of the second.
    pub fn nano(&self) -> i64 {
        self.millis % 1000 * 1_000_000 + i64::from(self.nanos)
    }
}

/// 1582-10-15, before which the old calendar is Julian.
pub const FIRST_GREGORIAN_DAY: i64 = -141_427;

/// The day, counted from 1970-01-01, of a date of the Julian calendar. Months and days outside their range count on.
pub fn julian_days(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month + 9).div_euclid(12) - 1;
    let month = (month + 9).rem_euclid(12);
    year * 365 + year.div_euclid(4) + (153 * month + 2) / 5 + day - 719_471
}

fn julian(day: i64) -> (i64, u8, u8) {
    let shifted = day + 719_470;
    let cycle = shifted.div_euclid(1461);
    let of_cycle = shifted.rem_euclid(1461);
    let year_of_cycle = (of_cycle - of_cycle / 1460) / 365;
    let of_year = of_cycle - year_of_cycle * 365;
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let year = cycle * 4 + year_of_cycle + i64::from(month >= 10);
    (year, if month < 10 { month + 3 } else { month - 9 } as u8, of_month as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_calendar() {
        for day in -2_000_000..-100_000 {
            let (year, month, of_month) = julian(day);
            assert_eq!(julian_days(year, i64::from(month), i64::from(of_month)), day);
        }
        assert_eq!(julian(FIRST_GREGORIAN_DAY - 1), (1582, 10, 4));
        let first = Civil::old(FIRST_GREGORIAN_DAY * MILLIS_PER_DAY, 0);
        assert_eq!((first.year, first.month, first.day), (1582, 10, 15));
    }

    #[test]
    fn weeks_begin_on_sunday() {
        let week =
            |year, month, day| Civil::new(Timestamp { millis: days(year, month, day) * MILLIS_PER_DAY, nanos: 0 });
        assert_eq!(week(1970, 1, 1).week(), (1, 1970));
        assert_eq!(week(1969, 12, 31).week(), (1, 1970));
        assert_eq!(week(2000, 2, 29).week(), (10, 2000));
        assert_eq!(week(2024, 2, 29).week(), (9, 2024));
        assert_eq!(week(2000, 2, 29).week_of_month(), 5);
        assert_eq!(week(1970, 1, 4).week(), (2, 1970));
        assert_eq!(week(2023, 1, 1).week(), (1, 2023));
        assert_eq!(week(2022, 12, 31).week(), (53, 2022));
    }
}
