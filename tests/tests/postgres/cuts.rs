//! The connection is cut at each message of a whole run: before the server gets it, after the server has done what it
//! asks for and before the job hears of it, and so that the server does not notice. Either the job goes on over a new
//! connection, or it ends with a sentence and exit code 3 and is started again. In the end the tables are those of the
//! run that nobody disturbed. The table `log` has no key, so that a row that came twice would stand there twice.
//!
//! A run sends some hundred messages. By default only some of them are tried, among them those that commit; all of them
//! take some minutes:
//!
//! ```sh
//! cargo build -p millstream-compiler    # the job has the runtime of this command
//! EACH_CUT=1 cargo test -p millstream-tests --test postgres cuts
//! ```

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use millstream_tests::Job;
use millstream_tests::postgres::{PASSWORD, Server, USER};
use millstream_tests::proxy::{Cut, Plan, Proxy};
use postgres::Client;

use crate::told;

/// Rows that come, rows by key that change and go, and look-ups that see what the same job writes.
const PIPELINE: &str = "version: 1
pipeline: cuts
tables:
  updates:
    columns: {id: bigint, city: varchar, premium: bigint}
    file: {path: updates.jsonl}
  log:
    columns: {id: bigint, premium: bigint}
    postgres: {url: \"postgres://nowhere/none\"}
  customers:
    columns: {id: bigint not null, premium: bigint, updates: bigint}
    primary_key: [id]
    postgres: {url: \"postgres://nowhere/none\", initial: customers.jsonl}
  falls:
    columns: {id: bigint not null, before: bigint, after: bigint}
    primary_key: [id]
    postgres: {url: \"postgres://nowhere/none\"}
  cities:
    columns: {city: varchar not null, premium: bigint}
    primary_key: [city]
    postgres: {url: \"postgres://nowhere/none\"}
views:
  known:
    from: updates as u
    lookup:
      customers as c: {on: u.id = c.id, kind: inner}
    select: {id: u.id, before: c.premium, after: u.premium, updates: c.updates + 1}
  by_city:
    from: updates
    where: city is not null
    group_by: [city]
    having: mod(count(*), 3) <> 0
    select: {premium: sum(premium)}
    state: unbounded
inserts:
  - {into: log, from: updates, select: {id: id, premium: premium}}
  - {into: falls, from: known, where: after < before, select: {id: id, before: before, after: after}, on_conflict: keep_latest}
  - {into: customers, from: known, select: {id: id, premium: after, updates: updates}, on_conflict: keep_latest}
  - {into: cities, from: by_city}
";

/// The tables, and the columns that tell their rows apart.
const TABLES: [(&str, &str); 4] = [("log", "id, premium"), ("customers", "id"), ("falls", "id"), ("cities", "city")];
const UPDATES: u64 = 12;
const CUSTOMERS: u64 = 5;

static JOB: LazyLock<Job> = LazyLock::new(|| Job::build(PIPELINE));

fn write_input(folder: &Path) {
    let (mut updates, mut customers) = (String::new(), String::new());
    for number in 0..UPDATES {
        let (id, city, premium) = (number % 7, number % 4, (number * 37) % 100);
        let _ = writeln!(updates, r#"{{"id":{id},"city":"c{city}","premium":{premium}}}"#);
    }
    for id in 0..CUSTOMERS {
        let _ = writeln!(customers, r#"{{"id":{id},"premium":50,"updates":0}}"#);
    }
    fs::write(folder.join("updates.jsonl"), updates).expect("writes");
    fs::write(folder.join("customers.jsonl"), customers).expect("writes");
}

/// How a job reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// All tables over one connection.
    One,
    /// Two tables over one, two over another: their commits come one after the other.
    Two,
}

/// Jobs with a schema of their own.
struct Run {
    schema: String,
    folder: tempfile::TempDir,
    proxy: Proxy,
    ways: Ways,
    arguments: &'static [&'static str],
}

/// What the tables hold: the rows of each, and its epochs, of which there should be one.
type Tables = Vec<(&'static str, Vec<String>, Vec<i64>)>;

impl Run {
    fn new(admin: &mut Client, port: u16, ways: Ways, arguments: &'static [&'static str], plan: Plan) -> Self {
        static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
        let schema = format!("s{}", SCHEMAS.fetch_add(1, Ordering::Relaxed));
        admin.batch_execute(&format!("create schema {schema}")).expect("creates a schema");
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_input(folder.path());
        Self { schema, folder, proxy: Proxy::start(port, plan), ways, arguments }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&JOB.binary);
        command.current_dir(self.folder.path()).args(["-q", "--state", "state", "--workers", "1"]).args(self.arguments);
        for (number, (table, _)) in TABLES.iter().enumerate() {
            let tls = if self.ways == Ways::Two && number % 2 == 1 { "prefer" } else { "disable" };
            let port = self.proxy.port();
            let url = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres?sslmode={tls}");
            command.args(["--set", &format!("tables.{table}.postgres.url={url}")]);
            command.args(["--set", &format!("tables.{table}.postgres.table={}.{table}", self.schema)]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the job; none if it does not end.
    fn run(&self, patience: Duration) -> Option<Output> {
        let mut child = self.command().spawn().expect("starts the job");
        let deadline = Instant::now() + patience;
        while child.try_wait().expect("the job can be asked").is_none() {
            if Instant::now() >= deadline {
                child.kill().expect("the job can be killed");
                println!("{}", told(&child.wait_with_output().expect("the job ends")));
                return None;
            }
            thread::sleep(Duration::from_millis(3));
        }
        Some(child.wait_with_output().expect("the job ends"))
    }

    /// Runs the job until it ends well; gives how often it was started and what it told.
    fn run_to_the_end(&self) -> Result<(u64, String), String> {
        let mut all = String::new();
        for lives in 1..=20 {
            let Some(output) = self.run(Duration::from_secs(60)) else {
                return Err(format!("the job hangs:\n{}", self.last_messages()));
            };
            let text = told(&output);
            all.push_str(&text);
            match output.status.code() {
                Some(0) => return Ok((lives, all)),
                Some(3) if text.contains("error: cannot use the database 127.0.0.1:") => {}
                code => return Err(format!("the job ends with {code:?}: {text}\n{}", self.last_messages())),
            }
        }
        Err(format!("the job was started in vain too often: {all}"))
    }

    fn last_messages(&self) -> String {
        let trace = self.proxy.trace();
        trace[trace.len().saturating_sub(30)..].join("\n")
    }

    fn tables(&self, admin: &mut Client) -> Tables {
        let logged = self.arguments == LOGGED;
        let each = |(table, order): &(&'static str, &str)| {
            let schema = &self.schema;
            let sql = format!(
                "select array_agg(row_to_json(t)::text) from (select * from {schema}.{table} order by {order}) as t"
            );
            let rows: Option<Vec<String>> = admin.query_one(&sql, &[]).expect("reads").get(0);
            let sql = format!("select epoch from {schema}.millstream_epochs where table_name = '{schema}.{table}'");
            let epochs = if logged { admin.query(&sql, &[]).expect("reads") } else { Vec::new() };
            (*table, rows.unwrap_or_default(), epochs.iter().map(|row| row.get(0)).collect())
        };
        TABLES.iter().map(each).collect()
    }

    /// Runs the job to its end, and looks whether the tables are as they should be.
    fn gives(&self, admin: &mut Client, expected: &Tables) -> Result<(u64, String), String> {
        let done = self.run_to_the_end()?;
        let tables = self.tables(admin);
        if tables == *expected {
            return Ok(done);
        }
        let mut text = String::new();
        for (found, expected) in tables.iter().zip(expected).filter(|(found, expected)| found != expected) {
            let _ = writeln!(text, "   found {found:?}\nexpected {expected:?}");
        }
        Err(format!("{text}{}\n{}", done.1, self.last_messages()))
    }
}

const LOGGED: &[&str] = &["--epoch", "3rows"];
const UNLOGGED: &[&str] = &["--epoch", "3rows", "--no-log"];

/// What a run gives that nobody disturbs, and the messages that it sends.
fn undisturbed(server: &Server, ways: Ways, arguments: &'static [&'static str]) -> (Tables, Vec<String>) {
    let mut admin = server.client("postgres");
    let run = Run::new(&mut admin, server.port(), ways, arguments, Plan::default());
    let (lives, told) = run.run_to_the_end().expect("the job ends well");
    assert_eq!((lives, run.proxy.cuts()), (1, 0), "{told}");
    let tables = run.tables(&mut admin);
    let rows: Vec<usize> = tables.iter().map(|(_, rows, _)| rows.len()).collect();
    assert_eq!(rows, [UPDATES as usize, CUSTOMERS as usize, 5, 0], "{tables:?}");
    let epochs = if arguments == LOGGED { vec![UPDATES as i64 / 3] } else { Vec::new() };
    assert!(tables.iter().all(|(.., found)| *found == epochs), "{tables:?}");
    (tables, run.proxy.trace())
}

/// Does all of these, several at a time: they mostly wait.
fn all<T: Sync>(server: &Server, items: &[T], each: impl Fn(&mut Client, &T) -> Result<(), String> + Sync) {
    let (next, began) = (AtomicUsize::new(0), Instant::now());
    let failed: usize = thread::scope(|scope| {
        let work = || {
            let (mut admin, mut failed) = (server.client("postgres"), 0);
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Err(words) = each(&mut admin, item) {
                    println!("{words}\n");
                    failed += 1;
                }
            }
            failed
        };
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ends")).sum()
    });
    println!("{} cases in {:.1?}", items.len(), began.elapsed());
    assert_eq!(failed, 0, "of {}", items.len());
}

/// Whether all cuts are to be tried.
fn is_thorough() -> bool {
    std::env::var_os("EACH_CUT").is_some()
}

/// The numbers of the messages at which something is tried: all that the server does something about at once, or some of
/// them, among them those that commit.
fn points(trace: &[String], cut: Cut, stride: usize) -> Vec<u64> {
    let is_done = |message: &str| {
        let kind = message.split(' ').nth(1).unwrap_or_default();
        matches!(kind, "startup" | "password" | "query" | "S")
    };
    let numbers = (1..).zip(trace).filter(|(_, message)| cut == Cut::Before || is_done(message));
    let commits = |message: &str| message.ends_with("query commit") || message.contains("query create");
    let chosen = numbers
        .enumerate()
        .filter(|(at, (_, message))| is_thorough() || commits(message) || (at + stride / 2).is_multiple_of(stride));
    chosen.map(|(_, (number, _))| number).collect()
}

/// Runs a job under each plan: it must cut so many connections, and give what is expected.
fn each_plan(
    server: &Server,
    (ways, arguments): (Ways, &'static [&'static str]),
    expected: &Tables,
    plans: &[(Plan, u64)],
) {
    all(server, plans, |admin, (plan, cuts)| {
        let run = Run::new(admin, server.port(), ways, arguments, plan.clone());
        let told = |words: String| format!("{ways:?}, {arguments:?}, {plan:?}: {words}");
        let (lives, text) = run.gives(admin, expected).map_err(told)?;
        if run.proxy.cuts() < *cuts {
            return Err(told(format!("cut {} times: {text}", run.proxy.cuts())));
        }
        // Whoever went on over a new connection has said so.
        let went_on = ways == Ways::One && lives == 1 && plan.cuts.keys().next() < Some(&run.proxy.messages());
        if went_on && !text.contains(" is back after ") {
            return Err(told(format!("said nothing: {text}")));
        }
        Ok(())
    });
}

fn cut_at(cuts: &[(u64, Cut)]) -> Plan {
    Plan { cuts: cuts.iter().copied().collect(), ..Plan::default() }
}

/// One after the other: they share a server, and each has several jobs at a time.
#[test]
fn cuts() {
    let server = Server::start();
    a_cut_at_each_message(&server);
    a_second_cut_while_the_first_is_mended(&server);
    a_server_that_refuses_connections_for_a_while(&server);
    connections_that_are_all_short(&server);
    connections_that_are_too_short_for_an_epoch(&server);
}

fn a_cut_at_each_message(server: &Server) {
    let kinds = [(Ways::One, LOGGED, 29), (Ways::Two, LOGGED, 97), (Ways::One, UNLOGGED, 97)];
    for (ways, arguments, stride) in kinds {
        let (expected, trace) = undisturbed(server, ways, arguments);
        let mut plans = Vec::new();
        for cut in [Cut::Before, Cut::After, Cut::Unnoticed] {
            plans.extend(points(&trace, cut, stride).into_iter().map(|number| (cut_at(&[(number, cut)]), 1)));
        }
        each_plan(server, (ways, arguments), &expected, &plans);
    }
}

/// The connection that takes the place of the first one is cut, too: while it finds out what became of a commit, or while
/// it ends the first one in a server that has not noticed, and in which its locks are still held.
fn a_second_cut_while_the_first_is_mended(server: &Server) {
    for arguments in [LOGGED, UNLOGGED] {
        let (expected, trace) = undisturbed(server, Ways::One, arguments);
        // The job must have something to say until the second cut.
        let commits = (1..).zip(&trace).filter(|(_, message)| message.ends_with("query commit"));
        let commits: Vec<u64> = commits.map(|(at, _)| at).filter(|at| at + 40 < trace.len() as u64).collect();
        // That of a table that is made, that of an epoch, and the change before it. Without a log each table commits for
        // itself: one by key, which is done again, and one without, for which the transaction's number is asked.
        let (made, epoch, other) = (commits[0], commits[commits.len() - 1], commits[commits.len() - 2]);
        let firsts = if arguments == LOGGED { [made, epoch, epoch - 1] } else { [epoch, other, epoch - 1] };
        let asked = trace[other as usize - 9..other as usize].iter().any(|message| message.contains("txid_current"));
        assert!(arguments == LOGGED || asked, "{}", trace[other as usize - 9]);
        let mut plans = Vec::new();
        for first in if is_thorough() || arguments == LOGGED { &firsts[..] } else { &firsts[..2] } {
            // Thirteen messages make a connection, five more end the one that the server still has: both are met.
            for (one, other, stride) in
                [(Cut::Before, Cut::Unnoticed, 29), (Cut::After, Cut::After, 15), (Cut::Unnoticed, Cut::Before, 5)]
            {
                for later in (1..60).step_by(if is_thorough() { 1 } else { stride }) {
                    plans.push((cut_at(&[(*first, one), (first + later, other)]), 2));
                }
            }
        }
        each_plan(server, (Ways::One, arguments), &expected, &plans);
    }
}

/// After a cut the server refuses some connections: the job goes on trying.
fn a_server_that_refuses_connections_for_a_while(server: &Server) {
    let (expected, trace) = undisturbed(server, Ways::Two, LOGGED);
    let mut plans = Vec::new();
    for refused in 1..=3 {
        for number in points(&trace, Cut::After, 61).into_iter().rev().step_by(4) {
            let cut = if number % 2 == 0 { Cut::After } else { Cut::Unnoticed };
            plans.push((Plan { refused, ..cut_at(&[(number, cut)]) }, 1));
        }
    }
    each_plan(server, (Ways::Two, LOGGED), &expected, &plans);
}

/// Every connection is cut after so many messages: the job comes further with each, as long as an epoch fits into one.
fn connections_that_are_all_short(server: &Server) {
    for arguments in [LOGGED, UNLOGGED] {
        let (expected, _) = undisturbed(server, Ways::One, arguments);
        let plans: Vec<(Plan, u64)> = [100, 117, 151, 233, 400]
            .into_iter()
            .map(|limit| (Plan { each: Some(limit), ..Plan::default() }, 1))
            .collect();
        each_plan(server, (Ways::One, arguments), &expected, &plans);
    }
}

/// If it does not fit, the job says what it waits for. Two signals end it at once, and nothing is lost.
fn connections_that_are_too_short_for_an_epoch(server: &Server) {
    let mut admin = server.client("postgres");
    let (expected, trace) = undisturbed(server, Ways::One, LOGGED);
    let from = trace.len() as u64 - 60;
    let plan = Plan { each: Some(22), from, ..Plan::default() };
    let run = Run::new(&mut admin, server.port(), Ways::One, LOGGED, plan);
    let child = run.command().spawn().expect("starts the job");
    let deadline = Instant::now() + Duration::from_secs(60);
    while run.proxy.cuts() < 4 {
        assert!(Instant::now() < deadline, "{}", run.last_messages());
        thread::sleep(Duration::from_millis(10));
    }
    for _ in 0..2 {
        let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(sent.expect("there is a command kill").success());
        thread::sleep(Duration::from_millis(100));
    }
    let output = child.wait_with_output().expect("the job ends");
    let text = told(&output);
    assert!(!output.status.success(), "{text}");
    let words = "is gone (the server closed the connection); waiting for it for up to 5 minutes";
    assert_eq!(text.matches(words).count(), 1, "{text}");
    run.proxy.mend();
    run.gives(&mut admin, &expected).expect("the tables are right");
}
