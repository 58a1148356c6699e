//! Compact state: what a job remembers of its keys.

mod bag;
mod chunks;
mod groups;
mod hash;
mod index;
mod keyed_bytes;
mod narrow;
mod prefetch;
mod stored;
mod text;

pub use bag::Bag;
pub use chunks::Chunks;
pub use groups::{Group, Groups};
pub use hash::{hash, hash_bytes, random, seed_hashes, worker_of};
pub use index::Index;
pub use keyed_bytes::KeyedBytes;
pub use narrow::{EightBytes, Narrow};
pub use prefetch::prefetch;
pub use stored::Stored;
pub use text::{Blob, Text};
