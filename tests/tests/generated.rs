//! The crates in `generated/`, and the module that `fuzz/` reads state with, are what the compiler makes of their
//! pipelines today.
//!
//! `UPDATE=1 cargo test -p millstream-tests --test generated` writes them anew; `git diff` is the review.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use millstream_compiler::problems::Problems;
use millstream_compiler::source::SourceFile;
use millstream_compiler::{CompileOptions, compile};
use millstream_tests::{millstream, root};

/// The texts of a folder by their paths below it; empty if there is no such folder.
fn texts(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut texts = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).expect("a generated file is text");
                texts.insert(path.strip_prefix(folder).expect("it lies below").to_owned(), text);
            }
        }
    }
    texts
}

/// The pipelines of the repository, by name.
fn pipelines() -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(root().join("pipelines")).expect("there are pipelines");
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let yaml = paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    yaml.map(|path| (path.file_stem().expect("it has a name").to_string_lossy().into_owned(), path)).collect()
}

fn emit(pipeline: &Path, folder: &Path) {
    let output = millstream().args(["build", "-q", "--emit-source"]).args([folder, pipeline]).output();
    let output = output.expect("runs the command");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn generated_crates_are_current() {
    let generated = root().join("generated");
    let update = std::env::var_os("UPDATE").is_some();
    // Within the repository, so that the crates are members of its workspace.
    let target = root().join("target");
    fs::create_dir_all(&target).expect("writes below target");
    let scratch = tempfile::tempdir_in(target).expect("a temporary folder");
    let mut old = Vec::new();
    for (name, pipeline) in pipelines() {
        let fresh = scratch.path().join(&name);
        emit(&pipeline, &fresh);
        let (fresh, committed) = (texts(&fresh), texts(&generated.join(&name)));
        let all: Vec<&PathBuf> =
            fresh.keys().chain(committed.keys().filter(|path| !fresh.contains_key(*path))).collect();
        old.extend(
            all.iter()
                .filter(|path| fresh.get(**path) != committed.get(**path))
                .map(|path| format!("generated/{name}/{}", path.display())),
        );
        if update && fresh != committed {
            let _ = fs::remove_dir_all(generated.join(&name));
            emit(&pipeline, &generated.join(&name));
        }
    }
    assert!(
        old.is_empty(),
        "{}\nnot what the compiler makes of pipelines/ ({})",
        old.join("\n"),
        if update { "written anew now" } else { "UPDATE=1 writes them anew" }
    );
}

#[test]
fn every_generated_crate_has_its_pipeline() {
    let pipelines = pipelines();
    assert!(pipelines.len() >= 3);
    for entry in fs::read_dir(root().join("generated")).expect("there are generated crates") {
        let name = entry.expect("a folder can be read").file_name().to_string_lossy().into_owned();
        assert!(pipelines.contains_key(&name), "generated/{name} has no pipelines/{name}.yaml: remove it");
    }
}

#[test]
fn the_fuzzed_state_is_current() {
    let path = root().join("fuzz/fuzzed_state.yaml");
    let text = fs::read(&path).expect("reads the pipeline");
    let mut problems = Problems::default();
    let file = SourceFile::decode("fuzzed_state.yaml", &text, &mut problems);
    let options = CompileOptions { profile: None, environment: &|_| None, embedded: true };
    let compiled = compile(&file, &options, &mut problems);
    let fresh = compiled.unwrap_or_else(|| panic!("{}", problems.render(&file, false))).pipeline_rs;
    let path = path.with_extension("rs");
    let current = fs::read_to_string(&path).is_ok_and(|committed| committed == fresh);
    if !current && std::env::var_os("UPDATE").is_some() {
        fs::write(&path, fresh).expect("writes the module");
    }
    assert!(current, "fuzz/fuzzed_state.rs is not what the compiler makes of its pipeline (UPDATE=1 writes it anew)");
}
