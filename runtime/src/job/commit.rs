//! Committing an epoch: the log first, then the sinks. That is done beside the work on the next epoch, by a thread of its
//! own; one epoch at most is on its way, so that a slow sink holds the sources back.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::connectors::Failure;
use crate::job::lasting::{Ended, Lasting};
use crate::job::terminal::aside;
use crate::tables::{EpochChanges, Sinks};

/// After so long it is said that an epoch is waited for; then after twice as long, and so on.
const SLOW: Duration = Duration::from_secs(10);

/// What commits epochs, and the epoch that it commits.
pub(super) struct Commit {
    pub sinks: Sinks,
    /// The epoch log; none under `--no-log`.
    pub lasting: Option<Lasting>,
    /// What each worker changed in the tables; empty between two epochs.
    pub changes: Vec<EpochChanges>,
    /// The epoch's number in this run.
    pub epoch: u64,
    pub ended: Ended,
    /// The epoch's number in the log, once it is there; none if nothing happened in it.
    pub logged: Option<u64>,
    result: Result<(), Failure>,
}

impl Commit {
    /// Commits the epoch: after the log has it, the sinks are told.
    fn run(&mut self) -> Result<(), Failure> {
        let Self { sinks, lasting, changes, epoch, ended, logged, .. } = self;
        *logged = match lasting {
            Some(lasting) => lasting.record(ended, sinks, changes)?,
            None => None,
        };
        sinks.commit(*epoch, *logged, changes)?;
        lasting.as_mut().map_or(Ok(()), |lasting| lasting.applied(*logged))
    }
}

/// Commits one epoch after the other.
pub(super) struct Committer {
    /// None while an epoch is on its way.
    resting: Option<Box<Commit>>,
    beside: Beside,
    /// The epoch that was committed last and not told of yet, with the records so far.
    told: Option<(u64, u64)>,
}

/// The thread that commits.
struct Beside {
    work: Option<SyncSender<Box<Commit>>>,
    done: Receiver<Box<Commit>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Nothing is on its way yet.
    pub fn new(sinks: Sinks, lasting: Option<Lasting>) -> Result<Self, Failure> {
        let (changes, ended) = (Vec::new(), Ended::default());
        let resting = Commit { sinks, lasting, changes, epoch: 0, ended, logged: None, result: Ok(()) };
        Ok(Self { resting: Some(Box::new(resting)), beside: Beside::start()?, told: None })
    }

    /// What commits epochs, if none is known to be on its way.
    pub fn resting(&mut self) -> Option<&mut Commit> {
        self.resting.as_deref_mut()
    }

    /// Waits until the epoch that is on its way is committed.
    pub fn rest(&mut self) -> Result<&mut Commit, Failure> {
        if self.resting.is_none() {
            let commit = self.beside.wait(SLOW)?;
            self.take_back(commit)?;
        }
        self.resting.as_deref_mut().ok_or_else(gone)
    }

    /// Commits the epoch that the resting [`Commit`] holds, and waits for that.
    pub fn commit(&mut self) -> Result<(), Failure> {
        self.begin()?;
        self.rest().map(drop)
    }

    /// Begins to commit it.
    pub fn begin(&mut self) -> Result<(), Failure> {
        let commit = self.resting.take().ok_or_else(gone)?;
        let work = self.beside.work.as_ref().ok_or_else(gone)?;
        work.send(commit).map_err(|_| gone())
    }

    /// The epoch that was committed since this was last asked, if one was, and the records so far.
    pub fn committed(&mut self) -> Result<Option<(u64, u64)>, Failure> {
        if self.resting.is_none() {
            match self.beside.done.try_recv() {
                Ok(commit) => self.take_back(commit)?,
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return Err(gone()),
            }
        }
        Ok(self.told.take())
    }

    fn take_back(&mut self, mut commit: Box<Commit>) -> Result<(), Failure> {
        let result = std::mem::replace(&mut commit.result, Ok(()));
        self.told = Some((commit.epoch, commit.ended.records_in_all));
        self.resting = Some(commit);
        result
    }
}

/// Whether the next epoch can begin before one is committed, and better does: nobody asks a sink's target what was written
/// to it (`asked`), and no sink `computes`, which takes a processor, where a worker needs each. Workers wait for one
/// another in each round.
pub(super) fn overlaps(asked: bool, computes: bool, workers: usize, processors: usize) -> bool {
    !asked && (workers < processors || !computes)
}

impl Beside {
    fn start() -> Result<Self, Failure> {
        let (work, todo) = mpsc::sync_channel::<Box<Commit>>(1);
        let (finished, done) = mpsc::sync_channel(1);
        let thread = thread::Builder::new().name("commit".to_owned()).spawn(move || {
            for mut commit in todo {
                commit.result = commit.run();
                if finished.send(commit).is_err() {
                    break;
                }
            }
        });
        let thread = thread.map_err(|error| Failure::environment(format!("cannot start a thread: {error}")))?;
        Ok(Self { work: Some(work), done, thread: Some(thread) })
    }

    /// Waits for the epoch that is on its way, and says so when that takes long.
    fn wait(&self, slow: Duration) -> Result<Box<Commit>, Failure> {
        let (began, mut said) = (Instant::now(), slow);
        loop {
            match self.done.recv_timeout(said.saturating_sub(began.elapsed())) {
                Ok(commit) => return Ok(commit),
                Err(RecvTimeoutError::Timeout) => {
                    aside(&format!("waiting for the targets to take an epoch, {} s so far", began.elapsed().as_secs()));
                    said *= 2;
                }
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }
}

impl Drop for Beside {
    /// Whoever ends the job for another reason must not leave the state folder to a thread that still writes there.
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            // It has told what went wrong.
            let _ = thread.join();
        }
    }
}

/// Only a panic of the thread ends it, and that ends the process where it is no test.
#[cold]
fn gone() -> Failure {
    Failure::environment("the thread that commits epochs has ended")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;
    use crate::connectors::{ChangeKind, ColumnInfo, Row, Sink, TableInfo};

    static TABLE: TableInfo =
        TableInfo { name: "t", columns: &[ColumnInfo::nullable("a", "bigint")], primary_key: &[] };

    /// Commits an epoch when it is let; fails on the one with this number.
    struct Held {
        gate: Mutex<Receiver<()>>,
        committed: Arc<Mutex<Vec<u64>>>,
        fails_on: u64,
    }

    impl Sink for Held {
        fn write(&mut self, _kind: ChangeKind, _row: &dyn Row) -> Result<(), Failure> {
            Ok(())
        }

        fn commit(&mut self, epoch: u64) -> Result<(), Failure> {
            let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
            gate.recv_timeout(Duration::from_secs(30)).expect("it is let");
            if epoch == self.fails_on {
                return Err(Failure::environment("the disk is full"));
            }
            self.committed.lock().unwrap_or_else(PoisonError::into_inner).push(epoch);
            Ok(())
        }

        fn place(&self) -> String {
            "nowhere".to_owned()
        }
    }

    fn held(fails_on: u64) -> (Committer, SyncSender<()>, Arc<Mutex<Vec<u64>>>) {
        let (open, gate) = mpsc::sync_channel(10);
        let committed = Arc::new(Mutex::new(Vec::new()));
        let mut sinks = Sinks::default();
        let sink = Held { gate: Mutex::new(gate), committed: committed.clone(), fails_on };
        sinks.open(&TABLE, Some(Box::new(sink)));
        (Committer::new(sinks, None).expect("a thread"), open, committed)
    }

    fn begin(committer: &mut Committer, epoch: u64) {
        let commit = committer.rest().expect("nothing failed");
        (commit.epoch, commit.ended.records_in_all) = (epoch, epoch * 10);
        committer.begin().expect("it can be begun");
    }

    #[test]
    fn what_begins_before_an_epoch_is_committed() {
        for workers in 1..=3 {
            assert!(overlaps(false, false, workers, 2), "only the disk and the network are waited for");
            assert!(!overlaps(true, false, workers, 2), "a look-up would not see what is being committed");
        }
        assert!(overlaps(false, true, 1, 2), "SQLite has a processor of its own");
        assert!(!overlaps(false, true, 2, 2));
        assert!(!overlaps(false, true, 3, 2));
        assert!(!overlaps(true, true, 1, 2));
    }

    #[test]
    fn an_epoch_goes_on_beside_others_and_the_next_one_waits_for_it() {
        let (mut committer, open, committed) = held(u64::MAX);
        begin(&mut committer, 1);
        assert_eq!(committer.committed().expect("nothing failed"), None, "the sink holds it");
        open.send(()).expect("the sink waits");
        begin(&mut committer, 2);
        assert_eq!(*committed.lock().expect("one thread"), [1], "two are never on their way");
        assert_eq!(committer.committed().expect("nothing failed"), Some((1, 10)));
        assert_eq!(committer.committed().expect("nothing failed"), None, "each is told of once");
        open.send(()).expect("the sink waits");
        committer.rest().expect("nothing failed").epoch = 3;
        open.send(()).expect("the sink waits");
        committer.commit().expect("nothing failed");
        assert_eq!(*committed.lock().expect("one thread"), [1, 2, 3]);
        assert_eq!(committer.committed().expect("nothing failed"), Some((3, 20)));
    }

    #[test]
    fn what_went_wrong_is_told_by_whoever_asks_next() {
        for waits in [false, true] {
            let (mut committer, open, committed) = held(2);
            begin(&mut committer, 1);
            open.send(()).expect("the sink waits");
            begin(&mut committer, 2);
            open.send(()).expect("the sink waits");
            let failure = if waits {
                committer.rest().err()
            } else {
                let mut asked = (0..3000).map(|_| {
                    thread::sleep(Duration::from_millis(1));
                    committer.committed().err()
                });
                asked.find_map(|failure| failure)
            };
            assert_eq!(failure.map(|failure| failure.message).as_deref(), Some("the disk is full"));
            assert_eq!(*committed.lock().expect("one thread"), [1]);
        }
    }

    #[test]
    fn a_slow_target_is_waited_for() {
        let (mut committer, open, committed) = held(u64::MAX);
        begin(&mut committer, 1);
        let opener = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            open.send(())
        });
        let commit = committer.beside.wait(Duration::from_millis(10)).expect("nothing failed");
        assert_eq!((commit.epoch, committed.lock().expect("one thread").as_slice()), (1, &[1][..]));
        opener.join().expect("it ends").expect("the sink waited");
    }

    #[test]
    fn whoever_goes_away_waits_for_what_is_on_its_way() {
        let (mut committer, open, committed) = held(u64::MAX);
        begin(&mut committer, 1);
        let opener = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            open.send(())
        });
        drop(committer);
        assert_eq!(*committed.lock().expect("one thread"), [1]);
        opener.join().expect("it ends").expect("the sink waited");
    }
}
