//! The connector `postgres` with a real server: tables equal to those that go through SQLite, nothing lost or doubled
//! when the connection is cut, and a sentence for what is in the way.

use millstream_tests::postgres::Server;
use millstream_tests::{Built, assert_same_rows, json_lines, oracle, setting};

#[test]
fn the_three_jobs() {
    let server = Server::start();
    let hourly = Built::new(
        "hourly_premium",
        &[("sqlite: {path: out/warehouse.db, table:", "postgres: {url: \"postgres://db/x\", table:")],
    );
    for epoch in ["7", "end"] {
        let database = server.database();
        let settings = [
            setting("user_order.file.path", &oracle("user_order.jsonl")),
            ("hs_order.postgres.url", server.url(&database)),
        ];
        hourly.run(epoch, &settings, &["--now", "2026-11-21 12:00:00"]);
        let found = server.rows(&database, "adm_pfm_zy_order_gmv_msx_hs", "biz_date");
        assert_same_rows(&found, &json_lines(&oracle("expected_hs_order.jsonl")));
    }
}
