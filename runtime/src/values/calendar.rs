//! Days and civil dates in the proleptic Gregorian calendar.

/// Milliseconds of a day.
pub const MILLIS_PER_DAY: i64 = 86_400_000;

/// Year, month (from 1) and day (from 1) of a day counted from 1970-01-01.
pub const fn civil(days: i64) -> (i64, u8, u8) {
    // Eras of 400 years that begin on a 1 March, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u8;
    let year = year_of_era + era * 400 + (month <= 2) as i64;
    (year, month, day)
}

/// The day, counted from 1970-01-01, of a civil date. Months and days outside their range count on.
pub const fn days(year: i64, month: i64, day: i64) -> i64 {
    let month_from_march = month + 9;
    let year = year + (month_from_march).div_euclid(12) - 1;
    let month_from_march = month_from_march.rem_euclid(12);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Whether a year has a 29 February.
pub const fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// How many days a month (from 1 to 12) has.
pub const fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for day in (-800_000..3_000_000).step_by(37) {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, i64::from(month), i64::from(of_month)), day);
            assert!(of_month >= 1 && of_month <= days_in_month(year, month));
        }
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(-719_528), (0, 1, 1));
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(days(2001, 14, 1), days(2002, 2, 1));
        assert_eq!(days(2001, 0, 1), days(2000, 12, 1));
    }
}
