//! One connection for each database file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Error, ErrorCode};

use super::super::Failure;
use super::super::file::create_parent;
use crate::job::terminal::aside;

/// How long a lock of another program is waited for without a word.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries, each of which waits as well.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a job that runs waits for it.
const LIMIT: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 300 });
/// Statements that are kept prepared.
const STATEMENTS: usize = 64;

/// A database that is open in this process.
pub(super) struct Database {
    pub connection: Connection,
    path: PathBuf,
}

/// The databases that are open in this process.
static OPEN: Mutex<Vec<(PathBuf, Weak<Mutex<Database>>)>> = Mutex::new(Vec::new());

/// Opens a database file, or shares it if it is open.
pub(super) fn open(path: &Path) -> Result<Arc<Mutex<Database>>, Failure> {
    create_parent(path)?;
    let name = match (path.parent().map(Path::canonicalize), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    };
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|(_, database)| database.strong_count() > 0);
    if let Some(database) = open.iter().find(|(known, _)| *known == name).and_then(|(_, database)| database.upgrade()) {
        return Ok(database);
    }
    if path.is_dir() {
        return Err(Failure::environment(format!("cannot open {}: it is a folder", path.display())));
    }
    let new = path.metadata().map_or(true, |metadata| metadata.len() == 0);
    let connection = connect(path, new).map_err(|error| failure(path, &error))?;
    let database = Arc::new(Mutex::new(Database { connection, path: path.to_owned() }));
    open.push((name, Arc::downgrade(&database)));
    Ok(database)
}

fn connect(path: &Path, new: bool) -> Result<Connection, Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if new {
        connection.pragma_update(None, "journal_mode", "wal")?;
    }
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode.eq_ignore_ascii_case("wal") {
        connection.pragma_update(None, "synchronous", "normal")?;
    }
    connection.pragma_update(None, "cache_size", -64_000)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

/// The database behind its lock; only one thread uses it at a time.
pub(super) fn lock(database: &Mutex<Database>) -> MutexGuard<'_, Database> {
    database.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Database {
    /// Begins the epoch's transaction unless it is open.
    pub fn begin(&self) -> Result<(), Failure> {
        if self.connection.is_autocommit() { self.execute("begin immediate") } else { Ok(()) }
    }

    /// Begins the epoch's transaction unless it is open; waits for whoever has locked the database.
    pub fn begin_patiently(&self) -> Result<(), Failure> {
        if self.connection.is_autocommit() { self.wait_for("begin immediate") } else { Ok(()) }
    }

    /// Commits the epoch's transaction if it is open.
    pub fn commit(&self) -> Result<(), Failure> {
        if self.connection.is_autocommit() { Ok(()) } else { self.wait_for("commit") }
    }

    /// Runs a statement as soon as nobody else has locked the database, and says that it waits.
    fn wait_for(&self, sql: &str) -> Result<(), Failure> {
        let (began, mut told) = (Instant::now(), false);
        loop {
            match self.connection.execute_batch(sql) {
                Ok(()) => {
                    if told {
                        let seconds = began.elapsed().as_secs_f64();
                        aside(&format!("the database {} is free after {seconds:.1} s", self.path()));
                    }
                    return Ok(());
                }
                // SQLite itself has waited for a while.
                Err(error) if is_locked(&error) && began.elapsed() < LIMIT => {
                    if !told {
                        let minutes = LIMIT.as_secs() / 60;
                        aside(&format!(
                            "warning: another program has locked the database {}; waiting for it for up to {minutes} minutes",
                            self.path()
                        ));
                    }
                    told = true;
                    thread::sleep(PAUSE);
                }
                Err(error) => return Err(self.failure(&error)),
            }
        }
    }

    /// Runs a statement without parameters.
    pub fn execute(&self, sql: &str) -> Result<(), Failure> {
        self.connection.execute_batch(sql).map_err(|error| self.failure(&error))
    }

    /// The file, for messages.
    pub fn path(&self) -> std::path::Display<'_> {
        self.path.display()
    }

    /// What SQLite refused, as a sentence.
    #[cold]
    pub fn failure(&self, error: &Error) -> Failure {
        failure(&self.path, error)
    }
}

fn is_locked(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

#[cold]
fn failure(path: &Path, error: &Error) -> Failure {
    let path = path.display();
    let environment = |what: &str| Failure::environment(format!("cannot use the database {path}: {what}"));
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            environment("another program has locked it; close that program, or wait until it is done, and run again")
        }
        Some(ErrorCode::CannotOpen) => environment("it cannot be opened; check the path and the permissions"),
        Some(ErrorCode::PermissionDenied) => environment("permission denied"),
        Some(ErrorCode::ReadOnly) => environment("it is read-only"),
        Some(ErrorCode::DiskFull) => environment("the disk is full"),
        Some(ErrorCode::NotADatabase) => environment("the file is no SQLite database"),
        Some(ErrorCode::DatabaseCorrupt) => environment("the file is damaged"),
        Some(ErrorCode::SystemIoFailure) => environment("it cannot be read or written"),
        Some(ErrorCode::ConstraintViolation) => {
            Failure::pipeline(format!("the database {path} refused a row: {}", text(error)))
        }
        _ => Failure::pipeline(format!("the database {path}: {}", text(error))),
    }
}

/// SQLite's own words.
fn text(error: &Error) -> String {
    match error {
        Error::SqliteFailure(_, Some(text)) => text.clone(),
        other => other.to_string(),
    }
}
