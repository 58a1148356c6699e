//! The `sqlite` connector: a table of a SQLite database, as a sink and for look-ups.
//!
//! Options: `path`, `table` (default: the table's name), `initial` (a JSON lines or CSV file that fills the table when
//! it is created). A table that is there is used as it is, once its columns were checked.
//!
//! All tables of one database file share one connection within the process, so that a job that looks up and writes
//! the same table never waits for itself and sees its own writes at once. An epoch is one transaction. A database that
//! this connector creates keeps a write-ahead log: readers are never locked out, and a commit costs no wait for the
//! disk; after a power failure (not after a crash of the job) the last epochs may be missing, never a part of one. A
//! database that was there keeps its journal mode.
//!
//! What SQLite has no type for is stored as text (dates, times, `NaN`), booleans as 0 and 1, decimals as numbers;
//! a decimal of more than 15 digits, which SQLite would round, as bytes with its digits (in a column of type text all
//! decimals are text).

#[cfg(feature = "sqlite")]
mod binding;
#[cfg(feature = "sqlite")]
mod database;
#[cfg(not(feature = "sqlite"))]
mod disabled;
#[cfg(feature = "sqlite")]
mod epochs;
#[cfg(feature = "sqlite")]
mod sink;
#[cfg(feature = "sqlite")]
mod store;
#[cfg(feature = "sqlite")]
mod table;
#[cfg(all(test, feature = "sqlite"))]
mod tests;

#[cfg(not(feature = "sqlite"))]
pub(super) use self::disabled::{check_options, open_sink, open_store};
#[cfg(feature = "sqlite")]
pub(super) use self::{sink::open_sink, store::open_store, table::check_options};
