//! Patterns of Java's `DateTimeFormatter`, and timestamps as text by them.

use bumpalo::collections::String;

use super::civil::Civil;
use super::names::{DAYS, MONTHS, name};
use super::old::{push_number, split_pattern};
use crate::scope::Scope;
use crate::values::{Fault, Timestamp};

/// A prepared pattern, such as `yyyy-MM-dd HH:mm:ss.SSS`.
#[derive(Debug, Clone)]
pub struct Pattern {
    pieces: Result<Box<[Piece]>, Box<str>>,
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A character that stands for itself.
    Literal(char),
    /// A field and how many letters it has.
    Field(Field, usize),
    /// `[`
    Open,
    /// `]`
    Close,
}

/// What a letter stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// `G`
    Era,
    /// `u`: 0 is 1 BC
    Year,
    /// `y`
    YearOfEra,
    /// `Y`
    WeekYear,
    /// `w`
    Week,
    /// `W`
    WeekOfMonth,
    /// `D`
    DayOfYear,
    /// `g`: days since 1858-11-17
    ModifiedJulianDay,
    /// `M`, `L`
    Month,
    /// `d`
    Day,
    /// `Q`, `q`
    Quarter,
    /// `E`
    DayName,
    /// `e`, `c`
    DayNumber,
    /// `F`
    DayInMonthWeek,
    /// `a`
    AmPm,
    /// `B`: `in the morning`
    DayPeriod,
    /// `h`: 1 to 12
    HalfHourFromOne,
    /// `K`: 0 to 11
    HalfHour,
    /// `k`: 1 to 24
    HourFromOne,
    /// `H`: 0 to 23
    Hour,
    /// `m`
    Minute,
    /// `s`
    Second,
    /// `S`
    Fraction,
    /// `A`
    MilliOfDay,
    /// `n`
    Nano,
    /// `N`
    NanoOfDay,
    /// `X`
    IsoOffset,
    /// `x`
    PlainOffset,
    /// `Z`, `O`
    Offset,
    /// `V`, `z`, `v`
    Zone,
}

impl Field {
    /// The field of a letter, if the pattern may have so many of it.
    fn of(letter: char, count: usize) -> Option<Self> {
        let (field, most) = match letter {
            'G' => (Self::Era, 5),
            'u' => (Self::Year, 19),
            'y' => (Self::YearOfEra, 19),
            'Y' => (Self::WeekYear, 19),
            'w' => (Self::Week, 2),
            'W' => (Self::WeekOfMonth, 1),
            'D' => (Self::DayOfYear, 3),
            'g' => (Self::ModifiedJulianDay, 19),
            'M' | 'L' => (Self::Month, 5),
            'd' => (Self::Day, 2),
            'Q' | 'q' => (Self::Quarter, 5),
            'E' => (Self::DayName, 5),
            'e' => (Self::DayNumber, 5),
            'c' if count != 2 => (Self::DayNumber, 5),
            'F' => (Self::DayInMonthWeek, 1),
            'a' => (Self::AmPm, 1),
            'B' if matches!(count, 1 | 4 | 5) => (Self::DayPeriod, 5),
            'h' => (Self::HalfHourFromOne, 2),
            'K' => (Self::HalfHour, 2),
            'k' => (Self::HourFromOne, 2),
            'H' => (Self::Hour, 2),
            'm' => (Self::Minute, 2),
            's' => (Self::Second, 2),
            'S' => (Self::Fraction, 9),
            'A' => (Self::MilliOfDay, 19),
            'n' => (Self::Nano, 19),
            'N' => (Self::NanoOfDay, 19),
            'X' => (Self::IsoOffset, 5),
            'x' => (Self::PlainOffset, 5),
            'Z' => (Self::Offset, 5),
            'O' => (Self::Offset, 4),
            'z' | 'v' => (Self::Zone, 4),
            'V' if count == 2 => (Self::Zone, 2),
            _ => return None,
        };
        (count <= most).then_some(field)
    }
}

impl Pattern {
    /// Prepares a pattern.
    pub fn new(pattern: &str) -> Self {
        let wrong = |character: char| -> Box<str> {
            format!("the pattern '{pattern}' has {character}, which stands for nothing there").into()
        };
        let pieces = split_pattern(pattern).and_then(|parts| {
            let mut pieces = Vec::with_capacity(parts.len());
            let mut depth = 0u32;
            for (character, count, letter) in parts {
                pieces.push(match character {
                    _ if letter => Piece::Field(Field::of(character, count).ok_or_else(|| wrong(character))?, count),
                    '[' => {
                        depth += 1;
                        Piece::Open
                    }
                    ']' => {
                        depth = depth.checked_sub(1).ok_or_else(|| wrong(character))?;
                        Piece::Close
                    }
                    '{' | '}' | '#' => return Err(wrong(character)),
                    other => Piece::Literal(other),
                });
            }
            Ok(pieces.into_boxed_slice())
        });
        Self { pieces }
    }

    pub(super) fn pieces(&self) -> Result<&[Piece], Fault> {
        self.pieces.as_deref().map_err(|reason| Fault::new(&**reason))
    }
}

/// `date_format(timestamp, pattern)`
pub fn format<'a>(scope: &Scope<'a>, moment: Timestamp, pattern: &Pattern) -> Result<&'a str, Fault> {
    let pieces = pattern.pieces()?;
    let civil = Civil::new(moment);
    let mut out = String::with_capacity_in(pieces.len() * 4, scope.memory);
    for piece in pieces {
        match *piece {
            Piece::Literal(character) => out.push(character),
            Piece::Field(field, count) => write_field(&mut out, field, count, &civil)?,
            Piece::Open | Piece::Close => {}
        }
    }
    Ok(out.into_bump_str())
}

fn write_field(out: &mut String<'_>, field: Field, count: usize, civil: &Civil) -> Result<(), Fault> {
    let names = |out: &mut String<'_>, names: &'static [&'static str], number: i64| {
        let letters = match count {
            4 => None,
            5 => Some(1),
            _ => Some(3),
        };
        out.push_str(name(names, number, letters));
    };
    match field {
        Field::Era => out.push_str(match (count, civil.year > 0) {
            (4, true) => "Anno Domini",
            (4, false) => "Before Christ",
            (5, true) => "A",
            (5, false) => "B",
            (_, true) => "AD",
            (_, false) => "BC",
        }),
        Field::Year => push_year(out, civil.year, count),
        Field::YearOfEra => push_year(out, if civil.year > 0 { civil.year } else { 1 - civil.year }, count),
        Field::WeekYear => push_year(out, civil.week().1, count),
        Field::Week => push_number(out, civil.week().0, count),
        Field::WeekOfMonth => push_number(out, civil.week_of_month(), count),
        Field::DayOfYear => push_number(out, civil.day_of_year(), count),
        Field::ModifiedJulianDay => push_number(out, civil.days + 40_587, count),
        Field::Month if count >= 3 => names(out, &MONTHS, i64::from(civil.month)),
        Field::Month => push_number(out, i64::from(civil.month), count),
        Field::Day => push_number(out, i64::from(civil.day), count),
        Field::Quarter => push_quarter(out, (i64::from(civil.month) + 2) / 3, count),
        Field::DayName => names(out, &DAYS, civil.day_of_week()),
        Field::DayNumber if count >= 3 => names(out, &DAYS, civil.day_of_week()),
        Field::DayNumber => push_number(out, civil.day_from_sunday(), count),
        Field::DayInMonthWeek => push_number(out, (i64::from(civil.day) - 1) % 7 + 1, count),
        Field::AmPm => out.push_str(if civil.hour() < 12 { "AM" } else { "PM" }),
        Field::DayPeriod => out.push_str(day_period(civil, count)),
        Field::HalfHourFromOne => push_number(out, (civil.hour() + 11) % 12 + 1, count),
        Field::HalfHour => push_number(out, civil.hour() % 12, count),
        Field::HourFromOne => push_number(out, if civil.hour() == 0 { 24 } else { civil.hour() }, count),
        Field::Hour => push_number(out, civil.hour(), count),
        Field::Minute => push_number(out, civil.minute(), count),
        Field::Second => push_number(out, civil.second(), count),
        Field::Fraction => {
            let dropped = u32::try_from(9usize.saturating_sub(count)).unwrap_or(0);
            push_number(out, civil.nano() / 10i64.pow(dropped), count);
        }
        Field::MilliOfDay => push_number(out, civil.millis, count),
        Field::Nano => push_number(out, civil.nano(), count),
        Field::NanoOfDay => push_number(out, civil.millis * 1_000_000 + i64::from(civil.nanos), count),
        Field::IsoOffset | Field::PlainOffset | Field::Offset | Field::Zone => {
            return Err(Fault::new("a timestamp has no time zone that a pattern could write"));
        }
    }
    Ok(())
}

fn day_period(civil: &Civil, count: usize) -> &'static str {
    match (civil.hour(), civil.minute()) {
        (0, 0) if count == 5 => "mi",
        (0, 0) => "midnight",
        (12, 0) if count == 5 => "n",
        (12, 0) => "noon",
        (6..12, _) => "in the morning",
        (12..18, _) => "in the afternoon",
        (18..21, _) => "in the evening",
        _ => "at night",
    }
}

fn push_year(out: &mut String<'_>, year: i64, count: usize) {
    match count {
        2 => push_number(out, year.rem_euclid(100), 2),
        _ => {
            // Longer than its letters, a year of four letters or more has a sign.
            let digits = u32::try_from(count).unwrap_or(19).min(18);
            if count >= 4 && year >= 10i64.pow(digits) {
                out.push('+');
            }
            push_number(out, year, count);
        }
    }
}

fn push_quarter(out: &mut String<'_>, quarter: i64, count: usize) {
    const NAMES: [&str; 4] = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];
    match count {
        3 => {
            out.push('Q');
            push_number(out, quarter, 1);
        }
        4 => out.push_str(name(&NAMES, quarter, None)),
        5 => push_number(out, quarter, 1),
        _ => push_number(out, quarter, count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::cast::parse_timestamp;
    use crate::functions::testing::with_scope;

    #[test]
    fn formatting() {
        with_scope(|scope| {
            let moment = parse_timestamp("2000-02-29 00:00:00", 3).unwrap_or_default();
            let check = |pattern: &str| format(scope, moment, &Pattern::new(pattern));
            assert_eq!(check("yyyy-MM-dd HH:mm:ss.SSS"), Ok("2000-02-29 00:00:00.000"));
            assert_eq!(check("YYYY-'W'ww e"), Ok("2000-W10 3"));
            assert_eq!(
                check("EEEE EEE E d MMMM MMM M LLL yy y u Q QQ QQQ q"),
                Ok("Tuesday Tue Tue 29 February Feb 2 Feb 00 2000 2000 1 01 Q1 1")
            );
            assert_eq!(check("a h K k H mm ss SSSSSS n N A"), Ok("AM 12 0 24 0 00 00 000000 0 0 0"));
            assert_eq!(check("D G W F c g"), Ok("60 AD 5 1 3 51603"));
            assert_eq!(check("h B BBBBB"), Ok("12 midnight mi"));
            assert_eq!(check("[yyyy]-MM"), Ok("2000-02"));
            assert!(check("bad q").is_err());
            assert!(check("VV z").is_err());
        });
    }
}
