//! Reading and compiling a pipeline file.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::problems::Problems;
use crate::source::SourceFile;
use crate::{CompileOptions, Compiled, compile};

use super::console::{self, Console};
use super::failure::Failure;

/// Reads a file; it is called in messages as the user wrote it. Bytes that are no text are a problem.
pub fn read(path: &Path, problems: &mut Problems) -> Result<SourceFile, Failure> {
    let name = path.display().to_string();
    match fs::read(path) {
        Ok(bytes) => Ok(SourceFile::decode(name, &bytes, problems)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::Environment(format!(
            "cannot read {name}: no such file; `millstream new NAME` makes a pipeline to start from"
        ))),
        Err(error) => Err(Failure::file("read", path, &error)),
    }
}

/// How the command compiles: with the environment variables of this process, for a binary of its own.
pub fn options(profile: Option<&str>) -> CompileOptions<'_> {
    CompileOptions { profile, environment: &|name| env::var(name).ok(), embedded: false }
}

/// Reads and compiles a file and shows its problems on standard error.
pub fn read_and_compile(path: &Path, profile: Option<&str>, console: Console) -> Result<Compiled, Failure> {
    let mut problems = Problems::default();
    let file = read(path, &mut problems)?;
    // The generated code names the file the same way from whichever folder it is compiled.
    let named = SourceFile { name: stable_name(path), text: file.text.clone() };
    let compiled = if problems.has_errors() { None } else { compile(&named, &options(profile), &mut problems) };
    console::errors(&problems.render(&file, console.color()));
    compiled.filter(|_| !problems.has_errors()).ok_or(Failure::Shown)
}

/// The folder that paths in the file are relative to.
pub fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_path_buf(),
        None => PathBuf::from("."),
    }
}

/// `FOLDER/FILE`, whatever the path was written relative to.
pub fn stable_name(path: &Path) -> String {
    let absolute = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let parts: Vec<_> = absolute.iter().rev().take(2).map(|part| part.to_string_lossy()).collect();
    let parts: Vec<_> =
        parts.iter().rev().map(|part| part.trim_matches(['/', '\\'])).filter(|part| !part.is_empty()).collect();
    parts.join("/")
}
