//! From the text to a tree of YAML nodes, each with its place; one pass over the events of the YAML parser.
//!
//! Syntax errors, several documents, tags, anchors, duplicate keys and values that YAML cuts at a comma are reported
//! here, so that the passes over the tree only see what a person meant.

use granit_parser::{Event, Parser, ScanError, StrInput, StructureStyle};
use std::collections::HashMap;

use super::hazard;
use super::offsets;
use crate::problems::{Problem, Problems, yaml as words};
use crate::source::{SourceFile, Span, Text};

/// Maps and lists may stand this deep in each other; a pipeline needs seven.
const DEEPEST: usize = 64;

/// A YAML node.
#[derive(Debug)]
pub(super) struct Node {
    /// The scalar with its quotes, the map or list from its first to its last item or bracket.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Kind {
    /// One value.
    Scalar(Scalar),
    /// Keys and values in the order of the file, no key twice.
    Map(Vec<Entry>),
    /// Items.
    List(Vec<Node>),
    /// Something that was reported already.
    Broken,
}

/// A scalar value.
#[derive(Debug)]
pub(super) struct Scalar {
    /// The value after YAML's unescaping.
    pub text: Text,
    /// How it is written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// Below `|` or `>`.
    Block,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Entry {
    /// The key.
    pub key: Text,
    /// The value; a plain, empty scalar if there is none.
    pub value: Node,
}

/// The tree of a file; none if there is no tree to go on with, which was then reported.
pub(super) fn tree(file: &SourceFile, problems: &mut Problems) -> Option<Node> {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    let parser = Parser::new_from_str_with_options(&file.text, options);
    let mut builder = Builder { file, problems, parser, collections: Vec::new(), cut: None };
    match builder.document() {
        Ok(node) => node,
        Err(error) => {
            let problem = builder.syntax_error(&error);
            builder.problems.push(problem);
            None
        }
    }
}

struct Builder<'a> {
    file: &'a SourceFile,
    problems: &'a mut Problems,
    parser: Parser<'a, StrInput<'a>>,
    /// The open maps and lists: how each is written, and where it starts.
    collections: Vec<(StructureStyle, Span)>,
    /// The last value inside `{ }` or `[ ]` that ends in the middle of a bracket or a quote.
    cut: Option<Span>,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, granit_parser::Span)>, ScanError> {
        self.parser.next_event().transpose()
    }

    fn document(&mut self) -> Result<Option<Node>, ScanError> {
        let mut root = None;
        while let Some((event, place)) = self.next()? {
            match event {
                Event::DocumentStart(..) if root.is_some() => {
                    self.problems.push(words::several_documents(span(&place)));
                    return Ok(root);
                }
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, &place)?),
            }
        }
        let root = root.filter(|node| !node.is_empty());
        if root.is_none() {
            self.problems.push(words::empty_file());
        }
        Ok(root)
    }

    /// The node that an event starts.
    fn node(&mut self, event: Event<'a>, place: &granit_parser::Span) -> Result<Node, ScanError> {
        if let Some(tag) = place.tag_span() {
            self.problems.push(words::tag(span(&tag), self.slice(span(&tag))));
            if place.start == place.end && event.scalar().is_some() {
                return Ok(Node { span: span(&tag), kind: Kind::Broken });
            }
        }
        if event.anchor_id().is_some_and(|id| id > 0) && !event.is_alias() {
            let anchor = self.anchor_before(span(place));
            self.problems.push(words::anchor(anchor, self.slice(anchor)));
        }
        match event {
            Event::Scalar(value, style, ..) => Ok(self.scalar(&value, style, span(place))),
            Event::SequenceStart(style, ..) => self.list(style, span(place)),
            Event::MappingStart(style, ..) => self.map(style, span(place)),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.problems.push(words::alias(span(place), self.slice(span(place))));
                Ok(Node { span: span(place), kind: Kind::Broken })
            }
            _ => Ok(Node { span: span(place), kind: Kind::Broken }),
        }
    }

    fn scalar(&mut self, value: &str, style: granit_parser::ScalarStyle, span: Span) -> Node {
        let style = match style {
            granit_parser::ScalarStyle::Plain => Style::Plain,
            granit_parser::ScalarStyle::SingleQuoted => Style::Single,
            granit_parser::ScalarStyle::DoubleQuoted => Style::Double,
            granit_parser::ScalarStyle::Literal | granit_parser::ScalarStyle::Folded => Style::Block,
        };
        // The parser's value of a missing node is `~` without a place.
        let value = if span.start == span.end { "" } else { value };
        let text = offsets::text(&self.file.text, value, span, style);
        let span = text.span;
        if self.open_bracket().is_some() && style == Style::Plain && hazard::unclosed(&text.value).is_some() {
            self.cut = Some(span);
        }
        Node { span, kind: Kind::Scalar(Scalar { text, style }) }
    }

    fn list(&mut self, style: StructureStyle, start: Span) -> Result<Node, ScanError> {
        self.collections.push((style, start));
        let mut items = Vec::new();
        let mut end = start;
        while let Some((event, place)) = self.next()? {
            if event == Event::SequenceEnd {
                end = span(&place);
                break;
            }
            items.push(self.node(event, &place)?);
        }
        self.collections.pop();
        if style == StructureStyle::Flow {
            self.join_items(&mut items);
        }
        let span = enclosing(style, start, end, items.first().map(|i| i.span), items.last().map(|i| i.span));
        Ok(Node { span, kind: Kind::List(items) })
    }

    fn map(&mut self, style: StructureStyle, start: Span) -> Result<Node, ScanError> {
        self.collections.push((style, start));
        let mut entries: Vec<Entry> = Vec::new();
        let mut end = start;
        while let Some((event, place)) = self.next()? {
            if event == Event::MappingEnd {
                end = span(&place);
                break;
            }
            let key = self.node(event, &place)?;
            let Some((event, place)) = self.next()? else { break };
            let value = self.node(event, &place)?;
            match key.kind {
                Kind::Scalar(scalar) if scalar.text.value == "<<" && scalar.style == Style::Plain => {
                    self.problems.push(words::merge_key(key.span));
                }
                Kind::Scalar(scalar) => entries.push(Entry { key: scalar.text, value }),
                Kind::Map(_) | Kind::List(_) => self.problems.push(words::key_not_text(key.span)),
                Kind::Broken => {}
            }
        }
        self.collections.pop();
        if style == StructureStyle::Flow {
            self.join_entries(&mut entries);
        }
        self.drop_duplicates(&mut entries);
        let last = entries.last().map(|entry| entry.key.span.to(entry.value.span));
        let span = enclosing(style, start, end, entries.first().map(|entry| entry.key.span), last);
        Ok(Node { span, kind: Kind::Map(entries) })
    }

    fn drop_duplicates(&mut self, entries: &mut Vec<Entry>) {
        let mut first: HashMap<String, Span> = HashMap::new();
        entries.retain(|entry| {
            let before = first.get(&entry.key.value).copied();
            match before {
                Some(before) => self.problems.push(words::duplicate_key(&entry.key, before)),
                None => drop(first.insert(entry.key.value.clone(), entry.key.span)),
            }
            before.is_none()
        });
    }

    /// `[substring(a, 1), b]`: YAML reads three items. Puts the pieces together and reports them.
    fn join_items(&mut self, items: &mut Vec<Node>) {
        let mut index = 0;
        while index < items.len() {
            let mut pieces = 1;
            if let Some(mut joined) = items[index].plain().map(str::to_string) {
                while hazard::unclosed(&joined).is_some() {
                    let Some(next) = items.get(index + pieces).and_then(Node::plain) else { break };
                    joined = format!("{joined}, {next}");
                    pieces += 1;
                }
            }
            if pieces > 1 {
                let (start, end) = (items[index].span, items[index + pieces - 1].span);
                self.report_cut(start, end, None);
                items[index] = Node { span: start.to(end), kind: Kind::Broken };
                items.drain(index + 1..index + pieces);
            }
            index += 1;
        }
    }

    /// `{a: coalesce(b, 0), c: d}`: YAML reads a key `0)` without a value. Puts the pieces together and reports them.
    fn join_entries(&mut self, entries: &mut Vec<Entry>) {
        let mut index = 0;
        while index < entries.len() {
            let mut pieces = 1;
            if let Some(mut joined) = entries[index].value.plain().map(str::to_string) {
                while hazard::unclosed(&joined).is_some() {
                    let Some(next) = entries.get(index + pieces).filter(|entry| entry.value.is_empty()) else { break };
                    joined = format!("{joined}, {}", next.key.value);
                    pieces += 1;
                }
            }
            if pieces > 1 {
                let (start, end) = (entries[index].value.span, entries[index + pieces - 1].key.span);
                self.report_cut(start, end, Some(&entries[index].key.value));
                entries[index].value = Node { span: start.to(end), kind: Kind::Broken };
                entries.drain(index + 1..index + pieces);
            }
            index += 1;
        }
    }

    fn report_cut(&mut self, start: Span, end: Span, key: Option<&str>) {
        let whole = start.to(end);
        let comma = Span { start: start.end, end: start.end + 1 };
        self.problems.push(words::cut_by_comma(comma, whole, key, self.slice(whole)));
    }

    fn syntax_error(&self, error: &ScanError) -> Problem {
        let place = error.marker().byte_offset().unwrap_or(self.file.text.len());
        let open = self.open_bracket();
        hazard::syntax_error(&self.file.text, error.kind(), place, self.cut.filter(|_| open.is_some()), open)
    }

    /// The `{` or `[` that the next event stands in.
    fn open_bracket(&self) -> Option<Span> {
        match self.collections.last() {
            Some((StructureStyle::Flow, start)) => Some(*start),
            Some((StructureStyle::Block, _)) | None => None,
        }
    }

    fn slice(&self, span: Span) -> &'a str {
        self.file.text.get(span.range()).unwrap_or("")
    }

    /// The `&name` before a node.
    fn anchor_before(&self, node: Span) -> Span {
        let before = self.file.text.get(..node.start as usize).unwrap_or("");
        let Some(start) = before.rfind('&') else { return node };
        let length = before[start..].find(char::is_whitespace).unwrap_or(before.len() - start);
        Span::new(start, start + length)
    }
}

impl Node {
    /// Whether it is a scalar without text, such as the value of `key:`.
    pub fn is_empty(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.style == Style::Plain && scalar.text.value.is_empty())
    }

    /// The text of a plain scalar.
    fn plain(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.style == Style::Plain => Some(&scalar.text.value),
            Kind::Scalar(_) | Kind::Map(_) | Kind::List(_) | Kind::Broken => None,
        }
    }
}

/// From bracket to bracket, or from the first to the last item of a block.
fn enclosing(style: StructureStyle, start: Span, end: Span, first: Option<Span>, last: Option<Span>) -> Span {
    match (style, first, last) {
        (StructureStyle::Block, Some(first), Some(last)) => first.to(last),
        // `[a: b]` holds a map without brackets of its own.
        (StructureStyle::Flow, Some(first), Some(last)) if start.start == start.end => first.to(last),
        _ => start.to(end),
    }
}

fn span(place: &granit_parser::Span) -> Span {
    let range = place.byte_range().unwrap_or(0..0);
    Span::new(range.start, range.end.max(range.start))
}
