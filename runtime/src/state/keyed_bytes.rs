//! Byte strings found by byte strings: rows in their encoded form, found by their encoded keys.

use crate::state::{Index, hash_bytes, prefetch};

/// A map from bytes to bytes that keeps its memory when it is cleared, in the order of first insertion.
#[derive(Debug, Default)]
pub struct KeyedBytes {
    entries: Vec<Entry>,
    bytes: Vec<u8>,
    index: Index,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: Piece,
    value: Piece,
    room: u32,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    start: u64,
    length: u32,
}

impl Piece {
    fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.start as usize + self.length as usize).unwrap_or_default()
    }
}

impl KeyedBytes {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Asks for the memory where a hash may stand.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        self.index.prefetch(hash);
    }

    /// Asks for the entry that a hash very likely has; then for its bytes.
    #[inline]
    pub fn prefetch_entry(&self, hash: u64) {
        if let Some(entry) = self.likely(hash) {
            prefetch(entry);
        }
    }

    /// Asks for the bytes of the entry that a hash very likely has.
    #[inline]
    pub fn prefetch_bytes(&self, hash: u64) {
        if let Some(first) = self.likely(hash).and_then(|entry| self.bytes.get(entry.key.start as usize)) {
            prefetch(first);
        }
    }

    fn likely(&self, hash: u64) -> Option<&Entry> {
        self.entries.get(self.index.likely(hash)? as usize)
    }

    /// The position of a key, given its [`hash_bytes`]; it stays until `clear`.
    pub fn position(&self, hash: u64, key: &[u8]) -> Option<usize> {
        self.index
            .find(hash, |row| self.entries.get(row as usize).is_some_and(|entry| entry.key.of(&self.bytes) == key))
            .map(|row| row as usize)
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.get_hashed(hash_bytes(key), key)
    }

    /// The same, given the key's [`hash_bytes`].
    pub fn get_hashed(&self, hash: u64, key: &[u8]) -> Option<&[u8]> {
        self.position(hash, key).map(|position| self.value(position))
    }

    /// The key at a position.
    pub fn key(&self, position: usize) -> &[u8] {
        self.entries.get(position).map_or(&[], |entry| entry.key.of(&self.bytes))
    }

    /// The value at a position.
    pub fn value(&self, position: usize) -> &[u8] {
        self.entries.get(position).map_or(&[], |entry| entry.value.of(&self.bytes))
    }

    /// Puts a value in, in the place of the one that was there. Gives the position, and whether the key is new.
    pub fn set(&mut self, key: &[u8], value: &[u8]) -> (usize, bool) {
        self.set_hashed(hash_bytes(key), key, value)
    }

    /// The same, given the key's [`hash_bytes`].
    pub fn set_hashed(&mut self, hash: u64, key: &[u8], value: &[u8]) -> (usize, bool) {
        if let Some(position) = self.position(hash, key) {
            self.replace(position, value);
            return (position, false);
        }
        let key = self.append(key);
        let value = self.append(value);
        let position = self.entries.len();
        self.entries.push(Entry { key, value, room: value.length });
        self.index.insert(hash, position as u32);
        (position, true)
    }

    /// Replaces the value at a position.
    pub fn replace(&mut self, position: usize, value: &[u8]) {
        let Some(entry) = self.entries.get(position).copied() else { return };
        let place = if value.len() <= entry.room as usize {
            let start = entry.value.start as usize;
            if let Some(room) = self.bytes.get_mut(start..start + value.len()) {
                room.copy_from_slice(value);
            }
            Entry { value: Piece { start: entry.value.start, length: value.len() as u32 }, ..entry }
        } else {
            // Room to grow, so that a value that grows again and again leaves little behind.
            let piece = self.append(value);
            let spare = value.len() / 4;
            self.bytes.resize(self.bytes.len() + spare, 0);
            Entry { value: piece, room: piece.length + spare as u32, ..entry }
        };
        if let Some(entry) = self.entries.get_mut(position) {
            *entry = place;
        }
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes.clear();
        self.index.clear();
    }

    /// Bytes held, those of replaced values included.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    fn append(&mut self, piece: &[u8]) -> Piece {
        let start = self.bytes.len() as u64;
        self.bytes.extend_from_slice(piece);
        Piece { start, length: piece.len() as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_value_and_the_first_order() {
        let mut map = KeyedBytes::default();
        for round in 0..3 {
            for key in 0..1000u32 {
                let value = vec![round; (key % 50) as usize + usize::from(round)];
                assert_eq!(map.set(&key.to_le_bytes(), &value), (key as usize, round == 0));
            }
        }
        assert_eq!(map.len(), 1000);
        for key in 0..1000u32 {
            assert_eq!(map.key(key as usize), key.to_le_bytes());
            assert_eq!(map.get(&key.to_le_bytes()), Some(vec![2u8; (key % 50) as usize + 2].as_slice()));
        }
        map.clear();
        assert!(map.is_empty() && map.get(&1u32.to_le_bytes()).is_none());
    }
}
