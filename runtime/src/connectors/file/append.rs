//! The sink of tables without a primary key, of changelogs and of standard output: changes are appended.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::super::options::reason;
use super::super::resume::absolute;
use super::super::resume::{Applied, Target, Tie};
use super::super::{ChangeKind, Failure, Format, Preview, Row, Sink, TableInfo, format};
use super::load::{count, load};
use super::settings::{Place, Settings};
use super::{create_parent, refuse_compressed};

/// So many bytes are kept before they are written in the middle of an epoch.
const FULL: usize = 256 << 10;

/// Opens the sink.
pub(super) fn open(table: &TableInfo, settings: Settings) -> Result<Box<dyn Sink>, Failure> {
    let (out, empty) = match &settings.place {
        Place::Standard => (Out::Standard, true),
        Place::Path(path) => {
            refuse_compressed(path, &settings)?;
            create_parent(path)?;
            let made = !path.exists();
            let (file, length) = open_at_end(path).map_err(|error| Failure::file("write", path, &error))?;
            (Out::File { file, path: path.clone(), made, committed: length, length }, length == 0)
        }
    };
    // Without the kinds of the changes nobody could tell what standard output means of a table with a key.
    let changelog = settings.changelog || !table.primary_key.is_empty();
    let (table, format, buffer) = (*table, settings.format, Vec::new());
    let mut sink = Append { table, format, changelog, out, buffer, goes_on: None, was: 0 };
    if empty {
        sink.write_header();
    }
    Ok(Box::new(sink))
}

struct Append {
    table: TableInfo,
    format: Format,
    changelog: bool,
    out: Out,
    buffer: Vec<u8>,
    /// Where the file goes on, as long as that is not decided, and how long it was then.
    goes_on: Option<u64>,
    was: u64,
}

enum Out {
    Standard,
    File {
        file: File,
        path: PathBuf,
        /// Whether it was not there before.
        made: bool,
        /// The length at the last commit.
        committed: u64,
        length: u64,
    },
}

/// Opens a file for appending; a last line that is not ended is ended.
fn open_at_end(path: &Path) -> io::Result<(File, u64)> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let mut length = file.metadata()?.len();
    if length > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
            length += 1;
        }
    }
    Ok((file, length))
}

impl Append {
    fn write_header(&mut self) {
        if let Format::Csv(csv) = &self.format
            && csv.header
        {
            let op = self.changelog.then_some("op");
            for (position, name) in op.into_iter().chain(self.table.columns.iter().map(|c| c.name)).enumerate() {
                if position > 0 {
                    self.buffer.push(csv.delimiter);
                }
                format::csv(crate::values::Value::Text(name), csv.delimiter, "", &mut self.buffer);
            }
            self.buffer.push(b'\n');
        }
    }

    /// Cuts the file to a length, as if nothing had been written behind it.
    fn cut(&mut self, to: u64) -> Result<(), Failure> {
        self.buffer.clear();
        if let Out::File { file, path, committed, length, .. } = &mut self.out {
            if *length != to {
                file.set_len(to).map_err(|error| Failure::file("write", path, &error))?;
            }
            (*committed, *length) = (to, to);
            if to == 0 {
                self.write_header();
            }
        }
        Ok(())
    }

    fn write_out(&mut self) -> Result<(), Failure> {
        match &mut self.out {
            Out::Standard => {
                let mut out = io::stdout().lock();
                out.write_all(&self.buffer).and_then(|()| out.flush()).map_err(|error| {
                    Failure::environment(format!("cannot write to standard output: {}", reason(&error)))
                })?;
            }
            Out::File { file, path, length, .. } => {
                file.write_all(&self.buffer).map_err(|error| Failure::file("write", path, &error))?;
                *length += self.buffer.len() as u64;
            }
        }
        self.buffer.clear();
        Ok(())
    }
}

impl Sink for Append {
    fn write(&mut self, kind: ChangeKind, row: &dyn Row) -> Result<(), Failure> {
        if !self.changelog && kind != ChangeKind::Insert {
            return Err(Failure::pipeline(format!(
                "table '{}' has no primary key, so its file can only take new rows, but a row changed; give it a \
                 primary_key, or set changelog: true",
                self.table.name
            )));
        }
        let kind = self.changelog.then_some(kind);
        match &self.format {
            Format::Json => format::json_row(kind, &self.table, row, &mut self.buffer),
            Format::Csv(csv) => {
                format::csv_row(kind, &self.table, row, csv.delimiter, &csv.null_text, &mut self.buffer);
            }
        }
        self.buffer.push(b'\n');
        if self.buffer.len() >= FULL { self.write_out() } else { Ok(()) }
    }

    fn commit(&mut self, _epoch: u64) -> Result<(), Failure> {
        if !self.buffer.is_empty() {
            self.write_out()?;
        }
        if let Out::File { committed, length, .. } = &mut self.out {
            *committed = *length;
        }
        Ok(())
    }

    fn target(&self) -> Target {
        match &self.out {
            Out::Standard => Target { place: "-".to_owned(), ..Target::default() },
            Out::File { path, made, committed, .. } => {
                Target { place: absolute(&path.display().to_string()), made: *made, length: *committed }
            }
        }
    }

    fn restore(&mut self, target: &Target, _log: u64) -> Result<(), Failure> {
        match &self.out {
            Out::File { length, .. } if *length >= target.length => self.cut(target.length),
            Out::File { .. } | Out::Standard => Ok(()),
        }
    }

    fn tie(&mut self, tie: &Tie<'_>) -> Result<Applied, Failure> {
        let Out::File { file, length, .. } = &self.out else { return Ok(Applied::Unknown { repeatable: false }) };
        if file.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Ok(Applied::Unknown { repeatable: false });
        }
        let there = |(_, before): &&(u64, u64)| before <= length;
        let Some((epoch, before)) = tie.lengths.iter().rev().find(there).copied() else {
            return Ok(Applied::UpTo(0));
        };
        self.goes_on = Some(before);
        Ok(Applied::UpTo(epoch.saturating_sub(1)))
    }

    fn go_on(&mut self) -> Result<(), Failure> {
        self.was = self.length();
        self.goes_on.take().map_or(Ok(()), |before| self.cut(before))
    }

    fn cut_off(&self) -> u64 {
        self.was.saturating_sub(self.length())
    }

    fn length(&self) -> u64 {
        match &self.out {
            Out::Standard => 0,
            Out::File { length, .. } => *length,
        }
    }

    fn sync(&mut self) -> Result<(), Failure> {
        match &self.out {
            Out::File { file, path, .. } if file.metadata().is_ok_and(|metadata| metadata.is_file()) => {
                file.sync_data().map_err(|error| Failure::file("write", path, &error))
            }
            Out::File { .. } | Out::Standard => Ok(()),
        }
    }

    fn wants_changelog(&self) -> bool {
        self.changelog
    }

    fn is_standard_output(&self) -> bool {
        matches!(self.out, Out::Standard)
    }

    fn place(&self) -> String {
        match &self.out {
            Out::Standard => "standard output".to_owned(),
            Out::File { path, .. } => path.display().to_string(),
        }
    }

    fn preview(&mut self, limit: usize) -> Result<Option<Preview>, Failure> {
        let Out::File { path, .. } = &self.out else { return Ok(None) };
        if self.changelog {
            return Ok(None);
        }
        let mut rows = Vec::new();
        load(path, &self.format, &self.table, &mut |values| {
            if rows.len() < limit {
                rows.push(values.iter().map(|value| format::cell(*value)).collect());
            }
            Ok(if rows.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(Some(Preview { rows, total: count(path, &self.format)? }))
    }
}

impl Drop for Append {
    /// Takes back what was written since the last commit: the job has failed.
    fn drop(&mut self) {
        if let Out::File { file, committed, length, .. } = &self.out
            && length > committed
        {
            // Nothing more can be done if this fails too.
            drop(file.set_len(*committed));
        }
    }
}
