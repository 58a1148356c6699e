//! A place in the bytes of a record.

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
    /// What must stand before the next key: `{`, then `,`.
    pub separator: u8,
    /// The key before, an index into the known keys.
    pub previous: u16,
}

impl<'a> Cursor<'a> {
    /// A cursor before the `{` of the record that begins at `start`.
    pub fn new(bytes: &'a [u8], start: usize, lines: bool) -> Result<Self, Fault> {
        let mut cursor = Self { bytes, start, at: start, lines, separator: b'{', previous: super::keys::START };
        if cursor.bytes.get(cursor.at) != Some(&b'{') {
            cursor.skip_space();
            if cursor.peek() != Some(b'{') {
                return Err(Fault::new("the record is no JSON object"));
            }
        }
        Ok(cursor)
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
    pub fn finish(&mut self) -> Result<(), Fault> {
        if self.lines && self.peek() == Some(b'\n') {
            self.at += 1;
            return Ok(());
        }
        self.finish_slow()
    }

    fn finish_slow(&mut self) -> Result<(), Fault> {
        self.skip_space();
        match self.peek() {
            None => Ok(()),
            // Only in lines: elsewhere it is white space.
            Some(b'\n') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.broken("there is text after the object")),
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
