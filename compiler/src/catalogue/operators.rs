//! The operators: promotion of numbers, arithmetic of dates and intervals, comparisons, patterns.

use super::casts::{self, convert};
use super::make::{self, call, is_true, literal_text, not, prepared};
use super::numeric::{self, Floats, as_decimal, common_number, is_float, is_integer, is_number, is_text};
use super::{BinaryOp, CallError};
use crate::source::Span;
use crate::types::model::{Expr, Function, Kind, Literal};
use crate::types::ty::{Base, Ty};

impl BinaryOp {
    /// The operator as SQL writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Concat => "||",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Distinct => "is distinct from",
            Self::NotDistinct => "is not distinct from",
        }
    }
}

/// An operator between two values.
pub fn binary(op: BinaryOp, left: Expr, right: Expr, span: Span) -> Result<Expr, CallError> {
    match op {
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => {
            arithmetic(op, left, right, span)
        }
        BinaryOp::Concat => join(left, right, span),
        BinaryOp::Equal => compare("compare::eq", op, left, right, span),
        BinaryOp::NotEqual => compare("compare::ne", op, left, right, span),
        BinaryOp::Less => compare("compare::lt", op, left, right, span),
        BinaryOp::LessOrEqual => compare("compare::le", op, left, right, span),
        BinaryOp::Greater => compare("compare::gt", op, left, right, span),
        BinaryOp::GreaterOrEqual => compare("compare::ge", op, left, right, span),
        BinaryOp::Distinct => distinct(left, right, span).map(not),
        BinaryOp::NotDistinct => distinct(left, right, span),
    }
}

fn arithmetic(op: BinaryOp, left: Expr, right: Expr, span: Span) -> Result<Expr, CallError> {
    let (a, b) = (left.ty.base, right.ty.base);
    if is_number(a) && is_number(b) {
        return numbers(op, left, right, span);
    }
    if let Some(moved) = super::moments::arithmetic(op, &left, &right, span) {
        return Ok(moved);
    }
    Err(wrong_operand(op, left.ty, right.ty, left.span, right.span))
}

fn wrong_operand(op: BinaryOp, left: Ty, right: Ty, left_span: Span, right_span: Span) -> CallError {
    let name = op.sign().to_owned();
    for (argument, ty, other, span) in [(0, left, right, left_span), (1, right, left, right_span)] {
        if is_text(ty.base) || ty.base == Base::Null || ty.base == Base::Boolean {
            let help = operand_help(op, ty.base, other.base);
            return CallError::WrongType { name, argument, span, expected: "a number".to_owned(), found: ty, help };
        }
    }
    let help = match (op, left.base, right.base) {
        (BinaryOp::Add | BinaryOp::Subtract, Base::Date | Base::Timestamp(_) | Base::TimestampLtz(_), other)
            if is_number(other) =>
        {
            "write an interval, such as interval '1' day, or timestampadd(day, n, x)"
        }
        (BinaryOp::Subtract, Base::Date | Base::Timestamp(_) | Base::TimestampLtz(_), _) => {
            "write timestampdiff(day, a, b), or another unit"
        }
        (BinaryOp::Remainder, ..) => "% and mod take integers and decimals: cast one side to decimal(38, 18) first",
        _ => "both sides must be numbers, or a date or timestamp and an interval",
    };
    CallError::Mismatch { name, left: (left, left_span), right: (right, right_span), help: vec![help.to_owned()] }
}

fn operand_help(op: BinaryOp, ty: Base, other: Base) -> Vec<String> {
    if ty == Base::Null {
        let other = if is_number(other) { other } else { Base::Int };
        return vec![format!("write cast(null as {other}) if a null is meant")];
    }
    if ty == Base::Boolean {
        return vec!["write cast(x as int) for 1 and 0".to_owned()];
    }
    let target = if is_number(other) { other } else { Base::Double };
    let mut help = vec![format!("text never turns into a number by itself: write cast(x as {target})")];
    if op == BinaryOp::Add {
        help.push("to put texts together write a || b".to_owned());
    }
    help
}

fn numbers(op: BinaryOp, left: Expr, right: Expr, span: Span) -> Result<Expr, CallError> {
    let (a, b) = (left.ty.base, right.ty.base);
    if op == BinaryOp::Remainder {
        return remainder(left, right, span);
    }
    let zero = |value: &Expr| match &value.kind {
        Kind::Literal(Literal::Integer(number)) => *number == 0,
        Kind::Literal(Literal::Decimal(unscaled)) => *unscaled == 0,
        Kind::Literal(Literal::Double(number)) => *number == 0.0,
        _ => false,
    };
    if op == BinaryOp::Divide && zero(&right) && matches!(left.kind, Kind::Literal(_)) {
        return Err(CallError::WrongLiteral {
            name: "/".to_owned(),
            span: right.span,
            reason: "this is a division by zero".to_owned(),
            help: vec!["write another divisor".to_owned()],
        });
    }
    let path = |integer, exact, float| {
        if is_float(a) || is_float(b) {
            float
        } else if is_integer(a) && is_integer(b) {
            integer
        } else {
            exact
        }
    };
    let path = match op {
        BinaryOp::Add => path("arithmetic::add", "decimal::add", "float::add"),
        BinaryOp::Subtract => path("arithmetic::subtract", "decimal::subtract", "float::subtract"),
        BinaryOp::Multiply => path("arithmetic::multiply", "decimal::multiply", "float::multiply"),
        _ => path("arithmetic::divide", "decimal::divide", "float::divide"),
    };
    if let (Some(p), Some(q)) = (as_decimal(a), as_decimal(b))
        && !(is_integer(a) && is_integer(b))
    {
        let base = match op {
            BinaryOp::Add | BinaryOp::Subtract => numeric::sum(p, q),
            BinaryOp::Multiply => numeric::product(p, q),
            _ => numeric::quotient(p, q),
        };
        return Ok(exact(path, base, vec![left, right], span));
    }
    let Some(base) = common_number(a, b, Floats::First) else {
        return Err(wrong_operand(op, left.ty, right.ty, left.span, right.span));
    };
    let function = if is_float(base) { Function::plain(path) } else { Function::plain(path).result() };
    Ok(call(function, base, vec![convert(left, base), convert(right, base)], span))
}

/// A call of a function of exact numbers whose result is a decimal.
pub fn exact(path: &'static str, base: Base, args: Vec<Expr>, span: Span) -> Expr {
    let Base::Decimal { precision, scale } = base else {
        return call(Function::plain(path).result(), base, args, span);
    };
    call(Function::plain(path).result().decimal(precision, scale), base, args, span)
}

/// `a % b` and `mod(a, b)`.
pub fn remainder(left: Expr, right: Expr, span: Span) -> Result<Expr, CallError> {
    let (a, b) = (left.ty.base, right.ty.base);
    if is_integer(a) && is_integer(b) {
        return Ok(call(Function::plain("arithmetic::remainder").result(), b, vec![left, right], span));
    }
    match (as_decimal(a), as_decimal(b)) {
        (Some(p @ (_, 0)), Some(q @ (_, 0))) => {
            // Of whole numbers it has the type of the right side, as among integers; it always fits.
            let rest = exact("decimal::remainder", numeric::remainder(p, q), vec![left, right], span);
            casts::cast(rest, b, false, span)
        }
        (Some(p), Some(q)) => Ok(exact("decimal::remainder", numeric::remainder(p, q), vec![left, right], span)),
        _ => Err(wrong_operand(BinaryOp::Remainder, left.ty, right.ty, left.span, right.span)),
    }
}

/// `-x`.
pub fn negate(value: Expr, span: Span) -> Result<Expr, CallError> {
    let base = value.ty.base;
    if let Kind::Literal(literal) = &value.kind {
        let negated = match literal {
            Literal::Integer(number) => number.checked_neg().map(Literal::Integer),
            Literal::Decimal(unscaled) => Some(Literal::Decimal(-unscaled)),
            Literal::Interval(length) => length.checked_neg().map(Literal::Interval),
            _ => None,
        };
        if let Some(literal) = negated {
            return Ok(Expr { kind: Kind::Literal(literal), ty: value.ty, span });
        }
    }
    let function = match base {
        _ if is_integer(base) => Function::plain("arithmetic::negate").result(),
        Base::IntervalMonths | Base::IntervalMillis => Function::plain("arithmetic::negate").result(),
        _ if is_float(base) => Function::plain("float::negate"),
        Base::Decimal { .. } => Function::plain("decimal::negate"),
        _ => {
            return Err(CallError::WrongType {
                name: "-".to_owned(),
                argument: 0,
                span: value.span,
                expected: "a number or an interval".to_owned(),
                found: value.ty,
                help: operand_help(BinaryOp::Subtract, base, Base::Double),
            });
        }
    };
    Ok(call(function, base, vec![value], span))
}

/// `a || b`.
fn join(left: Expr, right: Expr, span: Span) -> Result<Expr, CallError> {
    for (argument, operand) in [&left, &right].into_iter().enumerate() {
        if !is_text(operand.ty.base) {
            return Err(CallError::WrongType {
                name: "||".to_owned(),
                argument,
                span: operand.span,
                expected: "text".to_owned(),
                found: operand.ty,
                help: vec!["write cast(x as varchar)".to_owned()],
            });
        }
    }
    let base = match (left.ty.base, right.ty.base) {
        (Base::Char(a), Base::Char(b)) => Base::Char(a.saturating_add(b)),
        (Base::Char(a) | Base::Varchar(Some(a)), Base::Char(b) | Base::Varchar(Some(b))) => {
            Base::Varchar(Some(a.saturating_add(b)))
        }
        _ => Base::Varchar(None),
    };
    // A chain of `||` becomes one call.
    let mut parts = Vec::new();
    for operand in [left, right] {
        match operand.kind {
            Kind::Call(inner) if inner.function.path == CONCAT.path && inner.args.len() == 1 => {
                for arg in inner.args {
                    match arg.kind {
                        Kind::Slice(values) => parts.extend(values),
                        kind => parts.push(Expr { kind, ..arg }),
                    }
                }
            }
            kind => parts.push(Expr { kind, ..operand }),
        }
    }
    Ok(call(CONCAT, base, vec![make::slice(parts, Base::Varchar(None), span)], span))
}

/// `concat(a, b, …)`, null if one of them is.
pub const CONCAT: Function = Function::plain("text::concat").scoped();

/// What a comparison asks: it decides what text is taken for that meets another type, and how a float meets a double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Whether both are the same: text that is no date is equal to none (null); booleans are compared as text; of a
    /// float and a double the first one's type counts.
    Same,
    /// Which is greater: text that is no date or boolean is a row error; floats meet doubles as doubles.
    Order,
    /// Whether a value is in a list: text as for `Order`, numbers as for `Same`.
    Member,
}

/// Brings both sides of a comparison to types that compare.
pub fn comparable(name: &str, asks: Asks, left: Expr, right: Expr) -> Result<(Expr, Expr), CallError> {
    let (a, b) = (left.ty.base, right.ty.base);
    if a == Base::Null || b == Base::Null {
        let base = if a == Base::Null { b } else { a };
        let base = if base == Base::Null { Base::Boolean } else { base };
        return Ok((convert(left, base), convert(right, base)));
    }
    if is_number(a) && is_number(b) {
        let floats = if asks == Asks::Order { Floats::Wider } else { Floats::First };
        return Ok(comparable_numbers(left, right, floats));
    }
    let to = |value: Expr, base: Base| {
        let span = value.span;
        casts::cast(value, base, false, span)
    };
    let from_text = |value: Expr, base: Base| {
        if let Some(text) = literal_text(&value) {
            // What is in no order with a date is a row error, as Flink has it; what is never equal to one a mistake.
            match super::moments::literal_of(text, base, value.span) {
                Ok(Some(moment)) => return Ok(moment),
                Err(error) if asks == Asks::Same => return Err(error),
                Ok(None) | Err(_) => {}
            }
        }
        let attempt = asks == Asks::Same && literal_text(&value).is_none();
        let span = value.span;
        casts::cast(value, base, attempt, span)
    };
    Ok(match (a, b) {
        _ if is_text(a) && is_text(b) => (left, right),
        (Base::Boolean, _) if is_text(b) && asks == Asks::Same => (to(left, Base::Varchar(None))?, right),
        (_, Base::Boolean) if is_text(a) && asks == Asks::Same => (left, to(right, Base::Varchar(None))?),
        (Base::Boolean, _) if is_text(b) => (left, to(right, Base::Boolean)?),
        (_, Base::Boolean) if is_text(a) => (to(left, Base::Boolean)?, right),
        (Base::Date | Base::Time | Base::Timestamp(_) | Base::TimestampLtz(_), _) if is_text(b) => {
            let right = from_text(right, a)?;
            (left, right)
        }
        (_, Base::Date | Base::Time | Base::Timestamp(_) | Base::TimestampLtz(_)) if is_text(a) => {
            (from_text(left, b)?, right)
        }
        (Base::Timestamp(_), Base::Timestamp(_)) | (Base::TimestampLtz(_), Base::TimestampLtz(_)) => (left, right),
        (Base::Timestamp(p), Base::TimestampLtz(_)) => (to(left, Base::TimestampLtz(p))?, right),
        (Base::TimestampLtz(_), Base::Timestamp(p)) => (left, to(right, Base::TimestampLtz(p))?),
        _ if a == b => (left, right),
        _ => return Err(mismatch(name, &left, &right)),
    })
}

fn comparable_numbers(left: Expr, right: Expr, floats: Floats) -> (Expr, Expr) {
    let (a, b) = (left.ty.base, right.ty.base);
    // Decimals compare whatever their scale.
    let decimal = matches!(a, Base::Decimal { .. }) || matches!(b, Base::Decimal { .. });
    if decimal && !is_float(a) && !is_float(b) {
        return (left, right);
    }
    let base = if decimal { Base::Double } else { common_number(a, b, floats).unwrap_or(a) };
    (convert(left, base), convert(right, base))
}

fn mismatch(name: &str, left: &Expr, right: &Expr) -> CallError {
    let (a, b) = (left.ty.base, right.ty.base);
    let help = match (a, b) {
        _ if is_text(a) && is_number(b) => {
            format!("text never turns into a number by itself: write cast(… as {}) around the text", cast_target(b))
        }
        _ if is_number(a) && is_text(b) => {
            format!("text never turns into a number by itself: write cast(… as {}) around the text", cast_target(a))
        }
        (Base::Date, Base::Timestamp(p)) | (Base::Timestamp(p), Base::Date) => {
            format!("write cast(… as timestamp({p})) around the date, or cast(… as date) around the timestamp")
        }
        (Base::Date, Base::TimestampLtz(p)) | (Base::TimestampLtz(p), Base::Date) => {
            format!("write cast(… as timestamp_ltz({p})) around the date, or cast(… as date) around the timestamp")
        }
        (Base::Date | Base::Time | Base::Timestamp(_) | Base::TimestampLtz(_), other)
        | (other, Base::Date | Base::Time | Base::Timestamp(_) | Base::TimestampLtz(_))
            if is_number(other) || other == Base::Boolean =>
        {
            "compare with a literal such as date '2024-02-29', or with a field such as extract(year from …)".to_owned()
        }
        (Base::Boolean, _) if is_number(b) => "write the boolean alone, or cast(… as int) around it".to_owned(),
        (_, Base::Boolean) if is_number(a) => "write the boolean alone, or cast(… as int) around it".to_owned(),
        _ => match (casts::refusal(b, a), casts::refusal(a, b)) {
            (None, None) => format!("write cast(… as {a}) or cast(… as {b}) around one side"),
            (None, Some(_)) => format!("write cast(… as {a}) around the right side"),
            (Some(_), None) => format!("write cast(… as {b}) around the left side"),
            (Some(_), Some(_)) => "there is no cast between them: write cast(… as varchar) around both".to_owned(),
        },
    };
    CallError::Mismatch {
        name: name.to_owned(),
        left: (left.ty, left.span),
        right: (right.ty, right.span),
        help: vec![help],
    }
}

/// What text is best cast to when it meets a number.
fn cast_target(number: Base) -> Base {
    match number {
        Base::TinyInt | Base::SmallInt => Base::Int,
        other => other,
    }
}

fn compare(path: &'static str, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Result<Expr, CallError> {
    let asks = if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) { Asks::Same } else { Asks::Order };
    let (left, right) = comparable(op.sign(), asks, left, right)?;
    Ok(call(Function::plain(path), Base::Boolean, vec![left, right], span))
}

/// `value in (…, item, …)`, for one item.
pub fn member(value: Expr, item: Expr, span: Span) -> Result<Expr, CallError> {
    let asks = if is_text(value.ty.base) && item.ty.base == Base::Boolean { Asks::Same } else { Asks::Member };
    let (value, item) = comparable("in", asks, value, item)?;
    Ok(call(Function::plain("compare::eq"), Base::Boolean, vec![value, item], span))
}

/// `a is not distinct from b`.
fn distinct(left: Expr, right: Expr, span: Span) -> Result<Expr, CallError> {
    let (left, right) = comparable(BinaryOp::NotDistinct.sign(), Asks::Same, left, right)?;
    if !left.ty.nullable || !right.ty.nullable {
        let equal = call(Function::plain("compare::eq"), Base::Boolean, vec![left, right], span);
        return Ok(if equal.ty.nullable { is_true(equal) } else { equal });
    }
    Ok(call(Function::plain("compare::not_distinct").lax(), Base::Boolean, vec![left, right], span))
}

/// `x like pattern escape e`.
pub fn like(value: Expr, pattern: Expr, escape: Option<Expr>, span: Span) -> Result<Expr, CallError> {
    let matcher = Matcher {
        name: "like",
        plain: ("like::Pattern", Function::plain("like::like")),
        escaped: ("like::EscapedPattern", Function::plain("like::like_escaped")),
    };
    matches(&matcher, value, pattern, escape, span)
}

/// `x similar to pattern escape e`.
pub fn similar(value: Expr, pattern: Expr, escape: Option<Expr>, span: Span) -> Result<Expr, CallError> {
    let function = |path| Function::plain(path).result().with_feature("regexp");
    let matcher = Matcher {
        name: "similar to",
        plain: ("similar::Pattern", function("similar::similar")),
        escaped: ("similar::EscapedPattern", function("similar::similar_escaped")),
    };
    matches(&matcher, value, pattern, escape, span)
}

struct Matcher {
    name: &'static str,
    /// The type of the pattern and the function, without and with an escape character.
    plain: (&'static str, Function),
    escaped: (&'static str, Function),
}

fn matches(matcher: &Matcher, value: Expr, pattern: Expr, escape: Option<Expr>, span: Span) -> Result<Expr, CallError> {
    for (argument, operand) in [Some(&value), Some(&pattern), escape.as_ref()].into_iter().flatten().enumerate() {
        if !is_text(operand.ty.base) {
            return Err(CallError::WrongType {
                name: matcher.name.to_owned(),
                argument,
                span: operand.span,
                expected: "text".to_owned(),
                found: operand.ty,
                help: vec!["write cast(x as varchar)".to_owned()],
            });
        }
    }
    let ((ty, function), pattern) = match escape {
        None => (matcher.plain, pattern),
        // No character escapes another one.
        Some(escape) if literal_text(&escape) == Some("") => (matcher.plain, pattern),
        Some(escape) => (matcher.escaped, escaped(matcher.name, escape, pattern, span)?),
    };
    Ok(call(function, Base::Boolean, vec![value, prepared(ty, pattern)], span))
}

/// What an escape character may stand before.
const SPECIAL: &str = "%_[]()|^-+*?{}";

/// The escape character in front of the pattern, as the runtime's escaped patterns take it.
fn escaped(name: &str, escape: Expr, pattern: Expr, span: Span) -> Result<Expr, CallError> {
    if let Some(text) = literal_text(&escape)
        && text.chars().count() > 1
    {
        return Err(CallError::WrongLiteral {
            name: name.to_owned(),
            span: escape.span,
            reason: format!("'{text}' is not one character"),
            help: vec!["escape takes a single character, such as escape '!'".to_owned()],
        });
    }
    if let (Some(escape), Some(pattern)) = (literal_text(&escape), literal_text(&pattern)) {
        let mut characters = pattern.chars();
        while let Some(character) = characters.find(|character| escape.contains(*character)) {
            let next = characters.next();
            let escapable = next.is_some_and(|next| SPECIAL.contains(next) || next == character);
            if !escapable {
                return Err(CallError::WrongLiteral {
                    name: name.to_owned(),
                    span,
                    reason: format!("in '{pattern}' the escape character {character} stands before nothing to escape"),
                    help: vec![format!("write {character}{character} for the character itself")],
                });
            }
        }
        return Ok(make::text(&format!("{escape}{pattern}"), span));
    }
    Ok(call(CONCAT, Base::Varchar(None), vec![make::slice(vec![escape, pattern], Base::Varchar(None), span)], span))
}
