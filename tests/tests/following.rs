//! A view whose state follows from another one's, in a pipeline that is changed while its source cannot be read again.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use millstream_tests::{Job, sqlite_rows};
use serde_json::{Value, json};

/// The latest order of each user, and how many users have theirs in each city; perhaps with something more behind it.
fn pipeline(tables: &str, inserts: &str) -> String {
    format!(
        "
version: 1
pipeline: latest
tables:
  orders:
    columns: {{id: bigint, city: varchar}}
    file: {{path: \"-\"}}
  users:
    columns: {{city: varchar not null, users: bigint}}
    primary_key: [city]
    sqlite: {{path: out.db}}
{tables}
views:
  last:
    from: orders
    where: id is not null and city is not null
    group_by: [id]
    select: {{city: last_value(city)}}
    state: unbounded
  by_city:
    from: last
    group_by: [city]
    select: {{users: count(*)}}
    state: unbounded
inserts:
  - {{into: users, from: by_city}}
{inserts}
"
    )
}

static FORMER: LazyLock<Job> = LazyLock::new(|| Job::build(&pipeline("", "")));

/// The pipeline with another table that gets the rows of `last`, whose changes then wait no more.
static CHANGED: LazyLock<Job> = LazyLock::new(|| {
    Job::build(&pipeline(
        "  same:\n    columns: {id: bigint not null, city: varchar}\n    primary_key: [id]\n    sqlite: {path: out.db}",
        "  - {into: same, from: last}",
    ))
});

fn run(job: &Job, folder: &Path, orders: &[(i64, &str)], more: &[&str]) -> Output {
    let mut command = Command::new(&job.binary);
    let epoch = if more.contains(&"--epoch") { &[][..] } else { &["--epoch", "1rows"] };
    command.current_dir(folder).args(["--state", "state"]).args(epoch).args(more);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts the job");
    let mut input = child.stdin.take().expect("a pipe");
    for (id, city) in orders {
        // A job that refuses, or that ends in between, reads no more.
        let _ = writeln!(input, "{}", json!({"id": id, "city": city}));
    }
    drop(input);
    child.wait_with_output().expect("the job ends")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn well(output: &Output) -> String {
    assert!(output.status.success(), "{}", told(output));
    told(output)
}

fn users(folder: &Path) -> Vec<Value> {
    sqlite_rows(&folder.join("out.db"), "users", "city")
}

fn expected(rows: &[(&str, i64)]) -> Vec<Value> {
    rows.iter().map(|(city, users)| json!({"city": city, "users": users})).collect()
}

const ORDERS: &[(i64, &str)] = &[(1, "Hangzhou"), (2, "Hangzhou"), (3, "Ningbo"), (1, "Ningbo")];

#[test]
fn state_that_follows_is_kept_by_another_pipeline() {
    // After an end, the log holds nothing that only the former pipeline can read.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    well(&run(&FORMER, folder, ORDERS, &["--workers", "1"]));
    let words = well(&run(&CHANGED, folder, &[(2, "Ningbo")], &["--workers", "1"]));
    assert!(words.contains("view 'last': kept") && words.contains("view 'by_city': kept"), "{words}");
    assert_eq!(users(folder), expected(&[("Ningbo", 3)]));
    assert_eq!(sqlite_rows(&folder.join("out.db"), "same", "id"), [json!({"id": 2, "city": "Ningbo"})]);
    // And back.
    let words = well(&run(&FORMER, folder, &[(3, "Hangzhou")], &["--workers", "2"]));
    assert!(words.contains("view 'by_city': kept"), "{words}");
    assert_eq!(users(folder), expected(&[("Hangzhou", 1), ("Ningbo", 2)]));
}

#[test]
fn state_is_kept_though_other_workers_are_to_have_it() {
    let many: Vec<(i64, &str)> = (0..200).map(|id| (id, ["Hangzhou", "Ningbo"][id as usize % 2])).collect();
    // The two parts stand in a snapshot, or in a log.
    for limit in ["0", "1000000"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        // All rows go to the first of two workers; then they are spread, and the state is in one part.
        well(&run(&CHANGED, folder, &many, &["--workers", "2", "--epoch", "50rows", "--log-limit", limit]));
        for (id, city, more) in [(0, "Ningbo", 1), (1, "Hangzhou", 0), (2, "Ningbo", 1)] {
            let words = well(&run(&FORMER, folder, &[(id, city)], &["--workers", "2"]));
            assert!(!words.contains("lost"), "{words}");
            assert_eq!(users(folder), expected(&[("Hangzhou", 100 - more), ("Ningbo", 100 + more)]));
        }
    }
}

#[test]
fn a_crash_while_state_comes_together_loses_nothing() {
    let many: Vec<(i64, &str)> = (0..60).map(|id| (id, ["Hangzhou", "Ningbo"][id as usize % 2])).collect();
    // An order that comes twice, since nobody knows whether it was taken, counts once.
    let moves = [(0, "Ningbo"), (2, "Ningbo"), (1, "Hangzhou")];
    for step in 1..200 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        // Two parts in a log, or in a snapshot with a log behind it.
        let limit = ["0", "1000000"][step % 2];
        well(&run(&CHANGED, folder, &many, &["--workers", "2", "--epoch", "20rows", "--log-limit", limit]));
        let ended = run(&FORMER, folder, &moves, &["--workers", "2", "--storage-ends", &step.to_string()]);
        let words = well(&run(&FORMER, folder, &moves, &["--workers", "2"]));
        assert!(!words.contains("lost"), "step {step}: {words}");
        assert_eq!(users(folder), expected(&[("Hangzhou", 29), ("Ningbo", 31)]), "step {step}");
        if ended.status.success() {
            assert!(step > 10, "there are more steps than {step}");
            return;
        }
    }
    panic!("the job never comes to its end");
}

#[test]
fn shares_of_workers_are_put_together() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    well(&run(&FORMER, folder, ORDERS, &["--workers", "2"]));
    let words = well(&run(&CHANGED, folder, &[(2, "Ningbo")], &["--workers", "2"]));
    assert!(words.contains("view 'by_city': kept"), "{words}");
    assert_eq!(users(folder), expected(&[("Ningbo", 3)]));
}

#[test]
fn after_a_crash_the_former_pipeline_is_asked_for() {
    let mut refused = 0;
    // Wherever it ends, with a log that has epochs.
    for step in [12, 16, 20, 24] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        let one = |job, orders: &[(i64, &str)], more: &[&str]| {
            run(job, folder, orders, &[&["--workers", "1"], more].concat())
        };
        let output = one(&FORMER, ORDERS, &["--storage-ends", &step.to_string()]);
        assert!(!output.status.success(), "there are not {step} steps: {}", told(&output));
        let output = one(&CHANGED, &[], &[]);
        if !output.status.success() {
            refused += 1;
            assert_eq!(output.status.code(), Some(3));
            let words = told(&output);
            assert!(
                words.contains("view 'by_city'") && words.contains("start the former pipeline once more"),
                "{words}"
            );
            // As it says.
            well(&one(&FORMER, &[(7, "Wenzhou")], &[]));
        }
        let words = well(&one(&CHANGED, &[(8, "Wenzhou")], &[]));
        assert!(!words.contains("lost"), "{words}");
        let wenzhou = users(folder).into_iter().find(|row| row["city"] == "Wenzhou");
        assert!(wenzhou.is_some_and(|row| row["users"].as_i64() >= Some(1)), "{:?}", users(folder));
    }
    assert!(refused > 0, "no log had an epoch that only the former pipeline can read");
}

#[test]
fn a_table_that_joins_a_log_gets_what_it_lacks_after_a_crash() {
    let same = [(1, "Wenzhou"), (2, "Wenzhou"), (3, "Ningbo")].map(|(id, city)| json!({"id": id, "city": city}));
    for step in 1..60 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        let one = |job, orders: &[(i64, &str)], more: &[&str]| {
            run(job, folder, orders, &[&["--workers", "1"], more].concat())
        };
        well(&one(&FORMER, ORDERS, &[]));
        let ended = one(&CHANGED, &[(1, "Wenzhou"), (2, "Ningbo")], &["--storage-ends", &step.to_string()]);
        // Each user moves once more, so that the table that is new knows all of them at the end.
        well(&one(&CHANGED, &[(1, "Jinhua"), (2, "Jinhua"), (3, "Jinhua")], &[]));
        well(&one(&CHANGED, &[(1, "Wenzhou"), (2, "Wenzhou"), (3, "Ningbo")], &[]));
        assert_eq!(users(folder), expected(&[("Ningbo", 1), ("Wenzhou", 2)]), "step {step}");
        assert_eq!(sqlite_rows(&folder.join("out.db"), "same", "id"), same, "step {step}");
        if ended.status.success() {
            assert!(step > 10, "the log takes more steps than {step}");
            return;
        }
    }
    panic!("the job never comes to its end");
}
