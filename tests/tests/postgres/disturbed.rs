//! One pipeline that is run while its database misbehaves, and what its tables must hold in the end: what they hold
//! after a run that nobody disturbed. The table `log` has no key, so that a row that came twice would stand there twice.

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
use millstream_tests::proxy::{Plan, Proxy};
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
pub const TABLES: [(&str, &str); 4] =
    [("log", "id, premium"), ("customers", "id"), ("falls", "id"), ("cities", "city")];
pub const UPDATES: u64 = 12;
pub const CUSTOMERS: u64 = 5;

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
pub enum Ways {
    /// All tables over one connection.
    One,
    /// Two tables over one, two over another: their commits come one after the other.
    Two,
}

/// Jobs with a schema of their own.
pub struct Run {
    pub schema: String,
    folder: tempfile::TempDir,
    pub proxy: Proxy,
    ways: Ways,
    arguments: &'static [&'static str],
}

/// What the tables hold: the rows of each, and its epochs, of which there should be one.
pub type Tables = Vec<(&'static str, Vec<String>, Vec<i64>)>;

impl Run {
    pub fn new(admin: &mut Client, port: u16, ways: Ways, arguments: &'static [&'static str], plan: Plan) -> Self {
        static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
        let schema = format!("s{}", SCHEMAS.fetch_add(1, Ordering::Relaxed));
        admin.batch_execute(&format!("create schema {schema}")).expect("creates a schema");
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_input(folder.path());
        Self { schema, folder, proxy: Proxy::start(port, plan), ways, arguments }
    }

    pub fn command(&self) -> Command {
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
    pub fn run(&self, patience: Duration) -> Option<Output> {
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
    pub fn run_to_the_end(&self) -> Result<(u64, String), String> {
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

    pub fn last_messages(&self) -> String {
        let trace = self.proxy.trace();
        trace[trace.len().saturating_sub(30)..].join("\n")
    }

    pub fn tables(&self, admin: &mut Client) -> Tables {
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
    pub fn gives(&self, admin: &mut Client, expected: &Tables) -> Result<(u64, String), String> {
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

pub const LOGGED: &[&str] = &["--epoch", "3rows"];
pub const UNLOGGED: &[&str] = &["--epoch", "3rows", "--no-log"];

/// What a run gives that nobody disturbs, and the messages that it sends.
pub fn undisturbed(server: &Server, ways: Ways, arguments: &'static [&'static str]) -> (Tables, Vec<String>) {
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
pub fn all<T: Sync>(server: &Server, items: &[T], each: impl Fn(&mut Client, &T) -> Result<(), String> + Sync) {
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

/// Whether all cases are to be tried, not only some.
pub fn is_thorough() -> bool {
    std::env::var_os("EACH_CUT").is_some()
}
