//! Numbers from text: integers, decimals and doubles, exact.

/// How a number may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// As JSON has it: `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`. Integers may have a fraction, which is cut.
    Json,
    /// As Java reads it from text: a sign, leading zeros, `.5` and `5.`; integers are digits only.
    Text,
}

/// What becomes of the digits behind the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Cut,
    HalfUp,
}

/// An integer; none if the text is none or does not fit.
pub(super) fn integer(text: &[u8], grammar: Grammar) -> Option<i64> {
    integer_plain(text).or_else(|| integer_slow(text, grammar))
}

/// The common form: a sign and up to 18 digits. None says nothing: the text may be another form.
#[inline]
pub(super) fn integer_plain(text: &[u8]) -> Option<i64> {
    let (negative, magnitude) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let value = digits(magnitude)? as i64;
    let leading_zero = magnitude.len() > 1 && magnitude[0] == b'0';
    (!leading_zero).then_some(if negative { -value } else { value })
}

fn integer_slow(text: &[u8], grammar: Grammar) -> Option<i64> {
    let parts = Parts::new(text, grammar)?;
    if grammar == Grammar::Text && !parts.is_integer() {
        return None;
    }
    i64::try_from(parts.scaled(0, Rest::Cut)?).ok()
}

/// A decimal: the integer `value × 10^scale`, rounded half up, if it has at most `precision` digits.
pub(super) fn decimal(text: &[u8], grammar: Grammar, precision: u8, scale: u8) -> Option<i128> {
    let value = match decimal_plain(text, scale) {
        Some(value) => i128::from(value),
        None => decimal_slow(text, grammar, scale)?,
    };
    fits(value, precision).then_some(value)
}

/// Whether a decimal has at most so many digits.
#[inline]
pub(super) fn fits(value: i128, precision: u8) -> bool {
    value.unsigned_abs() < LIMITS.get(usize::from(precision)).copied().unwrap_or(LIMIT)
}

/// The common form: digits and a point with at most as many digits behind it as the scale has; 18 digits in all.
/// None says nothing: the text may be another form.
#[inline]
pub(super) fn decimal_plain(text: &[u8], scale: u8) -> Option<i64> {
    let scale = usize::from(scale);
    let (negative, magnitude) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    // As a rule all digits of the scale are there.
    let likely = magnitude.len().checked_sub(scale + 1).filter(|point| scale > 0 && magnitude[*point] == b'.');
    let point = match likely {
        Some(point) => point,
        None => magnitude.iter().position(|byte| *byte == b'.').unwrap_or(magnitude.len()),
    };
    let (whole, fraction) = magnitude.split_at(point);
    let fraction = fraction.get(1..).unwrap_or_default();
    if fraction.len() > scale || whole.len() + scale > 18 || (whole.len() > 1 && whole[0] == b'0') {
        return None;
    }
    let value = digits(whole)? * *POWERS.get(scale)?;
    let value = match fraction.len() {
        0 if point == magnitude.len() => value,
        length => value + digits(fraction)? * POWERS[scale - length],
    };
    Some(if negative { -(value as i64) } else { value as i64 })
}

fn decimal_slow(text: &[u8], grammar: Grammar, scale: u8) -> Option<i128> {
    Parts::new(text, grammar)?.scaled(i32::from(scale), Rest::HalfUp)
}

/// A decimal from a double, by the shortest text that reads back to it.
pub(super) fn decimal_from_double(value: f64, precision: u8, scale: u8) -> Option<i128> {
    if !value.is_finite() {
        return None;
    }
    decimal(zmij::Buffer::new().format_finite(value).as_bytes(), Grammar::Text, precision, scale)
}

/// A decimal with another scale, rounded half up, if it has at most `precision` digits then.
pub(super) fn rescale(unscaled: i128, from: u8, precision: u8, to: u8) -> Option<i128> {
    let value = if to >= from {
        unscaled.checked_mul(10i128.checked_pow(u32::from(to - from))?)?
    } else {
        let unit = 10i128.checked_pow(u32::from(from - to))?;
        let (quotient, rest) = (unscaled / unit, unscaled % unit);
        quotient + if rest.abs() >= unit - rest.abs() { unscaled.signum() } else { 0 }
    };
    fits(value, precision).then_some(value)
}

/// A float or double, the nearest to the text.
#[inline]
pub(super) fn float<F: std::str::FromStr>(text: &[u8], grammar: Grammar) -> Option<F> {
    if grammar == Grammar::Text
        && matches!(text, b"NaN" | b"+NaN" | b"-NaN" | b"Infinity" | b"+Infinity" | b"-Infinity")
    {
        return std::str::from_utf8(text).ok()?.parse().ok();
    }
    if !is_number(text, grammar) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Whether the text is a number in the grammar.
#[inline]
pub(super) fn is_number(text: &[u8], grammar: Grammar) -> bool {
    Parts::new(text, grammar).is_some()
}

/// The number that 1 to 18 digits write.
#[inline]
pub(super) fn digits(text: &[u8]) -> Option<u64> {
    match text.len() {
        1..=8 => eight(right_aligned(text)),
        9..=16 => {
            let head = u64::from_le_bytes(*text.first_chunk()?);
            let tail = u64::from_le_bytes(*text.last_chunk()?);
            let count = text.len() - 8;
            Some(eight(head)? * POWERS[count] + eight(last(tail, count))?)
        }
        17 | 18 => {
            let head = u64::from_le_bytes(*text.first_chunk()?);
            let middle = u64::from_le_bytes(*text.get(8..16)?.first_chunk()?);
            let tail = u64::from_le_bytes(*text.last_chunk()?);
            let count = text.len() - 16;
            Some((eight(head)? * POWERS[8] + eight(middle)?) * POWERS[count] + eight(last(tail, count))?)
        }
        _ => None,
    }
}

/// Powers of ten.
pub(super) const POWERS: [u64; 19] = {
    let mut powers = [1; 19];
    let mut exponent = 1;
    while exponent < 19 {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// For each number of digits the least integer that has more.
const LIMITS: [u128; 39] = {
    let mut limits = [1; 39];
    let mut digits = 1;
    while digits < 39 {
        limits[digits] = limits[digits - 1] * 10;
        digits += 1;
    }
    limits
};

const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// One to eight bytes as the last bytes of eight, with `0` before them.
#[inline]
fn right_aligned(text: &[u8]) -> u64 {
    let count = text.len();
    let word = if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (count - 4))
    } else {
        let at = |place: usize| u64::from(text[place]) << (8 * place);
        at(0) | at(count / 2) | at(count - 1)
    };
    if count == 8 { word } else { word << (64 - 8 * count) | ZEROS >> (8 * count) }
}

/// Keeps the last `count` (1 to 8) of eight bytes, with `0` before them.
#[inline]
fn last(word: u64, count: usize) -> u64 {
    if count == 8 {
        return word;
    }
    let cut = 64 - 8 * count;
    word >> cut << cut | ZEROS >> (8 * count)
}

/// The number that eight digits write, the first in the lowest byte.
#[inline]
fn eight(word: u64) -> Option<u64> {
    const HIGH: u64 = u64::from_le_bytes([0xf0; 8]);
    const SIX: u64 = u64::from_le_bytes([6; 8]);
    // 0x30…0x39 alone have the high half 3, with and without 6 added.
    if word & HIGH != ZEROS || word.wrapping_add(SIX) & HIGH != ZEROS {
        return None;
    }
    let word = word - ZEROS;
    let pairs = (word * 10 + (word >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

/// A number taken apart.
#[derive(Debug, Clone, Copy)]
struct Parts<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i32,
    plain: bool,
}

impl<'a> Parts<'a> {
    fn new(text: &'a [u8], grammar: Grammar) -> Option<Self> {
        let json = grammar == Grammar::Json;
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] if !json => (false, rest),
            _ => (false, text),
        };
        let (whole, text) = split_digits(text);
        let (point, fraction, text) = match text {
            [b'.', rest @ ..] => {
                let (fraction, rest) = split_digits(rest);
                (true, fraction, rest)
            }
            _ => (false, &text[..0], text),
        };
        let (exponent, letter) = match text {
            [] => (0, false),
            [b'e' | b'E', rest @ ..] => (exponent(rest)?, true),
            _ => return None,
        };
        if json && (whole.is_empty() || (whole.len() > 1 && whole[0] == b'0') || (point && fraction.is_empty())) {
            return None;
        }
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        Some(Self { negative, whole, fraction, exponent, plain: !point && !letter })
    }

    /// Whether it has neither point nor exponent.
    fn is_integer(&self) -> bool {
        self.plain
    }

    /// The integer `value × 10^scale`, if it has at most 38 digits.
    fn scaled(&self, scale: i32, rest: Rest) -> Option<i128> {
        // How many more digits are taken; the digit after them decides about rounding.
        let mut left = i64::try_from(self.whole.len()).ok()? + i64::from(self.exponent) + i64::from(scale);
        let mut value = 0u128;
        let mut up = false;
        for digit in self.whole.iter().chain(self.fraction).map(|byte| u128::from(byte - b'0')) {
            if left > 0 {
                if value >= LIMIT / 10 {
                    return None;
                }
                value = value * 10 + digit;
            } else {
                up = left == 0 && digit >= 5 && rest == Rest::HalfUp;
                break;
            }
            left -= 1;
        }
        while left > 0 && value != 0 {
            if value >= LIMIT / 10 {
                return None;
            }
            value *= 10;
            left -= 1;
        }
        value += u128::from(up);
        let value = (value < LIMIT).then_some(value as i128)?;
        Some(if self.negative { -value } else { value })
    }
}

/// 10^38: no decimal reaches it.
const LIMIT: u128 = 10u128.pow(38);

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len()))
}

/// An exponent; one too large to matter is cut to ±1,000,000,000.
fn exponent(text: &[u8]) -> Option<i32> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if text.is_empty() {
        return None;
    }
    let mut value = 0i32;
    for byte in text {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = (value.saturating_mul(10).saturating_add(i32::from(byte - b'0'))).min(1_000_000_000);
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_all_lengths() {
        for count in 1..=18 {
            for text in ["123456789012345678", "000000000000000001", "999999999999999999", "900000000000000000"] {
                let text = &text[..count];
                assert_eq!(digits(text.as_bytes()), text.parse().ok(), "{text}");
            }
            for wrong in [b'/', b':', b' ', b'a', 0xb0, 0, b'.', b'-'] {
                for place in 0..count {
                    let mut text = vec![b'5'; count];
                    text[place] = wrong;
                    assert_eq!(digits(&text), None, "{text:?}");
                }
            }
        }
        assert_eq!(digits(b""), None);
    }

    #[test]
    fn integers() {
        let json = |text: &str| integer(text.as_bytes(), Grammar::Json);
        assert_eq!(json("0"), Some(0));
        assert_eq!(json("-0"), Some(0));
        assert_eq!(json("9223372036854775807"), Some(i64::MAX));
        assert_eq!(json("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(json("9223372036854775808"), None);
        assert_eq!(json("12345678901234567890"), None);
        assert_eq!(json("1.0"), Some(1));
        assert_eq!(json("-1.99"), Some(-1));
        assert_eq!(json("1e3"), Some(1000));
        assert_eq!(json("12.5e1"), Some(125));
        assert_eq!(json("125e-1"), Some(12));
        assert_eq!(json("1e-999999999999"), Some(0));
        assert_eq!(json("0e999999999999"), Some(0));
        assert_eq!(json("1e999999999999"), None);
        for wrong in ["", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "1 ", " 1", "--1", "1-", "١"] {
            assert_eq!(json(wrong), None, "{wrong}");
        }
        let text = |text: &str| integer(text.as_bytes(), Grammar::Text);
        assert_eq!(text("+1"), Some(1));
        assert_eq!(text("007"), Some(7));
        assert_eq!(text("0000000000000000000000000000000000000000000000007"), Some(7));
        assert_eq!(text("1.0"), None);
        assert_eq!(text("1e3"), None);
    }

    #[test]
    fn decimals() {
        let two = |text: &str| decimal(text.as_bytes(), Grammar::Json, 6, 2);
        assert_eq!(two("1.50"), Some(150));
        assert_eq!(two("1.5"), Some(150));
        assert_eq!(two("1"), Some(100));
        assert_eq!(two("-1.005"), Some(-101));
        assert_eq!(two("1.00499999999999999999999999999999999999999999999"), Some(100));
        assert_eq!(two("0.004"), Some(0));
        assert_eq!(two("0.005"), Some(1));
        assert_eq!(two("0.0005"), Some(0));
        assert_eq!(two("5e-3"), Some(1));
        assert_eq!(two("9e-4"), Some(0));
        assert_eq!(two("9999.99"), Some(999_999));
        assert_eq!(two("9999.995"), None);
        assert_eq!(two("1e4"), None);
        assert_eq!(two("1.5e3"), Some(150_000));
        assert_eq!(two("-0"), Some(0));
        assert_eq!(two("-0.5"), Some(-50));
        let wide = |text: &str| decimal(text.as_bytes(), Grammar::Text, 38, 0);
        assert_eq!(wide("99999999999999999999999999999999999999"), Some(10i128.pow(38) - 1));
        assert_eq!(wide("100000000000000000000000000000000000000"), None);
        assert_eq!(wide("0000000000000000000000000000000000000000000000000000001.5"), Some(2));
        assert_eq!(wide(".5"), Some(1));
        assert_eq!(wide("5."), Some(5));
        assert_eq!(wide("."), None);
        assert_eq!(decimal_from_double(0.1, 10, 4), Some(1000));
        assert_eq!(decimal_from_double(1e20, 10, 4), None);
        assert_eq!(decimal_from_double(1e-7, 10, 4), Some(0));
        assert_eq!(rescale(12345, 3, 10, 2), Some(1235));
        assert_eq!(rescale(-12345, 3, 10, 2), Some(-1235));
        assert_eq!(rescale(12344, 3, 10, 2), Some(1234));
        assert_eq!(rescale(12, 0, 3, 2), None);
    }

    #[test]
    fn doubles() {
        let json = |text: &str| float::<f64>(text.as_bytes(), Grammar::Json);
        assert_eq!(json("1.50"), Some(1.5));
        assert_eq!(json("12345678901234567890"), Some(12_345_678_901_234_567_890.0));
        assert_eq!(json("-0").map(f64::to_bits), Some((-0.0f64).to_bits()));
        assert_eq!(json("nan"), None);
        assert_eq!(json("inf"), None);
        assert_eq!(json("NaN"), None);
        let text = |text: &str| float::<f64>(text.as_bytes(), Grammar::Text);
        assert!(text("NaN").is_some_and(f64::is_nan));
        assert_eq!(text("-Infinity"), Some(f64::NEG_INFINITY));
        assert_eq!(text("inf"), None);
        assert_eq!(text(".5"), Some(0.5));
        assert_eq!(float::<f32>(b"0.1", Grammar::Json), Some(0.1f32));
    }
}
