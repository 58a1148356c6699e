//! Where each byte of a scalar's value stands in the file.

use super::tree::Style;
use crate::source::{Span, Text};

/// The text of a scalar with its offset map. `span` is the scalar as the YAML parser gives it; the text's span leaves
/// out the line breaks after a block.
pub(super) fn text(file: &str, value: &str, span: Span, style: Style) -> Text {
    let raw = file.get(span.range()).unwrap_or("");
    let raw = if style == Style::Block { raw.trim_end() } else { raw };
    let start = span.start as usize;
    let span = Span::new(start, start + raw.len());
    let value = if style == Style::Block { value.trim_end() } else { value };
    let mut offsets = Offsets::default();
    let mut walk = Walk { raw, place: 0, after_break: false };
    if matches!(style, Style::Single | Style::Double) {
        walk.place = 1;
    }
    for (offset, character) in value.char_indices() {
        let place = match style {
            Style::Double => walk.double(character),
            Style::Single => walk.single(character),
            Style::Plain | Style::Block => walk.verbatim(character),
        };
        offsets.push(offset, start + place);
    }
    offsets.finish(value.to_string(), span)
}

/// Collects the stretches of a [`Text`]'s map.
#[derive(Debug, Default)]
pub(super) struct Offsets {
    map: Vec<(u32, u32)>,
    /// Place in the file minus offset in the value, of the last stretch.
    distance: Option<i64>,
}

impl Offsets {
    /// The character at `offset` of the value stands at `place`.
    pub fn push(&mut self, offset: usize, place: usize) {
        let distance = place as i64 - offset as i64;
        if self.distance != Some(distance) {
            self.map.push((offset as u32, place as u32));
            self.distance = Some(distance);
        }
    }

    /// The text; a single stretch that starts with the span needs no map.
    pub fn finish(self, value: String, span: Span) -> Text {
        let unchanged =
            matches!(self.map.as_slice(), [] | [(0, _)]) && self.map.iter().all(|(_, to)| *to == span.start);
        let map = if unchanged { Vec::new() } else { self.map };
        Text { value, span, map: map.into() }
    }
}

/// Walks through a scalar as written, character by character of its value.
struct Walk<'a> {
    raw: &'a str,
    place: usize,
    /// Whether the last character was a line break.
    after_break: bool,
}

impl Walk<'_> {
    fn rest(&self) -> &str {
        self.raw.get(self.place..).unwrap_or("")
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_while(&mut self, skip: impl Fn(char) -> bool) {
        while let Some(next) = self.next().filter(|next| skip(*next)) {
            self.place += next.len_utf8();
        }
    }

    /// Takes a character that stands in the file as it is, apart from indentation and folded lines before it.
    fn verbatim(&mut self, wanted: char) -> usize {
        if wanted.is_whitespace() && self.next() != Some(wanted) {
            // A line break folded to a space, or `\r\n` read as `\n`; the next character finds its own place.
            return self.place;
        }
        if !wanted.is_whitespace() {
            self.skip_while(char::is_whitespace);
        }
        let place = self.place;
        if self.next() == Some(wanted) {
            self.place += wanted.len_utf8();
        }
        place
    }

    fn single(&mut self, wanted: char) -> usize {
        let place = self.verbatim(wanted);
        if wanted == '\'' {
            self.place += 1;
        }
        place
    }

    fn double(&mut self, wanted: char) -> usize {
        let after_break = std::mem::replace(&mut self.after_break, wanted == '\n');
        if wanted == ' ' && !after_break && self.rest().trim_start_matches([' ', '\t']).starts_with(['\n', '\r']) {
            // A line break folded to a space.
            let place = self.place;
            self.skip_while(char::is_whitespace);
            return place;
        }
        if !wanted.is_whitespace() || (after_break && wanted != '\n') {
            self.skip_while(char::is_whitespace);
        }
        while self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r") {
            self.place += 1;
            self.skip_while(char::is_whitespace);
        }
        if self.next() != Some('\\') {
            return self.verbatim(wanted);
        }
        let place = self.place;
        self.place += self.escape_length();
        place
    }

    /// How long the escape here is, a surrogate pair in one.
    fn escape_length(&self) -> usize {
        let rest = self.rest();
        let Some(kind) = rest.chars().nth(1) else { return rest.len() };
        match kind {
            'x' => 4,
            'U' => 10,
            'u' => {
                let unit = rest.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let first_of_pair = unit.is_some_and(|unit| (0xD800..0xDC00).contains(&unit));
                if first_of_pair { 12 } else { 6 }
            }
            other => 1 + other.len_utf8(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::tree::{Kind, tree};
    use crate::problems::Problems;
    use crate::source::SourceFile;

    /// Every word of every value must be found in the file at the place that the map gives.
    fn check(yaml: &str, words: &[(&str, &str)]) {
        let file = SourceFile { name: "a.yaml".to_string(), text: yaml.to_string() };
        let mut problems = Problems::default();
        let root = tree(&file, &mut problems);
        assert_eq!(problems.render_short(&file), "");
        let Some(Kind::Map(entries)) = root.map(|node| node.kind) else { panic!("not a map: {yaml}") };
        let Kind::Scalar(scalar) = &entries[0].value.kind else { panic!("not a scalar: {yaml}") };
        for (word, written) in words {
            let at = scalar.text.value.find(word).unwrap_or_else(|| panic!("no {word:?} in {:?}", scalar.text.value));
            let span = scalar.text.at(at..at + word.len());
            assert_eq!(&yaml[span.range()], *written, "{word:?} in {yaml:?}");
        }
    }

    #[test]
    fn plain() {
        check("a: b + c\n", &[("b", "b"), ("c", "c"), ("b + c", "b + c")]);
        check("a: b\n   + c\n\n   + dd\n", &[("b", "b"), ("+ c", "+ c"), ("dd", "dd")]);
        check("a: b\r\n   + cc\r\n", &[("b", "b"), ("cc", "cc")]);
        check("a: 用户 + cc\n", &[("用户", "用户"), ("cc", "cc")]);
    }

    #[test]
    fn quoted() {
        check("a: 'x = ''it'' + yy'\n", &[("x", "x"), ("'it", "''it"), ("yy", "yy")]);
        check("a: 'x\n\n    yy ''z'' ww'\n", &[("x", "x"), ("yy", "yy"), ("ww", "ww")]);
        check(r#"a: "x = \"é\" + \u4e2d\ud83d\ude00 yy""#, &[("x", "x"), ("é", "é"), ("yy", "yy")]);
        check("a: \"x \\\n    yy\\\n    zz\\n ww\"", &[("x", "x"), ("yy", "yy"), ("zz", "zz"), ("ww", "ww")]);
        check("a: \"x\\\n    \\ yy\"", &[("x", "x"), ("yy", "yy")]);
        check("a: \"x\n \\  yy\n\n  \\ zz \n \n  ww\"", &[("yy", "yy"), ("zz", "zz"), ("ww", "ww")]);
        check("a: \"\\x41bb\\_\\U0001F600cc\"", &[("bb", "bb"), ("cc", "cc")]);
    }

    #[test]
    fn blocks() {
        check("a: |\n  x\n    and yy\n\n  or zz\n", &[("x", "x"), ("yy", "yy"), ("zz", "zz")]);
        check("a: |\r\n  x\r\n    and yy\r\n", &[("x", "x"), ("yy", "yy")]);
        check("a: >-\n  x\n  and yy\n\n  or zz\nb: c\n", &[("x", "x"), ("yy", "yy"), ("zz", "zz")]);
        check("a: |2-\n    x\n  yy 'it''s'\n", &[("x", "x"), ("yy", "yy"), ("it''s", "it''s")]);
    }
}
