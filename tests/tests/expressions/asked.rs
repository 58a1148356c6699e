//! Builds the expressions' pipelines and runs them.
//!
//! The crates are built as they are for a debugger: the code is the same, and hundreds of expressions are compiled in
//! the time that a release build takes for a few.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use millstream_tests::{json_lines, millstream, oracle, root};
use serde_json::Value;

use super::case::Case;
use super::pipeline::{Table, pipeline, tables};

/// Expressions in one crate: rustc compiles crates side by side.
const CRATE: usize = 250;

/// What became of a row: a value, or none where it was a row error.
pub type Answer = Option<Value>;

/// The answers to the cases, by id.
pub fn ask(cases: &[&Case]) -> BTreeMap<i64, Vec<Answer>> {
    let mut answers = ask_in(cases, false);
    // Where a row of a shared table is missing, it has to be seen whose fault that is.
    let missing = |case: &&&Case| case.is_total() && answers[&case.id].contains(&None);
    let again: Vec<&Case> = cases.iter().filter(missing).copied().collect();
    if !again.is_empty() {
        answers.extend(ask_in(&again, true));
    }
    answers
}

fn ask_in(cases: &[&Case], alone: bool) -> BTreeMap<i64, Vec<Answer>> {
    let folder = root().join("target/expressions");
    fs::create_dir_all(&folder).expect("writes below target");
    let folder = tempfile::tempdir_in(folder).expect("a temporary folder");
    let chunks: Vec<Vec<Table<'_>>> = cases.chunks(CRATE).map(|chunk| tables(chunk, alone)).collect();
    let binaries = build(folder.path(), &chunks);
    let rows = input();
    let mut answers = BTreeMap::new();
    for (tables, binary) in chunks.iter().zip(binaries) {
        let place = tempfile::tempdir_in(&folder).expect("a temporary folder");
        fs::write(place.path().join("rows.jsonl"), &rows).expect("writes the rows");
        run(&binary, place.path());
        for table in tables {
            let path = place.path().join(format!("out/{}.jsonl", table.number));
            let rows = if path.exists() { json_lines(&path) } else { Vec::new() };
            for case in &table.cases {
                answers.insert(case.id, answer(case, &rows));
            }
        }
    }
    answers
}

/// The results of a case among the rows of its table.
fn answer(case: &Case, rows: &[Value]) -> Vec<Answer> {
    let name = format!("e{}", case.id);
    let row = |line: usize| rows.iter().find(|row| row["line"].as_u64() == Some(line as u64));
    (0..case.rows()).map(|line| row(line).map(|row| row.get(&name).cloned().unwrap_or_default())).collect()
}

/// The rows that all expressions are computed for, with their numbers.
fn input() -> String {
    let mut text = String::new();
    for (line, mut row) in json_lines(&oracle("expression_rows.jsonl")).into_iter().enumerate() {
        row["line"] = Value::from(line);
        let _ = writeln!(text, "{row}");
    }
    text
}

/// Builds a crate for each chunk: members of a workspace, so that one call of cargo builds them.
fn build(folder: &Path, chunks: &[Vec<Table<'_>>]) -> Vec<PathBuf> {
    let runtime = root().join("runtime");
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"expressions_*\"]\n\n[workspace.dependencies]\n\
         millstream-runtime = {{ path = '{}', default-features = false }}\n\n[profile.dev]\ndebug = false\n",
        runtime.display()
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("writes the manifest");
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("copies the lock file");
    let names: Vec<String> = (0..chunks.len()).map(|number| format!("expressions_{number}")).collect();
    for (name, tables) in names.iter().zip(chunks) {
        let file = folder.join(format!("{name}.yaml"));
        fs::write(&file, pipeline(name, tables)).expect("writes the pipeline");
        let source = folder.join(name);
        let output = millstream().args(["build", "-q", "--emit-source"]).args([&source, &file]).output();
        let output = output.expect("runs the command");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let target = root().join("target/expressions/target");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(folder).args(["build", "--workspace", "--quiet", "--target-dir"]).arg(&target);
    let output = cargo.output().expect("runs cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    names.iter().map(|name| target.join("debug").join(name)).collect()
}

fn run(binary: &Path, place: &Path) {
    let output = Command::new(binary).current_dir(place).args(["--state", "state"]).output().expect("runs the job");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
