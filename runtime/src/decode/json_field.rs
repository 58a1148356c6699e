//! Conversions of JSON values.

use bumpalo::Bump;

use super::json::{Json, Kind};
use super::number::{Grammar, is_number};
use super::{digits, number, text};
use crate::values::Fault;

/// An integer; most columns are one.
#[inline]
pub(super) fn integer(json: Json<'_>, ty: &'static str) -> Result<Option<i64>, Fault> {
    if json.kind() == Kind::Bare
        && let (Some(last), Some(first)) = (json.last(0), json.first())
        && let Some(value) = digits::integer(last, json.length(), first)
    {
        return Ok(Some(value));
    }
    any_integer(json, ty)
}

#[inline(never)]
fn any_integer(json: Json<'_>, ty: &'static str) -> Result<Option<i64>, Fault> {
    scalar(json.text(), json.kind(), ty, number::integer)
}

/// The integer behind a decimal.
#[inline]
pub(super) fn unscaled(json: Json<'_>, precision: u8, scale: u8) -> Result<Option<i128>, Fault> {
    if json.kind() == Kind::Bare
        && let (Some(last), Some(before), Some(first)) = (json.last(0), json.last(1), json.first())
        && let Some(value) = digits::decimal(last, before, json.length(), first, scale)
        && number::fits(i128::from(value), precision)
    {
        return Ok(Some(i128::from(value)));
    }
    any_unscaled(json, precision, scale)
}

#[inline(never)]
fn any_unscaled(json: Json<'_>, precision: u8, scale: u8) -> Result<Option<i128>, Fault> {
    scalar(json.text(), json.kind(), "decimal", |text, grammar| number::decimal(text, grammar, precision, scale))
        .map_err(|fault| with_digits(&fault, precision, scale))
}

/// A fault with the type's digits.
#[cold]
pub(super) fn with_digits(fault: &Fault, precision: u8, scale: u8) -> Fault {
    Fault::new(format!("{fault}({precision}, {scale})"))
}

/// Converts the text of a scalar; of strings the text between the quotes, without white space around it.
pub(super) fn scalar<T>(
    text: &[u8],
    kind: Kind,
    ty: &'static str,
    convert: impl Fn(&[u8], Grammar) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let unescaped;
    let (inside, grammar) = match kind {
        Kind::Bare if is_null(text) => return Ok(None),
        Kind::Bare => (text, Grammar::Json),
        Kind::Ascii | Kind::Plain => (trim(text), Grammar::Text),
        Kind::Escaped => {
            unescaped = unescape(text);
            (trim(&unescaped), Grammar::Text)
        }
        Kind::Nested => return Err(cast(text, ty)),
    };
    match convert(inside, grammar) {
        Some(value) => Ok(Some(value)),
        None => Err(cast(text, ty)),
    }
}

/// A number or time with escapes in its text, such as `"\u0031"`; nothing if an escape is wrong.
#[cold]
fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match text::unescape_into(raw, &mut |part| out.extend_from_slice(part)) {
        Some(()) => out,
        None => Vec::new(),
    }
}

/// A JSON value as text: strings as they are, anything else as its JSON text.
pub(super) fn text<'a>(raw: &'a [u8], kind: Kind, memory: &'a Bump) -> Result<Option<&'a str>, Fault> {
    let plain = || std::str::from_utf8(raw).map(Some).map_err(|_| no_utf8(raw));
    match kind {
        Kind::Ascii | Kind::Plain => plain(),
        Kind::Escaped => text::unescape(raw, memory).map(Some).ok_or_else(|| match std::str::from_utf8(raw) {
            Ok(_) => Fault::new(format!("\"{}\" has a wrong escape", shortened(raw))),
            Err(_) => no_utf8(raw),
        }),
        Kind::Bare if is_null(raw) => Ok(None),
        Kind::Bare if matches!(raw, b"true" | b"false") || is_number(raw, Grammar::Json) => plain(),
        Kind::Bare => Err(cast(raw, "JSON value")),
        Kind::Nested => text::compact(raw, memory).map(Some).ok_or_else(|| cast(raw, "JSON value")),
    }
}

/// A JSON string; no other value will do.
pub(super) fn string<'a>(raw: &'a [u8], kind: Kind, memory: &'a Bump) -> Result<Option<&'a str>, Fault> {
    match kind {
        Kind::Ascii | Kind::Plain | Kind::Escaped => text(raw, kind, memory),
        Kind::Bare if is_null(raw) => Ok(None),
        Kind::Bare | Kind::Nested => Err(cast(raw, "text")),
    }
}

#[inline]
fn is_null(text: &[u8]) -> bool {
    text == b"null"
}

/// The text without blanks and control characters around it, as Java's `trim` cuts it.
#[inline]
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let [0..=b' ', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., 0..=b' '] = text {
        text = rest;
    }
    text
}

/// A text that is no value of a type.
#[cold]
pub(super) fn cast(text: &[u8], ty: &str) -> Fault {
    Fault::cast(shortened(text), ty)
}

/// A text that is no UTF-8.
#[cold]
pub(super) fn no_utf8(text: &[u8]) -> Fault {
    Fault::new(format!("'{}' is no UTF-8", shortened(text)))
}

/// At most some hundred bytes of a text.
fn shortened(text: &[u8]) -> String {
    match text.get(..100) {
        Some(start) => format!("{}…", String::from_utf8_lossy(start)),
        None => String::from_utf8_lossy(text).into_owned(),
    }
}
