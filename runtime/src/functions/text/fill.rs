//! Text made longer or cut. Java counts UTF-16 units in `lpad`, `rpad` and `overlay`: half of a character beyond U+FFFF
//! that is cut off becomes a question mark.

use bumpalo::collections::String;

use super::offset;
use crate::scope::Scope;

/// Text as `varchar(length)`: cut to so many characters.
pub fn cut(text: &str, length: i32) -> &str {
    let length = usize::try_from(length).unwrap_or(0);
    if text.len() <= length {
        return text;
    }
    text.get(..offset(text, length)).unwrap_or(text)
}

/// Text as `char(length)`: cut to so many characters, or filled up with blanks.
pub fn fill<'a>(scope: &Scope<'a>, text: &'a str, length: i32) -> &'a str {
    let wanted = usize::try_from(length).unwrap_or(0);
    let count = text.chars().count();
    if count >= wanted {
        return cut(text, length);
    }
    let mut out = String::with_capacity_in(text.len() + wanted - count, scope.memory);
    out.push_str(text);
    out.extend(std::iter::repeat_n(' ', wanted - count));
    out.into_bump_str()
}

/// Bytes as `varbinary(length)`: cut to so many.
pub fn cut_bytes(bytes: &[u8], length: i32) -> &[u8] {
    usize::try_from(length).ok().and_then(|length| bytes.get(..length)).unwrap_or(bytes)
}

/// Bytes as `binary(length)`: cut to so many, or filled up with zeros.
pub fn fill_bytes<'a>(scope: &Scope<'a>, bytes: &'a [u8], length: i32) -> &'a [u8] {
    let wanted = usize::try_from(length).unwrap_or(0);
    if bytes.len() >= wanted {
        return cut_bytes(bytes, length);
    }
    scope.memory.alloc_slice_fill_with(wanted, |at| bytes.get(at).copied().unwrap_or(0))
}

/// Puts UTF-16 units together; half a pair becomes a question mark.
fn push_units(out: &mut String<'_>, units: impl Iterator<Item = u16>) {
    out.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or('?')));
}

/// `lpad(text, length, filling)`; null for a negative length or an empty filling.
pub fn lpad<'a>(scope: &Scope<'a>, text: &str, length: i32, filling: &str) -> Option<&'a str> {
    let length = usize::try_from(length).ok()?;
    if filling.is_empty() {
        return None;
    }
    let missing = length.saturating_sub(text.encode_utf16().count());
    let mut out = String::with_capacity_in(text.len() + missing, scope.memory);
    let filled = filling.encode_utf16().cycle().take(missing);
    push_units(&mut out, filled.chain(text.encode_utf16().take(length - missing)));
    Some(out.into_bump_str())
}

/// `rpad(text, length, filling)`; null for a negative length or an empty filling.
pub fn rpad<'a>(scope: &Scope<'a>, text: &str, length: i32, filling: &str) -> Option<&'a str> {
    let length = usize::try_from(length).ok()?;
    if filling.is_empty() {
        return None;
    }
    let mut out = String::with_capacity_in(text.len().max(length), scope.memory);
    push_units(&mut out, text.encode_utf16().chain(filling.encode_utf16().cycle()).take(length));
    Some(out.into_bump_str())
}

/// `repeat(text, times)`
pub fn repeat<'a>(scope: &Scope<'a>, text: &str, times: i32) -> &'a str {
    let times = usize::try_from(times).unwrap_or(0);
    let mut out = String::with_capacity_in(text.len().saturating_mul(times), scope.memory);
    for _ in 0..times {
        out.push_str(text);
    }
    out.into_bump_str()
}

/// `overlay(text placing new from from)`: as many units are replaced as the new text has.
pub fn overlay_all<'a>(scope: &Scope<'a>, text: &'a str, new: &str, from: i32) -> &'a str {
    let length = i32::try_from(new.encode_utf16().count()).unwrap_or(i32::MAX);
    overlay(scope, text, new, from, length)
}

/// `overlay(text placing new from from for length)`; the text as it is for a place outside it.
pub fn overlay<'a>(scope: &Scope<'a>, text: &'a str, new: &str, from: i32, length: i32) -> &'a str {
    let size = text.encode_utf16().count();
    let before = match usize::try_from(from) {
        Ok(from) if from >= 1 && from <= size => from - 1,
        _ => return text,
    };
    // Without a length nothing follows, as in Flink.
    let after = match usize::try_from(length) {
        Ok(length) if length > 0 && before + 1 + length <= size => before + length,
        _ => size,
    };
    let mut out = String::with_capacity_in(text.len() + new.len(), scope.memory);
    let units = text.encode_utf16();
    push_units(&mut out, units.clone().take(before).chain(new.encode_utf16()).chain(units.skip(after)));
    out.into_bump_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn bytes() {
        with_scope(|scope| {
            assert_eq!(fill_bytes(scope, b"abc", 2), b"ab");
            assert_eq!(fill_bytes(scope, b"abc", 5), b"abc\0\0");
            assert_eq!(cut_bytes(b"abc", 2), b"ab");
            assert_eq!(cut_bytes(b"abc", 5), b"abc");
        });
    }

    #[test]
    fn filling() {
        with_scope(|scope| {
            assert_eq!(fill(scope, "日本", 4), "日本  ");
            assert_eq!(fill(scope, "日本", 1), "日");
            assert_eq!(lpad(scope, "abc", 5, "xy"), Some("xyabc"));
            assert_eq!(lpad(scope, "abc", 2, "x"), Some("ab"));
            assert_eq!(lpad(scope, "😀a", 1, "x"), Some("?"));
            assert_eq!(rpad(scope, "abc", 6, "xy"), Some("abcxyx"));
            assert_eq!(rpad(scope, "abc", -1, "xy"), None);
            assert_eq!(rpad(scope, "abc", 5, ""), None);
            assert_eq!(repeat(scope, "ab", 3), "ababab");
            assert_eq!(repeat(scope, "ab", -3), "");
            assert_eq!(overlay(scope, "abcdef", "ZZ", 2, 3), "aZZef");
            assert_eq!(overlay_all(scope, "abcdef", "ZZ", 6), "abcdeZZ");
            assert_eq!(overlay_all(scope, "abc", "ZZ", 7), "abc");
        });
        assert_eq!(cut("日本語", 2), "日本");
        assert_eq!(cut("日本語", 0), "");
    }
}
