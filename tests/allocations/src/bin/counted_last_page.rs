//! The job `last_page`, counted.

#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
#[rustfmt::skip] // as the generator prints it
#[path = "../../../../generated/last_page/src/pipeline.rs"]
mod pipeline;

fn main() -> std::process::ExitCode {
    millstream_allocation_tests::main::<pipeline::LastPage>()
}
