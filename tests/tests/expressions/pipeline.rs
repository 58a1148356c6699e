//! The pipelines that hold the expressions, and whether the compiler takes them.

use std::fmt::Write as _;

use millstream_compiler::problems::Problems;
use millstream_compiler::source::SourceFile;
use millstream_compiler::{CompileOptions, compile};

use super::case::Case;

/// Expressions in one table: each insert costs the generated crate more than each of its columns.
const COLUMNS: usize = 40;

const INPUT: &str = "  input:
    columns: {line: int, i1: int, b1: bigint, b2: bigint, d1: double, d2: double, f1: float, n1: 'decimal(18,2)', n2: 'decimal(10,4)', s1: varchar, s2: varchar, s3: varchar, bo1: boolean, ts1: timestamp(3), dt1: date}
    file: {path: rows.jsonl}
";

/// A table, whose file `out/NUMBER.jsonl` has a column `eID` for each of its cases.
pub struct Table<'a> {
    pub number: usize,
    pub cases: Vec<&'a Case>,
}

/// Deals the cases to tables. `alone` puts each into a table of its own: a row that cannot be computed then takes
/// no other expression's row with it.
pub fn tables<'a>(cases: &[&'a Case], alone: bool) -> Vec<Table<'a>> {
    let (total, partial): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| case.is_total() && !alone);
    let shared = total.chunks(COLUMNS).map(<[_]>::to_vec);
    let all = shared.chain(partial.into_iter().map(|case| vec![case]));
    all.enumerate().map(|(number, cases)| Table { number, cases }).collect()
}

/// The text of a pipeline that fills these tables.
pub fn pipeline(name: &str, tables: &[Table<'_>]) -> String {
    let mut text = format!("version: 1\npipeline: {name}\ntime_zone: Asia/Shanghai\ntables:\n{INPUT}");
    let (mut views, mut inserts) = (String::new(), String::new());
    for Table { number, cases } in tables {
        let mut columns = "line: int".to_owned();
        let mut select = String::new();
        for case in cases {
            let ty = case.column_type().unwrap_or_else(|| "varchar".to_owned());
            let expr = if case.is_instant() { format!("cast({} as varchar)", case.expr) } else { case.expr.clone() };
            let _ = write!(columns, ", e{}: {}", case.id, quoted(&ty));
            let _ = write!(select, ", e{}: {}", case.id, quoted(&expr));
        }
        let aggregate = cases.iter().any(|case| case.is_aggregate());
        let key = if aggregate { "    primary_key: [line]\n" } else { "" };
        let _ = write!(text, "  t{number}:\n    columns: {{{columns}}}\n{key}    file: {{path: out/{number}.jsonl}}\n");
        let filter = cases.iter().find(|case| case.clause.as_deref() == Some("where"));
        let _ = match filter {
            _ if aggregate => {
                let _ = writeln!(views, "  v{number}: {{from: input, group_by: [], select: {{line: 0{select}}}}}");
                writeln!(inserts, "  - {{into: t{number}, from: v{number}}}")
            }
            Some(case) => {
                let filter = quoted(&case.expr);
                writeln!(inserts, "  - {{into: t{number}, from: input, where: {filter}, select: {{line: line}}}}")
            }
            None => writeln!(inserts, "  - {{into: t{number}, from: input, select: {{line: line{select}}}}}"),
        };
    }
    if !views.is_empty() {
        let _ = write!(text, "views:\n{views}");
    }
    let _ = write!(text, "inserts:\n{inserts}");
    text
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Why the cases do not compile, if they do not.
fn why_not(cases: &[&Case]) -> Option<String> {
    let text = pipeline("expressions", &tables(cases, false));
    let file = SourceFile { name: "case.yaml".to_owned(), text };
    let mut problems = Problems::default();
    let options = CompileOptions { profile: None, environment: &|_| None, embedded: false };
    let compiled = compile(&file, &options, &mut problems);
    let why = problems.render(&file, false);
    if compiled.is_some() { None } else { Some(why) }
}

/// Why a case does not compile by itself, if it does not.
pub fn refusal(case: &Case) -> Option<String> {
    why_not(&[case])
}

/// The cases that compile, and the others with the reason.
pub fn compilable<'a>(cases: &[&'a Case]) -> (Vec<&'a Case>, Vec<(&'a Case, String)>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for together in cases.chunks(4 * COLUMNS) {
        if why_not(together).is_none() {
            good.extend(together);
            continue;
        }
        for case in together {
            match refusal(case) {
                None => good.push(*case),
                Some(why) => bad.push((*case, why.lines().take(6).collect::<Vec<_>>().join("\n    "))),
            }
        }
    }
    (good, bad)
}
