//! What is wrong with a pipeline: problems with a code, places, and help.
//!
//! A pass pushes problems and goes on as far as it can; the words stand in one module per pass beside this one
//! (`problems/parse.rs`, `problems/resolve.rs`, …), never at the call site.

pub mod expression;
pub mod parse;
pub mod plan;
mod render;
pub mod resolve;
pub mod suggest;
pub mod types;
pub mod yaml;

use std::cell::Cell;

use crate::source::Span;

/// Everything found so far. Whoever makes it must show it: in a debug build, dropping problems that nobody has read
/// ([`Problems::sorted`], [`Problems::render`]) panics.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    read: Cell<bool>,
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

impl Problems {
    /// Reports a problem.
    pub fn push(&mut self, problem: Problem) {
        self.read.set(false);
        self.list.push(problem);
    }

    /// Whether a fence must stop the compilation here.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All problems in the order of the file.
    pub fn sorted(&self) -> Vec<&Problem> {
        self.read.set(true);
        let mut all: Vec<&Problem> = self.list.iter().collect();
        all.sort_by_key(|problem| (problem.primary.span.start, problem.primary.span.end, problem.code));
        all
    }

    /// How many problems are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|problem| problem.severity == severity).count()
    }
}

impl Drop for Problems {
    fn drop(&mut self) {
        if cfg!(debug_assertions) && !self.read.get() && !self.list.is_empty() && !std::thread::panicking() {
            let codes: Vec<&str> = self.list.iter().map(|problem| problem.code).collect();
            panic!("problems were dropped unread: {}", codes.join(", "));
        }
    }
}

impl Problem {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, title: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, span, title.into())
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, title: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, span, title.into())
    }

    fn new(code: &'static str, severity: Severity, span: Span, title: String) -> Self {
        let primary = Label { span, text: String::new() };
        Self { code, severity, title, primary, others: Vec::new(), help: Vec::new() }
    }

    /// Says something at the place itself.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points at another place.
    pub fn other(mut self, span: Span, text: impl Into<String>) -> Self {
        self.others.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}
