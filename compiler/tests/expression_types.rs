//! The type of every expression of the oracle (`tests/oracle/expressions.jsonl`) is the one that Apache Flink gives it,
//! and what Flink refuses is refused. The differences that are meant stand below, each with its reason.

use millstream_compiler::parse::{ParseOptions, parse};
use millstream_compiler::problems::Problems;
use millstream_compiler::resolve::resolve;
use millstream_compiler::source::SourceFile;
use millstream_compiler::types::check;
use serde_json::Value;

/// Expressions whose type differs, with our type and why.
const DIFFERENT: [(&str, &str, &str); 3] = [
    ("to_date('20240229', 'yyyyMMdd')", "date not null", "never null: text that is no date is a date far away"),
    ("concat_ws(',', s1, s2, s3)", "varchar not null", "nulls are left out, so that the result is never one"),
    ("chr(65)", "varchar not null", "the result is null only where the argument is"),
];

#[test]
fn expressions_have_the_types_of_flink() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (expr, clause) = (text(&case, "expr"), text(&case, "clause"));
        let found = type_of(expr, clause);
        let expected = match case.get("type") {
            Some(ty) => expected(expr, ty.as_str().unwrap_or_default()),
            None => "refused".to_owned(),
        };
        if found.as_deref().unwrap_or("refused") != expected {
            let found = found.unwrap_or_else(|problems| problems);
            wrong.push(format!("{} {expr}\n  expected {expected}\n  found {found}", case["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} types are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Expressions with parts of others in them are typed or refused, and never panic.
#[test]
fn mixed_expressions_do_not_panic() {
    let cases = cases();
    let exprs: Vec<Vec<&str>> = cases.iter().map(|case| parts(text(case, "expr"))).collect();
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    for _ in 0..1_500 {
        let mut mixed = exprs[random(exprs.len())].clone();
        for _ in 0..=random(3) {
            let other = &exprs[random(exprs.len())];
            let (from, at) = (random(other.len()), random(mixed.len()));
            let taken = other.get(from..(from + 1 + random(4)).min(other.len())).unwrap_or_default();
            mixed.splice(at..(at + random(3)).min(mixed.len()), taken.iter().copied());
        }
        let _ = type_of(&mixed.concat(), ["", "where", "having", "group by"][random(4)]);
    }
}

/// An expression cut at the borders of its words.
fn parts(expr: &str) -> Vec<&str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut parts = Vec::new();
    let mut rest = expr;
    while let Some(first) = rest.chars().next() {
        let end = if word(first) { rest.find(|c| !word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    parts
}

fn cases() -> Vec<Value> {
    let lines = include_str!("../../tests/oracle/expressions.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect("the oracle holds JSON")).collect()
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Flink's type as we write it.
fn expected(expr: &str, flink: &str) -> String {
    if let Some((_, ours, _)) = DIFFERENT.iter().find(|(different, ..)| *different == expr) {
        return (*ours).to_owned();
    }
    flink.to_lowercase().replace("varchar(2147483647)", "varchar").replace("varbinary", "bytes")
}

/// The type of an expression over the oracle's columns, or the problems.
fn type_of(expr: &str, clause: &str) -> Result<String, String> {
    let quoted = Value::from(expr).to_string();
    let clauses = match clause {
        "where" => format!("where: {quoted}\n    select: {{x: i1}}"),
        "having" => format!("group_by: [i1]\n    having: {quoted}\n    select: {{x: i1}}"),
        "group by" => format!("group_by: {{x: {quoted}}}"),
        _ => format!("select: {{x: {quoted}}}"),
    };
    let pipeline = format!(
        "version: 1
pipeline: oracle
time_zone: Asia/Shanghai
tables:
  input:
    columns: {{i1: int, b1: bigint, b2: bigint, d1: double, d2: double, f1: float, n1: 'decimal(18, 2)',
      n2: 'decimal(10, 4)', s1: varchar, s2: varchar, s3: varchar, bo1: boolean, ts1: timestamp(3), dt1: date}}
    file: {{path: rows.jsonl}}
  output:
    columns: {{x: int}}
    blackhole:
views:
  typed:
    from: input
    {clauses}
inserts:
  - {{into: output, from: typed, select: {{x: 1}}}}
"
    );
    let file = SourceFile { name: "oracle.yaml".to_owned(), text: pipeline };
    let mut problems = Problems::default();
    let options = ParseOptions { profile: None, environment: &|_| None };
    let typed = parse(&file, &options, &mut problems).and_then(|spec| {
        let resolved = resolve(&spec, &mut problems);
        check(&resolved, &mut problems)
    });
    let found = problems.render_short(&file);
    let view = typed.as_ref().and_then(|typed| typed.views.first());
    view.and_then(|view| view.columns.last()).map(|column| column.ty.to_string()).ok_or(found)
}
