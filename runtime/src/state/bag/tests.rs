//! A bag counts as a map does, whatever comes and goes.

use super::*;
use crate::state::Text;
use std::collections::HashMap;

/// A hash that clusters on purpose.
fn hash(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xffff_ff03_0000_0000
}

#[test]
fn counts_as_a_map_does_under_random_additions_and_removals() {
    let (mut bag, mut model) = (Bag::<i64>::default(), HashMap::<i64, u32>::new());
    let mut seed = 1u64;
    for step in 0..200_000u64 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let key = ((seed >> 33) % (1 + step / 8)) as i64;
        let there = model.get(&key).copied().unwrap_or(0);
        assert_eq!(bag.count(hash(key as u64), key), there);
        if seed.is_multiple_of(3) {
            assert_eq!(bag.remove(hash(key as u64), key), there == 1);
            model.insert(key, there.saturating_sub(1));
        } else {
            bag.prefetch(hash(key as u64));
            assert_eq!(bag.add(hash(key as u64), key), there == 0);
            model.insert(key, there + 1);
        }
    }
    assert_eq!(bag.segments.len(), SEGMENTS);
    model.retain(|_, count| *count > 0);
    assert_eq!(bag.iter().collect::<HashMap<_, _>>(), model);
    assert_eq!(bag.len(), model.len());
}

#[test]
fn what_was_reserved_is_put_in_without_growth() {
    for count in [0, 3, 100, CUT_AT as u64 - 1, CUT_AT as u64 * 3] {
        let places = |bag: &Bag<i64>| bag.segments.iter().map(|segment| segment.places.len()).sum::<usize>();
        let mut bag = Bag::<i64>::default();
        bag.reserve(count as usize);
        let before = places(&bag);
        let spread = |key: u64| key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        assert!((0..count).all(|key| bag.put(spread(key), key as i64, 2) == Some(key as i64)));
        assert!((0..count).all(|key| bag.count(spread(key), key as i64) == 2));
        assert!(count <= LEAST as u64 / 2 || places(&bag) == before, "{count} values");
    }
}

#[test]
fn memory_is_given_back_when_most_values_are_gone() {
    let spread = |key: u64| key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for count in [1000, CUT_AT as u64 * 4] {
        let mut bag = Bag::<i64>::default();
        (0..count).for_each(|key| assert!(bag.add(spread(key), key as i64)));
        let places = |bag: &Bag<i64>| bag.segments.iter().map(|segment| segment.places.len()).sum::<usize>();
        let most = places(&bag);
        assert!((10..count).all(|key| bag.remove(spread(key), key as i64)));
        assert!(places(&bag) <= most / 8 || places(&bag) <= SPARSE * bag.segments.len(), "{}", places(&bag));
        assert_eq!(bag.len(), 10);
        assert!((0..10).all(|key| bag.count(spread(key), key as i64) == 1));
    }
}

#[test]
fn memory_of_long_texts_is_used_again() {
    let mut bag = Bag::<Text>::default();
    let texts = ["a text that is too long to stand inline", "another text that is too long to stand inline"];
    bag.add(hash(1), texts[0]);
    let memory = bag.iter().next().map(|(text, _)| text.as_ptr());
    bag.remove(hash(1), texts[0]);
    assert!(bag.is_empty());
    bag.add(hash(2), texts[1]);
    assert_eq!(bag.count(hash(2), texts[1]), 1);
    assert_ne!(memory, None);
    bag.add(hash(3), "short");
    bag.remove(hash(3), "short");
    assert!(bag.spare.is_empty());
}

#[test]
fn a_place_of_a_short_text_is_half_a_line() {
    assert_eq!(size_of::<Place<Text>>(), 32);
}
