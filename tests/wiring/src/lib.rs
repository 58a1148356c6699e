//! The generated pipelines as a library, which the cases of the test wire wrongly. They are taken as they are committed:
//! nothing has to build the compiler before a case is compiled.

#[path = "../../../generated/hourly_premium/src/pipeline.rs"]
#[rustfmt::skip] // as the generator prints it
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
pub mod hourly_premium;

#[path = "../../../generated/last_page/src/pipeline.rs"]
#[rustfmt::skip]
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
pub mod last_page;

#[path = "../../../generated/premium_drop_alert/src/pipeline.rs"]
#[rustfmt::skip]
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
pub mod premium_drop_alert;
