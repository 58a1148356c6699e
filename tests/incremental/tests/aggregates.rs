//! Every aggregate over rows that never change and over rows that do, under random events and random commits.

use std::fmt::Debug;

use millstream_incremental_tests::aggregates::{
    Aggregates, AllRows, ByDoubleRows, ByTextRows, ByTwoRows, Events, LatestAllRows, LatestByDoubleRows,
    LatestByTextRows, LatestByTwoRows, LatestKeyedRows, LatestSomeRows, SomeRows,
};
use millstream_incremental_tests::cell::{Cell, Cells};
use millstream_incremental_tests::config;
use millstream_incremental_tests::mirror::Mirror;
use millstream_incremental_tests::model::{Event, grouped, latest};
use millstream_incremental_tests::spec::groupings;
use millstream_runtime::connectors::Row;
use millstream_runtime::job::{Embedded, Gives};
use millstream_runtime::values::{Date, Decimal, Timestamp};
use proptest::prelude::*;

/// 2026-11-21, at which `latest` turns dates to null.
const DAY: i32 = 20_778;

/// Text that stands in state inline, and that does not.
const TEXTS: &[&str] =
    &["", "a", "b", "首页", "none", "twenty-three bytes long", "twenty-three bytes wide", "exactly 22 bytes long."];

/// What is no plain number, and the one that `latest` turns to null.
const ODD: &[f64] = &[-0.0, 0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 7.25];

fn text() -> impl Strategy<Value = Cell> {
    or_null(prop::sample::select(TEXTS).prop_map(|text| Cell::Text(text.to_owned())))
}

/// Doubles whose sums are exact, and odd ones.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-40..40i32).prop_map(|n| f64::from(n) / 4.0),
        1 => (-1_000_000..1_000_000i32).prop_map(f64::from),
        3 => prop::sample::select(ODD),
    ]
}

fn or_null(cell: impl Strategy<Value = Cell>) -> impl Strategy<Value = Cell> {
    prop_oneof![1 => Just(Cell::Null), 4 => cell]
}

fn integer(range: std::ops::Range<i64>) -> impl Strategy<Value = Cell> {
    or_null(range.prop_map(Cell::Integer))
}

fn event() -> impl Strategy<Value = Event> {
    let keys = (text(), or_null(number().prop_map(Cell::double)));
    let integers = (integer(-2..3), integer(-50..50), integer(-4..5), integer(-1_000_000..1_000_000));
    let decimal = or_null((-500..500i128).prop_map(|cents| Cell::Decimal(cents, 2)));
    let double = or_null(number().prop_map(Cell::double));
    let float = or_null(number().prop_map(|number| Cell::float(number as f32)));
    let time = or_null((-2..3i64).prop_map(|n| Cell::Timestamp(i64::from(DAY) * 86_400_000 + n)));
    let day = or_null((DAY - 2..DAY + 3).prop_map(Cell::Date));
    let flag = or_null(any::<bool>().prop_map(Cell::Boolean));
    let cells = (keys, integers, decimal, double, float, text(), time, day, flag);
    (0..5i64, prop::bool::weighted(0.15), cells).prop_map(|(id, delete, cells)| {
        let ((kt, kd), (i8, i16, i32, i64), n, d, f, s, t, day, b) = cells;
        Event { id, delete, cells: vec![kt, kd, i8, i16, i32, i64, n, d, f, s, t, day, b] }
    })
}

/// Events, cut into epochs.
fn epochs() -> impl Strategy<Value = Vec<Vec<Event>>> {
    prop::collection::vec(prop::collection::vec(event(), 0..7), 1..9)
}

fn row(event: &Event) -> Events<'_> {
    let text = |column: usize| match &event.cells[column] {
        Cell::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let integer = |column: usize| match event.cells[column] {
        Cell::Integer(value) => Some(value),
        _ => None,
    };
    let number = |column: usize| event.cells[column].number();
    Events {
        id: event.id,
        op: if event.delete { "delete" } else { "put" },
        kt: text(0),
        kd: number(1),
        i8: integer(2).and_then(|value| value.try_into().ok()),
        i16: integer(3).and_then(|value| value.try_into().ok()),
        i32: integer(4).and_then(|value| value.try_into().ok()),
        i64: integer(5),
        n: match event.cells[6] {
            Cell::Decimal(unscaled, _) => Decimal::checked(unscaled),
            _ => None,
        },
        d: number(7),
        f: number(8).map(|value| value as f32),
        s: text(9),
        t: match event.cells[10] {
            Cell::Timestamp(millis) => Some(Timestamp { millis, nanos: 0 }),
            _ => None,
        },
        day: match event.cells[11] {
            Cell::Date(days) => Some(Date(days)),
            _ => None,
        },
        b: match event.cells[12] {
            Cell::Boolean(value) => Some(value),
            _ => None,
        },
    }
}

/// Reads a table's changes and compares it.
fn compare<R>(
    job: &mut Embedded<Aggregates>,
    mirror: &mut Mirror,
    name: &str,
    expected: &[Cells],
) -> Result<(), TestCaseError>
where
    Aggregates: Gives<R>,
    for<'c> <Aggregates as Gives<R>>::At<'c>: Row,
{
    mirror.read::<Aggregates, R>(job).map_err(TestCaseError::fail)?;
    same(name, &mirror.rows(), expected)
}

fn same(name: &str, found: &[impl Debug + PartialEq], expected: &[impl Debug]) -> Result<(), TestCaseError> {
    let (found, expected) = (format!("{found:#?}"), format!("{expected:#?}"));
    let differs = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    if found == expected {
        return Ok(());
    }
    let line = differs.unwrap_or(0);
    let around = |text: &str| text.lines().skip(line.saturating_sub(3)).take(6).collect::<Vec<_>>().join("\n");
    Err(TestCaseError::fail(format!("{name}, line {line}: found\n{}\nexpected\n{}", around(&found), around(&expected))))
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn every_aggregate_is_as_if_computed_at_once(epochs in epochs()) {
        let mut job = Embedded::<Aggregates>::new().expect("starts");
        let views = groupings();
        let mut mirrors: Vec<Mirror> = views.iter().map(|_| Mirror::default()).collect();
        let mut keyed = Mirror::default();
        let mut events: Vec<Event> = Vec::new();
        for epoch in epochs {
            let rows: Vec<Events<'_>> = epoch.iter().map(row).collect();
            prop_assert_eq!(job.feed(&rows), Ok(()));
            prop_assert_eq!(job.commit(), Ok(()));
            events.extend(epoch);
            let plain: Vec<Cells> = events.iter().map(|event| event.cells.clone()).collect();
            let changing = latest(&events);
            for (view, mirror) in views.iter().zip(&mut mirrors) {
                let expected = grouped(view, if view.changing { &changing } else { &plain });
                let job = &mut job;
                match view.name {
                    "all" => compare::<AllRows>(job, mirror, view.name, &expected),
                    "by_text" => compare::<ByTextRows>(job, mirror, view.name, &expected),
                    "by_double" => compare::<ByDoubleRows>(job, mirror, view.name, &expected),
                    "by_two" => compare::<ByTwoRows>(job, mirror, view.name, &expected),
                    "some" => compare::<SomeRows>(job, mirror, view.name, &expected),
                    "latest_all" => compare::<LatestAllRows>(job, mirror, view.name, &expected),
                    "latest_by_text" => compare::<LatestByTextRows>(job, mirror, view.name, &expected),
                    "latest_by_double" => compare::<LatestByDoubleRows>(job, mirror, view.name, &expected),
                    "latest_by_two" => compare::<LatestByTwoRows>(job, mirror, view.name, &expected),
                    "latest_some" => compare::<LatestSomeRows>(job, mirror, view.name, &expected),
                    other => panic!("no table of {other} is compared"),
                }?;
            }
            // The same by key, without the group of null.
            keyed.read::<Aggregates, LatestKeyedRows>(&mut job).map_err(TestCaseError::fail)?;
            let by_text = grouped(&views[6], &changing);
            let expected: Vec<Cells> = by_text.into_iter().filter(|row| row[0] != Cell::Null).map(|mut row| {
                row.truncate(3);
                row[2] = match row[2] {
                    Cell::Integer(value) => Cell::double(value as f64),
                    _ => Cell::double(-0.0),
                };
                row
            }).collect();
            same("latest_keyed_rows", &keyed.rows(), &expected)?;
        }
    }
}
