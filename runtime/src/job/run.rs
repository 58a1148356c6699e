//! The loop of a job: sources hand over chunks, batches go through the pipeline, epochs are committed.

use std::fs;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bumpalo::Bump;
use jiff::tz::TimeZone;

use crate::connectors::dead_letter::DeadLetters;
use crate::connectors::{Chunk, Failure, Options, Progress, Source, open_sink, open_source, open_store};
use crate::decode::{Reader, Record};
use crate::job::arguments::{Arguments, Epoch};
use crate::job::signals::Stop;
use crate::job::terminal::{Figures, Summary, Terminal, Written};
use crate::job::{BATCH, Context, FaultyGroup, Input, Job, OnError, RowFault, TableUse};
use crate::scope::{Clock, Scope};
use crate::tables::{OpenTable, Tables};
use crate::values::Fault;

/// How long the loop rests when no source has anything.
const REST: Duration = Duration::from_millis(5);

/// Most rows of a table that are shown when a job is done.
const PREVIEW: usize = 40;

/// Runs a pipeline from its sources to the end of the input or until it is asked to stop.
pub(super) fn run<J: Job>(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let stop = Stop::on_signals()?;
    prepare_state(arguments)?;
    let mut running = Running::<J>::open(arguments)?;
    let mut ended = false;
    while !stop.asked() {
        let progress = running.step()?;
        terminal.progress(running.figures());
        match progress {
            Progress::End => {
                ended = true;
                break;
            }
            Progress::Records => {}
            Progress::Idle => thread::sleep(REST),
        }
        if running.epoch_is_over(arguments.epoch) {
            running.commit()?;
            terminal.detail(&format!("epoch {} committed, {} records so far", running.epoch, running.records));
            running.begin_epoch()?;
        }
    }
    running.commit()?;
    running.tell(arguments, stop.asked() && !ended, terminal)
}

fn prepare_state(arguments: &Arguments) -> Result<(), Failure> {
    let failure = |what: &str, error: &std::io::Error| {
        Failure::file(&format!("{what} the state folder"), &arguments.state, error)
    };
    let letters = arguments.state.join(DEAD_LETTERS);
    if arguments.fresh && letters.exists() {
        fs::remove_file(&letters).map_err(|error| failure("clear", &error))?;
    }
    fs::create_dir_all(&arguments.state).map_err(|error| failure("create", &error))
}

/// The dead-letter file's name in the state folder.
const DEAD_LETTERS: &str = "dead_letters.jsonl";

/// A pipeline at work.
struct Running<J> {
    job: J,
    tables: Tables,
    sources: Vec<Feed>,
    /// The source whose turn it is.
    turn: usize,
    letters: DeadLetters,
    skipped: u64,
    memory: Bump,
    clock: Clock,
    fixed_now: Option<i64>,
    faults: Vec<RowFault>,
    epoch: u64,
    epoch_rows: u64,
    epoch_limit: Option<u64>,
    epoch_started: Instant,
    started: Instant,
    records: u64,
}

/// A source with the chunk that is being worked on.
struct Feed {
    table: usize,
    source: Box<dyn Source>,
    reader: Reader,
    chunk: Chunk,
    /// Whether the chunk has records that were not taken yet, and how many were.
    open: bool,
    taken: usize,
    ended: bool,
}

impl<J: Job> Running<J> {
    fn open(arguments: &Arguments) -> Result<Self, Failure> {
        let zone = TimeZone::get(J::INFO.time_zone).map_err(|error| Failure {
            message: format!("the time zone {} cannot be loaded: {error}", J::INFO.time_zone),
            environment: true,
        })?;
        let mut tables = Tables::default();
        let mut sources = Vec::new();
        for (position, table) in J::TABLES.iter().enumerate() {
            let options = arguments.options(table.info.name);
            if let Some(wanted) = table.source {
                sources.push(open_input(position, table, wanted, &options)?);
            }
            tables.open(open_table(table, &options)?);
        }
        let limit = match arguments.epoch {
            Epoch::Rows(rows) => Some(rows),
            Epoch::Time(_) | Epoch::End => None,
        };
        let now = Instant::now();
        let memory = Bump::new();
        let clock = Clock::new(arguments.now.unwrap_or_else(system_millis), zone);
        let job = J::start(&Scope { memory: &memory, clock: &clock });
        let mut running = Self {
            job,
            tables,
            sources,
            turn: 0,
            letters: DeadLetters::new(arguments.state.join(DEAD_LETTERS)),
            skipped: 0,
            memory,
            clock,
            fixed_now: arguments.now,
            faults: Vec::new(),
            epoch: 0,
            epoch_rows: 0,
            epoch_limit: limit,
            epoch_started: now,
            started: now,
            records: 0,
        };
        running.begin_epoch()?;
        Ok(running)
    }

    fn begin_epoch(&mut self) -> Result<(), Failure> {
        self.epoch += 1;
        self.epoch_rows = 0;
        self.epoch_started = Instant::now();
        self.clock.now = self.fixed_now.unwrap_or_else(system_millis);
        self.tables.begin_epoch()?;
        self.job.begin_epoch(&Scope { memory: &self.memory, clock: &self.clock });
        self.memory.reset();
        Ok(())
    }

    fn epoch_is_over(&self, epoch: Epoch) -> bool {
        match epoch {
            Epoch::Rows(rows) => self.epoch_rows >= rows,
            Epoch::Time(time) => self.epoch_started.elapsed() >= time,
            Epoch::End => false,
        }
    }

    /// Takes a batch from the next source that has one.
    fn step(&mut self) -> Result<Progress, Failure> {
        let mut all = Progress::End;
        for _ in 0..self.sources.len() {
            let turn = self.turn;
            self.turn = (self.turn + 1) % self.sources.len();
            let Some(input) = self.sources.get_mut(turn) else { continue };
            match input.fill()? {
                Progress::Records => {
                    self.batch(turn)?;
                    return Ok(Progress::Records);
                }
                Progress::Idle => all = Progress::Idle,
                Progress::End => {}
            }
        }
        Ok(all)
    }

    fn batch(&mut self, turn: usize) -> Result<(), Failure> {
        let Some(from) = self.sources.get_mut(turn) else { return Ok(()) };
        let left = self.epoch_limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.epoch_rows).max(1));
        let limit = usize::try_from(left).unwrap_or(BATCH).min(BATCH);
        let scope = Scope { memory: &self.memory, clock: &self.clock };
        let mut rows = from.reader.rows(&from.chunk, from.source.header(), from.taken)?;
        let mut input = Input::new(&mut rows, limit, &scope);
        let mut cx = Context::new(scope, &mut self.tables, &mut self.faults);
        self.job.batch(from.table, &mut input, &mut cx);
        let read = input.len() as u64;
        let table = &J::TABLES[from.table];
        let file = from.source.files().get(from.chunk.file).map_or("", String::as_str);
        let mut bad = BadRecords { letters: &mut self.letters, skipped: &mut self.skipped, table, file };
        for (record, fault) in input.failed() {
            bad.add(record, fault)?;
        }
        for RowFault { row, fault, .. } in self.faults.drain(..) {
            if let Some(record) = row.and_then(|row| input.record(row)) {
                bad.add(record, &fault)?;
            }
        }
        from.open = !input.ended();
        drop(input);
        from.taken = rows.position();
        self.records += read;
        self.epoch_rows += read;
        self.memory.reset();
        self.tables.end_batch();
        match self.tables.failure() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    fn commit(&mut self) -> Result<(), Failure> {
        loop {
            let scope = Scope { memory: &self.memory, clock: &self.clock };
            let more = self.job.emit(&mut Context::new(scope, &mut self.tables, &mut self.faults));
            self.memory.reset();
            for RowFault { group, fault, .. } in self.faults.drain(..) {
                if let Some(group) = group {
                    let table = &J::TABLES[group.table];
                    BadRecords { letters: &mut self.letters, skipped: &mut self.skipped, table, file: "" }
                        .add_group(&group, &fault)?;
                }
            }
            if !more {
                break;
            }
        }
        self.job.sweep(&Scope { memory: &self.memory, clock: &self.clock });
        if let Some(failure) = self.tables.failure() {
            return Err(failure);
        }
        self.tables.commit(self.epoch)?;
        self.letters.flush()
    }

    fn figures(&self) -> Figures {
        let mut figures = Figures { records: self.records, bytes: 0, bytes_total: Some(0) };
        for input in &self.sources {
            let (bytes, total) = input.source.progress();
            figures.bytes += bytes;
            figures.bytes_total = figures.bytes_total.zip(total).map(|(sum, total)| sum + total);
        }
        figures
    }

    fn tell(&mut self, arguments: &Arguments, stopped: bool, terminal: &mut Terminal) -> Result<(), Failure> {
        let elapsed = self.started.elapsed();
        let mut summary = Summary { records: self.records, elapsed, stopped, written: Vec::new() };
        let mut previews = Vec::new();
        for (info, sink, changes) in self.tables.sinks() {
            let preview = if arguments.preview { sink.preview(PREVIEW)? } else { None };
            let rows = preview.as_ref().map(|preview| preview.total);
            summary.written.push(Written { rows, changes, place: sink.place() });
            previews.extend(preview.map(|preview| (info, preview)));
        }
        for (info, preview) in &previews {
            terminal.preview(info, preview);
        }
        terminal.finish(&summary);
        let bad: u64 = self.letters.counts().iter().map(|(_, count)| count).sum();
        terminal.dead_letters(bad.saturating_sub(self.skipped), self.letters.path());
        terminal.skipped(self.skipped);
        Ok(())
    }
}

impl Feed {
    fn fill(&mut self) -> Result<Progress, Failure> {
        if self.open {
            return Ok(Progress::Records);
        }
        if self.ended {
            return Ok(Progress::End);
        }
        let progress = self.source.read(&mut self.chunk)?;
        self.open = progress == Progress::Records;
        self.taken = 0;
        self.ended = progress == Progress::End;
        Ok(progress)
    }
}

/// Where the bad records of a batch go.
struct BadRecords<'b> {
    letters: &'b mut DeadLetters,
    skipped: &'b mut u64,
    table: &'static TableUse,
    file: &'b str,
}

impl BadRecords<'_> {
    fn add(&mut self, record: &Record<'_>, fault: &Fault) -> Result<(), Failure> {
        match self.table.on_error {
            OnError::DeadLetter => self.letters.add(self.table.info.name, self.file, record, fault),
            OnError::Skip => self.skip(),
            OnError::Fail => Err(self.fail(&format!("{}:{}", self.file, record.line), fault)),
        }
    }

    /// A group of a view whose row could not be computed at the end of an epoch.
    fn add_group(&mut self, group: &FaultyGroup, fault: &Fault) -> Result<(), Failure> {
        let FaultyGroup { view, key, .. } = group;
        match self.table.on_error {
            OnError::DeadLetter => self.letters.add_group(self.table.info.name, view, key, fault),
            OnError::Skip => self.skip(),
            OnError::Fail => Err(self.fail(&format!("view '{view}', group {key}"), fault)),
        }
    }

    fn skip(&mut self) -> Result<(), Failure> {
        *self.skipped += 1;
        self.letters.skip(self.table.info.name);
        Ok(())
    }

    fn fail(&self, place: &str, fault: &Fault) -> Failure {
        let name = self.table.info.name;
        Failure::pipeline(format!("{place}: {fault} (table '{name}' has on_error: fail)"))
    }
}

fn open_input(
    position: usize,
    table: &'static TableUse,
    wanted: &'static [&'static str],
    options: &Options,
) -> Result<Feed, Failure> {
    let source = open_source(connector(table)?, &table.info, options)?;
    let reader = Reader::new(source.format(), &table.info, wanted);
    Ok(Feed { table: position, source, reader, chunk: Chunk::default(), open: false, taken: 0, ended: false })
}

fn open_table(table: &'static TableUse, options: &Options) -> Result<OpenTable, Failure> {
    let sink = table.sink.then(|| open_sink(connector(table)?, &table.info, options)).transpose()?;
    let store = match table.lookup {
        Some(cache) => Some((open_store(connector(table)?, &table.info, options)?, cache)),
        None => None,
    };
    Ok(OpenTable { info: &table.info, sink, changelog: table.changelog, store, conflicts: table.conflicts })
}

fn connector(table: &'static TableUse) -> Result<&'static str, Failure> {
    table.connector.ok_or_else(|| Failure {
        message: format!(
            "table '{}' has no connector: name one in the pipeline file, or feed and read it from a program that \
             embeds the pipeline",
            table.info.name
        ),
        environment: false,
    })
}

/// The system's clock, in milliseconds since 1970-01-01 00:00 UTC.
pub(super) fn system_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
