//! The SQL functions, operators and casts: what they are called, which arguments they take, what type comes out, which
//! runtime function does the work. One table feeds the type checker and `docs/functions.md`.
//!
//! # Forms with a syntax of their own
//! The parser turns them into calls with plain arguments. Words are text literals in upper case; `type` is a null
//! literal of that type.
//!
//! | written | name | arguments |
//! |---|---|---|
//! | `extract(year from x)` | `extract` | `'YEAR', x` |
//! | `floor(x to hour)`, `ceil(x to hour)` | `floor`, `ceil` | `x, 'HOUR'` |
//! | `trim(both 'a' from x)` | `trim` | `'BOTH' \| 'LEADING' \| 'TRAILING', 'a', x`; the default of the characters is `' '` |
//! | `substring(x from a for b)` | `substring` | `x, a, b` |
//! | `position(a in b)` | `position` | `a, b` |
//! | `overlay(x placing y from a for b)` | `overlay` | `x, y, a, b` |
//! | `timestampadd(day, n, x)` | `timestampadd` | `'DAY', n, x`; the same for `timestampdiff` |
//! | `interval '1:30' hour(2) to minute` | `interval` | `'1:30', 'HOUR', 'MINUTE'`, or two arguments for a single unit; `interval -'1' day` negates the text |
//! | `date '2024-02-29'`, `time '…'`, `timestamp '…'` | `date literal`, `time literal`, `timestamp literal` | the text |
//! | `x at time zone 'Europe/Berlin'` | `at time zone` | `x, 'Europe/Berlin'` |
//! | `x is json value` | `is json` | `x, 'VALUE' \| 'SCALAR' \| 'ARRAY' \| 'OBJECT'` |
//! | `json_exists(x, p true on error)` | `json_exists` | `x, p` or `x, p, 'TRUE' \| 'FALSE' \| 'UNKNOWN' \| 'ERROR'` |
//! | `json_value(x, p returning t default a on empty default b on error)` | `json_value` | `x, p`, or all of `x, p, type, 'NULL' \| 'ERROR' \| 'DEFAULT', a, 'NULL' \| 'ERROR' \| 'DEFAULT', b`; the type is `varchar`, `a` and `b` null where nothing is said |
//! | `json_query(x, p with array wrapper null on empty null on error)` | `json_query` | `x, p`, or all of `x, p, 'WITHOUT' \| 'CONDITIONAL' \| 'UNCONDITIONAL', e, f` with `e` and `f` one of `'NULL' \| 'ERROR' \| 'EMPTY ARRAY' \| 'EMPTY OBJECT'` |
//! | `json_object('k' value x, … null on null)` | `json_object` | `'NULL' \| 'ABSENT', 'k', x, …` |
//! | `json_array(x, … absent on null)` | `json_array` | `'NULL' \| 'ABSENT', x, …` |
//! | `x is distinct from y` | [`binary`] | |
//! | `x similar to y escape z` | [`similar`] | |
//! | `current_date`, `current_timestamp` … without parentheses | the same name | none |
//!
//! `if`, `ifnull`, `nullif`, `coalesce`, `greatest`, `least` are plain functions. `case`, `in`, `between`, `and`,
//! `or`, `not`, `is null` and `is true` are the type checker's, with [`common_type`] and [`widen`] for their branches.

mod aggregates;
mod casts;
mod make;
mod moments;
mod numeric;
mod operators;
mod reference;
mod signature;
mod table;

pub use aggregates::{aggregate_type, average, deviating, variance};
pub use casts::{cast, cast_time, fit_bytes, refusal, widen};
pub use operators::{binary, like, member, negate, similar};
pub use reference::reference;

use crate::source::Span;
use crate::types::model::Expr;
use crate::types::ty::{Base, Ty};

/// The operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `||`
    Concat,
    /// `=`
    Equal,
    /// `<>`, `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `is distinct from`: unequal, nulls being equal to each other; never null
    Distinct,
    /// `is not distinct from`
    NotDistinct,
}

/// Why a call is refused. Its words stand in `problems/types.rs`.
#[derive(Debug, Clone, PartialEq)]
pub enum CallError {
    /// There is no function of that name.
    UnknownFunction {
        /// The name as written.
        name: String,
        /// Names that look alike, best first.
        close: Vec<&'static str>,
    },
    /// No form of the function takes so many arguments.
    WrongArity {
        /// The function.
        name: String,
        /// How many were given.
        found: usize,
        /// The forms it has, such as `substring(text, from [, length])`.
        forms: Vec<String>,
    },
    /// An argument has a type that the function or operator does not take.
    WrongType {
        /// The function or operator, such as `upper` or `+`.
        name: String,
        /// Which argument, from 0.
        argument: usize,
        /// Where it stands.
        span: Span,
        /// What is taken there, such as `text` or `a number`.
        expected: String,
        /// What it is.
        found: Ty,
        /// What to write instead, a sentence each.
        help: Vec<String>,
    },
    /// Two sides of an operator, or values that must agree, have types that do not go together.
    Mismatch {
        /// The function or operator.
        name: String,
        /// The type of the one and where it stands.
        left: (Ty, Span),
        /// The type of the other and where it stands.
        right: (Ty, Span),
        /// What to write instead, a sentence each.
        help: Vec<String>,
    },
    /// A cast between types that have none.
    WrongCast {
        /// From.
        from: Ty,
        /// To.
        to: Base,
        /// What to write instead, a sentence each.
        help: Vec<String>,
    },
    /// A literal that says nothing the function understands, such as a unit of time that does not exist.
    WrongLiteral {
        /// The function.
        name: String,
        /// Where it stands.
        span: Span,
        /// What is wrong, such as `'2024-13-01' is no date`.
        reason: String,
        /// What to write instead, a sentence each.
        help: Vec<String>,
    },
}

/// Resolves a call by name (in any case). Argument types are known, nulls included; literal arguments are visible. The
/// result's arguments are wrapped in casts, `Prepared` and `Slice` as its runtime function needs them.
pub fn call(name: &str, args: Vec<Expr>, span: Span) -> Result<Expr, CallError> {
    let name = name.to_ascii_lowercase();
    match table::find(&name) {
        Some(entry) => entry.call(args, span),
        None => Err(CallError::UnknownFunction { close: table::close(&name), name }),
    }
}

/// The type that values of all these types fit into, for `case`, `in` and `between`; none if there is none.
pub fn common_type(types: &[Ty]) -> Option<Base> {
    numeric::common_of(types, numeric::Floats::First)
}
