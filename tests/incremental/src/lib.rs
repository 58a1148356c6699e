//! Incremental equals batch: pipelines are fed event by event and cut into epochs anyhow; the tables that their
//! changes make must be those that a plain recomputation over all events makes.

use proptest::test_runner::Config;

pub mod cell;
pub mod mirror;
pub mod model;
pub mod spec;

/// The pipeline of `spec`, written and compiled by `build.rs`.
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
pub mod aggregates {
    include!(concat!(env!("OUT_DIR"), "/aggregates.rs"));
}

/// `pipelines/views.yaml`.
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
pub mod views {
    include!(concat!(env!("OUT_DIR"), "/views.rs"));
}

/// `pipelines/ttl.yaml`.
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
pub mod ttl {
    include!(concat!(env!("OUT_DIR"), "/ttl.rs"));
}

/// So many random cases, or as many as `PROPTEST_CASES` says.
pub fn config(cases: u32) -> Config {
    let default = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { default } else { Config { cases, ..default } }
}
