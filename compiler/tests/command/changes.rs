//! What a built job makes of rows that change, and of rows that cannot be computed.

use super::Try;

/// The latest number of each key is written as an `int`, which it may not fit.
const PIPELINE: &str = "\
version: 1
pipeline: latest
tables:
  numbers:
    columns: {k: varchar, n: bigint}
    file: {path: numbers.jsonl}
  latest:
    columns: {k: varchar not null, c: bigint, n: int}
    primary_key: [k]
    file: {path: out/latest.jsonl}
views:
  by_key:
    from: numbers
    group_by: [k]
    select: {c: count(*), n: max(n)}
    state: unbounded
inserts:
  - {into: latest, from: by_key, select: {k: k, c: c, n: cast(n as int)}}
";

const NUMBERS: &str = r#"{"k":"a","n":1}
{"k":"a","n":2}
{"k":"b","n":7}
{"k":"a","n":99999999999}
{"k":"c","n":99999999999}
{"k":"b","n":8}
"#;

fn with_pipeline() -> Try {
    let this = Try::new();
    this.write("latest.yaml", PIPELINE);
    this.write("numbers.jsonl", NUMBERS);
    this
}

/// What cannot be computed, as a row error names it, with its line in the pipeline.
fn place(this: &Try, line: u32) -> String {
    let folder = this.path().file_name().unwrap_or_default().to_string_lossy();
    format!("insert into 'latest', column 'n' ({folder}/latest.yaml:{line})")
}

#[test]
fn a_row_that_cannot_be_computed_leaves_the_table_whatever_the_epochs() {
    let this = with_pipeline();
    for epoch in ["1", "2", "end"] {
        this.write("out/latest.jsonl", "");
        this.call(&["run", "-q", "latest.yaml", "--fresh", "--epoch", epoch])
            .succeeded()
            .says("2 records could not be");
        assert_eq!(this.read("out/latest.jsonl"), "{\"k\":\"b\",\"c\":2,\"n\":8}\n", "--epoch {epoch}");
        let letters = this.read(".millstream/latest/dead_letters.jsonl");
        let place = place(&this, 18);
        let first = format!(
            r#"{{"table":"numbers","view":"by_key","reason":"{place}: 99999999999 is outside the range of int","record":"{{\"k\":\"a\"}}"}}"#
        );
        assert_eq!(letters.lines().next(), Some(first.as_str()));
        assert_eq!(letters.lines().count(), 2);
    }
}

#[test]
fn what_the_table_says_of_bad_records_holds_for_views_too() {
    let this = with_pipeline();
    this.edit("latest.yaml", "path: numbers.jsonl}", "path: numbers.jsonl}\n    on_error: fail");
    let outcome = this.call(&["run", "-q", "latest.yaml"]).ended_with(1);
    let place = place(&this, 19);
    outcome.says(&format!(
        "error: view 'by_key', group {{\"k\":\"a\"}}: {place}: 99999999999 is outside the range of int (table 'numbers'"
    ));
    assert!(!this.path().join("out/latest.jsonl").exists());
}

#[test]
fn changes_on_standard_output_are_whole_rows() {
    let this = with_pipeline();
    // A job that was built for a file by key gives new rows and the keys of rows that are gone.
    let set = ["run", "-q", "latest.yaml", "--epoch", "2", "--set", "tables.latest.file.path=-"];
    let rows = |outcome: super::Outcome| outcome.stdout.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        rows(this.call(&set).succeeded()),
        [
            r#"{"op":"+U","k":"a","c":2,"n":2}"#,
            r#"{"op":"-D","k":"a","c":null,"n":null}"#,
            r#"{"op":"+U","k":"b","c":1,"n":7}"#,
            r#"{"op":"+U","k":"b","c":2,"n":8}"#,
            r#"{"op":"-D","k":"c","c":null,"n":null}"#,
        ]
    );
    // One that was built for standard output gives the rows before, too.
    this.edit("latest.yaml", "out/latest.jsonl", "\"-\"");
    assert_eq!(
        rows(this.call(&["run", "-q", "latest.yaml", "--epoch", "2", "--fresh"]).succeeded()),
        [
            r#"{"op":"+I","k":"a","c":2,"n":2}"#,
            r#"{"op":"+I","k":"b","c":1,"n":7}"#,
            r#"{"op":"-D","k":"a","c":2,"n":2}"#,
            r#"{"op":"-U","k":"b","c":1,"n":7}"#,
            r#"{"op":"+U","k":"b","c":2,"n":8}"#,
        ]
    );
}
