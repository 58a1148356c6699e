//! The loop of a job: sources hand over chunks, the workers take them in rounds, epochs are handed over to be committed.

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::connectors::dead_letter::DeadLetters;
use crate::connectors::{Failure, Progress, Source};
use crate::decode::Record;
use crate::job::arguments::{Arguments, Epoch};
use crate::job::catch_up::Letters;
use crate::job::commit::{self, Commit, Committer};
use crate::job::crew::{Crew, Piece, Round};
use crate::job::fresh;
use crate::job::lasting::{Ended, Lasting, positions};
use crate::job::lock::Lock;
use crate::job::memory::Watch;
use crate::job::open::{Ends, open_crew, open_ends};
use crate::job::program::Program;
use crate::job::restart::{Loaded, Looked};
use crate::job::signals::Stop;
use crate::job::terminal::{Figures, Summary, Terminal, Written};
use crate::job::{FaultyGroup, OnError, TableUse};
use crate::tables::Sinks;
use crate::values::Fault;

/// How long the loop rests when no source has anything.
pub(super) const REST: Duration = Duration::from_millis(5);

/// Most rows of a table that are shown when a job is done.
const PREVIEW: usize = 40;

/// A chunk of at least so many bytes was filled: the source has more.
const FILLED: usize = 128 << 10;

/// Runs a pipeline from its sources to the end of the input or until it is asked to stop.
pub(super) fn run(program: Program, arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let stop = Stop::on_signals()?;
    let _lock = prepare_state(arguments)?;
    let threads = rayon_core::ThreadPoolBuilder::new().num_threads(arguments.workers);
    let threads = threads.thread_name(|number| format!("worker {number}")).build().map_err(|error| Failure {
        message: format!("cannot start {} worker threads: {error}", arguments.workers),
        environment: true,
    })?;
    threads.install(|| work(program, arguments, terminal, &stop))
}

fn work(program: Program, arguments: &Arguments, terminal: &mut Terminal, stop: &Stop) -> Result<(), Failure> {
    let mut watch = Watch::new(arguments.memory)?;
    let mut running = Running::open(program, arguments, terminal, stop)?;
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
        if let Some(exceeded) = watch.exceeded() {
            running.commit()?;
            let Commit { sinks, lasting, .. } = running.committer.rest()?;
            sinks.sync()?;
            let logs = lasting.is_some();
            return Err(exceeded.failure(&mut running.crew, logs));
        }
        if running.epoch_is_over(arguments.epoch) {
            running.commit()?;
            running.begin_epoch()?;
        }
        if let Some((epoch, records)) = running.committer.committed()? {
            terminal.detail(&format!("epoch {epoch} committed, {records} records so far"));
        }
    }
    // Whoever starts the job for a while each day has its old state forgotten too.
    while running.crew.sweep() {}
    running.commit()?;
    running.part(stop.asked() && !ended)?;
    running.tell(arguments, stop.asked() && !ended, terminal)?;
    // The process is about to end: the system takes the memory of the state back sooner than we could, key by key.
    std::mem::forget(running.crew);
    Ok(())
}

fn prepare_state(arguments: &Arguments) -> Result<Lock, Failure> {
    let folder = &arguments.state;
    fs::create_dir_all(folder).map_err(|error| Failure::file("create the state folder", folder, &error))?;
    let lock = Lock::take(folder)?;
    if arguments.fresh {
        fresh::confirm(arguments)?;
        drop_dead_letters(folder)?;
    }
    Ok(lock)
}

/// Removes the dead-letter file: what it tells of is read again.
pub(super) fn drop_dead_letters(folder: &Path) -> Result<(), Failure> {
    match fs::remove_file(folder.join(DEAD_LETTERS)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::file("clear the state folder", folder, &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The dead-letter file's name in the state folder.
const DEAD_LETTERS: &str = "dead_letters.jsonl";

/// A pipeline at work.
struct Running {
    program: Program,
    crew: Crew,
    committer: Committer,
    /// Whether the next epoch begins before one is committed.
    overlaps: bool,
    feeds: Vec<Feed>,
    /// The source whose turn it is.
    turn: usize,
    letters: DeadLetters,
    /// The epoch of an earlier run after which this one goes on.
    after: Option<u64>,
    skipped: u64,
    fixed_now: Option<i64>,
    epoch: u64,
    epoch_rows: u64,
    epoch_limit: Option<u64>,
    epoch_started: Instant,
    started: Instant,
    records: u64,
}

/// A source with the chunks that are being worked on.
pub(super) struct Feed {
    pub table: usize,
    /// The table's name.
    pub name: &'static str,
    pub source: Box<dyn Source>,
    /// One for each worker; the open ones are the first.
    pub pieces: Vec<Piece>,
    pub ended: bool,
}

impl Running {
    fn open(program: Program, arguments: &Arguments, terminal: &mut Terminal, stop: &Stop) -> Result<Self, Failure> {
        let epoch_limit = match arguments.epoch {
            Epoch::Rows(rows) => Some(rows),
            Epoch::Time(_) | Epoch::End => None,
        };
        let looked = Looked::at(arguments)?;
        let mut ends = open_ends(program, arguments)?;
        let restart = looked.begin(program, arguments, &mut ends, terminal)?;
        let mut crew =
            open_crew(program, arguments, &mut ends, restart.parts, arguments.now.unwrap_or_else(system_millis))?;
        let Loaded { mut lasting, new } = restart.load(arguments, &mut crew, &mut ends, terminal)?;
        let after = lasting.as_ref().map(Lasting::epoch).filter(|epoch| *epoch > 0);
        let mut letters = DeadLetters::new(arguments.state.join(DEAD_LETTERS));
        if let Some(lasting) = &lasting {
            letters.cut(lasting.letters())?;
        }
        let mut skipped = 0;
        let mut caught_up = false;
        if let (Some(log), Some((new, header))) = (&mut lasting, new) {
            crew.set_clock(arguments.now.unwrap_or_else(system_millis));
            let mut letters = Letters { tables: program.tables, file: &mut letters, skipped: &mut skipped };
            caught_up = new.catch_up(program, arguments, &ends, &mut crew, &mut letters, stop)?;
            if caught_up {
                log.adapt(header);
            } else {
                // The log stays as the former pipeline left it.
                lasting = None;
            }
        }
        let Ends { sinks, feeds, .. } = ends;
        let now = Instant::now();
        let mut running = Self {
            program,
            overlaps: overlaps(&mut crew, &sinks),
            crew,
            committer: Committer::new(sinks, lasting)?,
            feeds,
            turn: 0,
            letters,
            after,
            skipped,
            fixed_now: arguments.now,
            epoch: 0,
            epoch_rows: 0,
            epoch_limit,
            epoch_started: now,
            started: now,
            records: 0,
        };
        running.begin_epoch()?;
        if caught_up {
            // What is new, and nothing else: from here on the log belongs to the pipeline as it is.
            running.commit()?;
            running.begin_epoch()?;
        }
        Ok(running)
    }

    fn begin_epoch(&mut self) -> Result<(), Failure> {
        self.epoch += 1;
        self.epoch_rows = 0;
        self.epoch_started = Instant::now();
        self.crew.begin_epoch(self.fixed_now.unwrap_or_else(system_millis))
    }

    fn epoch_is_over(&self, epoch: Epoch) -> bool {
        match epoch {
            Epoch::Rows(rows) => self.epoch_rows >= rows,
            Epoch::Time(time) => self.epoch_started.elapsed() >= time,
            Epoch::End => false,
        }
    }

    /// Takes a round from the next source that has something.
    fn step(&mut self) -> Result<Progress, Failure> {
        let left = self.epoch_limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.epoch_rows).max(1));
        let (progress, source) = next_source(&mut self.feeds, &mut self.turn)?;
        if progress == Progress::Records {
            self.round(source, left)?;
        }
        Ok(progress)
    }

    fn round(&mut self, source: usize, left: u64) -> Result<(), Failure> {
        let Some(Feed { table, source: from, pieces, .. }) = self.feeds.get_mut(source) else { return Ok(()) };
        let limit = usize::try_from(left).unwrap_or(usize::MAX);
        let pieces = within(pieces, left);
        let round = Round { source, table: *table, limit, events: self.epoch_rows };
        let Some(used) = self.program.tables.get(*table) else { return Ok(()) };
        let (letters, skipped) = (&mut self.letters, &mut self.skipped);
        let read = self.crew.round(round, pieces, &mut |chunk, record, fault| {
            let file = from.files().get(chunk.file).map_or("", String::as_str);
            BadRecords { letters, skipped, table: used, file }.add(record, fault)
        })?;
        self.records += read;
        self.epoch_rows += read;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Failure> {
        if let Some(lasting) = self.committer.resting().and_then(|commit| commit.lasting.as_mut()) {
            lasting.lend(&mut self.crew);
        }
        let (tables, letters, skipped) = (self.program.tables, &mut self.letters, &mut self.skipped);
        self.crew.end_epoch(&mut |group, fault| {
            let table = tables.get(group.table);
            table.map_or(Ok(()), |table| BadRecords { letters, skipped, table, file: "" }.add_group(group, fault))
        })?;
        self.crew.sweep();
        self.letters.flush()?;
        let commit = self.committer.rest()?;
        commit.epoch = self.epoch;
        commit.ended = Ended {
            records: self.epoch_rows,
            records_in_all: self.records,
            letters: self.letters.length(),
            clock: self.crew.now(),
            positions: self.feeds.iter().map(|feed| (feed.name, positions(feed))).collect(),
        };
        self.crew.hand_over(&mut commit.changes);
        let is_long = match &mut commit.lasting {
            Some(lasting) => {
                lasting.gather(&mut self.crew);
                lasting.is_long(&mut self.crew)
            }
            None => false,
        };
        if self.overlaps && !is_long {
            return self.committer.begin();
        }
        self.committer.commit()?;
        match self.committer.rest()? {
            // The state is what the log comes to.
            Commit { lasting: Some(lasting), sinks, logged, .. } if is_long => {
                lasting.shorten(*logged, &mut self.crew, sinks)
            }
            _ => Ok(()),
        }
    }

    /// Leaves the state folder so that another pipeline can go on from it, unless that would read all again anyway.
    fn part(&mut self, stopped: bool) -> Result<(), Failure> {
        let Commit { sinks, lasting, .. } = self.committer.rest()?;
        sinks.sync()?;
        let again = self.feeds.iter().all(|feed| feed.source.is_lasting());
        match lasting {
            Some(lasting) if stopped || !again => lasting.unbind(&mut self.crew, sinks),
            Some(_) | None => Ok(()),
        }
    }

    fn figures(&self) -> Figures {
        let mut figures = Figures { records: self.records, bytes: 0, bytes_total: Some(0) };
        for feed in &self.feeds {
            let (bytes, total) = feed.source.progress();
            figures.bytes += bytes;
            figures.bytes_total = figures.bytes_total.zip(total).map(|(sum, total)| sum + total);
        }
        figures
    }

    fn tell(&mut self, arguments: &Arguments, stopped: bool, terminal: &mut Terminal) -> Result<(), Failure> {
        let elapsed = self.started.elapsed();
        let mut summary = Summary { records: self.records, elapsed, stopped, after: self.after, written: Vec::new() };
        let mut previews = Vec::new();
        let sinks = &mut self.committer.rest()?.sinks;
        // What a program reads from standard output is not followed by tables for people.
        let shows = arguments.preview && !sinks.iter().any(|(_, sink, _)| sink.is_standard_output());
        for (info, sink, changes) in sinks.iter() {
            let preview = if shows { sink.preview(PREVIEW)? } else { None };
            let rows = preview.as_ref().map(|preview| preview.total);
            summary.written.push(Written { rows, changes, place: sink.place() });
            previews.extend(preview.map(|preview| (info, preview)));
        }
        for (info, preview) in &previews {
            terminal.preview(info, preview);
        }
        terminal.finish(&summary);
        let bad: u64 = self.letters.counts().iter().map(|(_, count)| count).sum();
        terminal.dead_letters(bad.saturating_sub(self.skipped), &self.letters);
        terminal.skipped(self.skipped);
        Ok(())
    }
}

impl Feed {
    /// Fills the pieces, if none is open: as many as the source fills.
    fn fill(&mut self) -> Result<Progress, Failure> {
        // After a round that was cut short by the end of an epoch, what is left comes first.
        if let Some(open) = self.pieces.iter().position(|piece| piece.open) {
            self.pieces.rotate_left(open);
            return Ok(Progress::Records);
        }
        let mut progress = Progress::End;
        for (number, piece) in self.pieces.iter_mut().enumerate() {
            if self.ended {
                break;
            }
            let next = self.source.read(&mut piece.chunk)?;
            self.ended = next == Progress::End;
            piece.open = next == Progress::Records;
            piece.taken = 0;
            if piece.header.as_deref() != self.source.header() {
                piece.header = self.source.header().map(<[String]>::to_vec);
            }
            if number == 0 || next == Progress::Records {
                progress = next;
            }
            if !piece.open || piece.chunk.bytes.len() < FILLED {
                break;
            }
        }
        Ok(if self.pieces.first().is_some_and(|piece| piece.open) { Progress::Records } else { progress })
    }
}

/// Whether the next epoch begins before one is committed.
fn overlaps(crew: &mut Crew, sinks: &Sinks) -> bool {
    let asked = crew.workers().iter_mut().any(|worker| worker.tables().ask_stores());
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    commit::overlaps(asked, sinks.compute(), crew.count(), processors)
}

/// Fills the pieces of the next source that has something, from `turn` on, and gives its position; if none has, what is
/// to be expected of all.
pub(super) fn next_source(feeds: &mut [Feed], turn: &mut usize) -> Result<(Progress, usize), Failure> {
    let mut all = Progress::End;
    for _ in 0..feeds.len() {
        let source = *turn;
        *turn = (source + 1) % feeds.len();
        let Some(feed) = feeds.get_mut(source) else { continue };
        match feed.fill()? {
            Progress::Records => return Ok((Progress::Records, source)),
            Progress::Idle => all = Progress::Idle,
            Progress::End => {}
        }
    }
    Ok((all, 0))
}

/// Where the bad records of a batch go.
pub(super) struct BadRecords<'b> {
    pub letters: &'b mut DeadLetters,
    pub skipped: &'b mut u64,
    pub table: &'static TableUse,
    pub file: &'b str,
}

impl BadRecords<'_> {
    pub fn add(&mut self, record: &Record<'_>, fault: &Fault) -> Result<(), Failure> {
        match self.table.on_error {
            OnError::DeadLetter => self.letters.add(self.table.info.name, self.file, record, fault),
            OnError::Skip => {
                self.skip();
                Ok(())
            }
            OnError::Fail => Err(self.fail(&format!("{}:{}", self.file, record.line), fault)),
        }
    }

    /// A group of a view whose row could not be computed at the end of an epoch.
    pub fn add_group(&mut self, group: &FaultyGroup, fault: &Fault) -> Result<(), Failure> {
        let FaultyGroup { view, key, .. } = group;
        match self.table.on_error {
            OnError::DeadLetter => self.letters.add_group(self.table.info.name, view, key, fault),
            OnError::Skip => {
                self.skip();
                Ok(())
            }
            OnError::Fail => Err(self.fail(&format!("view '{view}', group {key}"), fault)),
        }
    }

    fn skip(&mut self) {
        *self.skipped += 1;
        self.letters.skip(self.table.info.name);
    }

    fn fail(&self, place: &str, fault: &Fault) -> Failure {
        let name = self.table.info.name;
        Failure::pipeline(format!("{place}: {fault} (table '{name}' has on_error: fail)"))
    }
}

/// The first piece and those behind it that surely hold no more than `left` records together: a record has a byte and a
/// line break at least.
fn within(pieces: &mut [Piece], left: u64) -> &mut [Piece] {
    let mut most = 0;
    let fitting = pieces.iter().take_while(|piece| {
        most += piece.chunk.bytes.len() as u64 / 2 + 1;
        piece.open && most <= left
    });
    let count = fitting.count().max(1);
    &mut pieces[..count]
}

/// The system's clock, in milliseconds since 1970-01-01 00:00 UTC.
pub(super) fn system_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
