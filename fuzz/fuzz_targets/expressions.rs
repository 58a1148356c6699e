//! Any text as an SQL expression: the compiler gives Rust or problems, never a panic, and every problem can be shown.
//!
//! The first byte, `0` to `9`, says where in a pipeline the expression stands; the rest is the expression. The pipeline has
//! a column of every type.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use millstream_compiler::problems::Problems;
use millstream_compiler::source::SourceFile;
use millstream_compiler::{CompileOptions, compile};

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some((place, expression)) = input.split_first() else { return Corpus::Reject };
    let Ok(expression) = std::str::from_utf8(expression) else { return Corpus::Reject };
    compiled(&pipeline(place.wrapping_sub(b'0') % 10, &quoted(expression)));
    Corpus::Keep
});

/// A pipeline with the expression at one of the places where expressions stand.
fn pipeline(place: u8, expression: &str) -> String {
    let view = match place {
        0 | 1 => format!("{{from: input, select: {{x: {expression}}}}}"),
        2 => format!("{{from: input, where: {expression}, select: {{x: i1}}}}"),
        3 => format!("{{from: input, group_by: [s1], select: {{x: {expression}}}, state: unbounded}}"),
        4 => format!("{{from: input, group_by: {{x: {expression}}}, select: {{n: count(*)}}, state: unbounded}}"),
        5 => format!(
            "{{from: input, group_by: [i1, n1], having: {expression}, select: {{x: sum(b1)}}, state: unbounded}}"
        ),
        6 => format!("{{from: input as o, lookup: {{users as u: {{on: {expression}}}}}, select: {{x: u.level}}}}"),
        // Over groups that change, so that aggregates must be able to take rows back.
        7 => format!("{{from: changing, group_by: [], select: {{x: {expression}}}}}"),
        8 => format!("{{from: changing, where: {expression}, select: {{x: b1}}}}"),
        _ => format!("{{from: input, select: [{expression}, i1 as x]}}"),
    };
    // What nobody reads is not computed; and every type must be able to stand in state.
    let reader = match place {
        1 => "{from: view, group_by: [x], select: {n: count(*)}, state: unbounded}",
        _ => "{from: view, select: {n: x is null}}",
    };
    format!(
        "version: 1
pipeline: fuzzed
time_zone: Asia/Shanghai
tables:
  input:
    columns: {{line: int not null, i1: int, b1: bigint, b2: bigint, d1: double, d2: double, f1: float, n1: 'decimal(18,2)', \
         n2: 'decimal(10,4)', s1: varchar, s2: varchar, s3: varchar, bo1: boolean, ts1: timestamp(3), dt1: date, \
         y: tinyint, sm: smallint, c: char(4), p: bytes, at: time, l: timestamp_ltz(9)}}
    file: {{path: input.jsonl}}
  users:
    columns: {{name: varchar not null, level: int}}
    primary_key: [name]
    sqlite: {{path: users.db}}
  nothing: {{columns: {{n: bigint}}, primary_key: [n], blackhole: }}
views:
  changing:
    from: input
    group_by: [b1]
    select: {{i1: last_value(i1), n1: max(n1), d1: sum(d1), s1: last_value(s1), ts1: min(ts1), bo1: last_value(bo1)}}
    state: unbounded
  view: {view}
  reader: {reader}
inserts:
  - {{into: nothing, from: reader, select: {{n: cast(n as bigint)}}, on_conflict: keep_latest}}
"
    )
}

/// The text in YAML's double quotes, which can hold any.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(character),
            other => out.push_str(&format!("\\U{:08x}", u32::from(other))),
        }
    }
    out.push('"');
    out
}

fn compiled(text: &str) {
    let mut problems = Problems::default();
    let file = SourceFile { name: "fuzzed.yaml".to_owned(), text: text.to_owned() };
    let options = CompileOptions { profile: None, environment: &|_| None, embedded: false };
    let compiled = compile(&file, &options, &mut problems);
    assert_eq!(compiled.is_none(), problems.has_errors(), "Rust or an error, not both");
    assert_eq!(problems.render(&file, false).is_empty(), problems.is_empty());
    problems.render_short(&file);
}
