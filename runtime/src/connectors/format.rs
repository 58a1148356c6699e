//! Values as text: JSON as Flink's JSON format writes it, CSV, and the cells of previews.

use crate::values::Value;

/// Appends a value as JSON: decimals with all their digits, times as SQL text.
pub fn json(value: Value<'_>, out: &mut Vec<u8>) {
    let _ = (value, out);
    todo!()
}

/// Appends a text as a JSON string.
pub fn json_text(text: &str, out: &mut Vec<u8>) {
    let _ = (text, out);
    todo!()
}

/// A value as plain text, for previews; none is null.
pub fn cell(value: Value<'_>) -> Option<String> {
    let _ = value;
    todo!()
}
