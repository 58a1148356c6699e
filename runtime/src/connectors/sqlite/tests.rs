use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::super::testing::{Cells, LOG, TABLE, options, row};
use super::super::{ChangeKind, ColumnInfo, Failure, Options, TableInfo, open_sink, open_store};
use crate::decode::Field;
use crate::values::Value;

fn place() -> (TempDir, PathBuf, Options) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out/warehouse.db");
    let options = options(&[("path", path.to_str().unwrap())]);
    (folder, path, options)
}

fn read(path: &PathBuf, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cell = |column| format!("{:?}", row.get_ref(column).unwrap());
        Ok((0..columns).map(cell).collect::<Vec<_>>().join(" "))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

#[track_caller]
fn message<T>(result: Result<T, Failure>, environment: bool) -> String {
    let failure = result.err().expect("a failure");
    assert_eq!(failure.environment, environment, "{failure}");
    failure.message
}

#[test]
fn upserts_and_deletes_by_key() {
    let (_folder, path, options) = place();
    let mut sink = open_sink("sqlite", &TABLE, &options).unwrap();
    sink.write(ChangeKind::Insert, &row(1, Some("a"), 150)).unwrap();
    sink.write(ChangeKind::Insert, &row(2, None, -5)).unwrap();
    assert_eq!(read(&path, "select * from orders"), [""; 0]);
    sink.commit(1).unwrap();
    sink.write(ChangeKind::UpdateBefore, &row(1, Some("a"), 150)).unwrap();
    sink.write(ChangeKind::UpdateAfter, &row(1, Some("b"), 151)).unwrap();
    sink.write(ChangeKind::Delete, &row(2, None, 0)).unwrap();
    sink.write(ChangeKind::Insert, &row(3, Some("c"), 100)).unwrap();
    sink.commit(2).unwrap();
    sink.commit(3).unwrap();
    let rows = read(&path, "select id, name, price, typeof(price) from orders");
    assert_eq!(
        rows,
        [
            "Integer(1) Text([98]) Real(1.51) Text([114, 101, 97, 108])",
            "Integer(3) Text([99]) Integer(1) Text([105, 110, 116, 101, 103, 101, 114])"
        ]
    );
    assert_eq!(sink.place(), format!("{} (table orders)", path.display()));
    let preview = sink.preview(1).unwrap().unwrap();
    assert_eq!((preview.total, preview.rows.len()), (2, 1));
    assert_eq!(preview.rows[0], [Some("1".to_owned()), Some("b".to_owned()), Some("1.51".to_owned())]);
    // What was not committed is gone.
    sink.write(ChangeKind::Insert, &row(4, None, 0)).unwrap();
    drop(sink);
    assert_eq!(read(&path, "select count(*) from orders"), ["Integer(2)"]);
    assert!(!path.with_file_name("warehouse.db-wal").exists());
    // It is used as it is.
    let mut sink = open_sink("sqlite", &TABLE, &options).unwrap();
    sink.write(ChangeKind::Insert, &row(1, Some("z"), 1)).unwrap();
    sink.commit(1).unwrap();
    assert_eq!(sink.preview(9).unwrap().unwrap().rows[0][1].as_deref(), Some("z"));
}

#[test]
fn a_table_without_key_takes_rows() {
    let (_folder, path, options) = place();
    let mut sink = open_sink("sqlite", &LOG, &options).unwrap();
    sink.write(ChangeKind::Insert, &row(1, None, 1)).unwrap();
    sink.write(ChangeKind::Insert, &row(1, None, 1)).unwrap();
    let refused = message(sink.write(ChangeKind::Delete, &row(1, None, 1)), false);
    assert!(refused.contains("has no primary key"), "{refused}");
    sink.commit(1).unwrap();
    assert_eq!(read(&path, "select count(*) from orders"), ["Integer(2)"]);
}

const WIDE: TableInfo = TableInfo {
    name: "wide",
    columns: &[
        ColumnInfo { name: "id", sql_type: "varchar(10)", not_null: true },
        ColumnInfo { name: "b", sql_type: "boolean", not_null: false },
        ColumnInfo { name: "f", sql_type: "float", not_null: false },
        ColumnInfo { name: "d", sql_type: "double", not_null: false },
        ColumnInfo { name: "n", sql_type: "decimal(38, 4)", not_null: false },
        ColumnInfo { name: "bytes", sql_type: "bytes", not_null: false },
        ColumnInfo { name: "day", sql_type: "date", not_null: false },
        ColumnInfo { name: "tm", sql_type: "time", not_null: false },
        ColumnInfo { name: "ts", sql_type: "timestamp(3)", not_null: false },
        ColumnInfo { name: "tz", sql_type: "timestamp_ltz(9)", not_null: false },
        ColumnInfo { name: "order", sql_type: "int", not_null: false },
    ],
    primary_key: &[0],
};

fn wide(id: &'static str, number: f64, unscaled: i128) -> Cells {
    Cells(vec![
        Value::Text(id),
        Value::Boolean(true),
        Value::Float(0.1),
        Value::Double(number),
        Value::Decimal { unscaled, scale: 4 },
        Value::Bytes(&[0, 255]),
        Value::Date(20_778),
        Value::Time(37_800_500),
        Value::Timestamp { millis: 1_795_190_400_123, nanos: 0, precision: 3 },
        Value::TimestampLtz { millis: -1, nanos: 999_999, precision: 9 },
        Value::Integer(5),
    ])
}

#[test]
fn every_type_comes_back() {
    let rows = [
        wide("007", f64::NAN, 10i128.pow(38) - 1),
        wide("1e3", f64::INFINITY, -12_345_678_901_234_567_890),
        wide("x", 0.1, 999_999_999_999_999),
        wide("y", 0.1 + 0.2, 1),
        wide("z", 1e300, 1_000_000_000_000_000),
    ];
    let (_folder, path, mut options) = place();
    // Also into a table of text columns.
    for declared in ["", "text"] {
        if declared == "text" {
            let columns: Vec<String> = WIDE.columns.iter().map(|column| format!("\"{}\" text", column.name)).collect();
            let sql = format!("create table words ({}, primary key (id))", columns.join(", "));
            Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
            options.pairs.push(("table".to_owned(), "words".to_owned()));
        }
        let mut sink = open_sink("sqlite", &WIDE, &options).unwrap();
        for row in &rows {
            sink.write(ChangeKind::Insert, row).unwrap();
        }
        sink.commit(1).unwrap();
        let mut store = open_store("sqlite", &WIDE, &options).unwrap();
        for row in &rows {
            let mut count = 0;
            store
                .fetch(&row.0[..1], &mut |_, values| {
                    count += 1;
                    let field = |column: usize| Field::Value(values[column]);
                    assert_eq!(values[0], row.0[0]);
                    assert_eq!(field(1).boolean(), Ok(Some(true)));
                    assert_eq!(field(2).float(), Ok(Some(0.1)));
                    let Value::Double(expected) = row.0[3] else { unreachable!() };
                    let number = field(3).double().unwrap().unwrap();
                    assert!(
                        number.to_bits() == expected.to_bits() || (number.is_nan() && expected.is_nan()),
                        "{number}"
                    );
                    let Value::Decimal { unscaled, .. } = row.0[4] else { unreachable!() };
                    assert_eq!(field(4).decimal::<38, 4>().unwrap().unwrap().unscaled(), unscaled);
                    assert_eq!(values[5], Value::Bytes(&[0, 255]));
                    assert_eq!(field(6).date().unwrap().unwrap().0, 20_778);
                    assert_eq!(field(7).time().unwrap().unwrap().0, 37_800_500);
                    assert_eq!(field(8).timestamp(3).unwrap().unwrap().millis, 1_795_190_400_123);
                    let instant = field(9).timestamp_ltz(9).unwrap().unwrap();
                    assert_eq!((instant.millis, instant.nanos), (-1, 999_999));
                    assert_eq!(field(10).int(), Ok(Some(5)));
                })
                .unwrap();
            assert_eq!(count, 1);
        }
    }
    let shown = "select typeof(b), typeof(f), typeof(n), typeof(day), ts, tz, f from wide where id = 'x'";
    let text = |text: &str| format!("{:?}", rusqlite::types::ValueRef::Text(text.as_bytes()));
    let expected = format!(
        "{} {} {} {} {} {} Real(0.1)",
        text("integer"),
        text("real"),
        text("real"),
        text("text"),
        text("2026-11-20 16:00:00.123"),
        text("1969-12-31 23:59:59.999999999Z")
    );
    assert_eq!(read(&path, shown), [expected]);
}

#[test]
fn look_ups_share_the_connection() {
    let (_folder, path, options) = place();
    let mut sink = open_sink("sqlite", &TABLE, &options).unwrap();
    let mut store = open_store("sqlite", &TABLE, &options).unwrap();
    for id in 0..1000 {
        sink.write(ChangeKind::Insert, &row(id * 2, Some("even"), i128::from(id))).unwrap();
    }
    // Not committed, and yet seen.
    let keys: Vec<Value<'_>> = (0..500).map(|id| Value::Integer(id * 3)).collect();
    let mut seen = vec![false; keys.len()];
    store
        .fetch(&keys, &mut |position, values| {
            assert!(!seen[position]);
            seen[position] = true;
            assert_eq!(values[0], keys[position]);
            assert_eq!(values[1], Value::Text("even"));
        })
        .unwrap();
    assert!(seen.iter().enumerate().all(|(position, seen)| *seen == (position % 2 == 0)));
    store.fetch(&[], &mut |_, _| panic!("nothing was asked")).unwrap();
    let mut count = 0;
    store.scan(&mut |_| count += 1).unwrap();
    assert_eq!(count, 1000);
    sink.commit(1).unwrap();
    assert_eq!(read(&path, "select count(*) from orders"), ["Integer(1000)"]);
}

#[test]
fn look_ups_by_two_columns() {
    const PAIRS: TableInfo = TableInfo { name: "pairs", primary_key: &[1, 0], ..TABLE };
    const COLUMNS: &[ColumnInfo] = &[
        ColumnInfo { name: "id", sql_type: "bigint", not_null: true },
        ColumnInfo { name: "name", sql_type: "varchar", not_null: true },
        ColumnInfo { name: "price", sql_type: "decimal(10, 2)", not_null: false },
    ];
    let info = TableInfo { columns: COLUMNS, ..PAIRS };
    let (_folder, _path, options) = place();
    let mut sink = open_sink("sqlite", &info, &options).unwrap();
    for id in 0..200 {
        sink.write(ChangeKind::Insert, &row(id, Some(["a", "1"][id as usize % 2]), i128::from(id))).unwrap();
    }
    let keys: Vec<Value<'_>> = (0..200).flat_map(|id| [Value::Text("1"), Value::Integer(id)]).collect();
    let mut found = Vec::new();
    let mut store = open_store("sqlite", &info, &options).unwrap();
    store.fetch(&keys, &mut |position, _| found.push(position)).unwrap();
    assert_eq!(found, (0..200).filter(|id| id % 2 == 1).collect::<Vec<usize>>());
}

/// SQLite keeps dates as text, booleans as integers and decimals as doubles; a table that is kept whole in memory is
/// asked with the values of the pipeline.
#[test]
fn a_whole_table_has_the_keys_of_its_types() {
    const RATES: TableInfo = TableInfo {
        name: "rates",
        columns: &[
            ColumnInfo::nullable("note", "varchar"),
            ColumnInfo::not_null("day", "date"),
            ColumnInfo::not_null("rate", "decimal(10, 2)"),
            ColumnInfo::not_null("open", "boolean"),
        ],
        primary_key: &[1, 2, 3],
    };
    let (_folder, path, options) = place();
    let key = [Value::Date(20_000), Value::Decimal { unscaled: 100, scale: 2 }, Value::Boolean(true)];
    let mut sink = open_sink("sqlite", &RATES, &options).unwrap();
    sink.write(ChangeKind::Insert, &Cells([&[Value::Null], &key[..]].concat())).unwrap();
    sink.commit(1).unwrap();
    Connection::open(&path).unwrap().execute("insert into rates values ('x', 'no day', 1, 1)", []).unwrap();
    let mut found = Vec::new();
    let mut store = open_store("sqlite", &RATES, &options).unwrap();
    store.scan(&mut |values| found.push(format!("{:?}", &values[1..]))).unwrap();
    found.sort();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0], format!("{key:?}"));
    assert!(found[1].contains("no day"));
}

#[test]
fn initial_fills_a_new_table_only() {
    let (folder, path, mut options) = place();
    let initial = folder.path().join("initial.jsonl");
    std::fs::write(&initial, "{\"id\":1,\"name\":\"a\",\"price\":1.5}\n{\"id\":2}\n").unwrap();
    options.pairs.push(("initial".to_owned(), initial.to_str().unwrap().to_owned()));
    let store = open_store("sqlite", &TABLE, &options).unwrap();
    assert_eq!(read(&path, "select count(*), sum(price) from orders"), ["Integer(2) Real(1.5)"]);
    drop(store);
    std::fs::write(&initial, "{\"id\":3}\n").unwrap();
    drop(open_sink("sqlite", &TABLE, &options).unwrap());
    assert_eq!(read(&path, "select count(*) from orders"), ["Integer(2)"]);
    // A bad file leaves nothing behind.
    std::fs::write(&initial, "{\"id\":3}\n\n{\"id\":\"x\"}\n").unwrap();
    options.pairs.push(("table".to_owned(), "other".to_owned()));
    let failed = message(open_sink("sqlite", &TABLE, &options), false);
    assert!(failed.ends_with("initial.jsonl:3: column 'id': 'x' is no bigint"), "{failed}");
    assert_eq!(
        read(&path, "select name from sqlite_schema"),
        [format!("{:?}", rusqlite::types::ValueRef::Text(b"orders"))]
    );
    std::fs::write(&initial, "{\"id\":3,\"name\":\"a\"}\n{\"name\":\"b\"}\n").unwrap();
    let failed = message(open_sink("sqlite", &TABLE, &options), false);
    assert!(failed.ends_with("initial.jsonl:2: column 'id' is null but declared not null"), "{failed}");
}

#[test]
fn tables_that_do_not_fit() {
    let (_folder, path, options) = place();
    drop(open_sink("sqlite", &LOG, &options).unwrap());
    let no_key = message(open_sink("sqlite", &TABLE, &options), false);
    assert!(no_key.contains("(table orders) has neither primary key nor unique index on (id)"), "{no_key}");
    Connection::open(&path)
        .unwrap()
        .execute_batch("drop table orders; create table orders (id int primary key, NAME text)")
        .unwrap();
    let missing = message(open_sink("sqlite", &TABLE, &options), false);
    assert!(
        missing.ends_with("(table orders) has no column price; it has id, NAME. Add the column, or name another table")
    );
    Connection::open(&path)
        .unwrap()
        .execute_batch("alter table orders add price; alter table orders add x not null default 0")
        .unwrap();
    drop(open_sink("sqlite", &TABLE, &options).unwrap());
    Connection::open(&path)
        .unwrap()
        .execute_batch("drop table orders; create table orders (id int primary key, name, price, x int not null)")
        .unwrap();
    let needs = message(open_sink("sqlite", &TABLE, &options), false);
    assert!(needs.contains("has a column x that is not null and has no default"), "{needs}");
}

#[test]
fn what_goes_wrong_is_one_sentence() {
    let (folder, path, options) = place();
    let text = folder.path().to_str().unwrap();
    let of = |pairs: &[(&str, &str)]| open_sink("sqlite", &TABLE, &super::super::testing::options(pairs));
    assert!(message(of(&[("path", text)]), true).ends_with("it is a folder"));
    assert_eq!(message(of(&[]), false), "table 'orders', sqlite: the option 'path' is missing");
    let nameless = message(of(&[("path", path.to_str().unwrap()), ("table", "")]), false);
    assert_eq!(nameless, "table 'orders', sqlite: the option 'table' is empty");
    let unknown = message(of(&[("path", "x"), ("tabel", "y")]), false);
    assert_eq!(unknown, "table 'orders', sqlite: there is no option 'tabel'; the options are path, table, initial");
    let no_database = folder.path().join("text.db");
    std::fs::write(
        &no_database,
        "no database, but a text that is long enough to be looked at, with some more words. ".repeat(9),
    )
    .unwrap();
    assert!(message(of(&[("path", no_database.to_str().unwrap())]), true).ends_with("the file is no SQLite database"));
    let mut sink = open_sink("sqlite", &TABLE, &options).unwrap();
    let other = Connection::open(&path).unwrap();
    super::database::lock(&super::database::open(&path).unwrap())
        .connection
        .busy_timeout(std::time::Duration::from_millis(10))
        .unwrap();
    other.execute_batch("begin immediate").unwrap();
    let locked = message(sink.write(ChangeKind::Insert, &row(1, None, 0)), true);
    assert!(locked.contains("another program has locked it"), "{locked}");
    assert!(message(open_sink("sqlite", &TABLE, &options), true).contains("another program has locked it"));
    // Whoever has it for a while is waited for.
    let holder = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        other.execute_batch("rollback")
    });
    sink.write(ChangeKind::Insert, &row(1, None, 0)).unwrap();
    holder.join().unwrap().unwrap();
    sink.commit(1).unwrap();
    let null = message(sink.write(ChangeKind::Insert, &Cells(vec![Value::Null; 3])), false);
    assert!(null.contains("refused a row: NOT NULL constraint failed: orders.id"), "{null}");
}

#[test]
fn keys_that_are_written_otherwise_are_refused() {
    static TIMES: TableInfo = TableInfo {
        name: "times",
        columns: &[ColumnInfo::not_null("at", "timestamp(3)"), ColumnInfo::nullable("n", "int")],
        primary_key: &[0],
    };
    let (_folder, path, options) = place();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "create table times (at datetime primary key, n int); insert into times values ('2024-02-29 10:00:00', 1)",
        )
        .unwrap();
    for refused in [open_sink("sqlite", &TIMES, &options).err(), open_store("sqlite", &TIMES, &options).err()] {
        let failure = refused.expect("the key would not be found");
        assert!(!failure.environment);
        let words = "has the key at = '2024-02-29 10:00:00', which the job writes as '2024-02-29 10:00:00.000'";
        assert!(failure.message.contains(words), "{failure}");
    }
    connection.execute_batch("update times set at = at || '.000'").unwrap();
    assert!(open_sink("sqlite", &TIMES, &options).is_ok() && open_store("sqlite", &TIMES, &options).is_ok());
}
