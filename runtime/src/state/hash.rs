//! One hash function for a whole process, so that a hash that was computed once serves every table that the value is
//! looked for in, and says which worker a key belongs to. Its seed is drawn anew for each process, or for each state
//! folder: what a worker has saved must come back to it.

use std::hash::Hasher;
use std::sync::OnceLock;

use foldhash::SharedSeed;
use foldhash::fast::FoldHasher;

use super::Stored;

/// Any odd number: the seed that differs between processes is the shared one.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// The shared seed of this process.
static SHARED: OnceLock<SharedSeed> = OnceLock::new();

/// Seeds the hashes of this process; false if something was hashed already.
pub fn seed_hashes(seed: u64) -> bool {
    SHARED.set(SharedSeed::from_u64(seed)).is_ok()
}

/// A number that nobody can guess.
pub fn random() -> u64 {
    std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), SEED)
}

fn hasher() -> FoldHasher<'static> {
    FoldHasher::with_seed(SEED, SHARED.get_or_init(|| SharedSeed::from_u64(random())))
}

/// The hash of a value.
#[inline]
pub fn hash<T: Stored>(value: T::Ref<'_>) -> u64 {
    let mut hasher = hasher();
    T::hash(value, &mut hasher);
    hasher.finish()
}

/// The hash of bytes.
#[inline]
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hasher = hasher();
    hasher.write(bytes);
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
