//! The workers of a job. A round takes up to one chunk a worker through two steps, each of them by all workers at
//! once: every worker decodes a chunk and spreads its rows; every worker takes its rows of all chunks, in the order of
//! the chunks. At the end of an epoch the workers pass on changes that waited, a handful at a time, and take their share
//! of those to views of which all keep a share.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use crate::connectors::{Chunk, Failure, Format};
use crate::decode::{Reader, Record};
use crate::job::spread::{Input, Records};
use crate::job::{Chunks, Context, FaultyGroup, Parallel, RowFault};
use crate::scope::{Clock, Scope};
use crate::tables::{EpochChanges, Tables};
use crate::values::Fault;

/// A worker: its part of the pipeline's state.
pub(super) struct Worker<J> {
    pub job: J,
    pub tables: Tables,
    pub faults: Vec<RowFault>,
    pub memory: Bump,
    pub clock: Clock,
}

/// Memory that lives for a round, with what is needed to fill it.
pub(super) struct Arena {
    pub memory: Bump,
    pub clock: Clock,
    /// A reader for each source.
    pub readers: Vec<Reader>,
}

/// All workers.
pub(super) struct Crew<J> {
    pub workers: Vec<Worker<J>>,
    /// Where the rows of a round live, by the worker that decodes them.
    pub decoding: Vec<Arena>,
    /// What the workers make of them.
    pub taking: Vec<Arena>,
    pub memory: Bump,
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

impl<J: Parallel> Crew<J> {
    /// Takes the records of the open pieces; gives how many there were, good and bad.
    pub fn round(&mut self, round: Round, pieces: &mut [Piece], bad: &mut TakeBad<'_>) -> Result<u64, Failure> {
        self.memory.reset();
        let Self { workers, decoding, taking, memory } = self;
        let (memory, count) = (&*memory, workers.len());
        let open = pieces.iter().take_while(|piece| piece.open).count();

        let format = decoding.first().and_then(|arena| arena.readers.get(round.source)).map(Reader::format);

        let each_piece = workers.iter_mut().zip(decoding.iter_mut()).zip(&*pieces).enumerate().take(open);
        let tasks = all_in(
            memory,
            each_piece.map(|(number, ((worker, arena), piece))| Decoding::<J> {
                round,
                number,
                count,
                worker,
                arena: Some(arena),
                piece,
                decoded: J::Decoded::default(),
                records: Ok(Records::default()),
            }),
        );
        each(tasks, &Decoding::run);
        let decoded = all_in(memory, tasks.iter_mut().map(|task| std::mem::take(&mut task.decoded)));
        let mut records = BumpVec::with_capacity_in(open, memory);
        let mut before = BumpVec::with_capacity_in(open, memory);
        let mut read = 0;
        for task in tasks {
            before.push(round.events + read);
            let known = std::mem::replace(&mut task.records, Ok(Records::default()))?;
            read += known.read as u64;
            records.push(known);
        }

        let (decoded, before) = (&*decoded, before.into_bump_slice());
        let takers = workers.iter_mut().zip(taking.iter_mut()).enumerate();
        let tasks = all_in(
            memory,
            takers.map(|(number, (worker, arena))| Taking::<J> {
                chunks: Chunks { decoded, before, worker: number },
                worker,
                arena: Some(arena),
            }),
        );
        each(tasks, &Taking::run);

        if let Some(format) = format {
            tell_bad(workers, &records, pieces, &format, bad)?;
        }
        let ends = all_in(memory, records.iter().map(|known| (known.ended, known.position)));
        drop(records);
        for (piece, (ended, position)) in pieces.iter_mut().zip(&*ends) {
            piece.open = !ended;
            piece.taken = *position;
        }
        if workers.iter().any(|worker| worker.job.waiting() > CROWDED) {
            self.pass_on();
        }
        self.workers.iter_mut().find_map(|worker| worker.tables.failure()).map_or(Ok(read), Err)
    }

    /// Passes on the changes that wait.
    pub fn pass_on(&mut self) {
        while self.workers.iter().any(|worker| worker.job.waiting() > 0) {
            self.memory.reset();
            let Self { workers, taking, memory, .. } = self;
            let memory = &*memory;
            let passing = workers.iter_mut().zip(taking.iter_mut());
            let tasks = all_in(
                memory,
                passing.map(|(worker, arena)| Passing::<J> {
                    worker,
                    arena: Some(arena),
                    shared: J::Shared::default(),
                }),
            );
            each(tasks, &Passing::run);
            if J::SHARES {
                let shared = &*all_in(memory, tasks.iter_mut().map(|task| std::mem::take(&mut task.shared)));
                let tasks = all_in(memory, workers.iter_mut().enumerate());
                each(tasks, &|(number, worker): &mut (usize, &mut Worker<J>)| {
                    worker.memory.reset();
                    let scope = Scope { memory: &worker.memory, clock: &worker.clock };
                    worker.job.share(shared, *number, &scope);
                });
            }
        }
    }

    /// Gives out the rows of views that waited for the end of the epoch.
    pub fn end_epoch(&mut self, bad: &mut TakeFaulty<'_>) -> Result<(), Failure> {
        self.pass_on();
        each(&mut self.workers, &Worker::emit);
        if J::SHARES {
            self.emit_shared();
        }
        let faults = self.workers.iter_mut().flat_map(|worker| worker.faults.drain(..));
        let mut faulty: Vec<_> = faults.filter_map(|RowFault { group, fault, .. }| Some((group?, fault))).collect();
        // In an order that does not depend on which worker has which group.
        faulty.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (group, fault) in faulty {
            bad(&group, &fault)?;
        }
        self.workers.iter_mut().find_map(|worker| worker.tables.failure()).map_or(Ok(()), Err)
    }

    /// Hands over what the epoch changes in the tables, of each worker for itself.
    pub fn hand_over(&mut self, changes: &mut Vec<EpochChanges>) {
        changes.resize_with(self.workers.len(), EpochChanges::default);
        let mut tasks: Vec<_> = self.workers.iter_mut().zip(changes).collect();
        each(&mut tasks, &|(worker, changes): &mut (&mut Worker<J>, &mut EpochChanges)| {
            worker.tables.hand_over(changes);
        });
    }

    /// Forgets some of the state whose time is over; tells whether there may be more.
    pub fn sweep(&mut self) -> bool {
        self.memory.reset();
        let sweeping = all_in(&self.memory, self.workers.iter_mut().map(|worker| (worker, false)));
        each(sweeping, &|(worker, more): &mut (&mut Worker<J>, bool)| {
            worker.memory.reset();
            *more = worker.job.sweep(&Scope { memory: &worker.memory, clock: &worker.clock });
        });
        sweeping.iter().any(|(_, more)| *more)
    }

    fn emit_shared(&mut self) {
        loop {
            self.memory.reset();
            let Some(arena) = self.taking.first_mut() else { return };
            arena.memory.reset();
            let mut jobs = BumpVec::with_capacity_in(self.workers.len(), &self.memory);
            let mut first = None;
            for Worker { job, tables, faults, .. } in &mut self.workers {
                jobs.push(job);
                first = first.or(Some((tables, faults)));
            }
            let Some((tables, faults)) = first else { return };
            let scope = Scope { memory: &arena.memory, clock: &arena.clock };
            if !J::emit_shared(&mut jobs, &mut Context::new(scope, tables, faults)) {
                return;
            }
        }
    }

    /// What the clocks stand at.
    pub fn now(&self) -> i64 {
        self.workers.first().map_or(0, |worker| worker.clock.now)
    }

    /// Sets the clocks.
    pub fn set_clock(&mut self, now: i64) {
        for arena in self.decoding.iter_mut().chain(&mut self.taking) {
            arena.clock.now = now;
        }
        for worker in &mut self.workers {
            worker.clock.now = now;
        }
    }

    /// Sets the clocks and computes what is computed once an epoch.
    pub fn begin_epoch(&mut self, now: i64) -> Result<(), Failure> {
        self.set_clock(now);
        for worker in &mut self.workers {
            worker.tables.begin_epoch()?;
            worker.memory.reset();
            worker.job.begin_epoch(&Scope { memory: &worker.memory, clock: &worker.clock });
        }
        Ok(())
    }
}

impl<J: Parallel> Worker<J> {
    fn emit(&mut self) {
        loop {
            self.memory.reset();
            let scope = Scope { memory: &self.memory, clock: &self.clock };
            if !self.job.emit(&mut Context::new(scope, &mut self.tables, &mut self.faults)) {
                return;
            }
        }
    }
}

/// A chunk that a worker decodes.
struct Decoding<'r, 'a, J: Parallel> {
    round: Round,
    number: usize,
    count: usize,
    worker: &'r mut Worker<J>,
    arena: Option<&'a mut Arena>,
    piece: &'a Piece,
    decoded: J::Decoded<'a>,
    records: Result<Records<'a>, Failure>,
}

impl<J: Parallel> Decoding<'_, '_, J> {
    fn run(&mut self) {
        let Some(Arena { memory, clock, readers }) = self.arena.take() else { return };
        let Some(reader) = readers.get_mut(self.round.source) else { return };
        memory.reset();
        let scope = Scope { memory, clock };
        let Piece { chunk, header, taken, .. } = self.piece;
        self.records = reader.rows(chunk, header.as_deref(), *taken).map(|mut rows| {
            let mut input = Input::new(&mut rows, self.round.limit, self.number, self.count, scope);
            self.decoded = self.worker.job.decode(self.round.table, &mut input);
            input.finish()
        });
    }
}

/// The rows that a worker takes.
struct Taking<'r, 'a, J: Parallel> {
    chunks: Chunks<'r, J::Decoded<'a>>,
    worker: &'r mut Worker<J>,
    arena: Option<&'a mut Arena>,
}

impl<J: Parallel> Taking<'_, '_, J> {
    fn run(&mut self) {
        let Some(Arena { memory, clock, .. }) = self.arena.take() else { return };
        memory.reset();
        let scope = Scope { memory, clock };
        let Worker { job, tables, faults, .. } = &mut *self.worker;
        job.take(self.chunks, &mut Context::new(scope, tables, faults));
    }
}

/// The changes that a worker passes on.
struct Passing<'r, 'a, J: Parallel> {
    worker: &'r mut Worker<J>,
    arena: Option<&'a mut Arena>,
    shared: J::Shared<'a>,
}

impl<J: Parallel> Passing<'_, '_, J> {
    fn run(&mut self) {
        let Some(Arena { memory, clock, .. }) = self.arena.take() else { return };
        memory.reset();
        self.shared = self.worker.job.pass_on(&Scope { memory, clock });
    }
}

/// All items, in memory of the round.
fn all_in<T>(memory: &Bump, items: impl Iterator<Item = T>) -> &mut [T] {
    BumpVec::from_iter_in(items, memory).into_bump_slice_mut()
}

/// Tells of the bad records of a round in their order.
fn tell_bad<J>(
    workers: &mut [Worker<J>],
    records: &[Records<'_>],
    pieces: &[Piece],
    format: &Format,
    bad: &mut TakeBad<'_>,
) -> Result<(), Failure> {
    if workers.iter().all(|worker| worker.faults.is_empty()) && records.iter().all(|known| known.failed.is_empty()) {
        return Ok(());
    }
    let mut all = Vec::new();
    for (chunk, known) in records.iter().enumerate() {
        for record in &known.failed {
            // Before the good record that comes next.
            all.push(((chunk, record.after, 0), record.place, record.fault.clone()));
        }
    }
    for RowFault { chunk, row, fault, .. } in workers.iter_mut().flat_map(|worker| worker.faults.drain(..)) {
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
