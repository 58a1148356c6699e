//! Compact state: what a job remembers of its keys.

mod groups;
mod index;
mod keyed_bytes;
mod stored;
mod text;

pub use groups::{Group, Groups};
pub use index::Index;
pub use keyed_bytes::KeyedBytes;
pub use stored::Stored;
pub use text::{Blob, Text};
