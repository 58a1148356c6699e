//! The commonest numbers, up to sixteen characters, without a branch on how many they are: that changes from record to
//! record, and a processor that guesses wrong has to begin anew.
//!
//! None says nothing: the text may be a number of another form, which [`super::number`] reads.

use super::block::{self, Block};
use super::number::POWERS;

/// An integer of digits alone: so many bytes at the end of the block, `first` being the first of them.
#[inline(never)]
pub(super) fn integer(last: &Block, length: usize, first: u8) -> Option<i64> {
    // A sign is no digit.
    if length > 16 || (first == b'0' && length > 1) {
        return None;
    }
    block::digits(last, kept(length)?).map(|value| value as i64)
}

/// The integer `value × 10^scale` of a decimal: one or more digits, a point, and one or more digits, at most as many as
/// the scale has. It is so many bytes at the end of the block `last`, `first` being the first of them; the block
/// `before` ends a byte earlier.
#[inline(never)]
pub(super) fn decimal(last: &Block, before: &Block, length: usize, first: u8, scale: u8) -> Option<i64> {
    let scale = usize::from(scale);
    if !(3..=16).contains(&length) || scale > 17 {
        return None;
    }
    // The last point. Another one is no digit.
    let points = block::points(last) >> (16 - length);
    let point = (points | 1).ilog2() as usize;
    let fraction = length - 1 - point;
    if fraction.wrapping_sub(1) >= scale || point == 0 || point > 18 - scale || (first == b'0' && point > 1) {
        return None;
    }
    // What stands before the point moves a byte on, over the point.
    let digits = block::blended(before, last, kept(fraction)?);
    Some((block::digits(&digits, kept(length - 1)?)? * POWERS[scale - fraction]) as i64)
}

/// A block of which as many bytes at the end are kept.
#[inline]
fn kept(length: usize) -> Option<&'static Block> {
    const KEPT: [u8; 32] = {
        let mut kept = [0; 32];
        let mut at = 16;
        while at < 32 {
            kept[at] = 0xff;
            at += 1;
        }
        kept
    };
    KEPT.get(length..)?.first_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::number::{self, Grammar};

    /// The text at the end of seventeen bytes.
    fn behind(text: &str, before: u8) -> [u8; 17] {
        let mut bytes = [before; 17];
        bytes[17 - text.len()..].copy_from_slice(text.as_bytes());
        bytes
    }

    fn read_integer(text: &str, before: u8) -> Option<i64> {
        let bytes = behind(text, before);
        integer(bytes.last_chunk().unwrap(), text.len(), *text.as_bytes().first().unwrap_or(&b','))
    }

    fn read_decimal(text: &str, before: u8, scale: u8) -> Option<i64> {
        let bytes = behind(text, before);
        let first = *text.as_bytes().first().unwrap_or(&b',');
        decimal(bytes.last_chunk().unwrap(), bytes.first_chunk().unwrap(), text.len(), first, scale)
    }

    #[test]
    fn integers() {
        for before in [b':', b'}', b'9', b'.', 0, 0xff] {
            for text in ["0", "7", "10", "12345678", "123456789012345", "1234567890123456", "9999999999999999"] {
                assert_eq!(read_integer(text, before), text.parse().ok(), "{text}");
            }
            for text in ["00", "01", "-1", "+1", "1.5", "1e3", "a", "12a", "null", "1\u{7f}", "/", ":", "1/", ":1"] {
                assert_eq!(read_integer(text, before), None, "{text}");
            }
        }
        assert_eq!(read_integer("12345678901234567", b':'), None);
    }

    #[test]
    fn decimals() {
        for before in [b':', b'}', b'9', b'.', 0, 0xff] {
            for (text, scale, value) in [
                ("0.5", 1, 5),
                ("0.05", 2, 5),
                ("11382.8", 2, 1_138_280),
                ("9098.75", 2, 909_875),
                ("1.5", 17, 150_000_000_000_000_000),
                ("12345678901234.5", 4, 123_456_789_012_345_000),
                ("1.23456789012345", 14, 123_456_789_012_345),
            ] {
                assert_eq!(read_decimal(text, before, scale), Some(value), "{text}");
                assert_eq!(number::decimal(text.as_bytes(), Grammar::Json, 18, scale), Some(value.into()), "{text}");
            }
            for (text, scale) in [
                (".", 2),
                ("5", 2),
                ("5.", 2),
                (".5", 2),
                ("..5", 2),
                ("-0.5", 2),
                ("00.5", 2),
                ("1.234", 2),
                ("1.2.3", 4),
                ("1.2e1", 4),
                ("1.5", 0),
                ("12.5", 17),
                ("12345678901234.5", 5),
                ("1.5", 38),
                ("12345", 2),
                ("123456789012345.6", 2),
            ] {
                assert_eq!(read_decimal(text, before, scale), None, "{text}");
            }
        }
    }
}
