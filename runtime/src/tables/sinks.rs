//! The sinks of a job: they take the changes that all workers made in an epoch.

use crate::connectors::{Applied, Failure, Sink, TableInfo, Target, Tie};
use crate::epochs::bytes::{self, Bytes};
use crate::tables::EpochChanges;
use crate::tables::lasting::{Broken, save_step, tell_again};
use crate::tables::pending::{Pending, Place, TakeStep};

/// The sinks, one for each table that is written.
#[derive(Default)]
pub struct Sinks {
    /// In the order of the pipeline's tables.
    all: Vec<Option<OpenSink>>,
}

struct OpenSink {
    info: &'static TableInfo,
    sink: Box<dyn Sink>,
    written: u64,
}

impl Sinks {
    /// Adds the sink of the next table, if it has one.
    pub fn open(&mut self, info: &'static TableInfo, sink: Option<Box<dyn Sink>>) {
        self.all.push(sink.map(|sink| OpenSink { info, sink, written: 0 }));
    }

    /// Whether committing takes a processor for most of its time.
    pub(crate) fn compute(&self) -> bool {
        self.all.iter().flatten().any(|open| open.sink.computes())
    }

    /// Appends what the epoch tells each sink, before any is told. Gives whether there is anything.
    pub(crate) fn record(&self, workers: &[EpochChanges], out: &mut Vec<u8>) -> Result<bool, Failure> {
        let mut any = false;
        for (number, open) in self.all.iter().enumerate() {
            let Some(OpenSink { info, .. }) = open else { continue };
            let mut begun = false;
            each_step(number, workers, &mut |kind, row| {
                if !begun {
                    bytes::list(info.name.as_bytes(), out);
                    begun = true;
                }
                save_step(kind, row, out);
                Ok(())
            })?;
            if begun {
                out.push(0);
            }
            any |= begun;
        }
        // An empty name ends the list.
        out.push(0);
        Ok(any)
    }

    /// Writes the epoch's changes of all workers, commits them and forgets them; `logged` is the epoch's number in the
    /// log.
    pub fn commit(&mut self, epoch: u64, logged: Option<u64>, workers: &mut [EpochChanges]) -> Result<(), Failure> {
        for (number, open) in self.all.iter_mut().enumerate() {
            if let Some(OpenSink { sink, written, .. }) = open {
                each_step(number, workers, &mut |kind, row| {
                    *written += 1;
                    sink.write_encoded(kind, row)
                })?;
            }
        }
        workers.iter_mut().for_each(EpochChanges::clear);
        for OpenSink { sink, .. } in self.all.iter_mut().flatten() {
            logged.map_or(Ok(()), |epoch| sink.mark(epoch))?;
        }
        for OpenSink { sink, .. } in self.all.iter_mut().flatten() {
            sink.commit(epoch)?;
        }
        Ok(())
    }

    /// Tells the sinks for which `lags` holds again what [`Self::record`] noted of an epoch, and commits it.
    pub(crate) fn apply_again(
        &mut self,
        epoch: u64,
        bytes: &mut Bytes<'_>,
        lags: impl Fn(&'static str) -> bool,
    ) -> Result<(), Broken> {
        loop {
            let name = bytes.text()?;
            if name.is_empty() {
                break;
            }
            let open = self.all.iter_mut().flatten().find(|open| open.info.name == name && lags(open.info.name));
            let sink = open.map(|open| {
                let sink: &mut dyn Sink = open.sink.as_mut();
                sink
            });
            tell_again(bytes, sink)?;
        }
        for OpenSink { sink, .. } in self.all.iter_mut().flatten().filter(|open| lags(open.info.name)) {
            sink.mark(epoch)?;
        }
        for OpenSink { sink, .. } in self.all.iter_mut().flatten().filter(|open| lags(open.info.name)) {
            sink.commit(epoch)?;
        }
        Ok(())
    }

    /// Ties each sink to the epoch log; gives the tables with what their targets have of it.
    pub(crate) fn tie(
        &mut self,
        job: &'static str,
        log: u64,
        lengths: impl Fn(&str) -> Vec<(u64, u64)>,
    ) -> Result<Vec<(&'static TableInfo, Applied)>, Failure> {
        let each = |open: &mut OpenSink| {
            let lengths = lengths(open.info.name);
            Ok((open.info, open.sink.tie(&Tie { log, job, lengths: &lengths })?))
        };
        self.all.iter_mut().flatten().map(each).collect()
    }

    /// Has each target go on at the epoch that it told of.
    pub(crate) fn go_on(&mut self) -> Result<(), Failure> {
        self.all.iter_mut().flatten().try_for_each(|open| open.sink.go_on())
    }

    /// The targets that lost bytes by that which nobody wrote again, and how many.
    pub(crate) fn cut_off(&self) -> impl Iterator<Item = (String, u64)> {
        let lost = self.all.iter().flatten().map(|open| (open.sink.place(), open.sink.cut_off()));
        lost.filter(|(_, bytes)| *bytes > 0)
    }

    /// Has tables that the log knew nothing of begin behind an epoch of it.
    pub(crate) fn join(&mut self, names: &[&'static str], epoch: u64) -> Result<(), Failure> {
        for OpenSink { sink, .. } in self.all.iter_mut().flatten().filter(|open| names.contains(&open.info.name)) {
            sink.mark(epoch)?;
            sink.commit(epoch)?;
        }
        Ok(())
    }

    /// The tables with their targets as they are.
    pub(crate) fn targets(&self) -> Vec<(&'static str, Target)> {
        self.all.iter().flatten().map(|open| (open.info.name, open.sink.target())).collect()
    }

    /// Takes away what the job wrote to a table.
    pub(crate) fn restore(&mut self, name: &str, target: &Target, log: u64) -> Result<(), Failure> {
        let mut named = self.all.iter_mut().flatten().filter(|open| open.info.name == name);
        named.try_for_each(|open| open.sink.restore(target, log))
    }

    /// The tables with the lengths of their targets.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.all.iter().flatten().map(|open| (open.info.name, open.sink.length()))
    }

    /// Waits until the disk has what was committed.
    pub(crate) fn sync(&mut self) -> Result<(), Failure> {
        self.all.iter_mut().flatten().try_for_each(|open| open.sink.sync())
    }

    /// The sinks with their tables and the changes written to each.
    pub fn iter(&mut self) -> impl Iterator<Item = (&'static TableInfo, &mut dyn Sink, u64)> {
        self.all.iter_mut().flatten().map(|open| {
            let sink: &mut dyn Sink = open.sink.as_mut();
            (open.info, sink, open.written)
        })
    }
}

/// Hands over what a table's sink is told, in the order of the events where the sink's reader sees an order.
fn each_step(table: usize, workers: &[EpochChanges], each: &mut TakeStep<'_>) -> Result<(), Failure> {
    let parts: Vec<&Pending> = workers.iter().filter_map(|worker| worker.of(table)).collect();
    if parts.iter().all(|part| !part.is_ordered()) {
        for part in parts {
            for position in 0..part.len() {
                part.each_step(position, each)?;
            }
        }
        return Ok(());
    }
    let mut order: Vec<(Place<'_>, usize, usize)> = Vec::new();
    for (worker, part) in parts.iter().enumerate() {
        order.extend((0..part.len()).map(|position| (part.place(position), worker, position)));
    }
    order.sort_unstable();
    for (_, worker, position) in order {
        parts[worker].each_step(position, each)?;
    }
    Ok(())
}
