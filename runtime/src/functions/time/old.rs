//! Patterns of Java's `SimpleDateFormat`, and text by them.

use std::sync::LazyLock;

use bumpalo::collections::String;

use super::civil::Civil;
use super::memo::Grain;
use super::names::{DAYS, MONTHS, name};
use crate::scope::{Scope, Zone};
use crate::values::Fault;

/// A prepared pattern, such as `yyyy-MM-dd HH:mm:ss`.
#[derive(Debug, Clone)]
pub struct OldPattern {
    pieces: Result<Box<[Piece]>, Box<str>>,
    grain: Option<Grain>,
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A character that stands for itself.
    Literal(char),
    /// A field and how many letters it has.
    Field(Field, usize),
}

/// What a letter stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// `G`
    Era,
    /// `y`
    Year,
    /// `Y`
    WeekYear,
    /// `M`, `L`
    Month,
    /// `w`
    WeekOfYear,
    /// `W`
    WeekOfMonth,
    /// `D`
    DayOfYear,
    /// `d`
    Day,
    /// `F`
    DayOfWeekInMonth,
    /// `E`
    DayName,
    /// `u`
    DayNumber,
    /// `a`
    AmPm,
    /// `H`: 0 to 23
    Hour,
    /// `k`: 1 to 24
    HourFromOne,
    /// `K`: 0 to 11
    HalfHour,
    /// `h`: 1 to 12
    HalfHourFromOne,
    /// `m`
    Minute,
    /// `s`
    Second,
    /// `S`
    Milli,
    /// `z`
    ZoneName,
    /// `Z`
    ZoneOffset,
    /// `X`
    IsoOffset,
}

impl Field {
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'G' => Self::Era,
            'y' => Self::Year,
            'Y' => Self::WeekYear,
            'M' | 'L' => Self::Month,
            'w' => Self::WeekOfYear,
            'W' => Self::WeekOfMonth,
            'D' => Self::DayOfYear,
            'd' => Self::Day,
            'F' => Self::DayOfWeekInMonth,
            'E' => Self::DayName,
            'u' => Self::DayNumber,
            'a' => Self::AmPm,
            'H' => Self::Hour,
            'k' => Self::HourFromOne,
            'K' => Self::HalfHour,
            'h' => Self::HalfHourFromOne,
            'm' => Self::Minute,
            's' => Self::Second,
            'S' => Self::Milli,
            'z' => Self::ZoneName,
            'Z' => Self::ZoneOffset,
            'X' => Self::IsoOffset,
            _ => return None,
        })
    }
}

/// Letters, quoted text and other characters of a pattern, in order.
pub(super) fn split_pattern(pattern: &str) -> Result<Vec<(char, usize, bool)>, Box<str>> {
    let mut parts: Vec<(char, usize, bool)> = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\'' {
            if characters.next_if_eq(&'\'').is_some() {
                parts.push(('\'', 1, false));
                continue;
            }
            loop {
                match characters.next() {
                    Some('\'') if characters.next_if_eq(&'\'').is_some() => parts.push(('\'', 1, false)),
                    Some('\'') => break,
                    Some(quoted) => parts.push((quoted, 1, false)),
                    None => return Err("a quote is not closed".into()),
                }
            }
        } else if character.is_ascii_alphabetic() {
            let mut count = 1;
            while characters.next_if_eq(&character).is_some() {
                count += 1;
            }
            parts.push((character, count, true));
        } else {
            parts.push((character, 1, false));
        }
    }
    Ok(parts)
}

impl OldPattern {
    /// Prepares a pattern.
    pub fn new(pattern: &str) -> Self {
        let pieces = split_pattern(pattern).and_then(|parts| {
            let piece = |(character, count, letter)| match (letter, Field::of(character)) {
                (false, _) => Ok(Piece::Literal(character)),
                (true, Some(field)) => Ok(Piece::Field(field, count)),
                (true, None) => {
                    Err(format!("the pattern '{pattern}' has the letter {character}, which stands for nothing").into())
                }
            };
            parts.into_iter().map(piece).collect()
        });
        let grain = pieces.as_deref().ok().and_then(grain);
        Self { pieces, grain }
    }

    /// What its texts tell, if they can be remembered.
    pub(super) fn grain(&self) -> Option<Grain> {
        self.grain
    }

    /// `yyyy-MM-dd HH:mm:ss`
    pub(super) fn usual() -> &'static Self {
        static USUAL: LazyLock<OldPattern> = LazyLock::new(|| OldPattern::new("yyyy-MM-dd HH:mm:ss"));
        &USUAL
    }

    /// The fault of a malformed pattern.
    pub(super) fn check(&self) -> Result<(), Fault> {
        self.pieces().map(|_| ())
    }

    pub(super) fn pieces(&self) -> Result<&[Piece], Fault> {
        self.pieces.as_deref().map_err(|reason| Fault::new(&**reason))
    }

    /// Writes a moment of the old calendar. `offset` and `zone` are for the zone's fields alone.
    pub(super) fn write<'a>(
        &self,
        scope: &Scope<'a>,
        civil: Civil,
        offset: i64,
        zone: &Zone,
        millis: i64,
    ) -> Result<&'a str, Fault> {
        let pieces = self.pieces()?;
        let mut out = String::with_capacity_in(pieces.len() * 4, scope.memory);
        for piece in pieces {
            match *piece {
                Piece::Literal(character) => out.push(character),
                Piece::Field(field, count) => write_field(&mut out, field, count, &civil, offset, zone, millis),
            }
        }
        Ok(out.into_bump_str())
    }
}

/// How long the text of a moment stays the same; none where it is not the local second that decides.
fn grain(pieces: &[Piece]) -> Option<Grain> {
    let mut seconds = DAY;
    for piece in pieces {
        let Piece::Field(field, _) = piece else { continue };
        seconds = seconds.min(match field {
            Field::Era
            | Field::Year
            | Field::WeekYear
            | Field::Month
            | Field::WeekOfYear
            | Field::WeekOfMonth
            | Field::DayOfYear
            | Field::Day
            | Field::DayOfWeekInMonth
            | Field::DayName
            | Field::DayNumber => DAY,
            Field::AmPm | Field::Hour | Field::HourFromOne | Field::HalfHour | Field::HalfHourFromOne => 3600,
            Field::Minute => 60,
            Field::Second => 1,
            Field::Milli | Field::ZoneName | Field::ZoneOffset | Field::IsoOffset => return None,
        });
    }
    Some(Grain::new(seconds))
}

/// Seconds of a day.
const DAY: i64 = 86_400;

fn write_field(out: &mut String<'_>, field: Field, count: usize, civil: &Civil, offset: i64, zone: &Zone, millis: i64) {
    // The year 0 is 1 BC.
    let year_of_era = if civil.year > 0 { civil.year } else { 1 - civil.year };
    match field {
        Field::Era => out.push_str(if civil.year > 0 { "AD" } else { "BC" }),
        Field::Year => push_year(out, year_of_era, count),
        Field::WeekYear => push_year(out, civil.week().1, count),
        Field::Month if count >= 4 => out.push_str(name(&MONTHS, i64::from(civil.month), None)),
        Field::Month if count == 3 => out.push_str(name(&MONTHS, i64::from(civil.month), Some(3))),
        Field::Month => push_number(out, i64::from(civil.month), count),
        Field::WeekOfYear => push_number(out, civil.week().0, count),
        Field::WeekOfMonth => push_number(out, civil.week_of_month(), count),
        Field::DayOfYear => push_number(out, civil.day_of_year(), count),
        Field::Day => push_number(out, i64::from(civil.day), count),
        Field::DayOfWeekInMonth => push_number(out, (i64::from(civil.day) - 1) / 7 + 1, count),
        Field::DayName => out.push_str(name(&DAYS, civil.day_of_week(), if count >= 4 { None } else { Some(3) })),
        Field::DayNumber => push_number(out, civil.day_of_week(), count),
        Field::AmPm => out.push_str(if civil.hour() < 12 { "AM" } else { "PM" }),
        Field::Hour => push_number(out, civil.hour(), count),
        Field::HourFromOne => push_number(out, if civil.hour() == 0 { 24 } else { civil.hour() }, count),
        Field::HalfHour => push_number(out, civil.hour() % 12, count),
        Field::HalfHourFromOne => push_number(out, (civil.hour() + 11) % 12 + 1, count),
        Field::Minute => push_number(out, civil.minute(), count),
        Field::Second => push_number(out, civil.second(), count),
        Field::Milli => push_number(out, civil.millis % 1000, count),
        Field::ZoneName => {
            // Writing into memory cannot fail.
            let _ = zone.abbreviation(millis.div_euclid(1000), out);
        }
        Field::ZoneOffset => push_offset(out, offset, ""),
        Field::IsoOffset if offset == 0 => out.push('Z'),
        Field::IsoOffset if count == 1 => {
            out.push(if offset < 0 { '-' } else { '+' });
            push_number(out, offset.abs() / 3600, 2);
        }
        Field::IsoOffset => push_offset(out, offset, if count == 2 { "" } else { ":" }),
    }
}

fn push_year(out: &mut String<'_>, year: i64, count: usize) {
    if count == 2 { push_number(out, year % 100, 2) } else { push_number(out, year, count) }
}

/// `+0800`
fn push_offset(out: &mut String<'_>, offset: i64, between: &str) {
    let minutes = offset.abs() / 60;
    out.push(if offset < 0 { '-' } else { '+' });
    push_number(out, minutes / 60, 2);
    out.push_str(between);
    push_number(out, minutes % 60, 2);
}

/// The two digits of a number below 100.
#[inline]
fn pair(number: i64) -> &'static str {
    const PAIRS: &str = "\
        0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
        5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    let at = number.unsigned_abs() as usize * 2;
    PAIRS.get(at..at + 2).unwrap_or("")
}

/// A number with zeros in front, at least `count` digits.
#[inline]
pub(super) fn push_number(out: &mut String<'_>, number: i64, count: usize) {
    // Most fields are two digits, most years four.
    if count == 2 && (0..100).contains(&number) {
        return out.push_str(pair(number));
    }
    if count == 4 && (0..10_000).contains(&number) {
        out.push_str(pair(number / 100));
        return out.push_str(pair(number % 100));
    }
    if number < 0 {
        out.push('-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number.unsigned_abs());
    for _ in digits.len()..count {
        out.push('0');
    }
    out.push_str(digits);
}
