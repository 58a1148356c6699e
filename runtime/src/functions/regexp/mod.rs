//! Regular expressions in Java's dialect. A malformed one matches nothing: the functions give false or null for it.

mod dialect;

use bumpalo::collections::String;
use fancy_regex::Regex;

use crate::scope::Scope;

/// A prepared regular expression.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Option<Regex>,
    empty: bool,
}

impl Pattern {
    /// Prepares a regular expression.
    pub fn new(pattern: &str) -> Self {
        let regex = dialect::translate(pattern).and_then(|pattern| Regex::new(&pattern).ok());
        Self { regex, empty: pattern.is_empty() }
    }

    /// The same for an expression that must match a whole text; its fault says what is wrong with it.
    pub(super) fn whole(pattern: &str) -> Option<Regex> {
        dialect::translate(pattern).and_then(|pattern| Regex::new(&format!("\\A(?:{pattern})\\z")).ok())
    }

    /// All matches, one after the other: where they begin and end.
    fn matches<'p>(&'p self, text: &'p str) -> Option<Matches<'p>> {
        let regex = self.regex.as_ref()?;
        Some(Matches { regex, text, from: 0, last_empty: false })
    }

    /// Whether there is an empty match between two characters that the expression does not know.
    fn matches_nothing(&self) -> bool {
        let between = char::REPLACEMENT_CHARACTER.len_utf8();
        let found =
            self.regex.as_ref().and_then(|regex| regex.find_from_pos("\u{fffd}\u{fffd}", between).ok().flatten());
        found.is_some_and(|found| found.start() == between && found.end() == between)
    }

    fn first<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (start, end) = self.matches(text)?.next()?;
        text.get(start..end)
    }
}

/// The matches as Java's `Matcher.find` finds them: an empty one may follow right behind another one.
struct Matches<'p> {
    regex: &'p Regex,
    text: &'p str,
    from: usize,
    last_empty: bool,
}

impl Iterator for Matches<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let mut from = self.from;
        if self.last_empty {
            from += self.text.get(from..)?.chars().next()?.len_utf8();
        }
        let found = self.regex.find_from_pos(self.text, from).ok().flatten()?;
        self.from = found.end();
        self.last_empty = found.start() == found.end();
        Some((found.start(), found.end()))
    }
}

/// `regexp(text, pattern)`: whether there is a match; none for an empty pattern.
pub fn regexp(text: &str, pattern: &Pattern) -> bool {
    !pattern.empty && pattern.regex.as_ref().is_some_and(|regex| regex.is_match(text).unwrap_or(false))
}

/// `regexp_replace(text, pattern, new)`
pub fn replace<'a>(scope: &Scope<'a>, text: &'a str, pattern: &Pattern, new: &str) -> Option<&'a str> {
    let mut out = String::with_capacity_in(text.len(), scope.memory);
    let mut from = 0;
    // An empty match within a pair of UTF-16 units takes the pair apart, as in Java.
    let mut apart = None;
    for (start, end) in pattern.matches(text)? {
        push_between(&mut out, text.get(from..start)?, apart.take().is_some(), new);
        out.push_str(new);
        from = end;
        let pair = text.get(start..)?.chars().next().is_some_and(|c| c.len_utf16() == 2);
        apart = (start == end && pair && pattern.matches_nothing()).then_some(());
    }
    push_between(&mut out, text.get(from..)?, apart.is_some(), new);
    Some(out.into_bump_str())
}

fn push_between(out: &mut String<'_>, between: &str, apart: bool, new: &str) {
    let mut characters = between.chars();
    if apart && characters.next().is_some() {
        out.push('?');
        out.push_str(new);
        out.push('?');
        out.push_str(characters.as_str());
    } else {
        out.push_str(between);
    }
}

/// `regexp_extract(text, pattern)`
pub fn extract<'a>(text: &'a str, pattern: &Pattern) -> Option<&'a str> {
    pattern.first(text)
}

/// `regexp_extract(text, pattern, group)`
pub fn extract_group<'a>(text: &'a str, pattern: &Pattern, group: i64) -> Option<&'a str> {
    let group = usize::try_from(group).ok()?;
    if group == 0 {
        return pattern.first(text);
    }
    let captures = pattern.regex.as_ref()?.captures(text).ok().flatten()?;
    captures.get(group).map(|found| found.as_str())
}

/// `regexp_substr(text, pattern)`
pub fn substr<'a>(text: &'a str, pattern: &Pattern) -> Option<&'a str> {
    pattern.first(text)
}

/// `regexp_count(text, pattern)`
pub fn count(text: &str, pattern: &Pattern) -> Option<i32> {
    pattern.matches(text).map(|matches| i32::try_from(matches.count()).unwrap_or(i32::MAX))
}

/// `regexp_instr(text, pattern)`, in UTF-16 units from 1; 0 if there is no match.
pub fn instr(text: &str, pattern: &Pattern) -> Option<i32> {
    let Some((start, _)) = pattern.matches(text)?.next() else { return Some(0) };
    let units = text.get(..start)?.encode_utf16().count();
    Some(i32::try_from(units + 1).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn finding() {
        let pattern = Pattern::new;
        assert!(regexp("abc", &pattern("^a")) && !regexp("abc", &pattern("")) && !regexp("abc", &pattern("(")));
        assert_eq!(extract("ab12", &pattern("[0-9]+")), Some("12"));
        assert_eq!(extract_group("ab,cd", &pattern(r"(\w+),(\w+)"), 2), Some("cd"));
        assert_eq!(extract_group("ab,cd", &pattern(r"(\w+),(\w+)"), 3), None);
        assert_eq!(count("a1b2", &pattern(r"\d")), Some(2));
        assert_eq!(count("a", &pattern("(")), None);
        assert_eq!(instr("日b", &pattern("b")), Some(2));
    }

    #[test]
    fn replacing() {
        with_scope(|scope| {
            let check = |text, pattern| replace(scope, text, &Pattern::new(pattern), "-").unwrap_or("null");
            assert_eq!(check("abcabd", "[a-b]+"), "-c-d");
            assert_eq!(check("abc", "[a-z]*"), "--");
            assert_eq!(check("ab", ""), "-a-b-");
            assert_eq!(check("x😀y", ""), "-x-?-?-y-");
            assert_eq!(check("abc", "("), "null");
            assert_eq!(replace(scope, "abc", &Pattern::new("b"), "$1"), Some("a$1c"));
        });
    }
}
