//! `millstream check`.

use std::process::ExitCode;

use serde::Serialize;

use crate::problems::{Label, Problems};
use crate::source::{SourceFile, Span};

use super::arguments::{CheckArguments, Format};
use super::console::{self, Console, Verbosity};
use super::failure::Failure;
use super::pipeline::{options, read};

/// Checks each file and shows its problems; the worst one decides the exit code.
pub fn check(arguments: &CheckArguments, console: Console) -> Result<ExitCode, Failure> {
    let mut code = 0;
    for path in &arguments.files {
        let mut problems = Problems::default();
        let file = match read(path, &mut problems) {
            Ok(file) => file,
            Err(failure) => {
                console.failure(&failure);
                code = code.max(failure.code());
                continue;
            }
        };
        let options = options(arguments.profile.as_deref());
        let name = if problems.has_errors() { None } else { crate::check(&file, &options, &mut problems) };
        show(&file, &problems, arguments.format, console)?;
        match name {
            Some(name) if !problems.has_errors() => {
                if arguments.format == Format::Human && console.verbosity() > Verbosity::Quiet {
                    console::output(&format!("{}: the pipeline `{}` is right\n", file.name, name))?;
                }
            }
            Some(_) | None => code = code.max(Failure::Shown.code()),
        }
    }
    Ok(ExitCode::from(code))
}

fn show(file: &SourceFile, problems: &Problems, format: Format, console: Console) -> Result<(), Failure> {
    match format {
        Format::Human => console::errors(&problems.render(file, console.color())),
        Format::Short => console::errors(&problems.render_short(file)),
        Format::Json => {
            let mut lines = String::new();
            for problem in problems.sorted() {
                let line = JsonProblem {
                    code: problem.code,
                    severity: problem.severity.word(),
                    title: &problem.title,
                    place: place(file, &problem.primary),
                    others: problem.others.iter().map(|label| place(file, label)).collect(),
                    help: &problem.help,
                };
                lines.push_str(&serde_json::to_string(&line).map_err(|error| Failure::Bug(error.to_string()))?);
                lines.push('\n');
            }
            console::output(&lines)?;
        }
    }
    Ok(())
}

/// A problem as `--format json` writes it.
#[derive(Serialize)]
struct JsonProblem<'a> {
    code: &'a str,
    severity: &'a str,
    title: &'a str,
    place: JsonPlace<'a>,
    others: Vec<JsonPlace<'a>>,
    help: &'a [String],
}

/// A place in a file; lines and columns from 1, columns in characters, the end behind the last one.
#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
}

fn place<'a>(file: &'a SourceFile, label: &'a Label) -> JsonPlace<'a> {
    let Span { start, end } = label.span;
    let (line, column) = file.line_column(start);
    let (end_line, end_column) = file.line_column(end);
    JsonPlace { file: &file.name, line, column, end_line, end_column, text: &label.text }
}
