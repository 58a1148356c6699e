//! Text. Characters are counted as Unicode code points, unless a function says that it counts UTF-16 units as Java
//! does. A part of a text is handed on as it stands in memory; only functions that make text take the scope.

mod case;
mod classes;
mod fill;
mod find;
mod part;

pub use case::{initcap, lower, upper};
pub use classes::{is_alpha, is_decimal, is_digit};
pub use fill::{cut, cut_bytes, fill, fill_bytes, lpad, overlay, overlay_all, repeat, rpad};
pub use find::{ends_with, instr, locate, position, replace, starts_with, translate};
pub use part::{
    key_value, left, right, split_index, split_index_code, substring, substring_from, trim, trim_end, trim_end_of,
    trim_of, trim_start, trim_start_of,
};

use bumpalo::collections::String;

use crate::scope::Scope;

/// `concat(a, b, …)`, `a || b`.
pub fn concat<'a>(scope: &Scope<'a>, parts: &[&str]) -> &'a str {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = String::with_capacity_in(length, scope.memory);
    for part in parts {
        out.push_str(part);
    }
    out.into_bump_str()
}

/// `concat_ws(separator, a, b, …)`: nulls are left out.
pub fn concat_ws<'a>(scope: &Scope<'a>, separator: &str, parts: &[Option<&str>]) -> &'a str {
    let mut out = String::new_in(scope.memory);
    for (at, part) in parts.iter().flatten().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        out.push_str(part);
    }
    out.into_bump_str()
}

/// `elt(index, a, b, …)`: the one of that number, from 1.
pub fn elt<'a>(index: i64, parts: &[Option<&'a str>]) -> Option<&'a str> {
    usize::try_from(index.checked_sub(1)?).ok().and_then(|index| parts.get(index).copied().flatten())
}

/// `char_length(text)`
#[inline]
pub fn length(text: &str) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(i32::MAX)
}

/// `reverse(text)`
pub fn reverse<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
    let mut out = String::with_capacity_in(text.len(), scope.memory);
    out.extend(text.chars().rev());
    out.into_bump_str()
}

/// `ascii(text)`: the first byte, with a sign; 0 for an empty text.
pub fn ascii(text: &str) -> i32 {
    text.bytes().next().map_or(0, |byte| i32::from(byte.cast_signed()))
}

/// `chr(code)`: the character of the code modulo 256; empty for a negative one.
pub fn chr<'a>(scope: &Scope<'a>, code: i64) -> &'a str {
    if code < 0 {
        return "";
    }
    let mut out = String::new_in(scope.memory);
    out.push(char::from((code & 0xff) as u8));
    out.into_bump_str()
}

/// `cast(text as bytes)`
pub fn bytes(text: &str) -> &[u8] {
    text.as_bytes()
}

/// `cast(bytes as varchar)`: what is no UTF-8 becomes U+FFFD.
pub fn from_bytes<'a>(scope: &Scope<'a>, bytes: &'a [u8]) -> &'a str {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text;
    }
    let mut out = String::new_in(scope.memory);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
    out.into_bump_str()
}

/// Whether bytes begin with others.
pub fn bytes_start_with(bytes: &[u8], start: &[u8]) -> bool {
    bytes.starts_with(start)
}

/// Whether bytes end with others.
pub fn bytes_end_with(bytes: &[u8], end: &[u8]) -> bool {
    bytes.ends_with(end)
}

/// Where a character of that number, from 0, begins; the end if there are not so many.
fn offset(text: &str, characters: usize) -> usize {
    // Most texts are ASCII up to there.
    if text.as_bytes().get(..characters).is_some_and(<[u8]>::is_ascii) {
        return characters;
    }
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn putting_together() {
        with_scope(|scope| {
            assert_eq!(concat(scope, &["a", "", "b"]), "ab");
            assert_eq!(concat_ws(scope, ",", &[Some("a"), None, Some("c")]), "a,c");
            assert_eq!(reverse(scope, "a日b"), "b日a");
            assert_eq!(chr(scope, 65), "A");
            assert_eq!(chr(scope, 255), "ÿ");
            assert_eq!(from_bytes(scope, b"a\xffb"), "a\u{fffd}b");
        });
        assert_eq!(elt(2, &[Some("a"), Some("b")]), Some("b"));
        assert_eq!(elt(0, &[Some("a")]), None);
        assert_eq!(ascii("é"), -61);
        assert_eq!(length("日本"), 2);
    }
}
