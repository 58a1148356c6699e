//! The epoch log: what a job needs to go on after it was killed at any instant. See `docs/state-format.md`.

pub mod bytes;
mod content;
mod found;
mod log;
mod persist;
mod record;
pub mod storage;
mod touched;

pub use bytes::{Bytes, Damaged};
pub(crate) use content::{Header, MOST_PARTS, Piece, PieceKind, Standing};
pub(crate) use found::{Found, Snapshot, begin_piece, load_part, newest_generation, save_piece};
pub(crate) use log::{Log, LogEpoch, Part};
pub use persist::{AllSmall, Lasting, Load, LoadResult, LoadShare, Pass, Persist, SaveAll, SaveChanges, SaveResult};
pub use touched::{LoggedPlaces, Touched};
