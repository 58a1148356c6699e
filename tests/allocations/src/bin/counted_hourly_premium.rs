//! The job `hourly_premium`, counted.

#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
#[rustfmt::skip] // as the generator prints it
#[path = "../../../../generated/hourly_premium/src/pipeline.rs"]
mod pipeline;

fn main() -> std::process::ExitCode {
    millstream_allocation_tests::main::<pipeline::HourlyPremium>()
}
