//! The types of aggregates.

use super::CallError;
use super::numeric::{self, is_number};
use crate::types::model::{AggregateFunction, Expr};
use crate::types::ty::{Base, Ty};

/// The type of an aggregate over an argument.
pub fn aggregate_type(function: AggregateFunction, argument: Option<&Expr>, distinct: bool) -> Result<Ty, CallError> {
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
    let number = || wrong("a number", "write cast(x as double), or cast(x as decimal(38, 2))");
    match function {
        AggregateFunction::CountRows | AggregateFunction::Count => Ok(Ty::not_null(Base::BigInt)),
        AggregateFunction::Sum => match base {
            Base::Decimal { scale, .. } => Ok(Ty::nullable(numeric::total(scale))),
            _ if is_number(base) => Ok(Ty::nullable(base)),
            _ => Err(number()),
        },
        AggregateFunction::Avg if distinct => {
            Err(wrong("avg without distinct", "write sum(distinct x) / count(distinct x)"))
        }
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
