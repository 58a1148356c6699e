//! Opening what a job works with: sources, sinks, stores, and the workers with their tables.

use bumpalo::Bump;
use jiff::tz::TimeZone;

use crate::connectors::{
    Again, Failure, Options, Placed, Position, Sink, TableInfo, open_sink, open_source, open_store, refuse_shared,
};
use crate::decode::Reader;
use crate::job::TableUse;
use crate::job::arguments::Arguments;
use crate::job::crew::{Arena, Crew, Piece};
use crate::job::program::Program;
use crate::job::run::Feed;
use crate::scope::Clock;
use crate::tables::{Cache, OpenTable, Sinks, Tables};

/// What a job reads and writes.
pub(super) struct Ends {
    pub sinks: Sinks,
    pub feeds: Vec<Feed>,
    /// Of each table, whether its sink wants each change with the row before, and whether it shows an order.
    changelogs: Vec<bool>,
    orders: Vec<bool>,
}

/// Opens the sources and sinks.
pub(super) fn open_ends(program: Program, arguments: &Arguments) -> Result<Ends, Failure> {
    refuse_shared_places(program, arguments)?;
    let (mut sinks, mut feeds) = (Sinks::default(), Vec::new());
    let (mut changelogs, mut orders) = (Vec::new(), Vec::new());
    for (number, table) in program.tables.iter().enumerate() {
        let options = arguments.options(table.info.name);
        if table.source.is_some() {
            let source = open_source(connector(table)?, &table.info, &options)?;
            feeds.push(Feed { table: number, name: table.info.name, source, pieces: Vec::new(), ended: false });
        }
        let sink: Option<Box<dyn Sink>> =
            table.sink.then(|| open_sink(connector(table)?, &table.info, &options)).transpose()?;
        let wants_changelog = sink.as_ref().is_some_and(|sink| sink.wants_changelog());
        orders.push(sink.is_some() && (wants_changelog || table.info.primary_key.is_empty()));
        // A job that was compiled for another sink gives new rows and keys alone.
        changelogs.push(table.changelog && wants_changelog);
        sinks.open(&table.info, sink);
    }
    Ok(Ends { sinks, feeds, changelogs, orders })
}

/// Refuses a pipeline whose tables are one another's files, or the same table of a database.
fn refuse_shared_places(program: Program, arguments: &Arguments) -> Result<(), Failure> {
    let connected = |table: &'static TableUse| Some((table, table.connector?, arguments.options(table.info.name)));
    let all: Vec<_> = program.tables.iter().filter_map(connected).collect();
    let placed =
        all.iter().map(|(table, kind, options)| Placed { kind, info: &table.info, options, written: table.sink });
    refuse_shared(&placed.collect::<Vec<_>>())
}

/// Opens the sources anew, to read them from their beginning.
pub(super) fn reopen(program: Program, arguments: &Arguments, ends: &mut Ends) -> Result<(), Failure> {
    for feed in &mut ends.feeds {
        let Some(table) = program.tables.get(feed.table) else { continue };
        feed.source = open_source(connector(table)?, &table.info, &arguments.options(table.info.name))?;
    }
    Ok(())
}

/// What reads the sources once more, up to where they were read before, and writes nothing.
pub(super) fn open_again(
    program: Program,
    arguments: &Arguments,
    ends: &Ends,
    read: &[(String, Vec<Position>)],
) -> Result<Ends, Failure> {
    let mut feeds = Vec::new();
    for Feed { table: number, name, .. } in &ends.feeds {
        let Some(table) = program.tables.get(*number) else { continue };
        let source = open_source(connector(table)?, &table.info, &arguments.options(name))?;
        let positions = read.iter().find(|(table, _)| table == name).map_or(&[][..], |(_, positions)| positions);
        let source = Box::new(Again::new(source, positions));
        feeds.push(Feed { table: *number, name, source, pieces: Vec::new(), ended: false });
    }
    let (changelogs, orders) = (ends.changelogs.clone(), ends.orders.clone());
    Ok(Ends { sinks: Sinks::default(), feeds, changelogs, orders })
}

/// Opens as many workers as state has parts; `now` is what the clocks stand at.
pub(super) fn open_crew(
    program: Program,
    arguments: &Arguments,
    ends: &mut Ends,
    parts: usize,
    now: i64,
) -> Result<Crew, Failure> {
    let clock = clock(program, now)?;
    let Ends { feeds, changelogs, orders, .. } = ends;
    for feed in feeds.iter_mut() {
        feed.pieces = (0..parts).map(|_| Piece::default()).collect();
    }
    let mut all = Vec::new();
    for number in 0..parts {
        let mut tables = Tables::default();
        for ((table, changelog), ordered) in program.tables.iter().zip(&*changelogs).zip(&*orders) {
            tables.open(open_table(program, table, *changelog, *ordered, (number, parts), arguments)?);
        }
        all.push(tables);
    }
    let arena = |readers: bool| Arena {
        memory: Bump::new(),
        clock: clock.clone(),
        readers: feeds.iter().filter(|_| readers).filter_map(|feed| reader(program, feed)).collect(),
    };
    let decoding = all.iter().map(|_| arena(true)).collect();
    let taking = all.iter().map(|_| arena(false)).collect();
    Ok(Crew::new((program.hire)(all, &clock), decoding, taking, now))
}

fn reader(program: Program, feed: &Feed) -> Option<Reader> {
    let table = program.tables.get(feed.table)?;
    Some(Reader::new(feed.source.format(), &table.info, table.source?))
}

fn clock(program: Program, now: i64) -> Result<Clock, Failure> {
    let zone = TimeZone::get(program.info.time_zone).map_err(|error| Failure {
        message: format!("the time zone {} cannot be loaded: {error}", program.info.time_zone),
        environment: true,
    })?;
    Ok(Clock::new(now, zone))
}

fn open_table(
    program: Program,
    table: &'static TableUse,
    changelog: bool,
    ordered: bool,
    (worker, workers): (usize, usize),
    arguments: &Arguments,
) -> Result<OpenTable, Failure> {
    let options: Options = arguments.options(table.info.name);
    // Where the first worker takes all rows, nobody else looks anything up.
    let store = match table.lookup.filter(|_| worker == 0 || program.spreads) {
        Some(cache) => Some((open_store(connector(table)?, &table.info, &options)?, part(cache, workers))),
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
