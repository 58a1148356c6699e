//! Writing JSON as Flink does: without blanks, the keys of objects sorted.

use std::fmt::Write;

use bumpalo::collections::{String, Vec};

use super::scan::{self, Node, unescaped};
use crate::functions::compare;
use crate::functions::java::Digits;
use crate::scope::Scope;
use crate::values::Timestamp;

/// Writes a value.
pub fn node(scope: &Scope<'_>, node: Node<'_>, out: &mut String<'_>) {
    if node.is_object() {
        return object_node(scope, node, out);
    }
    if node.is_array() {
        out.push('[');
        for (at, element) in node.elements().enumerate() {
            if at > 0 {
                out.push(',');
            }
            self::node(scope, element, out);
        }
        out.push(']');
        return;
    }
    if let Some(written) = node.string() {
        out.push('"');
        unescaped(written).for_each(|character| push_escaped(character, out));
        out.push('"');
    } else if let Some(written) = node.number() {
        push_number(written, out);
    } else {
        out.push_str(node.text());
    }
}

fn object_node(scope: &Scope<'_>, node: Node<'_>, out: &mut String<'_>) {
    let mut members: Vec<'_, (&str, Node<'_>)> = Vec::new_in(scope.memory);
    for (written, value) in node.members() {
        let key = unescape(scope, written);
        match members.iter_mut().find(|(other, _)| *other == key) {
            Some(member) => member.1 = value,
            None => members.push((key, value)),
        }
    }
    members.sort_unstable_by(|(a, _), (b, _)| compare::text(a, b));
    out.push('{');
    for (at, (key, value)) in members.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_quoted(key, out);
        out.push(':');
        self::node(scope, *value, out);
    }
    out.push('}');
}

fn unescape<'a>(scope: &Scope<'a>, written: &str) -> &'a str {
    let mut out = String::with_capacity_in(written.len(), scope.memory);
    out.extend(unescaped(written));
    out.into_bump_str()
}

/// The text of a scalar: strings without their quotes, numbers as Java writes them.
pub fn scalar<'a>(scope: &Scope<'a>, node: Node<'a>) -> &'a str {
    if let Some(written) = node.string() {
        return if written.contains('\\') { unescape(scope, written) } else { written };
    }
    match node.number() {
        Some(written) if written.contains(['.', 'e', 'E']) || written == "-0" => {
            let mut out = String::new_in(scope.memory);
            push_number(written, &mut out);
            out.into_bump_str()
        }
        _ => node.text(),
    }
}

/// Writes a number: one with a point or exponent as a decimal of Java.
fn push_number(written: &str, out: &mut String<'_>) {
    if written == "-0" {
        return out.push('0');
    }
    if !written.contains(['.', 'e', 'E']) {
        return out.push_str(written);
    }
    let (mantissa, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => (true, mantissa),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.strip_prefix('+').unwrap_or(exponent).parse().unwrap_or(0);
    let zeros = whole.bytes().chain(fraction.bytes()).take_while(|byte| *byte == b'0').count();
    let count = whole.len() + fraction.len();
    // A zero keeps one digit.
    let skipped = zeros.min(count - 1);
    let digits = whole.chars().chain(fraction.chars()).skip(skipped);
    if negative && zeros < count {
        out.push('-');
    }
    push_decimal(digits, count - skipped, exponent - fraction.len() as i64, out);
}

/// `digits × 10^exponent` as `BigDecimal.toString` writes it.
fn push_decimal(mut digits: impl Iterator<Item = char>, count: usize, exponent: i64, out: &mut String<'_>) {
    let leading = count as i64 - 1 + exponent;
    if exponent <= 0 && leading >= -6 {
        let fraction = exponent.unsigned_abs() as usize;
        if fraction == 0 {
            return out.extend(digits);
        }
        match count.checked_sub(fraction).filter(|whole| *whole > 0) {
            Some(whole) => out.extend(digits.by_ref().take(whole)),
            None => out.push('0'),
        }
        out.push('.');
        out.extend(std::iter::repeat_n('0', fraction.saturating_sub(count)));
        return out.extend(digits);
    }
    out.extend(digits.next());
    if count > 1 {
        out.push('.');
        out.extend(digits);
    }
    // Writing into memory cannot fail.
    let _ = write!(out, "E{leading:+}");
}

fn push_quoted(text: &str, out: &mut String<'_>) {
    out.push('"');
    text.chars().for_each(|character| push_escaped(character, out));
    out.push('"');
}

fn push_escaped(character: char, out: &mut String<'_>) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        control if control < ' ' => {
            let _ = write!(out, "\\u{:04X}", u32::from(control));
        }
        other => out.push(other),
    }
}

/// `json_string(text)`
pub fn string<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
    let mut out = String::with_capacity_in(text.len() + 2, scope.memory);
    push_quoted(text, &mut out);
    out.into_bump_str()
}

/// `json_quote(text)`: like `json_string`, but everything beyond ASCII is escaped too. A character beyond U+FFFF is
/// written as Flink does: its code, then the second half of its pair.
pub fn quote<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
    let mut out = String::with_capacity_in(text.len() + 2, scope.memory);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            other => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
                let mut units = [0; 2];
                if let [_, low] = other.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{low:04x}");
                }
            }
        }
    }
    out.push('"');
    out.into_bump_str()
}

/// `json_unquote(text)`: other text as it is.
pub fn unquote<'a>(scope: &Scope<'a>, text: &'a str) -> &'a str {
    let quoted = scan::document(text).filter(|node| node.text() == text).and_then(Node::string);
    quoted.map_or(text, |written| unescape(scope, written))
}

/// A boolean as JSON.
pub fn boolean_text<'a>(_scope: &Scope<'a>, value: bool) -> &'a str {
    if value { "true" } else { "false" }
}

/// A double as JSON.
pub fn double_text<'a>(scope: &Scope<'a>, value: f64) -> &'a str {
    real_text(scope, value, Digits::of_double(value))
}

/// A float as JSON.
pub fn float_text<'a>(scope: &Scope<'a>, value: f32) -> &'a str {
    real_text(scope, f64::from(value), Digits::of_float(value))
}

fn real_text<'a>(scope: &Scope<'a>, value: f64, digits: Digits) -> &'a str {
    let mut out = String::new_in(scope.memory);
    if !value.is_finite() {
        let _ = write!(
            out,
            "\"{}\"",
            if value.is_nan() {
                "NaN"
            } else if value > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            }
        );
        return out.into_bump_str();
    }
    let Digits { mut digits, mut exponent } = digits;
    // Java always writes a digit behind the point.
    let length = i32::try_from(itoa::Buffer::new().format(digits).len()).unwrap_or(0);
    let point = length + exponent;
    let scientific = !(-2..=7).contains(&point) && digits != 0;
    if digits == 0 || (scientific && length == 1) {
        digits *= 10;
        exponent -= 1;
    } else if !scientific && exponent >= 0 {
        for _ in 0..=exponent {
            digits *= 10;
        }
        exponent = -1;
    }
    if value < 0.0 {
        out.push('-');
    }
    let mut buffer = itoa::Buffer::new();
    let written = if digits == 0 { "00" } else { buffer.format(digits) };
    if digits == 0 {
        out.push_str("0.0");
    } else {
        push_decimal(written.chars(), written.len(), i64::from(exponent), &mut out);
    }
    out.into_bump_str()
}

/// A timestamp as a JSON string: `"2024-02-29T12:34:56.7"`.
pub fn timestamp_text<'a>(scope: &Scope<'a>, value: Timestamp) -> &'a str {
    let mut out = String::new_in(scope.memory);
    let _ = write!(out, "{}", value.display(0));
    let mut quoted = String::with_capacity_in(out.len() + 2, scope.memory);
    quoted.push('"');
    quoted.extend(out.chars().map(|c| if c == ' ' { 'T' } else { c }));
    quoted.push('"');
    quoted.into_bump_str()
}

/// `json_object(…)` of members written as `"key":value`; the keys are sorted, of equal ones the last one counts.
pub fn object<'a>(scope: &Scope<'a>, members: &[Option<&str>]) -> &'a str {
    let mut sorted: Vec<'_, (&str, &str)> = Vec::new_in(scope.memory);
    for member in members.iter().flatten() {
        let key = key_of(member);
        match sorted.iter_mut().find(|(other, _)| *other == key) {
            Some(other) => other.1 = member,
            None => sorted.push((key, member)),
        }
    }
    sorted.sort_unstable_by(|(a, _), (b, _)| compare::text(a, b));
    let mut out = String::new_in(scope.memory);
    out.push('{');
    for (at, (_, member)) in sorted.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(member);
    }
    out.push('}');
    out.into_bump_str()
}

/// The key of a member as it is written.
fn key_of(member: &str) -> &str {
    let mut escaped = false;
    let end = member.char_indices().skip(1).find(|(_, c)| {
        let end = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        end
    });
    end.and_then(|(end, _)| member.get(1..end)).unwrap_or(member)
}

/// `json_array(…)` of values written as JSON.
pub fn array<'a>(scope: &Scope<'a>, values: &[Option<&str>]) -> &'a str {
    let mut out = String::new_in(scope.memory);
    out.push('[');
    for (at, value) in values.iter().flatten().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(value);
    }
    out.push(']');
    out.into_bump_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn numbers_as_java_writes_decimals() {
        with_scope(|scope| {
            for (value, text) in [
                (2.5, "2.5"),
                (0.0, "0.0"),
                (1e308, "1.0E+308"),
                (1e15, "1.0E+15"),
                (9_007_199_254_740_992.0, "9007199254740992"),
                (0.00099, "0.00099"),
                (1e-10, "1.0E-10"),
                (9_999_999.0, "9999999.0"),
                (2_147_483_648.5, "2147483648.5"),
                (-1.5, "-1.5"),
            ] {
                assert_eq!(double_text(scope, value), text);
            }
            for (written, text) in
                [("1e3", "1E+3"), ("1.50", "1.50"), ("0.0000001", "1E-7"), ("-0.0", "0.0"), ("1.5e2", "1.5E+2")]
            {
                let mut out = String::new_in(scope.memory);
                push_number(written, &mut out);
                assert_eq!(out.as_str(), text);
            }
        });
    }

    #[test]
    fn quoting() {
        with_scope(|scope| {
            assert_eq!(string(scope, "a\"é\u{1}"), "\"a\\\"é\\u0001\"");
            assert_eq!(quote(scope, "é😀"), "\"\\u00e9\\u1f600\\ude00\"");
            assert_eq!(unquote(scope, "\"a\\tb\""), "a\tb");
            assert_eq!(unquote(scope, "\""), "\"");
            assert_eq!(object(scope, &[Some("\"b\":1"), None, Some("\"a\":2"), Some("\"b\":3")]), "{\"a\":2,\"b\":3}");
            assert_eq!(array(scope, &[Some("1"), None, Some("\"x\"")]), "[1,\"x\"]");
        });
    }
}
