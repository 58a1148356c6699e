//! What used to be passed over in silence: a log that is older than its targets, tables that were dropped, files that were
//! renamed, replaced or went on within a record, and tables that are one another's files.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use millstream_tests::{Job, json_lines, sqlite_rows};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{Cities, append, check, cities, refused, told, totals, write};

/// How many cities have so many orders: a row that the job takes back when a city gets one more.
const COUNTS: &str = r"
version: 1
pipeline: counts
tables:
  orders:
    columns: {city: varchar}
    file: {path: orders.jsonl}
  by_count:
    columns: {orders: bigint not null, cities: bigint}
    primary_key: [orders]
    sqlite: {path: out.db}
  all:
    columns: {city: varchar}
    file: {path: all.jsonl}
views:
  by_city:
    from: orders
    where: city is not null
    group_by: [city]
    select: {orders: count(*)}
    state: unbounded
  by_count_of:
    from: by_city
    group_by: [orders]
    select: {cities: count(*)}
    state: unbounded
inserts:
  - {into: by_count, from: by_count_of}
  - {into: all, from: orders}
";

fn run(job: &Job, folder: &Path, more: &[&str], input: &str) -> Output {
    let mut command = Command::new(&job.binary);
    command
        .current_dir(folder)
        .args(if more.contains(&"--state") { &[][..] } else { &["--state", "state"] })
        .args(more);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts the job");
    // A job that refuses reads nothing.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    child.wait_with_output().expect("the job ends")
}

fn cut_end_of_log(folder: &Path) {
    let log = folder.join("state/epochs-1.log");
    let bytes = fs::read(&log).expect("reads the log");
    fs::write(&log, &bytes[..bytes.len() - 5]).expect("writes the log");
}

#[test]
fn a_table_that_is_ahead_of_its_log_is_computed_again_or_the_job_refuses() {
    let job = Job::build(COUNTS);
    let order = "{\"city\":\"a\"}\n";
    let expected = [json!({"orders": 3, "cities": 1})];
    // What can be read again.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    for count in [1, 2] {
        fs::write(folder.join("orders.jsonl"), order.repeat(count)).expect("writes");
        assert!(run(&job, folder, &[], "").status.success());
    }
    cut_end_of_log(folder);
    fs::write(folder.join("orders.jsonl"), order.repeat(3)).expect("writes");
    let words = told(&run(&job, folder, &[], ""));
    assert!(words.contains("table 'by_count' is 1 epoch ahead of the log"), "{words}");
    assert_eq!(sqlite_rows(&folder.join("out.db"), "by_count", "orders"), expected);
    assert_eq!(json_lines(&folder.join("all.jsonl")).len(), 3);
    // What cannot.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let standard = ["--set", "tables.orders.file.path=-"];
    assert!(run(&job, folder, &standard, order).status.success());
    let copy = |from: &str, to: &str| {
        fs::create_dir_all(folder.join(to)).expect("makes a folder");
        for file in folder.join(from).read_dir().expect("reads the folder") {
            let file = file.expect("reads the folder");
            fs::copy(file.path(), folder.join(to).join(file.file_name())).expect("copies");
        }
    };
    copy("state", "older");
    assert!(run(&job, folder, &standard, order).status.success());
    fs::remove_dir_all(folder.join("state")).expect("removes");
    copy("older", "state");
    let output = run(&job, folder, &standard, order);
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(told(&output).contains("is 1 epoch ahead of the log"), "{}", told(&output));
    // And has touched nothing.
    assert_eq!(json_lines(&folder.join("all.jsonl")).len(), 2);
}

#[test]
fn a_start_that_is_refused_leaves_the_targets_as_they_are() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 100)]);
    job.run_well(&[]);
    append(folder, "orders.jsonl", &[("a", 200)]);
    job.run_well(&[]);
    let files = ["out/large.jsonl", "out/history.jsonl", "out/totals.jsonl"];
    let texts = || files.map(|file| fs::read_to_string(folder.join(file)).expect("reads"));
    let before = texts();
    refused(&job, &["--set", "tables.orders.file.path=-"], "cannot be read again");
    assert_eq!(texts(), before);
    job.run_well(&[]);
    check(folder, &[("a", 300)], &[100, 200]);
    // What nobody knows of is cut off, and said.
    fs::write(folder.join("out/large.jsonl"), format!("{}{{\"city\":\"x\"}}\n", before[0])).expect("writes");
    let words = told(&job.run_well(&[]));
    assert!(words.contains("out/large.jsonl: the last 13 bytes were cut off"), "{words}");
    check(folder, &[("a", 300)], &[100, 200]);
}

#[test]
fn a_table_that_was_dropped_gets_all_again() {
    // With all epochs in the log, and without.
    for limit in ["1000000", "0"] {
        let job = cities();
        let folder = job.folder.path();
        write(folder, "orders.jsonl", &[("a", 100)]);
        job.run_well(&["--log-limit", limit]);
        append(folder, "orders.jsonl", &[("b", 200)]);
        job.run_well(&["--log-limit", limit]);
        let database = Connection::open(folder.join("out/out.db")).expect("opens");
        database.execute_batch("drop table totals").expect("drops");
        drop(database);
        job.run_well(&["--log-limit", limit]);
        check(folder, &[("a", 100), ("b", 200)], &[100, 200]);
        append(folder, "orders.jsonl", &[("a", 1)]);
        job.run_well(&["--log-limit", limit]);
        check(folder, &[("a", 101), ("b", 200)], &[100, 200]);
    }
}

#[test]
fn a_last_record_that_goes_on_is_read_again() {
    let job = cities();
    let folder = job.folder.path();
    let file = folder.join("orders.csv");
    let csv = ["--set", "tables.orders.file.path=orders.csv", "--set", "tables.orders.file.format=csv"];
    fs::write(&file, "city,amount\na,1\nb,12").expect("writes");
    job.run_well(&csv);
    check(folder, &[("a", 1), ("b", 12)], &[]);
    fs::write(&file, "city,amount\na,1\nb,123\nc,4\n").expect("writes");
    let words = told(&job.run_well(&csv));
    assert!(words.contains("orders.csv was read before it was whole"), "{words}");
    check(folder, &[("a", 1), ("b", 123), ("c", 4)], &[123]);
    // A line break alone ends the record as it was read.
    fs::write(&file, "city,amount\na,1\nb,123\nc,4\nd,5").expect("writes");
    job.run_well(&csv);
    fs::write(&file, "city,amount\na,1\nb,123\nc,4\nd,5\ne,6\n").expect("writes");
    let words = told(&job.run_well(&csv));
    assert!(!words.contains("whole"), "{words}");
    check(folder, &[("a", 1), ("b", 123), ("c", 4), ("d", 5), ("e", 6)], &[123]);
}

#[test]
fn a_file_that_is_renamed_within_its_pattern_is_not_read_twice() {
    let job = cities();
    let folder = job.folder.path();
    let pattern = ["--set", "tables.orders.file.path=x*.jsonl"];
    write(folder, "x.jsonl", &[("a", 1), ("b", 2)]);
    job.run_well(&pattern);
    fs::rename(folder.join("x.jsonl"), folder.join("x1.jsonl")).expect("renames");
    append(folder, "x1.jsonl", &[("c", 3)]);
    job.run_well(&pattern);
    check(folder, &[("a", 1), ("b", 2), ("c", 3)], &[]);
    write(folder, "x.jsonl", &[("a", 10)]);
    job.run_well(&pattern);
    fs::rename(folder.join("x1.jsonl"), folder.join("x2.jsonl")).expect("renames");
    fs::rename(folder.join("x.jsonl"), folder.join("x1.jsonl")).expect("renames");
    write(folder, "x.jsonl", &[("b", 20)]);
    job.run_well(&pattern);
    job.run_well(&pattern);
    check(folder, &[("a", 11), ("b", 22), ("c", 3)], &[]);
}

/// A job that follows files.
struct Following(Child);

impl Following {
    fn start(job: &Cities, path: &str) -> Self {
        let mut command = Command::new(job.binary);
        command.current_dir(job.folder.path()).args(["--state", "state", "--epoch", "50ms"]);
        command.args(["--set", &format!("tables.orders.file.path={path}"), "--set", "tables.orders.file.follow=true"]);
        Self(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts"))
    }

    /// Ends well; gives what the job told.
    fn stop(mut self) -> String {
        let stopped = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("stops it");
        assert!(stopped.success() && self.0.wait().expect("ends").success());
        let mut words = String::new();
        self.0.stderr.take().expect("it is piped").read_to_string(&mut words).expect("reads");
        words
    }
}

impl Drop for Following {
    /// A test that fails leaves no job behind.
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Waits until all orders come to a sum.
fn wait_for_total(folder: &Path, expected: i64) {
    let began = Instant::now();
    loop {
        let path = folder.join("out/totals.jsonl");
        let rows = if path.exists() { json_lines(&path) } else { Vec::new() };
        let sum: i64 = rows.iter().filter_map(|row: &Value| row["total"].as_i64()).sum();
        if sum == expected {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20) && sum < expected, "{sum} instead of {expected}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn files_are_rotated_while_they_are_followed() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "x.jsonl", &[("a", 1)]);
    let following = Following::start(&job, "x*.jsonl");
    wait_for_total(folder, 1);
    for (round, sum) in [(1, 31), (2, 331)] {
        // What is appended before and behind the renaming, and the new file.
        append(folder, "x.jsonl", &[("a", 10i64.pow(round))]);
        for number in (0..round).rev() {
            let name = |number: u32| if number == 0 { "x.jsonl".to_owned() } else { format!("x{number}.jsonl") };
            fs::rename(folder.join(name(number)), folder.join(name(number + 1))).expect("renames");
        }
        write(folder, "x.jsonl", &[("b", 2 * 10i64.pow(round))]);
        wait_for_total(folder, sum);
        // The pattern is searched now and then: nothing more comes.
        thread::sleep(Duration::from_millis(1200));
        wait_for_total(folder, sum);
    }
    following.stop();
    job.run_well(&["--set", "tables.orders.file.path=x*.jsonl"]);
    check(folder, &[("a", 111), ("b", 220)], &[100, 200]);
}

#[test]
fn files_come_and_go_while_they_are_followed() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "x0.jsonl", &[("a", 1)]);
    let following = Following::start(&job, "x*.jsonl");
    wait_for_total(folder, 1);
    // A new file often gets the number of the one that was taken away, and begins with the same record.
    let mut sum = 1;
    for number in 1..6 {
        fs::remove_file(folder.join(format!("x{}.jsonl", number - 1))).expect("removes");
        thread::sleep(Duration::from_millis(700));
        write(folder, &format!("x{number}.jsonl"), &[("a", 1), ("b", number), ("c", 1)]);
        sum += number + 2;
        wait_for_total(folder, sum);
    }
    following.stop();
}

/// A job that has read a file in whose place another one stands now.
fn replaced() -> Cities {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 1)]);
    job.run_well(&[]);
    fs::remove_file(folder.join("orders.jsonl")).expect("removes");
    write(folder, "orders.jsonl", &[("bb", 20)]);
    job
}

#[test]
fn a_followed_file_that_was_replaced_meanwhile_is_told_of() {
    let job = replaced();
    let folder = job.folder.path();
    let following = Following::start(&job, "orders.jsonl");
    wait_for_total(folder, 21);
    let words = following.stop();
    assert_eq!(json_lines(&folder.join("out/totals.jsonl")), totals(&[("a", 1), ("bb", 20)]));
    assert!(words.contains("is not the file that was read: it is read from its beginning"), "{words}");
}

#[test]
fn what_cannot_be_read_again_is_not_dropped_from_the_targets() {
    let job = cities();
    let folder = job.folder.path();
    let set = ["--set", "tables.orders.file.path=x*"];
    let pack = || Command::new("gzip").arg("-f").arg(folder.join("x1.jsonl")).status().expect("packs the file");
    write(folder, "x0.jsonl", &[("a", 1)]);
    write(folder, "x1.jsonl", &[("b", 100)]);
    write(folder, "x2.jsonl", &[("c", 1000)]);
    assert!(pack().success());
    job.run_well(&set);
    let before = || check(folder, &[("a", 1), ("b", 100), ("c", 1000)], &[100, 1000]);
    before();

    // All would be read again, but the new file is cut off.
    let many: Vec<_> = (0..5000).map(|number| ("d", number * 7919 % 10_007)).collect();
    write(folder, "x1.jsonl", &many);
    assert!(pack().success());
    let packed = fs::read(folder.join("x1.jsonl.gz")).expect("reads");
    fs::write(folder.join("x1.jsonl.gz"), &packed[..packed.len() - 100]).expect("writes");
    refused(&job, &set, "x1.jsonl.gz: the compressed file is damaged or cut off");
    before();

    // All would be read again, but one of the files is gone, whether a run noticed before or not.
    write(folder, "x1.jsonl", &[("b", 100)]);
    fs::rename(folder.join("x0.jsonl"), folder.join("away.jsonl")).expect("renames");
    fs::remove_file(folder.join("x1.jsonl.gz")).expect("removes");
    job.run_well(&[&set[..], &["--workers", "2"]].concat());
    write(folder, "x2.jsonl", &[("c", 2000)]);
    refused(&job, &set, "x0.jsonl is there no more");
}

#[test]
fn a_start_that_finds_a_file_replaced_does_not_drop_what_it_had() {
    let job = replaced();
    let folder = job.folder.path();
    // All would be read again into another place.
    let other = ["--set", "tables.orders.file.follow=true", "--set", "tables.totals.sqlite.path=out/other.db"];
    refused(&job, &other, "orders.jsonl is not the file that was read");
    assert_eq!(json_lines(&folder.join("out/totals.jsonl")), totals(&[("a", 1)]));
}

#[test]
fn tables_that_are_one_anothers_files_are_refused() {
    let job = cities();
    let folder = job.folder.path();
    write(folder, "orders.jsonl", &[("a", 1)]);
    let text = fs::read(folder.join("orders.jsonl")).expect("reads");
    for (setting, name) in [
        ("tables.large.file.path=./orders.jsonl", "'large' and 'orders'"),
        ("tables.totals_file.file.path=orders.jsonl", "'totals_file' and 'orders'"),
        ("tables.history.file.path=out/large.jsonl", "'history' and 'large'"),
    ] {
        let output = job.run(&["--set", setting]);
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(told(&output).contains(name) && told(&output).contains("which the job writes"), "{}", told(&output));
        assert_eq!(fs::read(folder.join("orders.jsonl")).expect("reads"), text);
    }
}

#[test]
fn a_database_that_is_moved_gets_nothing_twice_and_a_file_says_what_it_keeps() {
    let job = Job::build(
        r"
version: 1
pipeline: moving
tables:
  orders:
    columns: {city: varchar}
    file: {path: orders.jsonl}
  in_database:
    columns: {city: varchar}
    sqlite: {path: out.db}
  in_file:
    columns: {city: varchar}
    file: {path: out.jsonl}
inserts:
  - {into: in_database, from: orders}
  - {into: in_file, from: orders}
",
    );
    let (first, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let write = |folder: &Path, count: usize| {
        let lines: Vec<String> = (0..count).map(|number| format!("{{\"city\":\"c{number}\"}}\n")).collect();
        fs::write(folder.join("orders.jsonl"), lines.concat()).expect("writes");
    };
    write(first.path(), 3);
    assert!(run(&job, first.path(), &[], "").status.success());
    for name in ["out.db", "out.jsonl"] {
        fs::copy(first.path().join(name), second.path().join(name)).expect("copies");
    }
    write(second.path(), 5);
    let state = first.path().join("state");
    // The source has another path, so that all is read again.
    let output = run(&job, second.path(), &["--state", state.to_str().expect("it is text")], "");
    let words = told(&output);
    assert!(output.status.success(), "{words}");
    assert_eq!(sqlite_rows(&second.path().join("out.db"), "in_database", "city").len(), 5, "{words}");
    assert_eq!(json_lines(&second.path().join("out.jsonl")).len(), 8, "{words}");
    assert!(words.contains("table 'in_file': what ") && words.contains("out.jsonl holds already is kept"), "{words}");
}
