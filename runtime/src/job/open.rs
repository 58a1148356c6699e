//! Opening what a job works with: sources, sinks, stores, and the workers with their tables.

use bumpalo::Bump;
use jiff::tz::TimeZone;

use crate::connectors::{Failure, Options, Sink, Source, TableInfo, open_sink, open_source, open_store};
use crate::decode::Reader;
use crate::job::arguments::Arguments;
use crate::job::run::Feed;
use crate::job::workers::{Arena, Crew, Piece, Worker};
use crate::job::{Parallel, TableUse};
use crate::scope::{Clock, Scope};
use crate::tables::{Cache, OpenTable, Sinks, Tables};

/// The parts of a running job.
pub(super) struct Opened<J> {
    pub crew: Crew<J>,
    pub sinks: Sinks,
    pub feeds: Vec<Feed>,
}

/// Opens everything; `now` is what the clocks stand at.
pub(super) fn open<J: Parallel>(arguments: &Arguments, now: i64) -> Result<Opened<J>, Failure> {
    let clock = clock::<J>(now)?;
    let (mut sinks, mut feeds) = (Sinks::default(), Vec::new());
    let (mut changelogs, mut orders) = (Vec::new(), Vec::new());
    for (number, table) in J::TABLES.iter().enumerate() {
        let options = arguments.options(table.info.name);
        if table.source.is_some() {
            let source = open_source(connector(table)?, &table.info, &options)?;
            feeds.push(Feed::new(number, source, arguments.workers));
        }
        let sink: Option<Box<dyn Sink>> =
            table.sink.then(|| open_sink(connector(table)?, &table.info, &options)).transpose()?;
        let wants_changelog = sink.as_ref().is_some_and(|sink| sink.wants_changelog());
        orders.push(sink.is_some() && (wants_changelog || table.info.primary_key.is_empty()));
        // A job that was compiled for another sink gives new rows and keys alone.
        changelogs.push(table.changelog && wants_changelog);
        sinks.open(&table.info, sink);
    }
    let mut workers = Vec::new();
    for number in 0..arguments.workers {
        let mut tables = Tables::default();
        for ((table, changelog), ordered) in J::TABLES.iter().zip(&changelogs).zip(&orders) {
            tables.open(open_table::<J>(table, *changelog, *ordered, number, arguments)?);
        }
        let (memory, clock) = (Bump::new(), clock.clone());
        let job = J::start(&Scope { memory: &memory, clock: &clock });
        workers.push(Worker { job, tables, faults: Vec::new(), memory, clock });
    }
    let arena = |readers: bool| Arena {
        memory: Bump::new(),
        clock: clock.clone(),
        readers: feeds.iter().filter(|_| readers).filter_map(reader::<J>).collect(),
    };
    let decoding = workers.iter().map(|_| arena(true)).collect();
    let taking = workers.iter().map(|_| arena(false)).collect();
    Ok(Opened { crew: Crew { workers, decoding, taking, memory: Bump::new() }, sinks, feeds })
}

impl Feed {
    fn new(table: usize, source: Box<dyn Source>, workers: usize) -> Self {
        let pieces = (0..workers).map(|_| Piece::default()).collect();
        Self { table, source, pieces, ended: false }
    }
}

fn reader<J: Parallel>(feed: &Feed) -> Option<Reader> {
    let table = J::TABLES.get(feed.table)?;
    Some(Reader::new(feed.source.format(), &table.info, table.source?))
}

fn clock<J: Parallel>(now: i64) -> Result<Clock, Failure> {
    let zone = TimeZone::get(J::INFO.time_zone).map_err(|error| Failure {
        message: format!("the time zone {} cannot be loaded: {error}", J::INFO.time_zone),
        environment: true,
    })?;
    Ok(Clock::new(now, zone))
}

fn open_table<J: Parallel>(
    table: &'static TableUse,
    changelog: bool,
    ordered: bool,
    worker: usize,
    arguments: &Arguments,
) -> Result<OpenTable, Failure> {
    let options: Options = arguments.options(table.info.name);
    // Where the first worker takes all rows, nobody else looks anything up.
    let store = match table.lookup.filter(|_| worker == 0 || J::SPREADS) {
        Some(cache) => Some((open_store(connector(table)?, &table.info, &options)?, part(cache, arguments.workers))),
        None => None,
    };
    Ok(OpenTable { info: &table.info, changelog, ordered, deferred: table.deferred, store, conflicts: table.conflicts })
}

/// The part of a cache that one of the workers has.
fn part(cache: Cache, workers: usize) -> Cache {
    match cache {
        Cache::Lru { rows, ttl, missing } => Cache::Lru { rows: rows.div_ceil(workers as u64), ttl, missing },
        Cache::None | Cache::All { .. } => cache,
    }
}

fn connector(table: &'static TableUse) -> Result<&'static str, Failure> {
    let TableInfo { name, .. } = table.info;
    table.connector.ok_or_else(|| Failure {
        message: format!(
            "table '{name}' has no connector: name one in the pipeline file, or feed and read it from a program that \
             embeds the pipeline"
        ),
        environment: false,
    })
}
