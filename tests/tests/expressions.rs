//! Every expression that Apache Flink was asked (`tests/oracle/expressions.jsonl`), asked of Millstream: compiled,
//! built, run over the same rows, compared value by value. `EXPRESSIONS=FILE` asks another file, `GROUP=a,b` only some groups,
//! `COMPILE_ONLY=1` builds nothing.
//!
//! What is meant to differ: group `refused` must not compile; rows that Flink wraps (`wrapped`) or fails on (`error`)
//! are row errors; rows marked `doubtful` get the sane answer, which `DOUBTFUL` below names where it is not Flink's.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use millstream_compiler::problems::Problems;
use millstream_compiler::source::SourceFile;
use millstream_compiler::{CompileOptions, compile};
use millstream_tests::{Job, json_lines, oracle};
use serde_json::Value;

/// Cases in one pipeline: fewer binaries, longer builds.
const CHUNK: usize = 120;

struct Case {
    id: i64,
    group: String,
    expr: String,
    clause: Option<String>,
    ty: Option<String>,
    results: Vec<Value>,
    wrapped: Vec<usize>,
    doubtful: Vec<usize>,
    fails: Vec<usize>,
}

fn case(value: &Value) -> Case {
    let numbers = |name: &str| -> Vec<usize> {
        let list = value[name].as_array().cloned().unwrap_or_default();
        list.iter().filter_map(Value::as_u64).filter_map(|number| usize::try_from(number).ok()).collect()
    };
    let fails = value["error"].as_object().map(|errors| errors.keys().filter_map(|row| row.parse().ok()).collect());
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    Case {
        id: value["id"].as_i64().unwrap_or_default(),
        group: text("group").unwrap_or_default(),
        expr: text("expr").unwrap_or_default(),
        clause: text("clause"),
        ty: text("type"),
        results: value["results"].as_array().cloned().unwrap_or_default(),
        wrapped: numbers("wrapped"),
        doubtful: numbers("doubtful"),
        fails: fails.unwrap_or_default(),
    }
}

impl Case {
    /// The type of the sink's column: Flink's.
    fn column_type(&self) -> Option<String> {
        let ty = self.ty.as_deref()?.trim_end_matches(" NOT NULL").to_lowercase();
        let ty = ty.replace("(2147483647)", "");
        if ty.starts_with("interval") || ty == "null" || ty.starts_with("array") || ty.starts_with("map") {
            return None;
        }
        if ty.starts_with("binary") || ty.starts_with("varbinary") {
            return Some("bytes".to_owned());
        }
        Some(ty.replace("time(0)", "time").replace("timestamp_with_local_time_zone", "timestamp_ltz"))
    }

    fn is_aggregate(&self) -> bool {
        self.group == "aggregates" || self.results.len() == 1
    }
}

const HEAD: &str = "version: 1
pipeline: expressions
time_zone: Asia/Shanghai
tables:
  input:
    columns: {line: int, i1: int, b1: bigint, b2: bigint, d1: double, d2: double, f1: float, n1: 'decimal(18,2)', n2: 'decimal(10,4)', s1: varchar, s2: varchar, s3: varchar, bo1: boolean, ts1: timestamp(3), dt1: date}
    file: {path: rows.jsonl}
";

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn pipeline(cases: &[&Case]) -> String {
    let mut text = HEAD.to_owned();
    let (mut views, mut inserts) = (String::new(), String::new());
    for case in cases {
        let (id, ty) = (case.id, case.column_type().unwrap_or_else(|| "varchar".to_owned()));
        let expr = quoted(&case.expr);
        let key = if case.is_aggregate() { "\n    primary_key: [line]" } else { "" };
        let _ = write!(
            text,
            "  e{id}:\n    columns: {{line: int, value: {}}}{key}\n    file: {{path: out/{id}.jsonl}}\n",
            quoted(&ty)
        );
        if case.is_aggregate() {
            let _ = writeln!(views, "  v{id}: {{from: input, group_by: [], select: {{line: 1, value: {expr}}}}}");
            let _ = writeln!(inserts, "  - {{into: e{id}, from: v{id}}}");
        } else {
            let _ = match case.clause.as_deref() {
                Some("where") => {
                    writeln!(inserts, "  - {{into: e{id}, from: input, where: {expr}, select: {{line: line}}}}")
                }
                _ => writeln!(inserts, "  - {{into: e{id}, from: input, select: {{line: line, value: {expr}}}}}"),
            };
        }
    }
    if !views.is_empty() {
        let _ = write!(text, "views:\n{views}");
    }
    let _ = write!(text, "inserts:\n{inserts}");
    text
}

/// Why a case does not compile by itself, if it does not.
fn refusal(case: &Case) -> Option<String> {
    let file = SourceFile { name: "case.yaml".to_owned(), text: pipeline(&[case]) };
    let mut problems = Problems::default();
    let options = CompileOptions { profile: None, environment: &|_| None, embedded: false };
    let compiled = compile(&file, &options, &mut problems);
    let why = problems.render(&file, false);
    if compiled.is_some() { None } else { Some(why) }
}

/// How near numbers must be.
#[derive(Clone, Copy)]
enum Near {
    /// The same double.
    Exact,
    /// The same float.
    Float,
    /// Within a relative difference.
    Within(f64),
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_str().parse().ok(),
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn same(found: &Value, expected: &Value, near: Near) -> bool {
    // A decimal: a number here, its digits as text there.
    if let (Value::Number(found), Value::String(expected)) = (found, expected)
        && found.as_str() == expected
    {
        return true;
    }
    let (Some(a), Some(b)) = (number(found), number(expected)) else { return found == expected };
    a.is_nan() && b.is_nan()
        || match near {
            Near::Exact => a.to_bits() == b.to_bits(),
            Near::Float => (a as f32).to_bits() == (b as f32).to_bits(),
            Near::Within(part) => a.to_bits() == b.to_bits() || (a - b).abs() <= part * b.abs(),
        }
}

/// Sums of doubles are exact here; the logarithms of Java's mathematics library differ in the last digit.
fn nearness(case: &Case) -> Near {
    let rounded = matches!(case.group.as_str(), "math" | "aggregates" | "extra" | "wraps" | "fails");
    match (case.ty.as_deref().is_some_and(|ty| ty.starts_with("FLOAT")), rounded) {
        (true, true) => Near::Within(1e-6),
        (true, false) => Near::Float,
        (false, true) => Near::Within(1e-13),
        (false, false) => Near::Exact,
    }
}

fn compare(job: &Job, case: &Case, report: &mut BTreeMap<i64, String>) {
    let rows = job.rows(&format!("out/{}.jsonl", case.id));
    let count = if case.is_aggregate() { 1 } else { 24 };
    let mut wrong = String::new();
    for line in (0..count).filter(|line| !case.doubtful.contains(line)) {
        let number = if case.is_aggregate() { 1 } else { line };
        let found = rows.iter().find(|row| row["line"].as_u64() == Some(number as u64));
        let must_fail = case.wrapped.contains(&line) || case.fails.contains(&line);
        let expected = &case.results[line];
        let _ = match (found, must_fail) {
            (None, true) => Ok(()),
            // The row that an aggregate cannot take is a row error; the aggregate goes on without it.
            (Some(row), true) if case.is_aggregate() && row["value"] != *expected => Ok(()),
            (Some(row), true) => write!(wrong, "\n    row {line}: {} where a row error is due", row["value"]),
            (None, false) => write!(wrong, "\n    row {line}: a row error, expected {expected}"),
            (Some(row), false) if same(&row["value"], expected, nearness(case)) => Ok(()),
            (Some(row), false) => write!(wrong, "\n    row {line}: {}, expected {expected}", row["value"]),
        };
    }
    if !wrong.is_empty() {
        report.insert(case.id, format!("{} [{}] {}{wrong}", case.id, case.group, case.expr));
    }
}

#[test]
fn expressions_give_what_flink_gives() {
    let path = std::env::var_os("EXPRESSIONS").map_or_else(|| oracle("expressions.jsonl"), PathBuf::from);
    let wanted = std::env::var("GROUP").ok();
    let cases: Vec<Case> = json_lines(&path)
        .iter()
        .map(case)
        .filter(|case| wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(|group| group == case.group)))
        .collect();
    let mut report = BTreeMap::new();
    let mut good = Vec::new();
    let mut skipped = 0;
    for case in &cases {
        let refusal = refusal(case);
        match (case.group == "refused", refusal) {
            (true, Some(_)) => {}
            (true, None) => {
                report.insert(case.id, format!("{} [refused] {} compiles", case.id, case.expr));
            }
            (false, _) if case.column_type().is_none() => skipped += 1,
            (false, Some(why)) => {
                let why: Vec<&str> = why.lines().take(6).collect();
                report
                    .insert(case.id, format!("{} [{}] {}\n    {}", case.id, case.group, case.expr, why.join("\n    ")));
            }
            (false, None) => good.push(case),
        }
    }
    if std::env::var_os("COMPILE_ONLY").is_some() {
        good.clear();
    }
    for chunk in good.chunks(CHUNK) {
        let job = Job::build(&pipeline(chunk));
        let mut rows = String::new();
        for (line, mut row) in json_lines(&oracle("expression_rows.jsonl")).into_iter().enumerate() {
            row["line"] = Value::from(line);
            let _ = writeln!(rows, "{row}");
        }
        std::fs::write(job.path("rows.jsonl"), rows).expect("writes the rows");
        job.run_well(&[]);
        for case in chunk {
            compare(&job, case, &mut report);
        }
    }
    println!("{} cases, {} not comparable, {} differ", cases.len(), skipped, report.len());
    let all: Vec<String> = report.into_values().collect();
    assert!(all.is_empty(), "{} of {} differ:\n{}", all.len(), cases.len(), all.join("\n"));
}
