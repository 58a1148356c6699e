//! Choosing between values.

use crate::catalogue::CallError;
use crate::catalogue::casts::{convert, refusal};
use crate::catalogue::make::{self, call, choice};
use crate::catalogue::numeric::{self, Floats, is_number, is_text};
use crate::catalogue::operators::{Asks, comparable};
use crate::catalogue::signature::{Args, Entry, Gives, Param, STRING, Take, entry, form, repeating, run, typed_null};
use crate::types::model::{Expr, Kind};
use crate::types::ty::{Base, Ty};
use crate::types::wide::grouped;

/// The functions.
pub const ENTRIES: &[Entry] = &[
    entry(
        &["coalesce"],
        "The first of its arguments that is not null.",
        ("coalesce(null, 'a', 'b')", "'a'"),
        &[repeating(&[Param("x", Take::Any), Param("y", Take::Any)], Gives::By(coalesce))],
    ),
    entry(
        &["ifnull", "nvl"],
        "The first argument, or the second where the first is null.",
        ("ifnull(null, 0)", "0"),
        &[form(&[Param("x", Take::Any), Param("y", Take::Any)], Gives::By(if_null))],
    ),
    entry(
        &["nullif"],
        "The first argument, or null where both are equal.",
        ("nullif(5, 5)", "null"),
        &[form(&[Param("x", Take::Value), Param("y", Take::Any)], Gives::By(null_if))],
    ),
    entry(
        &["if"],
        "The second argument where the condition is true, else the third.",
        ("if(1 > 2, 'a', 'b')", "'b'"),
        &[form(
            &[Param("condition", Take::Boolean), Param("x", Take::Value), Param("y", Take::Value)],
            Gives::By(if_then_else),
        )],
    ),
    entry(
        &["typeof"],
        "The name of the type of its argument.",
        ("typeof(1.5)", "'DECIMAL(2, 1) NOT NULL'"),
        &[form(&[Param("x", Take::Any)], Gives::By(type_of))],
    ),
    entry(
        &["greatest"],
        "The greatest of its arguments; null if one is null.",
        ("greatest(1, 3, 2)", "3"),
        &[repeating(&[Param("x", Take::Value), Param("y", Take::Value)], Gives::By(greatest))],
    ),
    entry(
        &["least"],
        "The smallest of its arguments; null if one is null.",
        ("least(1, 3, 2)", "1"),
        &[repeating(&[Param("x", Take::Value), Param("y", Take::Value)], Gives::By(least))],
    ),
];

/// All arguments as their common type.
fn alike(args: Args, floats: Floats) -> Result<(Base, Vec<Expr>), CallError> {
    let types: Vec<Ty> = args.list.iter().map(|arg| arg.ty).collect();
    let Some(base) = numeric::common_of(&types, floats) else {
        return Err(unlike(&args, floats));
    };
    let list = args.list.into_iter().map(|arg| convert(typed_null(arg, base), base)).collect();
    Ok((base, list))
}

fn unlike(args: &Args, floats: Floats) -> CallError {
    let known: Vec<&Expr> = args.list.iter().filter(|arg| arg.ty.base != Base::Null).collect();
    let Some(first) = known.first() else {
        let help = "write cast(null as varchar), or another type";
        return args.wrong(0, "a value with a type", &[help]);
    };
    let different = |arg: &&&Expr| numeric::common(first.ty.base, arg.ty.base, floats).is_none();
    let other = known.iter().find(different).unwrap_or(first);
    let help = match (first.ty.base, other.ty.base) {
        (a, b) if is_number(a) && is_text(b) => {
            format!("write cast(… as varchar) around the number, or cast(… as {a}) around the text")
        }
        (a, b) if is_text(a) && is_number(b) => {
            format!("write cast(… as varchar) around the number, or cast(… as {b}) around the text")
        }
        (a, b) if refusal(b, a).is_none() => format!("write cast(… as {a}) around the other value"),
        (a, b) if refusal(a, b).is_none() => format!("write cast(… as {b}) around the first value"),
        _ => "there is no cast between them: write cast(… as varchar) around both".to_owned(),
    };
    CallError::Mismatch {
        name: args.name.to_owned(),
        left: (first.ty, first.span),
        right: (other.ty, other.span),
        help: vec![help],
    }
}

fn coalesce(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let (base, mut list) = alike(args, Floats::Wider)?;
    // What follows a value that is never null is never used.
    if let Some(certain) = list.iter().position(|value| !value.ty.nullable) {
        list.truncate(certain + 1);
    }
    match <[Expr; 1]>::try_from(list) {
        Ok([only]) => Ok(Expr { span, ..only }),
        Err(list) => Ok(grouped(list, |list| {
            let nullable = list.iter().all(|value| value.ty.nullable);
            Expr { kind: Kind::Coalesce(list), ty: Ty { base, nullable }, span }
        })),
    }
}

/// A text that is never null keeps its length, whatever would stand in its place.
fn if_null(args: Args) -> Result<Expr, CallError> {
    let known = args.list.first().is_some_and(|first| !first.ty.nullable && is_text(first.ty.base));
    let span = args.span;
    let whole = coalesce(Args { list: args.list.clone(), ..args })?;
    match args.list.into_iter().next() {
        Some(first) if known => Ok(Expr { span, ..first }),
        Some(_) | None => Ok(whole),
    }
}

fn null_if(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let [value, other] = args.take()?;
    let base = value.ty.base;
    if other.ty.base == Base::Null {
        return Ok(Expr { span, ..value });
    }
    let (left, right) = comparable("nullif", Asks::Same, value.clone(), other)?;
    if left == value {
        return Ok(call(run("compare::null_if").lax().option(), base, vec![left, right], span));
    }
    let equal = call(run("compare::eq"), Base::Boolean, vec![left, right], span);
    let equal = if equal.ty.nullable { make::is_true(equal) } else { equal };
    Ok(choice(equal, make::null(base, span), value, span))
}

fn if_then_else(args: Args) -> Result<Expr, CallError> {
    let (name, span) = (args.name, args.span);
    let [condition, value, otherwise] = args.take()?;
    let (_, list) = alike(Args { name, list: vec![value, otherwise], span }, Floats::First)?;
    let [value, otherwise] = Args { name, list, span }.take()?;
    Ok(choice(condition, value, otherwise, span))
}

fn type_of(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let [value] = args.take()?;
    let name = match value.ty.base {
        Base::Varchar(None) => "STRING".to_owned(),
        Base::Timestamp(precision) => format!("TIMESTAMP({precision})"),
        Base::TimestampLtz(precision) => format!("TIMESTAMP_LTZ({precision})"),
        Base::Time => "TIME(0)".to_owned(),
        other => other.to_string().to_uppercase(),
    };
    let not_null = if value.ty.nullable { "" } else { " NOT NULL" };
    let text = make::text(&format!("{name}{not_null}"), span);
    Ok(make::retype(text, STRING))
}

fn greatest(args: Args) -> Result<Expr, CallError> {
    extreme(args, "compare::greatest")
}

fn least(args: Args) -> Result<Expr, CallError> {
    extreme(args, "compare::least")
}

fn extreme(args: Args, path: &'static str) -> Result<Expr, CallError> {
    let span = args.span;
    let (base, list) = alike(args, Floats::Wider)?;
    let fold = |a, b| call(run(path), base, vec![a, b], span);
    list.into_iter().reduce(fold).ok_or_else(|| CallError::WrongArity {
        name: path.to_owned(),
        found: 0,
        forms: Vec::new(),
    })
}
