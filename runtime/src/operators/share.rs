//! What one of several workers keeps of groups that all of them take part in.
//!
//! A view of few groups cannot be spread over workers by its groups. So each worker is handed every change: sums and
//! counts take those of the worker's own rows, `distinct` the values whose hash is the worker's. The shares of a group
//! together are the group.

use crate::state::worker_of;

/// A worker's share of a change.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    worker: usize,
    workers: usize,
    own: bool,
}

impl Share {
    /// The whole.
    pub const ALL: Self = Self { worker: 0, workers: 1, own: true };

    /// The share of one worker of `workers` in a change that `from` made.
    pub fn new(worker: usize, workers: usize, from: usize) -> Self {
        Self { worker, workers, own: worker == from }
    }

    /// Whether the worker itself made the change.
    #[inline]
    pub fn is_own(self) -> bool {
        self.own
    }

    /// Whether a value with this hash is kept by the worker.
    #[inline]
    pub fn takes(self, hash: u64) -> bool {
        self.workers == 1 || worker_of(hash, self.workers) == self.worker
    }
}
