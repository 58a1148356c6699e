//! Reading the epoch log: where the last good epoch left everything.

use std::io;
use std::path::{Path, PathBuf};

use crate::connectors::Failure;
use crate::connectors::options::reason;
use crate::epochs::bytes::{Bytes, Damaged};
use crate::epochs::content::{Header, PieceKind, Standing};
use crate::epochs::log::{generation_of, log_name, snapshot_name};
use crate::epochs::record::{BEGIN, Kind, Next, Records, Unreadable};
use crate::epochs::storage::Storage;

/// What a state folder holds of an epoch log.
#[derive(Debug)]
pub struct Found {
    /// For messages.
    folder: PathBuf,
    /// What the log belongs to.
    pub header: Header,
    pub(super) generation: u64,
    /// Bytes of the log up to the last good record; 0 if it is still to be made.
    pub(super) length: u64,
    /// Bytes of the snapshot; 0 if there is none.
    pub(super) snapshot: u64,
    /// Where the last good epoch left everything; epoch 0 if there is none.
    pub standing: Standing,
    /// The epochs of the log: number, place in the file, lengths of the targets before.
    epochs: Vec<LoggedEpoch>,
    /// Whether it is known that all sinks have the last epoch.
    pub applied: bool,
    /// Whether the log ends with something that was not written whole, or is damaged.
    pub torn: bool,
}

#[derive(Debug)]
struct LoggedEpoch {
    epoch: u64,
    position: u64,
    lengths: Vec<(String, u64)>,
}

/// The parts of an epoch's record.
struct EpochRecord<'b> {
    standing: Standing,
    outputs: &'b [u8],
    parts: Vec<&'b [u8]>,
}

fn epoch_record(body: &[u8]) -> Result<EpochRecord<'_>, Damaged> {
    let mut bytes = Bytes::new(body);
    let standing = Standing::decode(&mut Bytes::new(bytes.list()?))?;
    let outputs = bytes.list()?;
    let mut parts = Vec::new();
    for _ in 0..bytes.number()? {
        parts.push(bytes.list()?);
    }
    Ok(EpochRecord { standing, outputs, parts })
}

/// The newest generation in a folder; 0 if there is none.
pub fn newest_generation(storage: &mut dyn Storage) -> io::Result<u64> {
    let names = storage.names()?;
    Ok(names.iter().filter_map(|name| generation_of(name)).map(|(generation, _)| generation).max().unwrap_or(0))
}

/// What takes in a piece of state: what it is, its name, its bytes.
pub type LoadPiece<'l> = dyn FnMut(PieceKind, &str, &mut Bytes<'_>) -> Result<(), Damaged> + 'l;

/// What takes in the parts of an epoch: where it left everything, and what changed in each part.
pub type LoadEpoch<'l> = dyn FnMut(&Standing, &[&[u8]]) -> Result<(), Damaged> + 'l;

impl Found {
    /// Looks for an epoch log; none if the folder holds none.
    pub fn look(storage: &mut dyn Storage, folder: &Path) -> Result<Option<Self>, Failure> {
        let io = |error: io::Error| Failure::file("read the state folder", folder, &error);
        let generation = newest_generation(storage).map_err(io)?;
        if generation == 0 {
            return Ok(None);
        }
        let names = storage.names().map_err(io)?;
        let has = |name: String| names.contains(&name);
        let mut found = Self {
            folder: folder.to_owned(),
            header: Header::default(),
            generation,
            length: 0,
            snapshot: 0,
            standing: Standing::default(),
            epochs: Vec::new(),
            applied: true,
            torn: false,
        };
        if has(snapshot_name(generation)) {
            found.look_at_snapshot(storage)?;
        }
        if has(log_name(generation)) {
            found.look_at_log(storage)?;
        }
        if found.snapshot == 0 && !found.header.first {
            return Err(found.refusal(&snapshot_name(generation), "it is missing"));
        }
        Ok(Some(found))
    }

    fn open(&self, storage: &mut dyn Storage, name: &str) -> Result<Records, Failure> {
        let opened = storage.read(name).map_err(Unreadable::Io).and_then(Records::open);
        opened.map_err(|unreadable| match unreadable {
            Unreadable::Io(error) => self.refusal(name, &format!("it cannot be read: {}", reason(&error))),
            Unreadable::Foreign => self.refusal(name, "it is no epoch log, or its beginning is damaged"),
            Unreadable::Version(version) => {
                self.refusal(name, &format!("it was written by another version of Millstream (format {version})"))
            }
        })
    }

    fn look_at_snapshot(&mut self, storage: &mut dyn Storage) -> Result<(), Failure> {
        let name = snapshot_name(self.generation);
        let mut records = self.open(storage, &name)?;
        let broken = |found: &Self| found.refusal(&name, "it is damaged");
        match records.next() {
            Ok(Next::Record(Kind::Header, body)) => {
                self.header = Header::decode(Bytes::new(body)).map_err(|_| broken(self))?;
            }
            _ => return Err(broken(self)),
        }
        match records.next() {
            Ok(Next::Record(Kind::Standing, body)) => {
                self.standing = Standing::decode(&mut Bytes::new(body)).map_err(|_| broken(self))?;
            }
            _ => return Err(broken(self)),
        }
        self.snapshot = records.length();
        Ok(())
    }

    fn look_at_log(&mut self, storage: &mut dyn Storage) -> Result<(), Failure> {
        let name = log_name(self.generation);
        let mut records = self.open(storage, &name)?;
        let what = |what: &str, error: &io::Error| format!("{what}: {}", reason(error));
        match records.next() {
            Ok(Next::Record(Kind::Header, body)) => {
                self.header = Header::decode(Bytes::new(body)).map_err(|_| self.refusal(&name, "it is damaged"))?;
            }
            Ok(Next::Record(..) | Next::End | Next::Damaged { .. }) => {
                return Err(self.refusal(&name, "its header is damaged"));
            }
            Err(error) => return Err(self.refusal(&name, &what("it cannot be read", &error))),
        }
        loop {
            let position = records.position();
            self.length = position;
            let next = records.next().map_err(|error| self.refusal(&name, &what("it cannot be read", &error)))?;
            match next {
                Next::End => return Ok(()),
                Next::Damaged { followed: false } => {
                    self.torn = true;
                    return Ok(());
                }
                Next::Damaged { followed: true } => {
                    let place = format!("it is damaged at byte {position}, and good epochs follow");
                    return Err(self.refusal(&name, &place));
                }
                Next::Record(Kind::Epoch, body) => {
                    let record = epoch_record(body).map_err(|_| self.refusal(&name, "it is damaged"))?;
                    let EpochRecord { standing, .. } = record;
                    let lengths = standing.lengths.clone();
                    self.epochs.push(LoggedEpoch { epoch: standing.epoch, position, lengths });
                    self.standing.follow(standing);
                    self.applied = false;
                }
                Next::Record(Kind::Applied, _) => self.applied = true,
                Next::Record(Kind::Header | Kind::Standing | Kind::State | Kind::End, _) => {
                    return Err(self.refusal(&name, "it holds what belongs into another file"));
                }
            }
        }
    }

    /// The generation of its files.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether the log still has what each sink was told from this epoch on.
    pub fn has_outputs_from(&self, epoch: u64) -> bool {
        epoch > self.standing.epoch || self.epochs.first().is_some_and(|first| first.epoch <= epoch)
    }

    /// How long a table's target was before each epoch of the log; that of the epoch to come if nothing else is known.
    pub fn lengths(&self, table: &str) -> Vec<(u64, u64)> {
        let of = |lengths: &[(String, u64)]| lengths.iter().find(|(name, _)| name == table).map(|(_, length)| *length);
        let logged = self.epochs.iter();
        let mut all: Vec<(u64, u64)> = logged.filter_map(|logged| Some((logged.epoch, of(&logged.lengths)?))).collect();
        if all.is_empty() {
            let target = self.header.targets.iter().find(|(name, _)| name == table);
            let length = match self.snapshot {
                0 => target.map(|(_, target)| target.length),
                _ => of(&self.standing.lengths),
            };
            all.extend(length.map(|length| (self.standing.epoch + 1, length)));
        }
        all
    }

    /// The first epoch behind the snapshot.
    pub fn first_epoch(&self) -> Option<u64> {
        self.epochs.first().map(|first| first.epoch)
    }

    /// Whether epochs are to be read behind the snapshot.
    pub fn has_epochs(&self) -> bool {
        !self.epochs.is_empty()
    }

    /// What the snapshot holds, if there is one; parts can be read at the same time, each from a file of its own.
    pub fn snapshot(&self, storage: &mut dyn Storage) -> Result<Option<Snapshot<'_>>, Failure> {
        let name = snapshot_name(self.generation);
        if self.snapshot == 0 {
            return Ok(None);
        }
        Ok(Some(Snapshot { found: self, records: self.open(storage, &name)?, name }))
    }

    /// Hands over the epochs behind the snapshot, up to the last good one.
    pub fn epochs(&self, storage: &mut dyn Storage, each: &mut LoadEpoch<'_>) -> Result<(), Failure> {
        if self.epochs.is_empty() {
            return Ok(());
        }
        let name = log_name(self.generation);
        let mut records = self.open(storage, &name)?;
        for logged in &self.epochs {
            self.epoch_at(&mut records, logged, &name, &mut |record| each(&record.standing, &record.parts))?;
        }
        Ok(())
    }

    /// Hands over what the sinks were told in each epoch from `first` on.
    pub fn outputs(
        &self,
        storage: &mut dyn Storage,
        first: u64,
        each: &mut dyn FnMut(u64, &mut Bytes<'_>) -> Result<(), Damaged>,
    ) -> Result<(), Failure> {
        let name = log_name(self.generation);
        let wanted: Vec<&LoggedEpoch> = self.epochs.iter().filter(|logged| logged.epoch >= first).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let mut records = self.open(storage, &name)?;
        for logged in wanted {
            self.epoch_at(&mut records, logged, &name, &mut |record| {
                each(record.standing.epoch, &mut Bytes::new(record.outputs))
            })?;
        }
        Ok(())
    }

    fn epoch_at(
        &self,
        records: &mut Records,
        logged: &LoggedEpoch,
        name: &str,
        each: &mut dyn FnMut(EpochRecord<'_>) -> Result<(), Damaged>,
    ) -> Result<(), Failure> {
        records.seek(logged.position).map_err(|error| self.refusal(name, &reason(&error)))?;
        let done = match records.next() {
            Ok(Next::Record(Kind::Epoch, body)) => epoch_record(body).and_then(each),
            Ok(_) => Err(Damaged),
            Err(error) => return Err(self.refusal(name, &reason(&error))),
        };
        done.map_err(|_| self.refusal(name, &format!("epoch {} is damaged", logged.epoch)))
    }

    /// Why a job cannot go on from this folder.
    #[cold]
    pub fn refusal(&self, file: &str, why: &str) -> Failure {
        Failure::environment(format!(
            "cannot go on from {}: {why}. Put back a copy of the state folder, or start anew with --fresh, which reads \
             the sources from their beginning",
            self.folder.join(file).display()
        ))
    }
}

/// A snapshot that is read.
pub struct Snapshot<'f> {
    found: &'f Found,
    records: Records,
    name: String,
}

impl Snapshot<'_> {
    /// Hands over the state of a part, piece by piece. Whether the records of other parts are good is not looked at.
    pub fn load(&mut self, part: usize, piece: &mut LoadPiece<'_>) -> Result<(), Failure> {
        let Self { found, records, name } = self;
        let io = |error: io::Error| found.refusal(name, &reason(&error));
        records.seek(BEGIN).map_err(io)?;
        // The numbers of all parts fit into the first byte.
        let own = u8::try_from(part).ok();
        let mut ended = false;
        loop {
            let next = records.next_of(own).map_err(io)?;
            let loaded = match next {
                Next::Record(Kind::State, body) => {
                    let mut bytes = Bytes::new(body);
                    match bytes.count() {
                        Ok(of) if of == part => load_part(bytes.rest(), piece),
                        Ok(of) if of < found.header.parts => Ok(()),
                        Ok(_) | Err(Damaged) => Err(Damaged),
                    }
                }
                Next::Record(Kind::Header | Kind::Standing, _) => Ok(()),
                Next::Record(Kind::End, _) => {
                    ended = true;
                    Ok(())
                }
                Next::Record(Kind::Epoch | Kind::Applied, _) | Next::Damaged { .. } => Err(Damaged),
                Next::End if ended => return Ok(()),
                Next::End => Err(Damaged),
            };
            loaded.map_err(|_| found.refusal(name, "it is damaged"))?;
        }
    }
}

/// Hands over the pieces of a part.
pub fn load_part(part: &[u8], piece: &mut LoadPiece<'_>) -> Result<(), Damaged> {
    let mut bytes = Bytes::new(part);
    while !bytes.is_empty() {
        let kind = PieceKind::of(bytes.byte()?)?;
        let name = bytes.text()?;
        let length = usize::try_from(u64::from_le_bytes(bytes.fixed()?)).map_err(|_| Damaged)?;
        let mut own = Bytes::new(bytes.take(length)?);
        piece(kind, name, &mut own)?;
    }
    Ok(())
}

/// Appends a piece of state, unless it is empty.
pub fn save_piece(kind: PieceKind, name: &str, out: &mut Vec<u8>, save: &mut dyn FnMut(&mut Vec<u8>)) {
    begin_piece(kind, name, out, &mut |out| {
        save(out);
        0
    });
}

/// Appends the beginning of a piece of state, unless it is empty: `save` appends some of it, and gives how many bytes
/// are to follow.
pub fn begin_piece(kind: PieceKind, name: &str, out: &mut Vec<u8>, save: &mut dyn FnMut(&mut Vec<u8>) -> usize) {
    let start = out.len();
    out.push(kind.number());
    crate::epochs::bytes::list(name.as_bytes(), out);
    let place = out.len();
    out.extend_from_slice(&[0; 8]);
    let begin = out.len();
    let follows = save(out);
    let length = (out.len() - begin + follows) as u64;
    if length == 0 {
        out.truncate(start);
    } else if let Some(length_place) = out.get_mut(place..begin) {
        length_place.copy_from_slice(&length.to_le_bytes());
    }
}
