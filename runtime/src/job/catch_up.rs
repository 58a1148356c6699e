//! What is new in a changed pipeline whose other state is kept: all that was read before is read once more, by workers of
//! their own, of which only the new views and what they write to new tables stay.

use std::collections::BTreeSet;
use std::io;
use std::thread;

use crate::connectors::dead_letter::DeadLetters;
use crate::connectors::{Again, Failure, Position, Progress};
use crate::epochs::{Found, PieceKind, load_part};
use crate::job::TableUse;
use crate::job::arguments::Arguments;
use crate::job::changes::Changes;
use crate::job::crew::{Crew, Round};
use crate::job::lasting::{Load, save_all};
use crate::job::open::{Ends, open_again, open_crew};
use crate::job::program::Program;
use crate::job::restart::load_piece;
use crate::job::run::{BadRecords, Feed, REST, next_source};
use crate::job::signals::Stop;

/// So many records are taken before memory is given back.
const EPOCH: u64 = 1 << 20;

/// What a pipeline has that it did not have before.
#[derive(Debug)]
pub(super) struct New {
    /// The names of views, and of tables whose rows contend for keys.
    states: BTreeSet<String>,
    tables: Vec<&'static str>,
    /// How far each source was read.
    read: Vec<(String, Vec<Position>)>,
}

impl New {
    /// What is new, if all other state can be kept and what was read can be read again for it. `tables` are new.
    pub fn of(
        program: Program,
        found: &Found,
        changes: &Changes<'_>,
        ends: &Ends,
        tables: &[&'static str],
    ) -> Option<Self> {
        let read = &found.standing.positions;
        let is_new = |table: &&TableUse| tables.contains(&table.info.name);
        // Rows without a key would all have to wait until the end.
        let keyed = |table: &TableUse| !table.info.primary_key.is_empty();
        // What was looked up then is not what stands there now.
        let feeds_back = |table: &TableUse| table.sink && table.lookup.is_some();
        // Where rows are spread otherwise, fewer workers would share in the work from now on.
        let spread = !changes.spreads_otherwise() || !program.spreads;
        let again = |feed: &Feed| {
            let positions = read.iter().find(|(table, _)| table == feed.name).map_or(&[][..], |(_, all)| all);
            Again::is_possible(feed.source.as_ref(), positions)
        };
        let possible = spread
            && changes.only_add(|name| tables.contains(&name))
            && program.tables.iter().filter(is_new).all(keyed)
            && !program.tables.iter().any(feeds_back)
            && ends.feeds.iter().all(again);
        possible.then(|| Self {
            states: changes.new_states().into_iter().collect(),
            tables: tables.to_vec(),
            read: read.clone(),
        })
    }

    /// Whether there is anything to read for.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty() && self.tables.is_empty()
    }

    /// Has the workers know what they would know if the pipeline had always been as it is. Tells whether it was not asked
    /// to stop before the end.
    pub fn catch_up(
        &self,
        program: Program,
        arguments: &Arguments,
        ends: &Ends,
        crew: &mut Crew,
        letters: &mut Letters<'_>,
        stop: &Stop,
    ) -> Result<bool, Failure> {
        let mut again = open_again(program, arguments, ends, &self.read)?;
        let mut other = open_crew(program, arguments, &mut again, crew.count(), crew.now())?;
        let (mut turn, mut records, mut begun) = (0, 0, 0);
        other.begin_epoch(crew.now())?;
        let mut ended = false;
        while !ended {
            if stop.asked() {
                return Ok(false);
            }
            let (progress, source) = next_source(&mut again.feeds, &mut turn)?;
            if progress == Progress::Records
                && let Some(Feed { table, source: from, pieces, .. }) = again.feeds.get_mut(source)
            {
                let round = Round { source, table: *table, limit: usize::MAX, events: records };
                records += other.round(round, pieces, &mut |chunk, record, fault| {
                    let file = from.files().get(chunk.file).map_or("", String::as_str);
                    letters.of(round.table, file, |bad| bad.add(record, fault))
                })?;
            }
            match progress {
                Progress::Records if records - begun < EPOCH => continue,
                Progress::Idle => {
                    thread::sleep(REST);
                    continue;
                }
                Progress::Records => {}
                Progress::End => ended = true,
            }
            other.end_epoch(&mut |group, fault| letters.of(group.table, "", |bad| bad.add_group(group, fault)))?;
            while other.sweep() && ended {}
            other.workers().iter_mut().for_each(|worker| worker.tables().forget_all_but(&self.tables));
            begun = records;
            other.begin_epoch(crew.now())?;
        }
        for (from, to) in other.workers().iter_mut().zip(crew.workers()) {
            let saved = save_all(*from, &|name| self.states.contains(name), &mut |part| {
                let loaded = load_part(part, &mut |kind: PieceKind, name, bytes| {
                    if self.states.contains(name) { load_piece(*to, kind, name, bytes, Load::All) } else { Ok(()) }
                });
                loaded.map_err(|_| io::Error::other("a view cannot be read back"))
            });
            saved.map_err(|error| Failure::environment(format!("cannot take over what is new: {error}")))?;
            to.tables().take_over(from.tables(), &self.tables);
        }
        Ok(true)
    }
}

/// Where bad records go.
pub(super) struct Letters<'l> {
    /// The tables of the pipeline.
    pub tables: &'static [TableUse],
    /// The dead-letter file.
    pub file: &'l mut DeadLetters,
    /// How many were passed over.
    pub skipped: &'l mut u64,
}

impl Letters<'_> {
    fn of(
        &mut self,
        table: usize,
        file: &str,
        add: impl FnOnce(&mut BadRecords<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Some(table) = self.tables.get(table) else { return Ok(()) };
        add(&mut BadRecords { letters: self.file, skipped: self.skipped, table, file })
    }
}
