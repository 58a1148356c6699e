//! One JSON value: where it ends, and what kind it is.

use super::cursor::{Cursor, broken};
use crate::decode::block::{self, Bits, Block};
use crate::values::Fault;

/// A JSON value of a record. Its text was only scanned, not yet converted.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a> {
    /// The record, perhaps with others around it.
    bytes: &'a [u8],
    /// Where the text begins in it, of strings what is between the quotes, and the number of its bytes.
    begin: usize,
    length: usize,
    kind: Kind,
}

/// What is known of a value's text. As wide as the words beside it, so that it is copied as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
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
        let mut cursor = Cursor::new(text, 0, false, 0);
        if read(&mut cursor) {
            cursor.finish();
        }
        cursor.fault.take().map_or(Ok(cursor.value()), Err)
    }

    /// A value that was scanned.
    #[inline]
    pub(super) fn scanned(bytes: &'a [u8], begin: usize, length: usize, kind: Kind) -> Self {
        Self { bytes, begin, length, kind }
    }

    /// The text; of strings what is between the quotes, escapes and all.
    #[inline]
    pub(in crate::decode) fn text(&self) -> &'a [u8] {
        self.bytes.get(self.begin..).and_then(|rest| rest.get(..self.length)).unwrap_or_default()
    }

    /// The number of the text's bytes.
    #[inline]
    pub(in crate::decode) fn length(&self) -> usize {
        self.length
    }

    /// The text's first byte, if it is there.
    #[inline]
    pub(in crate::decode) fn first(&self) -> Option<u8> {
        self.bytes.get(self.begin).copied()
    }

    /// The sixteen bytes that end with the text, or so many bytes before its end; none where the input has less.
    #[inline]
    pub(in crate::decode) fn last(&self, before: usize) -> Option<&'a Block> {
        let end = (self.begin + self.length).checked_sub(before)?;
        self.bytes.get(end.checked_sub(16)?..)?.first_chunk()
    }

    /// What is known of the text.
    #[inline]
    pub(in crate::decode) fn kind(&self) -> Kind {
        self.kind
    }

    /// The text of a string of ASCII characters without escapes; none if it is not known to be one.
    #[inline]
    pub(in crate::decode) fn ascii(&self) -> Option<&'a str> {
        (self.kind == Kind::Ascii).then(|| known_ascii(self.text()))
    }
}

/// Text of which the scanner saw that it is ASCII. Checking it again takes 15 % of the time for a record.
#[inline]
#[allow(unsafe_code, reason = "the scanner has seen every byte")]
fn known_ascii(text: &[u8]) -> &str {
    debug_assert!(text.is_ascii());
    // SAFETY: `Kind::Ascii` is only given by `short`, `string` and `short_string`, after no byte of the text had its high bit
    // set; the fields of `Json` are private to this module. A property test compares with `str::from_utf8`.
    unsafe { std::str::from_utf8_unchecked(text) }
}

/// Where a short value stands in a window.
pub(super) struct Short {
    /// Where its text begins and ends.
    pub begin: usize,
    pub end: usize,
    pub kind: Kind,
    /// Where the value ends.
    pub length: usize,
}

/// Reads a string without escapes of less than 32 bytes, or a number or a literal of less than 16, at a place of the
/// window.
#[inline]
pub(super) fn short<const WINDOW: usize>(window: &[u8; WINDOW], at: usize) -> Option<Short> {
    if *window.get(at)? == b'"' {
        let begin = at + 1;
        let (end, kind) = short_string(window, begin)?;
        Some(Short { begin, end, kind, length: end + 1 })
    } else {
        let end = short_bare(window, at, block::not_scalar)?;
        Some(Short { begin: at, end, kind: Kind::Bare, length: end })
    }
}

/// Where in the window the string ends that begins behind its quote at `begin`, if it has no escapes and less than 32
/// bytes, and its kind.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as `Scan`, which stands on it")]
pub(super) fn short_string<const WINDOW: usize>(window: &[u8; WINDOW], begin: usize) -> Option<(usize, Kind)> {
    let first = window.get(begin..)?.first_chunk()?;
    let mut stops = block::string_stops(first);
    let mut foreign = block::non_ascii(first);
    if stops == 0 {
        let second = window.get(begin + 16..)?.first_chunk()?;
        stops = block::string_stops(second) << 16;
        foreign |= block::non_ascii(second) << 16;
    }
    let end = begin + stops.trailing_zeros() as usize;
    if window.get(end) != Some(&b'"') || stops == 0 {
        return None;
    }
    // The bits below the lowest stop.
    let ascii = foreign & (stops ^ (stops - 1)) == 0;
    Some((end, if ascii { Kind::Ascii } else { Kind::Plain }))
}

/// Where in the window the number or literal of less than sixteen bytes ends that begins at `at`, given a question about
/// which bytes are none of it.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as `Scan`, which stands on it")]
pub(super) fn short_bare<const WINDOW: usize>(
    window: &[u8; WINDOW],
    at: usize,
    others: impl Fn(&Block) -> Bits,
) -> Option<usize> {
    let length = others(window.get(at..)?.first_chunk()?).trailing_zeros() as usize;
    (1..16).contains(&length).then_some(at + length)
}

/// Where the text of any value begins and ends, its kind, and where the value ends.
#[inline(never)]
pub(super) fn any(lines: &[u8]) -> Option<(usize, usize, Kind, usize)> {
    let mut cursor = Cursor::new(lines, 0, true, 0);
    read(&mut cursor).then_some((cursor.text.0, cursor.text.1, cursor.kind, cursor.at))
}

/// Reads any value at the cursor; false on a fault, which is in the cursor then.
#[inline(never)]
pub(super) fn read(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_space();
    match cursor.peek() {
        Some(b'{' | b'[') => return nested(cursor),
        Some(b'"') => match string(cursor.bytes, cursor.at, cursor.lines) {
            Some((start, end, kind)) => {
                (cursor.text, cursor.kind) = ((start, end), kind);
                cursor.at = end + 1;
            }
            None => return broken_off(cursor, "a string is not closed"),
        },
        _ => {
            let end = scalar_end(cursor.bytes, cursor.at);
            if end == cursor.at {
                return broken_off(cursor, "expected a value");
            }
            (cursor.text, cursor.kind) = ((cursor.at, end), Kind::Bare);
            cursor.at = end;
        }
    }
    true
}

#[cold]
fn broken_off(cursor: &mut Cursor<'_>, what: &str) -> bool {
    cursor.fault = Some(cursor.broken(what));
    false
}

/// Where the text of the string begins and ends whose quote is at `open`, and its kind; none if it is not closed.
#[inline]
pub(super) fn string(bytes: &[u8], open: usize, lines: bool) -> Option<(usize, usize, Kind)> {
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
            let (end, kind) = string_slow(bytes, at, lines)?;
            return Some((start, end, kind));
        }
        return Some((start, at, if foreign == 0 { Kind::Ascii } else { Kind::Plain }));
    }
}

/// Where a string with escapes or line feeds ends, the first of them at `at`.
#[inline(never)]
fn string_slow(bytes: &[u8], mut at: usize, lines: bool) -> Option<(usize, Kind)> {
    let mut kind = Kind::Plain;
    loop {
        match bytes.get(at)? {
            b'"' => {
                return Some((at, kind));
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
fn nested(cursor: &mut Cursor<'_>) -> bool {
    match nested_end(cursor.bytes, cursor.at, cursor.lines) {
        Ok(end) => {
            cursor.text = (cursor.at, end);
            cursor.kind = Kind::Nested;
            cursor.at = end;
            true
        }
        Err((what, at)) => {
            cursor.fault = Some(broken(what, at - cursor.start));
            false
        }
    }
}

/// Where the object or array at `start` ends; else what is wrong where.
fn nested_end(bytes: &[u8], start: usize, lines: bool) -> Result<usize, (&'static str, usize)> {
    const OPEN: &str = "an object or array is not closed";
    let mut at = start;
    // The open brackets, the innermost in the lowest bit: 1 for `{`. The first is above them all.
    let mut open = 1u128;
    loop {
        let structure = ask(bytes, at, block::structure);
        if structure == 0 {
            at += 16;
            if at >= bytes.len() {
                return Err((OPEN, start));
            }
            continue;
        }
        at += structure.trailing_zeros() as usize;
        let byte = *bytes.get(at).ok_or((OPEN, start))?;
        match byte {
            b'"' => {
                at = string(bytes, at, lines).ok_or(("a string is not closed", at))?.1 + 1;
                continue;
            }
            b'{' | b'[' if open >> 127 != 0 => return Err(("more than 127 brackets are open", at)),
            b'{' | b'[' => open = open << 1 | u128::from(byte == b'{'),
            b'}' | b']' => {
                if (open & 1 == 1) != (byte == b'}') {
                    return Err(("a bracket of another kind is open", at));
                }
                open >>= 1;
                if open == 1 {
                    return Ok(at + 1);
                }
            }
            b'\n' if lines => return Err((OPEN, start)),
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
