//! An allocator that counts, and the `main` of a job that tells how often it was asked.

use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use millstream_runtime::job::Parallel;

struct Counting;

static ASKED: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator cannot be written without")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ASKED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// Runs a job as its binary does, then writes `allocations: N` to standard error.
///
/// `COUNTED_EXTRA=N` makes N allocations more, which proves that the counter counts.
pub fn main<J: Parallel>() -> ExitCode {
    let extra = std::env::var("COUNTED_EXTRA").ok().and_then(|number| number.parse().ok()).unwrap_or(0);
    let before = ASKED.load(Ordering::Relaxed);
    for number in 0..extra {
        std::hint::black_box(Box::new(number));
    }
    let code = millstream_runtime::job::main::<J>();
    eprintln!("allocations: {}", ASKED.load(Ordering::Relaxed) - before);
    code
}
