//! The three jobs are killed at random instants, and at each step of their epoch log, and started again until they are
//! done: their tables must be those that Apache Flink made.
//!
//! ```sh
//! cargo test -p millstream-tests --test crash                                # some 200 kills
//! cargo test -p millstream-tests --test crash -- --kills 10000 --seed 7      # as many as you like
//! cargo test -p millstream-tests --test crash -- --kills 0 --postgres 3000   # of the jobs that write to PostgreSQL
//! ```

use std::cell::OnceCell;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use millstream_tests::postgres::Server;
use millstream_tests::{Built, assert_same_rows, json_lines, oracle, setting, sqlite_rows};
use serde_json::Value;

/// A job, and where it writes.
struct Case<'s> {
    name: &'static str,
    settings: Vec<(&'static str, String)>,
    more: &'static [&'static str],
    /// Table of the pipeline, its database, its name there, key, the oracle's rows.
    tables: &'static [(&'static str, &'static str, &'static str, &'static str, &'static str)],
    /// The oracle's rows of each table, once they were read.
    expected: OnceCell<Vec<Vec<Value>>>,
    /// The server that the jobs write to; none for SQLite.
    server: Option<&'s Server>,
}

fn cases(server: Option<&Server>) -> Vec<Case<'_>> {
    vec![
        Case {
            name: "hourly_premium",
            settings: vec![setting("user_order.file.path", &oracle("user_order.jsonl"))],
            more: &["--now", "2026-11-21 12:00:00"],
            tables: &[("hs_order", "out.db", "adm_pfm_zy_order_gmv_msx_hs", "biz_date", "expected_hs_order.jsonl")],
            expected: OnceCell::new(),
            server,
        },
        Case {
            name: "premium_drop_alert",
            settings: vec![
                setting("update_info.file.path", &oracle("update_info.jsonl")),
                match server {
                    None => setting("raw_info.sqlite.initial", &oracle("raw_info.jsonl")),
                    Some(_) => setting("raw_info.postgres.initial", &oracle("raw_info.jsonl")),
                },
            ],
            more: &[],
            tables: &[
                ("raw_info", "out.db", "raw_info", "id", "expected_raw_info.jsonl"),
                // Another database: its commits come at other instants.
                (
                    "wechat_activity_user",
                    "alerts.db",
                    "wechat_activity_user",
                    "id",
                    "expected_wechat_activity_user.jsonl",
                ),
            ],
            expected: OnceCell::new(),
            server,
        },
        Case {
            name: "last_page",
            settings: vec![setting("user_log.file.path", &oracle("user_log.jsonl"))],
            more: &[],
            tables: &[("user_last_log", "out.db", "user_last_log", "account_id", "expected_user_last_log.jsonl")],
            expected: OnceCell::new(),
            server,
        },
    ]
}

/// Where a job lives until it is done: its folder, and a database for each file that SQLite would have.
struct Place {
    folder: tempfile::TempDir,
    databases: Vec<(&'static str, String)>,
}

impl Place {
    fn new(case: &Case<'_>) -> Self {
        let mut databases: Vec<(&'static str, String)> = Vec::new();
        for (_, file, ..) in case.tables {
            if let Some(server) = case.server
                && databases.iter().all(|(known, _)| known != file)
            {
                databases.push((file, server.database()));
            }
        }
        Self { folder: tempfile::tempdir().expect("a temporary folder"), databases }
    }

    fn database(&self, file: &str) -> &str {
        self.databases.iter().find(|(known, _)| *known == file).map_or("", |(_, database)| database)
    }
}

/// Dice that fall the same way for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

impl Case<'_> {
    /// The pipeline's binary, with connectors of the place that it writes to.
    fn build(&self) -> Built {
        let file = if self.name == "premium_drop_alert" { "customers" } else { "warehouse" };
        let sqlite = format!("sqlite: {{path: out/{file}.db,");
        let replace = [(sqlite.as_str(), "postgres: {url: \"postgres://nowhere/none\",")];
        Built::new(self.name, if self.server.is_some() { &replace } else { &[] })
    }

    fn start(&self, job: &Built, place: &Place, arguments: &[String]) -> Child {
        let targets: Vec<(String, String)> = self
            .tables
            .iter()
            .map(|(table, file, ..)| match self.server {
                None => (format!("{table}.sqlite.path"), (*file).to_owned()),
                Some(server) => (format!("{table}.postgres.url"), server.url(place.database(file))),
            })
            .collect();
        let targets = targets.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let settings: Vec<(&str, String)> = self.settings.iter().cloned().chain(targets).collect();
        let mut command: Command = job.command(place.folder.path(), &settings);
        command.arg("-q").args(self.more).args(arguments).stderr(Stdio::piped());
        command.spawn().expect("starts the job")
    }

    /// Runs the job to its end, and gives whether it ended well and how.
    fn run(&self, job: &Built, place: &Place, arguments: &[String]) -> (bool, Option<i32>, String) {
        let output = self.start(job, place, arguments).wait_with_output().expect("the job ends");
        (output.status.success(), output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn check(&self, place: &Place) {
        let expected = self
            .expected
            .get_or_init(|| self.tables.iter().map(|(.., expected)| json_lines(&oracle(expected))).collect());
        for ((_, file, table, key, _), expected) in self.tables.iter().zip(expected) {
            let found = match self.server {
                None => sqlite_rows(&place.folder.path().join(file), table, key),
                Some(server) => server.rows(place.database(file), table, key),
            };
            assert_same_rows(&found, expected);
        }
    }

    /// Kills the job at random instants until it was killed so many times.
    fn kill(&self, job: &Built, kills: u64, dice: &mut Dice) {
        let place = Place::new(self);
        let began = Instant::now();
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (well, _, told) = self.run(job, &place, &words("--epoch 500rows"));
        assert!(well, "{told}");
        self.check(&place);
        let whole = began.elapsed().as_micros() as u64;
        let (mut killed, mut runs) = (0, 0);
        while killed < kills {
            let place = Place::new(self);
            loop {
                // Epochs are cut otherwise in each life, the log gives way to snapshots sooner or later, and there are
                // other numbers of threads.
                let epoch = ["500rows", "777rows", "5ms", "100rows"][dice.below(4) as usize];
                let limit = ["0", "200000", "100000000"][dice.below(3) as usize];
                let workers = 1 + dice.below(3);
                let arguments = words(&format!("--epoch {epoch} --log-limit {limit} --workers {workers}"));
                let mut child = self.start(job, &place, &arguments);
                let patience = Duration::from_micros(dice.below(whole));
                let deadline = Instant::now() + if dice.below(12) == 0 { Duration::from_secs(60) } else { patience };
                let ended = loop {
                    if let Some(status) = child.try_wait().expect("the job can be asked") {
                        break Some(status);
                    }
                    if Instant::now() >= deadline {
                        break None;
                    }
                    thread::sleep(Duration::from_micros(300));
                };
                if ended.is_none() {
                    child.kill().expect("the job can be killed");
                }
                let output = child.wait_with_output().expect("the job ends");
                match ended {
                    Some(status) => {
                        assert!(status.success(), "{}: {}", self.name, String::from_utf8_lossy(&output.stderr));
                        break;
                    }
                    None => killed += 1,
                }
            }
            runs += 1;
            self.check(&place);
        }
        println!("{}: killed {killed} times in {runs} runs", self.name);
    }

    /// Ends the job, or breaks the disk, at each step that its epoch log takes.
    fn break_each_step(&self, job: &Built, how: &str) {
        let usual = ["--epoch", "10000rows", "--log-limit", "200000", "--workers", "2"].map(str::to_owned);
        for step in 1.. {
            let place = Place::new(self);
            let breaking = [&usual[..], &[how.to_owned(), step.to_string()]].concat();
            let (well, code, told) = self.run(job, &place, &breaking);
            if !well && how == "--storage-fails" {
                assert_eq!(code, Some(3), "{told}");
                assert!(told.contains("the disk is full"), "{told}");
            }
            let (ended, _, told) = self.run(job, &place, &usual);
            assert!(ended, "{} after step {step}: {told}", self.name);
            self.check(&place);
            if well {
                println!("{}: {how} at each of {} steps", self.name, step - 1);
                assert!(step > 20, "the log takes more steps than {step}");
                return;
            }
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).and_then(|text| text.parse::<u64>().ok())
    };
    let kills = number("--kills").unwrap_or(201);
    let mut dice = Dice(number("--seed").unwrap_or(1));
    let began = Instant::now();
    let mut passed = 0;
    for case in cases(None) {
        let job = case.build();
        case.kill(&job, kills.div_ceil(3), &mut dice);
        case.break_each_step(&job, "--storage-ends");
        passed += 2;
        if case.name == "hourly_premium" {
            case.break_each_step(&job, "--storage-fails");
            passed += 1;
        }
    }
    let server = Server::start();
    for case in cases(Some(&server)) {
        let job = case.build();
        case.kill(&job, number("--postgres").unwrap_or(30).div_ceil(3), &mut dice);
        passed += 1;
        if case.name == "premium_drop_alert" {
            case.break_each_step(&job, "--storage-ends");
            passed += 1;
        }
    }
    println!("\ntest result: ok. {passed} passed; 0 failed; 0 ignored; finished in {:.1?}", began.elapsed());
}
