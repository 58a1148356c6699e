//! What a text consists of.

use crate::functions::java;

/// `is_alpha(text)`: letters only, at least one. A character beyond U+FFFF is none, as in Java.
pub fn is_alpha(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphabetic() && c <= '\u{ffff}')
}

/// `is_digit(text)`: digits of any script, at least one.
pub fn is_digit(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_decimal_digit)
}

/// `is_decimal(text)`: a number as Java reads it.
pub fn is_decimal(text: &str) -> bool {
    java::parse_double(text).is_some()
}

fn is_decimal_digit(c: char) -> bool {
    /// The zeros of the scripts that have digits; nine more follow each.
    const ZEROS: [u32; 36] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
        0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
        0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    ];
    c.is_ascii_digit() || ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&u32::from(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        assert!(is_alpha("héllo日") && !is_alpha("") && !is_alpha("a1"));
        assert!(is_digit("0٣") && !is_digit("1.5"));
        assert!(is_decimal("1e3") && is_decimal("-1.5") && !is_decimal("0x10") && !is_decimal(""));
    }
}
