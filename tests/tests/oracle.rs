//! The three jobs over the oracle's inputs give the tables that Apache Flink made of them, however the epochs are cut.

use std::fs;
use std::path::Path;
use std::process::Command;

use millstream_tests::{assert_same_rows, json_lines, millstream, oracle, root, sqlite_rows};

/// How epochs are cut: a row each, seven rows each, everything at once.
const EPOCHS: [&str; 3] = ["1", "7", "end"];

/// The binary of a pipeline of the repository, perhaps with some of its text replaced.
struct Built {
    folder: tempfile::TempDir,
}

impl Built {
    fn new(pipeline: &str, replace: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = root().join("pipelines").join(format!("{pipeline}.yaml"));
        let mut text = fs::read_to_string(&path).expect("reads the pipeline");
        for (from, to) in replace {
            assert!(text.contains(from), "{pipeline}.yaml has no {from:?}");
            text = text.replace(from, to);
        }
        let file = folder.path().join(format!("{pipeline}.yaml"));
        fs::write(&file, text).expect("writes the pipeline");
        let binary = folder.path().join("job");
        let output = millstream().args(["build", "-q", "-o"]).args([&binary, &file]).output().expect("builds");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { folder }
    }

    /// Runs it with settings in a folder of its own and gives that folder.
    fn run(&self, epoch: &str, settings: &[(&str, String)], more: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(self.folder.path().join("job"));
        command.current_dir(folder.path()).args(["--state", "state", "--epoch", epoch]).args(more);
        for (name, value) in settings {
            command.args(["--set", &format!("tables.{name}={value}")]);
        }
        let output = command.output().expect("runs the job");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let letters = folder.path().join("state/dead_letters.jsonl");
        assert!(!letters.exists(), "{}", fs::read_to_string(&letters).unwrap_or_default());
        folder
    }
}

fn setting(name: &'static str, path: &Path) -> (&'static str, String) {
    (name, path.display().to_string())
}

#[test]
fn hourly_premium() {
    let job = Built::new("hourly_premium", &[]);
    for epoch in EPOCHS {
        let settings = [
            setting("user_order.file.path", &oracle("user_order.jsonl")),
            setting("hs_order.sqlite.path", Path::new("out.db")),
        ];
        let folder = job.run(epoch, &settings, &["--now", "2026-11-21 12:00:00"]);
        let found = sqlite_rows(&folder.path().join("out.db"), "adm_pfm_zy_order_gmv_msx_hs", "biz_date");
        assert_same_rows(&found, &json_lines(&oracle("expected_hs_order.jsonl")));
    }
}

#[test]
fn premium_drop_alert_with_every_cache() {
    let caches = ["{mode: none}", "{mode: lru, rows: 100}", "{mode: lru, rows: 100000, missing: false}", "{mode: all}"];
    for cache in caches {
        let job = Built::new("premium_drop_alert", &[("{mode: lru, rows: 10000, ttl: 10m}", cache)]);
        for epoch in EPOCHS {
            let settings = [
                setting("update_info.file.path", &oracle("update_info.jsonl")),
                setting("raw_info.sqlite.path", Path::new("out.db")),
                setting("raw_info.sqlite.initial", &oracle("raw_info.jsonl")),
                setting("wechat_activity_user.sqlite.path", Path::new("out.db")),
            ];
            let folder = job.run(epoch, &settings, &[]);
            let database = folder.path().join("out.db");
            let found = sqlite_rows(&database, "wechat_activity_user", "id");
            assert_same_rows(&found, &json_lines(&oracle("expected_wechat_activity_user.jsonl")));
            let found = sqlite_rows(&database, "raw_info", "id");
            assert_same_rows(&found, &json_lines(&oracle("expected_raw_info.jsonl")));
        }
    }
}

#[test]
fn last_page_of_each_account() {
    let job = Built::new("last_page", &[]);
    for epoch in EPOCHS {
        let settings = [
            setting("user_log.file.path", &oracle("user_log.jsonl")),
            setting("user_last_log.sqlite.path", Path::new("out.db")),
        ];
        let folder = job.run(epoch, &settings, &[]);
        let found = sqlite_rows(&folder.path().join("out.db"), "user_last_log", "account_id");
        assert_same_rows(&found, &json_lines(&oracle("expected_user_last_log.jsonl")));
    }
}

#[test]
fn last_page_of_each_account_and_device() {
    let job = Built::new(
        "last_page",
        &[
            ("primary_key: [account_id]", "primary_key: [account_id, device_id]"),
            ("account_id is not null", "account_id is not null and device_id is not null"),
            (", on_conflict: keep_latest", ""),
        ],
    );
    for epoch in EPOCHS {
        let settings = [
            setting("user_log.file.path", &oracle("user_log.jsonl")),
            setting("user_last_log.sqlite.path", Path::new("out.db")),
        ];
        let folder = job.run(epoch, &settings, &[]);
        let found = sqlite_rows(&folder.path().join("out.db"), "user_last_log", "account_id, device_id");
        assert_same_rows(&found, &json_lines(&oracle("expected_user_last_log_per_device.jsonl")));
    }
}
