//! A place in the bytes of a record.

use super::value::{Json, Kind};
use crate::values::Fault;

/// Where reading stands.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    /// The record, perhaps with others behind it.
    pub bytes: &'a [u8],
    /// Where the record begins.
    pub start: usize,
    /// What is read next.
    pub at: usize,
    /// Whether a line feed ends the record.
    pub lines: bool,
    /// The key before, and the one that is expected next: indices into the known keys.
    pub previous: u16,
    pub expected: u16,
    /// The column of a key that is not among them.
    pub lost_column: u16,
    /// The value that was read last: where its text begins and ends, and what kind it is.
    pub text: (usize, usize),
    pub kind: Kind,
    /// Why reading broke off.
    pub fault: Option<Fault>,
}

impl<'a> Cursor<'a> {
    /// A cursor at the first byte of a record.
    pub fn new(bytes: &'a [u8], start: usize, lines: bool, expected: u16) -> Self {
        let previous = super::keys::START;
        let (text, kind) = ((start, start), Kind::Bare);
        Self { bytes, start, at: start, lines, previous, expected, lost_column: 0, text, kind, fault: None }
    }

    /// The value that was read last.
    #[inline]
    pub fn value(&self) -> Json<'a> {
        let (begin, end) = self.text;
        Json::scanned(self.bytes, begin, end.saturating_sub(begin), self.kind)
    }

    /// The next byte of the record.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips white space within the record.
    pub fn skip_space(&mut self) {
        while let Some(byte) = self.peek()
            && (matches!(byte, b' ' | b'\t' | b'\r') || (byte == b'\n' && !self.lines))
        {
            self.at += 1;
        }
    }

    /// Takes a byte after white space.
    pub fn expect(&mut self, wanted: u8) -> Result<(), Fault> {
        self.skip_space();
        if self.peek() == Some(wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(self.broken(&format!("expected '{}'", char::from(wanted))))
    }

    /// Checks that only white space follows the object, and goes behind the line break.
    #[inline]
    pub fn finish(&mut self) {
        if self.lines && self.peek() == Some(b'\n') {
            self.at += 1;
        } else {
            self.finish_slow();
        }
    }

    fn finish_slow(&mut self) {
        self.skip_space();
        match self.peek() {
            None => {}
            // Only in lines: elsewhere it is white space.
            Some(b'\n') => self.at += 1,
            Some(_) => self.fault = Some(self.broken("there is text after the object")),
        }
    }

    /// A fault at the place where reading stands.
    #[cold]
    pub fn broken(&self, what: &str) -> Fault {
        broken(what, self.at - self.start)
    }
}

/// A fault of the record's JSON; `at` counts from its first byte.
#[cold]
pub(super) fn broken(what: &str, at: usize) -> Fault {
    Fault::new(format!("the record is no JSON: {what} at byte {}", at + 1))
}
