//! A job and its epoch log: what is written at the end of each epoch.

use std::io;

use crate::connectors::resume::Untaken;
use crate::connectors::{Failure, Position};
use crate::epochs::{Bytes, Damaged, Header, Log, LogEpoch, Part, PieceKind, Standing, begin_piece, save_piece};
use crate::job::States;
use crate::job::crew::{Crew, Keeps, Piece, Worker, each};
use crate::job::run::Feed;
use crate::operators::Kept;
use crate::tables::{EpochChanges, Sinks};

/// The log of a running job.
pub(super) struct Lasting {
    log: Log,
    /// Where the last epoch left everything.
    standing: Standing,
    outputs: Vec<u8>,
    parts: Vec<Part>,
    /// Whether some sink cannot tell which epochs it has.
    notes_applied: bool,
    /// What the log will belong to once an epoch has brought what is new in the pipeline.
    adapting: Option<Header>,
}

/// What an epoch was, besides its changes.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// Records read.
    pub records: u64,
    /// Records that the run has read.
    pub records_in_all: u64,
    /// How long the dead-letter file is.
    pub letters: u64,
    /// What the clock stood at.
    pub clock: i64,
    /// Where each source stands.
    pub positions: Vec<(&'static str, Vec<Position>)>,
}

impl Lasting {
    /// A log that goes on behind `standing`.
    pub fn new(log: Log, standing: Standing, notes_applied: bool) -> Self {
        Self { log, standing, outputs: Vec::new(), parts: Vec::new(), notes_applied, adapting: None }
    }

    /// The last epoch; 0 if there is none.
    pub fn epoch(&self) -> u64 {
        self.standing.epoch
    }

    /// How long the dead-letter file was at the end of the last epoch.
    pub fn letters(&self) -> u64 {
        self.standing.letters
    }

    /// Takes note of what the workers changed in their state since this was last asked.
    pub fn gather(&mut self, crew: &mut Crew) {
        self.parts.resize_with(crew.count(), Part::default);
        let mut tasks: Vec<_> = crew.workers().iter_mut().zip(&mut self.parts).collect();
        each(&mut tasks, &|(worker, part)| {
            part.pieces.clear();
            part.rest.clear();
            save_changes(**worker, part);
        });
    }

    /// Has the workers save what they pass on where the epoch before stood, which was committed: new memory is dear.
    pub fn lend(&mut self, crew: &mut Crew) {
        for (worker, part) in crew.workers().iter_mut().zip(&mut self.parts) {
            // Nothing is loaded here.
            let _ = worker.states(&mut Lend(&mut part.rest));
        }
    }

    /// Writes an epoch, before any sink is told of it. Gives its number; none if nothing happened in it.
    pub fn record(
        &mut self,
        ended: &mut Ended,
        sinks: &Sinks,
        changes: &[EpochChanges],
    ) -> Result<Option<u64>, Failure> {
        self.outputs.clear();
        let any = sinks.record(changes, &mut self.outputs)?;
        if ended.records == 0 && !any && self.parts.iter().all(|part| part.pieces.is_empty()) {
            return Ok(None);
        }
        let mut standing = Standing {
            epoch: self.standing.epoch + 1,
            clock: ended.clock,
            records: self.standing.records + ended.records,
            letters: ended.letters,
            positions: Vec::new(),
            lengths: sinks.lengths().map(|(table, length)| (table.to_owned(), length)).collect(),
        };
        for (table, mut positions) in ended.positions.drain(..) {
            let known = self.standing.positions.iter().find(|(name, _)| name == table);
            let known = known.map_or(&[][..], |(_, positions)| positions);
            positions.retain(|position| !known.contains(position));
            if !positions.is_empty() {
                standing.positions.push((table.to_owned(), positions));
            }
        }
        self.log.append(&LogEpoch { standing: &standing, outputs: &self.outputs, parts: &self.parts })?;
        let epoch = standing.epoch;
        self.standing.follow(standing);
        Ok(Some(epoch))
    }

    /// Has the log belong to another pipeline when the next epoch is committed, and not before.
    pub fn adapt(&mut self, header: Header) {
        self.adapting = Some(header);
    }

    /// Takes note that all sinks have the epoch that was written last, if one was.
    pub fn applied(&mut self, logged: Option<u64>) -> Result<(), Failure> {
        if self.notes_applied && logged.is_some() { self.log.applied() } else { Ok(()) }
    }

    /// Whether the log is to give way to a snapshot after the next epoch.
    pub fn is_long(&self, crew: &mut Crew) -> bool {
        self.adapting.is_some() || self.log.is_long(|| about_size(crew))
    }

    /// Puts a snapshot in the place of the log, unless nothing was logged and nothing else asks for it.
    pub fn shorten(&mut self, logged: Option<u64>, crew: &mut Crew, sinks: &mut Sinks) -> Result<(), Failure> {
        match self.adapting.take() {
            Some(header) => self.compact(crew, sinks, header),
            None if logged.is_some() => self.compact(crew, sinks, self.log.header().clone()),
            None => Ok(()),
        }
    }

    /// Puts a snapshot in the place of the log, with a header that may say something new.
    pub fn compact(&mut self, crew: &mut Crew, sinks: &mut Sinks, header: Header) -> Result<(), Failure> {
        // What a power failure could still take from the sinks could not be told again.
        sinks.sync()?;
        self.standing.lengths = sinks.lengths().map(|(table, length)| (table.to_owned(), length)).collect();
        let workers = crew.workers();
        self.log.compact(header, &self.standing, &mut |part, out| {
            workers.get_mut(part).map_or(Ok(()), |worker| save_all(*worker, &|_| true, out))
        })
    }

    /// Puts a snapshot in the place of epochs that only this pipeline can read: the next one may be another.
    pub fn unbind(&mut self, crew: &mut Crew, sinks: &mut Sinks) -> Result<(), Failure> {
        let mut follows = AnyFollows::default();
        if let Some(worker) = crew.workers().first_mut() {
            // Nothing is loaded here.
            let _ = worker.states(&mut follows);
        }
        if follows.0 && self.log.has_epochs() { self.compact(crew, sinks, self.log.header().clone()) } else { Ok(()) }
    }
}

/// Where a source goes on: behind what was taken of the chunks that it handed over.
pub(super) fn positions(feed: &Feed) -> Vec<Position> {
    let mut untaken: Vec<Untaken> = Vec::new();
    for Piece { chunk, taken, .. } in feed.pieces.iter().filter(|piece| piece.open) {
        if untaken.iter().all(|known| known.file != chunk.file) {
            let lines = chunk.bytes.get(..*taken).map_or(0, |bytes| memchr::memchr_iter(b'\n', bytes).count());
            let (offset, line) = (chunk.offset + *taken as u64, chunk.line + lines as u64);
            untaken.push(Untaken { file: chunk.file, offset, line });
        }
    }
    feed.source.positions(&untaken)
}

/// About how many bytes a snapshot would have.
fn about_size(crew: &mut Crew) -> u64 {
    let mut size = AboutSize(0);
    for worker in crew.workers() {
        // Nothing is loaded here.
        let _ = worker.states(&mut size);
    }
    size.0
}

struct AboutSize(u64);

impl States for AboutSize {
    fn state(&mut self, _name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        self.0 += state.about_saved_size();
        Ok(())
    }
}

/// Puts what changed of that which a worker keeps into a part that is empty.
fn save_changes(worker: &mut dyn Worker, part: &mut Part) {
    let Part { pieces, rest } = part;
    let mut last = None;
    // Saving does not fail.
    let _ = worker.states(&mut SaveChanged { pieces, last: &mut last });
    worker.tables().save(false, &mut |name, save| save_piece(PieceKind::Contenders, name, pieces, save));
    if let Some(name) = last {
        let _ = worker.states(&mut SaveLast { name, pieces, rest });
    }
}

/// Saves all but one of the views whose groups are saved when they are passed on.
struct SaveChanged<'o> {
    pieces: &'o mut Vec<u8>,
    /// The name of that one.
    last: &'o mut Option<&'static str>,
}

impl States for SaveChanged<'_> {
    fn state(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        save_piece(PieceKind::View, name, self.pieces, &mut |out| state.save_changes(out));
        Ok(())
    }

    fn waiting(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        if self.last.is_none() {
            *self.last = Some(name);
            return Ok(());
        }
        self.state(name, state)
    }
}

/// Saves the one that is left. It comes last, so that what was saved of it need not be copied.
struct SaveLast<'o> {
    name: &'static str,
    pieces: &'o mut Vec<u8>,
    rest: &'o mut Vec<u8>,
}

impl States for SaveLast<'_> {
    fn state(&mut self, _name: &'static str, _state: &mut dyn Kept) -> Result<(), Damaged> {
        Ok(())
    }

    fn waiting(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        if name == self.name {
            let Self { pieces, rest, .. } = self;
            begin_piece(PieceKind::View, name, pieces, &mut |out| {
                state.begin_changes(out, rest);
                rest.len()
            });
        }
        Ok(())
    }
}

/// Lends memory to the first view that may need it.
struct Lend<'o>(&'o mut Vec<u8>);

impl States for Lend<'_> {
    fn state(&mut self, _name: &'static str, _state: &mut dyn Kept) -> Result<(), Damaged> {
        Ok(())
    }

    fn waiting(&mut self, _name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        state.lend(self.0);
        Ok(())
    }
}

/// Hands over all that a worker keeps of what is `wanted`, in handfuls.
pub(super) fn save_all(
    part: &mut dyn Keeps,
    wanted: &dyn Fn(&str) -> bool,
    out: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut states = SaveAll { out, wanted, written: Ok(()), handful: Vec::new() };
    let _ = part.states(&mut states);
    let SaveAll { out, written, mut handful, .. } = states;
    written?;
    handful.clear();
    part.tables().save(true, &mut |name, save| {
        if wanted(name) {
            save_piece(PieceKind::Contenders, name, &mut handful, save);
        }
    });
    if handful.is_empty() { Ok(()) } else { out(&handful) }
}

struct SaveAll<'o> {
    out: &'o mut dyn FnMut(&[u8]) -> io::Result<()>,
    wanted: &'o dyn Fn(&str) -> bool,
    written: io::Result<()>,
    handful: Vec<u8>,
}

impl States for SaveAll<'_> {
    fn state(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        self.handfuls(name, &mut |from, out| state.save_some(from, out));
        Ok(())
    }
}

/// What appends the groups of a view from a number on, and gives the one to go on from.
type SaveSome<'s> = dyn FnMut(u32, &mut Vec<u8>) -> Option<u32> + 's;

impl SaveAll<'_> {
    fn handfuls(&mut self, name: &str, save: &mut SaveSome<'_>) {
        let mut next = (self.wanted)(name).then_some(0);
        while let Some(from) = next.filter(|_| self.written.is_ok()) {
            self.handful.clear();
            save_piece(PieceKind::View, name, &mut self.handful, &mut |out| next = save(from, out));
            self.written = (self.out)(&self.handful);
        }
    }
}

/// What is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    /// All that a snapshot holds.
    All,
    /// A worker's share of all that a snapshot holds, besides what is there.
    Share,
    /// Of an epoch whose clock stood at `now`, in milliseconds since 1970, what does not follow from something else.
    Own {
        /// What the clock stood at.
        now: i64,
    },
    /// Of an epoch, what is written of that which follows.
    Following,
}

/// Loads what one view keeps; what the pipeline has no more is passed over.
pub(super) struct LoadState<'l, 'b> {
    pub name: &'l str,
    pub bytes: &'l mut Bytes<'b>,
    pub what: Load,
}

impl States for LoadState<'_, '_> {
    fn state(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        match self.what {
            Load::All if name == self.name => state.load_whole(self.bytes),
            Load::Share if name == self.name => state.load_share(self.bytes),
            Load::Own { .. } if name == self.name => state.load(self.bytes),
            Load::All | Load::Share | Load::Own { .. } | Load::Following => Ok(()),
        }
    }

    fn waiting(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        match self.what {
            Load::Own { now } if name == self.name => state.load_later(self.bytes, now),
            Load::Own { .. } | Load::All | Load::Share | Load::Following => self.state(name, state),
        }
    }

    fn following(&mut self, name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        match self.what {
            Load::Following if name == self.name => {
                // Its sinks were told.
                state.settle();
                state.load(self.bytes)
            }
            Load::All | Load::Share => self.state(name, state),
            Load::Own { .. } | Load::Following => Ok(()),
        }
    }
}

/// Forgets what changed: the sinks were told of it.
pub(super) struct Settle;

impl States for Settle {
    fn state(&mut self, _name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        state.settle();
        Ok(())
    }
}

/// Has each view note what changes.
pub(super) struct KeepLog;

impl States for KeepLog {
    fn state(&mut self, _name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        state.keep_log();
        Ok(())
    }

    fn following(&mut self, _name: &'static str, state: &mut dyn Kept) -> Result<(), Damaged> {
        state.keep_log_of_gone();
        Ok(())
    }
}

/// Whether what some view keeps follows from something else.
#[derive(Debug, Default)]
pub(super) struct AnyFollows(pub bool);

impl States for AnyFollows {
    fn state(&mut self, _name: &'static str, _state: &mut dyn Kept) -> Result<(), Damaged> {
        Ok(())
    }

    fn following(&mut self, _name: &'static str, _state: &mut dyn Kept) -> Result<(), Damaged> {
        self.0 = true;
        Ok(())
    }
}
