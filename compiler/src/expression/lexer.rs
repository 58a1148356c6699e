//! From characters to tokens.

use super::error::{SyntaxError, SyntaxErrorKind, Unsupported};
use crate::source::{Span, Text};

/// A token and its place in the pipeline file.
#[derive(Debug, Clone)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or keyword without quotes.
    Word(String),
    /// A name in `` ` `` or `"`.
    Quoted {
        /// Without the quotes.
        name: String,
        /// Whether they are `"`.
        double: bool,
    },
    /// A number as written.
    Number(String),
    /// A text, unescaped.
    Text(String),
    /// `u&'…'`: still escaped, since `uescape` may follow.
    Unicode(String),
    /// `x'…'`
    Bytes(Vec<u8>),
    /// An operator or bracket.
    Sign(&'static str),
    /// Behind the last one.
    End,
}

/// Longer signs first.
const SIGNS: [&str; 20] =
    ["<>", "<=", ">=", "!=", "||", "(", ")", ",", ".", "+", "-", "*", "/", "%", "=", "<", ">", "[", "]", ":"];

/// Signs of other languages, with what to say about them.
const FOREIGN: [(&str, Unsupported); 3] =
    [("==", Unsupported::DoubleEquals), ("&&", Unsupported::DoubleAmpersand), ("::", Unsupported::DoubleColon)];

/// All tokens of a text; the last one is [`TokenKind::End`].
pub fn tokens(text: &Text) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer { text, rest: &text.value, offset: 0 };
    let mut tokens: Vec<Token> = Vec::new();
    loop {
        lexer.skip_blank()?;
        let start = lexer.offset;
        let kind = lexer.token()?;
        let end = kind == TokenKind::End;
        let span = match tokens.last() {
            Some(last) if end => Span { start: last.span.end, end: last.span.end },
            _ => text.at(start..lexer.offset),
        };
        tokens.push(Token { kind, span });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a Text,
    rest: &'a str,
    offset: usize,
}

impl<'a> Lexer<'a> {
    fn token(&mut self) -> Result<TokenKind, SyntaxError> {
        let Some(first) = self.rest.chars().next() else { return Ok(TokenKind::End) };
        if let Some(prefix) = self.text_prefix() {
            return self.prefixed(prefix);
        }
        match first {
            '\'' => Ok(TokenKind::Text(self.quoted('\'', SyntaxErrorKind::UnclosedText)?)),
            '`' | '"' => {
                let start = self.offset;
                let name = self.quoted(first, SyntaxErrorKind::UnclosedName(first))?;
                if name.is_empty() {
                    return Err(self.error(start, SyntaxErrorKind::EmptyName));
                }
                Ok(TokenKind::Quoted { name, double: first == '"' })
            }
            '0'..='9' => self.number(),
            '.' if self.rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(),
            c if c == '_' || c.is_alphabetic() => {
                Ok(TokenKind::Word(self.take_while(|c| c == '_' || c == '$' || c.is_alphanumeric()).to_owned()))
            }
            _ => self.sign(first),
        }
    }

    fn sign(&mut self, first: char) -> Result<TokenKind, SyntaxError> {
        let start = self.offset;
        if let Some((sign, what)) = FOREIGN.iter().find(|(sign, _)| self.rest.starts_with(sign)) {
            self.advance(sign.len());
            return Err(self.error(start, SyntaxErrorKind::Unsupported(*what)));
        }
        if let Some(sign) = SIGNS.iter().find(|sign| self.rest.starts_with(**sign)) {
            self.advance(sign.len());
            return Ok(TokenKind::Sign(sign));
        }
        self.advance(first.len_utf8());
        Err(self.error(start, SyntaxErrorKind::Character(first)))
    }

    /// Digits, a point, digits, an exponent. Letters right behind it make it no number.
    fn number(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.offset;
        let all = self.rest;
        self.take_while(|c| c.is_ascii_digit());
        if self.rest.starts_with('.') {
            self.advance(1);
            self.take_while(|c| c.is_ascii_digit());
        }
        if self.rest.starts_with(['e', 'E']) {
            let behind = &self.rest[1..];
            let digits = behind.strip_prefix(['+', '-']).unwrap_or(behind);
            if digits.starts_with(|c: char| c.is_ascii_digit()) {
                self.advance(1 + behind.len() - digits.len());
                self.take_while(|c| c.is_ascii_digit());
            }
        }
        let tail = self.take_while(|c| c == '_' || c.is_alphanumeric());
        let number = all[..self.offset - start].to_owned();
        if tail.is_empty() {
            Ok(TokenKind::Number(number))
        } else {
            Err(self.error(start, SyntaxErrorKind::Number(number)))
        }
    }

    /// What stands right before a quote and says how to read the text: `x`, `u&`, `e`, `n`, `_utf8`, `_utf16`.
    fn text_prefix(&self) -> Option<&'static str> {
        let prefixes = ["x", "u&", "e", "n", "_utf8", "_utf16"];
        prefixes.into_iter().find(|prefix| {
            let found = self.rest.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
            found && self.rest[prefix.len()..].starts_with('\'')
        })
    }

    fn prefixed(&mut self, prefix: &'static str) -> Result<TokenKind, SyntaxError> {
        let start = self.offset;
        self.advance(prefix.len());
        if prefix == "e" {
            return self.escaped(start);
        }
        let content = self.quoted('\'', SyntaxErrorKind::UnclosedText)?;
        match prefix {
            "u&" => return Ok(TokenKind::Unicode(content)),
            "x" => {}
            // The character set decides nothing here: all text is Unicode.
            _ => return Ok(TokenKind::Text(content)),
        }
        let pairs = content.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => Some((hex(*high)? << 4) | hex(*low)?),
            _ => None,
        });
        let bytes: Option<Vec<u8>> = pairs.collect();
        bytes.map(TokenKind::Bytes).ok_or_else(|| self.error(start, SyntaxErrorKind::Hex))
    }

    /// `e'…'`: escapes as C has them.
    fn escaped(&mut self, start: usize) -> Result<TokenKind, SyntaxError> {
        let mut content = String::new();
        let mut chars = self.rest[1..].char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            match char {
                '\'' if chars.next_if(|(_, next)| *next == '\'').is_some() => content.push('\''),
                '\'' => {
                    self.advance(1 + at + 1);
                    return Ok(TokenKind::Text(content));
                }
                '\\' => {
                    let Some(char) = c_escape(&mut chars.by_ref().map(|(_, char)| char)) else {
                        self.advance(1 + at + 1);
                        return Err(self.error(start, SyntaxErrorKind::UnicodeEscape));
                    };
                    content.push(char);
                }
                other => content.push(other),
            }
        }
        self.advance(self.rest.len());
        Err(self.error(start, SyntaxErrorKind::UnclosedText))
    }

    /// The content between quotes; a doubled quote stands for one.
    fn quoted(&mut self, quote: char, unclosed: SyntaxErrorKind) -> Result<String, SyntaxError> {
        let start = self.offset;
        let mut content = String::new();
        let mut inside = &self.rest[1..];
        loop {
            let Some(end) = inside.find(quote) else {
                self.advance(self.rest.len());
                return Err(self.error(start, unclosed));
            };
            content.push_str(&inside[..end]);
            inside = &inside[end + 1..];
            match inside.strip_prefix(quote) {
                Some(more) => {
                    content.push(quote);
                    inside = more;
                }
                None => break,
            }
        }
        self.advance(self.rest.len() - inside.len());
        Ok(content)
    }

    /// White space and comments.
    fn skip_blank(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.take_while(char::is_whitespace);
            if self.rest.starts_with("--") {
                self.take_while(|c| c != '\n');
            } else if self.rest.starts_with("/*") {
                let start = self.offset;
                let Some(end) = self.rest[2..].find("*/") else {
                    self.advance(self.rest.len());
                    return Err(self.error(start, SyntaxErrorKind::UnclosedComment));
                };
                self.advance(end + 4);
            } else {
                return Ok(());
            }
        }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest;
        let end = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.advance(end);
        &rest[..end]
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
        self.offset += bytes;
    }

    fn error(&self, start: usize, kind: SyntaxErrorKind) -> SyntaxError {
        SyntaxError { span: self.text.at(start..self.offset), kind }
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// The character behind a backslash.
fn c_escape(chars: &mut dyn Iterator<Item = char>) -> Option<char> {
    let length = match chars.next()? {
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'b' => return Some('\u{8}'),
        'f' => return Some('\u{c}'),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        other => return Some(other),
    };
    let digits: String = chars.take(length).collect();
    u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == length).and_then(char::from_u32)
}

/// The text behind `u&'…'`: `\0041`, `\+01F600`, `\\`.
pub fn unescape(content: &str, escape: char) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut buffer = [0u16; 2];
    let mut rest = content;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        if first != escape {
            units.extend_from_slice(first.encode_utf16(&mut buffer));
        } else if let Some(more) = rest.strip_prefix(escape) {
            units.extend_from_slice(escape.encode_utf16(&mut buffer));
            rest = more;
        } else {
            let (digits, length) = match rest.strip_prefix('+') {
                Some(more) => (more, 6),
                None => (rest, 4),
            };
            let digits_of = digits.get(..length).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            let code = u32::from_str_radix(digits_of, 16).ok()?;
            match char::from_u32(code) {
                Some(c) => units.extend_from_slice(c.encode_utf16(&mut buffer)),
                // Half of a surrogate pair; its other half must follow.
                None => units.push(u16::try_from(code).ok()?),
            }
            rest = &digits[length..];
        }
    }
    String::from_utf16(&units).ok()
}
