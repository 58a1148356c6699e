//! The workers of a job as its engine sees them. A round takes up to one chunk a worker through two steps, each of them by
//! all workers at once: every worker decodes a chunk and spreads its rows; every worker takes its rows of all chunks, in
//! the order of the chunks. At the end of an epoch the workers pass on changes that waited, a handful at a time, and take
//! their share of those to views of which all keep a share.
//!
//! What depends on the types of a pipeline stands behind [`Hands`] and [`Worker`]: the engine is compiled once, with the
//! runtime, and not once more for each job.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use crate::connectors::{Chunk, Failure, Format};
use crate::decode::{Reader, Record};
use crate::epochs::Damaged;
use crate::job::spread::Records;
use crate::job::{FaultyGroup, RowFault, States};
use crate::scope::Clock;
use crate::tables::{EpochChanges, Tables};
use crate::values::Fault;

/// What a part of a pipeline keeps: its views, and the rows that contend for keys of its tables.
pub(super) trait Keeps {
    /// Hands over what each view keeps, in the order of the file.
    fn states(&mut self, states: &mut dyn States) -> Result<(), Damaged>;

    /// The tables.
    fn tables(&mut self) -> &mut Tables;
}

/// A worker, with its part of a pipeline.
pub(super) trait Worker: Keeps + Send {
    /// How many bytes of memory hold changes that wait for the end of the epoch.
    fn waiting(&self) -> usize;

    /// Gives out the rows of views that changed in this epoch.
    fn emit(&mut self);

    /// Forgets some of the state whose time is over; tells whether there may be more.
    fn sweep(&mut self) -> bool;

    /// Sets the clock.
    fn set_clock(&mut self, now: i64);

    /// Computes what is computed once an epoch.
    fn begin_epoch(&mut self) -> Result<(), Failure>;

    /// What went wrong since this was last emptied.
    fn faults(&mut self) -> &mut Vec<RowFault>;
}

/// All workers of a pipeline, with what they do together.
pub(super) trait Hands {
    /// How many there are.
    fn count(&self) -> usize;

    /// The workers, in `memory`.
    fn workers<'s>(&'s mut self, memory: &'s Bump) -> &'s mut [&'s mut dyn Worker];

    /// Decodes the open pieces, and has each worker take its rows of all; what is known of the records of each piece.
    fn round<'r>(&mut self, round: Round, pieces: &'r [Piece], arenas: &mut Arenas<'r>) -> Decoded<'r>;

    /// Passes on some of the changes that wait.
    fn pass_on(&mut self, arenas: &mut Arenas<'_>);

    /// Gives out rows of views of which all workers keep a share; tells whether there may be more.
    fn emit_shared(&mut self, arenas: &mut Arenas<'_>) -> bool;
}

/// What is known of the records of each piece of a round.
pub(super) type Decoded<'r> = Result<BumpVec<'r, Records<'r>>, Failure>;

/// Memory that lives for a round, with what is needed to fill it.
pub(super) struct Arena {
    pub memory: Bump,
    pub clock: Clock,
    /// A reader for each source.
    pub readers: Vec<Reader>,
}

/// The memory of a round.
pub(super) struct Arenas<'r> {
    /// Where the rows live, by the worker that decodes them.
    pub decoding: &'r mut [Arena],
    /// What the workers make of them.
    pub taking: &'r mut [Arena],
    /// All else.
    pub memory: &'r Bump,
}

/// All workers, and the memory of their rounds.
pub(super) struct Crew {
    hands: Box<dyn Hands>,
    decoding: Vec<Arena>,
    taking: Vec<Arena>,
    memory: Bump,
    now: i64,
}

/// A chunk that is being worked on.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub chunk: Chunk,
    /// The names of the CSV header of the chunk's file, if it has one.
    pub header: Option<Vec<String>>,
    /// Whether the chunk has records that were not taken yet, and where the next one begins.
    pub open: bool,
    pub taken: usize,
}

/// Where the records of a round come from, and how many are taken of each chunk at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    /// Position among the sources.
    pub source: usize,
    /// Position among the tables.
    pub table: usize,
    pub limit: usize,
    /// Events of the epoch before.
    pub events: u64,
}

/// Changes that wait in so many bytes of a worker's memory do not wait for the end of the epoch.
const CROWDED: usize = 64 << 20;

/// What is done with a bad record: its chunk, the record, the reason.
pub(super) type TakeBad<'b> = dyn FnMut(&Chunk, &Record<'_>, &Fault) -> Result<(), Failure> + 'b;

/// What is done with a group whose row cannot be computed at the end of an epoch.
pub(super) type TakeFaulty<'b> = dyn FnMut(&FaultyGroup, &Fault) -> Result<(), Failure> + 'b;

impl Crew {
    /// Workers that decode in the first of the arenas, and take rows in the second.
    pub fn new(hands: Box<dyn Hands>, decoding: Vec<Arena>, taking: Vec<Arena>, now: i64) -> Self {
        Self { hands, decoding, taking, memory: Bump::new(), now }
    }

    /// How many workers there are.
    pub fn count(&self) -> usize {
        self.hands.count()
    }

    /// The workers.
    pub fn workers(&mut self) -> &mut [&mut dyn Worker] {
        self.memory.reset();
        self.hands.workers(&self.memory)
    }

    /// Takes the records of the open pieces; gives how many there were, good and bad.
    pub fn round(&mut self, round: Round, pieces: &mut [Piece], bad: &mut TakeBad<'_>) -> Result<u64, Failure> {
        self.memory.reset();
        let format = self.decoding.first().and_then(|arena| arena.readers.get(round.source)).map(Reader::format);
        let Self { hands, decoding, taking, memory, .. } = self;
        let records = hands.round(round, pieces, &mut Arenas { decoding, taking, memory })?;
        let read = records.iter().map(|known| known.read as u64).sum();
        let workers = hands.workers(memory);
        if let Some(format) = format {
            tell_bad(workers, &records, pieces, &format, bad)?;
        }
        let crowded = workers.iter().any(|worker| worker.waiting() > CROWDED);
        let ends = all_in(memory, records.iter().map(|known| (known.ended, known.position)));
        drop(records);
        for (piece, (ended, position)) in pieces.iter_mut().zip(&*ends) {
            piece.open = !ended;
            piece.taken = *position;
        }
        if crowded {
            self.pass_on();
        }
        self.failure().map_or(Ok(read), Err)
    }

    /// Why a store of a worker cannot be asked.
    fn failure(&mut self) -> Option<Failure> {
        self.workers().iter_mut().find_map(|worker| worker.tables().failure())
    }

    /// Passes on the changes that wait.
    pub fn pass_on(&mut self) {
        while self.workers().iter().any(|worker| worker.waiting() > 0) {
            self.memory.reset();
            let Self { hands, decoding, taking, memory, .. } = self;
            hands.pass_on(&mut Arenas { decoding, taking, memory });
        }
    }

    /// Gives out the rows of views that waited for the end of the epoch.
    pub fn end_epoch(&mut self, bad: &mut TakeFaulty<'_>) -> Result<(), Failure> {
        self.pass_on();
        each(self.workers(), &|worker| worker.emit());
        loop {
            self.memory.reset();
            let Self { hands, decoding, taking, memory, .. } = self;
            if !hands.emit_shared(&mut Arenas { decoding, taking, memory }) {
                break;
            }
        }
        let faults = self.workers().iter_mut().flat_map(|worker| worker.faults().drain(..));
        let mut faulty: Vec<_> = faults.filter_map(|RowFault { group, fault, .. }| Some((group?, fault))).collect();
        // In an order that does not depend on which worker has which group.
        faulty.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (group, fault) in faulty {
            bad(&group, &fault)?;
        }
        self.failure().map_or(Ok(()), Err)
    }

    /// Hands over what the epoch changes in the tables, of each worker for itself.
    pub fn hand_over(&mut self, changes: &mut Vec<EpochChanges>) {
        changes.resize_with(self.count(), EpochChanges::default);
        let mut tasks: Vec<_> = self.workers().iter_mut().zip(changes).collect();
        each(&mut tasks, &|(worker, changes)| {
            worker.tables().hand_over(changes);
        });
    }

    /// Forgets some of the state whose time is over; tells whether there may be more.
    pub fn sweep(&mut self) -> bool {
        self.memory.reset();
        let workers = self.hands.workers(&self.memory);
        let sweeping = all_in(&self.memory, workers.iter_mut().map(|worker| (worker, false)));
        each(sweeping, &|(worker, more)| *more = worker.sweep());
        sweeping.iter().any(|(_, more)| *more)
    }

    /// What the clocks stand at.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Sets the clocks.
    pub fn set_clock(&mut self, now: i64) {
        self.now = now;
        for arena in self.decoding.iter_mut().chain(&mut self.taking) {
            arena.clock.now = now;
        }
        self.workers().iter_mut().for_each(|worker| worker.set_clock(now));
    }

    /// Sets the clocks and computes what is computed once an epoch.
    pub fn begin_epoch(&mut self, now: i64) -> Result<(), Failure> {
        self.set_clock(now);
        self.workers().iter_mut().try_for_each(|worker| worker.begin_epoch())
    }
}

/// Tells of the bad records of a round in their order.
fn tell_bad(
    workers: &mut [&mut dyn Worker],
    records: &[Records<'_>],
    pieces: &[Piece],
    format: &Format,
    bad: &mut TakeBad<'_>,
) -> Result<(), Failure> {
    let faulty = workers.iter_mut().any(|worker| !worker.faults().is_empty());
    if !faulty && records.iter().all(|known| known.failed.is_empty()) {
        return Ok(());
    }
    let mut all = Vec::new();
    for (chunk, known) in records.iter().enumerate() {
        for record in &known.failed {
            // Before the good record that comes next.
            all.push(((chunk, record.after, 0), record.place, record.fault.clone()));
        }
    }
    for RowFault { chunk, row, fault, .. } in workers.iter_mut().flat_map(|worker| worker.faults().drain(..)) {
        let place = row.and_then(|row| records.get(chunk)?.places.get(row));
        if let (Some(row), Some(place)) = (row, place) {
            all.push(((chunk, row, 1), *place, fault));
        }
    }
    all.sort_by_key(|(order, ..)| *order);
    for ((chunk, ..), place, fault) in all {
        if let Some(piece) = pieces.get(chunk) {
            bad(&piece.chunk, &place.record(&piece.chunk, format), &fault)?;
        }
    }
    Ok(())
}

/// All items, in memory of the round.
pub(super) fn all_in<T>(memory: &Bump, items: impl ExactSizeIterator<Item = T>) -> &mut [T] {
    memory.alloc_slice_fill_iter(items)
}

/// Does all tasks, at once where threads are free.
pub(super) fn each<T: Send>(tasks: &mut [T], run: &(impl Fn(&mut T) + Sync)) {
    match tasks {
        [] => {}
        [one] => run(one),
        many => {
            let (left, right) = many.split_at_mut(many.len() / 2);
            rayon_core::join(|| each(left, run), || each(right, run));
        }
    }
}

/// Something that a worker does beside others.
pub(super) trait Task: Send {
    /// Does it.
    fn run(&mut self);
}

/// Does all tasks, at once where threads are free; compiled once for all that there are.
pub(super) fn run_all(tasks: &mut [&mut dyn Task]) {
    each(tasks, &|task| task.run());
}
