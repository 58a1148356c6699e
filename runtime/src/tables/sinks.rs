//! The sinks of a job: they take the changes that all workers made in an epoch.

use crate::connectors::{Failure, Sink, TableInfo};
use crate::tables::Tables;
use crate::tables::pending::{Pending, Place};

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

    /// Writes the epoch's changes of all workers and commits them.
    pub fn commit(&mut self, epoch: u64, workers: &mut [&mut Tables]) -> Result<(), Failure> {
        for (number, open) in self.all.iter_mut().enumerate() {
            for worker in workers.iter_mut() {
                worker.end_changes(number);
            }
            if let Some(OpenSink { sink, written, .. }) = open {
                *written += write(number, workers, sink.as_mut())?;
            }
            for worker in workers.iter_mut() {
                worker.forget_changes(number);
            }
        }
        for OpenSink { sink, .. } in self.all.iter_mut().flatten() {
            sink.commit(epoch)?;
        }
        Ok(())
    }

    /// The sinks with their tables and the changes written to each.
    pub fn iter(&mut self) -> impl Iterator<Item = (&'static TableInfo, &mut dyn Sink, u64)> {
        self.all.iter_mut().flatten().map(|open| {
            let sink: &mut dyn Sink = open.sink.as_mut();
            (open.info, sink, open.written)
        })
    }
}

/// Writes the changes of a table, in the order of the events where the sink's reader sees an order.
fn write(table: usize, workers: &mut [&mut Tables], sink: &mut dyn Sink) -> Result<u64, Failure> {
    let parts: Vec<&Pending> = workers.iter().filter_map(|worker| worker.pending(table)).collect();
    let mut written = 0;
    if parts.iter().all(|part| !part.is_ordered()) {
        for part in parts {
            for position in 0..part.len() {
                written += part.write(position, sink)?;
            }
        }
        return Ok(written);
    }
    let mut order: Vec<(Place<'_>, usize, usize)> = Vec::new();
    for (worker, part) in parts.iter().enumerate() {
        order.extend((0..part.len()).map(|position| (part.place(position), worker, position)));
    }
    order.sort_unstable();
    for (_, worker, position) in order {
        written += parts[worker].write(position, sink)?;
    }
    Ok(written)
}
