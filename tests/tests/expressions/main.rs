//! Every expression that Apache Flink was asked (`tests/oracle/expressions.jsonl`, `tests/oracle/more_expressions.jsonl`),
//! asked of Millstream: compiled, built, run over the same rows, compared value by value.
//!
//! `EXPRESSIONS=FILE` asks another file, `GROUP=a,b` only some groups, `COMPILE_ONLY=1` builds nothing.

mod asked;
mod case;
mod compare;
mod pipeline;

use std::collections::BTreeMap;
use std::path::PathBuf;

use millstream_tests::{json_lines, oracle};

use case::Case;

/// The cases of the files, of the groups that are wanted.
fn cases() -> Vec<Case> {
    let files = std::env::var_os("EXPRESSIONS").map_or_else(
        || vec![oracle("expressions.jsonl"), oracle("more_expressions.jsonl")],
        |file| vec![PathBuf::from(file)],
    );
    let wanted = std::env::var("GROUP").ok();
    let all = files.iter().flat_map(|file| json_lines(file)).map(|line| Case::read(&line));
    all.filter(|case| wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(|group| group == case.group))).collect()
}

#[test]
fn expressions_give_what_flink_gives() {
    let cases = cases();
    let mut report = BTreeMap::new();
    let (refused, computed): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| case.is_refused());
    for case in refused {
        if pipeline::refusal(case).is_none() {
            report.insert(case.id, format!("{case} compiles"));
        }
    }
    let (computed, skipped): (Vec<&Case>, Vec<&Case>) =
        computed.into_iter().partition(|case| case.column_type().is_some());
    let (good, bad) = pipeline::compilable(&computed);
    report.extend(bad.into_iter().map(|(case, why)| (case.id, format!("{case}\n    {why}"))));
    if std::env::var_os("COMPILE_ONLY").is_none() {
        let answers = asked::ask(&good);
        for case in good {
            let wrong = compare::differences(case, answers.get(&case.id).map_or(&[], Vec::as_slice));
            if !wrong.is_empty() {
                report.insert(case.id, format!("{case}{wrong}"));
            }
        }
    }
    println!("{} cases, {} not comparable, {} differ", cases.len(), skipped.len(), report.len());
    let all: Vec<String> = report.into_values().collect();
    assert!(all.is_empty(), "{} of {} differ:\n{}", all.len(), cases.len(), all.join("\n"));
}
