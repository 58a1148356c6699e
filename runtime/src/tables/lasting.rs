//! Tables in the epoch log: the rows that contend for a key, and what an epoch tells each sink.

use crate::connectors::{ChangeKind, Failure, Sink};
use crate::epochs::bytes::{self, Bytes, Damaged};
use crate::tables::Tables;
use crate::tables::conflicts::{Conflicts, Rival, Rivals};

/// What follows in the bytes of a list.
const END: u8 = 0;
const ENTRY: u8 = 1;

impl Conflicts {
    /// Appends the rows of the keys that changed since this was last asked.
    fn save_changes(&mut self, out: &mut Vec<u8>) {
        let Some(log) = &mut self.log else { return };
        let mut keys = Bytes::new(log);
        while let Ok(key) = keys.list() {
            let rivals = self.rows.get_mut(key).map(|rivals| {
                rivals.marked = false;
                rivals.all.as_slice()
            });
            save(key, rivals.unwrap_or_default(), out);
        }
        if !log.is_empty() {
            out.push(END);
        }
        log.clear();
    }

    fn save_all(&self, out: &mut Vec<u8>) {
        for (key, rivals) in &self.rows {
            save(key, &rivals.all, out);
        }
        out.push(END);
    }

    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        loop {
            match bytes.byte()? {
                END => return Ok(()),
                ENTRY => {}
                _ => return Err(Damaged),
            }
            let key = bytes.list()?;
            let count = bytes.number()?;
            if count == 0 {
                self.rows.remove(key);
                continue;
            }
            let mut rivals = Rivals::default();
            for _ in 0..count {
                let own = if bytes.flag()? { Some(bytes.list()?.to_vec()) } else { None };
                rivals.all.push(Rival { own, row: bytes.list()?.to_vec() });
            }
            self.rows.insert(key.to_vec(), rivals);
        }
    }
}

fn save(key: &[u8], rivals: &[Rival], out: &mut Vec<u8>) {
    out.push(ENTRY);
    bytes::list(key, out);
    bytes::number(rivals.len() as u64, out);
    for rival in rivals {
        out.push(u8::from(rival.own.is_some()));
        if let Some(own) = &rival.own {
            bytes::list(own, out);
        }
        bytes::list(&rival.row, out);
    }
}

/// What is done with the rows that contend for the keys of a table: its name, and what appends them.
pub(crate) type SavePart<'p> = dyn FnMut(&'static str, &mut dyn FnMut(&mut Vec<u8>)) + 'p;

impl Tables {
    /// Notes from now on which rows that contend for keys change.
    pub(crate) fn keep_log(&mut self) {
        for conflicts in self.all.iter_mut().filter_map(|table| table.conflicts.as_mut()) {
            conflicts.log.get_or_insert_default();
        }
    }

    /// Saves the rows that contend for keys, a table after the other: what changed, or all.
    pub(crate) fn save(&mut self, all: bool, part: &mut SavePart<'_>) {
        for table in &mut self.all {
            let Some(conflicts) = &mut table.conflicts else { continue };
            part(table.info.name, &mut |out| {
                if all { conflicts.save_all(out) } else { conflicts.save_changes(out) }
            });
        }
    }

    /// Loads the rows that contend for keys of a table; those of a table without any are passed over.
    pub(crate) fn load(&mut self, name: &str, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        let table = self.all.iter_mut().find(|table| table.info.name == name);
        table.and_then(|table| table.conflicts.as_mut()).map_or(Ok(()), |conflicts| conflicts.load(bytes))
    }
}

/// Appends a change that a sink is told of.
pub(super) fn save_step(kind: ChangeKind, row: &[u8], out: &mut Vec<u8>) {
    out.push(match kind {
        ChangeKind::Insert => 1,
        ChangeKind::UpdateBefore => 2,
        ChangeKind::UpdateAfter => 3,
        ChangeKind::Delete => 4,
    });
    bytes::list(row, out);
}

/// Tells a sink again what it was told in an epoch; gives how many changes there were.
pub(super) fn tell_again(bytes: &mut Bytes<'_>, sink: Option<&mut dyn Sink>) -> Result<u64, Broken> {
    let mut told = 0;
    let mut sink = sink;
    loop {
        let kind = match bytes.byte()? {
            END => return Ok(told),
            1 => ChangeKind::Insert,
            2 => ChangeKind::UpdateBefore,
            3 => ChangeKind::UpdateAfter,
            4 => ChangeKind::Delete,
            _ => return Err(Damaged.into()),
        };
        let row = bytes.list()?;
        if let Some(sink) = &mut sink {
            sink.write_encoded(kind, row)?;
            told += 1;
        }
    }
}

/// Why something of the log could not be done again.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The log says nothing sensible.
    Log(Damaged),
    /// The target refused it.
    Target(Failure),
}

impl From<Damaged> for Broken {
    fn from(damaged: Damaged) -> Self {
        Self::Log(damaged)
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Target(failure)
    }
}
