//! Dates, timestamps and intervals in operators and literals.

use super::make::call;
use super::numeric::is_integer;
use super::{BinaryOp, CallError};
use crate::source::Span;
use crate::types::model::{Expr, Function, Kind, Literal};
use crate::types::ty::{Base, Ty};

/// `date ± interval`, `interval ± interval`, `interval * n`; none if the types have no such arithmetic.
pub fn arithmetic(op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
    let (a, b) = (left.ty.base, right.ty.base);
    let made = |function: Function, base: Base, args: Vec<Expr>| Some(call(function, base, args, span));
    match (op, a, b) {
        (BinaryOp::Add, Base::IntervalMonths | Base::IntervalMillis, moment) if is_moment(moment) => {
            arithmetic(op, right, left, span)
        }
        (BinaryOp::Add | BinaryOp::Subtract, _, Base::IntervalMonths | Base::IntervalMillis) if is_moment(a) => {
            let length = if op == BinaryOp::Add {
                right.clone()
            } else {
                super::operators::negate(right.clone(), right.span).ok()?
            };
            let path = match (a, b) {
                (Base::Time, Base::IntervalMonths) => return None,
                (Base::Time, _) => "time::add_to_time",
                (Base::Date, Base::IntervalMonths) => "time::add_months_to_date",
                (Base::Date, _) => "time::add_millis_to_date",
                (Base::TimestampLtz(_), Base::IntervalMonths) => {
                    return made(
                        Function::plain("time::add_local_months").scoped().result(),
                        a,
                        vec![left.clone(), length],
                    );
                }
                (_, Base::IntervalMonths) => "time::add_months",
                _ => "time::add_millis",
            };
            made(Function::plain(path).result(), a, vec![left.clone(), length])
        }
        (BinaryOp::Add, Base::IntervalMonths, Base::IntervalMonths)
        | (BinaryOp::Add, Base::IntervalMillis, Base::IntervalMillis) => {
            made(Function::plain("arithmetic::add").result(), a, vec![left.clone(), right.clone()])
        }
        (BinaryOp::Subtract, Base::IntervalMonths, Base::IntervalMonths)
        | (BinaryOp::Subtract, Base::IntervalMillis, Base::IntervalMillis) => {
            made(Function::plain("arithmetic::subtract").result(), a, vec![left.clone(), right.clone()])
        }
        (BinaryOp::Multiply, Base::IntervalMonths | Base::IntervalMillis, number) if is_integer(number) => {
            let factor = super::casts::convert(right.clone(), Base::BigInt);
            made(Function::plain("arithmetic::multiply").result(), a, vec![left.clone(), factor])
        }
        (BinaryOp::Multiply, number, Base::IntervalMonths | Base::IntervalMillis) if is_integer(number) => {
            arithmetic(op, right, left, span)
        }
        _ => None,
    }
}

fn is_moment(base: Base) -> bool {
    matches!(base, Base::Date | Base::Time | Base::Timestamp(_) | Base::TimestampLtz(_))
}

fn wrong(name: &str, span: Span, reason: String, help: &str) -> CallError {
    CallError::WrongLiteral { name: name.to_owned(), span, reason, help: vec![help.to_owned()] }
}

/// Numbers between single characters, such as `2024-02-29`.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn number(&mut self) -> Option<i64> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.parse().ok()
    }

    fn take(&mut self, separator: char) -> Option<()> {
        self.0 = self.0.strip_prefix(separator)?;
        Some(())
    }

    fn date(&mut self) -> Option<i64> {
        let year = self.number()?;
        self.take('-')?;
        let month = self.number()?;
        self.take('-')?;
        let day = self.number()?;
        (year <= 9999 && (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month))
            .then(|| days(year, month, day))
    }

    /// A day that the month does not have is its last one.
    fn lenient_date(&mut self) -> Option<i64> {
        let year = self.number()?;
        self.take('-')?;
        let month = self.number()?;
        self.take('-')?;
        let day = self.number()?;
        let valid = year <= 9999 && (1..=12).contains(&month) && (1..=31).contains(&day);
        valid.then(|| days(year, month, day.min(days_in_month(year, month))))
    }

    /// Milliseconds of the day, nanoseconds of the millisecond, digits of the fraction.
    fn time(&mut self) -> Option<(i64, u32, u8)> {
        let hour = self.number()?;
        self.take(':')?;
        let minute = self.number()?;
        self.take(':')?;
        let second = self.number()?;
        let (mut nanos, mut digits) = (0, 0);
        if self.take('.').is_some() {
            let before = self.0.len();
            nanos = self.number()?;
            digits = before - self.0.len();
            nanos = nanos.checked_mul(10i64.checked_pow(u32::try_from(9usize.checked_sub(digits)?).ok()?)?)?;
        }
        if hour > 23 || minute > 59 || second > 59 || !self.0.is_empty() {
            return None;
        }
        let millis = ((hour * 60 + minute) * 60 + second) * 1000 + nanos / 1_000_000;
        Some((millis, u32::try_from(nanos % 1_000_000).ok()?, u8::try_from(digits).ok()?))
    }
}

/// A text literal that is compared with a date or timestamp, as such a literal. It is read as a cast reads it: parts
/// may have one digit, months and days may be missing in a date.
pub fn literal_of(text: &str, base: Base, text_span: Span) -> Result<Option<Expr>, CallError> {
    let blank = |c: char| c <= ' ';
    let (read, help) = match base {
        Base::Date => {
            let date = text.split_once(' ').map_or(text, |(date, _)| date);
            let mut parts = date.splitn(3, '-').map(|part| part.trim_matches(blank).parse::<u32>().ok());
            let year = parts.next().flatten();
            let (month, day) = (parts.next().unwrap_or(Some(1)), parts.next().unwrap_or(Some(1)));
            let days = year.zip(month).zip(day).and_then(|((year, month), day)| {
                Reader(&format!("{year:04}-{month}-{day}")).date().and_then(|days| i32::try_from(days).ok())
            });
            (days.map(Literal::Date), "write it as '2024-02-29'")
        }
        Base::Timestamp(_) => {
            let mut reader = Reader(text);
            let moment = reader.lenient_date().and_then(|days| match reader.0.strip_prefix(' ') {
                Some(time) => Reader(time).time().map(|(millis, nanos, _)| (days * 86_400_000 + millis, nanos)),
                None => reader.0.is_empty().then_some((days * 86_400_000, 0)),
            });
            let cut = |(millis, _)| Literal::Timestamp(millis, 0);
            (moment.map(cut), "write it as '2024-02-29 12:34:56.789'")
        }
        _ => return Ok(None),
    };
    match read {
        Some(read) => Ok(Some(literal(read, base, text_span))),
        None => Err(wrong("comparison", text_span, format!("'{text}' is no {base}"), help)),
    }
}

/// `date '…'`
pub fn date_literal(text: &str, text_span: Span, span: Span) -> Result<Expr, CallError> {
    let mut reader = Reader(text);
    match reader.date().and_then(|days| i32::try_from(days).ok()).filter(|_| reader.0.is_empty()) {
        Some(days) => Ok(literal(Literal::Date(days), Base::Date, span)),
        None => Err(wrong("date", text_span, format!("'{text}' is no date"), "write it as date '2024-02-29'")),
    }
}

/// `time '…'`
pub fn time_literal(text: &str, text_span: Span, span: Span) -> Result<Expr, CallError> {
    match Reader(text).time().and_then(|(millis, ..)| i32::try_from(millis).ok()) {
        Some(millis) => Ok(literal(Literal::Time(millis), Base::Time, span)),
        None => Err(wrong("time", text_span, format!("'{text}' is no time"), "write it as time '12:34:56'")),
    }
}

/// `timestamp '…'`; it has as many digits behind the second as are written.
pub fn timestamp_literal(text: &str, text_span: Span, span: Span) -> Result<Expr, CallError> {
    let mut reader = Reader(text);
    let read = |reader: &mut Reader<'_>| {
        let days = reader.date()?;
        if reader.0.is_empty() {
            return Some((days * 86_400_000, 0, 0));
        }
        reader.take(' ')?;
        let (millis, nanos, digits) = reader.time()?;
        Some((days * 86_400_000 + millis, nanos, digits))
    };
    match read(&mut reader) {
        Some((millis, nanos, digits)) => Ok(literal(Literal::Timestamp(millis, nanos), Base::Timestamp(digits), span)),
        None => Err(wrong(
            "timestamp",
            text_span,
            format!("'{text}' is no timestamp"),
            "write it as timestamp '2024-02-29 12:34:56.789'",
        )),
    }
}

fn literal(literal: Literal, base: Base, span: Span) -> Expr {
    Expr { kind: Kind::Literal(literal), ty: Ty::not_null(base), span }
}

/// The units of intervals, the longest first.
const UNITS: [(&str, i64); 6] =
    [("YEAR", 12), ("MONTH", 1), ("DAY", 86_400_000), ("HOUR", 3_600_000), ("MINUTE", 60_000), ("SECOND", 1000)];

/// `interval '…' from to to`.
pub fn interval_literal(
    text: &str,
    text_span: Span,
    from: &str,
    to: Option<&str>,
    span: Span,
) -> Result<Expr, CallError> {
    let malformed = || {
        let unit = to.map_or(from.to_owned(), |to| format!("{from} to {to}")).to_lowercase();
        wrong(
            "interval",
            text_span,
            format!("'{text}' is no interval of {unit}"),
            "write it as interval '1' day, interval '1:30' hour to minute or interval '1-6' year to month",
        )
    };
    let (from, factor) = match from {
        "WEEK" => ("DAY", 7),
        "QUARTER" => ("MONTH", 3),
        other => (other, 1),
    };
    let place = |unit: &str| UNITS.iter().position(|(name, _)| *name == unit);
    let first = place(from).ok_or_else(malformed)?;
    let last = match to {
        Some(to) => place(to).filter(|last| *last > first && (*last < 2) == (first < 2)).ok_or_else(malformed)?,
        None => first,
    };
    let length = interval_length(text, first, last).ok_or_else(malformed)?;
    let base = if first < 2 { Base::IntervalMonths } else { Base::IntervalMillis };
    let length = length.checked_mul(factor).ok_or_else(malformed)?;
    Ok(literal(Literal::Interval(length), base, span))
}

fn interval_length(text: &str, first: usize, last: usize) -> Option<i64> {
    let text = text.trim();
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut reader = Reader(unsigned);
    let mut length = 0i64;
    for (place, (name, unit)) in UNITS.iter().enumerate().take(last + 1).skip(first) {
        if place > first {
            reader.take(match *name {
                "MONTH" => '-',
                "HOUR" => ' ',
                _ => ':',
            })?;
        }
        length = length.checked_add(reader.number()?.checked_mul(*unit)?)?;
        if *name == "SECOND" && reader.take('.').is_some() {
            let before = reader.0;
            reader.number()?;
            let millis: String = before.chars().take(3).chain("00".chars()).take(3).collect();
            length += millis.parse::<i64>().ok()?;
        }
    }
    reader.0.is_empty().then_some(sign * length)
}

/// How many days a month has.
fn days_in_month(year: i64, month: i64) -> i64 {
    days(year, month + 1, 1) - days(year, month, 1)
}

/// The day, counted from 1970-01-01, of a date of the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is the last.
    let year = year + (month + 9).div_euclid(12) - 1;
    let month = (month + 9).rem_euclid(12);
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day
        - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(days(1, 1, 1), -719_162);
        assert_eq!(days_in_month(2100, 2), 28);
        assert_eq!(days_in_month(2024, 12), 31);
    }

    #[test]
    fn intervals() {
        let length =
            |text, from, to| interval_literal(text, Span::default(), from, to, Span::default()).map(|expr| expr.kind);
        let millis = |n| Ok(Kind::Literal(Literal::Interval(n)));
        assert_eq!(length("1", "DAY", None), millis(86_400_000));
        assert_eq!(length("1:30", "HOUR", Some("MINUTE")), millis(5_400_000));
        assert_eq!(length("1-6", "YEAR", Some("MONTH")), millis(18));
        assert_eq!(length("1 2:3:4.567", "DAY", Some("SECOND")), millis(93_784_567));
        assert_eq!(length("-1.5", "SECOND", None), millis(-1500));
        assert!(length("x", "DAY", None).is_err());
        let read = |text, base| literal_of(text, base, Span::default()).map(|read| read.map(|expr| expr.kind));
        let day = |day| Ok(Some(Kind::Literal(Literal::Date(day))));
        assert_eq!(read("1970-1-2", Base::Date), day(1));
        assert_eq!(read("1971", Base::Date), day(365));
        assert!(read("x", Base::Date).is_err() && read("0.3", Base::Date).is_err());
        let moment = read("1970-01-01 00:00:01.5", Base::Timestamp(3));
        assert_eq!(moment, Ok(Some(Kind::Literal(Literal::Timestamp(1500, 0)))));
        assert!(read("1970-01-01T00:00:00", Base::Timestamp(3)).is_err());
        assert!(length("1", "DAY", Some("MONTH")).is_err());
    }
}
