//! Tables with a primary key: the file holds the current table, as the sink leaves it and as look-ups see it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::super::memory::Memory;
use super::super::options::real;
use super::super::resume::absolute;
use super::super::resume::{Applied, Target, Tie};
use super::super::{ChangeKind, Failure, Format, Preview, Row, Sink, Store, TableInfo, format};
use super::load::load;
use super::settings::{Place, Settings};
use super::{create_parent, refuse_compressed};
use crate::tables::EncodedRow;
use crate::values::Value;

/// The tables that are open in this process, so that a sink and a look-up of one file share its rows.
static OPEN: Mutex<Vec<Open>> = Mutex::new(Vec::new());

struct Open {
    path: PathBuf,
    table: TableInfo,
    rows: Weak<Mutex<Memory>>,
}

/// Opens the sink. Rows that the file holds already stay.
pub(super) fn open_sink(table: &TableInfo, settings: &Settings) -> Result<Box<dyn Sink>, Failure> {
    let path = path(settings)?;
    refuse_compressed(path, settings)?;
    create_parent(path)?;
    let known = path.metadata().ok();
    if let Some(known) = &known {
        refuse_special(path, known)?;
    }
    // A link stays a link: what it points at is replaced.
    let target = real(path);
    let temporary = temporary(&target);
    File::create(&temporary)
        .and_then(|_| fs::remove_file(&temporary))
        .map_err(|error| Failure::file("write", path, &error))?;
    let changed = known.is_none();
    let rows = share(table, settings, path, changed)?;
    let (path, format) = (path.to_owned(), settings.format.clone());
    let made = changed;
    Ok(Box::new(Keyed {
        table: *table,
        path,
        target,
        temporary,
        format,
        rows,
        made,
        changed,
        written: None,
        text: Vec::new(),
    }))
}

/// A folder, a device or a pipe cannot be replaced by a file.
fn refuse_special(path: &Path, known: &fs::Metadata) -> Result<(), Failure> {
    let path = path.display();
    if known.is_dir() {
        return Err(Failure::environment(format!("cannot write {path}: it is a folder")));
    }
    if known.is_file() {
        return Ok(());
    }
    Err(Failure::environment(format!(
        "cannot write {path}: a table with a primary key replaces its file as a whole, and this is no plain file; \
         name one, or - for standard output"
    )))
}

/// Opens a file for look-ups.
pub(super) fn open_store(table: &TableInfo, settings: &Settings) -> Result<Box<dyn Store>, Failure> {
    let rows = share(table, settings, path(settings)?, false)?;
    Ok(Box::new(Loaded { rows, columns: table.columns.len(), keys: table.primary_key.len().max(1) }))
}

fn path(settings: &Settings) -> Result<&Path, Failure> {
    match &settings.place {
        Place::Path(path) => Ok(path),
        Place::Standard => Err(Failure::pipeline(format!(
            "table '{}': standard input cannot be looked up; name a file",
            settings.table
        ))),
    }
}

/// The name under which a new version is written before it takes the file's place.
fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}

/// The rows of a file, loaded if nobody has it open yet; `absent` if there is no file to load.
fn share(table: &TableInfo, settings: &Settings, path: &Path, absent: bool) -> Result<Arc<Mutex<Memory>>, Failure> {
    let name = real(path);
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|open| open.rows.strong_count() > 0);
    if let Some((known, rows)) =
        open.iter().find(|open| open.path == name).and_then(|open| Some((open.table, open.rows.upgrade()?)))
    {
        if known.columns == table.columns && known.primary_key == table.primary_key {
            return Ok(rows);
        }
        return Err(Failure::pipeline(format!(
            "the tables '{}' and '{}' use the same file {} with other columns or keys; give each a file of its own",
            known.name,
            table.name,
            path.display()
        )));
    }
    let mut rows = Memory::new(table);
    if !absent {
        load(path, &settings.format, table, &mut |values| {
            rows.put(&values);
            Ok(ControlFlow::Continue(()))
        })?;
    }
    let rows = Arc::new(Mutex::new(rows));
    open.push(Open { path: name, table: *table, rows: Arc::downgrade(&rows) });
    Ok(rows)
}

fn lock(rows: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    rows.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Keyed {
    table: TableInfo,
    path: PathBuf,
    /// The file itself, if `path` is a link.
    target: PathBuf,
    temporary: PathBuf,
    format: Format,
    rows: Arc<Mutex<Memory>>,
    /// Whether the file was not there before.
    made: bool,
    /// Whether the file lags behind the rows.
    changed: bool,
    /// When the file was last written, and how long that took.
    written: Option<(Instant, Duration)>,
    text: Vec<u8>,
}

/// Between two times that the file is written there is so many times as long as that takes.
const REST: u32 = 9;

impl Keyed {
    /// Whether the file was written so lately that it lags behind the rows for a while: a large table would keep the
    /// job busy with nothing else.
    fn may_lag(&self) -> bool {
        self.written.is_some_and(|(at, took)| at.elapsed() < took * REST)
    }

    /// Has the file hold the rows.
    fn catch_up(&mut self) -> Result<(), Failure> {
        if self.changed {
            let begun = Instant::now();
            self.write_all().map_err(|error| Failure::file("write", &self.path, &error))?;
            self.changed = false;
            self.written = Some((Instant::now(), begun.elapsed()));
        }
        Ok(())
    }

    /// Writes all rows in the order of their keys; the disk has them before the file takes its place.
    fn write_all(&mut self) -> io::Result<()> {
        let mut file = File::create(&self.temporary)?;
        if let Ok(known) = self.target.metadata() {
            file.set_permissions(known.permissions())?;
        }
        self.text.clear();
        if let Format::Csv(csv) = &self.format
            && csv.header
        {
            for (position, column) in self.table.columns.iter().enumerate() {
                if position > 0 {
                    self.text.push(csv.delimiter);
                }
                format::csv(Value::Text(column.name), csv.delimiter, "", &mut self.text);
            }
            self.text.push(b'\n');
        }
        let rows = lock(&self.rows);
        for row in rows.sorted() {
            match &self.format {
                Format::Json => format::json_row(None, &self.table, &row, &mut self.text),
                Format::Csv(csv) => {
                    format::csv_row(None, &self.table, &row, csv.delimiter, &csv.null_text, &mut self.text);
                }
            }
            self.text.push(b'\n');
            if self.text.len() > 256 << 10 {
                file.write_all(&self.text)?;
                self.text.clear();
            }
        }
        file.write_all(&self.text)?;
        file.sync_all()?;
        fs::rename(&self.temporary, &self.target)
    }
}

impl Sink for Keyed {
    fn write(&mut self, kind: ChangeKind, row: &dyn Row) -> Result<(), Failure> {
        let mut rows = lock(&self.rows);
        match kind {
            ChangeKind::Insert | ChangeKind::UpdateAfter => rows.put(row),
            ChangeKind::Delete => rows.remove(row),
            ChangeKind::UpdateBefore => return Ok(()),
        }
        self.changed = true;
        Ok(())
    }

    fn write_encoded(&mut self, kind: ChangeKind, row: &[u8]) -> Result<(), Failure> {
        if let ChangeKind::Insert | ChangeKind::UpdateAfter = kind {
            lock(&self.rows).put_encoded(row);
            self.changed = true;
            return Ok(());
        }
        self.write(kind, &EncodedRow::new(row))
    }

    fn commit(&mut self, _epoch: u64) -> Result<(), Failure> {
        if self.may_lag() { Ok(()) } else { self.catch_up() }
    }

    fn sync(&mut self) -> Result<(), Failure> {
        self.catch_up()
    }

    fn target(&self) -> Target {
        Target { place: absolute(&self.path.display().to_string()), made: self.made, length: 0 }
    }

    fn restore(&mut self, target: &Target, _log: u64) -> Result<(), Failure> {
        if target.made {
            *lock(&self.rows) = Memory::new(&self.table);
            self.changed = true;
        }
        Ok(())
    }

    fn tie(&mut self, _tie: &Tie<'_>) -> Result<Applied, Failure> {
        Ok(if self.made { Applied::UpTo(0) } else { Applied::Unknown { repeatable: true } })
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn preview(&mut self, limit: usize) -> Result<Option<Preview>, Failure> {
        let rows = lock(&self.rows);
        let columns = 0..self.table.columns.len();
        let first =
            rows.sorted().take(limit).map(|row| columns.clone().map(|column| format::cell(row.at(column))).collect());
        let first = first.collect();
        Ok(Some(Preview { rows: first, total: rows.len() as u64 }))
    }
}

impl Drop for Keyed {
    fn drop(&mut self) {
        // Left behind only if a commit failed.
        if self.changed {
            drop(fs::remove_file(&self.temporary));
        }
    }
}

struct Loaded {
    rows: Arc<Mutex<Memory>>,
    columns: usize,
    /// How many columns the key has.
    keys: usize,
}

impl Store for Loaded {
    fn is_whole(&self) -> bool {
        true
    }

    fn fetch(&mut self, keys: &[Value<'_>], found: &mut dyn FnMut(usize, &[Value<'_>])) -> Result<(), Failure> {
        let mut rows = lock(&self.rows);
        for (position, key) in keys.chunks(self.keys).enumerate() {
            if let Some(row) = rows.get(key) {
                found(position, &row.values(self.columns));
            }
        }
        Ok(())
    }

    fn scan(&mut self, found: &mut dyn FnMut(&[Value<'_>])) -> Result<(), Failure> {
        let rows = lock(&self.rows);
        for row in rows.rows() {
            found(&row.values(self.columns));
        }
        Ok(())
    }
}
