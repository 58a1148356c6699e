//! What a job takes out of its epoch log at a start, without its sources and its sinks. The fuzz target `log` calls this:
//! the parts that do the work are nobody's business outside of the runtime.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bumpalo::Bump;
use jiff::tz::TimeZone;

use crate::connectors::{ChangeKind, Failure, Row, Sink, TableInfo, format};
use crate::epochs::storage::Storage;
use crate::epochs::{Damaged, Found, load_part};
use crate::job::crew::Keeps;
use crate::job::lasting::{Load, save_all};
use crate::job::restart::load_piece;
use crate::job::{Job, States};
use crate::scope::{Clock, Scope};
use crate::tables::{Broken, OpenTable, Sinks, Tables};

/// What a log says.
#[derive(Debug, PartialEq, Eq)]
pub struct ReadLog {
    /// The last good epoch; 0 if there is none.
    pub epoch: u64,
    /// Whether the log ends with something that was not written whole.
    pub torn: bool,
    /// How many changes the sinks would be told again.
    pub told: u64,
    /// The state of each part, saved anew.
    pub state: Vec<Vec<u8>>,
}

/// Reads the log of a state folder; none if there is none.
pub fn read_log<J: Job>(storage: &mut dyn Storage) -> Result<Option<ReadLog>, Failure> {
    let Some(found) = Found::look(storage, Path::new("state"))? else { return Ok(None) };
    let (memory, clock) = (Bump::new(), Clock::new(0, TimeZone::UTC));
    let mut parts: Vec<Part<J>> = Vec::new();
    for _ in 0..found.header.parts {
        let mut tables = Tables::default();
        for table in J::TABLES {
            let (info, deferred, conflicts) = (&table.info, table.deferred, table.conflicts);
            tables.open(OpenTable { info, changelog: true, ordered: true, deferred, store: None, conflicts });
        }
        parts.push(Part { job: J::start(&Scope { memory: &memory, clock: &clock }), tables });
    }
    for (number, part) in parts.iter_mut().enumerate() {
        if let Some(mut snapshot) = found.snapshot(storage)? {
            snapshot.load(number, &mut |kind, name, bytes| load_piece(part, kind, name, bytes, Load::All))?;
        }
    }
    found.epochs(storage, &mut |_, changed| {
        for (number, changed) in changed.iter().enumerate() {
            let part = parts.get_mut(number).ok_or(Damaged)?;
            load_part(changed, &mut |kind, name, bytes| load_piece(part, kind, name, bytes, Load::All))?;
        }
        Ok(())
    })?;
    let mut sinks = Sinks::default();
    let told = Arc::new(AtomicU64::new(0));
    for table in J::TABLES {
        let sink = Nothing { info: &table.info, told: Arc::clone(&told) };
        sinks.open(&table.info, table.sink.then(|| Box::new(sink) as Box<dyn Sink>));
        found.lengths(table.info.name);
    }
    found.has_outputs_from(1);
    found.outputs(storage, 1, &mut |epoch, bytes| {
        sinks.apply_again(epoch, bytes, |_| true).map_err(|broken| match broken {
            // The sinks refuse nothing.
            Broken::Log(Damaged) | Broken::Target(_) => Damaged,
        })
    })?;
    let told = told.load(Ordering::Relaxed);
    let mut state = Vec::new();
    for part in &mut parts {
        let mut out = Vec::new();
        let saved = save_all(part, &|_| true, &mut |handful| {
            out.extend_from_slice(handful);
            Ok(())
        });
        drop(saved);
        state.push(out);
    }
    Ok(Some(ReadLog { epoch: found.standing.epoch, torn: found.torn, told, state }))
}

/// A pipeline that is run by nobody: it has no state that follows from another one.
struct Part<J> {
    job: J,
    tables: Tables,
}

impl<J: Job> Keeps for Part<J> {
    fn states(&mut self, states: &mut dyn States) -> Result<(), Damaged> {
        self.job.states(states)
    }

    fn tables(&mut self) -> &mut Tables {
        &mut self.tables
    }
}

/// A sink that looks at each value and keeps none.
struct Nothing {
    info: &'static TableInfo,
    told: Arc<AtomicU64>,
}

impl Sink for Nothing {
    fn write(&mut self, _kind: ChangeKind, row: &dyn Row) -> Result<(), Failure> {
        self.told.fetch_add(1, Ordering::Relaxed);
        (0..self.info.columns.len()).for_each(|column| drop(format::cell(row.value(column))));
        Ok(())
    }

    fn commit(&mut self, _epoch: u64) -> Result<(), Failure> {
        Ok(())
    }

    fn place(&self) -> String {
        String::new()
    }
}
