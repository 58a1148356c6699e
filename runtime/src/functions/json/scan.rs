//! Reading JSON where it stands: a document is checked as a whole once, then its nodes are walked over as text.

/// The text of a JSON value that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node<'a>(&'a str);

/// How deep arrays and objects may nest.
const DEPTH: usize = 1000;

/// The first value of a text, if it is JSON; what follows it is not looked at.
pub fn document(text: &str) -> Option<Node<'_>> {
    let text = skip_blanks(text);
    let rest = value(text, 0)?;
    // A number and a word end only at white space.
    let bare = !text.starts_with(['{', '[', '"']);
    if bare && !rest.is_empty() && skip_blanks(rest).len() == rest.len() {
        return None;
    }
    between(text, rest).map(Node)
}

fn between<'a>(text: &'a str, rest: &str) -> Option<&'a str> {
    text.get(..text.len().checked_sub(rest.len())?)
}

fn skip_blanks(text: &str) -> &str {
    skip(text, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// The text behind bytes of ASCII that are not looked at.
#[inline]
fn skip(text: &str, skipped: fn(u8) -> bool) -> &str {
    let count = text.bytes().take_while(|byte| skipped(*byte)).count();
    text.get(count..).unwrap_or("")
}

/// What follows the value that a text begins with.
fn value(text: &str, depth: usize) -> Option<&str> {
    match text.as_bytes().first()? {
        b'{' => members(text, depth),
        b'[' => elements(text, depth),
        b'"' => string(text),
        b't' => text.strip_prefix("true"),
        b'f' => text.strip_prefix("false"),
        b'n' => text.strip_prefix("null"),
        _ => number(text),
    }
}

fn members(text: &str, depth: usize) -> Option<&str> {
    let mut rest = skip_blanks(text.get(1..)?);
    if depth >= DEPTH {
        return None;
    }
    if let Some(rest) = rest.strip_prefix('}') {
        return Some(rest);
    }
    loop {
        rest = skip_blanks(string(rest)?).strip_prefix(':')?;
        rest = skip_blanks(value(skip_blanks(rest), depth + 1)?);
        match rest.strip_prefix(',') {
            Some(after) => rest = skip_blanks(after),
            None => return rest.strip_prefix('}'),
        }
    }
}

fn elements(text: &str, depth: usize) -> Option<&str> {
    let mut rest = skip_blanks(text.get(1..)?);
    if depth >= DEPTH {
        return None;
    }
    if let Some(rest) = rest.strip_prefix(']') {
        return Some(rest);
    }
    loop {
        rest = skip_blanks(value(rest, depth + 1)?);
        match rest.strip_prefix(',') {
            Some(after) => rest = skip_blanks(after),
            None => return rest.strip_prefix(']'),
        }
    }
}

fn string(text: &str) -> Option<&str> {
    let mut rest = text.strip_prefix('"')?;
    loop {
        let at = rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
        let after = rest.get(at + 1..)?;
        match rest.as_bytes().get(at)? {
            b'"' => return Some(after),
            b'\\' => {
                let escape = after.chars().next()?;
                rest = match escape {
                    '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => after.get(1..)?,
                    'u' if after.get(1..5)?.bytes().all(|byte| byte.is_ascii_hexdigit()) => after.get(5..)?,
                    _ => return None,
                };
            }
            _ => return None,
        }
    }
}

fn number(text: &str) -> Option<&str> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(unsigned);
    if whole == 0 || (whole > 1 && unsigned.starts_with('0')) {
        return None;
    }
    let mut rest = unsigned.get(whole..)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits(fraction);
        rest = fraction.get(length..).filter(|_| length > 0)?;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let length = digits(exponent);
        rest = exponent.get(length..).filter(|_| length > 0)?;
    }
    Some(rest)
}

impl<'a> Node<'a> {
    /// The text of the value.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// Whether it is an array.
    pub fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Whether it is neither; JSON's null is a scalar.
    pub fn is_scalar(self) -> bool {
        !self.is_array() && !self.is_object()
    }

    /// Whether it is JSON's null.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Its value if it is a boolean.
    pub fn boolean(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Its text if it is a number.
    pub fn number(self) -> Option<&'a str> {
        self.0.starts_with(|c: char| c == '-' || c.is_ascii_digit()).then_some(self.0)
    }

    /// What stands between the quotes, if it is a string, with its escapes.
    pub fn string(self) -> Option<&'a str> {
        self.0.strip_prefix('"')?.strip_suffix('"')
    }

    /// The elements of an array.
    pub fn elements(self) -> Elements<'a> {
        Elements { rest: if self.is_array() { self.0.get(1..).unwrap_or("") } else { "" } }
    }

    /// The members of an object: keys as they are written, without their quotes, and values. A key may come again.
    pub fn members(self) -> Members<'a> {
        Members { rest: if self.is_object() { self.0.get(1..).unwrap_or("") } else { "" } }
    }

    /// The value of a member; the last one of that key counts.
    pub fn member(self, key: &str) -> Option<Node<'a>> {
        self.members().filter(|(written, _)| same(written, key)).last().map(|(_, value)| value)
    }
}

/// Whether a key with escapes is the key.
fn same(written: &str, key: &str) -> bool {
    if written.contains('\\') { unescaped(written).eq(key.chars()) } else { written == key }
}

/// What stands between the values of a document that was checked.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':')
}

/// See [`Node::elements`].
pub struct Elements<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        let text = skip(self.rest, is_separator);
        let rest = value(text, 0)?;
        self.rest = rest;
        between(text, rest).map(Node)
    }
}

/// See [`Node::members`].
pub struct Members<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Node<'a>);

    fn next(&mut self) -> Option<(&'a str, Node<'a>)> {
        let text = skip(self.rest, is_separator);
        let after = string(text)?;
        let key = between(text, after)?.strip_prefix('"')?.strip_suffix('"')?;
        let text = skip(after, is_separator);
        let rest = value(text, 0)?;
        self.rest = rest;
        Some((key, Node(between(text, rest)?)))
    }
}

/// The characters of a string, its escapes replaced; half a pair of surrogates becomes a question mark.
pub fn unescaped(written: &str) -> impl Iterator<Item = char> + '_ {
    char::decode_utf16(Units { characters: written.chars(), low: None }).map(|unit| unit.unwrap_or('?'))
}

struct Units<'a> {
    characters: std::str::Chars<'a>,
    low: Option<u16>,
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(low) = self.low.take() {
            return Some(low);
        }
        let character = self.characters.next()?;
        if character != '\\' {
            let mut units = [0; 2];
            let encoded = character.encode_utf16(&mut units);
            self.low = encoded.get(1).copied();
            return encoded.first().copied();
        }
        Some(match self.characters.next()? {
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'u' => {
                let digits = self.characters.as_str().get(..4)?;
                self.characters = self.characters.as_str().get(4..)?.chars();
                u16::from_str_radix(digits, 16).ok()?
            }
            other => u16::try_from(u32::from(other)).ok()?,
        })
    }
}
