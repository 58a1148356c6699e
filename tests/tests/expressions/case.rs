//! An expression with what Flink made of it, and where that is not what Millstream is to make of it.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// The rows of `expression_rows.jsonl`.
pub const ROWS: usize = 24;

/// Why a result is not Flink's; `tests/oracle/more_expressions.md` says more.
const REASONS: [&str; 7] =
    ["overflow", "before 1970", "calendar", "flink fails", "year above 9999", "exact sums", "in"];

/// A line of an oracle (`tests/oracle/expressions.md` and `more_expressions.md` have the fields).
pub struct Case {
    pub id: i64,
    pub group: String,
    pub expr: String,
    pub clause: Option<String>,
    pub ty: Option<String>,
    /// One for each row; one alone for an aggregate.
    pub results: Vec<Value>,
    /// Rows where Flink's result is not the true value, or where it fails: row errors here.
    pub row_errors: Vec<usize>,
    /// Rows where Flink contradicts itself and anything goes.
    pub doubtful: Vec<usize>,
    /// Rows with another result than Flink's, on purpose.
    pub ours: BTreeMap<usize, Value>,
}

impl Case {
    pub fn read(line: &Value) -> Self {
        let numbers = |name: &str| -> Vec<usize> {
            let list = line[name].as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(Value::as_u64).filter_map(|number| usize::try_from(number).ok()).collect()
        };
        let rows = |name: &str| -> BTreeMap<usize, Value> {
            let rows = line[name].as_object().into_iter().flatten();
            rows.filter_map(|(row, value)| Some((row.parse().ok()?, value.clone()))).collect()
        };
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        let reasons: Vec<&str> = line["why"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let named = !reasons.is_empty() && reasons.iter().all(|reason| REASONS.contains(reason));
        assert!(named || line["ours"].is_null(), "a difference from Flink needs its reason: {line}");
        Self {
            id: line["id"].as_i64().expect("a case has an id"),
            group: text("group").expect("a case has a group"),
            expr: text("expr").expect("a case has an expression"),
            clause: text("clause"),
            ty: text("type"),
            results: line["results"].as_array().cloned().unwrap_or_default(),
            row_errors: numbers("wrapped").into_iter().chain(rows("error").into_keys()).collect(),
            doubtful: numbers("doubtful"),
            ours: rows("ours"),
        }
    }

    /// Whether Flink does not compile it.
    pub fn is_refused(&self) -> bool {
        self.group == "refused"
    }

    pub fn is_aggregate(&self) -> bool {
        self.group == "aggregates" || self.results.len() == 1
    }

    /// How many results there are to compare.
    pub fn rows(&self) -> usize {
        if self.is_aggregate() { 1 } else { ROWS }
    }

    /// Whether no row of it is to fail, so that it can share a table's row with others.
    pub fn is_total(&self) -> bool {
        self.row_errors.is_empty() && self.doubtful.is_empty() && self.clause.is_none() && !self.is_aggregate()
    }

    /// Whether its type is a point in time, which files hold in UTC and Flink showed in the pipeline's time zone.
    pub fn is_instant(&self) -> bool {
        self.ty.as_deref().is_some_and(|ty| ty.starts_with("TIMESTAMP_LTZ") || ty.contains("LOCAL TIME ZONE"))
    }

    /// The type of the sink's column: Flink's.
    pub fn column_type(&self) -> Option<String> {
        if self.is_instant() {
            return Some("varchar".to_owned());
        }
        let ty = self.ty.as_deref()?.trim_end_matches(" NOT NULL").to_lowercase();
        let ty = ty.replace("(2147483647)", "");
        if ["interval", "null", "array", "map", "multiset", "row"].iter().any(|other| ty.starts_with(other)) {
            return None;
        }
        if ty.starts_with("binary") || ty.starts_with("varbinary") {
            return Some("bytes".to_owned());
        }
        Some(ty.replace("time(0)", "time"))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}] {}", self.id, self.group, self.expr)
    }
}
