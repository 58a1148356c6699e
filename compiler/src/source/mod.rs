//! The text of a pipeline file and places in it.

mod decode;

use std::ops::Range;
use std::rc::Rc;

/// A pipeline file: what it is called in messages, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The name as the user gave it, for messages and for generated doc comments.
    pub name: String,
    /// The whole text, UTF-8.
    pub text: String,
}

/// A stretch of the pipeline file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The span as a range of `usize`.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl SourceFile {
    /// Line and column (both from 1, the column in characters) of a byte offset.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let before = self.text.get(..offset as usize).unwrap_or(&self.text);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

/// A scalar of the file: its value after YAML's unescaping, and where each byte of it stands.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// The value.
    pub value: String,
    /// The scalar in the file, quotes included.
    pub span: Span,
    /// Where stretches of the value start in the file, ascending by `.0` (offset in the value);
    /// empty means that the value stands in the file unchanged at `span.start`.
    pub map: Rc<[(u32, u32)]>,
}

impl Text {
    /// A text that stands in the file unchanged.
    pub fn plain(value: impl Into<String>, span: Span) -> Self {
        Self { value: value.into(), span, map: Rc::new([]) }
    }

    /// Whether it stands in YAML's quotes.
    pub fn is_quoted(&self) -> bool {
        let length = (self.span.end - self.span.start) as usize;
        self.map.first().is_some_and(|(_, place)| *place == self.span.start + 1) && length >= self.value.len() + 2
    }

    /// Where the bytes `range` of the value stand in the file.
    pub fn at(&self, range: Range<usize>) -> Span {
        let place = |offset: usize| -> usize {
            let behind = self.map.partition_point(|(from, _)| *from as usize <= offset);
            match behind.checked_sub(1).and_then(|stretch| self.map.get(stretch)) {
                Some((from, to)) => *to as usize + (offset - *from as usize),
                None => self.span.start as usize + offset,
            }
        };
        let start = place(range.start);
        // The end belongs to the stretch of the last byte, so that it never jumps over a line break.
        let end = if range.end > range.start { place(range.end - 1) + 1 } else { start };
        Span::new(start, end.max(start))
    }
}

/// A value with its place in the file.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}
