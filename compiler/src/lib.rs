//! Millstream's compiler: declarative YAML pipelines in, readable, statically typed Rust out.

use std::collections::BTreeSet;

use crate::parse::ParseOptions;
use crate::plan::Plan;
use crate::problems::Problems;
use crate::source::SourceFile;

pub mod catalogue;
#[cfg(feature = "command")]
pub mod command;
mod embed;
pub mod expression;
pub mod generate;
pub mod parse;
pub mod plan;
pub mod problems;
pub mod resolve;
pub mod source;
pub mod types;

pub use embed::{Build, build};

/// What a compilation is told besides the file.
#[derive(Clone, Copy)]
pub struct CompileOptions<'a> {
    /// The profile whose connectors replace those of `tables`; none for the file as it is.
    pub profile: Option<&'a str>,
    /// The environment variables that `${env:NAME}` reads.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// Whether a program embeds the pipeline, feeds its source tables and reads its sink tables itself: connectors
    /// are then left out.
    pub embedded: bool,
}

/// A pipeline as Rust.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The pipeline's name.
    pub name: String,
    /// The type of the job, which implements `millstream_runtime::job::Job`: the pipeline's name in camel case.
    pub job_type: String,
    /// The module `pipeline`: the job and its rows.
    pub pipeline_rs: String,
    /// The features of the runtime that it needs.
    pub features: BTreeSet<String>,
    /// The plan in words, for `millstream explain`.
    pub explain: String,
    /// All that keeps state or is written, for `millstream plan`.
    pub pieces: Vec<generate::Piece>,
    /// The tables that are read as sources.
    pub sources: Vec<plan::Source>,
    /// The tables that are written.
    pub written: Vec<plan::Written>,
    /// Whether the rows of some source are spread over workers.
    pub spreads: bool,
}

/// Compiles one pipeline file. None if `problems` then has errors.
pub fn compile(file: &SourceFile, options: &CompileOptions<'_>, problems: &mut Problems) -> Option<Compiled> {
    planned(file, options, problems, |plan| {
        let generated = generate::generate(plan, file, options.embedded);
        Compiled {
            name: plan.typed.name.value.clone(),
            job_type: generated.job_type,
            pipeline_rs: generated.module,
            features: generated.features,
            explain: plan::explain(plan),
            pieces: generated.pieces,
            sources: plan::sources(plan),
            written: plan::written(plan),
            spreads: plan::spreads(plan),
        }
    })
}

/// Finds all problems of one pipeline file without making the code; gives the pipeline's name. None if `problems` then
/// has errors.
pub fn check(file: &SourceFile, options: &CompileOptions<'_>, problems: &mut Problems) -> Option<String> {
    planned(file, options, problems, |plan| plan.typed.name.value.clone())
}

/// All passes that can find problems, and then `finish`.
fn planned<T>(
    file: &SourceFile,
    options: &CompileOptions<'_>,
    problems: &mut Problems,
    finish: impl FnOnce(&Plan<'_>) -> T,
) -> Option<T> {
    let parsing = ParseOptions { profile: options.profile, environment: options.environment };
    // A pipeline with a part that cannot be read is not judged further: names of that part would only seem to be missing.
    let spec = parse::parse(file, &parsing, problems).filter(|_| !problems.has_errors())?;
    let resolved = resolve::resolve(&spec, problems);
    let typed = types::check(&resolved, problems)?;
    let plan = plan::plan(&typed, options.embedded, problems)?;
    Some(finish(&plan))
}

/// The name of the job's type: `hourly_premium` gives `HourlyPremium`.
pub fn job_type_name(pipeline: &str) -> String {
    let mut name = String::new();
    for word in pipeline.split(['_', '-']) {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}
