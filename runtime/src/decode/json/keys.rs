//! The keys seen so far, and which follows which.

use super::cursor::Cursor;
use super::value::{self, Short};
use crate::decode::block::{self, Bits, Block};
use crate::decode::text;
use crate::values::Fault;

/// What `Keys::next` gives at the end of a record.
pub(super) const END: usize = usize::MAX;

/// What stands before the first key.
pub(super) const START: u16 = 0;
/// A key that is not remembered, because there are too many.
const LOST: u16 = 1;
/// What follows the last value: the closing brace.
const CLOSE: u16 = 2;
/// No key, no column.
const NONE: u16 = u16::MAX - 2;
/// The column of the closing brace.
const CLOSING: u16 = u16::MAX - 1;
/// The column of what is no key.
const BROKEN: u16 = u16::MAX;

/// So many keys are remembered, so that records with keys that are never the same need bounded memory.
const LIMIT: usize = 250;
/// Slots of the look-up by name; a power of two.
const SLOTS: usize = 512;
/// A key with what stands around it is expected at once up to so many bytes.
const LONGEST: usize = 32;
/// So many bytes are looked at together: a key, a quote, and 32 bytes of a value.
const WINDOW: usize = 64;

/// The keys of one source table.
#[derive(Debug)]
pub(super) struct Keys {
    known: Vec<Key>,
    /// What stands between the quotes in the record. A key is another one as the first, behind the brace.
    names: Vec<(bool, Box<[u8]>)>,
    /// Indices of keys by the hash of their names.
    slots: Box<[u16; SLOTS]>,
    wanted: Vec<Box<[u8]>>,
    scratch: Vec<u8>,
}

/// A key as it is expected: the bytes from the comma (or brace) before it to its value, such as `,"order_no":`.
#[derive(Debug, Clone)]
struct Key {
    /// The first sixteen bytes.
    head: Block,
    /// The last sixteen bytes, if it is longer than that.
    tail: Block,
    /// Which bytes of `head` count; one that none has if the key is never expected.
    bits: Bits,
    /// The number of bytes.
    length: u32,
    /// Its column, or `NONE`.
    column: u16,
    /// The keys that followed it lately.
    next: [u16; 2],
}

impl Keys {
    pub fn new(wanted: &[&str]) -> Self {
        let mut close = Key::new(CLOSING);
        close.expect(b"}");
        Self {
            known: vec![Key::new(NONE), Key::new(NONE), close],
            names: vec![(false, Box::default()); 3],
            slots: Box::new([NONE; SLOTS]),
            wanted: wanted.iter().map(|name| name.as_bytes().into()).collect(),
            scratch: Vec::new(),
        }
    }

    /// The key that is expected first.
    #[inline]
    pub fn first(&self) -> u16 {
        self.known.first().map_or(NONE, |start| start.next[0])
    }

    /// Goes on to the next wanted field and gives its column; its value is in the cursor. `END` at the end of the
    /// record, and on a fault, which is in the cursor then.
    ///
    /// Most of a job's time is spent here, so the loop has just the common case: the expected key, and a number or a
    /// short string behind it, with enough bytes after them to look at sixteen at once.
    pub fn next(&mut self, cursor: &mut Cursor<'_>) -> usize {
        // Where reading stands is kept out of memory, since each key waits for it.
        let bytes = cursor.bytes;
        let (mut at, mut previous, mut expected) = (cursor.at, cursor.previous, cursor.expected);
        loop {
            let known = self.known.get(usize::from(expected));
            let column = match (known, bytes.get(at..).and_then(<[u8]>::first_chunk::<WINDOW>)) {
                (Some(key), Some(window)) if key.begins(window) => {
                    (previous, expected) = (expected, key.next[0]);
                    let start = key.length as usize;
                    if key.column == CLOSING {
                        cursor.at = at + start;
                        cursor.finish();
                        return END;
                    }
                    if let Some(Short { begin, end, kind, length }) = value::short(window, start) {
                        cursor.text = (at + begin, at + end);
                        cursor.kind = kind;
                        at += length;
                    } else {
                        cursor.at = at + start;
                        if !value::read(cursor) {
                            return END;
                        }
                        at = cursor.at;
                    }
                    key.column
                }
                _ => {
                    (cursor.at, cursor.previous) = (at, previous);
                    let column = self.step(cursor);
                    (at, previous, expected) = (cursor.at, cursor.previous, cursor.expected);
                    if column >= CLOSING {
                        return END;
                    }
                    column
                }
            };
            if column != NONE {
                (cursor.at, cursor.previous, cursor.expected) = (at, previous, expected);
                return usize::from(column);
            }
        }
    }

    /// Goes on to the next field whatever it is, and remembers its key.
    #[inline(never)]
    fn step(&mut self, cursor: &mut Cursor<'_>) -> u16 {
        let column = self.any_key(cursor);
        if column == CLOSING {
            cursor.finish();
        } else if column != BROKEN && !value::read(cursor) {
            return BROKEN;
        }
        column
    }

    /// Reads a key, remembers that it followed, and gives its column; `BROKEN` on a fault.
    fn any_key(&mut self, cursor: &mut Cursor<'_>) -> u16 {
        let rest = cursor.bytes.get(cursor.at..).unwrap_or_default();
        let next = self.known.get(usize::from(cursor.previous)).map_or([NONE; 2], |key| key.next);
        let is_next = |index: &u16| self.known.get(usize::from(*index)).is_some_and(|key| key.is_at(rest));
        let index = match next.into_iter().find(is_next) {
            Some(index) => {
                cursor.at += self.known.get(usize::from(index)).map_or(0, |key| key.length as usize);
                index
            }
            None => match self.unknown(cursor) {
                Ok(index) => index,
                Err(fault) => {
                    cursor.fault = Some(fault);
                    return BROKEN;
                }
            },
        };
        self.follows(cursor.previous, index);
        let key = self.known.get(usize::from(index));
        cursor.previous = index;
        cursor.expected = key.map_or(NONE, |key| key.next[0]);
        if index == LOST { cursor.lost_column } else { key.map_or(NONE, |key| key.column) }
    }

    /// Reads a key of which nothing is known.
    fn unknown(&mut self, cursor: &mut Cursor<'_>) -> Result<u16, Fault> {
        let begin = cursor.at;
        let first = cursor.previous == START;
        cursor.skip_space();
        if first {
            if cursor.peek() != Some(b'{') {
                return Err(Fault::new("the record is no JSON object"));
            }
        } else if cursor.peek() == Some(b'}') {
            cursor.at += 1;
            return Ok(CLOSE);
        }
        cursor.expect(if first { b'{' } else { b',' })?;
        cursor.skip_space();
        if first && cursor.peek() == Some(b'}') {
            cursor.at += 1;
            return Ok(CLOSE);
        }
        if cursor.peek() != Some(b'"') {
            return Err(cursor.broken("expected a key in quotes"));
        }
        let Some((start, end, _)) = value::string(cursor.bytes, cursor.at, cursor.lines) else {
            return Err(cursor.broken("a string is not closed"));
        };
        let name = cursor.bytes.get(start..end).unwrap_or_default();
        cursor.at = end + 1;
        cursor.expect(b':')?;
        cursor.skip_space();
        let index = self.find_or_add(name, first);
        if index == LOST {
            cursor.lost_column = self.resolve(name);
        } else if let Some(key) = self.known.get_mut(usize::from(index)) {
            key.expect(cursor.bytes.get(begin..cursor.at).unwrap_or_default());
        }
        Ok(index)
    }

    /// Remembers that one key followed another.
    fn follows(&mut self, previous: u16, index: u16) {
        // The brace that opens `{}` is not part of `}`, so `}` is never expected at the start.
        let useless = index == LOST || (previous == START && index == CLOSE);
        if let Some(Key { next, .. }) = self.known.get_mut(usize::from(previous))
            && next[0] != index
            && !useless
        {
            *next = [index, next[0]];
        }
    }

    /// The index of a key, which is added if there is room.
    fn find_or_add(&mut self, name: &[u8], first: bool) -> u16 {
        let mut slot = hash(name) + usize::from(first);
        loop {
            slot = (slot + 1) % SLOTS;
            let index = self.slots[slot];
            match self.names.get(usize::from(index)) {
                Some((known_first, known)) if **known == *name && *known_first == first => return index,
                Some(_) => {}
                None if self.known.len() >= LIMIT || name.len() > 1000 => return LOST,
                None => {
                    let index = self.known.len() as u16;
                    let column = self.resolve(name);
                    self.slots[slot] = index;
                    self.names.push((first, name.into()));
                    self.known.push(Key::new(column));
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

/// A bit beyond the sixteen of a block.
const NOWHERE: Bits = 1 << 16;

impl Key {
    fn new(column: u16) -> Self {
        Self { head: [0; 16], tail: [0; 16], bits: NOWHERE, length: 0, column, next: [NONE; 2] }
    }

    /// Whether the bytes begin with it.
    #[inline]
    fn begins(&self, window: &[u8; WINDOW]) -> bool {
        let Some(head) = window.first_chunk() else { return false };
        block::equal(head, &self.head) & self.bits == self.bits && (self.length <= 16 || self.ends(window))
    }

    /// Whether its last sixteen bytes are there.
    #[inline]
    fn ends(&self, window: &[u8; WINDOW]) -> bool {
        let tail = window.get(self.length as usize - 16..).and_then(<[u8]>::first_chunk);
        tail.is_some_and(|tail| block::equal(tail, &self.tail) == 0xffff)
    }

    /// The same anywhere in a record.
    fn is_at(&self, rest: &[u8]) -> bool {
        let length = self.length as usize;
        let Some(rest) = rest.get(..length).filter(|_| length > 0) else { return false };
        self.head.starts_with(rest.get(..16).unwrap_or(rest)) && (length <= 16 || rest.ends_with(&self.tail))
    }

    /// Expects these bytes from now on.
    fn expect(&mut self, bytes: &[u8]) {
        self.bits = NOWHERE;
        self.length = 0;
        if bytes.len() <= LONGEST {
            let start = bytes.len().min(16);
            self.head = [0; 16];
            self.head[..start].copy_from_slice(&bytes[..start]);
            self.tail = bytes.last_chunk().copied().unwrap_or_default();
            self.bits = ((1u64 << start) - 1) as Bits;
            self.length = bytes.len() as u32;
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
