//! A clean stop: the first SIGTERM or SIGINT asks the loop to drain and commit, a second one ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::connectors::Failure;

/// Whether the job was asked to stop.
#[derive(Debug, Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens to SIGTERM and SIGINT from now on.
    pub fn on_signals() -> Result<Self, Failure> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag unset and sets it, the next one finds it set.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&asked))
                .and_then(|_| flag::register(signal, Arc::clone(&asked)))
                .map_err(|error| Failure {
                    message: format!("cannot listen to signals: {error}"),
                    environment: true,
                })?;
        }
        Ok(Self(asked))
    }

    /// Whether to drain, commit and end.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
