//! What the benchmarks run on: the data sets, records as `sonic-rs` reads them, and the same work written by hand.

pub mod arguments;
pub mod by_hand;
pub mod data;
pub mod dice;
pub mod lines;
pub mod records;
