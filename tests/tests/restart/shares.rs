//! A changed pipeline that spreads its rows otherwise, with a source that cannot be read again.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use millstream_tests::{Job, sqlite_rows};
use serde_json::json;

use crate::told;

/// Each user's last order, and what the cities come to; perhaps with a second reader of the first view, so that it passes
/// its changes on at once and one worker takes them all.
fn users(tables: &str, inserts: &str) -> String {
    format!(
        r"
version: 1
pipeline: users
tables:
  orders:
    columns: {{id: bigint, city: varchar, amount: bigint, size: double}}
    file: {{path: '-'}}
  cities:
    columns: {{city: varchar not null, users: bigint, total: bigint, mean: double, amounts: bigint, most: bigint}}
    primary_key: [city]
    sqlite: {{path: out.db}}
{tables}
views:
  last:
    from: orders
    where: id is not null and city is not null
    group_by: [id]
    select: {{city: last_value(city), amount: last_value(amount), size: last_value(size)}}
    state: unbounded
  by_city:
    from: last
    group_by: [city]
    select:
      users: count(*)
      total: sum(amount)
      mean: avg(size)
      amounts: count(distinct amount)
      most: max(amount)
    state: unbounded
inserts:
  - {{into: cities, from: by_city}}
{inserts}
"
    )
}

#[test]
fn shares_of_workers_come_together_for_a_changed_pipeline() {
    let former = Job::build(&users("", ""));
    let last = "  latest:\n    columns: {id: bigint not null, city: varchar}\n    primary_key: [id]\n    sqlite: {path: out.db}";
    let changed = Job::build(&users(last, "  - {into: latest, from: last, select: {id: id, city: city}}"));
    let order = |number: u64| {
        let (id, city, amount) = (number * 7 % 90, number * 13 % 11, number * number % 40);
        json!({"id": id, "city": format!("c{city}"), "amount": amount, "size": amount as f64 / 8.0})
    };
    let feed = |binary: &Path, folder: &Path, workers: &str, orders: std::ops::Range<u64>| {
        let mut command = Command::new(binary);
        command.current_dir(folder).args(["--state", "state", "--workers", workers, "--epoch", "40"]);
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines: Vec<String> = orders.map(|number| format!("{}\n", order(number))).collect();
        child.stdin.take().unwrap().write_all(lines.concat().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        told(&output)
    };
    let tables = |folder: &Path| sqlite_rows(&folder.join("out.db"), "cities", "city");
    let (parted, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    feed(&former.binary, parted.path(), "3", 0..500);
    let words = feed(&changed.binary, parted.path(), "3", 500..777);
    assert!(words.contains("view 'last': kept") && words.contains("view 'by_city': kept"), "{words}");
    feed(&changed.binary, parted.path(), "2", 777..1000);
    feed(&changed.binary, whole.path(), "1", 0..1000);
    let expected = tables(whole.path());
    assert_eq!(expected.len(), 11);
    assert_eq!(tables(parted.path()), expected);
}
