//! Numbers.

use crate::catalogue::CallError;
use crate::catalogue::make::{self, call, literal_integer};
use crate::catalogue::numeric::{self, as_decimal, is_float, is_integer};
use crate::catalogue::operators::{exact, remainder};
use crate::catalogue::signature::{Args, Entry, Gives, Param, Take, entry, form, run};
use crate::types::model::{Expr, Function, Kind, Literal};
use crate::types::ty::{Base, Ty};

const X: Param = Param("x", Take::Number);
const DOUBLE: Param = Param("x", Take::Double);
const DIGITS: Param = Param("digits", Take::Int);

const fn double(path: &'static str) -> Gives {
    Gives::Fixed(run(path), Base::Double)
}

const ROUND_TO: &[crate::catalogue::signature::Form] = &[
    form(&[X], Gives::By(floor)),
    form(&[Param("x", Take::Value), Param("unit", Take::LiteralText)], Gives::By(super::time::floor_to)),
];

/// The functions.
pub const ENTRIES: &[Entry] = &[
    entry(&["abs"], "The number without its sign.", ("abs(-5)", "5"), &[form(&[X], Gives::By(abs))]),
    entry(&["sign"], "-1, 0 or 1, of the type of the number.", ("sign(-5)", "-1"), &[form(&[X], Gives::By(sign))]),
    Entry {
        names: &["floor"],
        doc: "The greatest whole number that is not greater; a date or timestamp cut to a unit of time.",
        example: ("floor(-1.5)", "-2"),
        forms: ROUND_TO,
        syntax: Some("floor(x)\nfloor(time to unit)"),
    },
    Entry {
        names: &["ceil", "ceiling"],
        doc: "The least whole number that is not less; a date or timestamp moved on to the next unit of time.",
        example: ("ceil(1.2)", "2"),
        forms: &[
            form(&[X], Gives::By(ceil)),
            form(&[Param("x", Take::Value), Param("unit", Take::LiteralText)], Gives::By(super::time::ceil_to)),
        ],
        syntax: Some("ceil(x)\nceil(time to unit)"),
    },
    entry(
        &["round"],
        "The number rounded half up (away from zero) to so many digits behind the point; digits below zero round to \
         tens, hundreds …",
        ("round(2.345, 2)", "2.35"),
        &[form(&[X], Gives::By(round)), form(&[X, DIGITS], Gives::By(round))],
    ),
    entry(
        &["truncate"],
        "The number cut to so many digits behind the point.",
        ("truncate(2.349, 2)", "2.34"),
        &[form(&[X], Gives::By(truncate)), form(&[X, DIGITS], Gives::By(truncate))],
    ),
    entry(
        &["mod"],
        "The remainder of a division, with the sign of the first number. The same as `%`.",
        ("mod(-7, 3)", "-1"),
        &[form(&[Param("x", Take::Exact), Param("y", Take::Exact)], Gives::By(modulo))],
    ),
    entry(
        &["power"],
        "The number raised to a power.",
        ("power(2, 10)", "1024.0"),
        &[form(&[DOUBLE, Param("exponent", Take::Double)], double("number::power"))],
    ),
    entry(&["sqrt"], "The square root.", ("sqrt(9)", "3.0"), &[form(&[DOUBLE], double("number::sqrt"))]),
    entry(&["exp"], "e raised to the number.", ("exp(0)", "1.0"), &[form(&[DOUBLE], double("number::exp"))]),
    entry(&["ln"], "The natural logarithm.", ("ln(1)", "0.0"), &[form(&[DOUBLE], double("number::ln"))]),
    entry(&["log10"], "The logarithm to base 10.", ("log10(1000)", "3.0"), &[form(&[DOUBLE], double("number::log10"))]),
    entry(&["log2"], "The logarithm to base 2.", ("log2(8)", "3.0"), &[form(&[DOUBLE], double("number::log2"))]),
    entry(
        &["log"],
        "The natural logarithm, or the one to a base.",
        ("log(2, 8)", "3.0"),
        &[form(&[DOUBLE], double("number::ln")), form(&[Param("base", Take::Double), DOUBLE], double("number::log"))],
    ),
    entry(&["sin"], "The sine.", ("sin(0)", "0.0"), &[form(&[DOUBLE], double("number::sin"))]),
    entry(&["cos"], "The cosine.", ("cos(0)", "1.0"), &[form(&[DOUBLE], double("number::cos"))]),
    entry(&["tan"], "The tangent.", ("tan(0)", "0.0"), &[form(&[DOUBLE], double("number::tan"))]),
    entry(&["cot"], "The cotangent.", ("cot(0)", "Infinity"), &[form(&[DOUBLE], double("number::cot"))]),
    entry(&["asin"], "The arc sine.", ("asin(0)", "0.0"), &[form(&[DOUBLE], double("number::asin"))]),
    entry(&["acos"], "The arc cosine.", ("acos(1)", "0.0"), &[form(&[DOUBLE], double("number::acos"))]),
    entry(&["atan"], "The arc tangent.", ("atan(0)", "0.0"), &[form(&[DOUBLE], double("number::atan"))]),
    entry(
        &["atan2"],
        "The angle of the point (x, y).",
        ("atan2(0, 1)", "0.0"),
        &[form(&[Param("y", Take::Double), DOUBLE], double("number::atan2"))],
    ),
    entry(&["sinh"], "The hyperbolic sine.", ("sinh(0)", "0.0"), &[form(&[DOUBLE], double("number::sinh"))]),
    entry(&["cosh"], "The hyperbolic cosine.", ("cosh(0)", "1.0"), &[form(&[DOUBLE], double("number::cosh"))]),
    entry(&["tanh"], "The hyperbolic tangent.", ("tanh(0)", "0.0"), &[form(&[DOUBLE], double("number::tanh"))]),
    entry(&["degrees"], "An angle in degrees.", ("degrees(0)", "0.0"), &[form(&[DOUBLE], double("number::degrees"))]),
    entry(&["radians"], "An angle in radians.", ("radians(0)", "0.0"), &[form(&[DOUBLE], double("number::radians"))]),
    entry(
        &["pi"],
        "The number π.",
        ("pi()", "3.141592653589793"),
        &[form(&[], Gives::By(|args| Ok(constant(&args, std::f64::consts::PI))))],
    ),
    entry(
        &["e"],
        "The number e.",
        ("e()", "2.718281828459045"),
        &[form(&[], Gives::By(|args| Ok(constant(&args, std::f64::consts::E))))],
    ),
];

fn constant(args: &Args, value: f64) -> Expr {
    Expr { kind: Kind::Literal(Literal::Double(value)), ty: Ty::not_null(Base::Double), span: args.span }
}

/// The functions of the three kinds of numbers, whose results have the type of the argument.
fn by_kind(args: Args, integer: Option<Function>, decimal: Function, float: Function) -> Result<Expr, CallError> {
    let span = args.span;
    let [value] = args.take()?;
    let base = value.ty.base;
    let function = if is_float(base) {
        float
    } else if is_integer(base) {
        match integer {
            Some(function) => function,
            None => return Ok(Expr { span, ..value }),
        }
    } else {
        decimal
    };
    Ok(call(function, base, vec![value], span))
}

fn abs(args: Args) -> Result<Expr, CallError> {
    by_kind(args, Some(run("arithmetic::abs").result()), run("decimal::abs"), run("number::abs"))
}

fn sign(args: Args) -> Result<Expr, CallError> {
    by_kind(args, Some(run("arithmetic::sign")), run("decimal::sign").result(), run("number::sign"))
}

fn floor(args: Args) -> Result<Expr, CallError> {
    whole(args, "decimal::floor", "number::floor")
}

fn ceil(args: Args) -> Result<Expr, CallError> {
    whole(args, "decimal::ceil", "number::ceil")
}

fn whole(args: Args, decimal: &'static str, float: &'static str) -> Result<Expr, CallError> {
    if let Base::Decimal { precision, .. } = args.base() {
        return Ok(exact(decimal, Base::Decimal { precision, scale: 0 }, args.list, args.span));
    }
    by_kind(args, None, run(decimal), run(float))
}

fn round(args: Args) -> Result<Expr, CallError> {
    digits(args, "arithmetic::round", "decimal::round", "number::round")
}

fn truncate(args: Args) -> Result<Expr, CallError> {
    digits(args, "arithmetic::truncate", "decimal::truncate", "number::truncate")
}

fn digits(args: Args, integer: &'static str, decimal: &'static str, float: &'static str) -> Result<Expr, CallError> {
    let span = args.span;
    let mut list = args.list.into_iter();
    let (Some(value), digits) = (list.next(), list.next()) else {
        return Err(CallError::WrongArity { name: args.name.to_owned(), found: 0, forms: Vec::new() });
    };
    let digits = digits.unwrap_or_else(|| make::int(0, span));
    let base = value.ty.base;
    match as_decimal(base) {
        Some(_) if is_integer(base) => {
            if literal_integer(&digits).is_some_and(|digits| digits >= 0) {
                return Ok(Expr { span, ..value });
            }
            let function = if integer == "arithmetic::round" { run(integer).result() } else { run(integer) };
            Ok(call(function, base, vec![value, digits], span))
        }
        Some(size) => {
            // Digits that are computed leave the type as it is.
            let result = literal_integer(&digits).map_or(base, |digits| numeric::rounded(size, digits));
            Ok(exact(decimal, result, vec![value, digits], span))
        }
        None => Ok(call(run(float).result(), base, vec![value, digits], span)),
    }
}

fn modulo(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let [left, right] = args.take()?;
    remainder(left, right, span)
}
