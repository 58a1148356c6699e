//! Reading a record whose keys stand in the order of the table's columns.

use super::value::{self, Json, Kind};
use crate::decode::Field;
use crate::decode::block;

/// A record that is read key by key in the order in which the pipeline lists the columns, without white space. Fields that
/// no column wants may stand between. Whatever else is not as expected ends it; then the record is read again as any
/// other, so nothing depends on what was expected.
///
/// Generated code asks for one column after the other ([`crate::decode::Decode::scan`]), a few instructions each.
#[derive(Debug)]
pub struct Scan<'a> {
    /// Lines, of which the record is one.
    bytes: &'a [u8],
    /// Where the record begins, and where reading stands.
    start: usize,
    at: usize,
}

/// So much doubt ends reading this way for a while. A record that cannot be read so adds two, one that can takes one.
const DOUBT: u32 = 64;
/// The records of such a while.
const WHILE: u32 = 4096;

/// What is remembered from record to record.
#[derive(Debug)]
pub(super) struct Habits {
    doubt: u32,
    /// Records until this way is tried again.
    pause: u32,
}

impl Habits {
    pub fn new() -> Self {
        Self { doubt: 0, pause: 0 }
    }

    /// The record that begins at `start` of lines, if it is worth trying.
    #[inline]
    pub fn scan<'a>(&mut self, lines: &'a [u8], start: usize) -> Option<Scan<'a>> {
        if self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        // Each column but the first asks for a comma before its key.
        (lines.get(start) == Some(&b'{')).then_some(Scan { bytes: lines, start, at: start })
    }

    /// A record was read this way.
    #[inline]
    pub fn succeeded(&mut self) {
        self.doubt = self.doubt.saturating_sub(1);
    }

    /// A record could not be read this way.
    #[cold]
    pub fn failed(&mut self) {
        self.doubt += 2;
        if self.doubt >= DOUBT {
            (self.doubt, self.pause) = (DOUBT / 2, WHILE);
        }
    }
}

#[expect(
    clippy::inline_always,
    reason = "what is not inlined hands a field over in memory, which takes a fifth longer"
)]
impl<'a> Scan<'a> {
    /// Goes behind the first column's key, given with its quotes and the colon, such as `"id":`, if it is the next.
    #[inline]
    pub fn first<const N: usize>(&mut self, key: &[u8; N]) -> bool {
        let before = if self.at == self.start { b'{' } else { b',' };
        let rest = self.bytes.get(self.at..).and_then(|rest| rest.strip_prefix(&[before]));
        let is_next = rest.and_then(<[u8]>::first_chunk) == Some(key);
        if is_next {
            self.at += 1 + N;
        }
        is_next
    }

    /// Goes behind another column's key, given with the comma before it, too, such as `,"order_no":`, if it is the next.
    #[inline]
    pub fn key<const N: usize>(&mut self, key: &[u8; N]) -> bool {
        let is_next = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) == Some(key);
        if is_next {
            self.at += N;
        }
        is_next
    }

    /// The value behind a key, as a rule a string.
    #[inline(always)]
    pub fn string(&mut self) -> Option<Field<'a>> {
        let window = self.bytes.get(self.at..)?.first_chunk::<34>()?;
        let short = if window[0] == b'"' { value::short_string(window, 1) } else { None };
        let found = match short {
            Some((end, kind)) => Found { begin: self.at + 1, length: end - 1, kind, after: self.at + end + 1 },
            None => any(self.bytes, self.at)?,
        };
        Some(self.take(found))
    }

    /// The value behind a key, as a rule a number.
    #[inline(always)]
    pub fn number(&mut self) -> Option<Field<'a>> {
        let window = self.bytes.get(self.at..)?.first_chunk::<16>()?;
        let found = match value::short_bare(window, 0, block::not_number) {
            Some(length) => Found { begin: self.at, length, kind: Kind::Bare, after: self.at + length },
            None => any(self.bytes, self.at)?,
        };
        Some(self.take(found))
    }

    /// The value behind a key, as a rule `true` or `false`.
    #[inline(always)]
    pub fn literal(&mut self) -> Option<Field<'a>> {
        let found = any(self.bytes, self.at)?;
        Some(self.take(found))
    }

    #[inline(always)]
    fn take(&mut self, found: Found) -> Field<'a> {
        self.at = found.after;
        Field::Json(Json::scanned(self.bytes, found.begin, found.length, found.kind))
    }

    /// Where the next record begins, if this one ends here. Else goes behind fields that no column wants, after which the
    /// columns may go on; none inside if there were such.
    #[inline]
    pub fn end(&mut self, wanted: &[&str]) -> Option<Option<usize>> {
        // `{` alone is not taken for the begin of a record.
        let rest = self.bytes.get(self.at..).filter(|_| self.at > self.start);
        if rest.is_some_and(|rest| rest.starts_with(b"}\n")) {
            return Some(Some(self.at + 2));
        }
        self.at = others(self.bytes, self.start, self.at, wanted)?;
        Some(None)
    }
}

/// Goes from `at` behind fields of the record that begins at `start` which no column wants; none if there is none.
#[inline(never)]
fn others(bytes: &[u8], start: usize, mut at: usize, wanted: &[&str]) -> Option<usize> {
    let first = at;
    loop {
        let before = if at == start { b'{' } else { b',' };
        let is_another = bytes.get(at) == Some(&before) && bytes.get(at + 1) == Some(&b'"');
        // Behind such fields there may be more of them; a column that comes too late is none.
        let field = if is_another { unwanted(bytes, at + 1, wanted) } else { None };
        match field {
            Some(after) => at = after,
            None => return (at > first).then_some(at),
        }
    }
}

/// Where the field ends whose key's quote is at `open`, if no column wants it.
fn unwanted(bytes: &[u8], open: usize, wanted: &[&str]) -> Option<usize> {
    // A key with escapes may be that of a column.
    let (begin, end, Kind::Ascii | Kind::Plain) = value::string(bytes, open, true)? else { return None };
    let name = bytes.get(begin..end)?;
    if bytes.get(end + 1) != Some(&b':') || wanted.iter().any(|column| column.as_bytes() == name) {
        return None;
    }
    any(bytes, end + 2).map(|found| found.after)
}

/// Where a value stands that was read.
#[derive(Clone, Copy)]
struct Found {
    begin: usize,
    length: usize,
    kind: Kind,
    /// Where reading goes on.
    after: usize,
}

/// Any value, whatever its length.
#[inline(never)]
fn any(bytes: &[u8], at: usize) -> Option<Found> {
    if bytes.get(at) == Some(&b'"') {
        let (begin, end, kind) = value::string(bytes, at, true)?;
        return Some(Found { begin, length: end - begin, kind, after: end + 1 });
    }
    let rest = bytes.get(at..)?;
    // As a rule, `null`.
    let literal = rest.first_chunk::<16>().and_then(|window| value::short_bare(window, 0, block::not_scalar));
    if let Some(length) = literal {
        return Some(Found { begin: at, length, kind: Kind::Bare, after: at + length });
    }
    let (begin, end, kind, length) = value::any(rest)?;
    Some(Found { begin: at + begin, length: end - begin, kind, after: at + length })
}
