//! How a job begins: anew, or where an earlier run stopped.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::connectors::{Applied, Failure, TableInfo, Target};
use crate::epochs::storage::{Breaking, Folder, Storage};
use crate::epochs::{
    Bytes, Damaged, Found, Header, Log, Piece, PieceKind, Snapshot, Standing, load_part, newest_generation,
};
use crate::job::TableUse;
use crate::job::arguments::Arguments;
use crate::job::catch_up::New;
use crate::job::changes::Changes;
use crate::job::crew::{Crew, Keeps, Worker, each};
use crate::job::lasting::{KeepLog, Lasting, Load, LoadState, Settle};
use crate::job::open::{Ends, reopen};
use crate::job::program::Program;
use crate::job::terminal::Terminal;
use crate::job::troubles::{Troubles, can_rebuild, is_new, lagging, moved, refusal, resume_sources, tell};
use crate::state::{random, seed_hashes};
use crate::tables::Broken;

/// What a job begins with.
pub(super) struct Restart {
    log: Option<Beginning>,
    /// In how many parts state is kept.
    pub parts: usize,
}

/// A log that is about to be written.
struct Beginning {
    log: Log,
    /// What it goes on from; none if it begins.
    found: Option<Found>,
    header: Header,
    /// From which epoch on each table's sink is told again.
    lagging: BTreeMap<&'static str, u64>,
    /// Whether some sink cannot tell which epochs it has.
    notes_applied: bool,
    /// Whether the pipeline is another one, but its state can be kept.
    adapts: bool,
    /// Tables that the log knows nothing of.
    joining: Vec<&'static str>,
    /// What is to be read for once more.
    new: Option<New>,
}

/// The storage of a job's log.
fn storage(arguments: &Arguments) -> Box<dyn Storage> {
    let folder = Box::new(Folder::new(&arguments.state));
    match arguments.breaks {
        None => folder,
        Some((step, break_by)) => Box::new(Breaking::new(folder, step, break_by)),
    }
}

/// What the pipeline is made of as it is started.
fn plan(program: Program, arguments: &Arguments) -> Vec<Piece> {
    let planned = program.info.plan.iter();
    let mut plan: Vec<Piece> = planned
        .map(|piece| Piece { kind: piece.kind, name: piece.name.to_owned(), fingerprint: piece.fingerprint })
        .collect();
    let mut add = |kind, name: &str, text: &str| {
        plan.push(Piece { kind, name: name.to_owned(), fingerprint: fingerprint(text) });
    };
    for TableUse { info, .. } in program.tables.iter().filter(|table| table.source.is_some()) {
        let mut text = String::new();
        for (name, value) in arguments.options(info.name).pairs.iter().filter(|(name, _)| name != "follow") {
            let value = match (name.as_str(), value.as_str()) {
                ("path", path) if path != "-" => {
                    std::path::absolute(path).map_or_else(|_| path.to_owned(), |path| path.display().to_string())
                }
                (_, value) => value.to_owned(),
            };
            let _ = writeln!(text, "{name}={value}");
        }
        add(PieceKind::Source, info.name, &text);
    }
    if let Some(now) = arguments.now {
        add(PieceKind::Clock, "now", &now.to_string());
    }
    plan
}

/// FNV-1a, as the compiler's fingerprints.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Looks at the state folder; what it holds of a log, and the newest generation of it.
pub(super) struct Looked {
    storage: Box<dyn Storage>,
    found: Option<Found>,
    generation: u64,
    seed: u64,
}

impl Looked {
    /// Looks before anything is opened; what is hashed from now on is hashed as it was by the run before.
    pub fn at(arguments: &Arguments) -> Result<Self, Failure> {
        let mut storage = storage(arguments);
        let folder = &arguments.state;
        let generation = newest_generation(storage.as_mut())
            .map_err(|error| Failure::file("read the state folder", folder, &error))?;
        if arguments.no_log && !arguments.fresh && generation > 0 {
            return Err(Failure::environment(format!(
                "the state folder {} holds the log of earlier runs, which --no-log would leave behind: add --fresh to \
                 drop it, or give this run a folder of its own with --state",
                folder.display()
            )));
        }
        if arguments.no_log && generation > 0 {
            drop_log(storage.as_mut(), folder)?;
        }
        let found = if arguments.fresh || arguments.no_log { None } else { Found::look(storage.as_mut(), folder)? };
        let seed = found.as_ref().map_or_else(random, |found| found.header.seed);
        if !seed_hashes(seed) && found.is_some() {
            return Err(Failure::environment("this process has run another job before; start a new one"));
        }
        Ok(Self { storage, found, generation, seed })
    }

    /// Decides how the job begins: the sources stand where they go on, and the sinks are tied to the log.
    pub fn begin(
        self,
        program: Program,
        arguments: &Arguments,
        ends: &mut Ends,
        terminal: &mut Terminal,
    ) -> Result<Restart, Failure> {
        if arguments.no_log {
            return Ok(Restart { log: None, parts: arguments.workers });
        }
        let Self { storage, found, generation, seed } = self;
        let header = Header {
            log: random() ^ u64::from(std::process::id()),
            seed,
            parts: arguments.workers,
            first: true,
            pipeline: program.info.name.to_owned(),
            plan: plan(program, arguments),
            targets: ends.sinks.targets().into_iter().map(|(name, target)| (name.to_owned(), target)).collect(),
        };
        let Some(found) = found else {
            return Restart::anew(program, arguments, header, (storage, generation), None, ends);
        };
        if found.header.pipeline != header.pipeline {
            return Err(Failure::environment(format!(
                "the state folder {} belongs to the pipeline '{}'; give '{}' one of its own with --state",
                arguments.state.display(),
                found.header.pipeline,
                header.pipeline
            )));
        }
        Restart::after(program, arguments, header, storage, found, ends, terminal)
    }
}

/// The log that a job begins anew after.
struct Earlier<'e> {
    header: &'e Header,
    /// What the targets have of it.
    tied: &'e [(&'static TableInfo, Applied)],
    terminal: &'e mut Terminal,
}

/// Whether rows of a table are only ever added to a database.
fn is_appended(program: Program, table: &str) -> bool {
    let database = |connector: &str| matches!(connector, "sqlite" | "postgres");
    let mut named = program.tables.iter().filter(|known| known.info.name == table);
    named.any(|known| known.info.primary_key.is_empty() && known.connector.is_some_and(database))
}

/// Removes a log.
fn drop_log(storage: &mut dyn Storage, folder: &Path) -> Result<(), Failure> {
    let names = storage.names().unwrap_or_default();
    let mut own = names.iter().filter(|name| name.starts_with("epochs-"));
    own.try_for_each(|name| storage.remove(name))
        .map_err(|error| Failure::file("clear the state folder", folder, &error))
}

impl Restart {
    /// Begins a log behind a generation of another one. What an earlier one tells that the job wrote is taken away.
    fn anew(
        program: Program,
        arguments: &Arguments,
        mut header: Header,
        (storage, generation): (Box<dyn Storage>, u64),
        mut earlier: Option<Earlier<'_>>,
        ends: &mut Ends,
    ) -> Result<Self, Failure> {
        let mut written: Vec<(String, Target)> = Vec::new();
        for (table, target) in &mut header.targets {
            let Some(Earlier { header: earlier, tied, terminal }) = &mut earlier else { continue };
            let named = earlier.targets.iter().find(|(name, _)| name == table).map(|(_, known)| known);
            // A database that was moved knows the log.
            let knows = tied.iter().any(|(info, applied)| info.name == table && matches!(applied, Applied::UpTo(1..)));
            if let Some(known) = named.filter(|known| known.place == target.place || knows) {
                *target = Target { place: target.place.clone(), ..known.clone() };
                written.push((table.clone(), target.clone()));
            } else if !target.made && (target.length > 0 || is_appended(program, table)) {
                terminal.warning(&format!(
                    "table '{table}': what {} holds already is kept, and all rows are written behind it",
                    target.place
                ));
            }
        }
        // The log knows how the targets were before they are touched, so that this can be done again.
        let log = Log::begin(storage, &arguments.state, header.clone(), generation, arguments.log_limit)?;
        for (table, target) in &written {
            ends.sinks.restore(table, target, earlier.as_ref().map_or(0, |earlier| earlier.header.log))?;
        }
        let lengths = |table: &str| {
            let targets = header.targets.iter().filter(|(name, _)| name == table);
            targets.map(|(_, target)| (1, target.length)).collect()
        };
        let tied = ends.sinks.tie(program.info.name, header.log, lengths)?;
        ends.sinks.go_on()?;
        let notes_applied = tied.iter().any(|(_, applied)| matches!(applied, Applied::Unknown { repeatable: false }));
        let parts = header.parts;
        let (lagging, joining) = (BTreeMap::new(), Vec::new());
        let beginning =
            Beginning { log, found: None, header, lagging, notes_applied, adapts: false, joining, new: None };
        Ok(Self { log: Some(beginning), parts })
    }

    /// Goes on where an earlier run stopped, or reads all again where that is what the user expects.
    fn after(
        program: Program,
        arguments: &Arguments,
        header: Header,
        storage: Box<dyn Storage>,
        found: Found,
        ends: &mut Ends,
        terminal: &mut Terminal,
    ) -> Result<Self, Failure> {
        let (has_epochs, parts) = (found.has_epochs(), found.header.parts);
        let changes = Changes { before: &found.header.plan, now: &header.plan, has_epochs, parts };
        let mut troubles = Troubles { must_rebuild: changes.has_other_source(), ..Troubles::default() };
        troubles.found = changes.words();
        resume_sources(&found, ends, &mut troubles)?;
        if found.standing.epoch == 0 {
            // A run that began and was killed may not have taken away what was to be taken away.
            for (table, target) in &found.header.targets {
                ends.sinks.restore(table, target, found.header.log)?;
            }
        }
        // What another file has is no business of this log.
        let moved = moved(&found.header, &header);
        let lengths =
            |table: &str| if moved.iter().any(|name| name == table) { Vec::new() } else { found.lengths(table) };
        let tied = ends.sinks.tie(program.info.name, found.header.log, lengths)?;
        let lagging = lagging(&found, &tied, &moved, &mut troubles);
        let lost = changes.fates().iter().any(|(_, fate)| fate.is_loss());
        let new = tied.iter().filter(|(info, _)| is_new(&found, info));
        let joining: Vec<&'static str> = new.map(|(info, _)| info.name).collect();
        let can_rebuild = can_rebuild(program, &found, ends, &troubles);
        let new = if can_rebuild { New::of(program, &found, &changes, ends, &joining) } else { None };
        if troubles.found.is_empty() || !troubles.must_rebuild && !lost && (!can_rebuild || new.is_some()) {
            let adapts = !changes.is_empty();
            for (file, offset) in &troubles.renewed {
                terminal.warning(&format!(
                    "{file} is not the file that was read: it is read from its beginning, and what the former one had behind \
                     byte {offset} was not read"
                ));
            }
            if adapts {
                let fates = if new.is_some() { changes.fates_when_caught_up() } else { changes.fates() };
                tell(terminal, &troubles.found, &fates);
            }
            let log = Log::go_on(storage, &arguments.state, &found, arguments.log_limit)?;
            let notes_applied =
                tied.iter().any(|(_, applied)| matches!(applied, Applied::Unknown { repeatable: false }));
            // State that other parts are to have comes together in one.
            let parts = if changes.spreads_otherwise() { 1 } else { found.header.parts };
            let mut targets = found.header.targets.clone();
            targets.extend(header.targets.iter().filter(|(name, _)| joining.contains(&name.as_str())).cloned());
            let header = Header { log: found.header.log, parts, targets, ..header };
            let (found, new) = (Some(found), new.filter(|new| adapts && !new.is_empty()));
            let beginning = Beginning { log, found, header, lagging, notes_applied, adapts, joining, new };
            return Ok(Self { log: Some(beginning), parts });
        }
        if !can_rebuild {
            return Err(refusal(program, arguments, &found, &changes, &troubles, ends));
        }
        tell(terminal, &troubles.found, &changes.fates_when_rebuilt());
        reopen(program, arguments, ends)?;
        // Targets keep what they have until it is known that they will get it again.
        ends.feeds.iter().try_for_each(|feed| feed.source.look_through())?;
        crate::job::run::drop_dead_letters(&arguments.state)?;
        let generation = found.generation();
        let earlier = Earlier { header: &found.header, tied: &tied, terminal };
        Self::anew(program, arguments, header, (storage, generation), Some(earlier), ends)
    }

    /// Loads the state, and tells the sinks that lag what they do not have.
    pub fn load(
        self,
        arguments: &Arguments,
        crew: &mut Crew,
        ends: &mut Ends,
        terminal: &mut Terminal,
    ) -> Result<Loaded, Failure> {
        let Some(beginning) = self.log else { return Ok(Loaded::default()) };
        let Beginning { log, found, header, lagging, notes_applied, adapts, joining, new } = beginning;
        let mut standing = Standing::default();
        if let Some(found) = found {
            let mut storage = Folder::new(&arguments.state);
            load_snapshot(&found, &mut storage, crew)?;
            found.epochs(&mut storage, &mut |standing, parts| load_epoch(standing, parts, crew))?;
            // Nothing is in the way any more.
            ends.sinks.go_on()?;
            if let Some(first) = lagging.values().min() {
                let mut failed = None;
                found.outputs(&mut storage, *first, &mut |epoch, bytes| {
                    let lags = |table: &'static str| lagging.get(table).is_some_and(|first| *first <= epoch);
                    match ends.sinks.apply_again(epoch, bytes, lags) {
                        Ok(()) => Ok(()),
                        Err(Broken::Log(damaged)) => Err(damaged),
                        Err(Broken::Target(failure)) => {
                            failed.get_or_insert(failure);
                            Ok(())
                        }
                    }
                })?;
                failed.map_or(Ok(()), Err)?;
            }
            for (place, bytes) in ends.sinks.cut_off() {
                terminal.warning(&format!(
                    "{place}: the last {bytes} bytes were cut off, of which the log knows nothing; somebody else \
                     wrote them, or the end of the log is damaged"
                ));
            }
            standing = found.standing;
            if standing.epoch > 0 {
                terminal.detail(&format!("goes on after epoch {}", standing.epoch));
            }
        }
        for worker in crew.workers() {
            // Nothing is loaded here, so nothing can be damaged.
            let _ = worker.states(&mut Settle).and_then(|()| worker.states(&mut KeepLog));
            worker.tables().keep_log();
        }
        let mut lasting = Lasting::new(log, standing, notes_applied);
        if adapts {
            ends.sinks.join(&joining, lasting.epoch())?;
            match new {
                Some(new) => return Ok(Loaded { lasting: Some(lasting), new: Some((new, header)) }),
                None => lasting.compact(crew, &mut ends.sinks, header)?,
            }
        }
        Ok(Loaded { lasting: Some(lasting), new: None })
    }
}

/// State that was loaded.
#[derive(Default)]
pub(super) struct Loaded {
    /// The log to write to.
    pub lasting: Option<Lasting>,
    /// What the state lacks that is new in the pipeline, and what the log will belong to when it has that.
    pub new: Option<(New, Header)>,
}

/// A part of a snapshot on its way to its worker.
struct Loading<'l> {
    part: usize,
    worker: &'l mut dyn Worker,
    snapshot: Snapshot<'l>,
    loaded: Result<(), Failure>,
}

/// Loads the snapshot, each worker its part, or the only one all.
fn load_snapshot(found: &Found, storage: &mut Folder, crew: &mut Crew) -> Result<(), Failure> {
    if found.header.parts > crew.count() {
        let (Some(mut snapshot), Some(worker)) = (found.snapshot(storage)?, crew.workers().first_mut()) else {
            return Ok(());
        };
        let shared =
            |view: &str| found.header.plan.iter().any(|piece| piece.kind == PieceKind::Shared && piece.name == view);
        return (0..found.header.parts).try_for_each(|part| {
            snapshot.load(part, &mut |kind, name, bytes| {
                let what = if shared(name) { Load::Share } else { Load::All };
                load_piece(*worker, kind, name, bytes, what)
            })
        });
    }
    let mut tasks = Vec::new();
    for (part, worker) in crew.workers().iter_mut().enumerate() {
        if let Some(snapshot) = found.snapshot(storage)? {
            tasks.push(Loading { part, worker: *worker, snapshot, loaded: Ok(()) });
        }
    }
    each(&mut tasks, &|Loading { part, worker, snapshot, loaded }: &mut Loading<'_>| {
        *loaded = snapshot.load(*part, &mut |kind, name, bytes| load_piece(*worker, kind, name, bytes, Load::All));
    });
    tasks.into_iter().try_for_each(|loading| loading.loaded)
}

/// Loads what an epoch changed, each worker its part, or the only one all; what follows from that is computed again.
fn load_epoch(standing: &Standing, parts: &[&[u8]], crew: &mut Crew) -> Result<(), Damaged> {
    crew.set_clock(standing.clock);
    let load = |crew: &mut Crew, what: Load| {
        if parts.len() > crew.count() {
            let worker = crew.workers().first_mut().ok_or(Damaged)?;
            return parts.iter().try_for_each(|part| {
                load_part(part, &mut |kind, name, bytes| load_piece(*worker, kind, name, bytes, what))
            });
        }
        let tasks = crew.workers().iter_mut().zip(parts);
        let mut tasks: Vec<_> = tasks.map(|(worker, part)| (worker, *part, Ok(()))).collect();
        each(&mut tasks, &|(worker, part, loaded)| {
            *loaded = load_part(part, &mut |kind, name, bytes| load_piece(**worker, kind, name, bytes, what));
        });
        tasks.into_iter().try_for_each(|(.., loaded)| loaded)
    };
    load(crew, Load::Own { now: standing.clock })?;
    crew.pass_on();
    load(crew, Load::Following)
}

/// Loads a piece of state.
pub(super) fn load_piece(
    worker: &mut dyn Keeps,
    kind: PieceKind,
    name: &str,
    bytes: &mut Bytes<'_>,
    what: Load,
) -> Result<(), Damaged> {
    match kind {
        PieceKind::View => worker.states(&mut LoadState { name, bytes, what }),
        PieceKind::Contenders if what == Load::Following => Ok(()),
        PieceKind::Contenders => worker.tables().load(name, bytes),
        PieceKind::Inserts
        | PieceKind::Source
        | PieceKind::Clock
        | PieceKind::Follows
        | PieceKind::Spread
        | PieceKind::Shared => Err(Damaged),
    }
}
