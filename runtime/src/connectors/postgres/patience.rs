//! How long a job waits for a database that went away.

use std::thread;
use std::time::{Duration, Instant};

use postgres::Error;

use super::super::Failure;
use super::sentences::why;
use crate::job::terminal::aside;
use crate::state::random;

/// The first wait; each is twice the one before.
const FIRST: Duration = Duration::from_millis(100);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(10);
/// After so long the job gives up.
const LIMIT: Duration = Duration::from_secs(300);

/// Waits, longer each time, and says once what for.
#[derive(Debug, Default)]
pub(super) struct Patience {
    began: Option<Instant>,
    next: Duration,
}

impl Patience {
    /// Waits before the next try; an error is that the limit is over.
    pub fn wait(&mut self, place: &str, error: &Error) -> Result<(), Failure> {
        let why = why(error);
        let began = *self.began.get_or_insert_with(|| {
            self.next = FIRST;
            aside(&format!(
                "warning: the database {place} is gone ({why}); waiting for it for up to {} minutes",
                LIMIT.as_secs() / 60
            ));
            Instant::now()
        });
        if began.elapsed() >= LIMIT {
            return Err(Failure::environment(format!(
                "the database {place} did not come back within {} minutes ({why}). Start the job again when it is \
                 there: it goes on where it stopped",
                LIMIT.as_secs() / 60
            )));
        }
        // Between half of it and all: many jobs that wait for one server do not come at once.
        let jitter = Duration::from_micros(random() % (self.next.as_micros() as u64 / 2));
        thread::sleep(self.next / 2 + jitter);
        self.next = (self.next * 2).min(LONGEST);
        Ok(())
    }

    /// Says that the wait is over, if there was one.
    pub fn over(&self, place: &str) {
        if let Some(began) = self.began {
            aside(&format!("the database {place} is back after {:.1} s", began.elapsed().as_secs_f64()));
        }
    }
}
