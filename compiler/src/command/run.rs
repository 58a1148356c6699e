//! `millstream run`.

use std::process::{Command, ExitCode};

use super::arguments::RunArguments;
use super::build::build_binary;
use super::console::{Console, Verbosity};
use super::failure::{Failure, reason};
use super::pipeline::{folder_of, read_and_compile};

/// Builds the binary and becomes it, so that signals, standard input and output and the exit code are the job's.
pub fn run(arguments: &RunArguments, console: Console) -> Result<ExitCode, Failure> {
    let compiled = read_and_compile(&arguments.file, arguments.profile.as_deref(), console)?;
    let binary = build_binary(&compiled, &arguments.file, arguments.profile.as_deref(), console)?;
    let mut command = Command::new(&binary);
    command.arg("--base").arg(folder_of(&arguments.file)).arg("--preview");
    match console.verbosity() {
        Verbosity::Quiet => command.arg("--quiet"),
        Verbosity::Normal => &mut command,
        Verbosity::Verbose => command.arg("--verbose"),
    };
    command.args(arguments.job.for_job()).args(&arguments.rest);
    let error = start(&mut command);
    Err(Failure::Environment(format!("cannot start {}: {}", binary.display(), reason(&error))))
}

/// Replaces this process; returns only why that failed.
#[cfg(unix)]
fn start(command: &mut Command) -> std::io::Error {
    use std::os::unix::process::CommandExt as _;
    command.exec()
}

/// Starts the job, waits for it and ends with its exit code; returns only why that failed.
#[cfg(not(unix))]
fn start(command: &mut Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(3)),
        Err(error) => error,
    }
}
