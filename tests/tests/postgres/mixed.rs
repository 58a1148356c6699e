//! A job with targets of two kinds, which commit an epoch one after the other: a SQLite database, PostgreSQL, and another
//! SQLite database. One of them fails, at each of its statements, at each commit, or at each of the job's messages to the
//! server. Some then have an epoch more than others; the next start tells each what it lacks, and no more. None of the
//! tables has a key, so that a row that came twice would stand there twice.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use millstream_tests::Job;
use millstream_tests::postgres::{PASSWORD, Server, USER};
use millstream_tests::proxy::{Plan, Proxy};
use postgres::Client;
use rusqlite::Connection;

use crate::told;

const PIPELINE: &str = "version: 1
pipeline: mixed
tables:
  updates:
    columns: {id: bigint}
    file: {path: updates.jsonl}
  first:
    columns: {id: bigint}
    sqlite: {path: first.db, table: log}
  second:
    columns: {id: bigint}
    postgres: {url: \"postgres://nowhere/none\", table: log}
  third:
    columns: {id: bigint}
    sqlite: {path: third.db, table: log}
inserts:
  - {into: first, from: updates}
  - {into: second, from: updates}
  - {into: third, from: updates}
";

const UPDATES: i64 = 12;
const EPOCHS: i64 = 4;

static JOB: LazyLock<Job> = LazyLock::new(|| Job::build(PIPELINE));

static SCHEMAS: AtomicUsize = AtomicUsize::new(0);

/// A job with a folder and a schema of its own; the administrator's session is in that schema.
struct Run {
    folder: tempfile::TempDir,
    proxy: Proxy,
    schema: String,
}

impl Run {
    fn new(server: &Server, admin: &mut Client, plan: Plan) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut text = String::new();
        for id in 0..UPDATES {
            let _ = writeln!(text, "{{\"id\":{id}}}");
        }
        fs::write(folder.path().join("updates.jsonl"), text).expect("writes");
        let schema = format!("m{}", SCHEMAS.fetch_add(1, Ordering::Relaxed));
        admin.batch_execute(&format!("create schema {schema}; set search_path to {schema}")).expect("creates a schema");
        Self { folder, proxy: Proxy::start(server.port(), plan), schema }
    }

    fn start(&self) -> Child {
        let Self { proxy, schema, .. } = self;
        let url = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/postgres?sslmode=disable", proxy.port());
        let mut command = Command::new(&JOB.binary);
        command.current_dir(self.folder.path()).args(["-q", "--state", "state", "--epoch", "3rows"]);
        command.args(["--set", &format!("tables.second.postgres.url={url}")]);
        command.args(["--set", &format!("tables.second.postgres.table={schema}.log")]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("starts the job")
    }

    fn run(&self) -> Output {
        self.start().wait_with_output().expect("the job ends")
    }

    fn sqlite(&self, file: &str) -> Connection {
        Connection::open(self.folder.path().join(file)).expect("opens the database")
    }

    /// The last epoch that each of the targets has.
    fn epochs(&self, admin: &mut Client) -> [i64; 3] {
        let sql = "select max(epoch) from millstream_epochs";
        let sqlite = |file| self.sqlite(file).query_row(sql, [], |row| row.get(0)).expect("reads");
        [sqlite("first.db"), admin.query_one(sql, &[]).expect("reads").get(0), sqlite("third.db")]
    }

    /// Starts the job again, which must end well: each target has each row once, and the last epoch.
    fn ends_well(&self, admin: &mut Client) {
        let output = self.run();
        assert!(output.status.success(), "{}", told(&output));
        assert_eq!(self.epochs(admin), [EPOCHS; 3]);
        let expected: Vec<i64> = (0..UPDATES).collect();
        let sql = "select id from log order by id";
        let rows: Vec<i64> = admin.query(sql, &[]).expect("reads").iter().map(|row| row.get(0)).collect();
        assert_eq!(rows, expected);
        for file in ["first.db", "third.db"] {
            let connection = self.sqlite(file);
            let mut statement = connection.prepare(sql).expect("reads");
            let rows: Result<Vec<i64>, _> = statement.query_map([], |row| row.get(0)).expect("reads").collect();
            assert_eq!(rows.expect("reads"), expected, "{file}");
        }
    }
}

/// What SQLite is made to refuse: the row with a number, the commit of the epoch that has it, or the epoch's own number.
const REFUSED: [&str; 3] = [
    "create trigger refusing before insert on log when new.id = NUMBER begin select raise(abort, 'told to'); end",
    "create table parents (id integer primary key);
     create table children (id references parents deferrable initially deferred);
     create trigger refusing after insert on log when new.id = NUMBER begin insert into children values (1); end",
    "create table millstream_epochs (log text not null, table_name text not null, pipeline text not null,
       epoch integer not null, primary key (log, table_name)) without rowid;
     create trigger refusing before update on millstream_epochs when new.epoch = NUMBER / 3 + 1
       begin select raise(abort, 'told to'); end",
];

#[test]
fn a_target_that_lags_gets_what_it_lacks() {
    let server = Server::start();
    let mut admin = server.client("postgres");
    let mut seen = BTreeSet::new();
    for file in ["first.db", "third.db"] {
        for refused in REFUSED {
            for number in (0..UPDATES).step_by(if refused.contains("epochs") { 3 } else { 1 }) {
                let run = Run::new(&server, &mut admin, Plan::default());
                let database = run.sqlite(file);
                let refuse = refused.replace("NUMBER", &number.to_string());
                database.execute_batch(&format!("create table log (id integer); {refuse}")).expect("makes the table");
                let output = run.run();
                let text = told(&output);
                assert_eq!(output.status.code(), Some(1), "{text}");
                assert!(text.contains(&format!("error: the database {file} refused a row: ")), "{text}");
                seen.insert(run.epochs(&mut admin).map(|epoch| epoch - number / 3));
                database.execute_batch("drop trigger refusing").expect("drops the trigger");
                run.ends_well(&mut admin);
            }
        }
    }
    // PostgreSQL is cut off, and the job is killed while it waits.
    let run = Run::new(&server, &mut admin, Plan::default());
    run.ends_well(&mut admin);
    let messages = run.proxy.messages();
    for number in 1..=16 {
        let plan = Plan { each: Some(13), from: messages - number, ..Plan::default() };
        let run = Run::new(&server, &mut admin, plan);
        let mut child = run.start();
        let deadline = Instant::now() + Duration::from_secs(60);
        while run.proxy.cuts() < 2 && child.try_wait().expect("the job can be asked").is_none() {
            assert!(Instant::now() < deadline, "the job is not cut");
            thread::sleep(Duration::from_millis(3));
        }
        child.kill().expect("the job can be killed");
        child.wait().expect("the job ends");
        run.proxy.mend();
        let epochs = run.epochs(&mut admin);
        seen.insert(epochs.map(|epoch| epoch - epochs[1]));
        run.ends_well(&mut admin);
    }
    // All lag, the last one alone, and the first one alone is ahead.
    for lags in [[0, 0, 0], [1, 1, 0], [1, 0, 0]] {
        assert!(seen.contains(&lags), "{lags:?} is not among {seen:?}");
    }
}
