//! `millstream explain`.

use std::process::ExitCode;

use super::arguments::ExplainArguments;
use super::console::{self, Console};
use super::failure::Failure;
use super::pipeline::read_and_compile;

/// Prints the plan.
pub fn explain(arguments: &ExplainArguments, console: Console) -> Result<ExitCode, Failure> {
    let compiled = read_and_compile(&arguments.file, arguments.profile.as_deref(), console)?;
    console::output(&format!("{}\n", compiled.explain.trim_end()))?;
    Ok(ExitCode::SUCCESS)
}
