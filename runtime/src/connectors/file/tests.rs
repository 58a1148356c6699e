use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::testing::{Cells, LOG, TABLE, options, row};
use super::super::{
    ChangeKind, Chunk, ColumnInfo, Failure, Format, Progress, Source, TableInfo, open_sink, open_source, open_store,
};
use crate::decode::{csv, json};
use crate::values::Value;

fn source(path: &Path, more: &[(&str, &str)]) -> Result<Box<dyn Source>, Failure> {
    let mut options = options(more);
    options.pairs.push(("path".to_owned(), path.to_str().unwrap().to_owned()));
    open_source("file", &TABLE, &options)
}

#[track_caller]
fn message<T>(result: Result<T, Failure>, environment: bool) -> String {
    let failure = result.err().expect("a failure");
    assert_eq!(failure.environment, environment, "{failure}");
    failure.message
}

/// Records as `file:line@offset text`.
fn records(source: &dyn Source, chunk: &Chunk) -> Vec<String> {
    let name = Path::new(&source.files()[chunk.file]).file_name().unwrap().to_string_lossy().into_owned();
    let shown = |record: crate::decode::Record<'_>| {
        format!("{name}:{}@{} {}", record.line, record.offset, String::from_utf8_lossy(record.bytes))
    };
    match source.format() {
        Format::Json => json::Records::new(chunk).map(shown).collect(),
        Format::Csv(format) => csv::Records::new(chunk, &format).map(shown).collect(),
    }
}

fn read_all(source: &mut dyn Source) -> Vec<String> {
    let mut chunk = Chunk::default();
    let mut all = Vec::new();
    loop {
        match source.read(&mut chunk).unwrap() {
            Progress::Records => all.extend(records(source, &chunk)),
            Progress::Idle => {}
            Progress::End => return all,
        }
    }
}

/// Reads until nothing comes.
fn read_now(source: &mut dyn Source) -> Vec<String> {
    let mut chunk = Chunk::default();
    let mut all = Vec::new();
    while source.read(&mut chunk).unwrap() == Progress::Records {
        all.extend(records(source, &chunk));
    }
    all
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn plain_and_compressed_files() {
    let folder = tempfile::tempdir().unwrap();
    let text = "{\"id\":1}\n\n{\"id\":2}\r\n{\"id\":3}";
    let expected = |name: &str| {
        vec![
            format!("{name}:1@0 {{\"id\":1}}"),
            format!("{name}:3@10 {{\"id\":2}}"),
            format!("{name}:4@20 {{\"id\":3}}"),
        ]
    };
    let (first, second) = text.as_bytes().split_at(5);
    let skipped = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc".to_vec();
    for (name, bytes) in [
        ("a.jsonl", text.as_bytes().to_vec()),
        ("a.jsonl.gz", gzip(text.as_bytes())),
        ("b.gz", [gzip(first), gzip(second)].concat()),
        ("padded.gz", [gzip(first), gzip(second), vec![0; 700]].concat()),
        ("a.jsonl.zst", zstandard(text.as_bytes())),
        ("b.zst", [zstandard(first), skipped, zstandard(b""), zstandard(second)].concat()),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let mut source = source(&path, &[]).unwrap();
        assert_eq!(read_all(&mut *source), expected(name), "{name}");
        assert_eq!(source.progress(), (bytes.len() as u64, Some(bytes.len() as u64)), "{name}");
        assert_eq!(source.files(), [path.to_str().unwrap()]);
    }
    for (name, bytes) in [("c.gz", gzip(text.as_bytes())), ("c.zst", zstandard(text.as_bytes()))] {
        let path = folder.path().join(name);
        for broken in [&bytes[..bytes.len() - 6], &[b"xyzxyzxyzxyz", &bytes[..]].concat()] {
            fs::write(&path, broken).unwrap();
            let mut source = source(&path, &[]).unwrap();
            let mut chunk = Chunk::default();
            let failed = loop {
                match source.read(&mut chunk) {
                    Ok(Progress::End) => panic!("{name} was read to its end"),
                    Ok(_) => {}
                    Err(failure) => break failure,
                }
            };
            assert!(
                failed.environment && failed.message.contains("the compressed file is damaged or cut off"),
                "{failed}"
            );
        }
    }
    for name in ["empty", "empty.gz", "empty.zst"] {
        fs::write(folder.path().join(name), "").unwrap();
        assert_eq!(read_all(&mut *source(&folder.path().join(name), &[]).unwrap()), [""; 0]);
    }
}

#[test]
fn chunks_hold_whole_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let mut text = String::from("\u{feff}");
    let mut expected = Vec::new();
    for number in 0..30_000usize {
        // One record is longer than a chunk.
        let name = "x".repeat(if number == 20_000 { 700_000 } else { number % 97 });
        expected.push((number as u64 + 1, text.len() as u64));
        writeln!(text, "{{\"id\":{number},\"name\":\"{name}\"}}").unwrap();
    }
    fs::write(&path, &text).unwrap();
    let mut source = source(&path, &[]).unwrap();
    let mut chunk = Chunk::default();
    let mut found = Vec::new();
    let mut chunks = 0;
    while source.read(&mut chunk).unwrap() == Progress::Records {
        chunks += 1;
        assert!(chunk.bytes.ends_with(b"\n"));
        found.extend(json::Records::new(&chunk).map(|record| (record.line, record.offset)));
        for record in json::Records::new(&chunk) {
            let start = record.offset as usize;
            assert_eq!(record.bytes, &text.as_bytes()[start..start + record.bytes.len()]);
        }
    }
    assert_eq!(found, expected);
    assert!((8..20).contains(&chunks), "{chunks}");
}

#[test]
fn patterns_are_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.jsonl", "a.jsonl", "c.txt"] {
        fs::write(folder.path().join(name), format!("{{\"id\":\"{name}\"}}")).unwrap();
    }
    fs::create_dir(folder.path().join("d.jsonl")).unwrap();
    let mut both = source(&folder.path().join("*.jsonl"), &[]).unwrap();
    assert_eq!(read_all(&mut *both), ["a.jsonl:1@0 {\"id\":\"a.jsonl\"}", "b.jsonl:1@0 {\"id\":\"b.jsonl\"}"]);
    let mut both = source(&folder.path().join("*.jsonl"), &[]).unwrap();
    fs::remove_file(folder.path().join("b.jsonl")).unwrap();
    assert_eq!(read_all(&mut *both).len(), 1);
    let none = message(source(&folder.path().join("*.csv"), &[]), true);
    assert!(none.starts_with("no file matches ") && none.ends_with("*.csv"), "{none}");
}

#[test]
fn csv_with_headers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, "\u{feff}id, name ,\"pri\"\"ce\"\r\n1,\"a\nb\",2\r\n\n2,,\"\"\n").unwrap();
    let mut headed = source(&path, &[]).unwrap();
    let mut chunk = Chunk::default();
    assert_eq!(headed.read(&mut chunk).unwrap(), Progress::Records);
    assert_eq!(headed.header().unwrap(), ["id", "name", "pri\"ce"]);
    assert_eq!(records(&*headed, &chunk), ["a.csv:2@24 1,\"a\nb\",2", "a.csv:5@36 2,,\"\""]);
    let mut bare = source(&path, &[("header", "false"), ("delimiter", ";"), ("null_text", "NULL")]).unwrap();
    assert_eq!(read_all(&mut *bare).len(), 4);
    assert_eq!(bare.header(), None);
    // A quoted line break where a chunk might be cut.
    let record = |number| format!("{number},\"line\nbreak \"\"{number}\"\"\"\n");
    let many = (0..40_000).map(record).collect::<Vec<String>>().concat();
    fs::write(&path, format!("id,name\n{many}")).unwrap();
    let all = read_all(&mut *source(&path, &[]).unwrap());
    assert_eq!(all.len(), 40_000);
    assert!(all[39_999].starts_with("a.csv:80000@"), "{}", all[39_999]);
    fs::write(&path, "id\n\"not closed\n").unwrap();
    assert_eq!(read_all(&mut *source(&path, &[]).unwrap()), ["a.csv:2@3 \"not closed\n"]);
}

#[test]
fn a_followed_file_grows_and_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let mut file = File::create(&path).unwrap();
    let mut followed = source(&path, &[("follow", "true")]).unwrap();
    assert_eq!(followed.progress().1, None);
    assert_eq!(read_now(&mut *followed), [""; 0]);
    file.write_all(b"{\"id\":1}\n{\"id\"").unwrap();
    assert_eq!(read_now(&mut *followed), ["a.jsonl:1@0 {\"id\":1}"]);
    assert_eq!(read_now(&mut *followed), [""; 0]);
    file.write_all(b":2}\n{\"id\":3").unwrap();
    assert_eq!(read_now(&mut *followed), ["a.jsonl:2@9 {\"id\":2}"]);
    // Replaced: what is left of the old file is its last record.
    fs::rename(&path, folder.path().join("old")).unwrap();
    file.write_all(b"}").unwrap();
    fs::write(&path, "{\"id\":4}\n").unwrap();
    let mut found = Vec::new();
    let start = Instant::now();
    while found.len() < 2 && start.elapsed() < Duration::from_secs(5) {
        found.extend(read_now(&mut *followed));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(found, ["a.jsonl:3@18 {\"id\":3}", "a.jsonl:1@0 {\"id\":4}"]);
    // Cut: it is read from its beginning again.
    OpenOptions::new().write(true).open(&path).unwrap().set_len(0).unwrap();
    let mut found = read_now(&mut *followed);
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"id\":5}\n").unwrap();
    let start = Instant::now();
    while found.is_empty() && start.elapsed() < Duration::from_secs(5) {
        found.extend(read_now(&mut *followed));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(found, ["a.jsonl:1@0 {\"id\":5}"]);
    let compressed = folder.path().join("a.gz");
    fs::write(&compressed, gzip(b"{}")).unwrap();
    assert!(message(source(&compressed, &[("follow", "true")]), false).contains("cannot be followed"));
}

#[test]
fn a_followed_pattern_finds_new_files() {
    let folder = tempfile::tempdir().unwrap();
    let pattern = folder.path().join("*.jsonl");
    let mut followed = source(&pattern, &[("follow", "true")]).unwrap();
    assert_eq!(read_now(&mut *followed), [""; 0]);
    let mut found = Vec::new();
    for name in ["b.jsonl", "a.jsonl"] {
        fs::write(folder.path().join(name), "{}\n").unwrap();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            let now = read_now(&mut *followed);
            if !now.is_empty() {
                found.extend(now);
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    assert_eq!(found, ["b.jsonl:1@0 {}", "a.jsonl:1@0 {}"]);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_does_not_block() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let mut pipe = source(&path, &[]).unwrap();
    let mut chunk = Chunk::default();
    assert_eq!(pipe.read(&mut chunk).unwrap(), Progress::Idle);
    let writer = std::thread::spawn(move || {
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.write_all(b"{\"id\":1}\n{\"id\"").unwrap();
        std::thread::sleep(Duration::from_millis(120));
        file.write_all(b":2}").unwrap();
    });
    assert_eq!(read_all(&mut *pipe), ["pipe:1@0 {\"id\":1}", "pipe:2@9 {\"id\":2}"]);
    assert_eq!(pipe.progress().1, None);
    writer.join().unwrap();
}

#[test]
fn what_goes_wrong_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent.jsonl");
    let shown = absent.display();
    assert_eq!(message(source(&absent, &[]), true), format!("cannot open {shown}: no such file or folder"));
    let a_folder = message(source(folder.path(), &[]), true);
    assert!(a_folder.contains("it is a folder; name a file, or a pattern such as "), "{a_folder}");
    let of = |pairs: &[(&str, &str)]| message(open_source("file", &TABLE, &options(pairs)), false);
    assert_eq!(of(&[]), "table 'orders', file: the option 'path' is missing");
    assert_eq!(of(&[("path", "")]), "table 'orders', file: the option 'path' is empty");
    assert_eq!(
        of(&[("path", "x"), ("fromat", "csv")]),
        "table 'orders', file: there is no option 'fromat'; the options are path, format, header, delimiter, null_text, \
         follow, changelog"
    );
    assert!(of(&[("path", "x"), ("format", "xml")]).ends_with("the option 'format' is 'xml', but must be json or csv"));
    assert!(of(&[("path", "x"), ("follow", "yes")]).ends_with("'follow' is 'yes', but must be true or false"));
    assert!(of(&[("path", "x"), ("delimiter", "::")]).contains("must be one ASCII character"));
    assert!(message(open_source("sqlite", &TABLE, &options(&[])), false).contains("cannot be read as a source"));
    assert!(message(open_sink("kafka", &TABLE, &options(&[])), false).contains("there is no connector 'kafka'"));
    let none = message(open_sink("blackhole", &TABLE, &options(&[("path", "x")])), false);
    assert_eq!(none, "table 'orders', blackhole: there is no option 'path'; it takes none");
}

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
    sink.commit(2).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), [line(2, "0.07"), line(10, "0.00")].concat());
    assert_eq!(sink.preview(1).unwrap().unwrap().total, 2);
    drop((sink, store));
    // Rows that are there stay.
    let mut sink = open_sink("file", &TABLE, &options).unwrap();
    sink.write(ChangeKind::Insert, &row(3, None, 0)).unwrap();
    sink.commit(1).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), [line(2, "0.07"), line(3, "0.00"), line(10, "0.00")].concat());
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
    let mut count = 0;
    open_store("file", &TABLE, &options).unwrap().scan(&mut |_| count += 1).unwrap();
    assert_eq!(count, 3);
    let in_folder = folder.path().join("out");
    let refused = message(
        open_sink("file", &TABLE, &super::super::testing::options(&[("path", in_folder.to_str().unwrap())])),
        true,
    );
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
