//! `millstream new`.

use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use serde_json::json;

use super::arguments::NewArguments;
use super::console::Console;
use super::failure::Failure;
use super::folder::write_if_changed;
use super::job_crate::fill;

const PIPELINE: &str = include_str!("templates/new_pipeline.yaml.hbs");
const README: &str = include_str!("templates/new_readme.md.hbs");
const DATA: &str = include_str!("templates/new_data.jsonl");
const GIT_IGNORE: &str = ".millstream/\n/out/\n";

/// Makes the folder and says what to do next.
pub fn new(arguments: &NewArguments, console: Console) -> Result<ExitCode, Failure> {
    let folder = &arguments.name;
    let name = pipeline_name(folder)?;
    refuse_full(folder)?;
    let values = json!({ "name": name });
    let pipeline = format!("{name}.yaml");
    write_if_changed(&folder.join(&pipeline), &fill(PIPELINE, &values)?)?;
    write_if_changed(&folder.join("README.md"), &fill(README, &values)?)?;
    write_if_changed(&folder.join("data/orders.jsonl"), DATA)?;
    write_if_changed(&folder.join(".gitignore"), GIT_IGNORE)?;
    console.line(&format!("created {}", folder.join(&pipeline).display()));
    let enter = if folder == Path::new(".") { String::new() } else { format!("cd {} && ", quoted(folder)) };
    console.line(&format!("next: {enter}millstream run {pipeline}"));
    Ok(ExitCode::SUCCESS)
}

/// The last part of the path as a name: letters, digits and `_`, not beginning with a digit.
fn pipeline_name(folder: &Path) -> Result<String, Failure> {
    // `.` is called as the folder that it stands for.
    let whole = if folder == Path::new(".") { fs::canonicalize(folder).ok() } else { None };
    let last = whole.as_deref().unwrap_or(folder).file_name().unwrap_or_default().to_string_lossy();
    let name = last.replace(['-', ' ', '.'], "_");
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if begins_well && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Ok(name);
    }
    Err(Failure::Usage(format!(
        "`{last}` cannot be a pipeline's name; take letters, digits and `_`, such as `hourly_revenue`"
    )))
}

/// A path as a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '/' | '.' | '_' | '-' | '+' | ':' | '\\');
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn refuse_full(folder: &Path) -> Result<(), Failure> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Failure::Usage(format!("the folder {} exists and is not empty; take another name", folder.display())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::file("use", folder, &error)),
    }
}
