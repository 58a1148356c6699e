//! Asking for memory before it is read, so that the cache misses of a batch overlap.

/// Asks for the memory of a place.
///
/// Reading it would do the same, but what follows from a value that is not there yet has to wait for it: a loop that
/// only asks goes on.
#[inline]
#[cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "four fifths of the time of a job with much state were waits")
)]
pub fn prefetch<T>(place: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = std::ptr::from_ref(place).cast::<i8>();
        // The last byte, too: a place need not begin where a line does.
        for offset in (0..size_of::<T>()).step_by(LINE).chain(size_of::<T>().checked_sub(1)) {
            // SAFETY: a hint; it reads nothing, and the addresses are within `place`.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// Bytes of a cache line.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_nothing() {
        let places = [[7u64; 40], [9; 40]];
        prefetch(&());
        prefetch(&places);
        prefetch(&places[1]);
        assert_eq!(places, [[7; 40], [9; 40]]);
    }
}
