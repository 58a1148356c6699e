//! What is wrong with a pipeline: problems with a code, places, and help.
//!
//! A pass pushes problems and goes on as far as it can; the words stand in one module per pass beside this one
//! (`problems/parse.rs`, `problems/resolve.rs`, …), never at the call site.

use crate::source::Span;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The pipeline compiles, but the user should look.
    Warning,
    /// The pipeline does not compile.
    Error,
}

/// A place with a word about it.
#[derive(Debug, Clone)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub struct Problem {
    /// A stable code such as `E0301`; `docs/errors.md` has a section for each.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence: what is wrong.
    pub title: String,
    /// Where it is wrong.
    pub primary: Label,
    /// Other places that matter, such as the other side of a conflict.
    pub others: Vec<Label>,
    /// What to do, one sentence each.
    pub help: Vec<String>,
}

/// Everything found so far.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Reports a problem.
    pub fn push(&mut self, problem: Problem) {
        self.list.push(problem);
    }

    /// Whether a fence must stop the compilation here.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|p| p.severity == Severity::Error)
    }

    /// All problems in the order of the file.
    pub fn sorted(&self) -> Vec<&Problem> {
        let mut all: Vec<&Problem> = self.list.iter().collect();
        all.sort_by_key(|p| (p.primary.span.start, p.primary.span.end, p.code));
        all
    }
}
