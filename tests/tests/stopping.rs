//! A job that is stopped, by signals or since it has grown too large; and the question before state is dropped.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use millstream_tests::{Job, sqlite_rows};
use serde_json::json;

const PIPELINE: &str = r"
version: 1
pipeline: cities
tables:
  orders:
    columns: {city: varchar, amount: bigint}
    file: {path: orders.jsonl}
  totals:
    columns: {city: varchar not null, total: bigint}
    primary_key: [city]
    sqlite: {path: out.db}
views:
  by_city:
    from: orders
    where: city is not null
    group_by: [city]
    select: {total: sum(amount)}
    state: unbounded
inserts:
  - {into: totals, from: by_city}
";

static JOB: LazyLock<Job> = LazyLock::new(|| Job::build(PIPELINE));

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(&JOB.binary);
    command.current_dir(folder).args(["--state", "state"]).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("runs the job")
}

fn run_well(folder: &Path) {
    let output = run(folder, &[]);
    assert!(output.status.success(), "{}", told(&output));
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// One order of each of so many cities, of an amount that is the city's number.
fn write_orders(folder: &Path, cities: usize) {
    let mut text = String::new();
    for city in 0..cities {
        let _ = writeln!(text, r#"{{"city": "the city with the number {city:08}", "amount": {city}}}"#);
    }
    fs::write(folder.join("orders.jsonl"), text).expect("writes the orders");
}

/// The table must hold each city once.
fn check(folder: &Path, cities: usize) {
    let rows = sqlite_rows(&folder.join("out.db"), "totals", "city");
    assert_eq!(rows.len(), cities);
    for (city, row) in rows.iter().enumerate() {
        assert_eq!(*row, json!({"city": format!("the city with the number {city:08}"), "total": city}));
    }
}

#[test]
fn a_job_that_grows_too_large_says_which_states_are_large_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_orders(folder, 300_000);
    let output = run(folder, &["--workers", "2", "--memory", "24MiB"]);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    for words in ["--memory allows 25.2 MB", "the next run goes on from there", "view 'by_city' (", " groups, "] {
        assert!(told.contains(words), "{told}");
    }
    let before = sqlite_rows(&folder.join("out.db"), "totals", "city").len();
    assert!((1..300_000).contains(&before), "{before} cities");
    run_well(folder);
    check(folder, 300_000);
}

#[test]
fn a_limit_that_is_not_reached_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_orders(folder.path(), 1000);
    let output = run(folder.path(), &["--memory", "8GiB"]);
    assert!(output.status.success(), "{}", told(&output));
    check(folder.path(), 1000);
}

/// A job over a file that is still written to, once it has committed something.
fn following(folder: &Path) -> Child {
    let mut command = command(folder, &["--set", "tables.orders.file.follow=true", "--epoch", "50ms"]);
    let job = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts the job");
    let began = Instant::now();
    while !folder.join("out.db").exists() || !has_rows(folder) {
        assert!(began.elapsed() < Duration::from_secs(60), "the job commits nothing");
        thread::sleep(Duration::from_millis(20));
    }
    job
}

fn has_rows(folder: &Path) -> bool {
    // The file is there an instant before its table is.
    let made =
        rusqlite::Connection::open(folder.join("out.db")).and_then(|database| database.table_exists(None, "totals"));
    made.is_ok_and(|made| made) && !sqlite_rows(&folder.join("out.db"), "totals", "city").is_empty()
}

fn signal(job: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &job.id().to_string()]).status().expect("there is kill");
    assert!(sent.success());
}

fn ended(mut job: Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = job.try_wait().expect("waits") {
            return status;
        }
        if began.elapsed() > Duration::from_secs(60) {
            drop(job.kill());
            panic!("the job does not stop");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn either_signal_stops_a_job_with_everything_committed() {
    for name in ["INT", "TERM"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_orders(folder.path(), 1000);
        let job = following(folder.path());
        signal(&job, name);
        assert_eq!(ended(job).code(), Some(0), "SIG{name}");
        check(folder.path(), 1000);
    }
}

#[test]
fn a_second_signal_ends_a_job_at_once_and_nothing_is_lost() {
    use std::os::unix::process::ExitStatusExt as _;
    for round in 0..5 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_orders(folder.path(), 100_000);
        let job = following(folder.path());
        signal(&job, "INT");
        thread::sleep(Duration::from_millis(round));
        signal(&job, "INT");
        let status = ended(job);
        // It may have been done before the second one came.
        assert!(matches!(status.code(), Some(0 | 130)), "{status} ({:?})", status.signal());
        run_well(folder.path());
        check(folder.path(), 100_000);
    }
}

/// Runs `--fresh` on a terminal of its own and gives an answer; its exit code, and what the terminal shows.
fn fresh_on_a_terminal(folder: &Path, more: &str, answer: &str) -> (Option<i32>, String) {
    let line = format!("{} --state state --fresh {more}", JOB.binary.display());
    let mut script = Command::new("script")
        .current_dir(folder)
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is script");
    let written = script.stdin.as_mut().map(|stdin| stdin.write_all(answer.as_bytes()));
    assert!(written.is_some_and(|written| written.is_ok()));
    let output = script.wait_with_output().expect("waits");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_terminal_is_asked_before_state_is_dropped() {
    const QUESTION: &str = "drops the state of earlier runs";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_orders(folder, 10);
    // There is nothing to drop yet.
    let (code, shown) = fresh_on_a_terminal(folder, "", "\n");
    assert!(code == Some(0) && !shown.contains(QUESTION), "{code:?} {shown}");
    let log = || fs::read_dir(folder.join("state")).map(|files| files.flatten().map(|file| file.file_name()).collect());
    let before: Vec<_> = log().expect("the state folder");
    let (code, shown) = fresh_on_a_terminal(folder, "", "n\n");
    assert!(code == Some(1) && shown.contains(QUESTION) && shown.contains("nothing was done"), "{code:?} {shown}");
    assert_eq!(before, log().expect("the state folder") as Vec<_>);
    for (more, answer, asked) in [("", "y\n", true), ("--yes", "\n", false)] {
        let (code, shown) = fresh_on_a_terminal(folder, more, answer);
        assert!(code == Some(0) && shown.contains(QUESTION) == asked, "{code:?} {shown}");
        check(folder, 10);
    }
    // Programs are not asked.
    assert!(run(folder, &["--fresh"]).status.success());
}
