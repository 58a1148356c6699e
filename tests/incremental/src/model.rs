//! The pipeline `aggregates` computed plainly, from all events at once.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::cell::{Cell, Cells};
use crate::spec::{Aggregate, COLUMNS, Filter, Function, Grouping, Key};

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Whose it is.
    pub id: i64,
    /// Whether the id is gone with it.
    pub delete: bool,
    /// The values of [`COLUMNS`].
    pub cells: Cells,
}

/// What turns to null in `latest`.
fn null_at(column: usize) -> Cell {
    match COLUMNS[column].name {
        "kt" | "s" => Cell::Text("none".to_owned()),
        "kd" | "d" => Cell::double(7.25),
        "f" => Cell::float(7.25),
        "n" => Cell::Decimal(0, 2),
        "t" => Cell::Timestamp(20_778 * 86_400_000),
        "day" => Cell::Date(20_778),
        "b" => Cell::Null,
        _ => Cell::Integer(0),
    }
}

/// The rows of the view `latest`: for each id the last value of each column that is not null.
pub fn latest(events: &[Event]) -> Vec<Cells> {
    let mut ids: BTreeMap<i64, (bool, Cells)> = BTreeMap::new();
    for event in events {
        let (gone, row) = ids.entry(event.id).or_insert_with(|| (false, vec![Cell::Null; COLUMNS.len()]));
        *gone = event.delete;
        for (kept, new) in row.iter_mut().zip(&event.cells) {
            if *new != Cell::Null {
                *kept = new.clone();
            }
        }
    }
    let rows = ids.into_values().filter(|(gone, _)| !gone);
    rows.map(|(_, row)| {
        let nulled = |(column, cell)| if cell == null_at(column) { Cell::Null } else { cell };
        row.into_iter().enumerate().map(nulled).collect()
    })
    .collect()
}

/// The rows of a view that groups, sorted.
pub fn grouped(grouping: &Grouping, rows: &[Cells]) -> Vec<Cells> {
    let mut groups: BTreeMap<Cells, Vec<&Cells>> = BTreeMap::new();
    for row in rows {
        groups.entry(grouping.keys.iter().map(|key| key_of(*key, row)).collect()).or_default().push(row);
    }
    let passes = |rows: &[&Cells]| {
        let sum: i64 = integers(rows.iter().map(|row| &row[5])).sum();
        let some = rows.iter().any(|row| row[5] != Cell::Null);
        !grouping.having || rows.len() > 1 && some && sum > 0
    };
    let made = groups.into_iter().filter(|(_, rows)| passes(rows)).map(|(mut row, rows)| {
        row.extend(grouping.aggregates.iter().map(|aggregate| aggregated(aggregate, &rows)));
        row
    });
    let mut made: Vec<Cells> = made.collect();
    made.sort();
    made
}

fn key_of(key: Key, row: &Cells) -> Cell {
    match key {
        Key::Column(column) => row[column].clone(),
        Key::Remainder => match row[4] {
            Cell::Integer(value) => Cell::Integer(value % 3),
            _ => Cell::Null,
        },
    }
}

fn holds(filter: Filter, row: &Cells) -> bool {
    let flag = row[12] == Cell::Boolean(true);
    match filter {
        Filter::Positive => matches!(row[4], Cell::Integer(value) if value > 0),
        Filter::Flag => flag,
        Filter::NoFlag => !flag,
    }
}

fn aggregated(aggregate: &Aggregate, rows: &[&Cells]) -> Cell {
    let counted: Vec<&Cells> =
        rows.iter().copied().filter(|row| aggregate.filter.is_none_or(|filter| holds(filter, row))).collect();
    let Some(column) = aggregate.column else { return Cell::Integer(counted.len() as i64) };
    let mut values: Vec<Cell> =
        counted.iter().map(|row| row[column].clone()).filter(|value| *value != Cell::Null).collect();
    if aggregate.distinct {
        values = values.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    }
    match aggregate.function {
        Function::Count => Cell::Integer(values.len() as i64),
        _ if values.is_empty() => Cell::Null,
        Function::Sum => sum(&values),
        Function::Avg => average(&values),
        Function::Min => values.into_iter().min_by(order).unwrap_or(Cell::Null),
        Function::Max => values.into_iter().max_by(order).unwrap_or(Cell::Null),
        Function::First => values.swap_remove(0),
        Function::Last => values.pop().unwrap_or(Cell::Null),
    }
}

/// The order of SQL; of doubles -0.0 is before 0.0 and not-a-number is last.
fn order(left: &Cell, right: &Cell) -> Ordering {
    match (left.number(), right.number()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => left.cmp(right),
    }
}

fn integers<'c>(values: impl Iterator<Item = &'c Cell>) -> impl Iterator<Item = i64> {
    values.filter_map(|value| match value {
        Cell::Integer(value) => Some(*value),
        _ => None,
    })
}

/// The sum of doubles that are quarters, so that it is exact, with what is no number.
fn sum_of_doubles(values: &[Cell]) -> f64 {
    let numbers = || values.iter().filter_map(Cell::number);
    let special: f64 = numbers().filter(|number| !number.is_finite()).sum();
    let quarters: i64 = numbers().filter(|number| number.is_finite()).map(|number| (number * 4.0) as i64).sum();
    if numbers().all(f64::is_finite) { quarters as f64 / 4.0 } else { special }
}

fn sum(values: &[Cell]) -> Cell {
    match &values[0] {
        Cell::Integer(_) => Cell::Integer(integers(values.iter()).sum()),
        Cell::Decimal(..) => Cell::Decimal(decimals(values), 2),
        Cell::Float(_) => Cell::float(sum_of_doubles(values) as f32),
        _ => Cell::double(sum_of_doubles(values)),
    }
}

fn decimals(values: &[Cell]) -> i128 {
    let unscaled = values.iter().map(|value| match value {
        Cell::Decimal(unscaled, _) => *unscaled,
        _ => 0,
    });
    unscaled.sum()
}

fn average(values: &[Cell]) -> Cell {
    let count = values.len();
    match &values[0] {
        Cell::Integer(_) => Cell::Integer(integers(values.iter()).sum::<i64>() / count as i64),
        Cell::Decimal(..) => {
            // Six digits behind the point, half up.
            let (sum, count) = (decimals(values) * 10_000, count as i128);
            let half = (2 * sum.abs() + count) / (2 * count);
            Cell::Decimal(half * sum.signum(), 6)
        }
        Cell::Float(_) => Cell::float((sum_of_doubles(values) / count as f64) as f32),
        _ => Cell::double(sum_of_doubles(values) / count as f64),
    }
}
