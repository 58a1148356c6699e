//! The runtime of Millstream: values, decoding, state, operators, epochs and connectors.
//!
//! Pipelines are compiled to Rust code that is written against this crate. See `ARCHITECTURE.md` of the project.

pub mod connectors;
pub mod decode;
pub mod epochs;
pub mod functions;
pub mod job;
pub mod operators;
pub mod scope;
pub mod state;
pub mod tables;
pub mod values;
