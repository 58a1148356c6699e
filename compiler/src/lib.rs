//! Millstream's compiler: declarative YAML pipelines in, readable, statically typed Rust out.

pub mod catalogue;
pub mod parse;
pub mod problems;
pub mod source;
pub mod types;
