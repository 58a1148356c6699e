//! What the workers of a job do that depends on the types of its pipeline: all of this is compiled anew for each job, and
//! so it is little.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use crate::connectors::Failure;
use crate::epochs::Damaged;
use crate::job::crew::{Arena, Arenas, Decoded, Hands, Keeps, Piece, Round, Task, Worker, all_in, run_all};
use crate::job::spread::{Input, Records};
use crate::job::{Chunks, Context, Parallel, RowFault, States};
use crate::scope::{Clock, Scope};
use crate::tables::Tables;

/// The workers of a pipeline.
pub(super) struct Workers<J>(Vec<Hand<J>>);

/// A worker: its part of the pipeline's state.
struct Hand<J> {
    job: J,
    tables: Tables,
    faults: Vec<RowFault>,
    memory: Bump,
    clock: Clock,
}

impl<J: Parallel> Workers<J> {
    /// A worker for each of these tables, with nothing in it.
    pub fn hire(tables: Vec<Tables>, clock: &Clock) -> Box<dyn Hands> {
        let mut workers = Vec::with_capacity(tables.len());
        for tables in tables {
            let memory = Bump::new();
            let job = J::start(&Scope { memory: &memory, clock });
            workers.push(Hand { job, tables, faults: Vec::new(), memory, clock: clock.clone() });
        }
        Box::new(Self(workers))
    }
}

impl<J: Parallel> Hands for Workers<J> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn workers<'s>(&'s mut self, memory: &'s Bump) -> &'s mut [&'s mut dyn Worker] {
        all_in(memory, self.0.iter_mut().map(|worker| worker as &mut dyn Worker))
    }

    fn round<'r>(&mut self, round: Round, pieces: &'r [Piece], arenas: &mut Arenas<'r>) -> Decoded<'r> {
        let (workers, memory) = (&mut self.0, arenas.memory);
        let count = workers.len();
        let open = pieces.iter().take_while(|piece| piece.open).count();
        let (decoding, taking) = (std::mem::take(&mut arenas.decoding), std::mem::take(&mut arenas.taking));
        let each_piece = workers.iter_mut().zip(decoding).zip(pieces).enumerate().take(open);
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
        run(memory, tasks);
        let decoded = all_in(memory, tasks.iter_mut().map(|task| std::mem::take(&mut task.decoded)));
        let mut records = BumpVec::with_capacity_in(tasks.len(), memory);
        let mut before = BumpVec::with_capacity_in(tasks.len(), memory);
        let mut events = round.events;
        for task in tasks {
            before.push(events);
            let known = std::mem::replace(&mut task.records, Ok(Records::default()))?;
            events += known.read as u64;
            records.push(known);
        }

        let (decoded, before) = (&*decoded, before.into_bump_slice());
        let takers = workers.iter_mut().zip(taking).enumerate();
        let tasks = all_in(
            memory,
            takers.map(|(number, (worker, arena))| Taking::<J> {
                chunks: Chunks { decoded, before, worker: number },
                worker,
                arena: Some(arena),
            }),
        );
        run(memory, tasks);
        Ok(records)
    }

    fn pass_on(&mut self, arenas: &mut Arenas<'_>) {
        let memory = arenas.memory;
        let passing = self.0.iter_mut().zip(arenas.taking.iter_mut());
        let tasks = all_in(
            memory,
            passing.map(|(worker, arena)| Passing::<J> { worker, arena: Some(arena), shared: J::Shared::default() }),
        );
        run(memory, tasks);
        if J::SHARES {
            let shared = &*all_in(memory, tasks.iter_mut().map(|task| std::mem::take(&mut task.shared)));
            let takers = self.0.iter_mut().enumerate();
            let tasks = all_in(memory, takers.map(|(number, worker)| Sharing { number, worker, shared }));
            run(memory, tasks);
        }
    }

    fn emit_shared(&mut self, arenas: &mut Arenas<'_>) -> bool {
        let Some(arena) = arenas.taking.first_mut().filter(|_| J::SHARES) else { return false };
        arena.memory.reset();
        let mut first = None;
        let each_worker = self.0.iter_mut().map(|Hand { job, tables, faults, .. }| {
            first.get_or_insert((tables, faults));
            job
        });
        let jobs = all_in(arenas.memory, each_worker);
        let Some((tables, faults)) = first else { return false };
        let scope = Scope { memory: &arena.memory, clock: &arena.clock };
        J::emit_shared(jobs, &mut Context::new(scope, tables, faults))
    }
}

impl<J: Parallel> Keeps for Hand<J> {
    fn states(&mut self, states: &mut dyn States) -> Result<(), Damaged> {
        self.job.states(states)
    }

    fn tables(&mut self) -> &mut Tables {
        &mut self.tables
    }
}

impl<J: Parallel> Worker for Hand<J> {
    fn waiting(&self) -> usize {
        self.job.waiting()
    }

    fn emit(&mut self) {
        loop {
            self.memory.reset();
            let scope = Scope { memory: &self.memory, clock: &self.clock };
            if !self.job.emit(&mut Context::new(scope, &mut self.tables, &mut self.faults)) {
                return;
            }
        }
    }

    fn sweep(&mut self) -> bool {
        self.memory.reset();
        self.job.sweep(&Scope { memory: &self.memory, clock: &self.clock })
    }

    fn set_clock(&mut self, now: i64) {
        self.clock.now = now;
    }

    fn begin_epoch(&mut self) -> Result<(), Failure> {
        self.tables.begin_epoch()?;
        self.memory.reset();
        self.job.begin_epoch(&Scope { memory: &self.memory, clock: &self.clock });
        Ok(())
    }

    fn faults(&mut self) -> &mut Vec<RowFault> {
        &mut self.faults
    }
}

/// Does these tasks, at once where threads are free.
fn run<T: Task>(memory: &Bump, tasks: &mut [T]) {
    run_all(all_in(memory, tasks.iter_mut().map(|task| task as &mut dyn Task)));
}

/// A chunk that a worker decodes.
struct Decoding<'r, 'a, J: Parallel> {
    round: Round,
    number: usize,
    count: usize,
    worker: &'r mut Hand<J>,
    arena: Option<&'a mut Arena>,
    piece: &'a Piece,
    decoded: J::Decoded<'a>,
    records: Result<Records<'a>, Failure>,
}

impl<J: Parallel> Task for Decoding<'_, '_, J> {
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
    worker: &'r mut Hand<J>,
    arena: Option<&'a mut Arena>,
}

impl<J: Parallel> Task for Taking<'_, '_, J> {
    fn run(&mut self) {
        let Some(Arena { memory, clock, .. }) = self.arena.take() else { return };
        memory.reset();
        let scope = Scope { memory, clock };
        let Hand { job, tables, faults, .. } = &mut *self.worker;
        job.take(self.chunks, &mut Context::new(scope, tables, faults));
    }
}

/// The changes that a worker passes on.
struct Passing<'r, 'a, J: Parallel> {
    worker: &'r mut Hand<J>,
    arena: Option<&'a mut Arena>,
    shared: J::Shared<'a>,
}

impl<J: Parallel> Task for Passing<'_, '_, J> {
    fn run(&mut self) {
        let Some(Arena { memory, clock, .. }) = self.arena.take() else { return };
        memory.reset();
        self.shared = self.worker.job.pass_on(&Scope { memory, clock });
    }
}

/// A worker's share of what all passed on.
struct Sharing<'r, 'a, J: Parallel> {
    number: usize,
    worker: &'r mut Hand<J>,
    shared: &'r [J::Shared<'a>],
}

impl<J: Parallel> Task for Sharing<'_, '_, J> {
    fn run(&mut self) {
        let Hand { job, memory, clock, .. } = &mut *self.worker;
        memory.reset();
        job.share(self.shared, self.number, &Scope { memory, clock });
    }
}
