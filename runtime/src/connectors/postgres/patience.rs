//! How long a job waits for a database that went away.

use std::thread;
use std::time::{Duration, Instant};

use postgres::Error;

use super::super::Failure;
use super::sentences::{is_conflict, why};
use crate::job::terminal::aside;
use crate::state::random;

/// The first wait; each is twice the one before.
const FIRST: Duration = Duration::from_millis(100);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(10);
/// After so long the job gives up.
const LIMIT: Duration = Duration::from_secs(300);

/// Waits, longer each time, and says once what for.
#[derive(Debug)]
pub(super) struct Patience {
    began: Option<Instant>,
    next: Duration,
    limit: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { began: None, next: FIRST, limit: LIMIT }
    }
}

impl Patience {
    /// Waits before the next try; an error is that the limit is over.
    pub fn wait(&mut self, place: &str, error: &Error) -> Result<(), Failure> {
        let why = why(error);
        let began = *self.began.get_or_insert_with(|| {
            let (what, next) = if is_conflict(error) {
                ("ended a transaction", "trying it again")
            } else {
                ("is gone", "waiting for it")
            };
            let minutes = LIMIT.as_secs() / 60;
            aside(&format!("warning: the database {place} {what} ({why}); {next} for up to {minutes} minutes"));
            Instant::now()
        });
        if began.elapsed() >= self.limit {
            return Err(Failure::environment(format!(
                "the database {place} did not come back within {} minutes ({why}). Start the job again when it is \
                 there: it goes on where it stopped",
                LIMIT.as_secs() / 60
            )));
        }
        // Between half of it and all: many jobs that wait for one server do not come at once.
        let jitter = Duration::from_micros(random() % (self.next.as_micros() as u64 / 2));
        thread::sleep(self.next / 2 + jitter);
        self.next = self.longer();
        Ok(())
    }

    fn longer(&self) -> Duration {
        (self.next * 2).min(LONGEST)
    }

    /// Says that the wait is over, if there was one.
    pub fn over(&self, place: &str) {
        if let Some(began) = self.began {
            aside(&format!("the database {place} is back after {:.1} s", began.elapsed().as_secs_f64()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use postgres::{Client, NoTls};

    use super::*;

    /// What is said where nobody listens.
    fn nobody_listens() -> Error {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let url = format!("postgres://user@127.0.0.1:{port}/none");
        Client::connect(&url, NoTls).err().expect("nobody listens there")
    }

    #[test]
    fn waits_grow_until_the_limit_is_over() {
        let limit = Duration::from_millis(900);
        let (mut patience, error) = (Patience { limit, ..Patience::default() }, nobody_listens());
        let (began, mut waits) = (Instant::now(), Vec::new());
        let failure = loop {
            let before = Instant::now();
            match patience.wait("127.0.0.1:1 (none)", &error) {
                Ok(()) => waits.push(before.elapsed()),
                Err(failure) => break failure,
            }
        };
        assert!(began.elapsed() >= limit);
        // Each takes at least half of what is allowed, which doubles.
        for (wait, least) in waits.iter().zip([50, 100, 200, 400]) {
            assert!(*wait >= Duration::from_millis(least), "{waits:?}");
        }
        assert!((2..=4).contains(&waits.len()), "{waits:?}");
        assert!(failure.environment);
        assert_eq!(
            failure.message,
            "the database 127.0.0.1:1 (none) did not come back within 5 minutes (connection refused). Start the job \
             again when it is there: it goes on where it stopped"
        );
    }

    #[test]
    fn no_wait_is_longer_than_the_longest() {
        let mut patience = Patience::default();
        for _ in 0..20 {
            patience.next = patience.longer();
        }
        assert_eq!(patience.next, LONGEST);
    }
}
