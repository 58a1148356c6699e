//! One hash function for a whole process, seeded anew in each, so that a hash that was computed once serves every table
//! that the value is looked for in, and says which worker a key belongs to.

use std::hash::Hasher;

use foldhash::SharedSeed;
use foldhash::fast::FoldHasher;

use super::Stored;

/// Any odd number: the seed that differs between processes is the shared one.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a value.
#[inline]
pub fn hash<T: Stored>(value: T::Ref<'_>) -> u64 {
    let mut hasher = FoldHasher::with_seed(SEED, SharedSeed::global_random());
    T::hash(value, &mut hasher);
    hasher.finish()
}

/// The worker of `workers` that a hash belongs to. It looks at bits that places in an index do not depend on.
#[inline]
pub fn worker_of(hash: u64, workers: usize) -> usize {
    // The low half as a fraction of one, times the number of workers.
    (((hash & 0xffff_ffff) * workers as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Text;

    #[test]
    fn equal_values_have_equal_hashes_and_workers_are_used_alike() {
        assert_eq!(hash::<Text>("a"), hash::<Text>("a"));
        assert_ne!(hash::<Text>("a"), hash::<Text>("b"));
        for workers in 1..5 {
            let mut counts = vec![0; workers];
            for key in 0..10_000i64 {
                counts[worker_of(hash::<i64>(key), workers)] += 1;
            }
            let even = 10_000 / workers;
            assert!(counts.iter().all(|count| *count > even * 9 / 10), "{counts:?}");
        }
    }
}
