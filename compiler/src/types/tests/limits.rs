//! Expressions as deep and as long as they may be.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::compile;

const TABLES: &str = "version: 1
pipeline: limits
tables:
  input:
    columns: {a: boolean, i: int, s: varchar}
    file: {path: rows.jsonl}
  output:
    columns: {x: int}
    blackhole:
";

fn filtered(condition: &str) -> String {
    let filter = format!("\"{condition}\"");
    compile(&format!(
        "{TABLES}views:\n  v:\n    from: input\n    where: {filter}\n    select: {{x: i}}\ninserts:\n  - {{into: output, from: v}}\n"
    ))
    .1
}

#[test]
fn the_deepest_expressions_are_typed() {
    for deep in [
        "not ".repeat(198) + "a",
        "(".repeat(198) + "a" + &")".repeat(198),
        "i".to_owned() + &" + i".repeat(197) + " > 0",
        "- ".repeat(197) + "i > 0",
        "coalesce(".repeat(197) + "a" + &")".repeat(197),
        "case when ".repeat(197) + "a" + &" then a end".repeat(197),
        "cast(".repeat(197) + "i" + &" as int)".repeat(197) + " > 0",
        "a in (".repeat(197) + "a" + &")".repeat(197),
        "a and (a or ".repeat(60) + "a" + &")".repeat(60),
    ] {
        assert_eq!(filtered(&deep), "", "{}", &deep[..20]);
    }
}

#[test]
fn long_expressions_are_typed_in_linear_time() {
    let start = Instant::now();
    for long in [
        "i > 0 and ".repeat(5_000) + "a",
        "i in (".to_owned() + &"1, ".repeat(5_000) + "1)",
        "case".to_owned() + &" when a then a".repeat(5_000) + " end",
        "coalesce(".to_owned() + &"a, ".repeat(5_000) + "a)",
    ] {
        assert_eq!(filtered(&long), "", "{}", &long[..20]);
    }
    let mut views = String::new();
    for view in 0..1_000 {
        let from = if view == 0 { "input".to_owned() } else { format!("v{}", view - 1) };
        let _ = writeln!(views, "  v{view}: {{from: {from}}}");
    }
    let chain = format!("{TABLES}views:\n{views}inserts:\n  - {{into: output, from: v999, select: {{x: i}}}}\n");
    assert_eq!(compile(&chain).1, "");
    assert!(start.elapsed() < Duration::from_secs(20));
}
