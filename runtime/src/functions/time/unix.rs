//! Seconds since 1970 and text.

use super::civil::Civil;
use super::moments;
use super::old::OldPattern;
use super::old_parse;
use crate::functions::cast::parse_date;
use crate::scope::{Scope, Zone};
use crate::values::calendar::MILLIS_PER_DAY;
use crate::values::{Date, Decimal, Fault, Timestamp, TimestampLtz};

/// `from_unixtime(seconds)`
pub fn from_unixtime<'a>(scope: &Scope<'a>, seconds: i64) -> Result<&'a str, Fault> {
    write(scope, seconds, OldPattern::usual())
}

/// `from_unixtime(seconds, pattern)`
#[inline]
pub fn from_unixtime_as<'a>(scope: &Scope<'a>, seconds: i64, pattern: &OldPattern) -> Result<&'a str, Fault> {
    write(scope, seconds, pattern)
}

fn write<'a>(scope: &Scope<'a>, seconds: i64, pattern: &OldPattern) -> Result<&'a str, Fault> {
    let zone = scope.clock.zone();
    let offset = i64::from(zone.old_offset(seconds));
    let Some(millis) = seconds.checked_mul(1000) else {
        return Err(Fault::new(format!("{seconds} seconds since 1970 are in no year that can be written")));
    };
    scope.clock.texts().text(scope, pattern.grain(), seconds + offset, || {
        pattern.write(scope, Civil::old(millis, offset * 1000), offset, zone, millis)
    })
}

/// `unix_timestamp(text)`; the least `bigint` if the text does not fit.
pub fn unix_timestamp(scope: &Scope<'_>, text: &str) -> i64 {
    seconds(scope, text, OldPattern::usual())
}

/// `unix_timestamp(text, pattern)`
pub fn unix_timestamp_of(scope: &Scope<'_>, text: &str, pattern: &OldPattern) -> Result<i64, Fault> {
    pattern.check()?;
    Ok(seconds(scope, text, pattern))
}

fn seconds(scope: &Scope<'_>, text: &str, pattern: &OldPattern) -> i64 {
    old_parse::parse(text, pattern, scope.clock.zone(), scope.clock.now).map_or(i64::MIN, |millis| millis / 1000)
}

fn utc() -> Zone {
    Zone::new(jiff::tz::TimeZone::UTC)
}

/// `to_date(text)`
pub fn to_date(text: &str) -> Option<Date> {
    parse_date(text)
}

/// `to_date(text, pattern)`. Text that does not fit gives what Flink makes of the least `bigint`, which stands for such
/// text in `unix_timestamp` too: a day in the year 1705471.
pub fn to_date_by(scope: &Scope<'_>, text: &str, pattern: &OldPattern) -> Result<Date, Fault> {
    pattern.check()?;
    let millis = old_parse::parse(text, pattern, &utc(), scope.clock.now);
    Ok(match millis {
        Some(millis) => moments::date(Timestamp { millis, nanos: 0 }),
        // Cut to 32 bits, as there.
        None => Date((i64::MIN / MILLIS_PER_DAY) as i32),
    })
}

/// `date_format(text, pattern)`: the text is `yyyy-MM-dd HH:mm:ss`.
pub fn format_text<'a>(scope: &Scope<'a>, text: &str, pattern: &OldPattern) -> Result<Option<&'a str>, Fault> {
    pattern.check()?;
    let utc = utc();
    match old_parse::parse(text, OldPattern::usual(), &utc, scope.clock.now) {
        Some(millis) => pattern.write(scope, Civil::old(millis, 0), 0, &utc, millis).map(Some),
        None => Ok(None),
    }
}

/// The first and the last millisecond that `to_timestamp_ltz` makes: the years 0 to 9999.
const FIRST_MILLI: i64 = -62_167_219_200_000;
const LAST_MILLI: i64 = 253_402_300_799_999;

/// `to_timestamp_ltz(integer, precision)`: seconds (0), milliseconds (3), microseconds (6) …; null beyond the years 0 to
/// 9999.
pub fn instant_of_integer(number: i64, precision: i32) -> Option<TimestampLtz> {
    let digits = precision.clamp(0, 9).unsigned_abs();
    let (millis, nanos) = if digits <= 3 {
        (number.checked_mul(10i64.pow(3 - digits))?, 0)
    } else {
        let step = 10i64.pow(digits - 3);
        (number.div_euclid(step), number.rem_euclid(step) * 10i64.pow(9 - digits))
    };
    let nanos = u32::try_from(nanos).ok()?;
    (FIRST_MILLI..=LAST_MILLI).contains(&millis).then_some(TimestampLtz { millis, nanos })
}

/// `to_timestamp_ltz(decimal, precision)`: fractions are cut.
pub fn instant_of_decimal<const P: u8, const S: u8>(number: Decimal<P, S>, precision: i32) -> Option<TimestampLtz> {
    let whole = number.unscaled() / 10i128.pow(u32::from(S));
    instant_of_integer(i64::try_from(whole).ok()?, precision)
}

/// `to_timestamp_ltz(double, precision)`: fractions of seconds count down to milliseconds.
pub fn instant_of_double(number: f64, precision: i32) -> Option<TimestampLtz> {
    let scaled = (if precision == 0 { number * 1000.0 } else { number }).floor();
    (scaled.abs() < 1e18).then_some(scaled as i64).and_then(|whole| instant_of_integer(whole, precision.max(3)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn seconds_as_text() {
        with_scope(|scope| {
            assert_eq!(from_unixtime(scope, 0), Ok("1970-01-01 08:00:00"));
            assert!(from_unixtime(scope, i64::MAX).is_err());
            // The local time is beyond 64 bits of milliseconds.
            assert_eq!(from_unixtime(scope, i64::MAX / 1000), Ok("292278994-08-17 15:12:55"));
            let check = |seconds, pattern| from_unixtime_as(scope, seconds, &OldPattern::new(pattern));
            assert_eq!(check(1_795_190_400, "yyyyMMddHH"), Ok("2026112100"));
            assert_eq!(check(583_000_000, "yyyy/MM/dd HH:mm"), Ok("1988/06/23 01:26"));
            assert_eq!(check(0, "EEE, d MMM yyyy"), Ok("Thu, 1 Jan 1970"));
            assert_eq!(check(0, "yy/M/d h:m:s a"), Ok("70/1/1 8:0:0 AM"));
            assert_eq!(check(0, "yyyy-MM-dd'T'HH:mm:ss''"), Ok("1970-01-01T08:00:00'"));
            assert_eq!(check(0, "G D F E k K z Z X XXX S SSS"), Ok("AD 1 1 Thu 8 8 CST +0800 +08 +08:00 0 000"));
            assert_eq!(check(0, "YYYY-ww-u"), Ok("1970-01-4"));
            assert_eq!(check(0, ""), Ok(""));
            assert!(check(0, "bad pattern q").is_err());
        });
    }

    #[test]
    fn text_as_seconds() {
        with_scope(|scope| {
            assert_eq!(unix_timestamp(scope, "1970-01-01 08:00:00"), 0);
            assert_eq!(unix_timestamp(scope, "1970-1-1 8:0:0 and more"), 0);
            assert_eq!(unix_timestamp(scope, "abc"), i64::MIN);
            let check = |text, pattern| unix_timestamp_of(scope, text, &OldPattern::new(pattern));
            assert_eq!(check("2024-02-29 12", "yyyy-MM-dd HH"), Ok(1_709_179_200));
            assert_eq!(check("20240229", "yyyyMMdd"), Ok(1_709_136_000));
            // Numbers that are no year are taken as far as Java's integers go.
            assert_eq!(check("2147483648", "yyyy"), Ok(6_017_484_157_292_606));
            assert_eq!(check("9223372036854775808", "yyyy"), Ok(-6_019_000_092_870_206));
            assert_eq!(check("2147483648", "HH"), Ok(-7_730_940_038_400));
            assert_eq!(check("NaN", "yyyy"), Ok(-62_167_420_800));
            assert_eq!(check("2021-02-29", "yyyy-MM-dd"), check("2021-03-01", "yyyy-MM-dd"));
            assert_eq!(check("29 Feb 2024", "d MMM yyyy"), Ok(1_709_136_000));
            assert_eq!(check("24-2-29 1 PM", "yy-M-d h a"), Ok(1_709_182_800));
            assert_eq!(check("2024-02-29T00:00:00+0000", "yyyy-MM-dd'T'HH:mm:ssZ"), Ok(1_709_164_800));
        });
    }

    #[test]
    fn text_as_dates() {
        with_scope(|scope| {
            let check = |text| to_date_by(scope, text, &OldPattern::new("yyyyMMdd")).map(|date| date.to_string());
            assert_eq!(check("20240229"), Ok("2024-02-29".to_owned()));
            assert_eq!(check("abc"), Ok("1705471-09-27".to_owned()));
        });
    }

    #[test]
    fn numbers_as_instants() {
        assert_eq!(instant_of_integer(-1, 6), Some(TimestampLtz { millis: -1, nanos: 999_000 }));
        assert_eq!(instant_of_integer(1, 0), Some(TimestampLtz { millis: 1000, nanos: 0 }));
        assert_eq!(instant_of_integer(i64::MAX, 3), None);
        assert_eq!(instant_of_double(0.5, 0), Some(TimestampLtz { millis: 500, nanos: 0 }));
    }
}
