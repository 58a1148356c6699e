//! From the bytes of a file to its text.

use super::{SourceFile, Span};
use crate::problems::{Problems, yaml as words};

impl SourceFile {
    /// The text of a file's bytes, which must be UTF-8; a byte-order mark at the start is left out. Bytes that are
    /// not UTF-8 are a problem, and stand in the text as `�`.
    pub fn decode(name: impl Into<String>, bytes: &[u8], problems: &mut Problems) -> Self {
        let name = name.into();
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Self { name, text: text.to_string() },
            Err(error) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                // Up to the first bad byte the text is as long as the bytes; the mark after it has three bytes.
                let start = error.valid_up_to();
                let utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
                problems.push(words::not_utf8(Span::new(start, start + '\u{FFFD}'.len_utf8()), utf16));
                Self { name, text }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_text() {
        let mut problems = Problems::default();
        assert_eq!(SourceFile::decode("a.yaml", b"\xEF\xBB\xBFversion: 1\n", &mut problems).text, "version: 1\n");
        assert!(problems.is_empty());
    }

    #[test]
    fn bad_bytes_are_a_problem_at_their_place() {
        let mut problems = Problems::default();
        let file = SourceFile::decode("a.yaml", b"version: 1\npipeline: caf\xE9\n", &mut problems);
        assert_eq!(problems.render_short(&file), "a.yaml:2:14: error[E0101]: the file is not UTF-8 text\n");
    }
}
