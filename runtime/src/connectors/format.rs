//! Values as text: JSON, CSV, changelog lines and the cells of previews.
//!
//! Numbers are exact: decimals with all the digits of their scale, doubles and floats the shortest text that reads
//! back to them. Dates and times are SQL text with the digits of their precision; instants end in `Z`. In JSON, `NaN`
//! and the infinities are strings, as Flink's JSON format writes them.

use super::{ChangeKind, Row, TableInfo};
use crate::decode::time::civil;
use crate::values::Value;

/// Appends a value as JSON.
pub fn json(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Text(text) => json_text(text, out),
        Value::Boolean(_) | Value::Integer(_) | Value::Decimal { .. } => plain(value, out),
        Value::Float(number) if number.is_finite() => plain(value, out),
        Value::Double(number) if number.is_finite() => plain(value, out),
        Value::Float(_)
        | Value::Double(_)
        | Value::Bytes(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Timestamp { .. }
        | Value::TimestampLtz { .. } => {
            out.push(b'"');
            plain(value, out);
            out.push(b'"');
        }
    }
}

/// Appends a text as a JSON string.
pub fn json_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text.as_bytes(), &mut |part| out.extend_from_slice(part));
    out.push(b'"');
}

/// Hands over a text in parts with JSON's escapes where they are needed.
pub(crate) fn escape(text: &[u8], out: &mut dyn FnMut(&[u8])) {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, 0..=0x1f | b'"' | b'\\')) {
        let (before, after) = rest.split_at(at);
        out(before);
        match after.first() {
            Some(b'\n') => out(b"\\n"),
            Some(b'\r') => out(b"\\r"),
            Some(b'\t') => out(b"\\t"),
            Some(8) => out(b"\\b"),
            Some(12) => out(b"\\f"),
            Some(byte @ (b'"' | b'\\')) => out(&[b'\\', *byte]),
            Some(byte) => out(format!("\\u{byte:04x}").as_bytes()),
            None => {}
        }
        rest = after.get(1..).unwrap_or_default();
    }
    out(rest);
}

/// Appends a value as a CSV field; null is `null_text`.
pub fn csv(value: Value<'_>, delimiter: u8, null_text: &str, out: &mut Vec<u8>) {
    if value == Value::Null {
        out.extend_from_slice(null_text.as_bytes());
        return;
    }
    let start = out.len();
    plain(value, out);
    let field = &out[start..];
    let special = |byte: &u8| *byte == delimiter || matches!(byte, b'"' | b'\r' | b'\n');
    if field.iter().any(special) || *field == *null_text.as_bytes() || field.first() == Some(&b'"') {
        let field = out.split_off(start);
        out.push(b'"');
        for byte in field {
            out.push(byte);
            if byte == b'"' {
                out.push(b'"');
            }
        }
        out.push(b'"');
    }
}

/// Appends a row as a JSON object, with the kind of its change as `op` if it is given.
pub fn json_row(kind: Option<ChangeKind>, table: &TableInfo, row: &dyn Row, out: &mut Vec<u8>) {
    out.push(b'{');
    if let Some(kind) = kind {
        out.extend_from_slice(b"\"op\":\"");
        out.extend_from_slice(kind.symbol().as_bytes());
        out.push(b'"');
    }
    for (position, column) in table.columns.iter().enumerate() {
        if position > 0 || kind.is_some() {
            out.push(b',');
        }
        json_text(column.name, out);
        out.push(b':');
        json(row.value(position), out);
    }
    out.push(b'}');
}

/// Named values as a JSON object.
pub fn json_object(values: &[(&str, Value<'_>)]) -> String {
    let mut out = vec![b'{'];
    for (position, (name, value)) in values.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        json_text(name, &mut out);
        out.push(b':');
        json(*value, &mut out);
    }
    out.push(b'}');
    String::from_utf8_lossy(&out).into_owned()
}

/// Appends a row as a CSV record, with the kind of its change as the first field if it is given.
pub fn csv_row(
    kind: Option<ChangeKind>,
    table: &TableInfo,
    row: &dyn Row,
    delimiter: u8,
    null_text: &str,
    out: &mut Vec<u8>,
) {
    if let Some(kind) = kind {
        out.extend_from_slice(kind.symbol().as_bytes());
    }
    for position in 0..table.columns.len() {
        if position > 0 || kind.is_some() {
            out.push(delimiter);
        }
        csv(row.value(position), delimiter, null_text, out);
    }
}

/// Appends a change as `+I[1, a, null]`.
pub fn print_row(kind: ChangeKind, table: &TableInfo, row: &dyn Row, out: &mut Vec<u8>) {
    out.extend_from_slice(kind.symbol().as_bytes());
    out.push(b'[');
    for position in 0..table.columns.len() {
        if position > 0 {
            out.extend_from_slice(b", ");
        }
        match row.value(position) {
            Value::Null => out.extend_from_slice(b"null"),
            value => plain(value, out),
        }
    }
    out.push(b']');
}

/// A value as plain text, for previews; none is null.
pub fn cell(value: Value<'_>) -> Option<String> {
    if value == Value::Null {
        return None;
    }
    let mut out = Vec::new();
    plain(value, &mut out);
    Some(String::from_utf8_lossy(&out).into_owned())
}

/// Appends a value as plain text: text as it is, bytes as base 64, null as nothing.
pub fn plain(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::Boolean(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        Value::Integer(value) => out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
        Value::Float(value) if value.is_finite() => {
            out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
        }
        Value::Float(value) => not_finite(f64::from(value), out),
        Value::Double(value) if value.is_finite() => {
            out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
        }
        Value::Double(value) => not_finite(value, out),
        Value::Decimal { unscaled, scale } => decimal(unscaled, scale, out),
        Value::Text(text) => out.extend_from_slice(text.as_bytes()),
        Value::Bytes(bytes) => base64(bytes, out),
        Value::Date(days) => date(i64::from(days), out),
        Value::Time(millis) => {
            let millis = u64::from(millis.unsigned_abs());
            time(millis, out);
            if millis % 1000 != 0 {
                fraction(millis % 1000 * 1_000_000, 3, out);
            }
        }
        Value::Timestamp { millis, nanos, precision } => timestamp(millis, nanos, precision, out),
        Value::TimestampLtz { millis, nanos, precision } => {
            timestamp(millis, nanos, precision, out);
            out.push(b'Z');
        }
    }
}

fn not_finite(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(if value.is_nan() {
        b"NaN"
    } else if value > 0.0 {
        b"Infinity"
    } else {
        b"-Infinity"
    });
}

fn decimal(unscaled: i128, scale: u8, out: &mut Vec<u8>) {
    if unscaled < 0 {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(unscaled.unsigned_abs()).as_bytes();
    let scale = usize::from(scale);
    let whole = digits.len().saturating_sub(scale);
    if whole == 0 {
        out.push(b'0');
    }
    out.extend_from_slice(&digits[..whole]);
    if scale > 0 {
        out.push(b'.');
        out.resize(out.len() + scale - (digits.len() - whole), b'0');
        out.extend_from_slice(&digits[whole..]);
    }
}

fn date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(days);
    if year > 9999 {
        out.push(b'+');
    } else if year < 0 {
        out.push(b'-');
    }
    number(year.unsigned_abs(), 4, out);
    out.push(b'-');
    number(u64::from(month), 2, out);
    out.push(b'-');
    number(u64::from(day), 2, out);
}

fn time(millis: u64, out: &mut Vec<u8>) {
    number(millis / 3_600_000, 2, out);
    out.push(b':');
    number(millis / 60_000 % 60, 2, out);
    out.push(b':');
    number(millis / 1000 % 60, 2, out);
}

fn timestamp(millis: i64, nanos: u32, precision: u8, out: &mut Vec<u8>) {
    const DAY: i64 = 86_400_000;
    date(millis.div_euclid(DAY), out);
    out.push(b' ');
    let of_day = millis.rem_euclid(DAY) as u64;
    time(of_day, out);
    fraction(of_day % 1000 * 1_000_000 + u64::from(nanos), precision, out);
}

/// A point and the first `digits` digits of the nanoseconds.
fn fraction(nanos: u64, digits: u8, out: &mut Vec<u8>) {
    if digits > 0 {
        out.push(b'.');
        let digits = usize::from(digits.min(9));
        let start = out.len();
        number(nanos, 9, out);
        out.truncate(start + digits);
    }
}

/// A number with zeros before it.
fn number(value: u64, digits: usize, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    let text = buffer.format(value).as_bytes();
    out.resize(out.len() + digits.saturating_sub(text.len()), b'0');
    out.extend_from_slice(text);
}

/// Appends bytes as base 64 with padding.
pub(crate) fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            out.push(if place as usize > group.len() { b'=' } else { letter });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json_of(value: Value<'_>) -> String {
        let mut out = Vec::new();
        json(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_as_json() {
        assert_eq!(json_of(Value::Null), "null");
        assert_eq!(json_of(Value::Boolean(true)), "true");
        assert_eq!(json_of(Value::Integer(i64::MIN)), "-9223372036854775808");
        assert_eq!(json_of(Value::Double(0.1)), "0.1");
        assert_eq!(json_of(Value::Double(1.0)), "1.0");
        assert_eq!(json_of(Value::Double(-0.0)), "-0.0");
        assert_eq!(json_of(Value::Double(f64::NAN)), "\"NaN\"");
        assert_eq!(json_of(Value::Float(f32::NEG_INFINITY)), "\"-Infinity\"");
        assert_eq!(json_of(Value::Float(0.1)), "0.1");
        assert_eq!(json_of(Value::Decimal { unscaled: -5, scale: 2 }), "-0.05");
        assert_eq!(json_of(Value::Decimal { unscaled: 150, scale: 2 }), "1.50");
        assert_eq!(json_of(Value::Decimal { unscaled: 150, scale: 0 }), "150");
        assert_eq!(json_of(Value::Decimal { unscaled: 0, scale: 3 }), "0.000");
        assert_eq!(json_of(Value::Text("a\"\\\n\u{1}中")), r#""a\"\\\n\u0001中""#);
        assert_eq!(json_of(Value::Bytes(&[1, 2])), "\"AQI=\"");
        assert_eq!(json_of(Value::Date(-1)), "\"1969-12-31\"");
        assert_eq!(json_of(Value::Date(2_932_897)), "\"+10000-01-01\"");
        assert_eq!(json_of(Value::Time(37_800_000)), "\"10:30:00\"");
        assert_eq!(json_of(Value::Time(37_800_050)), "\"10:30:00.050\"");
        let timestamp = Value::Timestamp { millis: -1, nanos: 5000, precision: 6 };
        assert_eq!(json_of(timestamp), "\"1969-12-31 23:59:59.999005\"");
        let instant = Value::TimestampLtz { millis: 0, nanos: 0, precision: 0 };
        assert_eq!(json_of(instant), "\"1970-01-01 00:00:00Z\"");
    }

    #[test]
    fn values_as_csv() {
        let of = |value: Value<'_>, null_text: &str| {
            let mut out = Vec::new();
            csv(value, b',', null_text, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(of(Value::Text("a"), ""), "a");
        assert_eq!(of(Value::Text("a,\"b\""), ""), "\"a,\"\"b\"\"\"");
        assert_eq!(of(Value::Text(""), ""), "\"\"");
        assert_eq!(of(Value::Null, ""), "");
        assert_eq!(of(Value::Text("NULL"), "NULL"), "\"NULL\"");
        assert_eq!(of(Value::Null, "NULL"), "NULL");
    }
}
