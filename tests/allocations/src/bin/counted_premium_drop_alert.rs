//! The job `premium_drop_alert`, counted.

#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
#[rustfmt::skip] // as the generator prints it
#[path = "../../../../generated/premium_drop_alert/src/pipeline.rs"]
mod pipeline;

fn main() -> std::process::ExitCode {
    millstream_allocation_tests::main::<pipeline::PremiumDropAlert>()
}
