//! What sinks write, and tables that are looked up.

use super::*;

#[test]
fn rows_are_appended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out/log.jsonl");
    let options = options(&[("path", path.to_str().unwrap())]);
    let mut sink = open_sink("file", &LOG, &options).unwrap();
    sink.write(ChangeKind::Insert, &row(1, Some("a\"中"), 150)).unwrap();
    sink.write(ChangeKind::Insert, &row(2, None, -1)).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
    sink.commit(1).unwrap();
    let first = "{\"id\":1,\"name\":\"a\\\"中\",\"price\":1.50}\n{\"id\":2,\"name\":null,\"price\":-0.01}\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    let preview = sink.preview(1).unwrap().unwrap();
    assert_eq!(
        (preview.total, preview.rows),
        (2, vec![vec![Some("1".into()), Some("a\"中".into()), Some("1.50".into())]])
    );
    assert!(message(sink.write(ChangeKind::Delete, &row(1, None, 0)), false).contains("has no primary key"));
    // Not committed, so taken back, however much it was.
    for id in 0..20_000 {
        sink.write(ChangeKind::Insert, &row(id, Some("more"), 0)).unwrap();
    }
    assert!(fs::metadata(&path).unwrap().len() > 100_000);
    drop(sink);
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    // A line that somebody left open is ended first.
    fs::write(&path, "{\"id\":0}").unwrap();
    let mut sink = open_sink("file", &LOG, &options).unwrap();
    sink.write(ChangeKind::Insert, &row(3, None, 0)).unwrap();
    sink.commit(1).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"id\":0}\n{\"id\":3,\"name\":null,\"price\":0.00}\n");
}

#[test]
fn csv_and_changelogs_are_appended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    let text = path.to_str().unwrap();
    for id in 1..=2 {
        let mut sink = open_sink("file", &LOG, &options(&[("path", text), ("delimiter", ";")])).unwrap();
        sink.write(ChangeKind::Insert, &row(id, Some("a;b"), 5)).unwrap();
        sink.commit(1).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "id;name;price\n1;\"a;b\";0.05\n2;\"a;b\";0.05\n");
    let path = folder.path().join("changes.jsonl");
    let text = path.to_str().unwrap();
    let mut sink = open_sink("file", &TABLE, &options(&[("path", text), ("changelog", "true")])).unwrap();
    assert!(sink.wants_changelog());
    sink.write(ChangeKind::UpdateBefore, &row(1, None, 0)).unwrap();
    sink.write(ChangeKind::UpdateAfter, &row(1, None, 1)).unwrap();
    sink.commit(1).unwrap();
    let expected = "{\"op\":\"-U\",\"id\":1,\"name\":null,\"price\":0.00}\n{\"op\":\"+U\",\"id\":1,\"name\":null,\"price\":0.01}\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    assert!(sink.preview(5).unwrap().is_none());
    let text = folder.path().join("x.jsonl.gz");
    let refused = message(open_sink("file", &LOG, &options(&[("path", text.to_str().unwrap())])), false);
    assert!(refused.contains("cannot be written compressed"), "{refused}");
}

#[test]
fn a_table_with_key_is_replaced_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out/table.jsonl");
    let options = options(&[("path", path.to_str().unwrap())]);
    let mut sink = open_sink("file", &TABLE, &options).unwrap();
    assert!(!path.exists());
    for id in [10, 9, 2] {
        sink.write(ChangeKind::Insert, &row(id, None, 0)).unwrap();
    }
    assert!(!path.exists());
    sink.commit(1).unwrap();
    let line = |id: i64, cents: &str| format!("{{\"id\":{id},\"name\":null,\"price\":{cents}}}\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), [line(2, "0.00"), line(9, "0.00"), line(10, "0.00")].concat());
    sink.write(ChangeKind::UpdateBefore, &row(2, None, 0)).unwrap();
    sink.write(ChangeKind::UpdateAfter, &row(2, None, 7)).unwrap();
    sink.write(ChangeKind::Delete, &row(9, None, 0)).unwrap();
    // A look-up sees the same rows.
    let mut store = open_store("file", &TABLE, &options).unwrap();
    let mut found = Vec::new();
    let keys = [Value::Integer(9), Value::Integer(2), Value::Integer(10)];
    store.fetch(&keys, &mut |position, values| found.push((position, format!("{:?}", values[2])))).unwrap();
    assert_eq!(found.iter().map(|(position, _)| *position).collect::<Vec<_>>(), [1, 2]);
    assert!(found[0].1.contains("unscaled: 7"));
    // It was written just now, so that it may lag for a while, but not for ever.
    let begun = Instant::now();
    while fs::read_to_string(&path).unwrap() != [line(2, "0.07"), line(10, "0.00")].concat() {
        sink.commit(2).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(30), "the file never caught up");
    }
    sink.write(ChangeKind::UpdateAfter, &row(2, None, 8)).unwrap();
    sink.commit(3).unwrap();
    sink.sync().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), [line(2, "0.08"), line(10, "0.00")].concat());
    assert_eq!(sink.preview(1).unwrap().unwrap().total, 2);
    drop((sink, store));
    // Rows that are there stay.
    let mut sink = open_sink("file", &TABLE, &options).unwrap();
    sink.write(ChangeKind::Insert, &row(3, None, 0)).unwrap();
    sink.commit(1).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), [line(2, "0.08"), line(3, "0.00"), line(10, "0.00")].concat());
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
    let mut count = 0;
    open_store("file", &TABLE, &options).unwrap().scan(&mut |_| count += 1).unwrap();
    assert_eq!(count, 3);
    let in_folder = folder.path().join("out");
    let refused = message(open_sink("file", &TABLE, &super::options(&[("path", in_folder.to_str().unwrap())])), true);
    assert!(refused.ends_with("it is a folder"), "{refused}");
}

#[cfg(unix)]
#[test]
fn only_a_plain_file_is_replaced() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let device = Path::new("/dev/full");
    let refused = message(open_sink("file", &TABLE, &options(&[("path", "/dev/full")])), true);
    assert!(refused.starts_with("cannot write /dev/full: ") && refused.contains("no plain file"), "{refused}");
    assert!(!device.metadata().unwrap().is_file());
    // What a link points at is replaced, and who may read it stays.
    let (file, link) = (folder.path().join("real.jsonl"), folder.path().join("link.jsonl"));
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    let mut sink = open_sink("file", &TABLE, &options(&[("path", link.to_str().unwrap())])).unwrap();
    sink.write(ChangeKind::Insert, &row(1, None, 0)).unwrap();
    sink.commit(1).unwrap();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "{\"id\":1,\"name\":null,\"price\":0.00}\n");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    // The link and the file are one table.
    let mut store = open_store("file", &TABLE, &options(&[("path", file.to_str().unwrap())])).unwrap();
    sink.write(ChangeKind::Insert, &row(2, None, 0)).unwrap();
    let mut count = 0;
    store.scan(&mut |_| count += 1).unwrap();
    assert_eq!(count, 2);
}

#[test]
fn two_tables_of_one_file_have_the_same_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.jsonl");
    let options = options(&[("path", path.to_str().unwrap())]);
    let other = TableInfo { name: "others", primary_key: &[1], ..TABLE };
    let _sink = open_sink("file", &TABLE, &options).unwrap();
    let refused = message(open_sink("file", &other, &options), false);
    assert!(refused.starts_with("the tables 'orders' and 'others' use the same file "), "{refused}");
    assert!(open_store("file", &TABLE, &options).is_ok());
}

#[test]
fn every_type_comes_back_from_a_file() {
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
            ColumnInfo { name: "n\"um", sql_type: "smallint", not_null: false },
        ],
        primary_key: &[0],
    };
    let full = Cells(vec![
        Value::Text("a,\"b\"\n\\中"),
        Value::Boolean(false),
        Value::Float(0.1),
        Value::Double(f64::NEG_INFINITY),
        Value::Decimal { unscaled: 1 - 10i128.pow(38), scale: 4 },
        Value::Bytes(&[0, 255, 7]),
        Value::Date(-800_000),
        Value::Time(37_800_500),
        Value::Timestamp { millis: -62_135_596_800_001, nanos: 0, precision: 3 },
        Value::TimestampLtz { millis: -1, nanos: 999_999, precision: 9 },
        Value::Integer(-5),
    ]);
    let mut empty = Cells(vec![Value::Null; 11]);
    empty.0[0] = Value::Text("");
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.jsonl", "a.csv"] {
        let path = folder.path().join(name);
        let options = options(&[("path", path.to_str().unwrap())]);
        let mut sink = open_sink("file", &WIDE, &options).unwrap();
        for row in [&full, &empty] {
            sink.write(ChangeKind::Insert, row).unwrap();
        }
        sink.commit(1).unwrap();
        drop(sink);
        let mut store = open_store("file", &WIDE, &options).unwrap();
        for row in [&full, &empty] {
            let mut found = false;
            store
                .fetch(&row.0[..1], &mut |_, values| {
                    found = true;
                    assert_eq!(values, row.0);
                })
                .unwrap();
            assert!(found, "{name}");
        }
    }
}

#[test]
fn bad_rows_of_a_look_up_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let options = options(&[("path", path.to_str().unwrap())]);
    let open = || open_store("file", &TABLE, &options);
    assert!(message(open(), true).ends_with("no such file or folder"));
    fs::write(&path, "name,id\na,1\n\nb,x\n").unwrap();
    assert!(message(open(), false).ends_with("a.csv:4: column 'id': 'x' is no bigint"));
    fs::write(&path, "name,id\na,1\nb\n").unwrap();
    assert!(message(open(), false).ends_with("a.csv:3: column 'id' is null but declared not null"));
    fs::write(&path, "name,id\na,1,2\n").unwrap();
    assert!(message(open(), false).ends_with("a.csv:2: the record has more than 2 fields"));
    fs::write(&path, "name,id\n\"a\"b,1\n").unwrap();
    assert!(message(open(), false).ends_with("a.csv:2: there is text after the closing quote of a field"));
    fs::write(&path, "name,id\n\"a,1\n").unwrap();
    assert!(message(open(), false).ends_with("a.csv:2: a quoted field is not closed"));
}
