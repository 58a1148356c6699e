//! An open-addressing index from hashes to row numbers. It holds no keys: the rows do.

use crate::state::prefetch;

/// A slot: the row number plus one in the low half (0 is empty), the upper half of the hash in the high half. Place and
/// segment follow from that half, so that growth and removal never look at a row.
type Slot = u64;

const EMPTY: Slot = 0;

/// Fewest slots of an index that holds anything.
const LEAST: usize = 16;

/// Hash → row number, linear probing, at most seven eighths full. A large index is cut into segments, so that no
/// growth moves more than one segment at once.
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
const CUT_AT: usize = if cfg!(test) { 1 << 14 } else { 1 << 18 };

/// Room is made for so many rows at most before the first comes.
const MOST_RESERVED: usize = 1 << 24;

#[inline]
fn slot(hash: u64, row: u32) -> Slot {
    (hash & 0xffff_ffff_0000_0000) | (u64::from(row) + 1)
}

#[inline]
fn row_of(slot: Slot) -> u32 {
    (slot as u32).wrapping_sub(1)
}

#[inline]
fn same_tag(slot: Slot, hash: u64) -> bool {
    (slot ^ hash) >> 32 == 0
}

/// Where the probing for a hash, or for the hash of a slot, begins.
#[inline]
fn home(hash: u64, mask: usize) -> usize {
    (hash >> 32) as usize & mask
}

/// The segment of a hash, or of the hash of a slot.
#[inline]
fn segment_of(hash: u64) -> usize {
    (hash >> 56) as usize
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

    #[inline]
    fn segment(&self, hash: u64) -> Option<&Segment> {
        if self.segments.len() <= 1 { self.segments.first() } else { self.segments.get(segment_of(hash)) }
    }

    fn segment_mut(&mut self, hash: u64) -> &mut Segment {
        if self.segments.is_empty() {
            self.segments.push(Segment::default());
        }
        let position = if self.segments.len() == 1 { 0 } else { segment_of(hash) };
        &mut self.segments[position]
    }

    /// Asks for the memory where a hash may stand.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        if let Some(segment) = self.segment(hash)
            && let Some(slot) = segment.slots.get(home(hash, segment.slots.len().wrapping_sub(1)))
        {
            prefetch(slot);
        }
    }

    /// The row that very likely has this hash: nobody looked at it.
    #[inline]
    pub fn likely(&self, hash: u64) -> Option<u32> {
        self.find(hash, |_| true)
    }

    /// The row with this hash for which `is` holds.
    #[inline]
    pub fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let segment = self.segment(hash)?;
        let mask = segment.slots.len().wrapping_sub(1);
        let mut at = home(hash, mask);
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

    /// Makes room for so many rows in an index that is empty. Memory that no row comes to is never touched.
    pub fn reserve(&mut self, count: usize) {
        if !self.is_empty() {
            return;
        }
        let count = count.min(MOST_RESERVED);
        let segments = if count >= CUT_AT { SEGMENTS } else { 1 };
        // Segments differ a little.
        let each = if segments == 1 { count } else { count / segments + count / segments / 16 };
        let slots = (each + each / 7 + 1).next_power_of_two().max(LEAST);
        self.segments.clear();
        self.segments.resize_with(segments, || Segment { slots: vec![EMPTY; slots], used: 0 });
    }

    /// Adds a row.
    pub fn insert(&mut self, hash: u64, row: u32) {
        if self.segments.len() == 1 && self.segments[0].used >= CUT_AT {
            self.cut();
        }
        self.segment_mut(hash).insert(slot(hash, row));
    }

    /// Removes a row.
    pub fn remove(&mut self, hash: u64, row: u32) {
        let segment = self.segment_mut(hash);
        let mask = segment.slots.len().wrapping_sub(1);
        let mut at = home(hash, mask);
        while let Some(found) = segment.slots.get(at).copied() {
            if found == EMPTY {
                return;
            }
            if row_of(found) == row {
                segment.close_gap(at);
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

    fn cut(&mut self) {
        let whole = std::mem::take(&mut self.segments);
        self.segments = vec![Segment::default(); SEGMENTS];
        for slot in whole.into_iter().flat_map(|segment| segment.slots).filter(|slot| *slot != EMPTY) {
            self.segments[segment_of(slot)].insert(slot);
        }
    }
}

impl Segment {
    fn insert(&mut self, slot: Slot) {
        if (self.used + 1) * 8 > self.slots.len() * 7 {
            let larger = (self.slots.len() * 2).max(LEAST);
            let old = std::mem::replace(&mut self.slots, vec![EMPTY; larger]);
            for slot in old.into_iter().filter(|slot| *slot != EMPTY) {
                self.put(slot);
            }
        }
        self.put(slot);
        self.used += 1;
    }

    fn put(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = home(slot, mask);
        while self.slots[at] != EMPTY {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    /// Empties the slot at `gap` and moves back what probed over it.
    fn close_gap(&mut self, mut gap: usize) {
        let mask = self.slots.len() - 1;
        let mut at = gap;
        loop {
            at = (at + 1) & mask;
            let slot = self.slots[at];
            if slot == EMPTY {
                break;
            }
            // The slot may move back unless its home lies between the gap and itself.
            if (at.wrapping_sub(home(slot, mask)) & mask) >= (at.wrapping_sub(gap) & mask) {
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
        key.wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xffff_ff03_0000_0000
    }

    #[test]
    fn behaves_as_a_map_under_random_inserts_and_removals() {
        let mut index = Index::default();
        let mut keys: Vec<u64> = Vec::new();
        let mut model: HashMap<u64, u32> = HashMap::new();
        let mut seed = 1u64;
        for _ in 0..120_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let key = (seed >> 33) % 60_000;
            let found = index.find(hash(key), |row| keys[row as usize] == key);
            assert_eq!(found, model.get(&key).copied());
            if let Some(row) = found {
                if seed.is_multiple_of(4) {
                    index.remove(hash(key), row);
                    model.remove(&key);
                }
            } else {
                keys.push(key);
                let row = (keys.len() - 1) as u32;
                index.insert(hash(key), row);
                model.insert(key, row);
            }
        }
        assert!(index.segments.len() > 1);
        assert_eq!(index.len(), model.len());
    }

    #[test]
    fn what_was_reserved_is_found_without_growth() {
        for count in [0, 5, 1000, CUT_AT as u32 - 1, CUT_AT as u32 * 2] {
            let mut index = Index::default();
            index.reserve(count as usize);
            let memory = index.memory();
            let spread = |row: u32| u64::from(row).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (0..count).for_each(|row| index.insert(spread(row), row));
            assert_eq!(index.memory(), memory, "{count} rows");
            assert!((0..count).all(|row| index.find(spread(row), |found| found == row) == Some(row)));
            // Where there are rows already, nothing is done.
            index.reserve(1 << 20);
            assert!(count == 0 || index.memory() == memory);
        }
    }

    #[test]
    fn forgets() {
        let mut index = Index::default();
        index.insert(5 << 32, 0);
        index.prefetch(5 << 32);
        assert_eq!(index.likely(5 << 32), Some(0));
        index.clear();
        assert!(index.is_empty());
        assert_eq!(index.find(5 << 32, |_| true), None);
    }
}
