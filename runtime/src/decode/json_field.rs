//! Conversions of JSON values.

use bumpalo::Bump;

use super::json::{Json, Kind};
use super::number::{Grammar, is_number};
use super::text;
use crate::values::Fault;

/// Converts the text of a scalar; of strings the text between the quotes, without white space around it.
#[inline]
pub(super) fn scalar<T>(
    json: &Json<'_>,
    ty: &'static str,
    convert: impl Fn(&[u8], Grammar) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let text = json.text();
    let converted = match json.kind() {
        Kind::Bare if is_null(text) => return Ok(None),
        Kind::Bare => convert(text, Grammar::Json),
        Kind::Ascii | Kind::Plain => convert(trim(text), Grammar::Text),
        Kind::Escaped => return escaped(text, ty, &convert),
        Kind::Nested => None,
    };
    match converted {
        Some(value) => Ok(Some(value)),
        None => Err(cast(text, ty)),
    }
}

/// A number or time with escapes in its text, such as `"\u0031"`.
#[cold]
fn escaped<T>(raw: &[u8], ty: &'static str, convert: &dyn Fn(&[u8], Grammar) -> Option<T>) -> Result<Option<T>, Fault> {
    let memory = Bump::new();
    text::unescape(raw, &memory)
        .and_then(|text| convert(trim(text.as_bytes()), Grammar::Text))
        .map(Some)
        .ok_or_else(|| cast(raw, ty))
}

/// A JSON value as text: strings as they are, anything else as its JSON text.
#[inline]
pub(super) fn text<'a>(json: &Json<'a>, memory: &'a Bump) -> Result<Option<&'a str>, Fault> {
    match json.kind() {
        Kind::Ascii | Kind::Plain => match json.plain() {
            Some(text) => Ok(Some(text)),
            None => Err(no_utf8(json.text())),
        },
        Kind::Escaped | Kind::Bare | Kind::Nested => text_slow(json, memory),
    }
}

fn text_slow<'a>(json: &Json<'a>, memory: &'a Bump) -> Result<Option<&'a str>, Fault> {
    let raw = json.text();
    match json.kind() {
        Kind::Ascii | Kind::Plain => Ok(json.plain()),
        Kind::Escaped => text::unescape(raw, memory).map(Some).ok_or_else(|| match std::str::from_utf8(raw) {
            Ok(_) => Fault::new(format!("\"{}\" has a wrong escape", shortened(raw))),
            Err(_) => no_utf8(raw),
        }),
        Kind::Bare if is_null(raw) => Ok(None),
        Kind::Bare if matches!(raw, b"true" | b"false") || is_number(raw, Grammar::Json) => Ok(json.plain()),
        Kind::Bare => Err(cast(raw, "JSON value")),
        Kind::Nested => text::compact(raw, memory).map(Some).ok_or_else(|| cast(raw, "JSON value")),
    }
}

/// A JSON string; no other value will do.
pub(super) fn string<'a>(json: &Json<'a>, memory: &'a Bump) -> Result<Option<&'a str>, Fault> {
    match json.kind() {
        Kind::Ascii | Kind::Plain | Kind::Escaped => text(json, memory),
        Kind::Bare if is_null(json.text()) => Ok(None),
        Kind::Bare | Kind::Nested => Err(cast(json.text(), "text")),
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
