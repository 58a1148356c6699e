//! Numbers as Java reads and writes them.

mod digits;

use std::fmt::{self, Write};

pub use digits::Digits;

/// Room for short text on the stack. What does not fit is dropped.
#[derive(Debug, Clone, Copy)]
pub struct Buffer<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Default for Buffer<N> {
    fn default() -> Self {
        Self { bytes: [0; N], length: 0 }
    }
}

impl<const N: usize> Buffer<N> {
    /// What was written.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

impl<const N: usize> Write for Buffer<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// The double nearest to `unscaled × 10^exponent`.
pub fn parse_scaled(unscaled: i128, exponent: i32) -> f64 {
    let mut text = Buffer::<64>::default();
    // 64 bytes hold every i128 with every exponent.
    let _ = write!(text, "{unscaled}e{exponent}");
    text.as_str().parse().unwrap_or(f64::NAN)
}

impl Digits {
    /// Writes them as `Double.toString` does: `123.0`, `0.001`, `1.0E7`.
    fn write(self, out: &mut impl Write) -> fmt::Result {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(self.digits);
        // The point stands behind so many digits.
        let point = i32::try_from(digits.len()).unwrap_or(0) + self.exponent;
        if self.digits == 0 {
            return out.write_str("0.0");
        }
        if (1..=7).contains(&point) {
            let at = usize::try_from(point).unwrap_or(0);
            return match digits.split_at_checked(at) {
                Some((whole, "")) => write!(out, "{whole}.0"),
                Some((whole, fraction)) => write!(out, "{whole}.{fraction}"),
                None => write!(out, "{digits:0<at$}.0"),
            };
        }
        if (-2..=0).contains(&point) {
            let zeros = usize::try_from(-point).unwrap_or(0);
            return write!(out, "0.{:0<zeros$}{digits}", "");
        }
        let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
        write!(out, "{first}.{}E{}", if rest.is_empty() { "0" } else { rest }, point - 1)
    }
}

/// Writes a double as `Double.toString` does.
pub fn write_double(value: f64, out: &mut impl Write) -> fmt::Result {
    if value.is_nan() {
        return out.write_str("NaN");
    }
    if value.is_sign_negative() {
        out.write_char('-')?;
    }
    if value.is_infinite() { out.write_str("Infinity") } else { Digits::of_double(value).write(out) }
}

/// Writes a float as `Float.toString` does.
pub fn write_float(value: f32, out: &mut impl Write) -> fmt::Result {
    if value.is_nan() {
        return out.write_str("NaN");
    }
    if value.is_sign_negative() {
        out.write_char('-')?;
    }
    if value.is_infinite() { out.write_str("Infinity") } else { Digits::of_float(value).write(out) }
}

/// What `Double.parseDouble` accepts, without the white space around it and the letter `d` or `f` behind it; none if
/// it accepts the text not. Hexadecimal numbers are read by `hexadecimal`.
pub fn number_syntax(text: &str) -> Option<&str> {
    let text = text.trim_matches(|c: char| c <= ' ');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned == "NaN" || unsigned == "Infinity" {
        return Some(text);
    }
    let body = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let unsigned = body.strip_prefix(['+', '-']).unwrap_or(body);
    // Rust reads the same digits, but also `inf` and `nan` in any case.
    let digits_only = unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    (digits_only && unsigned.bytes().any(|b| b.is_ascii_digit())).then_some(body)
}

/// `Double.parseDouble`.
pub fn parse_double(text: &str) -> Option<f64> {
    match number_syntax(text) {
        Some(number) => number.parse().ok(),
        None => hexadecimal(text),
    }
}

/// `Float.parseFloat`.
pub fn parse_float(text: &str) -> Option<f32> {
    match number_syntax(text) {
        Some(number) => number.parse().ok(),
        None => hexadecimal(text).map(|value| value as f32),
    }
}

/// `0x1.8p3`: up to 53 bits, further digits are cut.
fn hexadecimal(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c <= ' ');
    let text = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X"))?;
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0.0;
    let mut scale = exponent;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    scale = scale.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    let value = value * 2f64.powi(scale);
    (!(whole.is_empty() && fraction.is_empty())).then_some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(value: f64) -> String {
        let mut out = String::new();
        write_double(value, &mut out).map(|()| out).unwrap_or_default()
    }

    #[test]
    fn doubles_as_java_writes_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.5, "1.5"),
            (100.0, "100.0"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (123_456.789, "123456.789"),
            (0.001, "0.001"),
            (0.00099, "9.9E-4"),
            (1e-10, "1.0E-10"),
            (1e308, "1.0E308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (0.1, "0.1"),
            (0.012, "0.012"),
            (5e-324, "4.9E-324"),
            (f64::MAX, "1.7976931348623157E308"),
            (2_147_483_648.5, "2.1474836485E9"),
            (9_007_199_254_740_992.0, "9.007199254740992E15"),
            (1.0 / 3.0, "0.3333333333333333"),
        ] {
            assert_eq!(double(value), text);
        }
    }

    #[test]
    fn doubles_as_java_reads_them() {
        assert_eq!(parse_double(" 1e3 "), Some(1000.0));
        assert_eq!(parse_double("1.5d"), Some(1.5));
        assert_eq!(parse_double("-Infinity"), Some(f64::NEG_INFINITY));
        assert_eq!(parse_double("inf"), None);
        assert_eq!(parse_double("."), None);
        assert_eq!(parse_double("0x10"), None);
        assert_eq!(parse_double("0x1.8p3"), Some(12.0));
        assert_eq!(parse_double("1."), Some(1.0));
        assert_eq!(parse_double(".5"), Some(0.5));
    }
}
