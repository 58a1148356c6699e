//! `similar to`: SQL's regular expressions, that must match the whole text. A malformed one is a fault.

use fancy_regex::Regex;

use super::regexp;
use crate::values::Fault;

/// A prepared pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Option<Regex>,
    written: Box<str>,
}

/// A prepared pattern whose first character is the escape character.
#[derive(Debug, Clone)]
pub struct EscapedPattern(Pattern);

impl Pattern {
    /// Prepares a pattern without an escape character.
    pub fn new(pattern: &str) -> Self {
        Self::with_escape(pattern, None)
    }

    fn with_escape(pattern: &str, escape: Option<char>) -> Self {
        let regex = to_java(pattern, escape).and_then(|pattern| regexp::Pattern::whole(&pattern));
        Self { regex, written: pattern.into() }
    }
}

impl EscapedPattern {
    /// Prepares a pattern; its first character is the escape character.
    pub fn new(pattern: &str) -> Self {
        let mut characters = pattern.chars();
        let escape = characters.next();
        Self(Pattern::with_escape(characters.as_str(), escape))
    }
}

/// `text similar to pattern`
pub fn similar(text: &str, pattern: &Pattern) -> Result<bool, Fault> {
    match &pattern.regex {
        Some(regex) => Ok(regex.is_match(text).unwrap_or(false)),
        None => Err(Fault::cast(&pattern.written, "pattern that similar to understands")),
    }
}

/// `text similar to pattern escape character`
pub fn similar_escaped(text: &str, pattern: &EscapedPattern) -> Result<bool, Fault> {
    similar(text, &pattern.0)
}

/// The names of classes between `[:` and `:]`, in either case.
const CLASSES: [(&str, &str); 7] = [
    ("alpha", r"\p{Alpha}"),
    ("upper", r"\p{Upper}"),
    ("lower", r"\p{Lower}"),
    ("digit", r"\d"),
    ("space", " "),
    ("whitespace", r"\s"),
    ("alnum", r"\p{Alnum}"),
];

const SPECIAL: &str = "[]()|^-+*_%?{}";

/// The pattern as a regular expression of Java.
fn to_java(pattern: &str, escape: Option<char>) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        rest = rest.get(character.len_utf8()..)?;
        if Some(character) == escape {
            rest = escaped(rest, escape, &mut out)?;
            continue;
        }
        match character {
            '_' => out.push('.'),
            '%' => out.push_str("(?s:.*)"),
            '[' => rest = class(rest, escape, &mut out)?,
            ']' => return None,
            '\\' | '$' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    Some(out)
}

/// Behind the escape character.
fn escaped<'a>(rest: &'a str, escape: Option<char>, out: &mut String) -> Option<&'a str> {
    let next = rest.chars().next()?;
    if !SPECIAL.contains(next) && Some(next) != escape {
        return None;
    }
    if !next.is_alphanumeric() && !matches!(next, '_' | '%') {
        out.push('\\');
    }
    out.push(next);
    rest.get(next.len_utf8()..)
}

/// Behind `[`.
fn class<'a>(mut rest: &'a str, escape: Option<char>, out: &mut String) -> Option<&'a str> {
    out.push('[');
    loop {
        let character = rest.chars().next()?;
        if let Some(named) = rest.strip_prefix("[:") {
            let (name, after) = named.split_once(":]")?;
            let known = |(known, _): &&(&str, &str)| *known == name || known.to_uppercase() == name;
            out.push_str(CLASSES.iter().find(known)?.1);
            rest = after;
            continue;
        }
        rest = rest.get(character.len_utf8()..)?;
        match character {
            ']' => {
                out.push(']');
                return Some(rest);
            }
            other if Some(other) == escape => rest = escaped(rest, escape, out)?,
            '-' | '^' => out.push(character),
            other if SPECIAL.contains(other) => return None,
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, pattern: &str) -> Option<bool> {
        similar(text, &Pattern::new(pattern)).ok()
    }

    #[test]
    fn patterns() {
        assert_eq!(check("abc", "%(a|b)%"), Some(true));
        assert_eq!(check("aaa", "a{3}"), Some(true));
        assert_eq!(check("abc", "(b|c)%"), Some(false));
        assert_eq!(check("a1", "%[[:digit:]]%"), Some(true));
        assert_eq!(check("a.b", "a.b"), Some(true));
        assert_eq!(check("x", "[^a]%"), Some(true));
        assert_eq!(check("x", "{\"a\""), None);
        assert_eq!(similar_escaped("100%", &EscapedPattern::new("!100!%")), Ok(true));
    }
}
