//! Parts of texts.

use super::offset;

/// `trim(text)`: without blanks at both ends.
pub fn trim(text: &str) -> &str {
    text.trim_matches(' ')
}

/// `ltrim(text)`
pub fn trim_start(text: &str) -> &str {
    text.trim_start_matches(' ')
}

/// `rtrim(text)`
pub fn trim_end(text: &str) -> &str {
    text.trim_end_matches(' ')
}

/// `trim(both characters from text)`: without any of the characters at both ends.
pub fn trim_of<'a>(text: &'a str, characters: &str) -> &'a str {
    text.trim_matches(|c| characters.contains(c))
}

/// `ltrim(text, characters)`
pub fn trim_start_of<'a>(text: &'a str, characters: &str) -> &'a str {
    text.trim_start_matches(|c| characters.contains(c))
}

/// `rtrim(text, characters)`
pub fn trim_end_of<'a>(text: &'a str, characters: &str) -> &'a str {
    text.trim_end_matches(|c| characters.contains(c))
}

/// `substring(text, from)`: from 1; a negative place counts from the end, and before the start there is nothing.
pub fn substring_from(text: &str, from: i32) -> &str {
    substring(text, from, i32::MAX).unwrap_or("")
}

/// `substring(text, from, length)`; null for a negative length.
pub fn substring(text: &str, from: i32, length: i32) -> Option<&str> {
    let length = usize::try_from(length).ok()?;
    let skipped = usize::try_from(from.unsigned_abs()).unwrap_or(usize::MAX);
    let start = match from.signum() {
        1 => skipped - 1,
        0 => 0,
        _ => match text.chars().count().checked_sub(skipped) {
            Some(start) => start,
            None => return Some(""),
        },
    };
    let rest = text.get(offset(text, start)..)?;
    rest.get(..offset(rest, length))
}

/// `left(text, length)`
pub fn left(text: &str, length: i32) -> &str {
    let length = usize::try_from(length).unwrap_or(0);
    text.get(..offset(text, length)).unwrap_or(text)
}

/// `right(text, length)`
pub fn right(text: &str, length: i32) -> &str {
    let length = usize::try_from(length).unwrap_or(0);
    let skipped = text.chars().count().saturating_sub(length);
    text.get(offset(text, skipped)..).unwrap_or(text)
}

/// `split_index(text, separator, index)`: the part of that number, from 0. An empty separator is white space.
pub fn split_index<'a>(text: &'a str, separator: &str, index: i32) -> Option<&'a str> {
    let index = usize::try_from(index).ok()?;
    if text.is_empty() {
        return None;
    }
    if separator.is_empty() {
        return text.split(is_java_white_space).nth(index);
    }
    text.split(separator).nth(index)
}

/// `split_index(text, code, index)`: the separator is the character of a code from 1 to 255.
pub fn split_index_code(text: &str, code: i32, index: i32) -> Option<&str> {
    let index = usize::try_from(index).ok()?;
    let code = u8::try_from(code).ok().filter(|code| *code > 0)?;
    if text.is_empty() { None } else { text.split(char::from(code)).nth(index) }
}

fn is_java_white_space(c: char) -> bool {
    let unbroken = matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}');
    matches!(c, '\u{1c}'..='\u{1f}') || (c.is_whitespace() && !unbroken)
}

/// `keyvalue(text, pair_separator, key_separator, key)`
pub fn key_value<'a>(text: &'a str, pair_separator: &str, key_separator: &str, key: &str) -> Option<&'a str> {
    if text.is_empty() || key.is_empty() || pair_separator.is_empty() || key_separator.is_empty() {
        return None;
    }
    let pairs = text.split(pair_separator).filter_map(|pair| pair.split_once(key_separator));
    pairs.into_iter().find(|(found, _)| *found == key).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        assert_eq!(trim_of("xxabcxx", "xa"), "bc");
        assert_eq!(substring("日本語テ", 2, 2), Some("本語"));
        assert_eq!(substring("abc", 0, 2), Some("ab"));
        assert_eq!(substring("abc", -2, 1), Some("b"));
        assert_eq!(substring("abc", -5, 1), Some(""));
        assert_eq!(substring("abc", 5, 1), Some(""));
        assert_eq!(substring("abc", 1, -1), None);
        assert_eq!(substring_from("abc", i32::MIN), "");
        assert_eq!(left("日本語", 2), "日本");
        assert_eq!(right("日本語", 2), "本語");
        assert_eq!(right("abc", -1), "");
        assert_eq!(left("abc", 9), "abc");
    }

    #[test]
    fn splitting() {
        assert_eq!(split_index(",,a,", ",", 2), Some("a"));
        assert_eq!(split_index(",,a,", ",", 3), Some(""));
        assert_eq!(split_index(",,a,", ",", 4), None);
        assert_eq!(split_index("", ",", 0), None);
        assert_eq!(split_index("a b", "", 1), Some("b"));
        assert_eq!(split_index_code("a,b", 44, 1), Some("b"));
        assert_eq!(key_value("k1=v1;k2=v2", ";", "=", "k2"), Some("v2"));
    }
}
