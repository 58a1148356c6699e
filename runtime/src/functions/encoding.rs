//! Encodings of text and bytes, and the parts of addresses.

use bumpalo::collections::{String, Vec};

use super::text::from_bytes;
use crate::scope::Scope;
use crate::values::Fault;

const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Bytes as pairs of digits.
pub(super) fn digits<'a>(scope: &Scope<'a>, bytes: &[u8], alphabet: &[u8; 16]) -> &'a str {
    let mut out = Vec::with_capacity_in(bytes.len() * 2, scope.memory);
    let digit = |nibble: u8| alphabet.get(usize::from(nibble)).copied().unwrap_or(b'0');
    for byte in bytes {
        out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    from_bytes(scope, out.into_bump_slice())
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `to_base64(text)`
pub fn to_base64<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
    bytes_to_base64(scope, text.as_bytes())
}

/// `to_base64(bytes)`
pub fn bytes_to_base64<'a>(scope: &Scope<'a>, bytes: &[u8]) -> &'a str {
    let mut out = String::with_capacity_in(bytes.len().div_ceil(3) * 4, scope.memory);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let six = (group >> (18 - 6 * place) & 63) as usize;
            let digit = BASE64.get(six).filter(|_| place <= chunk.len());
            out.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    out.into_bump_str()
}

/// `from_base64(text)`
pub fn from_base64<'a>(scope: &Scope<'a>, text: &str) -> Result<&'a str, Fault> {
    match decode_base64(scope, text) {
        Some(bytes) => Ok(from_bytes(scope, bytes)),
        None => Err(Fault::cast(text, "base 64")),
    }
}

/// The bytes of a text in base 64; the padding may be missing.
pub fn decode_base64<'a>(scope: &Scope<'a>, text: &str) -> Option<&'a [u8]> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    if padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) || body.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity_in(body.len() / 4 * 3 + 2, scope.memory);
    let (mut group, mut bits) = (0u32, 0);
    for byte in body.bytes() {
        let six = BASE64.iter().position(|digit| *digit == byte)?;
        group = group << 6 | six as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits) as u8);
        }
    }
    Some(out.into_bump_slice())
}

/// `hex(number)`
pub fn hex<'a>(scope: &Scope<'a>, number: i64) -> &'a str {
    digits_of(scope, number.cast_unsigned(), 4)
}

/// `bin(number)`
pub fn bin<'a>(scope: &Scope<'a>, number: i64) -> &'a str {
    digits_of(scope, number.cast_unsigned(), 1)
}

/// A number in digits of so many bits.
fn digits_of<'a>(scope: &Scope<'a>, number: u64, bits: u32) -> &'a str {
    let count = (64 - number.leading_zeros()).div_ceil(bits).max(1);
    let mut out = String::with_capacity_in(count as usize, scope.memory);
    for place in (0..count).rev() {
        let digit = (number >> (place * bits) & ((1 << bits) - 1)) as usize;
        out.extend(UPPER.get(digit).map(|digit| char::from(*digit)));
    }
    out.into_bump_str()
}

/// `hex(text)`
pub fn hex_of_text<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
    digits(scope, text.as_bytes(), UPPER)
}

/// `unhex(text)`: an odd number of digits begins with half a byte.
pub fn unhex<'a>(scope: &Scope<'a>, text: &str) -> Option<&'a [u8]> {
    let mut out = Vec::with_capacity_in(text.len().div_ceil(2), scope.memory);
    let (mut byte, mut half) = (0u8, text.len() % 2 == 1);
    for digit in text.chars() {
        let digit = u8::try_from(digit.to_digit(16)?).ok()?;
        byte = byte << 4 | digit;
        if half {
            out.push(byte);
            byte = 0;
        }
        half = !half;
    }
    Some(out.into_bump_slice())
}

#[derive(Clone, Copy)]
enum Charset {
    Ascii,
    Latin1,
    Utf8,
    Utf16Be,
    Utf16Le,
    /// Big-endian with a byte order mark.
    Utf16,
}

fn charset(name: &str) -> Result<Charset, Fault> {
    const NAMES: [(&str, Charset); 8] = [
        ("US-ASCII", Charset::Ascii),
        ("ASCII", Charset::Ascii),
        ("ISO-8859-1", Charset::Latin1),
        ("UTF-8", Charset::Utf8),
        ("UTF8", Charset::Utf8),
        ("UTF-16BE", Charset::Utf16Be),
        ("UTF-16LE", Charset::Utf16Le),
        ("UTF-16", Charset::Utf16),
    ];
    let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, charset)| *charset).ok_or_else(|| Fault::cast(name, "character set"))
}

/// `encode(text, charset)`
pub fn encode<'a>(scope: &Scope<'a>, text: &'a str, name: &str) -> Result<&'a [u8], Fault> {
    let charset = charset(name)?;
    let mut out = Vec::new_in(scope.memory);
    let single =
        |limit: u32| move |c: char| u8::try_from(u32::from(c)).ok().filter(|b| u32::from(*b) < limit).unwrap_or(b'?');
    match charset {
        Charset::Utf8 => return Ok(text.as_bytes()),
        Charset::Ascii => out.extend(text.chars().map(single(0x80))),
        Charset::Latin1 => out.extend(text.chars().map(single(0x100))),
        Charset::Utf16Be => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
        Charset::Utf16Le => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
        Charset::Utf16 => {
            // Java writes the mark, but not in front of nothing.
            let mark = (!text.is_empty()).then_some(0xfeff);
            out.extend(mark.into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes));
        }
    }
    Ok(out.into_bump_slice())
}

/// `decode(bytes, charset)`: what is no character becomes U+FFFD.
pub fn decode<'a>(scope: &Scope<'a>, bytes: &'a [u8], name: &str) -> Result<&'a str, Fault> {
    let charset = charset(name)?;
    let mut out = String::new_in(scope.memory);
    let units = |from_bytes: fn([u8; 2]) -> u16, bytes: &[u8], out: &mut String<'a>| {
        let pairs = bytes.chunks(2).map(|pair| match pair {
            [high, low] => from_bytes([*high, *low]),
            _ => 0xfffd,
        });
        out.extend(char::decode_utf16(pairs).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    };
    match charset {
        Charset::Utf8 => return Ok(from_bytes(scope, bytes)),
        Charset::Ascii => {
            let character = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER };
            out.extend(bytes.iter().map(character));
        }
        Charset::Latin1 => out.extend(bytes.iter().map(|byte| char::from(*byte))),
        Charset::Utf16Be => units(u16::from_be_bytes, bytes, &mut out),
        Charset::Utf16Le => units(u16::from_le_bytes, bytes, &mut out),
        Charset::Utf16 => match bytes {
            [0xff, 0xfe, rest @ ..] => units(u16::from_le_bytes, rest, &mut out),
            [0xfe, 0xff, rest @ ..] => units(u16::from_be_bytes, rest, &mut out),
            rest => units(u16::from_be_bytes, rest, &mut out),
        },
    }
    Ok(out.into_bump_str())
}

/// `url_encode(text)`
pub fn url_encode<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
    let mut out = String::with_capacity_in(text.len(), scope.memory);
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => out.push(char::from(byte)),
            other => {
                out.push('%');
                for nibble in [other >> 4, other & 15] {
                    out.extend(UPPER.get(usize::from(nibble)).map(|digit| char::from(*digit)));
                }
            }
        }
    }
    out.into_bump_str()
}

/// `url_decode(text)`; null if a percent sign is not followed by two hexadecimal digits.
pub fn url_decode<'a>(scope: &Scope<'a>, text: &str) -> Option<&'a str> {
    let mut out = Vec::with_capacity_in(text.len(), scope.memory);
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let [high, low, after @ ..] = rest else { return None };
                let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                out.push(digit(high)? << 4 | digit(low)?);
                rest = after;
            }
            other => out.push(*other),
        }
    }
    Some(from_bytes(scope, out.into_bump_slice()))
}

/// The parts of a URL as `java.net.URL` takes it apart.
struct Url<'a> {
    protocol: &'a str,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    file: &'a str,
    reference: Option<&'a str>,
}

impl<'a> Url<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        const PROTOCOLS: [&str; 5] = ["http", "https", "ftp", "file", "mailto"];
        let text = text.trim_matches(|c: char| c <= ' ');
        let (protocol, rest) = text.split_once(':')?;
        if !PROTOCOLS.iter().any(|known| known.eq_ignore_ascii_case(protocol)) {
            return None;
        }
        let (rest, reference) = match rest.split_once('#') {
            Some((rest, reference)) => (rest, Some(reference)),
            None => (rest, None),
        };
        let (authority, file) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                let (authority, file) = rest.split_at_checked(end)?;
                (Some(authority), file)
            }
            None => (None, rest),
        };
        let (path, query) = match file.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (file, None),
        };
        Some(Self { protocol, authority, path, query, file, reference })
    }

    fn host(&self) -> &'a str {
        let authority = self.authority.unwrap_or("");
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        if let Some(end) = place.find(']') {
            return place.get(..=end).unwrap_or(place);
        }
        place.split_once(':').map_or(place, |(host, _)| host)
    }
}

/// `parse_url(url, part)`
pub fn parse_url<'a>(url: &'a str, part: &str) -> Option<&'a str> {
    let url = Url::parse(url)?;
    match part {
        "HOST" => Some(url.host()),
        "PATH" => Some(url.path),
        "QUERY" => url.query,
        "REF" => url.reference,
        "PROTOCOL" => Some(url.protocol),
        "FILE" => Some(url.file),
        "AUTHORITY" => url.authority,
        "USERINFO" => url.authority?.rsplit_once('@').map(|(user, _)| user),
        _ => None,
    }
}

/// `parse_url(url, 'QUERY', key)`
pub fn parse_url_key<'a>(url: &'a str, part: &str, key: &str) -> Option<&'a str> {
    if part != "QUERY" {
        return None;
    }
    let mut pairs = Url::parse(url)?.query?.split('&');
    pairs.find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
}

/// `inet_aton(text)`
pub fn inet_aton(text: &str) -> Option<i64> {
    let mut number = 0;
    let mut count = 0;
    for part in text.split('.') {
        if part.is_empty() || part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        number = number << 8 | i64::from(part.parse::<u8>().ok()?);
        count += 1;
    }
    (count == 4).then_some(number)
}

/// `inet_ntoa(number)`
pub fn inet_ntoa<'a>(scope: &Scope<'a>, number: i64) -> Option<&'a str> {
    let number = u32::try_from(number).ok()?;
    let mut out = String::with_capacity_in(15, scope.memory);
    for (at, byte) in number.to_be_bytes().into_iter().enumerate() {
        if at > 0 {
            out.push('.');
        }
        out.push_str(itoa::Buffer::new().format(byte));
    }
    Some(out.into_bump_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn encodings() {
        with_scope(|scope| {
            for (text, base64) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("abcd", "YWJjZA==")] {
                assert_eq!(to_base64(scope, text), base64);
                assert_eq!(from_base64(scope, base64), Ok(text));
            }
            assert!(from_base64(scope, "a,c").is_err());
            assert_eq!(hex(scope, 255), "FF");
            assert_eq!(hex(scope, 0), "0");
            assert_eq!(hex(scope, -1), "FFFFFFFFFFFFFFFF");
            assert_eq!(bin(scope, 5), "101");
            assert_eq!(unhex(scope, "4142"), Some(&b"AB"[..]));
            assert_eq!(unhex(scope, "x"), None);
            assert_eq!(encode(scope, "aé", "UTF-16BE"), Ok(&[0, 97, 0, 0xe9][..]));
            assert_eq!(decode(scope, &[0, 97], "utf-16be"), Ok("a"));
            assert_eq!(url_encode(scope, "a b&é"), "a+b%26%C3%A9");
            assert_eq!(url_decode(scope, "a+b%26"), Some("a b&"));
            assert_eq!(url_decode(scope, "%4"), None);
            assert_eq!(inet_ntoa(scope, 167_772_161), Some("10.0.0.1"));
        });
        assert_eq!(inet_aton("10.0.0.1"), Some(167_772_161));
        assert_eq!(inet_aton("10.0.0.256"), None);
    }

    #[test]
    fn urls() {
        let url = "http://me@a.b:80/c/d?x=1&y=2#f";
        for (part, value) in [
            ("HOST", "a.b"),
            ("PATH", "/c/d"),
            ("QUERY", "x=1&y=2"),
            ("REF", "f"),
            ("PROTOCOL", "http"),
            ("FILE", "/c/d?x=1&y=2"),
            ("AUTHORITY", "me@a.b:80"),
            ("USERINFO", "me"),
        ] {
            assert_eq!(parse_url(url, part), Some(value));
        }
        assert_eq!(parse_url_key(url, "QUERY", "y"), Some("2"));
        assert_eq!(parse_url("abc", "HOST"), None);
    }
}
