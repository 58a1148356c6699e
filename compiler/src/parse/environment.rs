//! `${env:NAME}` and `${env:NAME:-default}` inside scalars; `$${` stands for `${`.

use std::ops::Range;

use super::offsets::Offsets;
use crate::problems::{Problems, parse as words};
use crate::source::{Span, Text};

/// A text with its environment variables put in. Places inside a value that was put in point at its `${…}`.
pub(super) fn substitute(text: &Text, environment: &dyn Fn(&str) -> Option<String>, problems: &mut Problems) -> Text {
    if !text.value.contains("${") {
        return text.clone();
    }
    let mut out = Output { text, value: String::new(), offsets: Offsets::default() };
    let mut done = 0;
    while let Some(found) = text.value.get(done..).and_then(|rest| rest.find("${")) {
        let start = done + found;
        if text.value[..start].ends_with('$') && start > done {
            out.keep(done..start - 1);
            out.keep(start..start + 2);
            done = start + 2;
            continue;
        }
        out.keep(done..start);
        let Some(length) = text.value[start..].find('}') else {
            problems.push(words::open_substitution(text.at(start..start + 2)));
            done = start;
            break;
        };
        done = start + length + 1;
        let span = text.at(start..done);
        if let Some(value) = value_of(&text.value[start + 2..done - 1], span, environment, problems) {
            out.put(&value, span);
        }
    }
    out.keep(done..text.value.len());
    out.offsets.finish(out.value, text.span)
}

/// The value of what stands between `${` and `}`.
fn value_of(
    inside: &str,
    span: Span,
    environment: &dyn Fn(&str) -> Option<String>,
    problems: &mut Problems,
) -> Option<String> {
    let Some(reference) = inside.strip_prefix("env:") else {
        problems.push(words::unknown_substitution(span, inside));
        return None;
    };
    let (name, default) = match reference.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (reference, None),
    };
    let good = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !good {
        problems.push(words::unknown_substitution(span, inside));
        return None;
    }
    let value = environment(name).or_else(|| default.map(str::to_string));
    if value.is_none() {
        problems.push(words::unset_variable(span, name));
    }
    value
}

/// The new value with its offset map.
struct Output<'a> {
    text: &'a Text,
    value: String,
    offsets: Offsets,
}

impl Output<'_> {
    /// Takes over a part of the old value.
    fn keep(&mut self, range: Range<usize>) {
        let part = self.text.value.get(range.clone()).unwrap_or("");
        for (offset, _) in part.char_indices() {
            let place = self.text.at(range.start + offset..range.start + offset).start;
            self.offsets.push(self.value.len() + offset, place as usize);
        }
        self.value.push_str(part);
    }

    /// Puts in a value in place of what stands at `span`.
    fn put(&mut self, value: &str, span: Span) {
        for (offset, _) in value.char_indices() {
            self.offsets.push(self.value.len() + offset, span.start as usize);
        }
        self.value.push_str(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn check(written: &str, expected: &str, codes: &[&str]) -> Text {
        let mut problems = Problems::default();
        let text = Text::plain(written, Span::new(0, written.len()));
        let environment = |name: &str| (name == "DIR").then(|| "/data".to_string());
        let text = substitute(&text, &environment, &mut problems);
        assert_eq!(text.value, expected);
        let found: Vec<&str> = problems.sorted().iter().map(|problem| problem.code).collect();
        assert_eq!(found, codes, "{written}");
        text
    }

    #[test]
    fn variables_are_put_in() {
        check("${env:DIR}/a.csv", "/data/a.csv", &[]);
        check("${env:OTHER:-here}/${env:DIR:-there}", "here//data", &[]);
        check("${env:OTHER:-}", "", &[]);
        check("$${env:DIR} costs 5$ or $x", "${env:DIR} costs 5$ or $x", &[]);
        check("$$${env:DIR}", "$${env:DIR}", &[]);
    }

    #[test]
    fn mistakes_are_problems() {
        check("${env:OTHER}/a", "/a", &["E0119"]);
        check("${DIR}", "", &["E0120"]);
        check("${env:}", "", &["E0120"]);
        check("a ${env:DIR", "a ${env:DIR", &["E0120"]);
    }

    #[test]
    fn places_survive() {
        let written = "${env:DIR} + bb";
        let text = check(written, "/data + bb", &[]);
        let file = SourceFile { name: String::new(), text: written.to_string() };
        assert_eq!(&file.text[text.at(8..10).range()], "bb");
        assert_eq!(text.at(0..5).start, 0);
    }
}
