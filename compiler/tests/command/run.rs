//! `millstream run`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{Outcome, Try};

#[test]
fn the_table_is_on_standard_output_and_the_rest_on_standard_error() {
    let this = Try::with_new_job();
    let outcome = this.call(&["run", "my_job/my_job.yaml"]).succeeded();
    let outcome = outcome.says("my_job: 8 records in ").says("; 3 rows in my_job/out/my_job.db (table city_revenue)");
    assert!(!outcome.stderr.contains('\x1b') && !outcome.stderr.contains('\r'), "{:?}", outcome.stderr);
    let expected = "\
city_revenue
 city     │ orders │ revenue │ last_order
──────────┼────────┼─────────┼─────────────────────
 Chengdu  │      1 │  310.00 │ 2025-11-21 00:25:00
 Hangzhou │      3 │  206.65 │ 2025-11-21 02:00:00
 Shanghai │      2 │  144.99 │ 2025-11-21 01:00:00
";
    assert_eq!(outcome.stdout, expected);
    let quiet = this.call(&["run", "-q", "my_job/my_job.yaml", "--fresh"]).succeeded();
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), (expected, ""));
}

#[test]
fn an_edit_is_seen() {
    let this = Try::with_new_job();
    this.call(&["run", "my_job/my_job.yaml"]).succeeded().prints("206.65");
    this.edit("my_job/my_job.yaml", "revenue: sum(amount)", "revenue: max(amount)");
    let outcome = this.call(&["run", "my_job/my_job.yaml", "--fresh"]).succeeded().prints("129.90");
    assert!(!outcome.stdout.contains("206.65"), "{}", outcome.stdout);
}

#[test]
fn arguments_behind_the_file_are_the_job_s() {
    let this = Try::with_new_job();
    let run = |arguments: &[&str]| this.call(&[&["run", "my_job/my_job.yaml"], arguments].concat());
    let set = "tables.city_revenue.sqlite.path=elsewhere.db";
    run(&["--set", set, "--state", "state", "--epoch=2rows"]).succeeded().says("3 rows in elsewhere.db");
    assert!(this.path().join("elsewhere.db").is_file() && this.path().join("state").is_dir());
    assert!(!this.path().join("my_job/.millstream").exists());
    run(&["--", "--help"]).succeeded().prints("tables.orders.file.path = data/orders.jsonl");
    run(&["--set", "tables.orders.file.pth=x"]).ended_with(2).says("`file` has no option `pth`; its options are path");
    run(&["--epoch", "soon"]).ended_with(2).says("--epoch soon: give a time such as 1s");
    run(&["--set", "tables.orders.file.path=missing.jsonl"]).ended_with(3).says("missing.jsonl");
}

#[test]
fn bad_records_are_told_and_kept() {
    let this = Try::with_new_job();
    let records =
        ["{\"order_no\":\"A\",\"city\":\"X\",\"amount\":1}", "{\"order_no", "{\"city\":\"X\",\"amount\":\"many\"}"];
    this.write(
        "my_job/data/orders.jsonl",
        &records.join(
            "
",
        ),
    );
    let outcome = this.call(&["run", "-q", "my_job/my_job.yaml"]).succeeded().prints(" X ");
    let letters = "my_job/.millstream/my_job/dead_letters.jsonl";
    outcome.says(&format!(
        "warning: 2 records could not be read or computed: {letters}; the first is my_job/data/orders.jsonl:2: "
    ));
    assert_eq!(this.read(letters).lines().count(), 2);
}

/// Standard input reaches the job; SIGTERM makes it write what it has and end with 0.
#[cfg(unix)]
#[test]
fn a_job_that_waits_for_more_stops_cleanly() {
    let this = Try::with_new_job();
    this.call(&["run", "-q", "my_job/my_job.yaml"]).succeeded();
    let mut command = this.command(&["run", "-v", "my_job/my_job.yaml", "--set", "tables.orders.file.path=-"]);
    command.args(["--fresh", "--epoch", "50ms", "--set", "tables.city_revenue.sqlite.path=piped.db"]);
    let mut job =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut input = job.stdin.take().expect("standard input");
    input.write_all(b"{\"order_no\":\"A\",\"city\":\"Xi'an\",\"amount\":1}\n").expect("the job reads");
    let mut errors = BufReader::new(job.stderr.take().expect("standard error"));
    let mut told = String::new();
    let started = Instant::now();
    while !told.contains("1 record") && started.elapsed() < Duration::from_secs(30) {
        errors.read_line(&mut told).expect("the job tells its epochs");
    }
    // The process is the job itself, so that signals to the command reach it.
    let kill = std::process::Command::new("kill").args(["-TERM", &job.id().to_string()]).status();
    assert!(kill.expect("kill starts").success());
    let status = job.wait().expect("the job ends");
    errors.read_to_string(&mut told).expect("the job tells its end");
    let mut stdout = String::new();
    job.stdout.take().expect("standard output").read_to_string(&mut stdout).expect("the job prints");
    let outcome = Outcome { code: status.code(), stdout, stderr: told };
    outcome.succeeded().says("stopped; 1 record in ").says("1 row in piped.db").prints("Xi'an");
}

/// Nobody reads standard output any more: no panic, and the job's work is done.
#[test]
fn a_closed_pipe_is_no_error() {
    let this = Try::with_new_job();
    let mut command = this.command(&["run", "-q", "my_job/my_job.yaml"]);
    let mut job = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(job.stdout.take());
    let output = job.wait_with_output().expect("it ends");
    let outcome = Outcome::from(output).succeeded();
    assert_eq!(outcome.stderr, "");
}
