//! One JSON value: where it ends, and what kind it is.

use super::cursor::{Cursor, broken};
use crate::decode::block::{self, Bits, Block};
use crate::values::Fault;

/// A JSON value of a record. Its text was only scanned, not yet converted.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a> {
    /// The text; of strings what is between the quotes.
    text: &'a [u8],
    kind: Kind,
}

/// What is known of a value's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) enum Kind {
    /// A string of ASCII characters without escapes.
    Ascii,
    /// A string without escapes; not known to be UTF-8.
    Plain,
    /// A string with escapes.
    Escaped,
    /// A number, `true`, `false` or `null`, or what looks alike.
    Bare,
    /// An object or array: its brackets are balanced and its strings are closed.
    Nested,
}

impl<'a> Json<'a> {
    /// One JSON value with nothing but white space around it.
    pub fn new(text: &'a [u8]) -> Result<Self, Fault> {
        let mut cursor =
            Cursor { bytes: text, start: 0, at: 0, lines: false, separator: b',', previous: super::keys::START };
        cursor.skip_space();
        let value = read(&mut cursor)?;
        cursor.finish()?;
        Ok(value)
    }

    /// The text; of strings what is between the quotes, escapes and all.
    pub(in crate::decode) fn text(&self) -> &'a [u8] {
        self.text
    }

    /// What is known of the text.
    pub(in crate::decode) fn kind(&self) -> Kind {
        self.kind
    }

    /// The text of a string without escapes; none if it is no UTF-8.
    #[inline]
    pub(in crate::decode) fn plain(&self) -> Option<&'a str> {
        if self.kind == Kind::Ascii {
            return Some(known_ascii(self.text));
        }
        std::str::from_utf8(self.text).ok()
    }
}

/// Text of which the scanner saw that it is ASCII. Checking it again takes 15 % of the time for a record.
#[inline]
#[allow(unsafe_code, reason = "the scanner has seen every byte")]
fn known_ascii(text: &[u8]) -> &str {
    debug_assert!(text.is_ascii());
    // SAFETY: `Kind::Ascii` is only given by `string`, after no byte of the text had its high bit set; the fields of
    // `Json` are private to this module. A property test compares with `str::from_utf8`.
    unsafe { std::str::from_utf8_unchecked(text) }
}

/// Reads the value at the cursor.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<Json<'a>, Fault> {
    match cursor.bytes.get(cursor.at) {
        Some(b'"') => match string(cursor.bytes, cursor.at, cursor.lines) {
            Some((value, end)) => {
                cursor.at = end;
                Ok(value)
            }
            None => Err(cursor.broken("a string is not closed")),
        },
        Some(b'{' | b'[') => nested(cursor),
        _ => {
            let end = scalar_end(cursor.bytes, cursor.at);
            if end == cursor.at {
                return read_later(cursor);
            }
            let text = &cursor.bytes[cursor.at..end];
            cursor.at = end;
            Ok(Json { text, kind: Kind::Bare })
        }
    }
}

/// Reads a value after white space that was not expected.
#[cold]
fn read_later<'a>(cursor: &mut Cursor<'a>) -> Result<Json<'a>, Fault> {
    let at = cursor.at;
    cursor.skip_space();
    if cursor.at == at { Err(cursor.broken("expected a value")) } else { read(cursor) }
}

/// The string whose quote is at `open`, and where it ends; none if it is not closed.
#[inline]
pub(super) fn string(bytes: &[u8], open: usize, lines: bool) -> Option<(Json<'_>, usize)> {
    let start = open + 1;
    let mut at = start;
    let mut foreign = 0;
    loop {
        let stops = ask(bytes, at, block::string_stops);
        let non_ascii = ask(bytes, at, block::non_ascii);
        if stops == 0 {
            foreign |= non_ascii;
            at += 16;
            if at >= bytes.len() {
                return None;
            }
            continue;
        }
        // The bits below the lowest stop.
        foreign |= non_ascii & (stops ^ (stops - 1)) >> 1;
        at += stops.trailing_zeros() as usize;
        if bytes.get(at) != Some(&b'"') {
            return string_slow(bytes, start, at, lines);
        }
        let kind = if foreign == 0 { Kind::Ascii } else { Kind::Plain };
        return Some((Json { text: bytes.get(start..at)?, kind }, at + 1));
    }
}

/// The same for a string with escapes or line feeds, the first of them at `at`.
fn string_slow(bytes: &[u8], start: usize, mut at: usize, lines: bool) -> Option<(Json<'_>, usize)> {
    let mut kind = Kind::Plain;
    loop {
        match bytes.get(at)? {
            b'"' => {
                return Some((Json { text: bytes.get(start..at)?, kind }, at + 1));
            }
            b'\\' => {
                if lines && bytes.get(at + 1) == Some(&b'\n') {
                    return None;
                }
                kind = Kind::Escaped;
                at += 2;
            }
            b'\n' if lines => return None,
            _ => at += 1,
        }
        while at < bytes.len() {
            let stops = ask(bytes, at, block::string_stops);
            if stops != 0 {
                at += stops.trailing_zeros() as usize;
                break;
            }
            at += 16;
        }
    }
}

/// Where the number or literal at `at` ends.
#[inline]
fn scalar_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let others = ask(bytes, at, block::not_scalar);
        if others != 0 {
            return at + others.trailing_zeros() as usize;
        }
        at += 16;
        if at >= bytes.len() {
            return bytes.len();
        }
    }
}

/// Reads an object or array: its brackets must be balanced and its strings closed.
fn nested<'a>(cursor: &mut Cursor<'a>) -> Result<Json<'a>, Fault> {
    let bytes = cursor.bytes;
    let start = cursor.at;
    let mut at = start;
    // The open brackets, the innermost in the lowest bit: 1 for `{`. The first is above them all.
    let mut open = 1u128;
    let error = |what: &str, at: usize| Err(broken(what, at - cursor.start));
    loop {
        let structure = ask(bytes, at, block::structure);
        if structure == 0 {
            at += 16;
            if at >= bytes.len() {
                return error("an object or array is not closed", start);
            }
            continue;
        }
        at += structure.trailing_zeros() as usize;
        let Some(byte) = bytes.get(at) else {
            return error("an object or array is not closed", start);
        };
        match byte {
            b'"' => match string(bytes, at, cursor.lines) {
                Some((_, end)) => {
                    at = end;
                    continue;
                }
                None => return error("a string is not closed", at),
            },
            b'{' | b'[' => {
                if open >> 127 != 0 {
                    return error("more than 127 brackets are open", at);
                }
                open = open << 1 | u128::from(*byte == b'{');
            }
            b'}' | b']' => {
                if (open & 1 == 1) != (*byte == b'}') {
                    return error("a bracket of another kind is open", at);
                }
                open >>= 1;
                if open == 1 {
                    cursor.at = at + 1;
                    return Ok(Json { text: &bytes[start..=at], kind: Kind::Nested });
                }
            }
            b'\n' if cursor.lines => return error("an object or array is not closed", start),
            _ => {}
        }
        at += 1;
    }
}

/// Asks about the sixteen bytes at `at`; the answer for bytes that are not there is no.
#[inline]
fn ask(bytes: &[u8], at: usize, question: impl Fn(&Block) -> Bits) -> Bits {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(block) => question(block),
        None => ask_at_end(bytes, at, question),
    }
}

/// The same for the last bytes: asks about the last sixteen, and drops the answers for those before `at`.
#[inline]
fn ask_at_end(bytes: &[u8], at: usize, question: impl Fn(&Block) -> Bits) -> Bits {
    let left = bytes.len().saturating_sub(at);
    if let Some(block) = bytes.last_chunk() {
        return question(block) >> (16 - left);
    }
    let mut block = [0; 16];
    block[..left].copy_from_slice(bytes.get(at..).unwrap_or_default());
    question(&block) & ((1 << left) - 1)
}
