//! Every type goes into a table and comes back by a look-up.

use std::fs;

use millstream_tests::postgres::Server;
use millstream_tests::{Job, json_lines};

use crate::told;

const COLUMNS: &str = "
      id: bigint not null
      day: date not null
      amount: decimal(10, 2) not null
      flag: boolean
      tiny: tinyint
      small: smallint
      whole: int
      big: bigint
      real: float
      number: double
      exact: decimal(38, 10)
      code: varchar(12)
      note: varchar
      tag: varchar
      raw: bytes
      clock: time
      moment: timestamp(6)
      second: timestamp(0)
      instant: timestamp_ltz(3)";

fn pipeline() -> String {
    let names: Vec<&str> = COLUMNS.trim().lines().filter_map(|line| line.trim().split(':').next()).collect();
    let select: Vec<String> = names.iter().map(|name| format!("{name}: t.{name}")).collect();
    format!(
        "version: 1
pipeline: types
tables:
  rows:
    columns: {COLUMNS}
    file: {{path: rows.jsonl}}
  wanted:
    columns: {{id: bigint, day: date, amount: \"decimal(10, 2)\"}}
    file: {{path: wanted.jsonl}}
  wide:
    columns: {COLUMNS}
    primary_key: [id, day, amount]
    postgres: {{url: \"postgres://nowhere/none\"}}
  found:
    columns: {COLUMNS}
    file: {{path: found.jsonl}}
views:
  looked_up:
    from: wanted as w
    lookup:
      wide as t: {{on: w.id = t.id and w.day = t.day and w.amount = t.amount, kind: inner}}
    select: {{{}}}
inserts:
  - {{into: wide, from: rows, on_conflict: keep_latest}}
  - {{into: found, from: looked_up}}
",
        select.join(", ")
    )
}

/// As they are read and as they are written.
const ROWS: [&str; 6] = [
    r#"{"id":1,"day":"2026-11-21","amount":1.50,"flag":true,"tiny":-128,"small":32767,"whole":-2147483648,"big":9223372036854775807,"real":0.1,"number":0.30000000000000004,"exact":1234567890123456789012345678.0123456789,"code":"abc","note":"首页 \"quoted\" \\ 'single', {curly}","tag":"9f3c1b7e-0000-4000-8000-000000000001","raw":"AP8=","clock":"10:30:00.500","moment":"2026-11-21 10:30:00.123456","second":"2026-11-21 10:30:00","instant":"2026-11-21 02:30:00.123Z"}"#,
    r#"{"id":1,"day":"2026-11-22","amount":-0.01,"flag":null,"tiny":null,"small":null,"whole":null,"big":null,"real":null,"number":null,"exact":null,"code":null,"note":null,"tag":null,"raw":null,"clock":null,"moment":null,"second":null,"instant":null}"#,
    r#"{"id":-9223372036854775808,"day":"0001-01-01","amount":99999999.99,"flag":false,"tiny":127,"small":-32768,"whole":2147483647,"big":-9223372036854775808,"real":"NaN","number":"NaN","exact":-9999999999999999999999999999.9999999999,"code":"","note":"","tag":"9f3c1b7e-0000-4000-8000-000000000002","raw":"","clock":"00:00:00","moment":"0001-01-01 00:00:00.000000","second":"9999-12-31 23:59:59","instant":"0001-01-01 00:00:00.000Z"}"#,
    r#"{"id":0,"day":"9999-12-31","amount":0.00,"flag":true,"tiny":0,"small":0,"whole":0,"big":0,"real":"Infinity","number":"-Infinity","exact":0.0000000001,"code":"twelve chars","note":"NULL","tag":"9f3c1b7e-0000-4000-8000-000000000003","raw":"AQID","clock":"23:59:59.999","moment":"9999-12-31 23:59:59.999999","second":"1969-12-31 23:59:59","instant":"9999-12-31 23:59:59.999Z"}"#,
    r#"{"id":2,"day":"1969-12-31","amount":1000.00,"flag":true,"tiny":1,"small":1,"whole":1,"big":1,"real":3.4028235e38,"number":5e-324,"exact":10000.0000000000,"code":"\t\n","note":"  blanks  ","tag":null,"raw":"AA==","clock":"00:00:00.001","moment":"1969-12-31 23:59:59.999999","second":"2000-01-01 00:00:00","instant":"1969-12-31 23:59:59.999Z"}"#,
    r#"{"id":3,"day":"2000-02-29","amount":10.10,"flag":false,"tiny":-1,"small":-1,"whole":-1,"big":-1,"real":-0.0,"number":1.7976931348623157e308,"exact":-0.5000000000,"code":"é","note":"\\x41 \\N","tag":null,"raw":"////","clock":"12:00:00","moment":"2000-01-01 00:00:00.000001","second":"1999-12-31 23:59:59","instant":"2000-01-01 00:00:00.000Z"}"#,
];

#[test]
fn every_type_comes_back_also_from_columns_of_other_types() {
    let server = Server::start();
    let job = Job::build(&pipeline());
    fs::write(job.path("rows.jsonl"), ROWS.join("\n")).expect("writes");
    fs::write(job.path("expected.jsonl"), ROWS.join("\n")).expect("writes");
    fs::write(job.path("none.jsonl"), "").expect("writes");
    // Keys without a row, and one that PostgreSQL cannot have.
    let more = r#"{"id":1,"day":"2026-11-23","amount":1.50}"#;
    fs::write(job.path("wanted.jsonl"), format!("{}\n{more}\n", ROWS.join("\n"))).expect("writes");
    let database = server.database();
    server
        .client(&database)
        .batch_execute(
            "create table words (id text, day text, amount text, flag text, tiny text, small text, whole text,
               big text, \"real\" text, number text, exact text, code text, note text, tag text, raw bytea, clock text,
               moment text, second text, instant text, primary key (id, day, amount));
             create domain price as numeric(12, 3);
             create table others (id numeric, day date, amount price, flag bool, tiny int4, small int8, whole int8,
               big numeric(19), \"real\" float8, number float8, exact numeric, code varchar(40), note text, tag uuid,
               raw bytea, clock time, moment timestamp, second timestamp, instant timestamptz,
               primary key (amount, id, day))",
        )
        .expect("creates tables");
    for table in ["wide", "words", "others"] {
        let url = format!("tables.wide.postgres.url={}", server.url(&database));
        let name = format!("tables.wide.postgres.table={table}");
        let common = ["--no-log", "--set", &url, "--set", &name];
        let write = [&common[..], &["--set", "tables.wanted.file.path=none.jsonl"]].concat();
        let written = told(&job.run_well(&write));
        assert!(!written.contains("warning"), "{written}");
        let _ = fs::remove_file(job.path("found.jsonl"));
        let read = [&common[..], &["--set", "tables.rows.file.path=none.jsonl"]].concat();
        let read = told(&job.run_well(&read));
        assert!(!read.contains("warning"), "{read}");
        let (mut found, mut expected) = (job.rows("found.jsonl"), json_lines(&job.path("expected.jsonl")));
        for rows in [&mut found, &mut expected] {
            rows.sort_by_key(|row| format!("{}{}", row["id"], row["day"]));
        }
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found.to_string(), expected.to_string(), "{table}");
        }
        assert_eq!(found.len(), expected.len(), "{table}");
    }
    // What the table has of other programs and the pipeline's types do not is a bad record, not a wrong value.
    server
        .client(&database)
        .batch_execute("update wide set moment = 'infinity' where id = 2; update others set exact = 'NaN' where id = 2")
        .expect("updates");
    for table in ["wide", "others"] {
        let _ = fs::remove_file(job.path("found.jsonl"));
        let url = format!("tables.wide.postgres.url={}", server.url(&database));
        let name = format!("tables.wide.postgres.table={table}");
        let rows = "tables.rows.file.path=none.jsonl";
        let text = told(&job.run_well(&["--no-log", "--set", &url, "--set", &name, "--set", rows]));
        assert!(text.contains("1 record could not be read or computed"), "{text}");
        assert_eq!(job.rows("found.jsonl").len(), 5);
    }
    let created = server.rows(
        &database,
        "(select column_name::text as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as key
          from information_schema.columns c join pg_attribute a on a.attrelid = 'wide'::regclass
          and a.attname = c.column_name where table_name = 'wide') as t",
        "name",
    );
    let types: Vec<&str> = created.iter().filter_map(|row| row["type"].as_str()).collect();
    assert_eq!(
        types,
        [
            "numeric(10,2)",
            "bigint",
            "time(3) without time zone",
            "character varying(12)",
            "date",
            "numeric(38,10)",
            "boolean",
            "bigint",
            "timestamp(3) with time zone",
            "timestamp(6) without time zone",
            "text",
            "double precision",
            "bytea",
            "real",
            "timestamp(0) without time zone",
            "smallint",
            "text",
            "smallint",
            "integer"
        ]
    );
}
