//! The first rows of a table, drawn with aligned columns.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::more_rows;
use super::plain::{cut, visible};
use crate::connectors::{ColumnInfo, Preview, TableInfo};

/// A wider cell is cut.
const WIDEST_CELL: usize = 48;

/// A heading, a rule, the rows, and how many more there are.
pub(super) fn drawn(table: &TableInfo, preview: &Preview) -> String {
    let headings: Vec<String> = table.columns.iter().map(|column| cut(column.name.to_string(), WIDEST_CELL)).collect();
    let rows: Vec<Vec<String>> = preview.rows.iter().map(|row| row_of(row, table.columns)).collect();
    let width_of = |position: usize| {
        let cells = rows.iter().filter_map(|row| row.get(position)).chain(headings.get(position));
        cells.map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width_of).collect();
    let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let mut out = format!("{}\n", table.name);
    draw_row(&mut out, &headings, &widths, table.columns);
    let _ = writeln!(out, "─{}─", rules.join("─┼─"));
    for row in &rows {
        draw_row(&mut out, row, &widths, table.columns);
    }
    let more = preview.total.saturating_sub(preview.rows.len() as u64);
    if more > 0 {
        let _ = writeln!(out, " {}", more_rows(more));
    } else if rows.is_empty() {
        out.push_str(" (no rows)\n");
    }
    out
}

fn draw_row(out: &mut String, row: &[String], widths: &[usize], columns: &[ColumnInfo]) {
    let mut line = String::new();
    for ((cell, width), column) in row.iter().zip(widths).zip(columns) {
        let padding = " ".repeat(width.saturating_sub(cell.width()));
        line.push_str(if line.is_empty() { " " } else { " │ " });
        if is_number(column.sql_type) {
            line.push_str(&padding);
            line.push_str(cell);
        } else {
            line.push_str(cell);
            line.push_str(&padding);
        }
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Numbers stand to the right.
fn is_number(sql_type: &str) -> bool {
    let base = sql_type.split(['(', ' ']).next().unwrap_or_default();
    ["tinyint", "smallint", "int", "bigint", "float", "double", "decimal"].contains(&base)
}

fn row_of(row: &[Option<String>], columns: &[ColumnInfo]) -> Vec<String> {
    row.iter().zip(columns).map(|(value, column)| with_scale(cell(value.as_deref()), column.sql_type)).collect()
}

/// A decimal with all digits that its type has behind the point; a store may keep fewer.
fn with_scale(mut cell: String, sql_type: &str) -> String {
    let arguments = sql_type.strip_prefix("decimal(").and_then(|rest| rest.split(')').next());
    let scale: usize = match arguments.and_then(|arguments| arguments.split(',').nth(1)?.trim().parse().ok()) {
        Some(scale) if scale > 0 && cell.trim_start_matches('-').bytes().all(|c| c.is_ascii_digit() || c == b'.') => {
            scale
        }
        Some(_) | None => return cell,
    };
    let digits = match cell.split_once('.') {
        Some((_, digits)) => digits.len(),
        None => {
            cell.push('.');
            0
        }
    };
    cell.extend(std::iter::repeat_n('0', scale.saturating_sub(digits)));
    cell
}

/// Null is `NULL`; a text that could be taken for it, or for nothing at all, stands in quotes.
fn cell(value: Option<&str>) -> String {
    match value {
        None => "NULL".to_string(),
        Some(text) if text == "NULL" || text.trim().is_empty() => format!("'{}'", visible(text)),
        Some(text) => cut(visible(text), WIDEST_CELL),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_the_eye_sees() {
        const COLUMNS: &[ColumnInfo] = &[
            ColumnInfo { name: "city", sql_type: "varchar", not_null: true },
            ColumnInfo { name: "orders", sql_type: "bigint", not_null: false },
            ColumnInfo { name: "total", sql_type: "decimal(18, 2)", not_null: false },
        ];
        let table = TableInfo { name: "cities", columns: COLUMNS, primary_key: &[0] };
        let row = |cells: [Option<&str>; 3]| cells.iter().map(|cell| cell.map(str::to_string)).collect();
        let rows = vec![
            row([Some("上海"), Some("7"), Some("1200.5")]),
            row([Some("Köln"), None, Some("-3")]),
            row([Some("NULL"), Some("1234567"), None]),
            row([Some("a\nb"), Some("0"), Some("0.00")]),
            row([Some(""), Some("0"), Some("0.00")]),
        ];
        let text = drawn(&table, &Preview { rows, total: 1239 });
        let expected = "\
cities
 city   │  orders │   total
────────┼─────────┼─────────
 上海   │       7 │ 1200.50
 Köln   │    NULL │   -3.00
 'NULL' │ 1234567 │    NULL
 a\\nb   │       0 │    0.00
 ''     │       0 │    0.00
 … 1,234 more rows
";
        assert_eq!(text, expected);
        assert!(drawn(&table, &Preview::default()).ends_with(" (no rows)\n"));
    }

    #[test]
    fn a_long_cell_is_cut() {
        let text = cut("漢".repeat(40), WIDEST_CELL);
        assert!(text.width() <= WIDEST_CELL && text.ends_with('…'), "{text}");
    }
}
