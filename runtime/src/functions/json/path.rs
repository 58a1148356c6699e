//! JSON paths such as `$.a.b[0]`, `$['a b']`, `$.list[*]`, `$..name`, `$.list[0:2]`, `$.list.length()`. `lax` or `strict` may stand
//! in front; strict is the default.

use std::fmt;

use bumpalo::collections::String as Text;

use super::scan::{self, Node};
use super::write;
use crate::scope::Scope;

/// A prepared path.
#[derive(Debug, Clone)]
pub struct Path {
    written: Box<str>,
    lax: bool,
    /// None if the path is malformed.
    steps: Option<Box<[Step]>>,
}

#[derive(Debug, Clone)]
enum Step {
    /// `.a`, `['a']`
    Member(Box<str>),
    /// `['a','b']`
    Members(Box<[Box<str>]>),
    /// `[0]`, `[-1]`
    Index(i64),
    /// `[0,1]`
    Indexes(Box<[i64]>),
    /// `[1:3]`
    Slice(Option<i64>, Option<i64>),
    /// `.*`, `[*]`
    All,
    /// `..`: what follows is looked for at any depth.
    Deep,
    /// `.length()`, `.size()`
    Length,
}

/// A strict path leads nowhere, or a path is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPath;

/// What a path leads to.
pub enum Found<'a> {
    /// Nothing, in a lax path.
    Nothing,
    /// A value.
    One(Node<'a>),
    /// The values of a path that may lead to many; [`Path::write_all`] writes them.
    Many,
    /// The length of an array or object.
    Number(usize),
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Path {
    /// Prepares a path.
    pub fn new(written: &str) -> Self {
        let (lax, path) = mode(written);
        Self { written: written.into(), lax, steps: parse(path).map(Vec::into_boxed_slice) }
    }

    /// Whether the path is lax.
    pub fn is_lax(&self) -> bool {
        self.lax
    }

    /// Follows the path; an error of a strict path, and a malformed path, is `Err`.
    pub fn follow<'a>(&self, text: &'a str) -> Result<Found<'a>, NoPath> {
        let missing = || if self.lax { Ok(Found::Nothing) } else { Err(NoPath) };
        let Some(document) = scan::document(text) else { return missing() };
        let Some(steps) = &self.steps else { return Err(NoPath) };
        if document.is_null() && steps.is_empty() {
            return Err(NoPath);
        }
        let mut node = document;
        for step in steps {
            if step.leads_to_many() {
                return Ok(Found::Many);
            }
            let next = match step {
                Step::Member(key) if node.is_object() => node.member(key),
                Step::Index(index) if node.is_array() => element(node, *index),
                Step::Length if node.is_array() => return Ok(Found::Number(node.elements().count())),
                Step::Length if node.is_object() => return Ok(Found::Number(node.members().count())),
                Step::Members(_) | Step::Indexes(_) | Step::Slice(..) | Step::All | Step::Deep => None,
                Step::Member(_) | Step::Index(_) | Step::Length => None,
            };
            match next {
                Some(next) => node = next,
                None => return missing(),
            }
        }
        Ok(Found::One(node))
    }

    /// Writes the array of all values that the path leads to.
    pub fn write_all(&self, scope: &Scope<'_>, text: &str, out: &mut Text<'_>) {
        out.push('[');
        let mut first = true;
        if let (Some(document), Some(steps)) = (scan::document(text), &self.steps) {
            each(document, steps, &mut |node| {
                if !first {
                    out.push(',');
                }
                first = false;
                write::node(scope, node, out);
            });
        }
        out.push(']');
    }
}

impl Step {
    fn leads_to_many(&self) -> bool {
        match self {
            Self::Members(_) | Self::Indexes(_) | Self::Slice(..) | Self::All | Self::Deep => true,
            Self::Member(_) | Self::Index(_) | Self::Length => false,
        }
    }
}

/// An element by its index, a negative one from the end.
fn element(array: Node<'_>, index: i64) -> Option<Node<'_>> {
    let index = match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => array.elements().count().checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
    };
    array.elements().nth(index)
}

/// Visits every value that the steps lead to.
fn each<'a>(node: Node<'a>, steps: &[Step], visit: &mut dyn FnMut(Node<'a>)) {
    let Some((step, rest)) = steps.split_first() else { return visit(node) };
    match step {
        Step::Member(key) => {
            if let Some(value) = node.member(key) {
                each(value, rest, visit);
            }
        }
        Step::Members(keys) => {
            for value in keys.iter().filter_map(|key| node.member(key)) {
                each(value, rest, visit);
            }
        }
        Step::Index(index) => {
            if let Some(value) = element(node, *index) {
                each(value, rest, visit);
            }
        }
        Step::Indexes(indexes) => {
            for value in indexes.iter().filter_map(|index| element(node, *index)) {
                each(value, rest, visit);
            }
        }
        Step::Slice(from, to) => {
            let count = i64::try_from(node.elements().count()).unwrap_or(i64::MAX);
            let place = |at: i64| if at < 0 { at + count } else { at };
            let range = place(from.unwrap_or(0)).max(0)..place(to.unwrap_or(count)).min(count);
            for value in range.filter_map(|at| element(node, at)) {
                each(value, rest, visit);
            }
        }
        Step::All => {
            node.elements().for_each(|value| each(value, rest, visit));
            node.members().for_each(|(_, value)| each(value, rest, visit));
        }
        Step::Deep => {
            each(node, rest, visit);
            node.elements().for_each(|value| each(value, steps, visit));
            node.members().for_each(|(_, value)| each(value, steps, visit));
        }
        Step::Length => {}
    }
}

/// `lax` or `strict` in front of a path.
fn mode(written: &str) -> (bool, &str) {
    let trimmed = written.trim_start();
    for (word, lax) in [("lax", true), ("strict", false)] {
        if let Some((mode, path)) = trimmed.split_at_checked(word.len())
            && mode.eq_ignore_ascii_case(word)
            && path.starts_with(char::is_whitespace)
            && !path.trim_start().is_empty()
        {
            return (lax, path.trim_start());
        }
    }
    (false, written)
}

fn parse(path: &str) -> Option<Vec<Step>> {
    let path = path.trim();
    if path.is_empty() {
        return None;
    }
    let dotted;
    let mut rest = match path.strip_prefix('$') {
        Some(rest) => rest,
        None => {
            dotted = format!(".{path}");
            &dotted
        }
    };
    let mut steps = Vec::new();
    // A bracket that opens at the very end is passed over, as Flink's library does.
    while !rest.is_empty() && rest != "[" {
        rest = if let Some(after) = rest.strip_prefix("..") {
            steps.push(Step::Deep);
            if after.starts_with('[') { bracket(after, &mut steps)? } else { name(after, &mut steps)? }
        } else if let Some(after) = rest.strip_prefix('.') {
            if after.starts_with('[') { bracket(after, &mut steps)? } else { name(after, &mut steps)? }
        } else {
            bracket(rest, &mut steps)?
        };
    }
    Some(steps)
}

/// Behind a point.
fn name<'a>(text: &'a str, steps: &mut Vec<Step>) -> Option<&'a str> {
    let end = text.find(['.', '[', '(']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    if name.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    if let Some(rest) = rest.strip_prefix('(') {
        let rest = rest.trim_start().strip_prefix(')')?;
        if !matches!(name, "length" | "size") || !rest.is_empty() {
            return None;
        }
        steps.push(Step::Length);
        return Some(rest);
    }
    steps.push(if name == "*" { Step::All } else { Step::Member(name.into()) });
    Some(rest)
}

/// `[…]`
fn bracket<'a>(text: &'a str, steps: &mut Vec<Step>) -> Option<&'a str> {
    let inner = text.strip_prefix('[')?.trim_start();
    if inner.starts_with(['\'', '"']) {
        return keys(inner, steps);
    }
    let (inner, rest) = inner.split_once(']')?;
    let inner = inner.trim();
    if inner == "*" {
        steps.push(Step::All);
    } else if let Some((from, to)) = inner.split_once(':') {
        let bound = |text: &str| match text.trim() {
            "" => Some(None),
            number => number.parse().ok().map(Some),
        };
        steps.push(Step::Slice(bound(from)?, bound(to)?));
    } else {
        let indexes: Option<Vec<i64>> = inner.split(',').map(|index| index.trim().parse().ok()).collect();
        let indexes = indexes?;
        steps.push(match indexes.as_slice() {
            [index] => Step::Index(*index),
            _ => Step::Indexes(indexes.into_boxed_slice()),
        });
    }
    Some(rest)
}

/// `'a','b']`
fn keys<'a>(mut text: &'a str, steps: &mut Vec<Step>) -> Option<&'a str> {
    let mut keys: Vec<Box<str>> = Vec::new();
    loop {
        let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut key = String::new();
        let mut characters = text.get(1..)?.chars();
        loop {
            match characters.next()? {
                '\\' => key.push(characters.next()?),
                end if end == quote => break,
                other => key.push(other),
            }
        }
        keys.push(key.into_boxed_str());
        let rest = characters.as_str().trim_start();
        match rest.strip_prefix(',') {
            Some(more) => text = more.trim_start(),
            None => {
                let rest = rest.strip_prefix(']')?;
                let step = match <[Box<str>; 1]>::try_from(keys) {
                    Ok([key]) => Step::Member(key),
                    Err(keys) => Step::Members(keys.into_boxed_slice()),
                };
                steps.push(step);
                return Some(rest);
            }
        }
    }
}
