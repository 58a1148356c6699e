//! What jobs do, told from outside: each folder in `tests/corpus/run` has a `pipeline.yaml` with its data, and in
//! `expected` the files that its binary writes (below `out`, and the dead letters), however many workers there are and
//! however the epochs are cut. `UPDATE=1 cargo test -p millstream-tests --test corpus` writes the expected files anew;
//! read the difference before you commit it.
//!
//! A file whose name begins with `by_epoch` may depend on the cut: it is compared for one epoch alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use millstream_tests::{millstream, root};

const WORKERS: [&str; 3] = ["1", "2", "3"];
const EPOCHS: [&str; 4] = ["end", "1", "7", "1h"];

/// The texts of the files in a folder, by name.
fn texts(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("a folder can be read").path());
    let text = |path: &PathBuf| fs::read_to_string(path).expect("a file is text");
    let name = |path: &PathBuf| path.file_name().expect("it has a name").to_string_lossy().into_owned();
    files.filter(|path| path.is_file()).map(|path| (name(&path), text(&path))).collect()
}

/// How a case is run.
#[derive(Debug, Clone, Copy)]
struct Run {
    workers: &'static str,
    epoch: &'static str,
    /// Whether the process ends at one step of its epoch log after the other, and is started again.
    crashes: bool,
}

/// Runs a case's binary in a folder of its own and gives what it wrote.
fn written(case: &Path, binary: &Path, run: Run) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in texts(case) {
        fs::write(folder.path().join(name), text).expect("copies the data");
    }
    let start = |more: &[&str]| {
        let mut command = Command::new(binary);
        command.current_dir(folder.path()).args(["--state", "state", "--now", "2026-11-21 12:00:00"]);
        // With so many epochs, a log would only wait for the disk.
        command.args(matches!(run.epoch, "1" | "7").then_some("--no-log"));
        command.args(["--workers", run.workers, "--epoch", run.epoch]).args(more).output().expect("runs the job")
    };
    if run.crashes {
        // Far enough apart that each life comes to a few epochs more.
        for step in (30..).step_by(7).take(12) {
            start(&["--log-limit", "100000", "--storage-ends", &step.to_string()]);
        }
    }
    let output = start(&[]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {told}", case.display());
    let mut all = texts(&folder.path().join("out"));
    if let Ok(letters) = fs::read_to_string(folder.path().join("state/dead_letters.jsonl")) {
        all.insert("dead_letters.jsonl".to_owned(), letters);
    }
    all
}

fn check(case: &str) {
    let case = root().join("tests/corpus/run").join(case);
    let build = tempfile::tempdir().expect("a temporary folder");
    let binary = build.path().join("job");
    let command = millstream().args(["build", "-q", "-o"]).args([&binary, &case.join("pipeline.yaml")]).output();
    let command = command.expect("runs the command");
    assert!(command.status.success(), "{}", String::from_utf8_lossy(&command.stderr));
    if std::env::var_os("UPDATE").is_some() {
        let folder = case.join("expected");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("makes the folder");
        for (name, text) in written(&case, &binary, Run { workers: "1", epoch: "end", crashes: false }) {
            fs::write(folder.join(name), text).expect("writes what is expected");
        }
    }
    let expected = texts(&case.join("expected"));
    assert!(!expected.is_empty(), "{} expects nothing", case.display());
    let each = WORKERS.into_iter().flat_map(|workers| EPOCHS.map(|epoch| Run { workers, epoch, crashes: false }));
    for run in each.chain(["1", "2"].map(|workers| Run { workers, epoch: "150rows", crashes: true })) {
        let mut found = written(&case, &binary, run);
        let mut expected = expected.clone();
        if !matches!(run.epoch, "end" | "1h") {
            found.retain(|name, _| !name.starts_with("by_epoch"));
            expected.retain(|name, _| !name.starts_with("by_epoch"));
        }
        for (name, text) in &expected {
            let found = found.get(name).map_or("", String::as_str);
            assert_eq!(found, text, "{name} of {}, {run:?}", case.display());
        }
        assert_eq!(found.len(), expected.len(), "{}, {run:?}", case.display());
    }
}

#[test]
fn views_over_views() {
    check("chains");
}

#[test]
fn two_chains_whose_changes_wait() {
    check("waiting");
}

#[test]
fn rows_that_want_the_same_place() {
    check("conflicts");
}

#[test]
fn look_ups_in_tables_that_the_job_writes() {
    check("lookups");
}

#[test]
fn rows_keep_the_order_of_their_events() {
    check("plain");
}

#[test]
fn bad_records_go_to_the_dead_letters_in_their_order() {
    check("errors");
}

#[test]
fn a_row_error_says_which_part_of_the_pipeline_it_came_from() {
    check("places");
}
