//! Text out of JSON: escapes, nested values as text, base 64.

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::number::{Grammar, is_number};
use crate::connectors::format::escape;

/// The text between the quotes of a JSON string, with escapes; none if an escape is wrong or it is no UTF-8.
pub(super) fn unescape<'a>(raw: &[u8], memory: &'a Bump) -> Option<&'a str> {
    let mut out = Vec::with_capacity_in(raw.len(), memory);
    unescape_into(raw, &mut |part| out.extend_from_slice(part))?;
    std::str::from_utf8(out.into_bump_slice()).ok()
}

/// Hands over the text between the quotes of a JSON string in parts; none if an escape is wrong.
pub(super) fn unescape_into(raw: &[u8], out: &mut dyn FnMut(&[u8])) -> Option<()> {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(at);
        out(plain);
        let [_, letter, after @ ..] = escape else {
            return None;
        };
        rest = after;
        let byte = match letter {
            b'"' | b'\\' | b'/' => *letter,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let (character, after) = unicode(rest)?;
                out(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
                continue;
            }
            _ => return None,
        };
        out(&[byte]);
    }
    out(rest);
    Some(())
}

/// The character of `XXXX`, or of `XXXX\uXXXX` for a pair of surrogates, and what follows.
fn unicode(text: &[u8]) -> Option<(char, &[u8])> {
    let (first, rest) = hexadecimal(text)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, rest));
    }
    let (second, rest) = hexadecimal(rest.strip_prefix(b"\\u")?)?;
    if !(0xdc00..0xe000).contains(&second) {
        return None;
    }
    Some((char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))?, rest))
}

fn hexadecimal(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let mut value = 0;
    for digit in digits {
        value = value << 4 | char::from(*digit).to_digit(16)?;
    }
    Some((value, rest))
}

/// The text of a JSON object or array, as a JSON writer would print it: no white space between tokens, only the
/// escapes that are needed. Numbers stay as written. None if it is no JSON or no UTF-8.
pub(super) fn compact<'a>(raw: &[u8], memory: &'a Bump) -> Option<&'a str> {
    let mut writer = Compact { rest: raw, out: Vec::with_capacity_in(raw.len(), memory), scratch: Vec::new_in(memory) };
    writer.value(128)?;
    writer.rest.is_empty().then_some(())?;
    std::str::from_utf8(writer.out.into_bump_slice()).ok()
}

/// Reads JSON and writes it again.
struct Compact<'r, 'a> {
    rest: &'r [u8],
    out: Vec<'a, u8>,
    scratch: Vec<'a, u8>,
}

impl Compact<'_, '_> {
    /// Takes white space and gives the byte after it.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.first().copied()
    }

    /// Copies one byte of structure.
    fn copy(&mut self, byte: u8) {
        self.rest = self.rest.get(1..).unwrap_or_default();
        self.out.push(byte);
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.string(),
            b'{' => self.list(depth, b'}', |writer| {
                (writer.peek()? == b'"').then_some(())?;
                writer.string()?;
                (writer.peek()? == b':').then_some(())?;
                writer.copy(b':');
                writer.value(depth - 1)
            }),
            b'[' => self.list(depth, b']', |writer| writer.value(depth - 1)),
            _ => {
                let end =
                    self.rest.iter().position(|byte| !matches!(byte, b'+' | b'-'..=b'9' | b'A'..=b'Z' | b'a'..=b'z'));
                let (scalar, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                self.out.extend_from_slice(scalar);
                (matches!(scalar, b"null" | b"true" | b"false") || is_number(scalar, Grammar::Json)).then_some(())
            }
        }
    }

    fn list(&mut self, depth: usize, close: u8, item: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        (depth > 1).then_some(())?;
        let open = *self.rest.first()?;
        self.copy(open);
        if self.peek()? != close {
            item(self)?;
            while self.peek()? == b',' {
                self.copy(b',');
                item(self)?;
            }
        }
        (self.peek()? == close).then(|| self.copy(close))
    }

    fn string(&mut self) -> Option<()> {
        let text = self.rest.get(1..)?;
        let end = string_end(text)?;
        self.scratch.clear();
        unescape_into(text.get(..end)?, &mut |part| self.scratch.extend_from_slice(part))?;
        self.out.push(b'"');
        escape(&self.scratch, &mut |part| self.out.extend_from_slice(part));
        self.out.push(b'"');
        self.rest = text.get(end + 1..)?;
        Some(())
    }
}

/// Where the closing quote is.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// The bytes of a base 64 text; none if it is wrong. Line breaks and missing padding are accepted.
pub(super) fn base64<'a>(text: &[u8], memory: &'a Bump) -> Option<&'a [u8]> {
    let mut out = Vec::with_capacity_in(text.len() / 4 * 3 + 3, memory);
    let mut bits = 0u32;
    let mut count = 0;
    let mut padding = 0;
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            b'\r' | b'\n' => continue,
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count % 4 == 0 {
            out.extend_from_slice(&[(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
        }
    }
    match count % 4 {
        0 if padding == 0 => {}
        2 if matches!(padding, 0 | 2) => out.push((bits >> 4) as u8),
        3 if matches!(padding, 0 | 1) => out.extend_from_slice(&[(bits >> 10) as u8, (bits >> 2) as u8]),
        _ => return None,
    }
    Some(out.into_bump_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        let memory = Bump::new();
        let text = |raw: &str| unescape(raw.as_bytes(), &memory).map(str::to_owned);
        assert_eq!(text(r#"a\"b\\c\/d\b\f\n\r\t"#).as_deref(), Some("a\"b\\c/d\u{8}\u{c}\n\r\t"));
        assert_eq!(text(r"\u4e2d\uD83D\uDE00x").as_deref(), Some("中😀x"));
        for wrong in [r"\x", r"\u12", r"\ud83d", r"\ud83dx", r"\ud83d\n", r"\ud83d\u0041", r"\ude00", "\\"] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
        let nested = br#"{ "a\u4e2d\/" : [1.50, "x\ty"] , "b":{} }"#;
        assert_eq!(compact(nested, &memory), Some(r#"{"a中/":[1.50,"x\ty"],"b":{}}"#));
        for wrong in ["[1,]", "[01]", "{\"a\"}", "{a:1}", "[", "[1}", "[tru]", "[1] ,", "[\"\\x\"]", "[1 2]"] {
            assert_eq!(compact(wrong.as_bytes(), &memory), None, "{wrong}");
        }
    }

    #[test]
    fn base_64() {
        let memory = Bump::new();
        assert_eq!(base64(b"", &memory), Some(&b""[..]));
        assert_eq!(base64(b"AQ==", &memory), Some(&[1][..]));
        assert_eq!(base64(b"AQI=", &memory), Some(&[1, 2][..]));
        assert_eq!(base64(b"AQID", &memory), Some(&[1, 2, 3][..]));
        assert_eq!(base64(b"AQIDBA", &memory), Some(&[1, 2, 3, 4][..]));
        for wrong in ["A", "AQ=", "A===", "AQ==AQ==", "A-==", "AQI=="] {
            assert_eq!(base64(wrong.as_bytes(), &memory), None, "{wrong}");
        }
    }
}
