//! `like`: `%` stands for any text, `_` for one character (not a line break, as in Java).

/// A prepared pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    shape: Shape,
}

/// A prepared pattern whose first character is the escape character.
#[derive(Debug, Clone)]
pub struct EscapedPattern(Pattern);

#[derive(Debug, Clone)]
enum Shape {
    /// `abc`
    Equal(Box<str>),
    /// `abc%`
    Start(Box<str>),
    /// `%abc`
    End(Box<str>),
    /// `%abc%`
    Within(Box<str>),
    /// Anything else.
    Parts(Box<[Part]>),
    /// An escape character stands before nothing that can be escaped: nothing matches.
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A character.
    One(char),
    /// `_`
    Any,
    /// `%`
    Many,
}

impl Pattern {
    /// Prepares a pattern without an escape character.
    pub fn new(pattern: &str) -> Self {
        Self::with_escape(pattern, None)
    }

    fn with_escape(pattern: &str, escape: Option<char>) -> Self {
        let mut parts = Vec::with_capacity(pattern.len());
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            if Some(character) == escape {
                match characters.next() {
                    Some(next) if next == '%' || next == '_' || Some(next) == escape => parts.push(Part::One(next)),
                    _ => return Self { shape: Shape::Broken },
                }
                continue;
            }
            match character {
                '_' => parts.push(Part::Any),
                '%' if parts.last() == Some(&Part::Many) => {}
                '%' => parts.push(Part::Many),
                other => parts.push(Part::One(other)),
            }
        }
        Self { shape: Shape::of(parts) }
    }

    fn matches(&self, text: &str) -> bool {
        match &self.shape {
            Shape::Equal(whole) => text == &**whole,
            Shape::Start(start) => text.starts_with(&**start),
            Shape::End(end) => text.ends_with(&**end),
            Shape::Within(part) => text.contains(&**part),
            Shape::Parts(parts) => matches(parts, text),
            Shape::Broken => false,
        }
    }
}

impl Shape {
    fn of(parts: Vec<Part>) -> Self {
        let plain = |parts: &[Part]| -> Option<Box<str>> {
            let text: Option<String> = parts
                .iter()
                .map(|part| match part {
                    Part::One(character) => Some(*character),
                    Part::Any | Part::Many => None,
                })
                .collect();
            text.map(String::into_boxed_str)
        };
        let shape = match parts.as_slice() {
            [Part::Many, middle @ .., Part::Many] => plain(middle).map(Self::Within),
            [Part::Many, end @ ..] => plain(end).map(Self::End),
            [start @ .., Part::Many] => plain(start).map(Self::Start),
            whole => plain(whole).map(Self::Equal),
        };
        shape.unwrap_or(Self::Parts(parts.into_boxed_slice()))
    }
}

/// Each `%` takes as little as it can; when the rest does not match, the last one takes one character more.
fn matches(parts: &[Part], text: &str) -> bool {
    let (mut rest, mut left) = (parts, text.chars());
    let mut retry: Option<(&[Part], std::str::Chars<'_>)> = None;
    loop {
        let ahead = match rest {
            [Part::Many, after @ ..] => {
                rest = after;
                retry = Some((after, left.clone()));
                continue;
            }
            [Part::One(wanted), after @ ..] => {
                let mut next = left.clone();
                (next.next() == Some(*wanted)).then_some((after, next))
            }
            [Part::Any, after @ ..] => {
                let mut next = left.clone();
                next.next().filter(|c| !is_line_break(*c)).map(|_| (after, next))
            }
            [] if left.as_str().is_empty() => return true,
            [] => None,
        };
        if let Some(ahead) = ahead {
            (rest, left) = ahead;
            continue;
        }
        let Some((after, mut from)) = retry.take() else { return false };
        if from.next().is_none() {
            return false;
        }
        (rest, left) = (after, from.clone());
        retry = Some((after, from));
    }
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

impl EscapedPattern {
    /// Prepares a pattern; its first character is the escape character.
    pub fn new(pattern: &str) -> Self {
        let mut characters = pattern.chars();
        let escape = characters.next();
        Self(Pattern::with_escape(characters.as_str(), escape))
    }
}

/// `text like pattern`
#[inline]
pub fn like(text: &str, pattern: &Pattern) -> bool {
    pattern.matches(text)
}

/// `text like pattern escape character`
#[inline]
pub fn like_escaped(text: &str, pattern: &EscapedPattern) -> bool {
    pattern.0.matches(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, pattern: &str) -> bool {
        like(text, &Pattern::new(pattern))
    }

    #[test]
    fn shapes() {
        assert!(check("abc", "abc") && !check("abcd", "abc"));
        assert!(check("abc", "a%") && check("abc", "%c") && check("abc", "%b%"));
        assert!(check("abc", "%") && check("", "%") && check("", ""));
        assert!(check("abc", "a_c") && !check("ac", "a_c"));
        assert!(check("日😀c", "__c"));
        assert!(!check("a\nc", "a_c") && check("a\nc", "a%c"));
        assert!(check("aXbXc", "a%b%c") && !check("aXc", "a%b%c"));
        assert!(check("aab", "%a_") && check("abab", "%ab") && check("mississippi", "m%iss%pi"));
        assert!(check("a\\b", "a\\%"));
    }

    #[test]
    fn escapes() {
        let check = |text, pattern| like_escaped(text, &EscapedPattern::new(pattern));
        assert!(check("100%", "!100!%"));
        assert!(!check("1000", "!100!%"));
        assert!(check("a!b", "!a!!b"));
        assert!(!check("ab", "!a!b"));
    }
}
