//! A view and a table that are added to a pipeline: what was read before is read once more for them alone, and what stands
//! in PostgreSQL is left as it is; also when the process ends at a step of its epoch log on the way: every third, or each one
//! with `EACH_CUT=1`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use millstream_tests::Job;
use millstream_tests::postgres::Server;
use serde_json::{Value, json};

use crate::disturbed::is_thorough;
use crate::told;

const TABLE: &str = "
  by_size:
    columns: {large: boolean not null, orders: bigint}
    primary_key: [large]
    postgres: {url: \"postgres://nowhere/none\"}";

const VIEW: &str = "
  sizes:
    from: orders
    group_by: {large: amount >= 50}
    select: {orders: count(*)}
    state: unbounded";

const INSERT: &str = "
  - {into: by_size, from: sizes}";

fn pipeline(table: &str, view: &str, insert: &str) -> String {
    format!(
        "version: 1
pipeline: adding
tables:
  orders:
    columns: {{city: varchar not null, amount: bigint not null}}
    file: {{path: orders.jsonl}}
  totals:
    columns: {{city: varchar not null, total: bigint}}
    primary_key: [city]
    postgres: {{url: \"postgres://nowhere/none\"}}{table}
views:
  by_city:
    from: orders
    group_by: [city]
    select: {{total: sum(amount)}}
    state: unbounded{view}
inserts:
  - {{into: totals, from: by_city}}{insert}
"
    )
}

/// Orders with these numbers, and what the cities and sizes come to.
fn orders(numbers: std::ops::Range<i64>) -> (Vec<String>, Vec<Value>, Vec<Value>) {
    let (mut lines, mut totals, mut sizes) = (Vec::new(), [0i64; 3], [0i64; 2]);
    for number in numbers {
        let (city, amount) = ((number % 3) as usize, number * 17 % 100);
        totals[city] += amount;
        sizes[usize::from(amount >= 50)] += 1;
        lines.push(format!("{{\"city\":\"c{city}\",\"amount\":{amount}}}\n"));
    }
    let totals = totals.iter().enumerate().map(|(city, total)| json!({"city": format!("c{city}"), "total": total}));
    let sizes = [json!({"large": false, "orders": sizes[0]}), json!({"large": true, "orders": sizes[1]})];
    (lines, totals.collect(), sizes.into())
}

#[test]
fn what_is_new_is_read_for_and_what_is_there_stays() {
    let server = Server::start();
    let (former, more) = (Job::build(&pipeline("", "", "")), Job::build(&pipeline(TABLE, VIEW, INSERT)));
    let run = |job: &Job, folder: &Path, database: &str, tables: &[&str], more: &[&str]| -> Output {
        let mut command = Command::new(&job.binary);
        command.current_dir(folder).args(["--state", "state", "--workers", "2", "--epoch", "30rows"]);
        for table in tables {
            command.args(["--set", &format!("tables.{table}.postgres.url={}", server.url(database))]);
        }
        command.args(more).output().expect("runs the job")
    };
    let both = ["totals", "by_size"];
    // Ends at no step, and at each one in turn.
    let mut step = 0;
    loop {
        let (folder, database) = (tempfile::tempdir().expect("a temporary folder"), server.database());
        let (folder, database) = (folder.path(), database.as_str());
        let file = folder.join("orders.jsonl");
        fs::write(&file, orders(0..100).0.concat()).expect("writes");
        let output = run(&former, folder, database, &both[..1], &[]);
        assert!(output.status.success(), "{}", told(&output));
        // What somebody else changed shows that it is not written again.
        let marked = server.client(database).execute("update totals set total = -1 where city = 'c1'", &[]);
        assert_eq!(marked.expect("changes a row"), 1);
        let ended = step > 0 && {
            let output = run(&more, folder, database, &both, &["--storage-ends", &step.to_string()]);
            !output.status.success()
        };
        let output = run(&more, folder, database, &both, &[]);
        let words = told(&output);
        assert!(output.status.success(), "{words}");
        if step == 0 {
            let new = "view 'sizes': new: what was read before is read once more for it";
            assert!(words.contains("view 'by_city': kept") && words.contains(new), "{words}");
        }
        let (_, mut totals, sizes) = orders(0..100);
        totals[1]["total"] = json!(-1);
        assert_eq!(server.rows(database, "totals", "city"), totals, "step {step}: {words}");
        assert_eq!(server.rows(database, "by_size", "large"), sizes, "step {step}: {words}");
        // And both go on.
        fs::write(&file, orders(0..150).0.concat()).expect("writes");
        let output = run(&more, folder, database, &both, &[]);
        assert!(output.status.success(), "{}", told(&output));
        let (_, totals, sizes) = orders(0..150);
        assert_eq!(server.rows(database, "totals", "city"), totals, "step {step}");
        assert_eq!(server.rows(database, "by_size", "large"), sizes, "step {step}");
        if step == 0 {
            // A table that somebody dropped gets all again.
            server.client(database).batch_execute("drop table by_size").expect("drops");
            let output = run(&more, folder, database, &both, &[]);
            assert!(output.status.success(), "{}", told(&output));
            assert_eq!(server.rows(database, "totals", "city"), totals);
            assert_eq!(server.rows(database, "by_size", "large"), sizes);
        }
        if step > 0 && !ended {
            assert!(step > 3, "the run that reads again has more steps than {step}");
            return;
        }
        step += if is_thorough() { 1 } else { 3 };
    }
}
