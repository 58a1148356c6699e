//! The three jobs over the oracle's inputs give the tables that Apache Flink made of them, however the epochs are cut.

use std::path::Path;

use millstream_tests::{Built, assert_same_rows, json_lines, oracle, setting, sqlite_rows};

/// How epochs are cut: a row each, seven rows each, everything at once.
const EPOCHS: [&str; 3] = ["1", "7", "end"];

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
