//! Pipelines through parse, resolve and types, with the exact text of what is reported.

use super::check;
use super::model::Typed;
use crate::parse::{ParseOptions, parse};
use crate::problems::Problems;
use crate::resolve::resolve;
use crate::source::SourceFile;

mod limits;
mod model;
mod pipelines;

/// Types a pipeline file; what was found, as users read it.
pub fn compile(text: &str) -> (Option<Typed>, String) {
    let file = SourceFile { name: "pipeline.yaml".to_owned(), text: text.to_owned() };
    let mut problems = Problems::default();
    let options = ParseOptions { profile: None, environment: &|_| None };
    let typed = parse(&file, &options, &mut problems).and_then(|spec| {
        let resolved = resolve(&spec, &mut problems);
        check(&resolved, &mut problems)
    });
    (typed, problems.render(&file, false))
}
