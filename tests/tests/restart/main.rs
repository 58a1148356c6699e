//! A job that is started again: what it goes on with, what it reads again, what it refuses.

mod shares;
mod silence;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use millstream_tests::{Job, json_lines, sqlite_rows};
use serde_json::{Value, json};

/// Orders of cities into a database, a file by key, a changelog, and a list of all large orders.
fn pipeline(view: &str, more: &str) -> String {
    format!(
        r"
version: 1
pipeline: cities
tables:
  orders:
    columns: {{city: varchar, amount: bigint}}
    file: {{path: orders.jsonl}}
  totals:
    columns: {{city: varchar not null, total: bigint}}
    primary_key: [city]
    sqlite: {{path: out/out.db}}
  totals_file:
    columns: {{city: varchar not null, total: bigint}}
    primary_key: [city]
    file: {{path: out/totals.jsonl}}
  history:
    columns: {{city: varchar not null, total: bigint}}
    primary_key: [city]
    file: {{path: out/history.jsonl, changelog: true}}
  large:
    columns: {{city: varchar, amount: bigint}}
    file: {{path: out/large.jsonl}}
{more}
views:
  by_city:
    from: orders
    where: city is not null
    group_by: [city]
    select: {{{view}}}
    state: unbounded
inserts:
  - {{into: totals, from: by_city}}
  - {{into: totals_file, from: by_city}}
  - {{into: history, from: by_city}}
  - {{into: large, from: orders, where: amount >= 100}}
"
    )
}

/// The pipeline, built once for all tests, in a folder of each test's own.
struct Cities {
    binary: &'static Path,
    folder: tempfile::TempDir,
}

static SUMS: LazyLock<Job> = LazyLock::new(|| Job::build(&pipeline("total: sum(amount)", "")));

/// The same pipeline after an edit.
static LARGEST: LazyLock<Job> = LazyLock::new(|| Job::build(&pipeline("total: max(amount)", "")));

fn cities() -> Cities {
    Cities { binary: &SUMS.binary, folder: tempfile::tempdir().expect("a temporary folder") }
}

impl Cities {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.binary);
        command
            .current_dir(self.folder.path())
            .args(["--state", "state"])
            .args(arguments)
            .output()
            .expect("runs the job")
    }

    fn run_well(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", told(&output));
        output
    }
}

fn write(folder: &Path, name: &str, rows: &[(&str, i64)]) {
    fs::write(folder.join(name), "").expect("makes the file");
    append(folder, name, rows);
}

fn append(folder: &Path, name: &str, rows: &[(&str, i64)]) {
    let mut file = OpenOptions::new().append(true).open(folder.join(name)).expect("opens the orders");
    for (city, amount) in rows {
        writeln!(file, "{}", json!({"city": city, "amount": amount})).expect("writes the orders");
    }
}

fn totals(rows: &[(&str, i64)]) -> Vec<Value> {
    rows.iter().map(|(city, total)| json!({"city": city, "total": total})).collect()
}

/// What the four tables hold must be these totals and large orders.
fn check(folder: &Path, expected: &[(&str, i64)], large: &[i64]) {
    assert_eq!(sqlite_rows(&folder.join("out/out.db"), "totals", "city"), totals(expected));
    assert_eq!(json_lines(&folder.join("out/totals.jsonl")), totals(expected));
    // The changelog comes to the same table.
    let mut rows = Vec::new();
    for change in json_lines(&folder.join("out/history.jsonl")) {
        let row = json!({"city": change["city"], "total": change["total"]});
        match change["op"].as_str() {
            Some("+I" | "+U") => rows.push(row),
            _ => {
                let at = rows.iter().position(|known| *known == row).expect("what is taken back was there");
                rows.remove(at);
            }
        }
    }
    rows.sort_by_key(|row| row["city"].to_string());
    assert_eq!(rows, totals(expected));
    let amounts: Vec<i64> =
        json_lines(&folder.join("out/large.jsonl")).iter().filter_map(|row| row["amount"].as_i64()).collect();
    assert_eq!(amounts, large);
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A run that must be refused with exit code 3 and these words.
fn refused(job: &Cities, arguments: &[&str], words: &str) {
    let output = job.run(arguments);
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(told(&output).contains(words), "{}", told(&output));
}

#[test]
fn a_job_goes_on_where_it_stopped() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 1), ("b", 100), ("a", 2)]);
    job.run_well(&["--workers", "2"]);
    check(folder, &[("a", 3), ("b", 100)], &[100]);
    let output = job.run_well(&[]);
    assert!(told(&output).contains("nothing new after epoch 1"), "{}", told(&output));
    check(folder, &[("a", 3), ("b", 100)], &[100]);
    // What was appended since is read, by however many workers and with whatever epochs.
    append(folder, "orders.jsonl", &[("a", 4), ("c", 300)]);
    job.run_well(&["--workers", "3", "--epoch", "1rows"]);
    check(folder, &[("a", 7), ("b", 100), ("c", 300)], &[100, 300]);
    append(folder, "orders.jsonl", &[("b", 400)]);
    job.run_well(&["--workers", "1", "--log-limit", "0"]);
    append(folder, "orders.jsonl", &[("b", -500), ("d", 1)]);
    job.run_well(&["--log-limit", "0"]);
    check(folder, &[("a", 7), ("b", 0), ("c", 300), ("d", 1)], &[100, 300, 400]);
    assert!(
        folder
            .join("state")
            .read_dir()
            .unwrap()
            .any(|file| { file.unwrap().file_name().to_string_lossy().ends_with(".snapshot") })
    );
}

#[test]
fn another_input_is_read_from_its_beginning_and_nothing_is_counted_twice() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 1), ("b", 100), ("a", 2)]);
    job.run_well(&[]);
    // The same file with other rows, longer than before.
    write(folder, "orders.jsonl", &[("a", 5), ("c", 700), ("a", 2), ("a", 1)]);
    let output = job.run_well(&[]);
    assert!(told(&output).contains("orders.jsonl is not the file that was read"), "{}", told(&output));
    assert!(told(&output).contains("view 'by_city': rebuilt"), "{}", told(&output));
    check(folder, &[("a", 8), ("c", 700)], &[700]);
    // Another file.
    write(folder, "others.jsonl", &[("z", 1000)]);
    job.run_well(&["--set", "tables.orders.file.path=others.jsonl"]);
    check(folder, &[("z", 1000)], &[1000]);
    // Back again, and a clock, which may mean other results.
    job.run_well(&["--now", "2026-11-21"]);
    check(folder, &[("a", 8), ("c", 700)], &[700]);
}

#[test]
fn a_changed_pipeline_is_computed_again() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 1), ("b", 100), ("a", 2)]);
    job.run_well(&[]);
    let run = || {
        let command = Command::new(&LARGEST.binary).current_dir(folder).args(["--state", "state"]).output();
        command.expect("runs the job")
    };
    let output = run();
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains("view 'by_city' has changed"), "{}", told(&output));
    check(folder, &[("a", 2), ("b", 100)], &[100]);
    // The file that was read is gone: what the view knew cannot be computed again.
    fs::rename(folder.join("orders.jsonl"), folder.join("away.jsonl")).unwrap();
    write(folder, "orders.jsonl", &[]);
    let output = run();
    assert!(output.status.success(), "{}", told(&output));
    check(folder, &[], &[]);
}

#[test]
fn targets_that_were_taken_away_are_written_again() {
    let job = cities();
    let folder = job.folder.path();
    let orders: Vec<(&str, i64)> = (0..30).map(|number| (["a", "b", "c"][number % 3], number as i64 * 10)).collect();
    write(folder, "orders.jsonl", &orders);
    let expected = [("a", 1350), ("b", 1450), ("c", 1550)];
    let large: Vec<i64> = (10..30).map(|number| number * 10).collect();
    for limit in ["100000000", "0"] {
        job.run_well(&["--epoch", "4rows", "--log-limit", limit, "--fresh"]);
        fs::remove_dir_all(folder.join("out")).unwrap();
        job.run_well(&["--epoch", "4rows"]);
        check(folder, &expected, &large);
        fs::remove_file(folder.join("out/out.db")).unwrap();
        fs::remove_file(folder.join("out/large.jsonl")).unwrap();
        job.run_well(&["--epoch", "4rows"]);
        check(folder, &expected, &large);
        fs::remove_dir_all(folder.join("out")).unwrap();
    }
}

#[test]
fn a_target_at_another_place_gets_all() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 1), ("b", 100), ("a", 2)]);
    job.run_well(&["--epoch", "1rows"]);
    fs::create_dir(folder.join("else")).unwrap();
    fs::write(folder.join("else/large.jsonl"), "{\"city\":\"old\",\"amount\":7}\n").unwrap();
    let elsewhere = ["--set", "tables.large.file.path=else/large.jsonl"];
    for _ in 0..2 {
        job.run_well(&elsewhere);
        check(folder, &[("a", 3), ("b", 100)], &[100]);
        assert_eq!(
            json_lines(&folder.join("else/large.jsonl")),
            [json!({"city": "old", "amount": 7}), json!({"city": "b", "amount": 100})]
        );
    }
    // A database takes with it what it knows.
    fs::rename(folder.join("out/out.db"), folder.join("else/moved.db")).unwrap();
    append(folder, "orders.jsonl", &[("b", 5)]);
    let moved = ["--set", "tables.totals.sqlite.path=else/moved.db"];
    let output = job.run_well(&[&elsewhere[..], &moved].concat());
    assert!(!told(&output).contains("rebuilt"), "{}", told(&output));
    assert_eq!(sqlite_rows(&folder.join("else/moved.db"), "totals", "city"), totals(&[("a", 3), ("b", 105)]));
}

#[test]
fn a_followed_file_that_is_replaced_goes_on_in_the_new_one() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 1), ("b", 100)]);
    let run_until = |total: i64| {
        let mut command = Command::new(job.binary);
        command.current_dir(folder).args(["--state", "state", "--set", "tables.orders.file.follow=true"]);
        let child = command.args(["--epoch", "50ms"]).spawn().expect("starts the job");
        let mut sum = 0;
        for _ in 0..600 {
            std::thread::sleep(std::time::Duration::from_millis(50));
            let path = folder.join("out/totals.jsonl");
            let rows = if path.exists() { json_lines(&path) } else { Vec::new() };
            sum = rows.iter().filter_map(|row| row["total"].as_i64()).sum();
            if sum == total {
                break;
            }
        }
        let stopped = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("stops the job");
        assert!(stopped.success());
        let output = child.wait_with_output().expect("the job ends");
        assert!(output.status.success());
        assert_eq!(sum, total);
    };
    run_until(101);
    append(folder, "orders.jsonl", &[("a", 200)]);
    run_until(301);
    // As a program does that rotates its log.
    fs::rename(folder.join("orders.jsonl"), folder.join("orders.jsonl.1")).unwrap();
    write(folder, "orders.jsonl", &[("c", 1000)]);
    run_until(1301);
    check(folder, &[("a", 201), ("b", 100), ("c", 1000)], &[100, 200, 1000]);
}

#[test]
fn compressed_files_patterns_and_csv_go_on() {
    let job = cities();
    let folder = job.folder.path();
    fs::create_dir(folder.join("in")).unwrap();
    write(folder, "in/1.jsonl", &[("a", 1), ("b", 100)]);
    let packed = Command::new("gzip").arg(folder.join("in/1.jsonl")).status().expect("packs the file");
    assert!(packed.success());
    let set = ["--epoch", "1rows", "--set", "tables.orders.file.path=in/*"];
    job.run_well(&set);
    write(folder, "in/2.jsonl", &[("a", 200)]);
    write(folder, "in/0.jsonl", &[("c", 300)]);
    for _ in 0..2 {
        job.run_well(&set);
        check(folder, &[("a", 201), ("b", 100), ("c", 300)], &[100, 300, 200]);
    }
    // A file that was read may go.
    fs::remove_file(folder.join("in/0.jsonl")).unwrap();
    append(folder, "in/2.jsonl", &[("c", 1)]);
    job.run_well(&set);
    check(folder, &[("a", 201), ("b", 100), ("c", 301)], &[100, 300, 200]);

    fs::remove_dir_all(folder.join("out")).unwrap();
    fs::write(folder.join("orders.csv"), "amount,city\n1,a\n100,\"b\"\n").unwrap();
    let set = ["--fresh", "--epoch", "1rows", "--set", "tables.orders.file.path=orders.csv"];
    job.run_well(&set);
    let mut file = OpenOptions::new().append(true).open(folder.join("orders.csv")).unwrap();
    file.write_all(b"200,a\n").unwrap();
    job.run_well(&set[1..]);
    check(folder, &[("a", 201), ("b", 100)], &[100, 200]);
}

#[test]
fn rows_that_were_there_before_stay() {
    let job = cities();
    let folder = job.folder.path();
    fs::create_dir(folder.join("out")).unwrap();
    fs::write(folder.join("out/large.jsonl"), "{\"city\":\"old\",\"amount\":7}\n").unwrap();
    fs::write(folder.join("out/totals.jsonl"), "{\"city\":\"old\",\"total\":7}\n").unwrap();
    for amount in [100, 200] {
        write(folder, "orders.jsonl", &[("a", amount)]);
        job.run_well(&[]);
        let large = json_lines(&folder.join("out/large.jsonl"));
        assert_eq!(large, [json!({"city": "old", "amount": 7}), json!({"city": "a", "amount": amount})]);
        assert_eq!(json_lines(&folder.join("out/totals.jsonl")), totals(&[("a", amount), ("old", 7)]));
    }
}

#[test]
fn damage_is_noticed() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 1), ("b", 100), ("a", 2), ("c", 400)]);
    job.run_well(&["--epoch", "1rows"]);
    let log = folder.join("state/epochs-1.log");
    let good = fs::read(&log).unwrap();
    // Cut off at any place behind the header: the job goes on, or reads all again where a target is ahead of its log.
    let mut lengths: Vec<usize> = (1..40).map(|part| good.len() * part / 40).collect();
    lengths.push(good.len() - 1);
    for length in lengths {
        fs::write(&log, &good[..length]).unwrap();
        let output = job.run(&[]);
        if output.status.success() {
            check(folder, &[("a", 3), ("b", 100), ("c", 400)], &[100, 400]);
        } else {
            assert_eq!(output.status.code(), Some(3), "cut at {length}: {}", told(&output));
            assert!(told(&output).contains("epochs-1.log: its header is damaged"), "{}", told(&output));
        }
        job.run_well(&["--fresh", "--epoch", "1rows"]);
        let names: Vec<_> = folder.join("state").read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
        for name in names.iter().filter(|name| name.to_string_lossy().starts_with("epochs-")) {
            fs::remove_file(folder.join("state").join(name)).unwrap();
        }
        fs::remove_dir_all(folder.join("out")).unwrap();
        job.run_well(&["--epoch", "1rows"]);
    }
    // A bit in the middle, with good epochs behind it.
    let mut bytes = fs::read(&log).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&log, &bytes).unwrap();
    refused(&job, &[], "and good epochs follow");
    bytes[..8].copy_from_slice(b"gibberis");
    fs::write(&log, &bytes).unwrap();
    refused(&job, &[], "it is no epoch log, or its beginning is damaged");
    bytes[..12].copy_from_slice(b"millstrm\x09\0\0\0");
    fs::write(&log, &bytes).unwrap();
    refused(&job, &[], "written by another version of Millstream (format 9)");
    job.run_well(&["--fresh"]);
    check_keyed(folder);
    // A snapshot.
    job.run_well(&["--fresh", "--epoch", "1rows", "--log-limit", "0"]);
    let snapshot = folder.join("state").read_dir().unwrap().map(|file| file.unwrap().path());
    let snapshot = snapshot.filter(|path| path.extension().is_some_and(|kind| kind == "snapshot")).max().unwrap();
    let bytes = fs::read(&snapshot).unwrap();
    for at in [20, bytes.len() / 2, bytes.len() - 1] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        fs::write(&snapshot, bytes).unwrap();
        refused(&job, &[], "it is damaged");
    }
    fs::remove_file(&snapshot).unwrap();
    refused(&job, &[], "it is missing");
}

/// The tables with keys, where rows may have been appended twice elsewhere.
fn check_keyed(folder: &Path) {
    let expected = totals(&[("a", 3), ("b", 100), ("c", 400)]);
    assert_eq!(sqlite_rows(&folder.join("out/out.db"), "totals", "city"), expected);
    assert_eq!(json_lines(&folder.join("out/totals.jsonl")), expected);
}

#[test]
fn what_cannot_be_done_is_refused_in_plain_words() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 1)]);
    job.run_well(&["--no-log"]);
    assert!(!folder.join("state/epochs-1.log").exists());
    job.run_well(&["--fresh"]);
    refused(&job, &["--no-log"], "holds the log of earlier runs, which --no-log would leave behind");
    // Another pipeline.
    let other = Job::build(&pipeline("total: sum(amount)", "").replace("pipeline: cities", "pipeline: towns"));
    let output = Command::new(&other.binary).current_dir(folder).args(["--state", "state"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(told(&output).contains("belongs to the pipeline 'cities'"), "{}", told(&output));
    // A source that cannot be read again.
    let feed = |binary: &Path, more: &[&str], text: &str| {
        let mut command = Command::new(binary);
        command.current_dir(folder).args(["--state", "piped", "--set", "tables.orders.file.path=-"]).args(more);
        command.stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A job that refuses reads nothing.
        let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        child.wait_with_output().unwrap()
    };
    fs::remove_dir_all(folder.join("out")).unwrap();
    let output = feed(job.binary, &[], "{\"city\":\"a\",\"amount\":5}\n");
    assert!(output.status.success(), "{}", told(&output));
    let output = feed(job.binary, &[], "{\"city\":\"a\",\"amount\":600}\n");
    assert!(output.status.success(), "{}", told(&output));
    check(folder, &[("a", 605)], &[600]);
    let output = feed(&LARGEST.binary, &[], "");
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(told(&output).contains("view 'by_city' would be lost"), "{}", told(&output));
    // A view more keeps what is known.
    let grown = "
  most:
    columns: {city: varchar not null, most: bigint}
    primary_key: [city]
    file: {path: out/most.jsonl}
";
    let text = pipeline("total: sum(amount)", grown).replace(
        "inserts:",
        "  largest:\n    from: orders\n    where: city is not null\n    group_by: [city]\n    select: {most: max(amount)}\n    \
         state: unbounded\ninserts:\n  - {into: most, from: largest}",
    );
    let grown = Job::build(&text);
    let output = feed(&grown.binary, &[], "{\"city\":\"a\",\"amount\":7}\n");
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains("view 'by_city': kept"), "{}", told(&output));
    assert!(told(&output).contains("view 'largest': new"), "{}", told(&output));
    check(folder, &[("a", 612)], &[600]);
    assert_eq!(json_lines(&folder.join("out/most.jsonl")), [json!({"city": "a", "most": 7})]);
    let output = feed(&grown.binary, &[], "");
    assert!(output.status.success(), "{}", told(&output));
    check(folder, &[("a", 612)], &[600]);
}
