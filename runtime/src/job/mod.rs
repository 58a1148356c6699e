//! A compiled pipeline as a program: its command line, its loop, its closing lines.

use std::process::ExitCode;

use crate::job::arguments::Arguments;
use crate::job::info::JobInfo;
use crate::job::terminal::Terminal;

pub mod arguments;
pub mod info;
pub mod signals;
pub mod terminal;

/// A pipeline; implemented by generated code.
pub trait Job {
    /// What it says about itself.
    const INFO: JobInfo;
}

/// The `main` of a job's binary.
pub fn main<J: Job>() -> ExitCode {
    let arguments = match Arguments::of_process(&J::INFO) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let _terminal = Terminal::new(J::INFO.name, arguments.verbosity);
    ExitCode::SUCCESS
}
