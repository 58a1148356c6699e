//! The `postgres` connector: a table of a PostgreSQL database, as a sink and for look-ups.
//!
//! Options: `url` (`postgres://user:password@host:port/database?sslmode=…`, or libpq's `key=value` form), `table`
//! (default: the table's name; `schema.table` may be written), `initial` (a JSON lines or CSV file that fills the table
//! when it is created). A table that is there is used as it is, once its columns were checked. A password that the url
//! does not have is taken from `PGPASSWORD`.
//!
//! All tables of one url share one connection within the process, so that a job that looks up and writes the same table
//! sees its own writes at once. An epoch is one transaction, in blocks of some thousand rows. Its changes are kept until
//! it is known that they were committed: when the connection is lost, the transaction is done again over a new one.
//!
//! Values go over the wire in PostgreSQL's binary form and are exact. PostgreSQL has no text with NUL bytes and no more
//! than six digits of a second; both are refused with a sentence.

#[cfg(feature = "postgres")]
mod address;
#[cfg(feature = "postgres")]
mod columns;
#[cfg(feature = "postgres")]
mod database;
#[cfg(feature = "postgres")]
mod decode;
#[cfg(not(feature = "postgres"))]
mod disabled;
#[cfg(feature = "postgres")]
mod encode;
#[cfg(feature = "postgres")]
mod epochs;
#[cfg(feature = "postgres")]
mod patience;
#[cfg(feature = "postgres")]
mod sentences;
#[cfg(feature = "postgres")]
mod sink;
#[cfg(feature = "postgres")]
mod store;
#[cfg(feature = "postgres")]
mod table;
#[cfg(feature = "postgres")]
mod tls;

#[cfg(not(feature = "postgres"))]
pub(super) use self::disabled::{check_options, open_sink, open_store};
#[cfg(feature = "postgres")]
pub(super) use self::{sink::open_sink, store::open_store, table::check_options};
