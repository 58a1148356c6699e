//! Problems as text for people, with the lines of the file.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt::Write as _;
use std::ops::Range;

use super::{Problem, Problems, Severity};
use crate::source::{SourceFile, Span};

impl Problems {
    /// All problems in the order of the file, each with its lines, carets and help, and a closing line with the
    /// counts; empty if there is none.
    pub fn render(&self, file: &SourceFile, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut out = String::new();
        for problem in self.sorted() {
            out.push_str(&renderer.render(&[group(problem, file)]));
            out.push_str("\n\n");
        }
        if let Some(counts) = self.counts() {
            let _ = writeln!(out, "{counts} in {}", file.name);
        }
        out
    }

    /// All problems in the order of the file, a line each: `file:line:column: error[E0301]: title`.
    pub fn render_short(&self, file: &SourceFile) -> String {
        let mut out = String::new();
        for problem in self.sorted() {
            let (line, column) = file.line_column(problem.primary.span.start);
            let severity = problem.severity.word();
            let _ =
                writeln!(out, "{}:{line}:{column}: {severity}[{}]: {}", file.name, problem.code, flat(&problem.title));
        }
        out
    }

    fn counts(&self) -> Option<String> {
        let count = |number: usize, word: &str| match number {
            0 => None,
            1 => Some(format!("1 {word}")),
            number => Some(format!("{number} {word}s")),
        };
        let errors = count(self.count(Severity::Error), "error");
        let warnings = count(self.count(Severity::Warning), "warning");
        let parts: Vec<String> = [errors, warnings].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

impl Severity {
    /// `warning` or `error`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

fn group<'a>(problem: &'a Problem, file: &'a SourceFile) -> Group<'a> {
    let level = match problem.severity {
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let annotation = |kind: AnnotationKind, span: Span, text: &'a str| {
        let annotation = kind.span(visible(&file.text, span));
        if text.is_empty() { annotation } else { annotation.label(text) }
    };
    let snippet = Snippet::source(&file.text)
        .path(&file.name)
        .annotation(annotation(AnnotationKind::Primary, problem.primary.span, &problem.primary.text))
        .annotations(problem.others.iter().map(|label| annotation(AnnotationKind::Context, label.span, &label.text)));
    let mut group = level.primary_title(&problem.title).id(problem.code).element(snippet);
    for help in &problem.help {
        group = group.element(Level::HELP.message(help));
    }
    group
}

/// A span as the renderer needs it: inside the text, on character boundaries, without trailing line breaks.
fn visible(text: &str, span: Span) -> Range<usize> {
    let floor = |mut offset: usize| {
        offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = floor(span.start as usize);
    let end = floor(span.end as usize).max(start);
    let trimmed = text[start..end].trim_end().len();
    start..start + trimmed
}

/// A title on one line.
fn flat(title: &str) -> String {
    title.replace('\n', " ")
}
