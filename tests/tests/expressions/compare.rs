//! Whether an answer is the one that is due.

use std::fmt::Write as _;

use serde_json::Value;

use super::asked::Answer;
use super::case::Case;

/// What is wrong with the answers, a line for each row; empty if nothing is.
pub fn differences(case: &Case, answers: &[Answer]) -> String {
    let mut wrong = String::new();
    for (row, found) in answers.iter().enumerate().filter(|(row, _)| !case.doubtful.contains(row)) {
        let expected = case.ours.get(&row).unwrap_or(&case.results[row]);
        let must_fail = case.row_errors.contains(&row) && !case.ours.contains_key(&row);
        let _ = match (found, must_fail) {
            (None, true) => Ok(()),
            // The row that an aggregate cannot take is a row error; the aggregate goes on without it.
            (Some(found), true) if case.is_aggregate() && found != expected => Ok(()),
            (Some(found), true) => write!(wrong, "\n    row {row}: {found} where a row error is due"),
            (None, false) if case.clause.as_deref() == Some("where") => Ok(()),
            (None, false) => write!(wrong, "\n    row {row}: a row error, expected {expected}"),
            (Some(found), false) if same(found, expected, nearness(case)) => Ok(()),
            (Some(found), false) => write!(wrong, "\n    row {row}: {found}, expected {expected}"),
        };
    }
    wrong
}

/// How near numbers must be.
#[derive(Clone, Copy)]
enum Near {
    /// The same double.
    Exact,
    /// The same float.
    Float,
    /// The same float, or within a relative difference.
    FloatWithin(f64),
    /// Within a relative difference.
    Within(f64),
}

/// Sums of doubles are exact here; the logarithms of Java's mathematics library differ in the last digit.
fn nearness(case: &Case) -> Near {
    let rounded = matches!(case.group.as_str(), "math" | "aggregates" | "extra" | "wraps" | "fails");
    match (case.ty.as_deref().is_some_and(|ty| ty.starts_with("FLOAT")), rounded) {
        (true, true) => Near::FloatWithin(1e-6),
        (true, false) => Near::Float,
        (false, true) => Near::Within(1e-13),
        (false, false) => Near::Exact,
    }
}

fn same(found: &Value, expected: &Value, near: Near) -> bool {
    // A decimal: a number here, its digits as text there.
    if let (Value::Number(found), Value::String(expected)) = (found, expected)
        && found.as_str() == expected
    {
        return true;
    }
    let (Some(a), Some(b)) = (number(found), number(expected)) else { return same_text(found, expected) };
    let same_float = || (a as f32).to_bits() == (b as f32).to_bits();
    let within = |part: f64| a.to_bits() == b.to_bits() || (a - b).abs() <= part * b.abs();
    a.is_nan() && b.is_nan()
        || match near {
            Near::Exact => a.to_bits() == b.to_bits(),
            Near::Float => same_float(),
            Near::FloatWithin(part) => same_float() || within(part),
            Near::Within(part) => within(part),
        }
}

/// Flink's side has a `+` before a year above 9999; so do dates here, but not the text of an instant.
fn same_text(found: &Value, expected: &Value) -> bool {
    found == expected
        || matches!((found, expected), (Value::String(found), Value::String(expected))
            if expected.strip_prefix('+').is_some_and(|expected| expected == found))
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_str().parse().ok(),
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
