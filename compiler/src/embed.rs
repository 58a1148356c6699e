//! Compiling a pipeline from a `build.rs`, for programs that feed and read it themselves.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::problems::{Problems, Severity};
use crate::source::SourceFile;
use crate::{CompileOptions, Compiled, compile};

/// Compiles a pipeline file into `OUT_DIR/NAME.rs`, where `NAME` is the pipeline's name. To be called from `build.rs`.
///
/// The path is relative to the folder of `Cargo.toml`. The build script is run again when the file changes. Problems
/// are shown as the `millstream` command shows them and end the build script with exit code 1.
///
/// ```no_run
/// // build.rs
/// millstream_compiler::build("pipelines/last_page.yaml");
/// ```
///
/// ```ignore
/// // src/main.rs; Cargo.toml names millstream-runtime under [dependencies]
/// mod last_page {
///     include!(concat!(env!("OUT_DIR"), "/last_page.rs"));
/// }
/// use last_page::{LastPage, UserLastLog, UserLog};
/// use millstream_runtime::job::Embedded;
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let mut job = Embedded::<LastPage>::new()?;
///     job.feed(&[UserLog { account_id: Some("a"), page_name: Some("/home"), ..UserLog::default() }])?;
///     job.commit()?;
///     job.changes::<UserLastLog>(|change| println!("{change:?}"))?;
///     Ok(())
/// }
/// ```
///
/// The connectors of the file are left out: the program feeds the tables that the pipeline reads, fills those that it
/// looks up, and reads what changes in those that it writes.
pub fn build(file: impl Into<PathBuf>) {
    Build::new(file).run();
}

/// [`build`] with choices.
///
/// ```no_run
/// millstream_compiler::Build::new("pipelines/last_page.yaml").profile("production").output("pipeline").run();
/// ```
#[derive(Debug, Clone)]
pub struct Build {
    file: PathBuf,
    profile: Option<String>,
    output: Option<String>,
}

impl Build {
    /// For a pipeline file, relative to the folder of `Cargo.toml`.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), profile: None, output: None }
    }

    /// Uses the connectors of a profile.
    pub fn profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Writes `OUT_DIR/NAME.rs` with another name than the pipeline's.
    pub fn output(mut self, name: impl Into<String>) -> Self {
        self.output = Some(name.into());
        self
    }

    /// Compiles, or shows what is wrong and ends the build script.
    pub fn run(self) {
        if let Err(message) = self.try_run() {
            // What a failed build script wrote there is shown by cargo as it is.
            let _ = std::io::stderr().write_all(message.as_bytes());
            std::process::exit(1);
        }
    }

    fn try_run(&self) -> Result<(), String> {
        let folder = variable("CARGO_MANIFEST_DIR")?;
        let out = variable("OUT_DIR")?;
        let path = folder.join(&self.file);
        println!("cargo:rerun-if-changed={}", path.display());
        let bytes = fs::read(&path).map_err(|error| {
            let (file, folder) = (self.file.display(), folder.display());
            format!("error: cannot read the pipeline {file} in {folder}: {error}\n")
        })?;
        let compiled = self.compile(&bytes)?;
        let name = self.output.as_deref().unwrap_or(&compiled.name);
        let path = out.join(format!("{name}.rs"));
        write_if_changed(&path, &includable(&compiled))
            .map_err(|error| format!("error: cannot write {}: {error}\n", path.display()))
    }

    fn compile(&self, bytes: &[u8]) -> Result<Compiled, String> {
        let mut problems = Problems::default();
        let file = SourceFile::decode(self.file.display().to_string(), bytes, &mut problems);
        if problems.has_errors() {
            return Err(problems.render(&file, false));
        }
        let asked = RefCell::new(BTreeSet::new());
        let environment = |name: &str| {
            asked.borrow_mut().insert(name.to_string());
            env::var(name).ok()
        };
        let options = CompileOptions { profile: self.profile.as_deref(), environment: &environment, embedded: true };
        let compiled = compile(&file, &options, &mut problems);
        for name in asked.borrow().iter() {
            println!("cargo:rerun-if-env-changed={name}");
        }
        match compiled {
            Some(compiled) if !problems.has_errors() => {
                if problems.count(Severity::Warning) > 0 {
                    problems.render_short(&file).lines().for_each(|line| println!("cargo:warning={line}"));
                }
                Ok(compiled)
            }
            Some(_) | None => Err(problems.render(&file, false)),
        }
    }
}

/// A variable that cargo sets for build scripts.
fn variable(name: &str) -> Result<PathBuf, String> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| {
        format!("error: {name} is not set: millstream_compiler::build is to be called from a build.rs\n")
    })
}

/// The module as `include!` takes it: without `//!` at the top.
fn includable(compiled: &Compiled) -> String {
    let mut out = String::new();
    if !compiled.features.is_empty() {
        let features: Vec<&str> = compiled.features.iter().map(String::as_str).collect();
        out.push_str("// Needs these features of millstream-runtime: ");
        out.push_str(&features.join(", "));
        out.push('\n');
    }
    let text = compiled.pipeline_rs.as_str();
    let code = text.find("\n\n").filter(|_| text.starts_with("//!")).unwrap_or(0);
    let (head, rest) = text.split_at(code);
    out.push_str(&head.replace("//!", "//"));
    out.push_str(rest);
    out
}

/// Leaves a file alone that has the text already, so that cargo does not compile what includes it anew.
fn write_if_changed(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    fs::write(path, text)
}
