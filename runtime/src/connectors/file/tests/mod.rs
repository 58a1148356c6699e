//! The `file` connector: what its sources read; its sinks and tables are in `written`.

mod written;

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
