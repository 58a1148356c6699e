//! JSON in text.

use crate::catalogue::CallError;
use crate::catalogue::casts;
use crate::catalogue::make::{self, call, literal_text};
use crate::catalogue::numeric::is_text;
use crate::catalogue::operators::CONCAT;
use crate::catalogue::signature::{Args, Entry, Gives, Param, STRING, Take, entry, form, repeating, run, typed_null};
use crate::source::Span;
use crate::types::model::{Expr, Function, Kind};
use crate::types::ty::{Base, Ty};

const TEXT: Param = Param("json", Take::Text);
const PATH: Param = Param("path", Take::Prepared("json::Path"));

/// What `json_value` does when there is no value, or an error.
const VALUE: &[&str] = &["NULL", "ERROR", "DEFAULT"];

/// What `json_query` does then.
const QUERY: &[&str] = &["NULL", "ERROR", "EMPTY ARRAY", "EMPTY OBJECT"];

/// The functions.
pub const ENTRIES: &[Entry] = &[
    Entry {
        names: &["json_value"],
        doc: "The scalar at a path, as text. A path is strict unless it begins with `lax`: a missing member is then \
              an error. `returning` takes varchar, boolean, integer and double.",
        example: ("json_value('{\"a\": 1}', '$.a')", "'1'"),
        forms: &[
            form(&[TEXT, PATH], Gives::Fixed(run("json::value").scoped().option(), STRING)),
            form(
                &[
                    TEXT,
                    PATH,
                    Param("type", Take::Any),
                    Param("on_empty", Take::Word(VALUE)),
                    Param("default", Take::Any),
                    Param("on_error", Take::Word(VALUE)),
                    Param("default", Take::Any),
                ],
                Gives::By(value),
            ),
        ],
        syntax: Some(
            "json_value(json, path [returning type] [null | error | default x on empty] [null | error | default x on error])",
        ),
    },
    Entry {
        names: &["json_query"],
        doc: "The object or array at a path, as text.",
        example: ("json_query('{\"a\": [1, 2]}', '$.a')", "'[1,2]'"),
        forms: &[
            form(&[TEXT, PATH], Gives::By(query)),
            form(
                &[
                    TEXT,
                    PATH,
                    Param("wrapper", Take::Word(&["WITHOUT", "CONDITIONAL", "UNCONDITIONAL"])),
                    Param("on_empty", Take::Word(QUERY)),
                    Param("on_error", Take::Word(QUERY)),
                ],
                Gives::By(query),
            ),
        ],
        syntax: Some(
            "json_query(json, path [without | with [conditional] array wrapper] [null | error | empty array | empty object on empty] [… on error])",
        ),
    },
    Entry {
        names: &["json_exists"],
        doc: "Whether there is something at a path.",
        example: ("json_exists('{\"a\": 1}', '$.a')", "true"),
        forms: &[
            form(&[TEXT, PATH], Gives::By(exists)),
            form(
                &[TEXT, PATH, Param("on_error", Take::Word(&["TRUE", "FALSE", "UNKNOWN", "ERROR"]))],
                Gives::By(exists),
            ),
        ],
        syntax: Some("json_exists(json, path [true | false | unknown | error on error])"),
    },
    Entry {
        names: &["is json"],
        doc: "Whether the text is JSON, or JSON of a kind; false for null.",
        example: ("'[1]' is json array", "true"),
        forms: &[form(&[TEXT, Param("kind", Take::Word(&["VALUE", "SCALAR", "ARRAY", "OBJECT"]))], Gives::By(is_json))],
        syntax: Some("text is [not] json [value | scalar | array | object]"),
    },
    entry(
        &["json_string"],
        "The value as JSON; null for null.",
        ("json_string('a\"b')", "'\"a\\\"b\"'"),
        &[form(&[Param("x", Take::Any)], Gives::By(string))],
    ),
    entry(
        &["json_quote"],
        "The text as a JSON string.",
        ("json_quote('a\"b')", "'\"a\\\"b\"'"),
        &[form(&[Param("text", Take::TextOrNull)], Gives::Fixed(run("json::quote").scoped(), STRING))],
    ),
    entry(
        &["json_unquote"],
        "The text of a JSON string; other text as it is.",
        ("json_unquote('\"a\\tb\"')", "'a\tb'"),
        &[form(&[Param("text", Take::TextOrNull)], Gives::Fixed(run("json::unquote").scoped(), STRING))],
    ),
    Entry {
        names: &["json_object"],
        doc: "A JSON object of keys and values.",
        example: ("json_object('a' value 1)", "'{\"a\":1}'"),
        forms: &[repeating(
            &[Param("on_null", Take::Word(&["NULL", "ABSENT"])), Param("key or value", Take::Value)],
            Gives::By(object),
        )],
        syntax: Some("json_object('key' value x, … [null | absent on null])"),
    },
    Entry {
        names: &["json_array"],
        doc: "A JSON array of values.",
        example: ("json_array(1, 'a')", "'[1,\"a\"]'"),
        forms: &[repeating(
            &[Param("on_null", Take::Word(&["NULL", "ABSENT"])), Param("x", Take::Value)],
            Gives::By(array),
        )],
        syntax: Some("json_array(x, … [null | absent on null])"),
    },
];

fn value(args: Args) -> Result<Expr, CallError> {
    let (name, span) = (args.name, args.span);
    let [text, path, ty, on_empty, empty, on_error, error] = args.take()?;
    let (to, suffix) = match ty.ty.base {
        Base::Boolean => (Base::Boolean, "json::boolean_or"),
        Base::Int => (Base::Int, "json::int_or"),
        Base::Double => (Base::Double, "json::double_or"),
        other if is_text(other) => (STRING, "json::value_or"),
        _ => {
            return Err(CallError::WrongType {
                name: name.to_owned(),
                argument: 2,
                span: ty.span,
                expected: "varchar, boolean, integer or double".to_owned(),
                found: ty.ty,
                help: vec!["write cast(json_value(…) as …) around a json_value that returns varchar".to_owned()],
            });
        }
    };
    let otherwise = |word: &Expr, value: Expr| match literal_text(word) {
        Some("DEFAULT") => casts::cast(value, to, false, span),
        _ => Ok(make::null(to, span)),
    };
    let (empty, error) = (otherwise(&on_empty, empty)?, otherwise(&on_error, error)?);
    let function = run(suffix).scoped().result_option().lax();
    let found = call(function, to, vec![text, path, on_empty, empty, on_error, error], span);
    if is_text(ty.ty.base) { casts::cast(found, ty.ty.base, false, span) } else { Ok(found) }
}

fn query(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let mut list = args.list;
    for word in ["WITHOUT", "NULL", "NULL"].iter().skip(list.len() - 2) {
        list.push(make::text(word, span));
    }
    Ok(call(run("json::query").scoped().result_option(), STRING, list, span))
}

fn exists(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let mut list = args.list;
    if list.len() == 2 {
        list.push(make::text("FALSE", span));
    }
    let function = match list.get(2).and_then(literal_text) {
        Some("UNKNOWN") => run("json::exists_or_null").option(),
        Some("ERROR") => run("json::exists_or_fault").result(),
        Some("TRUE") => run("json::exists_or_true"),
        _ => run("json::exists"),
    };
    list.truncate(2);
    Ok(call(function, Base::Boolean, list, span))
}

fn is_json(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let [text, kind] = args.take()?;
    let path = match literal_text(&kind) {
        Some("SCALAR") => "json::is_scalar",
        Some("ARRAY") => "json::is_array",
        Some("OBJECT") => "json::is_object",
        _ => "json::is_json",
    };
    let test = call(run(path), Base::Boolean, vec![text], span);
    Ok(if test.ty.nullable { make::is_true(test) } else { test })
}

fn string(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let [value] = args.take()?;
    as_json(typed_null(value, STRING), span)
}

/// A value as JSON text; null for null.
fn as_json(value: Expr, span: Span) -> Result<Expr, CallError> {
    if is_json_call(&value) {
        return Ok(value);
    }
    let written = |path: &'static str, value: Expr| call(run(path).scoped(), STRING, vec![value], span);
    let text = |value: Expr| casts::cast(value, STRING, false, span);
    Ok(match value.ty.base {
        base if is_text(base) => written("json::string", value),
        Base::Boolean => written("json::boolean_text", value),
        Base::TinyInt | Base::SmallInt | Base::Int | Base::BigInt | Base::Decimal { .. } => {
            written("cast::text", value)
        }
        Base::Float => written("json::float_text", value),
        Base::Double => written("json::double_text", value),
        Base::Null => make::null(STRING, span),
        Base::Bytes => {
            let encoded = call(run("encoding::bytes_to_base64").scoped(), STRING, vec![value], span);
            written("json::string", encoded)
        }
        Base::Timestamp(_) => written("json::timestamp_text", value),
        Base::TimestampLtz(_) | Base::Date | Base::Time => written("json::string", text(value)?),
        _ => return Err(CallError::WrongCast { from: value.ty, to: STRING, help: Vec::new() }),
    })
}

/// Whether an expression makes JSON, which goes into other JSON as it is.
fn is_json_call(value: &Expr) -> bool {
    match &value.kind {
        Kind::Call(inner) => inner.function.path == OBJECT.path || inner.function.path == ARRAY.path,
        _ => false,
    }
}

const OBJECT: Function = run("json::object").scoped();
const ARRAY: Function = run("json::array").scoped();

fn object(args: Args) -> Result<Expr, CallError> {
    let (name, span) = (args.name, args.span);
    let absent = args.list.first().and_then(literal_text) == Some("ABSENT");
    let mut members = Vec::new();
    let mut rest = args.list.into_iter().skip(1);
    while let (Some(key), Some(value)) = (rest.next(), rest.next()) {
        if !is_text(key.ty.base) {
            return Err(CallError::WrongType {
                name: name.to_owned(),
                argument: members.len(),
                span: key.span,
                expected: "text".to_owned(),
                found: key.ty,
                help: vec!["a key is a text, such as 'id'".to_owned()],
            });
        }
        let key = call(run("json::string").scoped(), STRING, vec![key], span);
        let value = as_json(value, span)?;
        let value = if absent { value } else { or_null(value, span) };
        let colon = make::text(":", span);
        members.push(call(CONCAT, STRING, vec![make::slice(vec![key, colon, value], STRING, span)], span));
    }
    Ok(call(OBJECT, STRING, vec![make::option_slice(members, STRING, span)], span))
}

fn array(args: Args) -> Result<Expr, CallError> {
    let span = args.span;
    let absent = args.list.first().and_then(literal_text) == Some("ABSENT");
    let mut values = Vec::new();
    for value in args.list.into_iter().skip(1) {
        let value = as_json(value, span)?;
        values.push(if absent { value } else { or_null(value, span) });
    }
    Ok(call(ARRAY, STRING, vec![make::option_slice(values, STRING, span)], span))
}

/// JSON's own null in place of a null.
fn or_null(value: Expr, span: Span) -> Expr {
    if !value.ty.nullable {
        return value;
    }
    Expr { kind: Kind::Coalesce(vec![value, make::text("null", span)]), ty: Ty::not_null(STRING), span }
}
