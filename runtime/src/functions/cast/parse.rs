//! Text as values of the other types, as Flink's casts read it.

use crate::functions::decimal::rescale_unscaled;
use crate::values::calendar::{MILLIS_PER_DAY, days, days_in_month, is_leap};
use crate::values::{Date, Decimal, Time, Timestamp};

/// `true t yes y 1` and `false f no n 0` in any case, without blanks.
pub fn parse_boolean(text: &str) -> Option<bool> {
    let is = |words: [&str; 5]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["true", "t", "yes", "y", "1"]) {
        Some(true)
    } else if is(["false", "f", "no", "n", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// An integer: blanks around it, a sign, a fraction that is cut; no exponent.
pub fn parse_integer(text: &str) -> Option<i64> {
    let text = text.trim_matches(' ');
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if unsigned.is_empty() {
        return None;
    }
    let mut digits = unsigned.iter();
    let mut value: i64 = 0;
    for byte in digits.by_ref() {
        match byte {
            b'0'..=b'9' => value = value.checked_mul(10)?.checked_sub(i64::from(byte - b'0'))?,
            b'.' => break,
            _ => return None,
        }
    }
    if !digits.all(u8::is_ascii_digit) {
        return None;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

/// A decimal, rounded half up: blanks around it, a sign, a fraction, an exponent.
pub fn parse_decimal<const P: u8, const S: u8>(text: &str) -> Option<Decimal<P, S>> {
    let blank = |c: char| matches!(c, ' ' | '\n' | '\t');
    let trimmed = text.trim_matches(blank);
    if P <= 18 && text.len() <= 18 {
        return parse_short_decimal(text.trim_start_matches(blank).as_bytes());
    }
    let (unscaled, exponent) = scientific(trimmed.as_bytes())?;
    scaled(unscaled, exponent)
}

/// The way of short texts in Flink: one byte that belongs to no number may follow the digits, or stand alone for 0
/// (`12x` is 12, `F` is 0).
fn parse_short_decimal<const P: u8, const S: u8>(text: &[u8]) -> Option<Decimal<P, S>> {
    let (negative, mut rest) = match text {
        [] => return None,
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if rest.is_empty() {
        return None;
    }
    let (mut value, mut length, mut point): (i128, i32, Option<i32>) = (0, 0, None);
    let mut stop = 0;
    while let [byte, after @ ..] = rest {
        rest = after;
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i128::from(byte - b'0');
                length += 1;
            }
            b'.' if point.is_none() => point = Some(length),
            b'.' => return None,
            _ => {
                stop = *byte;
                break;
            }
        }
    }
    let mut exponent = 0;
    if matches!(stop, b'e' | b'E') && !rest.is_empty() {
        let minus = rest.first() == Some(&b'-');
        if let [b'-' | b'+', after @ ..] = rest {
            rest = after;
            if rest.is_empty() {
                return None;
            }
        }
        while let [byte, after @ ..] = rest {
            rest = after;
            if !byte.is_ascii_digit() {
                break;
            }
            if exponent < 40 {
                exponent = exponent * 10 + i32::from(byte - b'0');
            }
        }
        exponent = if minus { -exponent } else { exponent };
    }
    exponent -= length - point.unwrap_or(length);
    if !rest.iter().all(|byte| matches!(byte, b' ' | b'\n' | b'\t')) {
        return None;
    }
    // More than 18 digits behind the scale are beyond Flink's table of powers.
    let change = exponent + i32::from(S);
    if length + change > i32::from(P) || change < -18 {
        return None;
    }
    scaled(if negative { -value } else { value }, exponent)
}

/// `[sign] digits [. digits] [e [sign] digits]` as `value × 10^exponent`, as far as 38 digits hold it.
fn scientific(text: &[u8]) -> Option<(i128, i32)> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut value: i128 = 0;
    let (mut exponent, mut digits, mut point) = (0i32, 0, false);
    let mut bytes = rest.iter();
    let mut tail: Option<&[u8]> = None;
    while let Some(byte) = bytes.next() {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                // Digits that do not fit any more still count for the size, and the first of them for rounding.
                match value.checked_mul(10).and_then(|value| value.checked_add(i128::from(byte - b'0'))) {
                    Some(next) if exponent <= 0 || !point => {
                        value = next;
                        exponent -= i32::from(point);
                    }
                    Some(_) => {}
                    None if point => {}
                    None => return None,
                }
            }
            b'.' if !point => point = true,
            b'e' | b'E' => {
                tail = Some(bytes.as_slice());
                break;
            }
            _ => return None,
        }
    }
    if digits == 0 {
        return None;
    }
    if let Some(tail) = tail {
        let (minus, tail) = match tail {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        if tail.is_empty() || !tail.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let size = tail.iter().fold(0i32, |size, byte| size.saturating_mul(10).saturating_add(i32::from(byte - b'0')));
        exponent = exponent.saturating_add(if minus { -size } else { size });
    }
    Some((if negative { -value } else { value }, exponent))
}

/// `value × 10^exponent` as a decimal, rounded half up.
fn scaled<const P: u8, const S: u8>(value: i128, exponent: i32) -> Option<Decimal<P, S>> {
    if value == 0 {
        return Some(Decimal::ZERO);
    }
    if exponent > 0 {
        let whole = value.checked_mul(10i128.checked_pow(exponent.unsigned_abs())?)?;
        return rescale_unscaled(whole, 0);
    }
    match u8::try_from(exponent.unsigned_abs()) {
        Ok(scale) if scale <= 76 => rescale_unscaled(value, scale),
        _ => Some(Decimal::ZERO),
    }
}

/// A date: `2024-02-29`, `2024-2`, `2024`, anything behind a blank ignored, blanks around the numbers.
pub fn parse_date(text: &str) -> Option<Date> {
    let text = match text.find(' ') {
        Some(at) if at > 0 => text.split_at(at).0,
        _ => text,
    };
    let mut parts = text.splitn(3, '-');
    let year = natural(parts.next()?)?;
    let month = parts.next().map_or(Some(1), natural)?;
    let day = parts.next().map_or(Some(1), natural)?;
    let valid_month = u8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    if year > 9999 || day < 1 || day > i64::from(days_in_month(year, valid_month)) {
        return None;
    }
    i32::try_from(days(year, month, day)).ok().map(Date)
}

/// A number of digits only, blanks around it.
fn natural(text: &str) -> Option<i64> {
    let text = text.trim_matches(|c: char| c <= ' ');
    if text.is_empty() || text.len() > 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|value| *value <= i64::from(i32::MAX))
}

/// A time of day: `12:34:56.789`, `12:34`, `12`.
pub fn parse_time(text: &str) -> Option<Time> {
    // A zone behind the time shifts it.
    let zone = text.find('-').or_else(|| text.find('+'));
    let sign = if text.contains('-') { -1 } else { 1 };
    let (clock, zone) = match zone {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?),
        None => (text, "0"),
    };
    let (zone_hour, zone_minute) = match zone.split_once(':') {
        Some((hour, minute)) => (natural(hour)?, natural(minute)?),
        None => (natural(zone)?, 0),
    };
    let mut parts = clock.splitn(3, ':');
    let hour = natural(parts.next()?)?;
    let minute = parts.next().map_or(Some(0), natural)?;
    let (second, millis) = match parts.next().map(|second| second.split_once('.').unwrap_or((second, ""))) {
        Some((second, fraction)) => (natural(second)?, rounded_millis(fraction.trim_matches(|c: char| c <= ' '))),
        None => (0, 0),
    };
    let (hour, minute) = (hour + sign * zone_hour, minute + sign * zone_minute);
    let millis = hour * 3_600_000 + minute * 60_000 + second * 1000 + millis;
    i32::try_from(millis).ok().filter(|millis| (0..MILLIS_PER_DAY).contains(&i64::from(*millis))).map(Time)
}

/// The first three digits of a fraction, rounded by the fourth.
fn rounded_millis(fraction: &str) -> i64 {
    let digit =
        |at: usize| fraction.as_bytes().get(at).filter(|b| b.is_ascii_digit()).map_or(0, |b| i64::from(b - b'0'));
    digit(0) * 100 + digit(1) * 10 + digit(2) + i64::from(digit(3) >= 5)
}

/// A timestamp: `2024-02-29 12:34:56.789` or a date alone; month, day and the parts of the time may have one digit.
/// Days that a month does not have become its last day. Digits behind the precision are cut.
pub fn parse_timestamp(text: &str, precision: i32) -> Option<Timestamp> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.year()?;
    rest.expect(b'-')?;
    // Every part but the year may be missing.
    let month = rest.two_digits().unwrap_or(1);
    rest.expect(b'-')?;
    let day = rest.two_digits().unwrap_or(1);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let last = if month == 2 { if is_leap(year) { 29 } else { 28 } } else { days_in_month(year, month as u8) };
    let days = days(year, month, day.min(i64::from(last)));
    let (mut millis, mut nanos) = (0, 0);
    if !rest.0.is_empty() {
        rest.expect(b' ')?;
        let hour = rest.two_digits().unwrap_or(0);
        rest.expect(b':')?;
        let minute = rest.two_digits().unwrap_or(0);
        rest.expect(b':')?;
        let second = rest.two_digits().unwrap_or(0);
        millis = hour * 3_600_000 + minute * 60_000 + second * 1000;
        nanos = rest.fraction()?;
        // 24:00 is the end of the day, nothing later is.
        let end = hour == 24 && millis == MILLIS_PER_DAY && nanos == 0;
        if (hour > 23 && !end) || minute > 59 || second > 59 {
            return None;
        }
    }
    let keep = 10i64.pow(9 - precision.clamp(0, 9).unsigned_abs());
    let nanos = nanos / keep * keep;
    let millis = days * MILLIS_PER_DAY + millis + nanos / 1_000_000;
    Some(Timestamp { millis, nanos: (nanos % 1_000_000) as u32 })
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn expect(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    fn digits(&mut self, most: usize) -> Option<(i64, usize)> {
        let length = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        (length > 0).then(|| (digits.iter().fold(0, |value, byte| value * 10 + i64::from(byte - b'0')), length))
    }

    /// Four digits; more only behind a plus sign.
    fn year(&mut self) -> Option<i64> {
        let signed = self.expect(b'+').is_some();
        let (year, length) = self.digits(10)?;
        (if signed { length > 4 } else { length == 4 })
            .then_some(year)
            .filter(|year| *year > 0 && *year < 1_000_000_000)
    }

    fn two_digits(&mut self) -> Option<i64> {
        self.digits(2).map(|(value, _)| value)
    }

    /// Nothing, or a point and up to nine digits, as nanoseconds; then the end.
    fn fraction(&mut self) -> Option<i64> {
        if self.0.is_empty() {
            return Some(0);
        }
        self.expect(b'.')?;
        let (value, length) = self.digits(9).unwrap_or((0, 0));
        let missing = u32::try_from(9 - length).ok()?;
        self.0.is_empty().then(|| value * 10i64.pow(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        assert_eq!(parse_integer(" 12 "), Some(12));
        assert_eq!(parse_integer("+5"), Some(5));
        assert_eq!(parse_integer("-0.005"), Some(0));
        assert_eq!(parse_integer("1e3"), None);
        assert_eq!(parse_integer(""), None);
        assert_eq!(parse_integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(parse_integer("9223372036854775808"), None);
    }

    #[test]
    fn decimals() {
        let d = |text: &str| parse_decimal::<18, 2>(text).map(|decimal| decimal.to_string());
        assert_eq!(d(" 12 ").as_deref(), Some("12.00"));
        assert_eq!(d("1e3").as_deref(), Some("1000.00"));
        assert_eq!(d("-0.005").as_deref(), Some("-0.01"));
        assert_eq!(d("F").as_deref(), Some("0.00"));
        assert_eq!(d("abc"), None);
        assert_eq!(d(""), None);
        assert_eq!(d("99999999999999999999.99"), None);
        let d = |text: &str| parse_decimal::<38, 18>(text).map(|decimal| decimal.to_string());
        assert_eq!(d(" 1.5 ").as_deref(), Some("1.500000000000000000"));
        assert_eq!(d("F"), None);
    }

    #[test]
    fn dates_and_times() {
        let d = |text: &str| parse_date(text).map(|date| date.to_string());
        assert_eq!(d("2020-02-29").as_deref(), Some("2020-02-29"));
        assert_eq!(d("2021-02-29"), None);
        assert_eq!(d("12").as_deref(), Some("0012-01-01"));
        assert_eq!(d("2024-02-29 12:34").as_deref(), Some("2024-02-29"));
        let t = |text: &str| parse_timestamp(text, 3).map(|ts| ts.display(3).to_string());
        assert_eq!(t("2021-02-29").as_deref(), Some("2021-02-28 00:00:00.000"));
        assert_eq!(t("2024-2-9 1:2:3.45").as_deref(), Some("2024-02-09 01:02:03.450"));
        assert_eq!(t("2024-02-29T12:34:56"), None);
        assert_eq!(t("12"), None);
        assert_eq!(parse_time("12:34:56.7895").map(|time| time.to_string()).as_deref(), Some("12:34:56.790"));
    }
}
