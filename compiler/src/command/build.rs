//! `millstream build`, and the building that `millstream run` shares.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use crate::Compiled;

use super::arguments::BuildArguments;
use super::cargo::{self, Built};
use super::console::Console;
use super::failure::Failure;
use super::folder::{self, Cache};
use super::job_crate::{LOCK_FILE, RUNTIME_FILES, Runtime, Settings, job_crate, surrounding_workspace};
use super::pipeline::{read_and_compile, stable_name};

/// Names features of the runtime, with spaces or commas between them.
const MORE_FEATURES: &str = "MILLSTREAM_RUNTIME_FEATURES";

/// Says how much is optimised.
const OPT_LEVEL: &str = "MILLSTREAM_OPT_LEVEL";

/// All features of the runtime that a job can ask for.
const RUNTIME_FEATURES: &[&str] = &["digests", "postgres", "regexp", "sqlite"];

/// Builds the binary, or writes the crate's source, or both.
pub fn build(arguments: &BuildArguments, console: Console) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let compiled = read_and_compile(&arguments.file, arguments.profile.as_deref(), console)?;
    if let Some(directory) = &arguments.emit_source {
        emit_source(&compiled, &arguments.file, directory)?;
        console.line(&format!("{}: source in {}", compiled.name, directory.display()));
        if arguments.output.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
    let output = output_path(arguments.output.as_deref(), &compiled.name)?;
    let binary = build_binary(&compiled, &arguments.file, arguments.profile.as_deref(), console)?;
    folder::copy_whole(&binary, &output)?;
    let seconds = started.elapsed().as_secs_f64();
    console.line(&format!("{}: built {} in {seconds:.1} s", compiled.name, output.display()));
    Ok(ExitCode::SUCCESS)
}

/// The binary of a compiled pipeline: the one that was made of the same texts before, else a new one.
pub fn build_binary(
    compiled: &Compiled,
    file: &Path,
    profile: Option<&str>,
    console: Console,
) -> Result<PathBuf, Failure> {
    let cache = Cache::of_user()?;
    let settings = Settings { features: features(compiled)?, opt_level: opt_level()? };
    let level = settings.opt_level.map(|level| format!("opt-level {level}"));
    let texts = [compiled.name.as_str(), &compiled.pipeline_rs].into_iter();
    let texts = texts.chain(settings.features.iter().map(String::as_str)).chain(level.as_deref());
    let binary = cache.binary(&compiled.name, texts);
    if binary.exists() {
        console.detail(&format!("{}: unchanged, {}", compiled.name, binary.display()));
        return Ok(binary);
    }
    let folder = cache.lock(console)?;
    if binary.exists() {
        // Another command built it while this one waited.
        return Ok(binary);
    }
    let package = folder.package(&compiled.name, file, profile);
    let runtime = Runtime::Folder(folder.runtime_for_jobs());
    let files = job_crate(compiled, &settings, &stable_name(file), &runtime, Some(&package))?;
    let job = folder.put_job(&package, &files)?;
    let what = if folder.is_new() { "building the runtime (once) and " } else { "building " };
    let progress = console.progress(&format!("{what}{}", compiled.name));
    console.detail(&format!("{}: cargo build in {}", compiled.name, job.display()));
    let built = cargo::build(&job, &folder.target(), folder.root(), &progress)?;
    drop(progress);
    let Some(executable) = &built.executable else { return Err(explain_failure(&built, &package, compiled, &job)) };
    folder.note_built();
    folder.drop_old_jobs();
    cache.keep(executable, &binary)?;
    Ok(binary)
}

/// The features of the runtime that the job is built with: those it needs, and those of `MILLSTREAM_RUNTIME_FEATURES`.
/// For each set of features the runtime is compiled once; who builds many pipelines names all that they need together.
fn features(compiled: &Compiled) -> Result<BTreeSet<String>, Failure> {
    let mut features = compiled.features.clone();
    let more = env::var(MORE_FEATURES).unwrap_or_default();
    for name in more.split([' ', ',']).filter(|name| !name.is_empty()) {
        if !RUNTIME_FEATURES.contains(&name) {
            let known = RUNTIME_FEATURES.join(", ");
            return Err(Failure::Usage(format!(
                "{MORE_FEATURES} names `{name}`; the runtime has the features {known}"
            )));
        }
        features.insert(name.to_string());
    }
    Ok(features)
}

/// What `MILLSTREAM_OPT_LEVEL` says. A job that is optimised less is built sooner and runs slower.
fn opt_level() -> Result<Option<u8>, Failure> {
    match env::var(OPT_LEVEL).unwrap_or_default().as_str() {
        "" => Ok(None),
        "0" => Ok(Some(0)),
        "1" => Ok(Some(1)),
        "2" => Ok(Some(2)),
        "3" => Ok(Some(3)),
        other => Err(Failure::Usage(format!("{OPT_LEVEL} is `{other}`; it can be 0, 1, 2 or 3"))),
    }
}

/// Writes the crate: as a member of the workspace around it if that has the runtime, else with a copy of the runtime.
fn emit_source(compiled: &Compiled, file: &Path, directory: &Path) -> Result<(), Failure> {
    let member = surrounding_workspace(directory);
    if member.is_none() {
        for (path, text) in RUNTIME_FILES {
            folder::write_if_changed(&directory.join("runtime").join(path), text)?;
        }
        folder::write_if_changed(&directory.join("Cargo.lock"), LOCK_FILE)?;
        let settings =
            format!("[env]\nCFLAGS = \"{}\"\nLIBSQLITE3_FLAGS = \"{}\"\n", cargo::C_FLAGS, cargo::SQLITE_FLAGS);
        folder::write_if_changed(&directory.join(".cargo/config.toml"), &settings)?;
    }
    let runtime = member.unwrap_or_else(|| Runtime::Folder("runtime".to_string()));
    let settings = Settings { features: compiled.features.clone(), opt_level: None };
    for (path, text) in job_crate(compiled, &settings, &stable_name(file), &runtime, None)? {
        folder::write_if_changed(&directory.join(path), &text)?;
    }
    Ok(())
}

/// Where the binary goes; refused before anything is built.
fn output_path(given: Option<&Path>, name: &str) -> Result<PathBuf, Failure> {
    let file_name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = match given {
        Some(path) if path.is_dir() => path.join(&file_name),
        Some(path) => path.to_path_buf(),
        None => PathBuf::from(&file_name),
    };
    if path.is_dir() {
        let path = path.display();
        return Err(Failure::Usage(format!("{path} is a folder; say with -o FILE where the binary goes")));
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.is_dir() => {
            Err(Failure::Environment(format!("cannot write {}: there is no such folder", path.display())))
        }
        Some(_) | None => Ok(path),
    }
}

/// Whose fault it is that nothing was built.
fn explain_failure(built: &Built, package: &str, compiled: &Compiled, job: &Path) -> Failure {
    let log = cargo::log_of(job);
    let log = log.display();
    let own = built.errors.iter().find(|(package_id, _)| package_id.contains(package));
    if let Some((_, error)) = own.filter(|(_, error)| !error.contains("linker `")) {
        return Failure::Bug(format!(
            "the Rust code made from `{}` does not compile; this is a bug of Millstream, not of your pipeline\n\n\
                 {error}\n  help: please report it with the pipeline file and the whole output: {log}",
            compiled.name
        ));
    }
    let needs_c = ["linker `", "failed to find tool", "is `cc` not installed"];
    if needs_c.iter().any(|sign| built.output.contains(sign)) {
        return Failure::Environment(format!(
            "cannot build `{}`: there is no C compiler; install one, such as with `apt-get install gcc libc6-dev` \
             (the whole output: {log})",
            compiled.name
        ));
    }
    let first = built.output.lines().skip_while(|line| !line.starts_with("error"));
    let first: Vec<&str> = first.take_while(|line| !line.is_empty()).take(12).collect();
    Failure::Environment(format!(
        "cargo cannot build the runtime of `{}`:\n{}\n  the whole output: {log}",
        compiled.name,
        first.join("\n")
    ))
}
