//! Dates and times.

use crate::catalogue::CallError;
use crate::catalogue::casts::{self, convert};
use crate::catalogue::make::{self, call, literal_text, prepared};
use crate::catalogue::moments;
use crate::catalogue::numeric::is_integer;
use crate::catalogue::signature::{Args, Entry, Form, Gives, Param, STRING, Take, entry, form, run};
use crate::types::model::{Expr, Function};
use crate::types::ty::Base;

/// A pattern of Java's `SimpleDateFormat`.
const OLD_PATTERN: Param = Param("pattern", Take::Prepared("time::OldPattern"));
/// A pattern of Java's `DateTimeFormatter`.
const PATTERN: Param = Param("pattern", Take::Prepared("time::Pattern"));
const TEXT: Param = Param("text", Take::Text);
const TIMESTAMP: Base = Base::Timestamp(3);
const INSTANT: Base = Base::TimestampLtz(3);

const fn fixed(function: Function, base: Base) -> Gives {
    Gives::Fixed(function, base)
}

const fn now(path: &'static str, base: Base) -> Gives {
    Gives::Fixed(run(path).clocked(), base)
}

macro_rules! field {
    ($name:literal, $unit:literal, $doc:literal, $example:literal) => {
        entry(
            &[$name],
            $doc,
            (concat!($name, "(timestamp '2024-02-29 12:34:56')"), $example),
            &[form(&[Param("time", Take::Value)], Gives::By(|args| field_of(args, $unit)))],
        )
    };
}

const UNIX_TIMESTAMP: &[Form] = &[
    form(&[], now("time::unix_timestamp_now", Base::BigInt)),
    form(&[TEXT], fixed(run("time::unix_timestamp").scoped(), Base::BigInt)),
    form(&[TEXT, OLD_PATTERN], fixed(run("time::unix_timestamp_of").scoped().result(), Base::BigInt)),
];

/// The functions.
pub const ENTRIES: &[Entry] = &[
    entry(
        &["unix_timestamp"],
        "Seconds since 1970-01-01 00:00 UTC: now, or of a text in the pipeline's time zone by a pattern of Java's \
         `SimpleDateFormat` (`yyyy-MM-dd HH:mm:ss` if none is given). Text that does not fit gives the least bigint.",
        ("unix_timestamp('1970-01-02 00:00:00')", "86400"),
        UNIX_TIMESTAMP,
    ),
    entry(
        &["from_unixtime"],
        "Seconds since 1970-01-01 00:00 UTC as text in the pipeline's time zone, by a pattern of Java's \
         `SimpleDateFormat` (`yyyy-MM-dd HH:mm:ss` if none is given).",
        ("from_unixtime(86400, 'yyyyMMddHH')", "'1970010200'"),
        &[
            form(&[Param("seconds", Take::BigInt)], fixed(run("time::from_unixtime").scoped().result(), STRING)),
            form(
                &[Param("seconds", Take::BigInt), OLD_PATTERN],
                fixed(run("time::from_unixtime_as").scoped().result(), STRING),
            ),
        ],
    ),
    entry(
        &["date_format"],
        "A timestamp (or text such as `2024-02-29 12:34:56`) as text, by a pattern of Java's `DateTimeFormatter`.",
        ("date_format(timestamp '2024-02-29 12:34:56', 'yyyy/MM')", "'2024/02'"),
        &[
            form(&[Param("time", Take::Timestamp), PATTERN], fixed(run("time::format").scoped().result(), STRING)),
            form(&[Param("time", Take::Instant), PATTERN], Gives::By(format_instant)),
            form(&[TEXT, OLD_PATTERN], fixed(run("time::format_text").scoped().result_option(), STRING)),
        ],
    ),
    entry(
        &["to_timestamp"],
        "Text as a timestamp, by a pattern of Java's `DateTimeFormatter`; null if it does not fit.",
        ("to_timestamp('2024/02', 'yyyy/MM')", "2024-02-01 00:00:00.000"),
        &[
            form(&[TEXT], fixed(run("time::to_timestamp").option(), TIMESTAMP)),
            form(&[TEXT, PATTERN], fixed(run("time::to_timestamp_by").option(), TIMESTAMP)),
        ],
    ),
    entry(
        &["to_timestamp_ltz"],
        "Seconds (0) or milliseconds (3) since 1970-01-01 00:00 UTC, or text by a pattern in a time zone (UTC), as an \
         instant; null for text that does not fit and for numbers beyond the years 0 to 9999.",
        ("to_timestamp_ltz(0, 3)", "1970-01-01 00:00:00.000"),
        &[
            form(&[Param("number", Take::Number)], Gives::By(to_instant)),
            form(&[Param("number", Take::Number), Param("precision", Take::Int)], Gives::By(to_instant)),
            form(&[TEXT], fixed(run("time::to_instant").option(), INSTANT)),
            form(&[TEXT, PATTERN], fixed(run("time::to_instant_by").option(), INSTANT)),
            form(
                &[TEXT, PATTERN, Param("zone", Take::Prepared("time::Place"))],
                fixed(run("time::to_instant_in").option(), INSTANT),
            ),
        ],
    ),
    entry(
        &["to_date"],
        "Text as a date, or null; with a pattern of Java's `SimpleDateFormat`, the date 1705471-09-27 if the text does not fit, as in Flink.",
        ("to_date('29.02.2024', 'dd.MM.yyyy')", "2024-02-29"),
        &[
            form(&[TEXT], fixed(run("time::to_date").option(), Base::Date)),
            form(&[TEXT, OLD_PATTERN], fixed(run("time::to_date_by").scoped().result(), Base::Date)),
        ],
    ),
    entry(
        &["convert_tz"],
        "A text such as `2024-02-29 12:34:56` of one time zone in another; null if it does not fit.",
        ("convert_tz('1970-01-01 00:00:00', 'UTC', 'Asia/Shanghai')", "'1970-01-01 08:00:00'"),
        &[form(
            &[TEXT, Param("from", Take::Prepared("time::Place")), Param("to", Take::Prepared("time::Place"))],
            fixed(run("time::convert_tz").scoped().option(), STRING),
        )],
    ),
    entry(
        &["current_date"],
        "Today in the pipeline's time zone.",
        ("current_date", "2026-11-22"),
        &[form(&[], now("time::current_date", Base::Date))],
    ),
    entry(
        &["current_timestamp", "now", "current_row_timestamp"],
        "The instant now.",
        ("current_timestamp", "2026-11-22 09:30:00.000"),
        &[form(&[], now("time::current_timestamp", INSTANT))],
    ),
    entry(
        &["localtimestamp"],
        "The date and time now in the pipeline's time zone.",
        ("localtimestamp", "2026-11-22 09:30:00.000"),
        &[form(&[], now("time::local_timestamp", TIMESTAMP))],
    ),
    entry(
        &["current_time", "localtime"],
        "The time of day now in the pipeline's time zone, in whole seconds.",
        ("current_time", "09:30:00"),
        &[form(&[], now("time::current_time", Base::Time))],
    ),
    Entry {
        names: &["extract"],
        doc: "A field of a date, time, timestamp or interval: millennium, century, decade, year, isoyear, quarter, \
              month, week (ISO 8601), day, doy (day of the year), dow (1 is Sunday), isodow (1 is Monday), hour, \
              minute, second, millisecond, microsecond, nanosecond (the last three of the second), epoch.",
        example: ("extract(year from date '2024-02-29')", "2024"),
        forms: &[form(&[Param("unit", Take::LiteralText), Param("time", Take::Value)], Gives::By(extract))],
        syntax: Some("extract(unit from time)"),
    },
    field!("year", "YEAR", "The year.", "2024"),
    field!("quarter", "QUARTER", "The quarter, 1 to 4.", "1"),
    field!("month", "MONTH", "The month, 1 to 12.", "2"),
    field!("week", "WEEK", "The week of the year by ISO 8601.", "9"),
    field!("dayofyear", "DOY", "The day of the year.", "60"),
    field!("dayofmonth", "DAY", "The day of the month.", "29"),
    field!("dayofweek", "DOW", "The day of the week; 1 is Sunday.", "5"),
    field!("hour", "HOUR", "The hour, 0 to 23.", "12"),
    field!("minute", "MINUTE", "The minute.", "34"),
    field!("second", "SECOND", "The second.", "56"),
    entry(
        &["day"],
        "The day of the month.",
        ("day(date '2024-02-29')", "29"),
        &[form(&[Param("time", Take::Value)], Gives::By(|args| field_of(args, "DAY")))],
    ),
    entry(
        &["date_trunc"],
        "The time cut to a unit; the same as `floor(time to unit)`.",
        ("date_trunc('month', date '2024-02-29')", "2024-02-01"),
        &[form(&[Param("unit", Take::LiteralText), Param("time", Take::Value)], Gives::By(date_trunc))],
    ),
    Entry {
        names: &["timestampadd"],
        doc: "A date or timestamp moved by so many units: second, minute, hour, day, week, month, quarter, year.",
        example: ("timestampadd(month, 1, date '2024-01-31')", "2024-02-29"),
        forms: &[form(
            &[Param("unit", Take::LiteralText), Param("count", Take::Integer), Param("time", Take::Value)],
            Gives::By(timestamp_add),
        )],
        syntax: Some("timestampadd(unit, count, time)"),
    },
    Entry {
        names: &["timestampdiff"],
        doc: "How many whole units there are from one date or timestamp to another.",
        example: ("timestampdiff(day, date '2024-02-01', date '2024-03-01')", "29"),
        forms: &[form(
            &[Param("unit", Take::LiteralText), Param("from", Take::Value), Param("to", Take::Value)],
            Gives::By(timestamp_diff),
        )],
        syntax: Some("timestampdiff(unit, from, to)"),
    },
    Entry {
        names: &["interval"],
        doc: "A length of time: year, month, day, hour, minute, second, week, quarter.",
        example: ("timestamp '2024-02-29 12:00:00' + interval '1:30' hour to minute", "2024-02-29 13:30:00"),
        forms: &[
            form(&[Param("length", Take::LiteralText), Param("unit", Take::LiteralText)], Gives::By(interval)),
            form(
                &[Param("length", Take::LiteralText), Param("unit", Take::LiteralText), Param("to", Take::LiteralText)],
                Gives::By(interval),
            ),
        ],
        syntax: Some("interval 'length' unit\ninterval 'length' unit to unit"),
    },
    Entry {
        names: &["date literal"],
        doc: "A date.",
        example: ("date '2024-02-29'", "2024-02-29"),
        forms: &[form(&[Param("text", Take::LiteralText)], Gives::By(|args| literal(args, moments::date_literal)))],
        syntax: Some("date 'text'"),
    },
    Entry {
        names: &["time literal"],
        doc: "A time of day.",
        example: ("time '12:34:56'", "12:34:56"),
        forms: &[form(&[Param("text", Take::LiteralText)], Gives::By(|args| literal(args, moments::time_literal)))],
        syntax: Some("time 'text'"),
    },
    Entry {
        names: &["timestamp literal"],
        doc: "A timestamp, with as many digits of the second's fraction as are written.",
        example: ("timestamp '2024-02-29 12:34:56.7'", "2024-02-29 12:34:56.7"),
        forms: &[form(
            &[Param("text", Take::LiteralText)],
            Gives::By(|args| literal(args, moments::timestamp_literal)),
        )],
        syntax: Some("timestamp 'text'"),
    },
    Entry {
        names: &["at time zone"],
        doc: "The local time of an instant in a time zone, or the instant of a local time in it.",
        example: ("to_timestamp_ltz(0, 3) at time zone 'Asia/Shanghai'", "1970-01-01 08:00:00.000"),
        forms: &[form(
            &[Param("time", Take::Value), Param("zone", Take::Prepared("time::Place"))],
            Gives::By(at_time_zone),
        )],
        syntax: Some("time at time zone 'zone'"),
    },
];

fn literal(
    args: Args,
    make: fn(&str, crate::source::Span, crate::source::Span) -> Result<Expr, CallError>,
) -> Result<Expr, CallError> {
    let span = args.span;
    let [text] = args.take()?;
    make(literal_text(&text).unwrap_or(""), text.span, span)
}

fn interval(args: Args) -> Result<Expr, CallError> {
    let texts: Vec<String> = args.list.iter().filter_map(literal_text).map(str::to_owned).collect();
    let text_span = args.list.first().map_or(args.span, |text| text.span);
    let word = |at: usize| texts.get(at).map(String::as_str);
    moments::interval_literal(word(0).unwrap_or(""), text_span, word(1).unwrap_or(""), word(2), args.span)
}

/// A timestamp without a zone, from one with a zone in the pipeline's.
fn local(value: Expr) -> Expr {
    let span = value.span;
    match value.ty.base {
        Base::TimestampLtz(precision) => {
            call(run("time::local").scoped(), Base::Timestamp(precision), vec![value], span)
        }
        _ => value,
    }
}

fn format_instant(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let [time, pattern] = args.take()?;
    Ok(call(run("time::format").scoped().result(), STRING, vec![local(time), pattern], span))
}

fn to_instant(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let precision = match args.list.get(1) {
        None => 3,
        Some(precision) => match make::literal_integer(precision) {
            Some(digits @ 0..=9) => digits,
            _ => return Err(args.wrong(1, "0 to 9", &["write 0 for seconds, 3 for milliseconds"])),
        },
    };
    let Some(number) = args.list.into_iter().next() else {
        return Err(CallError::WrongArity { name: args.name.to_owned(), found: 0, forms: Vec::new() });
    };
    let (function, number) = match number.ty.base {
        base if is_integer(base) => ("time::instant_of_integer", convert(number, Base::BigInt)),
        Base::Decimal { .. } => ("time::instant_of_decimal", number),
        _ => ("time::instant_of_double", convert(number, Base::Double)),
    };
    let base = Base::TimestampLtz(precision.max(3) as u8);
    Ok(call(run(function).option(), base, vec![number, make::int(precision, span)], span))
}

fn at_time_zone(args: Args) -> Result<Expr, CallError> {
    match args.base() {
        Base::Timestamp(precision) => Ok(args.call(run("time::instant_in").result(), Base::TimestampLtz(precision))),
        Base::TimestampLtz(precision) => Ok(args.call(run("time::local_in").result(), Base::Timestamp(precision))),
        _ => Err(args.no_moment(0, "a timestamp", "write cast(x as timestamp(3))")),
    }
}

const DATE_UNITS: [&str; 13] = [
    "MILLENNIUM",
    "CENTURY",
    "DECADE",
    "YEAR",
    "ISOYEAR",
    "QUARTER",
    "MONTH",
    "WEEK",
    "DAY",
    "DOY",
    "DOW",
    "ISODOW",
    "EPOCH",
];
const TIME_UNITS: [&str; 6] = ["HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"];

fn wrong_unit(args: &Args, at: usize, unit: &str, units: &str) -> CallError {
    CallError::WrongLiteral {
        name: args.name.to_owned(),
        span: args.list.get(at).map_or(args.span, |arg| arg.span),
        reason: format!("{} is no unit that {} takes here", unit.to_lowercase(), args.name),
        help: vec![format!("write one of {units}")],
    }
}

fn extract(args: Args) -> Result<Expr, CallError> {
    let unit = args.list.first().and_then(literal_text).unwrap_or("").to_owned();
    let Some(known) = DATE_UNITS.iter().chain(&TIME_UNITS).find(|known| **known == unit) else {
        let all: Vec<String> = DATE_UNITS.iter().chain(&TIME_UNITS).map(|unit| unit.to_lowercase()).collect();
        return Err(wrong_unit(&args, 0, &unit, &all.join(", ")));
    };
    let (name, span) = (args.name, args.span);
    let [_, time] = args.take()?;
    field_of(Args { name, list: vec![time], span }, known)
}

/// `extract(unit from x)` as an enum of the runtime, named by its word.
fn field_of(args: Args, unit: &'static str) -> Result<Expr, CallError> {
    let span = args.span;
    let base = args.base();
    let path = match base {
        Base::Date if DATE_UNITS.contains(&unit) => "time::date_field",
        Base::Date if matches!(unit, "MICROSECOND" | "NANOSECOND") => {
            return Err(args.wrong(0, "a timestamp", &["a date has no time of day"]));
        }
        Base::Date | Base::Timestamp(_) | Base::TimestampLtz(_) => "time::field",
        Base::Time if TIME_UNITS.contains(&unit) => "time::time_field",
        Base::IntervalMonths if matches!(unit, "YEAR" | "MONTH" | "QUARTER") => "time::months_field",
        Base::IntervalMillis if unit == "DAY" || TIME_UNITS.contains(&unit) => "time::millis_field",
        _ => return Err(args.no_moment(0, "a date or timestamp", "write cast(x as timestamp(3)), or cast(x as date)")),
    };
    let [time] = args.take()?;
    let time = if base == Base::Date && path == "time::field" {
        casts::cast(time, TIMESTAMP, false, span)?
    } else {
        local(time)
    };
    let unit = prepared("time::Unit", make::text(unit, span));
    Ok(call(run(path), Base::BigInt, vec![time, unit], span))
}

const ROUND_UNITS: [&str; 11] =
    ["MILLENNIUM", "CENTURY", "DECADE", "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"];

/// `floor(x to unit)`.
pub fn floor_to(args: Args) -> Result<Expr, CallError> {
    round_to(args, "floor")
}

/// `ceil(x to unit)`.
pub fn ceil_to(args: Args) -> Result<Expr, CallError> {
    round_to(args, "ceil")
}

fn date_trunc(args: Args) -> Result<Expr, CallError> {
    let (name, span) = (args.name, args.span);
    let [unit, time] = args.take()?;
    let word = make::text(&literal_text(&unit).unwrap_or("").to_ascii_uppercase(), unit.span);
    round_to(Args { name, list: vec![time, word], span }, "floor")
}

fn round_to(args: Args, way: &str) -> Result<Expr, CallError> {
    let span = args.span;
    let unit = args.list.get(1).and_then(literal_text).unwrap_or("").to_owned();
    let sub_second = unit == "MILLISECOND";
    if !ROUND_UNITS.contains(&unit.as_str()) && !sub_second {
        let all: Vec<String> = ROUND_UNITS.iter().map(|unit| unit.to_lowercase()).collect();
        return Err(wrong_unit(&args, 1, &unit, &all.join(", ")));
    }
    let base = args.base();
    let of_day = TIME_UNITS.contains(&unit.as_str());
    let floor = way == "floor";
    let path = match base {
        Base::Date if of_day || sub_second => {
            let [date, _] = args.take()?;
            return Ok(Expr { span, ..date });
        }
        Base::Date if floor => "time::floor_date",
        Base::Date => "time::ceil_date",
        Base::Timestamp(_) | Base::TimestampLtz(_) if floor => "time::floor",
        Base::Timestamp(_) | Base::TimestampLtz(_) => "time::ceil",
        Base::Time if !of_day => return Err(wrong_unit(&args, 1, &unit, "hour, minute, second")),
        Base::Time if floor => "time::floor_time",
        Base::Time => "time::ceil_time",
        _ => return Err(args.no_moment(0, "a date or timestamp", "write cast(x as timestamp(3)), or cast(x as date)")),
    };
    let [time, word] = args.take()?;
    let unit = prepared("time::Unit", word);
    if let Base::TimestampLtz(precision) = base {
        let rounded = call(run(path), Base::Timestamp(precision), vec![local(time), unit], span);
        return Ok(call(run("time::instant").scoped(), base, vec![rounded], span));
    }
    Ok(call(run(path), base, vec![time, unit], span))
}

/// Months or milliseconds of a unit.
fn length_of(unit: &str) -> Option<(Base, i64)> {
    Some(match unit {
        "YEAR" => (Base::IntervalMonths, 12),
        "QUARTER" => (Base::IntervalMonths, 3),
        "MONTH" => (Base::IntervalMonths, 1),
        "WEEK" => (Base::IntervalMillis, 604_800_000),
        "DAY" => (Base::IntervalMillis, 86_400_000),
        "HOUR" => (Base::IntervalMillis, 3_600_000),
        "MINUTE" => (Base::IntervalMillis, 60_000),
        "SECOND" => (Base::IntervalMillis, 1000),
        "MILLISECOND" => (Base::IntervalMillis, 1),
        _ => return None,
    })
}

const LENGTHS: &str = "second, minute, hour, day, week, month, quarter, year";

fn timestamp_add(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let unit = args.list.first().and_then(literal_text).unwrap_or("").to_owned();
    let Some((kind, factor)) = length_of(&unit) else { return Err(wrong_unit(&args, 0, &unit, LENGTHS)) };
    let moment = args.list.get(2).map_or(Base::Null, |time| time.ty.base);
    let time_of_day = moment == Base::Time && kind == Base::IntervalMillis;
    if !time_of_day && !matches!(moment, Base::Date | Base::Timestamp(_) | Base::TimestampLtz(_)) {
        return Err(args.no_moment(2, "a date or timestamp", "write cast(x as timestamp(3)), or cast(x as date)"));
    }
    let [_, count, time] = args.take()?;
    let count = convert(count, Base::BigInt);
    let factor = convert(make::int(factor, span), Base::BigInt);
    let length = call(run("arithmetic::multiply").result(), kind, vec![count, factor], span);
    // A date moved by hours becomes a timestamp.
    let time = if moment == Base::Date && matches!(unit.as_str(), "HOUR" | "MINUTE" | "SECOND" | "MILLISECOND") {
        casts::cast(time, Base::Timestamp(6), false, span)?
    } else {
        time
    };
    let (left, right) = (time.ty, length.ty);
    let moved = moments::arithmetic(crate::catalogue::BinaryOp::Add, &time, &length, span);
    moved.ok_or_else(|| CallError::Mismatch {
        name: "timestampadd".to_owned(),
        left: (left, span),
        right: (right, span),
        help: Vec::new(),
    })
}

fn timestamp_diff(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let unit = args.list.first().and_then(literal_text).unwrap_or("").to_owned();
    if length_of(&unit).is_none() && unit != "MICROSECOND" {
        return Err(wrong_unit(&args, 0, &unit, LENGTHS));
    }
    for at in [1, 2] {
        let base = args.list.get(at).map_or(Base::Null, |time| time.ty.base);
        if !matches!(base, Base::Date | Base::Timestamp(_) | Base::TimestampLtz(_)) {
            return Err(args.no_moment(at, "a date or timestamp", "write cast(x as timestamp(3)), or cast(x as date)"));
        }
    }
    let instant = |at: usize| args.list.get(at).is_some_and(|time| matches!(time.ty.base, Base::TimestampLtz(_)));
    if instant(1) != instant(2) {
        let (Some(from), Some(to)) = (args.list.get(1), args.list.get(2)) else { return Err(args.wrong(1, "", &[])) };
        return Err(CallError::Mismatch {
            name: args.name.to_owned(),
            left: (from.ty, from.span),
            right: (to.ty, to.span),
            help: vec!["write cast(… as timestamp_ltz(3)) around the other one".to_owned()],
        });
    }
    let [word, from, to] = args.take()?;
    let moment = |value: Expr| match value.ty.base {
        Base::Date => casts::cast(value, Base::Timestamp(0), false, span),
        _ => Ok(local(value)),
    };
    let (from, to) = (moment(from)?, moment(to)?);
    let unit = prepared("time::Unit", word);
    Ok(call(run("time::difference").result(), Base::Int, vec![unit, from, to], span))
}
