//! A list that grows without moving what it holds: no growth takes longer than another.

use crate::state::prefetch;

/// Places a chunk.
const CHUNK: usize = 1 << 12;

/// A list of places that keep their numbers. Growth adds a chunk and moves nothing; only the first chunk grows by
/// itself, since most lists are short.
#[derive(Debug)]
pub struct Chunks<T> {
    chunks: Vec<Vec<T>>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T> Chunks<T> {
    /// How many places there are.
    pub fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// A place by its number.
    #[inline]
    pub fn get(&self, number: u32) -> Option<&T> {
        self.chunks.get(number as usize / CHUNK)?.get(number as usize % CHUNK)
    }

    /// A place by its number.
    #[inline]
    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.chunks.get_mut(number as usize / CHUNK)?.get_mut(number as usize % CHUNK)
    }

    /// Asks for the memory of a place, if there is one.
    #[inline]
    pub fn prefetch(&self, number: u32) {
        if let Some(place) = self.get(number) {
            prefetch(place);
        }
    }

    /// Adds a place and gives its number.
    pub fn push(&mut self, value: T) -> u32 {
        let count = self.len();
        if count.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(if count == 0 { 0 } else { CHUNK }));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(value);
        }
        count as u32
    }

    /// Drops the last places, at most a chunk of them.
    pub fn pop_chunk(&mut self) {
        self.chunks.pop();
    }

    /// All places with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.chunks.iter().flatten().enumerate().map(|(number, value)| (number as u32, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_keep_their_numbers() {
        let mut list = Chunks::default();
        assert!(list.is_empty());
        for number in 0..3 * CHUNK as u32 {
            assert_eq!(list.push(number * 2), number);
        }
        assert_eq!(list.len(), 3 * CHUNK);
        assert!(list.iter().all(|(number, value)| *value == number * 2 && list.get(number) == Some(value)));
        assert_eq!(list.get(3 * CHUNK as u32), None);
    }
}
