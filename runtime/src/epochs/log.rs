//! Writing the epoch log: records are appended to `epochs-N.log`; when that is long, what all of them come to goes into
//! `epochs-N+1.snapshot`, and `epochs-N+1.log` begins.

use std::io;
use std::path::{Path, PathBuf};

use crate::connectors::Failure;
use crate::epochs::bytes;
use crate::epochs::content::{Header, Standing};
use crate::epochs::found::Found;
use crate::epochs::record::{self, Kind};
use crate::epochs::storage::Storage;

/// The name of a generation's log.
pub(super) fn log_name(generation: u64) -> String {
    format!("epochs-{generation}.log")
}

/// The name of a generation's snapshot.
pub(super) fn snapshot_name(generation: u64) -> String {
    format!("epochs-{generation}.snapshot")
}

/// What is appended to a name while the file is not whole.
const UNFINISHED: &str = ".new";

/// The generation of a file of an epoch log, and whether it is a log; none for other files.
pub(super) fn generation_of(name: &str) -> Option<(u64, bool)> {
    let name = name.strip_prefix("epochs-")?;
    let (number, is_log) = match name.strip_suffix(".log") {
        Some(number) => (number, true),
        None => (name.strip_suffix(".snapshot")?, false),
    };
    Some((number.parse().ok()?, is_log))
}

/// An epoch log that is written.
pub struct Log {
    storage: Box<dyn Storage>,
    /// For messages.
    folder: PathBuf,
    header: Header,
    generation: u64,
    length: u64,
    snapshot: u64,
    /// Whether there are epochs behind the snapshot.
    epochs: bool,
    /// Beyond twice the snapshot, so long may a log be.
    limit: u64,
}

/// What hands over all that a part of the state holds, a handful of pieces at a time.
pub type SavePart<'s> = dyn FnMut(usize, &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> + 's;

/// What changed in a part of the state, as it stands in the log.
#[derive(Debug, Default)]
pub struct Part {
    /// Its pieces; the last of them goes on in `rest`.
    pub pieces: Vec<u8>,
    /// The rest, which need not be copied behind them.
    pub rest: Vec<u8>,
}

/// An epoch for the log.
pub struct LogEpoch<'e> {
    /// Where it leaves everything.
    pub standing: &'e Standing,
    /// What the sinks are told.
    pub outputs: &'e [u8],
    /// What changed in each part of the state.
    pub parts: &'e [Part],
}

impl Log {
    /// Begins a log in place of what the folder holds of generations up to `after`.
    pub fn begin(
        storage: Box<dyn Storage>,
        folder: &Path,
        header: Header,
        after: u64,
        limit: u64,
    ) -> Result<Self, Failure> {
        let generation = after + 1;
        let mut log = Self {
            storage,
            folder: folder.to_owned(),
            header,
            generation,
            length: 0,
            snapshot: 0,
            epochs: false,
            limit,
        };
        log.header.first = true;
        log.begin_file().and_then(|()| log.remove_others()).map_err(|error| log.failure(&error))?;
        Ok(log)
    }

    /// Goes on behind the last good epoch that was found.
    pub fn go_on(storage: Box<dyn Storage>, folder: &Path, found: &Found, limit: u64) -> Result<Self, Failure> {
        let mut log = Self {
            storage,
            folder: folder.to_owned(),
            header: found.header.clone(),
            generation: found.generation,
            length: found.length,
            snapshot: found.snapshot,
            epochs: found.has_epochs(),
            limit,
        };
        let begun = if found.length > 0 {
            log.storage.go_on(&log_name(log.generation), found.length)
        } else {
            log.begin_file()
        };
        begun.and_then(|()| log.remove_others()).map_err(|error| log.failure(&error))?;
        Ok(log)
    }

    /// What the log belongs to.
    pub fn header(&self) -> &Header {
        &self.header
    }

    fn begin_file(&mut self) -> io::Result<()> {
        let (name, body) = (log_name(self.generation), self.header.encode());
        let unfinished = format!("{name}{UNFINISHED}");
        self.storage.create(&unfinished)?;
        self.storage.append(&record::begin())?;
        self.length = record::BEGIN;
        self.record(Kind::Header, &[&body])?;
        self.storage.sync()?;
        self.storage.rename(&unfinished, &name)
    }

    /// Removes what other generations left, and what was not finished.
    fn remove_others(&mut self) -> io::Result<()> {
        for name in self.storage.names()? {
            let whole = name.strip_suffix(UNFINISHED);
            let own = generation_of(whole.unwrap_or(&name));
            let kept = own.is_none_or(|(generation, is_log)| {
                whole.is_none() && generation == self.generation && (is_log || self.snapshot > 0)
            });
            if !kept {
                self.storage.remove(&name)?;
            }
        }
        Ok(())
    }

    fn record(&mut self, kind: Kind, pieces: &[&[u8]]) -> io::Result<()> {
        self.storage.append(&record::head(kind, pieces))?;
        for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
            self.storage.append(piece)?;
        }
        self.length += record::length_with_head(pieces.iter().map(|piece| piece.len() as u64).sum());
        Ok(())
    }

    /// Appends an epoch; the disk has it after this.
    pub fn append(&mut self, epoch: &LogEpoch<'_>) -> Result<(), Failure> {
        let (mut standing, mut first) = (Vec::new(), Vec::new());
        epoch.standing.encode(&mut standing);
        bytes::list(&standing, &mut first);
        bytes::number(epoch.outputs.len() as u64, &mut first);
        let lengths: Vec<Vec<u8>> = epoch
            .parts
            .iter()
            .map(|part| {
                let mut length = Vec::new();
                bytes::number((part.pieces.len() + part.rest.len()) as u64, &mut length);
                length
            })
            .collect();
        let mut count = Vec::new();
        bytes::number(epoch.parts.len() as u64, &mut count);
        let mut pieces: Vec<&[u8]> = vec![&first, epoch.outputs, &count];
        for (length, part) in lengths.iter().zip(epoch.parts) {
            pieces.extend([length.as_slice(), part.pieces.as_slice(), part.rest.as_slice()]);
        }
        self.epochs = true;
        let written = self.record(Kind::Epoch, &pieces).and_then(|()| self.storage.sync());
        let written = written.and_then(|()| self.storage.point());
        written.map_err(|error| self.failure(&error))
    }

    /// Notes that all sinks have the last epoch. Should that be lost, they are told again.
    pub fn applied(&mut self) -> Result<(), Failure> {
        let written = self.storage.point().and_then(|()| self.record(Kind::Applied, &[]));
        written.map_err(|error| self.failure(&error))
    }

    /// Whether there are epochs behind the snapshot.
    pub fn has_epochs(&self) -> bool {
        self.epochs
    }

    /// Whether a snapshot should take the place of the log: it is longer than two of them. `about` tells how long the
    /// next one would be; it is asked where that may matter.
    pub fn is_long(&self, about: impl FnOnce() -> u64) -> bool {
        let exceeds = |snapshot: u64| self.length > snapshot.saturating_mul(2).saturating_add(self.limit);
        exceeds(self.snapshot) && (self.limit == 0 || exceeds(about()))
    }

    /// Writes what all epochs come to as a snapshot, and begins a new log behind it. `part` hands over all that a part
    /// of the state holds, in one handful of pieces or several.
    pub fn compact(&mut self, header: Header, standing: &Standing, part: &mut SavePart<'_>) -> Result<(), Failure> {
        self.header = header;
        self.header.first = false;
        self.write_snapshot(standing, part).map_err(|error| self.failure(&error))
    }

    fn write_snapshot(&mut self, standing: &Standing, part: &mut SavePart<'_>) -> io::Result<()> {
        let name = snapshot_name(self.generation + 1);
        let unfinished = format!("{name}{UNFINISHED}");
        self.storage.create(&unfinished)?;
        self.storage.append(&record::begin())?;
        self.length = record::BEGIN;
        self.record(Kind::Header, &[&self.header.encode()])?;
        let mut bytes = Vec::new();
        standing.encode(&mut bytes);
        self.record(Kind::Standing, &[&bytes])?;
        for number in 0..self.header.parts {
            bytes.clear();
            bytes::number(number as u64, &mut bytes);
            part(number, &mut |pieces| self.record(Kind::State, &[&bytes, pieces]))?;
        }
        self.record(Kind::End, &[])?;
        self.storage.sync()?;
        self.storage.rename(&unfinished, &name)?;
        self.generation += 1;
        self.snapshot = self.length;
        self.epochs = false;
        self.begin_file()?;
        self.remove_others()
    }

    #[cold]
    fn failure(&self, error: &io::Error) -> Failure {
        Failure::file("write the epoch log in", &self.folder, error)
    }
}
