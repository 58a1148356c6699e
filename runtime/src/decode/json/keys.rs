//! The keys seen so far, and which follows which.

use super::cursor::Cursor;
use super::value::{self, Json};
use crate::decode::block::{self, Bits, Block};
use crate::decode::text;
use crate::values::Fault;

/// What stands before the first key.
pub(super) const START: u16 = 0;
/// A key that is not remembered, because there are too many.
const LOST: u16 = 1;
/// No key, no column.
const NONE: u16 = u16::MAX;
/// So many keys are remembered, so that records with keys that are never the same need bounded memory.
const LIMIT: usize = 250;
/// Slots of the look-up by name; a power of two.
const SLOTS: usize = 512;
/// A key with the white space around it is expected at once up to so many bytes.
const LONGEST: usize = 32;

/// The keys of one source table.
#[derive(Debug)]
pub(super) struct Keys {
    known: Vec<Key>,
    /// The text between the quotes, as it stands in the record.
    names: Vec<Box<[u8]>>,
    /// Indices of keys by the hash of their names.
    slots: Box<[u16; SLOTS]>,
    wanted: Vec<Box<[u8]>>,
    scratch: Vec<u8>,
}

/// A key as it is expected: the bytes from the comma (or brace) before it to its value.
#[derive(Debug, Clone)]
struct Key {
    /// The first sixteen bytes.
    head: Block,
    /// The last sixteen bytes, if it is longer than that.
    tail: Block,
    /// Which bytes of `head` count.
    bits: Bits,
    /// The number of bytes; 0 if the key is never expected.
    length: u16,
    /// Its column, or `NONE`.
    column: u16,
    /// The keys that followed it lately.
    next: [u16; 2],
}

impl Keys {
    pub fn new(wanted: &[&str]) -> Self {
        let none = Key { head: [0; 16], tail: [0; 16], bits: 0, length: 0, column: NONE, next: [NONE; 2] };
        Self {
            known: vec![none.clone(), none],
            names: vec![Box::default(), Box::default()],
            slots: Box::new([NONE; SLOTS]),
            wanted: wanted.iter().map(|name| name.as_bytes().into()).collect(),
            scratch: Vec::new(),
        }
    }

    /// Goes on to the next wanted field; none at the end of the record.
    pub fn next<'a>(&mut self, cursor: &mut Cursor<'a>) -> Result<Option<(usize, Json<'a>)>, Fault> {
        loop {
            match cursor.bytes.get(cursor.at) {
                Some(byte) if *byte == cursor.separator => cursor.at += 1,
                Some(b'}') if cursor.separator == b',' => {
                    cursor.at += 1;
                    cursor.finish()?;
                    return Ok(None);
                }
                _ => {
                    cursor.skip_space();
                    if cursor.separator == b',' && cursor.peek() == Some(b'}') {
                        continue;
                    }
                    cursor.expect(cursor.separator)?;
                }
            }
            let column = if let Some(column) = self.expected(cursor) {
                column
            } else if let Some(column) = self.surprise(cursor)? {
                column
            } else {
                return Ok(None);
            };
            let value = value::read(cursor)?;
            if column != NONE {
                return Ok(Some((usize::from(column), value)));
            }
        }
    }

    /// Takes the key that is expected, if it stands there, and gives its column.
    #[inline]
    fn expected(&mut self, cursor: &mut Cursor<'_>) -> Option<u16> {
        let [first, second] = self.known.get(usize::from(cursor.previous))?.next;
        let (index, key) = match self.known.get(usize::from(first)) {
            Some(key) if key.is_at(cursor) => (first, key),
            _ => match self.known.get(usize::from(second)) {
                Some(key) if key.is_at(cursor) => (second, key),
                _ => return None,
            },
        };
        let (length, column) = (key.length, key.column);
        if index == second {
            self.follows(cursor.previous, index);
        }
        cursor.at += usize::from(length);
        cursor.separator = b',';
        cursor.previous = index;
        Some(column)
    }

    /// Reads a key that was not expected, remembers it, and gives its column; none at the end of an empty object.
    #[cold]
    fn surprise(&mut self, cursor: &mut Cursor<'_>) -> Result<Option<u16>, Fault> {
        let start = cursor.at;
        cursor.skip_space();
        if cursor.separator == b'{' && cursor.peek() == Some(b'}') {
            cursor.at += 1;
            cursor.finish()?;
            return Ok(None);
        }
        if cursor.peek() != Some(b'"') {
            return Err(cursor.broken("expected a key in quotes"));
        }
        let Some((name, end)) = value::string(cursor.bytes, cursor.at, cursor.lines) else {
            return Err(cursor.broken("a string is not closed"));
        };
        cursor.at = end;
        cursor.expect(b':')?;
        cursor.skip_space();
        let name = name.text();
        let index = self.find_or_add(name);
        let mut column = NONE;
        if index == LOST {
            column = self.resolve(name);
        } else if let Some(key) = self.known.get_mut(usize::from(index)) {
            key.expect(cursor.bytes.get(start..cursor.at).unwrap_or_default());
            column = key.column;
        }
        self.follows(cursor.previous, index);
        cursor.separator = b',';
        cursor.previous = index;
        Ok(Some(column))
    }

    /// Remembers that one key followed another.
    fn follows(&mut self, previous: u16, index: u16) {
        if let Some(Key { next, .. }) = self.known.get_mut(usize::from(previous))
            && index != LOST
            && next[0] != index
        {
            *next = [index, next[0]];
        }
    }

    /// The index of a key, which is added if there is room.
    fn find_or_add(&mut self, name: &[u8]) -> u16 {
        let mut slot = hash(name);
        loop {
            slot = (slot + 1) % SLOTS;
            let index = self.slots[slot];
            match self.names.get(usize::from(index)) {
                Some(known) if **known == *name => return index,
                Some(_) => {}
                None if self.known.len() >= LIMIT || name.len() > 1000 => return LOST,
                None => {
                    let index = self.known.len() as u16;
                    let column = self.resolve(name);
                    self.slots[slot] = index;
                    self.names.push(name.into());
                    let none = [0; 16];
                    self.known.push(Key { head: none, tail: none, bits: 0, length: 0, column, next: [NONE; 2] });
                    return index;
                }
            }
        }
    }

    /// The column of a key, or `NONE`.
    fn resolve(&mut self, name: &[u8]) -> u16 {
        let mut name = name;
        if memchr::memchr(b'\\', name).is_some() {
            self.scratch.clear();
            if text::unescape_into(name, &mut |part| self.scratch.extend_from_slice(part)).is_none() {
                return NONE;
            }
            name = &self.scratch;
        }
        self.wanted.iter().position(|wanted| **wanted == *name).map_or(NONE, |column| column as u16)
    }
}

impl Key {
    /// Whether it stands where the cursor is.
    #[inline]
    fn is_at(&self, cursor: &Cursor<'_>) -> bool {
        let Some(rest) = cursor.bytes.get(cursor.at..) else {
            return false;
        };
        let length = usize::from(self.length);
        let Some(head) = rest.first_chunk::<16>() else {
            return self.is_at_end(rest);
        };
        if self.length == 0 || block::equal(head, &self.head) & self.bits != self.bits {
            return false;
        }
        length <= 16
            || rest.get(length - 16..).and_then(|rest| rest.first_chunk::<16>()).is_some_and(|tail| *tail == self.tail)
    }

    /// The same for the last bytes of a record.
    fn is_at_end(&self, rest: &[u8]) -> bool {
        let length = usize::from(self.length);
        (1..=16).contains(&length) && rest.get(..length).is_some_and(|rest| self.head.starts_with(rest))
    }

    /// Expects these bytes from now on.
    fn expect(&mut self, bytes: &[u8]) {
        self.length = 0;
        if bytes.len() <= LONGEST {
            let start = bytes.len().min(16);
            self.head = [0; 16];
            self.head[..start].copy_from_slice(&bytes[..start]);
            self.bits = ((1u64 << start) - 1) as Bits;
            self.tail = bytes.last_chunk().copied().unwrap_or_default();
            self.length = bytes.len() as u16;
        }
    }
}

/// A slot for a name.
fn hash(name: &[u8]) -> usize {
    let word = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let (first, last) = if name.len() < 8 {
        (name.iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte)), 0)
    } else {
        (word(name.first_chunk()), word(name.last_chunk()))
    };
    let mixed = (first ^ last.rotate_left(29) ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 55) as usize % SLOTS
}
