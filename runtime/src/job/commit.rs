//! Committing an epoch: the log first, then the sinks. That is done beside the work on the next epoch, by a thread of its
//! own; one epoch at most is on its way, so that a slow sink holds the sources back.

use std::sync::mpsc::{self, Receiver, SyncSender, TryRecvError};
use std::thread::{self, JoinHandle};

use crate::connectors::Failure;
use crate::job::lasting::{Ended, Lasting};
use crate::tables::{EpochChanges, Sinks};

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

    /// Waits until the epoch that is on its way is committed.
    pub fn rest(&mut self) -> Result<&mut Commit, Failure> {
        if self.resting.is_none() {
            let commit = self.beside.done.recv().map_err(|_| gone())?;
            self.take_back(commit)?;
        }
        self.resting.as_deref_mut().ok_or_else(gone)
    }

    /// Commits the epoch that the resting [`Commit`] holds, and waits for that.
    pub fn commit(&mut self) -> Result<(), Failure> {
        let mut commit = self.resting.take().ok_or_else(gone)?;
        commit.result = commit.run();
        self.take_back(commit)
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
