//! Pipelines as they are generated, and what is needed to call them without a source or a sink.

#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
#[rustfmt::skip] // as the generator prints it
#[path = "../../../generated/hourly_premium/src/pipeline.rs"]
pub mod hourly_premium;
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
#[rustfmt::skip] // as the generator prints it
#[path = "../../../generated/last_page/src/pipeline.rs"]
pub mod last_page;
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
#[rustfmt::skip] // as the generator prints it
#[path = "../../../generated/premium_drop_alert/src/pipeline.rs"]
pub mod premium_drop_alert;

pub mod bench_world;
pub mod chunks;
