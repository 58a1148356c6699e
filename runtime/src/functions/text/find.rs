//! Texts in texts.

use bumpalo::collections::String;

use super::offset;
use crate::scope::Scope;
use crate::values::Fault;

/// `starts_with(text, start)`
#[inline]
pub fn starts_with(text: &str, start: &str) -> bool {
    text.starts_with(start)
}

/// `ends_with(text, end)`
#[inline]
pub fn ends_with(text: &str, end: &str) -> bool {
    text.ends_with(end)
}

/// `position(wanted in text)`, from 1; 0 if it is not there.
pub fn position(wanted: &str, text: &str) -> i32 {
    locate(wanted, text, 1)
}

/// `locate(wanted, text, from)`: at or behind the character `from`.
pub fn locate(wanted: &str, text: &str, from: i32) -> i32 {
    if wanted.is_empty() {
        return 1;
    }
    let skipped = usize::try_from(from.saturating_sub(1)).unwrap_or(0);
    let start = offset(text, skipped);
    let Some((before, rest)) = text.split_at_checked(start) else { return 0 };
    match rest.find(wanted).and_then(|at| rest.get(..at)) {
        Some(between) => {
            let characters = before.chars().count() + between.chars().count() + 1;
            i32::try_from(characters).unwrap_or(i32::MAX)
        }
        None => 0,
    }
}

/// `instr(text, wanted, from, nth)`; a negative `from` counts and searches from the end.
pub fn instr(text: &str, wanted: &str, from: i32, nth: i32) -> Result<i32, Fault> {
    if nth <= 0 {
        return Err(Fault::new(format!("instr looks for the first or a later occurrence, not for number {nth}")));
    }
    if from < 0 {
        return Ok(instr_from_end(text, wanted, from.unsigned_abs(), nth));
    }
    if from == 0 {
        return Ok(0);
    }
    let mut start = from;
    let mut found = 0;
    for _ in 0..nth {
        found = locate(wanted, text, start);
        if found == 0 {
            return Ok(0);
        }
        start = found.saturating_add(1);
    }
    Ok(found)
}

/// The search runs over the text read backwards, where the wanted text ends at `from` or before.
fn instr_from_end(text: &str, wanted: &str, from: u32, nth: i32) -> i32 {
    let (length, size) = (text.chars().count(), wanted.chars().count());
    if wanted.is_empty() {
        return i32::try_from(length + 1).unwrap_or(i32::MAX);
    }
    let skipped = usize::try_from(from - 1).unwrap_or(usize::MAX);
    let mut end = length.saturating_sub(skipped);
    for _ in 0..nth {
        let Some(within) = text.get(..offset(text, end)).filter(|_| end >= size) else { return 0 };
        let Some(at) = within.rfind(wanted).and_then(|at| within.get(..at)) else { return 0 };
        end = at.chars().count() + size - 1;
    }
    i32::try_from(end + 2 - size).unwrap_or(i32::MAX)
}

/// `replace(text, old, new)`. An empty old text stands between all UTF-16 units, as in Java.
pub fn replace<'a>(scope: &Scope<'a>, text: &'a str, old: &str, new: &str) -> &'a str {
    let mut out = String::with_capacity_in(text.len(), scope.memory);
    if old.is_empty() {
        out.push_str(new);
        for character in text.chars() {
            if character.len_utf16() == 2 {
                out.push('?');
                out.push_str(new);
                out.push('?');
            } else {
                out.push(character);
            }
            out.push_str(new);
        }
        return out.into_bump_str();
    }
    let mut parts = text.split(old);
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        out.push_str(new);
        out.push_str(part);
    }
    out.into_bump_str()
}

/// `translate(text, from, to)`: each character of `from` by the one at the same place of `to`, or left out.
pub fn translate<'a>(scope: &Scope<'a>, text: &str, from: &str, to: &str) -> &'a str {
    let mut out = String::with_capacity_in(text.len(), scope.memory);
    for character in text.chars() {
        match from.chars().position(|other| other == character) {
            Some(at) => out.extend(to.chars().nth(at)),
            None => out.push(character),
        }
    }
    out.into_bump_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn places() {
        assert_eq!(position("b", "日bab"), 2);
        assert_eq!(position("", "abc"), 1);
        assert_eq!(locate("b", "日bab", 3), 4);
        assert_eq!(locate("b", "abc", 9), 0);
        assert_eq!(instr("corporate floor", "or", 3, 2), Ok(14));
        assert_eq!(instr("corporate floor", "or", -3, 2), Ok(2));
        assert_eq!(instr("abcb", "b", -1, 1), Ok(4));
        assert_eq!(instr("abcb", "x", -1, 1), Ok(0));
        assert!(instr("abcb", "b", 1, 0).is_err());
    }

    #[test]
    fn replacing() {
        with_scope(|scope| {
            assert_eq!(replace(scope, "abcabc", "b", "xy"), "axycaxyc");
            assert_eq!(replace(scope, "ab", "", "-"), "-a-b-");
            assert_eq!(replace(scope, "😀", "", "-"), "-?-?-");
            assert_eq!(translate(scope, "abcab", "abc", "xy"), "xyxy");
        });
    }
}
