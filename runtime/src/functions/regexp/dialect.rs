//! From Java's regular expressions to those of `fancy-regex`. Classes such as `\d` are ASCII in Java, `.` and `$` know
//! more line breaks, quotes and POSIX names are written differently, and some mistakes that are errors in Java would
//! be taken for something else.

use std::iter::Peekable;
use std::str::Chars;

/// Line breaks that `.` does not match.
const BREAKS: &str = r"\n\r\x{85}\x{2028}\x{2029}";

/// The expression in the other dialect; none if Java refuses it.
pub fn translate(pattern: &str) -> Option<String> {
    let mut translator =
        Translator { input: pattern.chars().peekable(), out: String::new(), quantifiable: false, dot_all: false };
    translator.expression()?;
    Some(translator.out)
}

struct Translator<'a> {
    input: Peekable<Chars<'a>>,
    out: String,
    /// Whether a quantifier may follow.
    quantifiable: bool,
    /// Whether `(?s)` stands before.
    dot_all: bool,
}

impl Translator<'_> {
    fn expression(&mut self) -> Option<()> {
        let mut depth = 0u32;
        while let Some(character) = self.input.next() {
            match character {
                '\\' => self.escape()?,
                '[' => {
                    self.class()?;
                    self.quantifiable = true;
                }
                '.' => {
                    let dot = if self.dot_all { "(?s:.)".to_owned() } else { format!("[^{BREAKS}]") };
                    self.atom(&dot);
                }
                '$' => {
                    self.atom(&format!(r"(?=(?:\r\n|[{BREAKS}])?\z)"));
                }
                '*' | '+' | '?' => self.quantifier(&character.to_string())?,
                '{' => {
                    let bounds = self.bounds()?;
                    self.quantifier(&bounds)?;
                }
                '(' => {
                    depth += u32::from(self.group()?);
                }
                ')' => {
                    depth = depth.checked_sub(1)?;
                    self.out.push(')');
                    self.quantifiable = true;
                }
                '|' => {
                    self.out.push('|');
                    self.quantifiable = false;
                }
                '^' => {
                    self.out.push('^');
                    self.quantifiable = true;
                }
                other => self.literal(other),
            }
        }
        (depth == 0).then_some(())
    }

    fn atom(&mut self, text: &str) {
        self.out.push_str(text);
        self.quantifiable = true;
    }

    fn literal(&mut self, character: char) {
        if !character.is_alphanumeric() && character.is_ascii() && !character.is_ascii_whitespace() {
            self.out.push('\\');
        }
        self.out.push(character);
        self.quantifiable = true;
    }

    fn quantifier(&mut self, text: &str) -> Option<()> {
        if !self.quantifiable {
            return None;
        }
        self.out.push_str(text);
        if let Some(suffix) = self.input.next_if(|c| matches!(c, '?' | '+')) {
            self.out.push(suffix);
        }
        self.quantifiable = false;
        Some(())
    }

    /// `n}`, `n,}`, `n,m}`
    fn bounds(&mut self) -> Option<String> {
        let mut text = "{".to_owned();
        let digits = |input: &mut Peekable<Chars<'_>>, text: &mut String| {
            let before = text.len();
            while let Some(digit) = input.next_if(char::is_ascii_digit) {
                text.push(digit);
            }
            text.len() > before
        };
        if !digits(&mut self.input, &mut text) {
            return None;
        }
        if self.input.next_if_eq(&',').is_some() {
            text.push(',');
            digits(&mut self.input, &mut text);
        }
        self.input.next_if_eq(&'}')?;
        text.push('}');
        Some(text)
    }

    /// Behind `(`: false if it is closed already, as `(?i)` is.
    fn group(&mut self) -> Option<bool> {
        self.out.push('(');
        self.quantifiable = false;
        if self.input.next_if_eq(&'?').is_none() {
            return Some(true);
        }
        self.out.push('?');
        let mut on = true;
        while let Some(flag) = self.input.next_if(|c| c.is_ascii_alphabetic() || *c == '-') {
            match flag {
                '-' => on = false,
                's' => self.dot_all = on,
                // Letters beyond ASCII have their cases in any event; Unix lines are not told apart.
                'u' | 'd' | 'U' => continue,
                _ => {}
            }
            self.out.push(flag);
        }
        let next = self.input.next()?;
        self.out.push(next);
        if next == ')' {
            if self.out.ends_with("(?)") {
                self.out.truncate(self.out.len() - 3);
            }
            return Some(false);
        }
        if next == '<' {
            if let Some(behind) = self.input.next_if(|c| matches!(c, '=' | '!')) {
                self.out.push(behind);
                return Some(true);
            }
            while let Some(letter) = self.input.next_if(char::is_ascii_alphanumeric) {
                self.out.push(letter);
            }
            self.input.next_if_eq(&'>')?;
            self.out.push('>');
        }
        Some(true)
    }

    /// Behind a backslash outside a class.
    fn escape(&mut self) -> Option<()> {
        let character = self.input.next()?;
        match character {
            'Q' => self.quote(),
            'Z' => self.atom(&format!(r"(?=(?:\r\n|[{BREAKS}])?\z)")),
            'z' | 'A' | 'b' | 'B' | 'G' => self.atom(&format!("\\{character}")),
            'R' => self.atom(&format!(r"(?:\r\n|[\x0B\f{BREAKS}])")),
            'k' => {
                self.input.next_if_eq(&'<')?;
                let mut name = String::new();
                while let Some(letter) = self.input.next_if(char::is_ascii_alphanumeric) {
                    name.push(letter);
                }
                self.input.next_if_eq(&'>')?;
                self.atom(&format!(r"\k<{name}>"));
            }
            '1'..='9' => self.atom(&format!("\\{character}")),
            _ => {
                let class = self.shorthand(character)?;
                self.atom(&class);
            }
        }
        Some(())
    }

    /// `\Q … \E`
    fn quote(&mut self) {
        while let Some(character) = self.input.next() {
            if character == '\\' && self.input.next_if_eq(&'E').is_some() {
                return;
            }
            self.literal(character);
        }
    }

    /// An escaped character or class, as it stands inside or outside brackets.
    fn shorthand(&mut self, character: char) -> Option<String> {
        Some(match character {
            'd' => "[0-9]".to_owned(),
            'D' => "[^0-9]".to_owned(),
            'w' => "[a-zA-Z_0-9]".to_owned(),
            'W' => "[^a-zA-Z_0-9]".to_owned(),
            's' => r"[ \t\n\x0B\f\r]".to_owned(),
            'S' => r"[^ \t\n\x0B\f\r]".to_owned(),
            'h' => r"[ \t\x{A0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]".to_owned(),
            'H' => r"[^ \t\x{A0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]".to_owned(),
            'v' => r"[\n\x0B\f\r\x{85}\x{2028}\x{2029}]".to_owned(),
            'V' => r"[^\n\x0B\f\r\x{85}\x{2028}\x{2029}]".to_owned(),
            't' | 'n' | 'r' | 'f' | 'a' => format!("\\{character}"),
            'e' => r"\x1B".to_owned(),
            'p' | 'P' => self.property(character == 'P')?,
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            '0' => {
                let mut code = 0;
                while let Some(digit) = self.input.next_if(|c| c.is_digit(8) && code < 0o40) {
                    code = code * 8 + digit.to_digit(8)?;
                }
                format!("\\x{{{code:x}}}")
            }
            'c' => format!("\\x{{{:x}}}", u32::from(self.input.next()?) ^ 64),
            letter if letter.is_ascii_alphabetic() => return None,
            other if other.is_ascii_punctuation() => format!("\\{other}"),
            other => other.to_string(),
        })
    }

    fn hexadecimal(&mut self, digits: u32) -> Option<String> {
        let mut code = String::new();
        if digits == 2 && self.input.next_if_eq(&'{').is_some() {
            while let Some(digit) = self.input.next_if(char::is_ascii_hexdigit) {
                code.push(digit);
            }
            self.input.next_if_eq(&'}')?;
        } else {
            for _ in 0..digits {
                code.push(self.input.next_if(char::is_ascii_hexdigit)?);
            }
        }
        Some(format!("\\x{{{code}}}"))
    }

    /// `\p{Name}`, `\pL`
    fn property(&mut self, negated: bool) -> Option<String> {
        let mut name = String::new();
        if self.input.next_if_eq(&'{').is_some() {
            while let Some(character) = self.input.next_if(|c| *c != '}') {
                name.push(character);
            }
            self.input.next_if_eq(&'}')?;
        } else {
            name.push(self.input.next()?);
        }
        let posix = match name.as_str() {
            "Lower" => "lower",
            "Upper" => "upper",
            "ASCII" => "ascii",
            "Alpha" => "alpha",
            "Digit" => "digit",
            "Alnum" => "alnum",
            "Punct" => "punct",
            "Graph" => "graph",
            "Print" => "print",
            "Blank" => "blank",
            "Cntrl" => "cntrl",
            "XDigit" => "xdigit",
            "Space" => "space",
            _ => "",
        };
        if !posix.is_empty() {
            return Some(format!("[[:{}{posix}:]]", if negated { "^" } else { "" }));
        }
        let letter = if negated { 'P' } else { 'p' };
        let unicode = match name.as_str() {
            "javaLowerCase" => "Lowercase",
            "javaUpperCase" => "Uppercase",
            "javaWhitespace" => "White_Space",
            "javaLetter" => "L",
            "javaDigit" => "Nd",
            other => other.strip_prefix("Is").unwrap_or(other),
        };
        Some(format!("\\{letter}{{{unicode}}}"))
    }

    /// Behind `[`.
    fn class(&mut self) -> Option<()> {
        self.out.push('[');
        if self.input.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let character = self.input.next()?;
            match character {
                ']' if !first => break,
                '[' => self.class()?,
                '\\' => {
                    let next = self.input.next()?;
                    if next == 'Q' {
                        self.quote();
                    } else if next == 'b' {
                        return None;
                    } else {
                        let class = self.shorthand(next)?;
                        self.out.push_str(&class);
                    }
                }
                '&' if self.input.next_if_eq(&'&').is_some() => self.out.push_str("&&"),
                '-' => {
                    // A hyphen between two characters makes a range, elsewhere it stands for itself.
                    let range = !first && self.input.peek().is_some_and(|next| !matches!(next, ']' | '['));
                    self.out.push_str(if range { "-" } else { r"\-" });
                }
                // A range of its own, so that no POSIX name is seen in it.
                ':' => self.out.push_str(":-:"),
                other => {
                    if other.is_ascii_punctuation() {
                        self.out.push('\\');
                    }
                    self.out.push(other);
                }
            }
            first = false;
        }
        self.out.push(']');
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use fancy_regex::Regex;

    use super::*;

    fn check(pattern: &str, text: &str) -> Option<bool> {
        let regex = translate(pattern).and_then(|pattern| Regex::new(&pattern).ok())?;
        regex.is_match(text).ok()
    }

    #[test]
    fn classes_are_ascii() {
        assert_eq!(check(r"^\d$", "٣"), Some(false));
        assert_eq!(check(r"^\w+$", "a_9"), Some(true));
        assert_eq!(check(r"^[\w-]+$", "a-b"), Some(true));
        assert_eq!(check(r"^[^\s]$", "x"), Some(true));
        assert_eq!(check(r"\p{Upper}", "É"), Some(false));
        assert_eq!(check(r"\p{L}", "É"), Some(true));
        assert_eq!(check(r"\p{IsHan}", "日"), Some(true));
    }

    #[test]
    fn line_breaks() {
        assert_eq!(check("a.b", "a\nb"), Some(false));
        assert_eq!(check("(?s)a.b", "a\nb"), Some(true));
        assert_eq!(check("b$", "ab\n"), Some(true));
        assert_eq!(check("b$", "ab\nc"), Some(false));
    }

    #[test]
    fn mistakes() {
        for pattern in ["(", ")", "*a", "a**", "{a", "a{", "[a", r"\y", "a{x}", "+", "?"] {
            assert_eq!(check(pattern, "a"), None, "{pattern}");
        }
    }

    #[test]
    fn other_syntax() {
        assert_eq!(check(r"\Qa.b\E", "axb"), Some(false));
        assert_eq!(check(r"\Qa.b\E", "a.b"), Some(true));
        assert_eq!(check(r"(a)\1", "aa"), Some(true));
        assert_eq!(check(r"(?<x>a)\k<x>", "aa"), Some(true));
        assert_eq!(check("a(?=b)", "ab"), Some(true));
        assert_eq!(check("a++b", "aab"), Some(true));
        assert_eq!(check("(?i)ABC", "abc"), Some(true));
        assert_eq!(check(r"\<a\>", "<a>"), Some(true));
        assert_eq!(check("]", "]"), Some(true));
        assert_eq!(check("[a-c&&[^b]]", "b"), Some(false));
        assert_eq!(check("😀{2}", "😀😀"), Some(true));
        assert_eq!(check("}", "}"), Some(true));
    }
}
