//! Reading timestamps by a pattern of `DateTimeFormatter`: the whole text must fit, values must be in their range, and
//! a day that a month does not have becomes its last.

use super::names::{DAYS, MONTHS};
use super::pattern::{Field, Pattern, Piece};
use super::place::Place;
use crate::functions::cast::parse_timestamp;
use crate::values::calendar::{MILLIS_PER_DAY, days, days_in_month};
use crate::values::{Timestamp, TimestampLtz};

/// `to_timestamp(text)`
pub fn to_timestamp(text: &str) -> Option<Timestamp> {
    parse_timestamp(text, 3)
}

/// `to_timestamp(text, pattern)`; a text that does not fit may still be a plain date or timestamp.
pub fn to_timestamp_by(text: &str, pattern: &Pattern) -> Option<Timestamp> {
    let pieces = pattern.pieces().ok()?;
    let mut fields = Fields::default();
    let read = read_all(pieces, text, &mut fields).filter(|rest| rest.is_empty()).and_then(|_| fields.timestamp());
    read.or_else(|| plain(text))
}

/// `to_timestamp_ltz(text)`, in UTC.
pub fn to_instant(text: &str) -> Option<TimestampLtz> {
    to_timestamp(text).map(in_utc)
}

/// `to_timestamp_ltz(text, pattern)`, in UTC.
pub fn to_instant_by(text: &str, pattern: &Pattern) -> Option<TimestampLtz> {
    to_timestamp_by(text, pattern).map(in_utc)
}

/// `to_timestamp_ltz(text, pattern, zone)`
pub fn to_instant_in(text: &str, pattern: &Pattern, place: &Place) -> Option<TimestampLtz> {
    to_timestamp_by(text, pattern).map(|local| place.or_utc().instant(local))
}

fn in_utc(moment: Timestamp) -> TimestampLtz {
    TimestampLtz { millis: moment.millis, nanos: moment.nanos }
}

/// What was read.
#[derive(Debug, Clone, Copy, Default)]
struct Fields {
    year: Option<i64>,
    before_christ: bool,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: Option<i64>,
    half_hour: Option<i64>,
    afternoon: Option<bool>,
    minute: Option<i64>,
    second: Option<i64>,
    nano: Option<i64>,
    of_day: Option<i64>,
}

/// Reads all pieces; gives what follows them.
fn read_all<'a>(pieces: &[Piece], mut text: &'a str, fields: &mut Fields) -> Option<&'a str> {
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        at += 1;
        match *piece {
            Piece::Literal(character) => text = text.strip_prefix(character)?,
            Piece::Close => {}
            Piece::Open => {
                let length = closing(pieces.get(at..)?);
                let inner = pieces.get(at..at + length)?;
                let mut attempt = *fields;
                // What is optional is read if it fits, and left out else.
                if let Some(rest) = read_all(inner, text, &mut attempt) {
                    (text, *fields) = (rest, attempt);
                }
                at += length;
            }
            Piece::Field(field, count) => {
                let reserved = reserved(pieces.get(at..)?);
                text = fields.read(field, count, reserved, text)?;
            }
        }
    }
    Some(text)
}

/// How many pieces stand before the bracket that closes.
fn closing(pieces: &[Piece]) -> usize {
    let mut depth = 0u32;
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Open => depth += 1,
            Piece::Close if depth == 0 => return at,
            Piece::Close => depth -= 1,
            Piece::Literal(_) | Piece::Field(..) => {}
        }
    }
    pieces.len()
}

/// How many digits the numbers of fixed width right behind a number take.
fn reserved(pieces: &[Piece]) -> usize {
    let width = |piece: &Piece| match *piece {
        Piece::Field(Field::Fraction, count) => Some(count),
        Piece::Field(field, 2) if is_short_number(field) => Some(2),
        Piece::Field(Field::DayOfYear, 3) => Some(3),
        Piece::Field(..) | Piece::Literal(_) | Piece::Open | Piece::Close => None,
    };
    pieces.iter().map_while(width).sum()
}

fn is_short_number(field: Field) -> bool {
    matches!(
        field,
        Field::Month
            | Field::Day
            | Field::Quarter
            | Field::HalfHourFromOne
            | Field::HalfHour
            | Field::HourFromOne
            | Field::Hour
            | Field::Minute
            | Field::Second
            | Field::Year
            | Field::YearOfEra
    )
}

impl Fields {
    fn read<'a>(&mut self, field: Field, count: usize, reserved: usize, text: &'a str) -> Option<&'a str> {
        match field {
            Field::Era => {
                let (name, rest) = text.split_at_checked(2)?;
                self.before_christ = name == "BC";
                return (name == "AD" || name == "BC").then_some(rest);
            }
            Field::Month if count >= 3 => {
                let (month, length) = named(&MONTHS, text, count)?;
                set(&mut self.month, month)?;
                return text.get(length..);
            }
            Field::DayName => return text.get(named(&DAYS, text, count)?.1..),
            Field::AmPm => {
                let (name, rest) = text.split_at_checked(2)?;
                self.afternoon = Some(name == "PM");
                return (name == "AM" || name == "PM").then_some(rest);
            }
            Field::IsoOffset | Field::PlainOffset => return iso_offset(text, count, field == Field::IsoOffset),
            Field::Offset => return offset(text),
            Field::Zone
            | Field::WeekYear
            | Field::Week
            | Field::WeekOfMonth
            | Field::Quarter
            | Field::DayNumber
            | Field::DayPeriod
            | Field::ModifiedJulianDay
            | Field::DayInMonthWeek => return None,
            Field::Year | Field::YearOfEra => return self.year(count, reserved, text),
            Field::DayOfYear
            | Field::Month
            | Field::Day
            | Field::HalfHourFromOne
            | Field::HalfHour
            | Field::HourFromOne
            | Field::Hour
            | Field::Minute
            | Field::Second
            | Field::Fraction
            | Field::MilliOfDay
            | Field::Nano
            | Field::NanoOfDay => {}
        }
        let (least, most) = match field {
            Field::Fraction => (count, count),
            Field::DayOfYear => (count, 3),
            Field::MilliOfDay | Field::Nano | Field::NanoOfDay => (count, 19),
            _ if count == 2 => (2, 2),
            _ => (1, 19),
        };
        let (value, rest) = number(text, least, most, reserved)?;
        let within = |range: std::ops::RangeInclusive<i64>| range.contains(&value).then_some(value);
        match field {
            Field::DayOfYear => set(&mut self.day_of_year, within(1..=366)?)?,
            Field::Month => set(&mut self.month, within(1..=12)?)?,
            Field::Day => set(&mut self.day, within(1..=31)?)?,
            Field::HalfHourFromOne => set(&mut self.half_hour, within(0..=12)? % 12)?,
            Field::HalfHour => set(&mut self.half_hour, within(0..=11)?)?,
            Field::HourFromOne => set(&mut self.hour, within(0..=24)? % 24)?,
            Field::Hour => set(&mut self.hour, within(0..=24)?)?,
            Field::Minute => set(&mut self.minute, within(0..=59)?)?,
            Field::Second => set(&mut self.second, within(0..=59)?)?,
            Field::Fraction => {
                let missing = u32::try_from(9usize.checked_sub(count)?).ok()?;
                set(&mut self.nano, value * 10i64.pow(missing))?;
            }
            Field::Nano => set(&mut self.nano, within(0..=999_999_999)?)?,
            Field::MilliOfDay => self.of_day = Some(within(0..=MILLIS_PER_DAY - 1)? * 1_000_000),
            Field::NanoOfDay => self.of_day = Some(within(0..=MILLIS_PER_DAY * 1_000_000 - 1)?),
            _ => {}
        }
        Some(rest)
    }

    /// Two letters take two digits of this century; four or more take as many digits, more only behind a plus sign.
    fn year<'a>(&mut self, count: usize, reserved: usize, text: &'a str) -> Option<&'a str> {
        if count == 2 {
            let (value, rest) = number(text, 2, 2, 0)?;
            set(&mut self.year, 2000 + value)?;
            return Some(rest);
        }
        let (negative, plus, digits) = match text.as_bytes().first()? {
            b'-' => (true, false, text.get(1..)?),
            b'+' if count >= 4 => (false, true, text.get(1..)?),
            _ => (false, false, text),
        };
        let (value, rest) = number(digits, count.min(19), 19, reserved)?;
        let length = digits.len() - rest.len();
        if count >= 4 && ((plus && length <= count) || (!plus && length > count)) {
            return None;
        }
        set(&mut self.year, if negative { -value } else { value })?;
        Some(rest)
    }

    fn timestamp(&self) -> Option<Timestamp> {
        let year = self.year.map_or(1970, |year| if self.before_christ { 1 - year } else { year });
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        if !(-999_999_999..=999_999_999).contains(&year) {
            return None;
        }
        let last = i64::from(days_in_month(year, u8::try_from(month).ok()?));
        let date = match self.day_of_year {
            Some(day) if self.month.is_none() => {
                let first = days(year, 1, 1);
                (first + day <= days(year + 1, 1, 1)).then_some(first + day - 1)?
            }
            _ => days(year, month, day.min(last)),
        };
        let half = self.half_hour.zip(self.afternoon).map(|(hour, afternoon)| hour + if afternoon { 12 } else { 0 });
        let hour = self.hour.or(half).unwrap_or(0);
        let (minute, second, nano) = (self.minute.unwrap_or(0), self.second.unwrap_or(0), self.nano.unwrap_or(0));
        // 24:00 is the end of the day, nothing later is.
        if hour == 24 && (minute, second, nano) != (0, 0, 0) {
            return None;
        }
        let nanos = self.of_day.unwrap_or(((hour * 60 + minute) * 60 + second) * 1_000_000_000 + nano);
        Some(Timestamp { millis: date * MILLIS_PER_DAY + nanos / 1_000_000, nanos: 0 })
    }
}

/// The name that a text begins with: four letters of a pattern are whole names, three are short ones.
fn named(names: &[&str], text: &str, count: usize) -> Option<(i64, usize)> {
    let length = |name: &str| if count == 4 { name.len() } else { 3 };
    let at = names.iter().position(|name| name.get(..length(name)).is_some_and(|name| text.starts_with(name)))?;
    Some((i64::try_from(at).ok()? + 1, length(names.get(at)?)))
}

/// A field that comes again must have the same value.
fn set(field: &mut Option<i64>, value: i64) -> Option<()> {
    if field.is_some_and(|old| old != value) {
        return None;
    }
    *field = Some(value);
    Some(())
}

/// A number of so many digits, that leaves `reserved` digits to those behind it.
fn number(text: &str, least: usize, most: usize, reserved: usize) -> Option<(i64, &str)> {
    let found = text.bytes().take(most + reserved).take_while(u8::is_ascii_digit).count();
    let length = if reserved > 0 { found.saturating_sub(reserved).max(least) } else { found }.min(most);
    if length < least || length == 0 || length > found {
        return None;
    }
    let (digits, rest) = text.split_at_checked(length)?;
    Some((digits.parse().ok()?, rest))
}

/// `X`: `+08` or `+0830`; `XX`: `+0800`; `XXX`: `+08:00`; all of them `Z` for UTC, but not `x`.
fn iso_offset(text: &str, count: usize, utc: bool) -> Option<&str> {
    if utc && let Some(rest) = text.strip_prefix('Z') {
        return Some(rest);
    }
    let digits = text.strip_prefix(['+', '-'])?;
    let two = |text: &str| text.bytes().take(2).take_while(u8::is_ascii_digit).count() == 2;
    let after_hours = digits.get(2..).filter(|_| two(digits))?;
    match count {
        1 if two(after_hours) => after_hours.get(2..),
        1 => Some(after_hours),
        2 | 4 => after_hours.get(2..).filter(|_| two(after_hours)),
        _ => after_hours.strip_prefix(':').filter(|minutes| two(minutes)).and_then(|minutes| minutes.get(2..)),
    }
}

/// `+0800`, `GMT+8`: read and forgotten, since a timestamp has no zone.
fn offset(text: &str) -> Option<&str> {
    let named = text.strip_prefix("GMT");
    let signed = named.unwrap_or(text);
    let Some(digits) = signed.strip_prefix(['+', '-']) else { return named };
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    (digits.len() > rest.len()).then_some(rest)
}

/// What Java's SQL dates and timestamps are written as: `2024-2-9`, `2024-2-9 1:2:3.4`; days and hours beyond their
/// range count on.
fn plain(text: &str) -> Option<Timestamp> {
    let text = text.trim_matches(|c: char| c <= ' ');
    let (date, time) = match text.split_once(' ') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || !(1..=2).contains(&month.len()) || !(1..=2).contains(&day.len()) {
        return None;
    }
    let (year, month, day) = (natural(year)?, natural(month)?, natural(day)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let midnight = days(year, month, day) * MILLIS_PER_DAY;
    let Some(time) = time else { return Some(Timestamp { millis: midnight, nanos: 0 }) };
    let mut parts = time.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (second, fraction) = match second.split_once('.') {
        Some((second, fraction)) => (second, fraction),
        None => (second, "0"),
    };
    let missing = u32::try_from(9usize.checked_sub(fraction.len())?).ok()?;
    let nanos = natural(fraction)? * 10i64.pow(missing);
    let of_day = ((signed(hour)? * 60 + signed(minute)?) * 60 + signed(second)?) * 1000;
    Some(Timestamp { millis: midnight + of_day + nanos / 1_000_000, nanos: (nanos % 1_000_000) as u32 })
}

fn signed(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => natural(digits).map(|number| -number),
        None => natural(text.strip_prefix('+').unwrap_or(text)),
    }
}

fn natural(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading() {
        let check =
            |text, pattern: &str| to_timestamp_by(text, &Pattern::new(pattern)).map(|ts| ts.display(3).to_string());
        for (text, pattern, expected) in [
            ("2024/02/29 12", "yyyy/MM/dd HH", "2024-02-29 12:00:00.000"),
            ("20240229123456", "yyyyMMddHHmmss", "2024-02-29 12:34:56.000"),
            ("20240229123456789", "yyyyMMddHHmmssSSS", "2024-02-29 12:34:56.789"),
            ("29/Feb/2024", "dd/MMM/yyyy", "2024-02-29 00:00:00.000"),
            ("2024-02-29 01:30 PM", "yyyy-MM-dd hh:mm a", "2024-02-29 13:30:00.000"),
            ("24-2-9", "yy-M-d", "2024-02-09 00:00:00.000"),
            ("2024-060", "yyyy-DDD", "2024-02-29 00:00:00.000"),
            ("2021-02-29", "yyyy-MM-dd", "2021-02-28 00:00:00.000"),
            ("12:34:56", "HH:mm:ss", "1970-01-01 12:34:56.000"),
            ("2024-02", "yyyy-MM[-dd]", "2024-02-01 00:00:00.000"),
            ("2024-02-03", "yyyy-MM[-dd]", "2024-02-03 00:00:00.000"),
            ("2024-02-29T12:00:00+08:00", "yyyy-MM-dd'T'HH:mm:ssXXX", "2024-02-29 12:00:00.000"),
            // Not by the pattern, but plain.
            ("2024-2-9", "yyyy-MM-dd", "2024-02-09 00:00:00.000"),
            ("2024-02-29 12:34:56", "HH:mm", "2024-02-29 12:34:56.000"),
        ] {
            assert_eq!(check(text, pattern).as_deref(), Some(expected), "{text} {pattern}");
        }
        assert_eq!(check("2024-02-29 x", "yyyy-MM-dd"), None);
        assert_eq!(check("2024-13-01", "yyyy-MM-dd"), None);
        assert_eq!(check("2024-02-29", "bad q"), None);
        assert_eq!(check("12", "yyyy"), None);
    }
}
