//! The text of a job's crate, around the generated module.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use handlebars::{Handlebars, no_escape};
use serde_json::json;

use crate::Compiled;

use super::failure::Failure;

const MANIFEST: &str = include_str!("templates/job_cargo.toml.hbs");
const MAIN: &str = include_str!("templates/job_main.rs.hbs");
const README: &str = include_str!("templates/job_readme.md.hbs");

/// The runtime's files, by their path below its folder, as they are compiled without a workspace.
pub const RUNTIME_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/runtime_files.rs"));

/// The lock file of the repository: the versions of all that the runtime depends on.
pub const LOCK_FILE: &str = include!(concat!(env!("OUT_DIR"), "/lock_file.rs"));

/// Where a job's crate finds the runtime.
#[derive(Debug, Clone)]
pub enum Runtime {
    /// In a folder; the crate is a workspace of its own.
    Folder(String),
    /// In the workspace that the crate is a member of.
    Workspace,
}

/// How a crate is built, beside what its pipeline says.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Features of the runtime.
    pub features: BTreeSet<String>,
    /// How much is optimised, from 0 to 3; none for as much as can be.
    pub opt_level: Option<u8>,
}

/// The crate of a compiled pipeline: texts by their path below its folder. `package` is its name for cargo; none for the
/// pipeline's.
pub fn job_crate(
    compiled: &Compiled,
    Settings { features, opt_level }: &Settings,
    file: &str,
    runtime: &Runtime,
    package: Option<&str>,
) -> Result<Vec<(&'static str, String)>, Failure> {
    let binary = binary_name(&compiled.name);
    let runtime_path = match runtime {
        Runtime::Folder(path) => Some(path),
        Runtime::Workspace => None,
    };
    let values = json!({
        "name": compiled.name,
        "file": file,
        "package": package.unwrap_or(&binary),
        "binary": binary,
        "job_type": compiled.job_type,
        "runtime_path": runtime_path,
        "features": features,
        "opt_level": opt_level.map(|level| level.to_string()),
        "plain": *opt_level == Some(0),
        "sqlite": features.contains("sqlite"),
        "postgres": features.contains("postgres"),
    });
    Ok(vec![
        ("Cargo.toml", fill(MANIFEST, &values)?),
        ("README.md", fill(README, &values)?),
        ("src/main.rs", fill(MAIN, &values)?),
        ("src/pipeline.rs", compiled.pipeline_rs.clone()),
    ])
}

/// Fills a template in.
pub fn fill(template: &str, values: &serde_json::Value) -> Result<String, Failure> {
    let mut handlebars = Handlebars::new();
    handlebars.register_escape_fn(no_escape);
    handlebars.set_strict_mode(true);
    handlebars.render_template(template, values).map_err(|error| Failure::Bug(format!("a template is wrong: {error}")))
}

/// The workspace that a new folder would be a member of, if that workspace has the runtime.
pub fn surrounding_workspace(folder: &Path) -> Option<Runtime> {
    let absolute = std::path::absolute(folder).ok()?;
    let manifest = absolute
        .ancestors()
        .skip(1)
        .filter_map(|ancestor| fs::read_to_string(ancestor.join("Cargo.toml")).ok())
        .find(|text| text.lines().any(|line| line.trim_end() == "[workspace]"))?;
    let has_runtime = manifest.lines().any(|line| line.starts_with("millstream-runtime"));
    has_runtime.then_some(Runtime::Workspace)
}

/// The pipeline's name, as far as cargo takes it for a binary.
fn binary_name(pipeline: &str) -> String {
    let folders_of_cargo = ["build", "deps", "examples", "incremental"];
    let crates_of_rust = ["std", "core", "alloc", "test", "proc_macro", "millstream_runtime"];
    let taken = folders_of_cargo.contains(&pipeline) || crates_of_rust.contains(&pipeline);
    if taken || syn::parse_str::<syn::Ident>(pipeline).is_err() {
        format!("{pipeline}_job")
    } else {
        pipeline.to_string()
    }
}
