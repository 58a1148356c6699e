//! Values with how often each is there, found by their hash. A value stands where it is found: a look-up reads one
//! place, and mostly one line of memory.

#[cfg(test)]
mod tests;

use crate::epochs::bytes;
use crate::state::{Stored, prefetch};

/// Fewest places of a bag that holds anything.
const LEAST: usize = 4;

/// A large bag is cut into segments, so that no growth moves more than one of them at once.
const SEGMENTS: usize = 256;

/// A bag with at least so many values is cut, which takes some milliseconds. Sooner would be dear: a view has many bags
/// of this size, and the segments of all of them are in no cache.
const CUT_AT: usize = if cfg!(test) { 1 << 12 } else { 1 << 17 };

/// Values with how often each is there: open addressing, linear probing, at most two thirds full.
#[derive(Debug)]
pub struct Bag<T> {
    segments: Vec<Segment<T>>,
    /// Values that are gone and hold memory for the next ones.
    spare: Vec<T>,
    /// What the epoch log was not told of yet; none where it is told of all values.
    log: Option<Box<BagLog>>,
}

/// What changed in a bag.
#[derive(Debug, Default)]
struct BagLog {
    /// The tags of values whose count is [`NOTED`].
    tags: Vec<u32>,
    /// The values that went.
    gone: Vec<u8>,
    gone_count: u64,
}

/// A segment with more places than this gives most of them back when fewer than one of eight has a value.
const SPARSE: usize = 64;

/// At most so many values that are gone hold memory for the next ones.
const MOST_SPARE: usize = 4096;

/// So many places further the memory is asked for.
const AHEAD: usize = 16;

/// Stands beside a count of which the log was not told.
const NOTED: u32 = 1 << 31;

impl<T> Default for Bag<T> {
    fn default() -> Self {
        Self { segments: Vec::new(), spare: Vec::new(), log: None }
    }
}

#[derive(Debug)]
struct Segment<T> {
    /// A power of two, or none.
    places: Vec<Place<T>>,
    used: usize,
}

#[derive(Debug, Default)]
struct Place<T> {
    value: T,
    /// 0: the place is empty. [`NOTED`] may stand beside the number.
    count: u32,
    /// The upper half of the hash. Where the value belongs follows from it, so that growth computes no hash.
    tag: u32,
}

impl<T> Default for Segment<T> {
    fn default() -> Self {
        Self { places: Vec::new(), used: 0 }
    }
}

#[inline]
fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Where the probing for a tag begins.
#[inline]
fn home(tag: u32, mask: usize) -> usize {
    tag as usize & mask
}

#[inline]
fn segment_of(tag: u32) -> usize {
    (tag >> 24) as usize
}

impl<T: Stored> Bag<T> {
    /// How many different values there are.
    pub fn len(&self) -> usize {
        self.segments.iter().map(|segment| segment.used).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Asks for the memory where a hash may stand.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        if let Some(segment) = self.segment(tag(hash))
            && let Some(place) = segment.places.get(home(tag(hash), segment.mask()))
        {
            prefetch(place);
        }
    }

    /// How often a value is there.
    #[inline]
    pub fn count(&self, hash: u64, value: T::Ref<'_>) -> u32 {
        let found = self.segment(tag(hash)).and_then(|segment| segment.places.get(segment.find(tag(hash), value)?));
        found.map_or(0, |place| place.count & !NOTED)
    }

    /// Puts a value in. Tells whether it was not there.
    #[inline]
    pub fn add(&mut self, hash: u64, value: T::Ref<'_>) -> bool {
        let tag = tag(hash);
        if let Some(place) = place_of(&mut self.segments, tag, value) {
            place.count += 1;
            if let Some(log) = &mut self.log {
                log.note(place);
            }
            return false;
        }
        self.insert(tag, value, 1);
        true
    }

    /// Says how often a value is there, which is put in if it is not. Gives the value if it was not there.
    #[inline]
    pub fn put(&mut self, hash: u64, value: T, count: u32) -> Option<T::Ref<'_>> {
        let (tag, count) = (tag(hash), (count & !NOTED).max(1));
        if self.log.is_some() || self.segment(tag).is_none_or(Segment::is_full) {
            if let Some(place) = place_of(&mut self.segments, tag, value.get()) {
                place.count = count;
                return None;
            }
            self.insert(tag, value.get(), count);
            let place = place_of(&mut self.segments, tag, value.get());
            return place.map(|place| place.value.get());
        }
        // There is room: one way to the place does.
        segment_of_mut(&mut self.segments, tag)?.enter(Place { value, count, tag })
    }

    /// Makes room for so many values in a bag that is empty, so that none of them makes it grow.
    pub fn reserve(&mut self, count: usize) {
        if !self.is_empty() || count <= LEAST / 2 {
            return;
        }
        let segments = if count >= CUT_AT { SEGMENTS } else { 1 };
        // Segments differ a little.
        let each = if segments == 1 { count } else { count / segments + count / segments / 16 };
        let places = (each + each / 2 + 1).next_power_of_two();
        self.segments.clear();
        self.segments.resize_with(segments, || Segment::with_places(places));
    }

    /// Takes a value out. Tells whether it was there for the last time.
    #[inline]
    pub fn remove(&mut self, hash: u64, value: T::Ref<'_>) -> bool {
        let tag = tag(hash);
        let Some(segment) = segment_of_mut(&mut self.segments, tag) else { return false };
        let Some(at) = segment.find(tag, value) else { return false };
        let Some(place) = segment.places.get_mut(at) else { return false };
        place.count -= 1;
        if place.count & !NOTED > 0 {
            if let Some(log) = &mut self.log {
                log.note(place);
            }
            return false;
        }
        place.count = 0;
        let gone = std::mem::take(&mut place.value);
        segment.close_gap(at);
        if segment.is_sparse() {
            segment.resize(segment.places.len() / 4);
        }
        if let Some(log) = &mut self.log {
            gone.save(&mut log.gone);
            log.gone_count += 1;
        }
        if T::needs_memory(value) && self.spare.len() < MOST_SPARE {
            self.spare.push(gone);
        }
        true
    }

    /// Says how often a value is there that is there.
    pub fn set_count(&mut self, hash: u64, value: T::Ref<'_>, count: u32) {
        if let Some(place) = place_of(&mut self.segments, tag(hash), value) {
            place.count = (count & !NOTED).max(1);
        }
    }

    /// Notes from now on which values change.
    pub fn keep_log(&mut self) {
        self.log.get_or_insert_default();
    }

    /// Whether [`Self::save_changes`] knows what changed.
    pub fn keeps_log(&self) -> bool {
        self.log.is_some()
    }

    /// Appends the values that went since this was last asked behind their number, then those that changed with how
    /// often each is there, and a 0.
    pub fn save_changes(&mut self, out: &mut Vec<u8>) {
        let Some(mut log) = self.log.take() else { return };
        bytes::number(log.gone_count, out);
        out.append(&mut log.gone);
        log.gone_count = 0;
        for (at, tag) in log.tags.iter().copied().enumerate() {
            // The waits for memory overlap.
            if let Some(next) = log.tags.get(at + AHEAD).copied()
                && let Some(segment) = self.segment(next)
                && let Some(place) = segment.places.get(home(next, segment.mask()))
            {
                prefetch(place);
            }
            let Some(segment) = segment_of_mut(&mut self.segments, tag) else { continue };
            let mask = segment.mask();
            let mut at = home(tag, mask);
            // Values with the same tag stand before the next empty place.
            while let Some(place) = segment.places.get_mut(at).filter(|place| place.count > 0) {
                if place.tag == tag && place.count & NOTED != 0 {
                    place.count &= !NOTED;
                    bytes::number(place.count.into(), out);
                    place.value.save(out);
                }
                at = (at + 1) & mask;
            }
        }
        bytes::number(0, out);
        log.tags.clear();
        self.log = Some(log);
    }

    /// Appends all values with how often each is there, and a 0.
    pub fn save_all(&self, out: &mut Vec<u8>) {
        for place in self.segments.iter().flat_map(|segment| &segment.places).filter(|place| place.count > 0) {
            bytes::number((place.count & !NOTED).into(), out);
            place.value.save(out);
        }
        bytes::number(0, out);
    }

    /// All values with how often each is there.
    pub fn iter(&self) -> impl Iterator<Item = (T::Ref<'_>, u32)> {
        let places = self.segments.iter().flat_map(|segment| &segment.places);
        places.filter(|place| place.count > 0).map(|place| (place.value.get(), place.count & !NOTED))
    }

    #[inline]
    fn segment(&self, tag: u32) -> Option<&Segment<T>> {
        if self.segments.len() <= 1 { self.segments.first() } else { self.segments.get(segment_of(tag)) }
    }

    fn insert(&mut self, tag: u32, value: T::Ref<'_>, count: u32) {
        match self.segments.as_slice() {
            [] => self.segments.push(Segment::default()),
            [whole] if whole.used >= CUT_AT => self.cut(),
            _ => {}
        }
        let mut stored = if T::needs_memory(value) { self.spare.pop().unwrap_or_default() } else { T::default() };
        stored.set(value);
        let mut place = Place { value: stored, count, tag };
        if let Some(log) = &mut self.log {
            log.note(&mut place);
        }
        if let Some(segment) = segment_of_mut(&mut self.segments, tag) {
            segment.insert(place);
        }
    }

    #[cold]
    fn cut(&mut self) {
        let whole = std::mem::take(&mut self.segments);
        let places = (2 * CUT_AT / SEGMENTS).next_power_of_two();
        self.segments.resize_with(SEGMENTS, || Segment::with_places(places));
        for place in whole.into_iter().flat_map(|segment| segment.places).filter(|place| place.count > 0) {
            if let Some(segment) = self.segments.get_mut(segment_of(place.tag)) {
                segment.insert(place);
            }
        }
    }
}

#[inline]
fn segment_of_mut<T>(segments: &mut [Segment<T>], tag: u32) -> Option<&mut Segment<T>> {
    if segments.len() <= 1 { segments.first_mut() } else { segments.get_mut(segment_of(tag)) }
}

#[inline]
fn place_of<'s, T: Stored>(segments: &'s mut [Segment<T>], tag: u32, value: T::Ref<'_>) -> Option<&'s mut Place<T>> {
    let segment = segment_of_mut(segments, tag)?;
    let at = segment.find(tag, value)?;
    segment.places.get_mut(at)
}

impl BagLog {
    /// Notes that a value changed.
    #[inline]
    fn note<T>(&mut self, place: &mut Place<T>) {
        if place.count & NOTED == 0 {
            place.count |= NOTED;
            self.tags.push(place.tag);
        }
    }
}

impl<T: Stored> Segment<T> {
    #[inline]
    fn mask(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }

    #[inline]
    fn find(&self, tag: u32, value: T::Ref<'_>) -> Option<usize> {
        let mask = self.mask();
        let mut at = home(tag, mask);
        loop {
            let place = self.places.get(at)?;
            if place.count == 0 {
                return None;
            }
            if place.tag == tag && place.value.is(value) {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
    }

    /// Whether another value would be too much.
    #[inline]
    fn is_full(&self) -> bool {
        (self.used + 1) * 3 > self.places.len() * 2
    }

    /// Puts a value in, or says how often it is there if it is. Gives the value if it was not there.
    #[inline]
    fn enter(&mut self, place: Place<T>) -> Option<T::Ref<'_>> {
        let mask = self.mask();
        let mut at = home(place.tag, mask);
        while let Some(known) = self.places.get(at).filter(|known| known.count > 0) {
            if known.tag == place.tag && known.value.is(place.value.get()) {
                self.places.get_mut(at)?.count = place.count;
                return None;
            }
            at = (at + 1) & mask;
        }
        let free = self.places.get_mut(at)?;
        *free = place;
        self.used += 1;
        Some(free.value.get())
    }

    fn insert(&mut self, place: Place<T>) {
        if self.is_full() {
            self.resize((self.places.len() * 2).max(LEAST));
        }
        self.put(place);
        self.used += 1;
    }

    fn with_places(count: usize) -> Self {
        let mut places = Vec::with_capacity(count);
        places.resize_with(count, Place::default);
        Self { places, used: 0 }
    }

    /// Whether it holds much more memory than its values need: values move on, as from an hour to the next.
    #[inline]
    fn is_sparse(&self) -> bool {
        self.places.len() > SPARSE && self.used * 8 < self.places.len()
    }

    #[cold]
    fn resize(&mut self, count: usize) {
        let other = Self::with_places(count);
        for place in std::mem::replace(&mut self.places, other.places).into_iter().filter(|place| place.count > 0) {
            self.put(place);
        }
    }

    fn put(&mut self, place: Place<T>) {
        let mask = self.mask();
        let mut at = home(place.tag, mask);
        while self.places[at].count > 0 {
            at = (at + 1) & mask;
        }
        self.places[at] = place;
    }

    /// Moves back what probed over the place at `gap`, which is empty now.
    fn close_gap(&mut self, mut gap: usize) {
        let mask = self.mask();
        let mut at = gap;
        loop {
            at = (at + 1) & mask;
            let Place { count, tag, .. } = self.places[at];
            if count == 0 {
                break;
            }
            // The value may move back unless its home lies between the gap and itself.
            if (at.wrapping_sub(home(tag, mask)) & mask) >= (at.wrapping_sub(gap) & mask) {
                self.places.swap(gap, at);
                self.places[at].count = 0;
                gap = at;
            }
        }
        self.places[gap].count = 0;
        self.used -= 1;
    }
}
