//! Reading text by a pattern of `SimpleDateFormat`, leniently: numbers beyond their range count on, what follows the
//! pattern is ignored.

use super::civil::{FIRST_GREGORIAN_DAY, julian_days};
use super::names::{DAYS, MONTHS, leading};
use super::old::{Field, OldPattern, Piece};
use crate::scope::Zone;
use crate::values::calendar::{MILLIS_PER_DAY, civil, days};

/// What was read.
#[derive(Default)]
struct Fields {
    before_christ: bool,
    year: Option<i64>,
    week_year: Option<i64>,
    week: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    day_of_week: Option<i64>,
    hour: Option<i64>,
    half_hour: Option<i64>,
    afternoon: bool,
    minute: i64,
    second: i64,
    milli: i64,
    offset: Option<i64>,
}

/// Milliseconds since 1970 of a text in a zone; `now` tells which century a year of two digits is in.
pub(super) fn parse(text: &str, pattern: &OldPattern, zone: &Zone, now: i64) -> Option<i64> {
    let pieces = pattern.pieces().ok()?;
    let mut fields = Fields::default();
    let mut rest = text;
    for (at, piece) in pieces.iter().enumerate() {
        match *piece {
            Piece::Literal(character) => rest = rest.strip_prefix(character)?,
            Piece::Field(field, count) => {
                let abuts = pieces.get(at + 1).is_some_and(is_number);
                rest = fields.read(field, count, rest, abuts, now)?;
            }
        }
    }
    // Something must have been read.
    (rest.len() < text.len()).then(|| fields.millis(zone))
}

/// Whether a piece is a number, so that the one before must not take its digits.
fn is_number(piece: &Piece) -> bool {
    match *piece {
        Piece::Literal(_) => false,
        Piece::Field(Field::Month, count) => count <= 2,
        Piece::Field(field, _) => !matches!(
            field,
            Field::Era | Field::DayName | Field::AmPm | Field::ZoneName | Field::ZoneOffset | Field::IsoOffset
        ),
    }
}

impl Fields {
    /// Reads a field; gives what follows it.
    fn read<'a>(&mut self, field: Field, count: usize, text: &'a str, abuts: bool, now: i64) -> Option<&'a str> {
        let padded = text;
        let text = text.trim_start_matches([' ', '\t']);
        if text.is_empty() {
            return None;
        }
        // Blanks may stand before numbers, but not before names.
        let name = if padded.len() == text.len() { text } else { "" };
        match field {
            Field::Era => {
                self.before_christ = !name.get(..2)?.eq_ignore_ascii_case("AD");
                let known = !self.before_christ || name.get(..2)?.eq_ignore_ascii_case("BC");
                return name.get(2..).filter(|_| known);
            }
            Field::Month if count > 2 => {
                let (month, length) = leading(&MONTHS, name, true)?;
                self.month = Some(month - 1);
                return text.get(length..);
            }
            Field::DayName => {
                let (day, length) = leading(&DAYS, name, true)?;
                self.day_of_week = Some(day);
                return text.get(length..);
            }
            Field::AmPm => {
                self.afternoon = name.get(..2)?.eq_ignore_ascii_case("PM");
                let known = self.afternoon || name.get(..2)?.eq_ignore_ascii_case("AM");
                return name.get(2..).filter(|_| known);
            }
            Field::ZoneName | Field::ZoneOffset | Field::IsoOffset => {
                let iso = field == Field::IsoOffset;
                let (offset, rest) = if iso { read_iso_offset(text, count)? } else { read_offset(text)? };
                self.offset = Some(offset);
                return Some(rest);
            }
            Field::Year
            | Field::WeekYear
            | Field::Month
            | Field::WeekOfYear
            | Field::WeekOfMonth
            | Field::DayOfYear
            | Field::Day
            | Field::DayOfWeekInMonth
            | Field::DayNumber
            | Field::Hour
            | Field::HourFromOne
            | Field::HalfHour
            | Field::HalfHourFromOne
            | Field::Minute
            | Field::Second
            | Field::Milli => {}
        }
        // The blanks count among the characters of a number that another one follows.
        let most = if abuts { count.checked_sub(padded.len() - text.len())? } else { usize::MAX };
        let (value, rest) = read_number(text, most, abuts)?;
        let digits = text.len() - rest.len();
        match field {
            Field::Year => self.year = Some(full_year(value, count, digits, text, now)),
            Field::WeekYear => self.week_year = Some(full_year(value, count, digits, text, now)),
            Field::Month => self.month = Some(i64::from((value as i32).wrapping_sub(1))),
            Field::WeekOfYear => self.week = Some(value),
            Field::DayOfYear => self.day_of_year = Some(value),
            Field::Day => self.day = Some(value),
            Field::DayNumber => self.day_of_week = Some(value),
            Field::Hour => self.hour = Some(value),
            Field::HourFromOne => self.hour = Some(if value == 24 { 0 } else { value }),
            Field::HalfHour => self.half_hour = Some(value),
            Field::HalfHourFromOne => self.half_hour = Some(if value == 12 { 0 } else { value }),
            Field::Minute => self.minute = value,
            Field::Second => self.second = value,
            Field::Milli => self.milli = value,
            Field::WeekOfMonth | Field::DayOfWeekInMonth => {}
            Field::Era | Field::DayName | Field::AmPm | Field::ZoneName | Field::ZoneOffset | Field::IsoOffset => {}
        }
        Some(rest)
    }

    /// The day, counted from 1970-01-01, of a date and so many days more: Julian before 1582-10-15.
    fn day(&self, more: i64) -> i64 {
        let year = self.year.unwrap_or(1970);
        let year = if self.before_christ { 1 - year } else { year };
        let (month, day) = match (self.day_of_year, self.month.is_some() || self.day.is_some()) {
            (Some(day), false) => (1, day),
            _ => (self.month.unwrap_or(0) + 1, self.day.unwrap_or(1)),
        };
        let gregorian = days(year, month, day) + more;
        let julian = julian_days(year, month, day) + more;
        // The ten days that were left out are read in the old calendar.
        if gregorian >= FIRST_GREGORIAN_DAY { gregorian } else { julian }
    }

    fn millis(&self, zone: &Zone) -> i64 {
        let half = self.half_hour.map(|hour| hour + if self.afternoon { 12 } else { 0 });
        let hour = self.hour.or(half).unwrap_or(if self.afternoon { 12 } else { 0 });
        // Each number has at most 32 bits; years beyond some 292 million wrap, as in Java.
        let of_day = hour * 3_600_000 + self.minute * 60_000 + self.second * 1000 + self.milli;
        let more = of_day.div_euclid(MILLIS_PER_DAY);
        let day = match self.week_year {
            // A year of weeks alone: its first week, from Sunday on.
            Some(year) if self.year.is_none() => {
                let first = days(year, 1, 1);
                let sunday = first - (first + 4).rem_euclid(7);
                sunday + (self.week.unwrap_or(1) - 1) * 7 + self.day_of_week.map_or(0, |day| day % 7) + more
            }
            _ => self.day(more),
        };
        let local = day.wrapping_mul(MILLIS_PER_DAY).wrapping_add(of_day.rem_euclid(MILLIS_PER_DAY));
        let seconds = local.div_euclid(1000);
        let offset = self.offset.unwrap_or_else(|| i64::from(zone.old_offset_of_local(seconds)));
        local.wrapping_sub(offset * 1000)
    }
}

/// An integer as Java's number format reads it; of at most so many characters.
fn read_number(text: &str, most: usize, must_have: bool) -> Option<(i64, &str)> {
    if must_have && text.chars().count() < most {
        return None;
    }
    // Java's number format knows what is no number, which is 0 as an integer.
    if let Some(rest) = text.strip_prefix("NaN").filter(|_| most >= 3) {
        return Some((0, rest));
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let room = if sign < 0 { most.saturating_sub(1) } else { most };
    let count = digits.bytes().take(room).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = digits.split_at_checked(count)?;
    if digits.is_empty() {
        return None;
    }
    // Java cuts a number of 64 bits to 32; a greater one, which it reads as a double, becomes the nearest of 32.
    let value = digits.parse::<i128>().ok().and_then(|value| i64::try_from(sign * value).ok());
    let nearest = if sign < 0 { i32::MIN } else { i32::MAX };
    Some((i64::from(value.map_or(nearest, |value| value as i32)), rest))
}

/// Two digits for `yy` are a year of the hundred years that began 80 years ago.
fn full_year(value: i64, count: usize, digits: usize, text: &str, now: i64) -> i64 {
    if count > 2 || digits != 2 || !text.bytes().take(2).all(|byte| byte.is_ascii_digit()) {
        return value;
    }
    let (year, ..) = civil(now.div_euclid(MILLIS_PER_DAY));
    let start = year - 80;
    start.div_euclid(100) * 100 + value + if value < start.rem_euclid(100) { 100 } else { 0 }
}

/// `X`: `+08`; `XX`: `+0800`; `XXX`: `+08:00`; all of them `Z`. Seconds ahead of UTC.
fn read_iso_offset(text: &str, count: usize) -> Option<(i64, &str)> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some((0, rest));
    }
    let (sign, digits) = signed(text)?;
    let (hours, rest) = two_digits(digits)?;
    if count == 1 {
        return Some((sign * hours * 3600, rest));
    }
    let rest = if count == 2 { rest } else { rest.strip_prefix(':')? };
    let (minutes, rest) = two_digits(rest)?;
    Some((sign * (hours * 3600 + minutes * 60), rest))
}

/// `+0800`, `GMT+8`, `GMT+08:00`, `UTC`: seconds ahead of UTC.
fn read_offset(text: &str) -> Option<(i64, &str)> {
    if let Some((sign, digits)) = signed(text) {
        let (hours, rest) = two_digits(digits)?;
        let (minutes, rest) = two_digits(rest)?;
        return Some((sign * (hours * 3600 + minutes * 60), rest));
    }
    let rest = ["GMT", "UTC"].iter().find_map(|name| text.strip_prefix(name))?;
    let Some((sign, digits)) = signed(rest) else { return Some((0, rest)) };
    let count = digits.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (hours, rest) = digits.split_at_checked(count)?;
    let hours: i64 = hours.parse().ok()?;
    let minutes = rest.strip_prefix(':').and_then(two_digits);
    let (minutes, rest) = minutes.unwrap_or((0, rest));
    Some((sign * (hours * 3600 + minutes * 60), rest))
}

fn signed(text: &str) -> Option<(i64, &str)> {
    match text.strip_prefix('-') {
        Some(rest) => Some((-1, rest)),
        None => text.strip_prefix('+').map(|rest| (1, rest)),
    }
}

fn two_digits(text: &str) -> Option<(i64, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| Some((digits.parse().ok()?, rest)))?
}
