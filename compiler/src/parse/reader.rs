//! Reads nodes as what the language expects at their place, and reports the ones that are something else.

use super::tree::{Entry, Kind, Node, Scalar, Style};
use super::{duration, environment, hazard};
use crate::problems::{Problems, parse as words, yaml};
use crate::source::{SourceFile, Span, Spanned, Text};

/// What the functions of this pass share.
pub(super) struct Reader<'a> {
    /// The file.
    pub file: &'a SourceFile,
    /// Where problems go.
    pub problems: &'a mut Problems,
    /// Values of environment variables.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

/// A key and what it belongs to, for messages: `where` of the view `hourly`. An item of a list has no key.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    /// The key.
    pub key: &'a str,
    /// Such as "the view `hourly`".
    pub owner: &'a str,
}

/// The entries of a map that has a fixed set of keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'n> {
    entries: &'n [Entry],
    /// The map.
    pub span: Span,
}

impl<'n> Fields<'n> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|entry| entry.key.value == key).map(|entry| &entry.value)
    }
}

impl std::fmt::Display for At<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.key {
            "" => f.write_str(self.owner),
            key => write!(f, "`{key}` of {}", self.owner),
        }
    }
}

impl Reader<'_> {
    /// The entries of a map that is not empty.
    pub fn map<'n>(&mut self, node: &'n Node, at: At<'_>) -> Option<&'n [Entry]> {
        match &node.kind {
            Kind::Map(entries) if entries.is_empty() => self.report(words::empty_section(node.span, at, "{ }")),
            Kind::Map(entries) => Some(entries),
            Kind::List(_) => self.report(words::wrong_kind(node.span, at, "a map", "a list")),
            Kind::Scalar(_) if node.is_empty() => self.report(words::empty_section(node.span, at, "nothing")),
            Kind::Scalar(_) => self.report(words::wrong_kind(node.span, at, "a map", "text")),
            Kind::Broken => None,
        }
    }

    /// The items of a list that may be empty.
    pub fn list<'n>(&mut self, node: &'n Node, at: At<'_>) -> Option<&'n [Node]> {
        match &node.kind {
            Kind::List(items) => Some(items),
            Kind::Map(_) => self.report(words::wrong_kind(node.span, at, "a list", "a map")),
            Kind::Scalar(_) if node.is_empty() => self.report(words::empty_section(node.span, at, "nothing")),
            Kind::Scalar(_) => self.report(words::wrong_kind(node.span, at, "a list", "text")),
            Kind::Broken => None,
        }
    }

    /// A map with a fixed set of keys; others are reported. `what` is what the map describes.
    pub fn fields<'n>(&mut self, node: &'n Node, at: At<'_>, what: &str, keys: &[&str]) -> Option<Fields<'n>> {
        let entries = self.map(node, at)?;
        for entry in entries.iter().filter(|entry| !keys.contains(&entry.key.value.as_str())) {
            self.problems.push(words::unknown_key(&entry.key, what, keys));
        }
        Some(Fields { entries, span: node.span })
    }

    /// The value of a key that must be there.
    pub fn required<'n>(&mut self, fields: Fields<'n>, at: At<'_>, place: Span) -> Option<&'n Node> {
        let node = fields.get(at.key);
        if node.is_none() {
            self.problems.push(words::missing_key(place, at.key, at.owner));
        }
        node
    }

    /// An SQL expression, or another text that SQL's rules hold for, such as a type.
    pub fn sql(&mut self, node: &Node, at: At<'_>) -> Option<Text> {
        let scalar = self.scalar(node, at, "SQL text")?;
        if let Some(comment) = hazard::comment_inside(&self.file.text, node.span, scalar.style, &scalar.text.value) {
            return self.report(yaml::cut_by_comment(comment, node.span));
        }
        if scalar.text.value.trim().is_empty() || (scalar.style == Style::Plain && scalar.text.value == "~") {
            return self.report(words::no_value(node.span, at));
        }
        Some(self.substitute(&scalar.text))
    }

    /// A text that SQL has no part in; may be empty if that is said with quotes.
    pub fn text(&mut self, node: &Node, at: At<'_>) -> Option<Text> {
        let scalar = self.scalar(node, at, "text")?;
        if scalar.style == Style::Plain {
            let value = scalar.text.value.as_str();
            if matches!(value, "" | "~" | "null" | "Null" | "NULL") {
                return self.report(words::no_value(node.span, at));
            }
            let lower = value.to_ascii_lowercase();
            if matches!(lower.as_str(), "yes" | "no" | "on" | "off" | "true" | "false") {
                return self.report(words::reads_as_boolean(node.span, at, value));
            }
        }
        Some(self.substitute(&scalar.text))
    }

    /// A text that is not empty.
    pub fn some_text(&mut self, node: &Node, at: At<'_>) -> Option<Text> {
        let text = self.text(node, at)?;
        if text.value.trim().is_empty() {
            return self.report(words::no_value(node.span, at));
        }
        Some(text)
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, node: &Node, at: At<'_>, choices: &[(&str, T)]) -> Option<Spanned<T>> {
        let scalar = self.scalar(node, at, "text")?;
        let text = self.substitute(&scalar.text);
        let found = choices.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.problems.push(words::not_one_of(node.span, at, &text.value, &words));
        }
        found.map(|(_, value)| Spanned { value: *value, span: node.span })
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, node: &Node, at: At<'_>) -> Option<Spanned<bool>> {
        let scalar = self.scalar(node, at, "true or false")?;
        let text = self.substitute(&scalar.text);
        match serde_yaml::from_str(&text.value) {
            Ok(value) => Some(Spanned { value, span: node.span }),
            Err(_) => self.report(words::not_one_of(node.span, at, &text.value, &["true", "false"])),
        }
    }

    /// A whole number of at least one.
    pub fn number(&mut self, node: &Node, at: At<'_>) -> Option<Spanned<u64>> {
        let scalar = self.scalar(node, at, "a number")?;
        let text = self.substitute(&scalar.text);
        match serde_yaml::from_str(&text.value) {
            Ok(value) if value > 0 => Some(Spanned { value, span: node.span }),
            Ok(_) | Err(_) => self.report(words::not_a_number(node.span, at, &text.value)),
        }
    }

    /// A duration in milliseconds.
    pub fn duration(&mut self, node: &Node, at: At<'_>) -> Option<Spanned<u64>> {
        let scalar = self.scalar(node, at, "a duration")?;
        let text = self.substitute(&scalar.text);
        match duration::milliseconds(&text.value) {
            Some(value) => Some(Spanned { value, span: node.span }),
            None => self.report(words::not_a_duration(node.span, at, &text.value)),
        }
    }

    /// A scalar of any kind.
    pub fn scalar<'n>(&mut self, node: &'n Node, at: At<'_>, expected: &str) -> Option<&'n Scalar> {
        match &node.kind {
            Kind::Scalar(_) if node.is_empty() => self.report(words::no_value(node.span, at)),
            Kind::Scalar(scalar) => Some(scalar),
            Kind::Map(entries) => {
                let colon = entries.first().filter(|_| expected == "SQL text").map(|entry| entry.key.value.as_str());
                self.report(words::map_instead_of_text(node.span, at, expected, colon))
            }
            Kind::List(_) => self.report(words::wrong_kind(node.span, at, expected, "a list")),
            Kind::Broken => None,
        }
    }

    /// The text with its environment variables put in.
    pub fn substitute(&mut self, text: &Text) -> Text {
        environment::substitute(text, self.environment, self.problems)
    }

    /// Reports a problem in place of a value.
    pub fn report<T>(&mut self, problem: crate::problems::Problem) -> Option<T> {
        self.problems.push(problem);
        None
    }
}
