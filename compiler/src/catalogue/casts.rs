//! Casts: which types become which, and by what runtime function.

use super::CallError;
use super::make::{call, int, retype};
use super::numeric::{as_decimal, integer_digits, is_exact, is_integer, is_number, is_text};
use crate::source::Span;
use crate::types::BytesLength;
use crate::types::model::{Expr, Function, Kind, Literal};
use crate::types::ty::{Base, Ty};

/// `cast(x as to)` or `try_cast(x as to)`.
pub fn cast(value: Expr, to: Base, attempt: bool, span: Span) -> Result<Expr, CallError> {
    let from = value.ty.base;
    if from == Base::Null {
        return Ok(super::make::null(to, span));
    }
    let cast = match to {
        Base::Boolean => (is_number(from) || is_text(from) || from == Base::Boolean)
            .then(|| simple(&value, "cast::boolean", "try_cast::boolean", attempt)),
        Base::TinyInt => number(&value, "cast::tinyint", "try_cast::tinyint", attempt),
        Base::SmallInt => number(&value, "cast::smallint", "try_cast::smallint", attempt),
        Base::Int => number(&value, "cast::int", "try_cast::int", attempt),
        Base::BigInt => number(&value, "cast::bigint", "try_cast::bigint", attempt),
        Base::Float => number(&value, "cast::float", "try_cast::float", attempt),
        Base::Double => number(&value, "cast::double", "try_cast::double", attempt),
        Base::Decimal { precision, scale } => number(&value, "cast::decimal", "try_cast::decimal", attempt)
            .map(|function| function.decimal(precision, scale)),
        Base::Date => match from {
            _ if is_text(from) => Some(simple(&value, "cast::date", "try_cast::date", attempt)),
            Base::Timestamp(_) => Some(Function::plain("time::date")),
            Base::TimestampLtz(_) => Some(Function::plain("time::local_date").scoped()),
            _ => None,
        },
        Base::Time => return cast_time(value, 0, attempt, span),
        Base::Timestamp(precision) => return to_timestamp(value, precision, attempt, span),
        Base::TimestampLtz(precision) => return to_instant(value, precision, attempt, span),
        Base::Char(_) | Base::Varchar(_) => return to_text(value, to, span),
        Base::Bytes => is_text(from).then(|| Function::plain("text::bytes")),
        Base::IntervalMonths | Base::IntervalMillis | Base::Null => None,
    };
    match (cast, widened(&value, to)) {
        (_, Some(wider)) => Ok(Expr { span, ..wider }),
        (Some(function), None) => Ok(call(function, to, vec![value], span)),
        (None, None) => Err(refused(value.ty, to)),
    }
}

/// `cast(x as time(digits))`; a time of day that is one already stays as it is.
pub fn cast_time(value: Expr, digits: u8, attempt: bool, span: Span) -> Result<Expr, CallError> {
    let function = match value.ty.base {
        Base::Time => return Ok(Expr { span, ..value }),
        Base::Null => return Ok(super::make::null(Base::Time, span)),
        from if is_text(from) => simple(&value, "cast::time", "try_cast::time", attempt),
        Base::Timestamp(_) => Function::plain("time::time_of_day"),
        Base::TimestampLtz(_) => Function::plain("time::local_time_of_day").scoped(),
        _ => return Err(refused(value.ty, Base::Time)),
    };
    let time = call(function, Base::Time, vec![value], span);
    Ok(match digits {
        // A time of day has milliseconds.
        3.. => time,
        0..3 => call(Function::plain("time::cut_time"), Base::Time, vec![time, int(i64::from(digits), span)], span),
    })
}

fn simple(value: &Expr, path: &'static str, attempt_path: &'static str, attempt: bool) -> Function {
    let from_text = is_text(value.ty.base);
    match (attempt, from_text) {
        (true, _) => Function::plain(attempt_path).option(),
        (false, _) => Function::plain(path).result(),
    }
}

fn number(value: &Expr, path: &'static str, attempt_path: &'static str, attempt: bool) -> Option<Function> {
    let from = value.ty.base;
    (is_number(from) || is_text(from) || from == Base::Boolean).then(|| simple(value, path, attempt_path, attempt))
}

/// What to write instead of a cast that does not exist, a sentence each; none where it exists.
pub fn refusal(from: Base, to: Base) -> Option<Vec<String>> {
    let place = Span::default();
    let cast = cast(super::make::null(from, place), to, false, place);
    if let Err(CallError::WrongCast { help, .. }) = cast { Some(help) } else { None }
}

/// The cast to write around a value `x`, or what to write instead if there is none.
pub fn advice(from: Base, to: Base) -> Vec<String> {
    refusal(from, to).unwrap_or_else(|| vec![format!("write cast(x as {to})")])
}

fn refused(from: Ty, to: Base) -> CallError {
    let help = match (from.base, to) {
        (from, Base::Timestamp(_)) if is_number(from) => {
            &format!("write cast(to_timestamp_ltz(x, 3) as {to}) for milliseconds since 1970, with 0 for seconds")
        }
        (from, Base::TimestampLtz(_)) if is_number(from) => {
            "write to_timestamp_ltz(x, 0) for seconds or to_timestamp_ltz(x, 3) for milliseconds since 1970"
        }
        (from, Base::Time) if is_number(from) => "write cast(to_timestamp_ltz(x, 0) as time) for seconds since 1970",
        (Base::Timestamp(_) | Base::TimestampLtz(_), to) if is_number(to) => {
            "write unix_timestamp(date_format(x, 'yyyy-MM-dd HH:mm:ss')) for seconds since 1970, or extract(… from x)"
        }
        (Base::Date, to) if is_number(to) => "write timestampdiff(day, date '1970-01-01', x) for days since 1970",
        (from, Base::Date) if is_number(from) => {
            "write cast(to_timestamp_ltz(x, 3) as date) for milliseconds since 1970, with 0 for seconds, or \
             to_date(cast(x as varchar), 'yyyyMMdd') for numbers such as 20240229"
        }
        (Base::Boolean, _) => "a boolean can be cast to text and to numbers (1 and 0)",
        (_, Base::Boolean) => "write a condition instead, such as a comparison",
        (Base::Time | Base::IntervalMillis, to) if is_number(to) => "write extract(hour from x), or another field",
        (Base::IntervalMonths, to) if is_number(to) => "write extract(month from x), or another field",
        (_, Base::Bytes) => "write cast(cast(x as varchar) as bytes) for the bytes of its text",
        (Base::Time, Base::Date) | (Base::Date, Base::Time) => "a date has no time of day, a time has no date",
        _ => "cast to varchar first, if its text is what you mean",
    };
    CallError::WrongCast { from, to, help: vec![help.to_owned()] }
}

fn to_timestamp(value: Expr, precision: u8, attempt: bool, span: Span) -> Result<Expr, CallError> {
    let to = Base::Timestamp(precision);
    let digits = int(i64::from(precision), span);
    Ok(match value.ty.base {
        from if is_text(from) && attempt => {
            call(Function::plain("try_cast::timestamp").option(), to, vec![value, digits], span)
        }
        from if is_text(from) => call(Function::plain("cast::timestamp").result(), to, vec![value, digits], span),
        Base::Timestamp(from) => precise(value, from, to, precision, span),
        Base::TimestampLtz(from) => {
            let local = call(Function::plain("time::local").scoped(), Base::Timestamp(from), vec![value], span);
            precise(local, from, to, precision, span)
        }
        Base::Date => call(Function::plain("time::midnight"), to, vec![value], span),
        Base::Time => call(Function::plain("time::on_first_day"), to, vec![value], span),
        _ => return Err(refused(value.ty, to)),
    })
}

fn to_instant(value: Expr, precision: u8, attempt: bool, span: Span) -> Result<Expr, CallError> {
    let to = Base::TimestampLtz(precision);
    let digits = int(i64::from(precision), span);
    let instant = |local: Expr| call(Function::plain("time::instant").scoped(), to, vec![local], span);
    Ok(match value.ty.base {
        from if is_text(from) && attempt => {
            call(Function::plain("try_cast::timestamp_ltz").scoped().option(), to, vec![value, digits], span)
        }
        from if is_text(from) => {
            call(Function::plain("cast::timestamp_ltz").scoped().result(), to, vec![value, digits], span)
        }
        Base::TimestampLtz(from) => precise(value, from, to, precision, span),
        Base::Timestamp(from) => instant(precise(value, from, Base::Timestamp(precision), precision, span)),
        Base::Date => instant(call(Function::plain("time::midnight"), Base::Timestamp(precision), vec![value], span)),
        Base::Time => {
            instant(call(Function::plain("time::on_first_day"), Base::Timestamp(precision), vec![value], span))
        }
        _ => return Err(refused(value.ty, to)),
    })
}

/// A timestamp with fewer digits is cut.
fn precise(value: Expr, from: u8, to: Base, precision: u8, span: Span) -> Expr {
    if precision >= from {
        return Expr { span, ..retype(value, to) };
    }
    call(Function::plain("time::cut"), to, vec![value, int(i64::from(precision), span)], span)
}

fn to_text(value: Expr, to: Base, span: Span) -> Result<Expr, CallError> {
    let any = Base::Varchar(None);
    let from = value.ty.base;
    let written = |path| Function::plain(path).scoped();
    let text = match from {
        Base::Char(_) | Base::Varchar(_) => value,
        Base::Boolean
        | Base::TinyInt
        | Base::SmallInt
        | Base::Int
        | Base::BigInt
        | Base::Float
        | Base::Double
        | Base::Decimal { .. }
        | Base::Date
        | Base::Time => call(written("cast::text"), any, vec![value], span),
        Base::Timestamp(precision) => {
            let digits = int(i64::from(precision), span);
            call(written("time::text"), any, vec![value, digits], span)
        }
        Base::TimestampLtz(precision) => {
            let digits = int(i64::from(precision), span);
            let local = call(Function::plain("time::local").scoped(), Base::Timestamp(precision), vec![value], span);
            call(written("time::text"), any, vec![local, digits], span)
        }
        Base::Bytes => call(written("text::from_bytes"), any, vec![value], span),
        Base::IntervalMonths => call(written("time::months_text"), any, vec![value], span),
        Base::IntervalMillis => call(written("time::millis_text"), any, vec![value], span),
        Base::Null => return Err(refused(value.ty, to)),
    };
    Ok(Expr { span, ..fitted(text, from, to, span) })
}

/// Text cut to `varchar(n)`, cut or filled with blanks to `char(n)`.
fn fitted(text: Expr, from: Base, to: Base, span: Span) -> Expr {
    let length = |n: u32| int(i64::from(n), span);
    match (from, to) {
        (Base::Char(n), Base::Char(m)) if n == m => text,
        (_, Base::Char(n)) => call(Function::plain("text::fill").scoped(), to, vec![text, length(n)], span),
        (Base::Char(n) | Base::Varchar(Some(n)), Base::Varchar(Some(m))) if n <= m => retype(text, to),
        (_, Base::Varchar(Some(n))) => call(Function::plain("text::cut"), to, vec![text, length(n)], span),
        _ => retype(text, to),
    }
}

/// Bytes as `binary(n)` or `varbinary(n)`. Only a cast fits them: a column of bytes takes them as long as they are.
pub fn fit_bytes(bytes: Expr, length: BytesLength) -> Expr {
    let span = bytes.span;
    let (function, n) = match length {
        BytesLength::Exactly(n) => (Function::plain("text::fill_bytes").scoped(), n),
        BytesLength::AtMost(n) => (Function::plain("text::cut_bytes"), n),
    };
    call(function, Base::Bytes, vec![bytes, int(i64::from(n), span)], span)
}

/// A value as a type that holds all its values, without a way to fail.
fn widened(value: &Expr, to: Base) -> Option<Expr> {
    let from = value.ty.base;
    let span = value.span;
    let with = |function: Function| Some(call(function, to, vec![value.clone()], span));
    if from == to {
        return Some(value.clone());
    }
    if let Some(literal) = widened_literal(value, to) {
        return Some(literal);
    }
    match to {
        _ if from == Base::Null => Some(super::make::null(to, span)),
        Base::SmallInt | Base::Int | Base::BigInt if is_integer(from) && integer_digits(from) <= integer_digits(to) => {
            with(Function::plain(match to {
                Base::SmallInt => "widen::smallint",
                Base::Int => "widen::int",
                _ => "widen::bigint",
            }))
        }
        Base::Float if is_exact(from) => with(Function::plain("widen::float")),
        Base::Float if from == Base::Double => with(Function::plain("widen::float")),
        Base::Double if is_number(from) => with(Function::plain("widen::double")),
        Base::Decimal { precision, scale } => {
            let (from_precision, from_scale) = as_decimal(from)?;
            let fits = from_scale <= scale && from_precision - from_scale <= precision - scale;
            if fits { with(Function::plain("widen::decimal").decimal(precision, scale)) } else { None }
        }
        Base::Char(_) | Base::Varchar(_) if is_text(from) => match (from, to) {
            (Base::Char(n) | Base::Varchar(Some(n)), Base::Varchar(Some(m))) if n <= m => {
                Some(retype(value.clone(), to))
            }
            (_, Base::Varchar(None)) => Some(retype(value.clone(), to)),
            _ => None,
        },
        Base::Timestamp(precision) => match from {
            Base::Timestamp(from) if from <= precision => Some(retype(value.clone(), to)),
            _ => None,
        },
        Base::TimestampLtz(precision) => match from {
            Base::TimestampLtz(from) if from <= precision => Some(retype(value.clone(), to)),
            _ => None,
        },
        Base::Boolean
        | Base::TinyInt
        | Base::SmallInt
        | Base::Int
        | Base::BigInt
        | Base::Float
        | Base::Double
        | Base::Char(_)
        | Base::Varchar(_)
        | Base::Bytes
        | Base::Date
        | Base::Time
        | Base::IntervalMonths
        | Base::IntervalMillis
        | Base::Null => None,
    }
}

/// Literals are given their wider type as they stand, so that the generated code reads `1.5`, not a conversion.
fn widened_literal(value: &Expr, to: Base) -> Option<Expr> {
    let Kind::Literal(literal) = &value.kind else { return None };
    let literal = match (literal, value.ty.base, to) {
        (Literal::Integer(number), from, to) if is_integer(to) && integer_digits(from) <= integer_digits(to) => {
            Literal::Integer(*number)
        }
        (Literal::Integer(number), _, Base::Double) if number.unsigned_abs() <= 1 << 53 => {
            Literal::Double(*number as f64)
        }
        (Literal::Integer(number), from, Base::Decimal { precision, scale })
            if integer_digits(from)? <= precision - scale =>
        {
            Literal::Decimal(i128::from(*number).checked_mul(10i128.pow(u32::from(scale)))?)
        }
        (Literal::Decimal(unscaled), Base::Decimal { precision: p, scale: s }, Base::Decimal { precision, scale })
            if s <= scale && p - s <= precision - scale =>
        {
            Literal::Decimal(unscaled.checked_mul(10i128.pow(u32::from(scale - s)))?)
        }
        (Literal::Decimal(unscaled), Base::Decimal { scale, .. }, Base::Double) => {
            Literal::Double(format!("{unscaled}e-{scale}").parse().ok()?)
        }
        _ => return None,
    };
    Some(Expr { kind: Kind::Literal(literal), ty: Ty { base: to, nullable: value.ty.nullable }, span: value.span })
}

/// A value as another type where SQL converts by itself; what does not fit is a row error.
pub fn widen(value: Expr, to: Base) -> Option<Expr> {
    if let Some(wider) = widened(&value, to) {
        return Some(wider);
    }
    let (from, span) = (value.ty.base, value.span);
    let length = |n: u32| int(i64::from(n), span);
    match to {
        Base::Decimal { precision, scale } if is_exact(from) => {
            Some(call(Function::plain("cast::decimal").result().decimal(precision, scale), to, vec![value], span))
        }
        Base::Varchar(Some(n)) if is_text(from) => {
            Some(call(Function::plain("cast::fit").result(), to, vec![value, length(n)], span))
        }
        Base::Char(n) if is_text(from) => {
            let fit = call(Function::plain("cast::fit").result(), Base::Varchar(Some(n)), vec![value, length(n)], span);
            Some(call(Function::plain("text::fill").scoped(), to, vec![fit, length(n)], span))
        }
        Base::Timestamp(precision) | Base::TimestampLtz(precision) => match (from, to) {
            (Base::Timestamp(from), Base::Timestamp(_)) | (Base::TimestampLtz(from), Base::TimestampLtz(_)) => {
                Some(precise(value, from, to, precision, span))
            }
            _ => None,
        },
        Base::Boolean
        | Base::TinyInt
        | Base::SmallInt
        | Base::Int
        | Base::BigInt
        | Base::Float
        | Base::Double
        | Base::Decimal { .. }
        | Base::Char(_)
        | Base::Varchar(_)
        | Base::Bytes
        | Base::Date
        | Base::Time
        | Base::IntervalMonths
        | Base::IntervalMillis
        | Base::Null => None,
    }
}

/// A number as `float` or `double`, a boolean as text …: what an operator needs of a value that it accepts.
pub fn convert(value: Expr, to: Base) -> Expr {
    let span = value.span;
    match widen(value.clone(), to) {
        Some(wider) => wider,
        None => Expr { span, ..retype(value, to) },
    }
}
