//! Where YAML reads something else than what a person who writes SQL means, and why YAML cannot be read at all.

use granit_parser::ErrorKind;

use super::tree::Style;
use crate::problems::{Problem, yaml as words};
use crate::source::Span;

/// What a piece of SQL leaves open at its end: a quote (`'`, `"` or a back quote) or a bracket.
pub(super) fn unclosed(sql: &str) -> Option<char> {
    let mut quote = None;
    let mut brackets: Vec<char> = Vec::new();
    for character in sql.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '(' | '[') => brackets.push(character),
            (None, ')' | ']') => {
                brackets.pop();
            }
            (None, _) => {}
        }
    }
    quote.or(brackets.last().copied())
}

/// The comment that ends a plain value too early: the value leaves a quote or a bracket open, and `#` follows.
pub(super) fn comment_inside(file: &str, span: Span, style: Style, value: &str) -> Option<Span> {
    if style != Style::Plain {
        return None;
    }
    unclosed(value)?;
    comment_after(file, span)
}

/// The comment on the line behind a value.
fn comment_after(file: &str, span: Span) -> Option<Span> {
    let rest = file.get(span.end as usize..)?.split(['\n', '\r']).next()?;
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let start = span.end as usize + blank;
    rest[blank..].starts_with('#').then(|| Span::new(start, start + rest.trim_end().len() - blank))
}

/// From the start of an expression to where its brackets and quotes are closed, and on to the end of the value.
fn whole_expression(file: &str, start: usize) -> Span {
    let line = file.get(start..).unwrap_or("").split(['\n', '\r']).next().unwrap_or("");
    let mut end = line.len();
    for (offset, character) in line.char_indices() {
        if matches!(character, ',' | '}' | ']') && unclosed(&line[..offset]).is_none() {
            end = offset;
            break;
        }
    }
    Span::new(start, start + line[..end].trim_end().len())
}

/// The problem of a text that is no YAML. `cut` is a value inside `{ }` or `[ ]` that ended in the middle of a bracket
/// or a quote, `open` the bracket that it stands in.
pub(super) fn syntax_error(
    file: &str,
    kind: &ErrorKind,
    place: usize,
    cut: Option<Span>,
    open: Option<Span>,
) -> Problem {
    let place = Place::of(file, place);
    if let Some(cut) = cut {
        let after = &file[cut.end as usize..];
        if after.starts_with(',') {
            let whole = whole_expression(file, cut.start as usize);
            let comma = Span { start: cut.end, end: cut.end + 1 };
            return words::cut_by_comma(comma, whole, None, &file[whole.range()]);
        }
        if let Some(comment) = comment_after(file, cut) {
            return words::cut_by_comment(comment, cut);
        }
    }
    if let Some(comment) =
        place.comment_in_quotes().filter(|_| matches!(kind, ErrorKind::UnclosedFlowCollection { .. }))
    {
        return words::cut_by_comment(comment, Span { end: comment.start, ..place.here });
    }
    if let Some(tab) = place.tab_in_indentation(file, kind) {
        return words::tab(tab);
    }
    let rewrite = place.rewrite();
    match kind {
        ErrorKind::CommentInterceptedScalar => words::cut_by_comment(place.rest(), place.value()),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            words::text_after_quote(place.here, rewrite)
        }
        ErrorKind::MappingValueNotAllowed if place.is_inside_value() => words::colon_in_value(place.here, rewrite),
        ErrorKind::MappingValueNotAllowed => words::key_not_expected(place.here, place.key_without_space(file)),
        ErrorKind::UnexpectedCharacter { character } => words::starts_with(place.here, *character, rewrite),
        ErrorKind::MissingAnchorOrAliasName => words::starts_with(place.here, place.first(), rewrite),
        ErrorKind::MappingKeyNotAllowed => words::starts_with(place.here, '?', rewrite),
        ErrorKind::BlockSequenceEntryNotAllowed => words::starts_with(place.here, '-', rewrite),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => words::bad_escape(bad_escape(file, place.here)),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            words::unclosed_quote(open_quote(file, place.here))
        }
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidColonPlacement => match open {
            Some(open) => words::in_brackets(place.here, open, place.line_start <= open.start as usize),
            None => words::syntax(place.here, &kind.to_string()),
        },
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            words::misplaced_bracket(place.here)
        }
        ErrorKind::UndeclaredTagHandle => words::tag(place.word(), &file[place.word().range()]),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry | ErrorKind::InvalidIndentation => {
            words::indentation(place.here)
        }
        ErrorKind::RecursionLimitExceeded => words::too_deep(place.here),
        other => words::syntax(place.here, &other.to_string()),
    }
}

/// The place of a syntax error and its line.
struct Place<'a> {
    here: Span,
    line: &'a str,
    line_start: usize,
}

impl<'a> Place<'a> {
    fn of(file: &'a str, mut offset: usize) -> Self {
        offset = offset.min(file.len());
        while !file.is_char_boundary(offset) {
            offset -= 1;
        }
        let line_start = file[..offset].rfind('\n').map_or(0, |end| end + 1);
        let line = file[line_start..].split(['\n', '\r']).next().unwrap_or("");
        let width = file[offset..].chars().next().map_or(0, char::len_utf8);
        Self { here: Span::new(offset, offset + width), line, line_start }
    }

    fn column(&self) -> usize {
        (self.here.start as usize - self.line_start).min(self.line.len())
    }

    fn first(&self) -> char {
        self.line[self.column()..].chars().next().unwrap_or(' ')
    }

    /// From here to the end of the line.
    fn rest(&self) -> Span {
        let start = self.here.start as usize;
        Span::new(start, start + self.line[self.column()..].trim_end().len())
    }

    /// From here to the next space.
    fn word(&self) -> Span {
        let start = self.here.start as usize;
        let word = self.line[self.column()..].split([' ', '\t']).next().unwrap_or("");
        Span::new(start, start + word.len())
    }

    /// The line's key (`- ` before it left out) and where its value starts, if it is `key: value`.
    fn key_and_value(&self) -> Option<(&'a str, usize)> {
        let start = self.line.len() - self.line.trim_start_matches([' ', '-']).len();
        let colon = start + self.line[start..].find(": ")?;
        let key = &self.line[start..colon];
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
        let value = self.line.len() - self.line[colon + 1..].trim_start().len();
        is_key.then_some((key, value))
    }

    /// Whether what stands before here cannot be a key.
    fn is_inside_value(&self) -> bool {
        let before = self.line[..self.column()].trim_start_matches([' ', '-']);
        !before.chars().all(|c| c.is_alphanumeric() || c == '_')
    }

    /// A ` #` behind here that stands inside SQL quotes.
    fn comment_in_quotes(&self) -> Option<Span> {
        let rest = &self.line[self.column()..];
        let (hash, _) = rest
            .match_indices(" #")
            .find(|(hash, _)| matches!(unclosed(rest.get(1..*hash).unwrap_or_default()), Some('\'' | '"')))?;
        let start = self.here.start as usize + hash + 1;
        Some(Span::new(start, self.rest().end as usize))
    }

    /// The line before, if it is `key:value` and lacks a space.
    fn key_without_space(&self, file: &str) -> Option<(Span, String)> {
        let before = file[..self.line_start].trim_end();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = before[start..].trim_start_matches([' ', '-']);
        let (key, value) = line.split_once(':')?;
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
        let lacks = is_key && !value.is_empty() && !value.starts_with(' ');
        let colon = before.len() - value.len() - 1;
        lacks.then(|| (Span::new(colon, colon + 1), format!("{key}: {value}")))
    }

    /// The value of the line.
    fn value(&self) -> Span {
        let start = self.key_and_value().map_or(0, |(_, value)| value);
        Span::new(self.line_start + start, self.here.start as usize)
    }

    /// `key: "value"` for the line, if it is a key with a value in one line outside brackets.
    fn rewrite(&self) -> Option<String> {
        let (key, start) = self.key_and_value()?;
        let value = self.line[start..].trim_end();
        let simple = !value.contains(['"', '\\']) && !value.starts_with(['{', '[']) && !value.is_empty();
        simple.then(|| format!("{key}: \"{value}\""))
    }

    fn tab_in_indentation(&self, file: &str, kind: &ErrorKind) -> Option<Span> {
        let indentation = self.line.len() - self.line.trim_start().len();
        let in_line = self.line[..indentation].find('\t').map(|column| self.line_start + column);
        let tab = match kind {
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar => {
                in_line.or_else(|| file[self.line_start..].find('\t').map(|column| self.line_start + column))
            }
            _ => in_line,
        };
        tab.map(|tab| Span::new(tab, tab + 1))
    }
}

/// The escape that YAML does not know in the double-quoted value that starts or goes on here.
fn bad_escape(file: &str, here: Span) -> Span {
    let mut characters = file[here.start as usize..].char_indices();
    while let Some((offset, character)) = characters.next() {
        if character != '\\' {
            continue;
        }
        let start = here.start as usize + offset;
        match characters.next() {
            Some((
                _,
                '0' | 'a' | 'b' | 't' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '/' | '\\' | 'N' | '_' | 'L' | 'P',
            )) => {}
            Some((_, escape)) => return Span::new(start, start + 1 + escape.len_utf8()),
            None => break,
        }
    }
    here
}

/// The quote that starts the value which is still open here.
fn open_quote(file: &str, here: Span) -> Span {
    let starts = [": '", ": \"", "- '", "- \""];
    let before = &file[..here.end as usize];
    let quote = starts.iter().filter_map(|start| before.rfind(start)).max().map_or(here.start as usize, |at| at + 2);
    Span::new(quote, (quote + 1).min(file.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open() {
        assert_eq!(unclosed("coalesce(a, 0)"), None);
        assert_eq!(unclosed("coalesce(a"), Some('('));
        assert_eq!(unclosed("a = 'x (' and b"), None);
        assert_eq!(unclosed("a = 'x"), Some('\''));
        assert_eq!(unclosed("a = 'it''s'"), None);
    }

    #[test]
    fn expressions_end_where_their_brackets_do() {
        let file = "{x: coalesce(a, 'b,c'), y: 1}";
        assert_eq!(&file[whole_expression(file, 4).range()], "coalesce(a, 'b,c')");
    }
}
