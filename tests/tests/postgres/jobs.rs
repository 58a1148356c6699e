//! The three jobs over the oracle's inputs give the tables that Apache Flink made of them.

use millstream_tests::postgres::{PASSWORD, Server, USER};
use millstream_tests::{Built, assert_same_rows, json_lines, millstream, oracle, root, setting};

use crate::told;

/// How epochs are cut: seven rows each, everything at once.
const EPOCHS: [&str; 2] = ["7", "end"];

/// The pipeline's connectors in the repository, and here.
const SQLITE: &str = "sqlite: {path: out/warehouse.db,";
const POSTGRES: &str = "postgres: {url: \"postgres://nowhere/none\",";

#[test]
fn hourly_premium() {
    let server = Server::start();
    let job = Built::new("hourly_premium", &[(SQLITE, POSTGRES)]);
    for epoch in EPOCHS {
        let database = server.database();
        let settings = [
            setting("user_order.file.path", &oracle("user_order.jsonl")),
            ("hs_order.postgres.url", server.url(&database)),
        ];
        job.run(epoch, &settings, &["--now", "2026-11-21 12:00:00"]);
        let found = server.rows(&database, "adm_pfm_zy_order_gmv_msx_hs", "biz_date");
        assert_same_rows(&found, &json_lines(&oracle("expected_hs_order.jsonl")));
    }
}

/// The table that is looked up is written by the same job: each event sees what the ones before it wrote.
#[test]
fn premium_drop_alert_with_every_cache() {
    let server = Server::start();
    for cache in ["{mode: none}", "{mode: lru, rows: 100}", "{mode: all}"] {
        let job = Built::new(
            "premium_drop_alert",
            &[("sqlite: {path: out/customers.db,", POSTGRES), ("{mode: lru, rows: 10000, ttl: 10m}", cache)],
        );
        for epoch in EPOCHS {
            let database = server.database();
            let url = server.url(&database);
            let settings = [
                setting("update_info.file.path", &oracle("update_info.jsonl")),
                setting("raw_info.postgres.initial", &oracle("raw_info.jsonl")),
                ("raw_info.postgres.url", url.clone()),
                ("wechat_activity_user.postgres.url", url),
            ];
            job.run(epoch, &settings, &["--workers", "2"]);
            let found = server.rows(&database, "wechat_activity_user", "id");
            assert_same_rows(&found, &json_lines(&oracle("expected_wechat_activity_user.jsonl")));
            let found = server.rows(&database, "raw_info", "id");
            assert_same_rows(&found, &json_lines(&oracle("expected_raw_info.jsonl")));
        }
    }
}

/// In a schema, in a table that is there, whose columns have other types and another order.
#[test]
fn last_page_of_each_account() {
    let server = Server::start();
    let job = Built::new("last_page", &[(SQLITE, POSTGRES)]);
    for epoch in EPOCHS {
        let database = server.database();
        server
            .client(&database)
            .batch_execute(
                "create schema marts;
                 create table marts.\"Last pages\" (
                   page_name varchar(200), bury_point_type text, note text default 'x', id bigserial,
                   device_id varchar, account_id varchar(64), changed timestamptz not null default now(),
                   unique (account_id))",
            )
            .expect("creates the table");
        let settings = [
            setting("user_log.file.path", &oracle("user_log.jsonl")),
            ("user_last_log.postgres.url", format!("{}?sslmode=disable", server.url(&database))),
            ("user_last_log.postgres.table", "marts.Last pages".to_owned()),
        ];
        let expected = json_lines(&oracle("expected_user_last_log.jsonl"));
        job.run(epoch, &settings, &[]);
        let columns: Vec<&str> = expected[0].as_object().expect("an object").keys().map(String::as_str).collect();
        let table = format!("(select {} from marts.\"Last pages\") as t", columns.join(", "));
        assert_same_rows(&server.rows(&database, &table, "account_id"), &expected);
        // The epochs' table stands beside it.
        assert_eq!(server.rows(&database, "marts.millstream_epochs", "log").len(), 1);
    }
}

/// The url comes from the environment of whoever compiles, and the password from that of the job.
#[test]
fn a_profile_with_the_url_in_an_environment_variable() {
    let server = Server::start();
    let database = server.database();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = std::fs::read_to_string(root().join("pipelines/last_page.yaml")).expect("reads the pipeline");
    let kafka = "      user_log: {kafka: {brokers: \"${env:KAFKA_BROKERS}\", topic: user_log, format: json}}\n";
    assert!(text.contains(kafka) && text.contains("{postgres: {url: \"${env:RDS_URL}\""));
    let file = folder.path().join("last_page.yaml");
    std::fs::write(&file, text.replace(kafka, "")).expect("writes the pipeline");
    let url = format!("postgres://{USER}@127.0.0.1:{}/{database}?sslmode=prefer", server.port());
    let output = millstream()
        .args(["run", "--profile", "production"])
        .arg(&file)
        .arg("--set")
        .arg(format!("tables.user_log.file.path={}", oracle("user_log.jsonl").display()))
        .env("RDS_URL", &url)
        .env("PGPASSWORD", PASSWORD)
        .current_dir(folder.path())
        .output()
        .expect("runs the command");
    let text = told(&output);
    assert!(output.status.success(), "{text}");
    // The preview, and the closing line.
    assert!(text.contains("u00000001") && text.contains("… 2,140 more rows"), "{text}");
    assert!(
        text.contains(&format!("2,180 rows in 127.0.0.1:{}/{database} (table user_last_log)", server.port())),
        "{text}"
    );
    let found = server.rows(&database, "user_last_log", "account_id");
    assert_same_rows(&found, &json_lines(&oracle("expected_user_last_log.jsonl")));
}
