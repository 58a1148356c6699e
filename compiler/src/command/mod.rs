//! The `millstream` command; with [`crate::embed`] the only code of the compiler that touches files.

mod arguments;
mod build;
mod cargo;
mod check;
mod console;
mod explain;
mod failure;
mod folder;
mod job_crate;
mod new;
mod pipeline;
mod plan;
mod run;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use console::Console;
use failure::Failure;

/// The `main` of the command. Exit codes: 0 all is well, 1 the pipeline or its data is wrong, 2 the command line is
/// wrong, 3 something around it is missing or forbidden (no cargo, no such file), or Millstream has a bug.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let console = Console::new(arguments.verbosity());
    console::explain_panics();
    match std::panic::catch_unwind(|| dispatch(&arguments.command, console)) {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => console.failure(&failure),
        Err(_) => ExitCode::from(failure::BUG),
    }
}

fn dispatch(command: &Command, console: Console) -> Result<ExitCode, Failure> {
    match command {
        Command::New(arguments) => new::new(arguments, console),
        Command::Check(arguments) => check::check(arguments, console),
        Command::Explain(arguments) => explain::explain(arguments, console),
        Command::Plan(arguments) => plan::plan(arguments, console),
        Command::Build(arguments) => build::build(arguments, console),
        Command::Run(arguments) => run::run(arguments, console),
    }
}
