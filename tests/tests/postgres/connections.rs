//! Connections that are cut, and servers that go away: nothing is lost, and nothing comes twice. The table `log` has no
//! key, so that a row that came twice would stand there twice.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use millstream_tests::Job;
use millstream_tests::postgres::Server;
use postgres::Client;

use crate::told;

const PIPELINE: &str = "version: 1
pipeline: cut
tables:
  events:
    columns: {id: bigint, kind: varchar}
    file: {path: events.jsonl}
  log:
    columns: {id: bigint, kind: varchar}
    postgres: {url: \"postgres://nowhere/none\"}
  counts:
    columns: {kind: varchar not null, events: bigint}
    primary_key: [kind]
    postgres: {url: \"postgres://nowhere/none\"}
views:
  by_kind:
    from: events
    where: kind is not null
    group_by: [kind]
    select: {events: count(*)}
    state: unbounded
inserts:
  - {into: log, from: events}
  - {into: counts, from: by_kind}
";

const EVENTS: u64 = 3_000;
const KINDS: u64 = 7;

static JOB: LazyLock<Job> = LazyLock::new(|| Job::build(PIPELINE));

fn events(from: u64, to: u64) -> String {
    let mut text = String::new();
    for id in from..to {
        let _ = writeln!(text, "{{\"id\":{id},\"kind\":\"k{}\"}}", id % KINDS);
    }
    text
}

/// A run of the job against a database of its own.
struct Run<'s> {
    server: &'s Server,
    database: String,
    folder: tempfile::TempDir,
}

impl<'s> Run<'s> {
    fn new(server: &'s Server) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("events.jsonl"), events(0, EVENTS)).expect("writes");
        Self { server, database: server.database(), folder }
    }

    fn start(&self, arguments: &[&str]) -> Child {
        start(self.folder.path(), &self.server.url(&self.database), arguments)
    }

    fn admin(&self) -> Client {
        self.server.client(&self.database)
    }

    /// Waits for the job, and checks its tables.
    fn ends_well(&self, child: Child) -> String {
        let output = child.wait_with_output().expect("the job ends");
        let text = told(&output);
        assert!(output.status.success(), "{text}");
        check(&mut self.admin());
        text
    }
}

fn start(folder: &std::path::Path, url: &str, arguments: &[&str]) -> Child {
    let mut command = Command::new(&JOB.binary);
    command.current_dir(folder).args(["-q", "--state", "state"]).args(arguments);
    for table in ["log", "counts"] {
        command.args(["--set", &format!("tables.{table}.postgres.url={url}")]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("starts the job")
}

/// Each event is there once, and the counts are those of the events.
fn check(client: &mut Client) {
    let row = client.query_one("select count(*), count(distinct id), min(id), max(id) from log", &[]).expect("reads");
    let numbers: Vec<i64> = (0..4).map(|at| row.get(at)).collect();
    assert_eq!(numbers, [EVENTS as i64, EVENTS as i64, 0, EVENTS as i64 - 1]);
    let sql = "select count(*) from (select kind, count(*) as events from log group by kind
               except select kind, events from counts) as t";
    let different: i64 = client.query_one(sql, &[]).expect("reads").get(0);
    assert_eq!(different, 0);
    let kinds: i64 = client.query_one("select count(*) from counts", &[]).expect("reads").get(0);
    assert_eq!(kinds, KINDS as i64);
}

/// The state of the job's process in the server.
const WAITING: &str = "select count(*) from pg_stat_activity where application_name = 'millstream'
                       and datname = current_database() and wait_event = $1";
const CUT: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where application_name = 'millstream' and datname = current_database()";

fn wait_for(what: &str, mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !reached() {
        assert!(Instant::now() < deadline, "{what} was not reached");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn sessions_that_are_ended_lose_and_double_nothing() {
    let server = Server::start();
    for more in [&[][..], &["--no-log"]] {
        let run = Run::new(&server);
        let mut admin = run.admin();
        let mut child = run.start(&[&["--epoch", "10rows"], more].concat());
        let there = "select to_regclass('log') is not null and to_regclass('counts') is not null";
        wait_for("the tables", || admin.query_one(there, &[]).expect("asks").get(0));
        wait_for("the first row", || admin.query_one("select count(*) > 0 from log", &[]).expect("asks").get(0));
        let (mut cuts, mut known) = (0, 0);
        while child.try_wait().expect("the job can be asked").is_none() {
            // Once after each commit, so that the job comes further between two cuts.
            let rows: i64 = admin.query_one("select count(*) from log", &[]).expect("asks").get(0);
            if cuts < 25 && rows > known {
                cuts += admin.query_one(CUT, &[]).expect("cuts").get::<_, i64>(0);
                known = rows;
            }
            thread::sleep(Duration::from_millis(7));
        }
        let text = run.ends_well(child);
        assert!(cuts >= 3, "the job was cut {cuts} times");
        assert!(text.contains("is gone (terminating connection due to administrator command); waiting"), "{text}");
        println!("cut {cuts} times");
    }
}

#[test]
fn a_server_that_is_stopped_and_started_again_is_waited_for() {
    let mut server = Server::start();
    let database = server.database();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = ["--epoch", "20ms", "--set", "tables.events.file.path=-"];
    let mut child = start(folder.path(), &server.url(&database), &arguments);
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(events(0, 1000).as_bytes()).expect("writes");
    let mut admin = server.client(&database);
    wait_for("the first row", || {
        admin.query_one("select count(*) > 0 from log", &[]).is_ok_and(|row| row.get::<_, bool>(0))
    });
    drop(admin);
    server.stop();
    input.write_all(events(1000, 2000).as_bytes()).expect("writes");
    thread::sleep(Duration::from_millis(700));
    assert!(child.try_wait().expect("the job can be asked").is_none(), "the job waits");
    server.go();
    input.write_all(events(2000, EVENTS).as_bytes()).expect("writes");
    drop(input);
    let output = child.wait_with_output().expect("the job ends");
    let text = told(&output);
    assert!(output.status.success(), "{text}");
    assert_eq!(text.matches(" is gone (").count(), 1, "{text}");
    let place = format!("127.0.0.1:{}/{database}", server.port());
    assert!(text.contains(&format!("warning: the database {place} is gone (")), "{text}");
    assert!(text.contains(&format!("the database {place} is back after ")), "{text}");
    check(&mut server.client(&database));
}

/// As long as the server is away, whoever writes to the job's input has to wait, too; the job does not pile up what comes.
#[test]
fn a_server_that_is_away_holds_back_the_source() {
    let mut server = Server::start();
    let database = server.database();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = ["--epoch", "20ms", "--set", "tables.events.file.path=-"];
    let mut child = start(folder.path(), &server.url(&database), &arguments);
    let mut input = child.stdin.take().expect("a pipe");
    let shared = Arc::new((AtomicU64::new(0), AtomicBool::new(false)));
    let (written, enough) = &*shared;
    let writer = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (written, enough) = &*shared;
            while !enough.load(Ordering::Relaxed) {
                let from = written.load(Ordering::Relaxed);
                input.write_all(events(from, from + 100).as_bytes()).expect("writes");
                written.store(from + 100, Ordering::Relaxed);
            }
        })
    };
    let mut admin = server.client(&database);
    wait_for("the first row", || {
        admin.query_one("select count(*) > 0 from log", &[]).is_ok_and(|row| row.get::<_, bool>(0))
    });
    drop(admin);
    server.stop();
    let (mut known, mut since) = (0, Instant::now());
    wait_for("the end of what is taken", || {
        let now = written.load(Ordering::Relaxed);
        if now > known {
            (known, since) = (now, Instant::now());
        }
        since.elapsed() > Duration::from_secs(2)
    });
    let memory = resident(&child);
    assert!(memory < 100 << 20, "the job has {memory} bytes of memory");
    assert!(child.try_wait().expect("the job can be asked").is_none(), "the job waits");
    enough.store(true, Ordering::Relaxed);
    server.go();
    writer.join().expect("the writer ends");
    let output = child.wait_with_output().expect("the job ends");
    let text = told(&output);
    assert!(output.status.success(), "{text}");
    let place = format!("127.0.0.1:{}/{database}", server.port());
    assert!(text.contains(&format!("warning: the database {place} is gone (")), "{text}");
    assert!(text.contains("; waiting for it for up to 5 minutes"), "{text}");
    let sql = "select count(*), count(distinct id), max(id) + 1 from log";
    let row = server.client(&database).query_one(sql, &[]).expect("reads");
    let all = i64::try_from(written.load(Ordering::Relaxed)).expect("a number of events");
    assert_eq!([0, 1, 2].map(|at| row.get::<_, i64>(at)), [all; 3]);
}

/// The memory that a process has, in bytes.
fn resident(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("there is a file of the process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it tells the memory");
    line.trim_end_matches("kB").trim().parse::<u64>().expect("a number") << 10
}

/// A log that holds the commit of the event 500 as long as there is a row in `hold`.
fn hold_a_commit(admin: &mut Client) {
    admin
        .batch_execute(
            "create table log (id bigint, kind text);
             create table hold ();
             insert into hold default values;
             create function held() returns trigger language plpgsql as $$
               begin
                 while exists (select from hold) loop perform pg_sleep(0.005); end loop;
                 return null;
               end $$;
             create constraint trigger held after insert on log deferrable initially deferred
               for each row when (new.id = 500) execute function held();
             set synchronous_commit to local",
        )
        .expect("creates tables");
}

/// The job is killed while a commit goes on, and started again before it came.
#[test]
fn a_commit_that_outlives_the_job_is_waited_for() {
    let server = Server::start();
    let run = Run::new(&server);
    let mut admin = run.admin();
    hold_a_commit(&mut admin);
    let mut child = run.start(&["--epoch", "100rows"]);
    let mut held = |state| wait_for(state, || admin.query_one(WAITING, &[&state]).expect("asks").get::<_, i64>(0) == 1);
    held("PgSleep");
    child.kill().expect("the job can be killed");
    child.wait().expect("the job ends");
    let child = run.start(&["--epoch", "100rows"]);
    held("transactionid");
    run.admin().batch_execute("delete from hold").expect("lets go");
    let text = run.ends_well(child);
    assert!(!text.contains("is gone"), "{text}");
}

/// The connection is lost while a commit goes on: whether it comes is found out.
#[test]
fn a_commit_whose_answer_is_lost_is_found_or_done_again() {
    let server = Server::start();
    for more in [&[][..], &["--no-log"]] {
        for comes in [false, true] {
            let run = Run::new(&server);
            let mut admin = run.admin();
            hold_a_commit(&mut admin);
            let child = run.start(&[&["--epoch", "100rows"], more].concat());
            wait_for("the commit", || admin.query_one(WAITING, &[&"PgSleep"]).expect("asks").get::<_, i64>(0) == 1);
            if comes {
                // A commit that is written and waits for a standby that there is not.
                admin.batch_execute("alter system set synchronous_standby_names to 'nobody'").expect("sets");
                admin.batch_execute("select pg_reload_conf()").expect("reloads");
                admin.batch_execute("select pg_sleep(0.3)").expect("waits");
                admin.batch_execute("delete from hold").expect("lets go");
                wait_for("the standby", || {
                    admin.query_one(WAITING, &[&"SyncRep"]).expect("asks").get::<_, i64>(0) == 1
                });
                assert_eq!(admin.query_one(CUT, &[]).expect("cuts").get::<_, i64>(0), 1);
                admin.batch_execute("alter system reset synchronous_standby_names").expect("sets");
                admin.batch_execute("select pg_reload_conf()").expect("reloads");
            } else {
                assert_eq!(admin.query_one(CUT, &[]).expect("cuts").get::<_, i64>(0), 1);
                admin.batch_execute("delete from hold").expect("lets go");
            }
            let text = run.ends_well(child);
            assert!(text.contains(" is back after "), "{text}");
        }
    }
}
