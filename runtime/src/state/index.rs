//! An open-addressing index from hashes to row numbers. It holds no keys: the rows do.

/// A slot: the row number plus one in the low half (0 is empty), a part of the hash in the high half, so that most
/// misses are seen without a look at the row.
type Slot = u64;

const EMPTY: Slot = 0;

/// Fewest slots of an index that holds anything.
const LEAST: usize = 16;

/// Hash → row number, linear probing, at most seven eighths full. It grows in segments chosen by the top bits of the
/// hash, so that no growth moves more than one segment at once.
#[derive(Debug, Default)]
pub struct Index {
    segments: Vec<Segment>,
}

#[derive(Debug, Default, Clone)]
struct Segment {
    slots: Vec<Slot>,
    used: usize,
}

/// An index with at least so many rows is cut into segments.
const SEGMENTS: usize = 256;
const CUT_AT: usize = 1 << 14;

fn slot(hash: u64, row: u32) -> Slot {
    (hash & 0xffff_ffff_0000_0000) | (u64::from(row) + 1)
}

fn row_of(slot: Slot) -> u32 {
    (slot as u32).wrapping_sub(1)
}

fn same_tag(slot: Slot, hash: u64) -> bool {
    (slot ^ hash) >> 32 == 0
}

impl Index {
    /// How many rows it holds.
    pub fn len(&self) -> usize {
        self.segments.iter().map(|segment| segment.used).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn segment(&self, hash: u64) -> Option<&Segment> {
        match self.segments.len() {
            0 => None,
            1 => self.segments.first(),
            count => self.segments.get((hash >> 56) as usize & (count - 1)),
        }
    }

    fn segment_mut(&mut self, hash: u64) -> &mut Segment {
        if self.segments.is_empty() {
            self.segments.push(Segment::default());
        }
        let position = if self.segments.len() == 1 { 0 } else { (hash >> 56) as usize & (self.segments.len() - 1) };
        &mut self.segments[position]
    }

    /// The first slot where the hash may stand: reading it early hides a cache miss. Gives its row number plus one.
    #[inline]
    pub fn peek(&self, hash: u64) -> u32 {
        self.segment(hash).map_or(0, |segment| {
            let mask = segment.slots.len().wrapping_sub(1);
            segment.slots.get(hash as usize & mask).map_or(0, |slot| *slot as u32)
        })
    }

    /// The row with this hash for which `is` holds.
    #[inline]
    pub fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let segment = self.segment(hash)?;
        let mask = segment.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let slot = *segment.slots.get(at)?;
            if slot == EMPTY {
                return None;
            }
            if same_tag(slot, hash) && is(row_of(slot)) {
                return Some(row_of(slot));
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a row. `hash_of` gives the hashes of the rows that are there, for growth.
    pub fn insert(&mut self, hash: u64, row: u32, hash_of: impl Fn(u32) -> u64) {
        if self.segments.len() == 1 && self.segments[0].used >= CUT_AT {
            self.cut(&hash_of);
        }
        let segment = self.segment_mut(hash);
        if (segment.used + 1) * 8 > segment.slots.len() * 7 {
            segment.grow(&hash_of);
        }
        segment.put(hash, row);
    }

    /// Removes a row.
    pub fn remove(&mut self, hash: u64, row: u32, hash_of: impl Fn(u32) -> u64) {
        let segment = self.segment_mut(hash);
        let mask = segment.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        while let Some(found) = segment.slots.get(at).copied() {
            if found == EMPTY {
                return;
            }
            if row_of(found) == row {
                segment.close_gap(at, &hash_of);
                return;
            }
            at = (at + 1) & mask;
        }
    }

    /// Tells that a row has another number now.
    pub fn renumber(&mut self, hash: u64, from: u32, to: u32) {
        let segment = self.segment_mut(hash);
        let mask = segment.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        while let Some(found) = segment.slots.get_mut(at) {
            if *found == EMPTY {
                return;
            }
            if row_of(*found) == from {
                *found = slot(hash, to);
                return;
            }
            at = (at + 1) & mask;
        }
    }

    /// Forgets all rows, keeping the memory.
    pub fn clear(&mut self) {
        for segment in &mut self.segments {
            if segment.used > 0 {
                segment.slots.fill(EMPTY);
                segment.used = 0;
            }
        }
    }

    /// Bytes of memory in use.
    pub fn memory(&self) -> usize {
        self.segments.iter().map(|segment| segment.slots.capacity() * size_of::<Slot>()).sum()
    }

    fn cut(&mut self, hash_of: &impl Fn(u32) -> u64) {
        let whole = std::mem::take(&mut self.segments);
        self.segments = vec![Segment::default(); SEGMENTS];
        for slot in whole.iter().flat_map(|segment| &segment.slots).filter(|slot| **slot != EMPTY) {
            let hash = hash_of(row_of(*slot));
            let segment = self.segment_mut(hash);
            if (segment.used + 1) * 8 > segment.slots.len() * 7 {
                segment.grow(hash_of);
            }
            segment.put(hash, row_of(*slot));
        }
    }
}

impl Segment {
    fn put(&mut self, hash: u64, row: u32) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != EMPTY {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot(hash, row);
        self.used += 1;
    }

    fn grow(&mut self, hash_of: &impl Fn(u32) -> u64) {
        let larger = (self.slots.len() * 2).max(LEAST);
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; larger]);
        self.used = 0;
        for slot in old.into_iter().filter(|slot| *slot != EMPTY) {
            self.put(hash_of(row_of(slot)), row_of(slot));
        }
    }

    /// Empties the slot at `gap` and moves back what probed over it.
    fn close_gap(&mut self, mut gap: usize, hash_of: &impl Fn(u32) -> u64) {
        let mask = self.slots.len() - 1;
        let mut at = gap;
        loop {
            at = (at + 1) & mask;
            let slot = self.slots[at];
            if slot == EMPTY {
                break;
            }
            let home = hash_of(row_of(slot)) as usize & mask;
            // The slot may move back unless its home lies between the gap and itself.
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(gap) & mask) {
                self.slots[gap] = slot;
                gap = at;
            }
        }
        self.slots[gap] = EMPTY;
        self.used -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// A hash that clusters on purpose.
    fn hash(key: u64) -> u64 {
        (key % 7) | (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xffff_ffff_0000_0000)
    }

    #[test]
    fn behaves_as_a_map_under_random_inserts_and_removals() {
        let mut index = Index::default();
        let mut keys: Vec<u64> = Vec::new();
        let mut model: HashMap<u64, u32> = HashMap::new();
        let mut seed = 1u64;
        for _ in 0..60_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let key = (seed >> 33) % 30_000;
            let found = index.find(hash(key).rotate_left(0), |row| keys[row as usize] == key);
            assert_eq!(found, model.get(&key).copied());
            if let Some(row) = found {
                if seed & 1 == 0 {
                    index.remove(hash(key), row, |row| hash(keys[row as usize]));
                    model.remove(&key);
                }
            } else {
                keys.push(key);
                let row = (keys.len() - 1) as u32;
                index.insert(hash(key), row, |row| hash(keys[row as usize]));
                model.insert(key, row);
            }
        }
        assert_eq!(index.len(), model.len());
    }

    #[test]
    fn forgets_and_renumbers() {
        let mut index = Index::default();
        index.insert(5, 0, |_| 5);
        index.renumber(5, 0, 9);
        assert_eq!(index.find(5, |row| row == 9), Some(9));
        index.clear();
        assert!(index.is_empty());
        assert_eq!(index.find(5, |_| true), None);
    }
}
