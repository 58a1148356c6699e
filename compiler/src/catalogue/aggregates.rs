//! The types of aggregates.

use super::make::int;
use super::numeric::{self, is_number};
use super::{BinaryOp, CallError, binary, call, cast, casts, operators};
use crate::source::Span;
use crate::types::model::{AggregateFunction, Expr};
use crate::types::ty::{Base, Ty};

/// The type of an aggregate over an argument.
pub fn aggregate_type(function: AggregateFunction, argument: Option<&Expr>) -> Result<Ty, CallError> {
    let name = name(function);
    let Some(argument) = argument else {
        return match function {
            AggregateFunction::CountRows => Ok(Ty::not_null(Base::BigInt)),
            AggregateFunction::Count
            | AggregateFunction::Sum
            | AggregateFunction::Avg
            | AggregateFunction::Min
            | AggregateFunction::Max
            | AggregateFunction::LastValue
            | AggregateFunction::FirstValue => {
                Err(CallError::WrongArity { name: name.to_owned(), found: 0, forms: vec![format!("{name}(x)")] })
            }
        };
    };
    let base = argument.ty.base;
    let wrong = |expected: &str, help: &str| CallError::WrongType {
        name: name.to_owned(),
        argument: 0,
        span: argument.span,
        expected: expected.to_owned(),
        found: argument.ty,
        help: vec![help.to_owned()],
    };
    let number = || no_number(name, argument);
    match function {
        AggregateFunction::CountRows | AggregateFunction::Count => Ok(Ty::not_null(Base::BigInt)),
        AggregateFunction::Sum => match base {
            Base::Decimal { scale, .. } => Ok(Ty::nullable(numeric::total(scale))),
            _ if is_number(base) => Ok(Ty::nullable(base)),
            _ => Err(number()),
        },
        AggregateFunction::Avg => match base {
            Base::Decimal { scale, .. } => Ok(Ty::nullable(numeric::average(scale))),
            _ if is_number(base) => Ok(Ty::nullable(base)),
            _ => Err(number()),
        },
        AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::LastValue
        | AggregateFunction::FirstValue => match base {
            Base::Null => Err(wrong("a value with a type", "write cast(null as varchar), or another type")),
            Base::IntervalMonths | Base::IntervalMillis => Err(wrong("no interval", "compute with numbers instead")),
            _ => Ok(Ty::nullable(base)),
        },
    }
}

/// A sum of an argument divided by a count of it, as the average of the argument. Integers are summed as `bigint`.
pub fn average(argument: &Expr, sum: Expr, count: Expr, span: Span) -> Result<Expr, CallError> {
    match argument.ty.base {
        Base::Decimal { scale, .. } => {
            Ok(operators::exact("decimal::divide", numeric::average(scale), vec![sum, count], span))
        }
        base => cast(binary(BinaryOp::Divide, sum, count, span)?, base, false, span),
    }
}

/// The argument of a variance as a double.
pub fn deviating(name: &str, argument: Expr) -> Result<Expr, CallError> {
    if !is_number(argument.ty.base) {
        return Err(no_number(&name.to_ascii_lowercase(), &argument));
    }
    let span = argument.span;
    cast(argument, Base::Double, false, span)
}

/// The variance out of the number of values, their sum and that of their squares, all of them doubles but the number;
/// or its root, the standard deviation. `type_of` is the argument, whose type decides that of the result.
pub fn variance(
    type_of: &Expr,
    (count, sum, squares): (Expr, Expr, Expr),
    (sample, root): (bool, bool),
    span: Span,
) -> Result<Expr, CallError> {
    let of_squares = binary(BinaryOp::Multiply, sum.clone(), sum, span)?;
    let expected = binary(BinaryOp::Divide, of_squares, count.clone(), span)?;
    let spread = binary(BinaryOp::Subtract, squares, expected, span)?;
    let divisor = if sample {
        // One value has no spread.
        let less = binary(BinaryOp::Subtract, count, int(1, span), span)?;
        call("nullif", vec![less, int(0, span)], span)?
    } else {
        count
    };
    let variance = binary(BinaryOp::Divide, spread, divisor, span)?;
    let result = if root { call("sqrt", vec![variance], span)? } else { variance };
    let base = match type_of.ty.base {
        Base::Decimal { scale, .. } => numeric::average(scale),
        other => other,
    };
    cast(result, base, false, span)
}

fn no_number(name: &str, argument: &Expr) -> CallError {
    let cast = || vec!["write cast(x as double), or cast(x as decimal(38, 2))".to_owned()];
    CallError::WrongType {
        name: name.to_owned(),
        argument: 0,
        span: argument.span,
        expected: "a number".to_owned(),
        found: argument.ty,
        help: casts::refusal(argument.ty.base, Base::Double).unwrap_or_else(cast),
    }
}

fn name(function: AggregateFunction) -> &'static str {
    match function {
        AggregateFunction::CountRows | AggregateFunction::Count => "count",
        AggregateFunction::Sum => "sum",
        AggregateFunction::Avg => "avg",
        AggregateFunction::Min => "min",
        AggregateFunction::Max => "max",
        AggregateFunction::LastValue => "last_value",
        AggregateFunction::FirstValue => "first_value",
    }
}
