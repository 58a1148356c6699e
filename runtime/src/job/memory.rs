//! `--memory`: a job that has grown too large stops before the system ends it, with everything committed.

use std::fs;
use std::time::{Duration, Instant};

use crate::connectors::Failure;
use crate::epochs::Damaged;
use crate::job::States;
use crate::job::crew::Crew;
use crate::job::terminal::bytes;
use crate::operators::Kept;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// So many states are named.
const NAMED: usize = 3;

/// Where the kernel tells how much memory the process has.
const STATUS: &str = "/proc/self/status";

/// Watches how much memory the job has.
#[derive(Debug)]
pub(super) struct Watch {
    limit: Option<u64>,
    next: Instant,
}

impl Watch {
    /// With the limit of `--memory`, if there is one.
    pub fn new(limit: Option<u64>) -> Result<Self, Failure> {
        if limit.is_some() && resident().is_none() {
            return Err(Failure::environment(format!(
                "--memory: this system does not tell how much memory a process has ({STATUS} is missing)"
            )));
        }
        Ok(Self { limit, next: Instant::now() })
    }

    /// The memory that the job has, if that is more than it may have. Looks now and then.
    pub fn exceeded(&mut self) -> Option<Exceeded> {
        let limit = self.limit?;
        let now = Instant::now();
        if now < self.next {
            return None;
        }
        self.next = now + PAUSE;
        resident().filter(|resident| *resident > limit).map(|resident| Exceeded { resident, limit })
    }
}

/// A job has more memory than it may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exceeded {
    resident: u64,
    limit: u64,
}

impl Exceeded {
    /// Why the job stops, once all that it read is committed.
    pub fn failure(self, crew: &mut Crew, logged: bool) -> Failure {
        let mut sizes = Sizes::default();
        for worker in crew.workers() {
            // Measuring does not fail.
            let _ = worker.states(&mut sizes);
        }
        sizes.0.sort_by_key(|state| std::cmp::Reverse(state.bytes));
        let largest: Vec<String> = sizes
            .0
            .iter()
            .take(NAMED)
            .filter(|state| state.bytes > 0)
            .map(|state| format!("view '{}' ({} groups, {} when saved)", state.name, state.groups, bytes(state.bytes)))
            .collect();
        let largest = if largest.is_empty() {
            "No view keeps state: it is the changes of an epoch, a table of look-ups, or the input".to_owned()
        } else {
            format!("The largest states: {}", largest.join(", "))
        };
        let next = if logged {
            "All that was read is committed, and the next run goes on from there"
        } else {
            "All that was read is committed, but with --no-log the next run begins anew"
        };
        Failure::environment(format!(
            "the job has {} of memory, and --memory allows {}. {next}. {largest}. Allow more, or bound the state with \
             a ttl",
            bytes(self.resident),
            bytes(self.limit)
        ))
    }
}

/// The memory of this process that is in use, in bytes.
fn resident() -> Option<u64> {
    let status = fs::read_to_string(STATUS).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

struct Size {
    name: &'static str,
    groups: usize,
    bytes: u64,
}

/// The states of all workers, by view.
#[derive(Default)]
struct Sizes(Vec<Size>);

impl States for Sizes {
    fn state(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        self.add(name, state.groups(), state.saved_size());
        Ok(())
    }
}

impl Sizes {
    fn add(&mut self, name: &'static str, groups: usize, size: u64) {
        match self.0.iter_mut().find(|known| known.name == name) {
            Some(known) => {
                known.groups += groups;
                known.bytes += size;
            }
            None => self.0.push(Size { name, groups, bytes: size }),
        }
    }
}
