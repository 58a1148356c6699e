//! After it has seen all keys, a job allocates nothing for an event: from the bytes that were read to the changes that
//! wait for the sink. A run with a million events more allocates as often as one without them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Each key comes once in a round; after `ROUNDS` rounds everything has been seen, and it all comes again.
const KEYS: u64 = 5000;
const ROUNDS: u64 = 24;

/// Events of the shorter run, everything three times, and those that the longer one has more.
const WARM_UP: u64 = 3 * KEYS * ROUNDS;
const FURTHER: u64 = 1_000_000;

/// 2026-11-21 00:00:00 in Shanghai.
const MIDNIGHT: u64 = 1_795_190_400_000;

struct Counted {
    binary: &'static str,
    table: &'static str,
    sinks: &'static [&'static str],
    event: fn(u64) -> String,
}

impl Counted {
    /// The first events, a line each.
    fn lines(&self, events: u64) -> String {
        let mut lines = String::new();
        for number in 0..events {
            lines.push_str(&(self.event)(number));
            lines.push('\n');
        }
        lines
    }

    /// How often the job allocates for these events.
    fn allocations(&self, lines: &str, workers: u64, extra: u64) -> u64 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("events.jsonl"), lines).expect("writes the events");
        let customers: String = (0..KEYS).fold(String::new(), |mut all, id| {
            let _ = writeln!(all, r#"{{"id":{id},"raw_premium":"100.00","raw_info":"as it was"}}"#);
            all
        });
        fs::write(folder.path().join("customers.jsonl"), customers).expect("writes the customers");
        let mut command = Command::new(self.binary);
        command.current_dir(folder.path()).env("COUNTED_EXTRA", extra.to_string());
        command.args(["-q", "--state", "state", "--epoch", "end", "--now", "2026-11-21 12:00:00"]);
        command.args(["--workers", &workers.to_string()]);
        command.args(["--set", &format!("tables.{}.file.path=events.jsonl", self.table)]);
        for sink in self.sinks {
            command.args(["--set", &format!("tables.{sink}.sqlite.path=out.db")]);
        }
        if self.table == "update_info" {
            command.args(["--set", "tables.raw_info.sqlite.initial=customers.jsonl"]);
        }
        let output = command.output().expect("the job can be started");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        assert!(Path::new(&folder.path().join("out.db")).exists(), "{told}");
        let count = told.lines().find_map(|line| line.strip_prefix("allocations: ")?.parse().ok());
        count.unwrap_or_else(|| panic!("no count in {told}"))
    }

    fn check(&self) {
        let first = self.lines(WARM_UP);
        let all = self.lines(WARM_UP + FURTHER);
        for workers in [1, 2] {
            let fewer = self.allocations(&first, workers, 0);
            assert!(fewer > 100, "the counter does not count: {fewer}");
            let more = self.allocations(&all, workers, 0);
            // A process differs from another by a few buffers: times and hashes differ, and with the hashes what two
            // workers share. Less than one in a thousand events is none.
            let slack = if workers == 1 { 10 } else { FURTHER / 1000 };
            assert!(more <= fewer + slack, "{}, {workers} workers: {fewer}, then {more} allocations", self.table);
        }
    }
}

const HOURLY_PREMIUM: Counted = Counted {
    binary: env!("CARGO_BIN_EXE_counted_hourly_premium"),
    table: "user_order",
    sinks: &["hs_order"],
    // Each user orders once a round, an hour later each time; every third order number is too long to stand inline.
    event: |number| {
        let (id, round) = (number % KEYS, number / KEYS % ROUNDS);
        let order = ["P", "Q", "an order number of many letters "][(round % 3) as usize];
        let time = MIDNIGHT + (round + id) % 24 * 3_600_000 + id;
        format!(
            r#"{{"id":{id},"order_no":"{order}{id}","customer_tel":"13{id:09}","gmt_modified":{time},"account_payble":{id}.{round:02}}}"#
        )
    },
};

const LAST_PAGE: Counted = Counted {
    binary: env!("CARGO_BIN_EXE_counted_last_page"),
    table: "user_log",
    sinks: &["user_last_log"],
    event: |number| {
        let (user, round) = (number % KEYS, number / KEYS % ROUNDS);
        let page = ["/a", "首页\\n保险\\u4fdd", "/a/page/with/a/name/that/does/not/stand/inline"][(round % 3) as usize];
        let (account, device) = (user / 2, user % 2);
        format!(
            r#"{{"log_time":{},"device_id":"d{device}","account_id":"u{account}","bury_point_type":"page","page_name":"{page}"}}"#,
            MIDNIGHT + number
        )
    },
};

const PREMIUM_DROP_ALERT: Counted = Counted {
    binary: env!("CARGO_BIN_EXE_counted_premium_drop_alert"),
    table: "update_info",
    sinks: &["raw_info", "wechat_activity_user"],
    event: |number| {
        let (id, round) = (number % KEYS, number / KEYS % ROUNDS);
        format!(
            r#"{{"id":{id},"event":"save_success","now_premium":"{}.50","now_info":"what is insured in round {round}"}}"#,
            100 + round * 50 % 170
        )
    },
};

#[test]
fn hourly_premium_allocates_nothing_for_known_keys() {
    HOURLY_PREMIUM.check();
}

#[test]
fn last_page_allocates_nothing_for_known_keys() {
    LAST_PAGE.check();
}

#[test]
fn premium_drop_alert_allocates_nothing_for_known_keys() {
    PREMIUM_DROP_ALERT.check();
}

#[test]
fn the_counter_counts() {
    let lines = LAST_PAGE.lines(1000);
    let without = LAST_PAGE.allocations(&lines, 1, 0);
    let with = LAST_PAGE.allocations(&lines, 1, 12_345);
    // A buffer more or less of what the process does besides.
    assert!(with.abs_diff(without + 12_345) < 20, "{without}, then {with}");
}
