//! The dead-letter file: records that could not be read or computed, each with the reason and its position.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Failure, format};
use crate::decode::Record;
use crate::values::{Fault, Value};

/// So many bytes are kept before they are written in the middle of an epoch.
const FULL: usize = 256 << 10;

/// Appends to the job's dead-letter file, a JSON object a line:
/// `{"table":…,"file":…,"line":…,"offset":…,"reason":…,"record":…}`, where `record` is the record's text; if it is no
/// UTF-8, a field `base64` has its bytes. A group of a view whose row could not be computed has no place in a file:
/// `{"table":…,"view":…,"reason":…,"record":…}`, where `record` is its key. The file is created at the first of them.
#[derive(Debug)]
pub struct DeadLetters {
    path: PathBuf,
    file: Option<File>,
    buffer: Vec<u8>,
    counts: Vec<(String, u64)>,
    /// Where the first of this run was, and its reason, for people.
    first: Option<String>,
}

impl DeadLetters {
    /// A dead-letter file at `path`, not yet created.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), file: None, buffer: Vec::new(), counts: Vec::new(), first: None }
    }

    /// Writes a bad record and counts it.
    pub fn add(&mut self, table: &str, file: &str, record: &Record<'_>, fault: &Fault) -> Result<(), Failure> {
        self.skip(table);
        self.first.get_or_insert_with(|| format!("{file}:{}: {fault}", record.line));
        let out = &mut self.buffer;
        out.extend_from_slice(b"{\"table\":");
        format::json_text(table, out);
        out.extend_from_slice(b",\"file\":");
        format::json_text(file, out);
        out.extend_from_slice(format!(",\"line\":{},\"offset\":{},\"reason\":", record.line, record.offset).as_bytes());
        format::json_text(&fault.to_string(), out);
        out.extend_from_slice(b",\"record\":");
        let text = String::from_utf8_lossy(record.bytes);
        format::json_text(&text, out);
        if text.as_bytes() != record.bytes {
            out.extend_from_slice(b",\"base64\":\"");
            format::base64(record.bytes, out);
            out.push(b'"');
        }
        out.extend_from_slice(b"}\n");
        if self.buffer.len() >= FULL { self.flush() } else { Ok(()) }
    }

    /// Writes a group of a view and counts it: the table that the view's rows come from, its name, and the group's key
    /// as JSON.
    pub fn add_group(&mut self, table: &str, view: &str, key: &str, fault: &Fault) -> Result<(), Failure> {
        self.skip(table);
        self.first.get_or_insert_with(|| format!("view '{view}', group {key}: {fault}"));
        let out = &mut self.buffer;
        let reason = fault.to_string();
        let fields = [("table", Value::Text(table)), ("view", Value::Text(view)), ("reason", Value::Text(&reason))];
        let line = format::json_object(&[&fields[..], &[("record", Value::Text(key))]].concat());
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
        if self.buffer.len() >= FULL { self.flush() } else { Ok(()) }
    }

    /// Counts a bad record without writing it: `on_error: skip`.
    pub fn skip(&mut self, table: &str) {
        match self.counts.iter_mut().find(|(name, _)| name == table) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((table.to_owned(), 1)),
        }
    }

    /// Writes out what is buffered; called at each commit and at the end.
    pub fn flush(&mut self) -> Result<(), Failure> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let failure = |error| Failure::file("write the dead letters to", &self.path, &error);
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(OpenOptions::new().append(true).create(true).open(&self.path).map_err(failure)?),
        };
        file.write_all(&self.buffer).map_err(failure)?;
        self.buffer.clear();
        Ok(())
    }

    /// How long the file is.
    pub fn length(&self) -> u64 {
        self.path.metadata().map_or(0, |metadata| metadata.len())
    }

    /// Takes back what was written behind a length: those records come again.
    pub fn cut(&mut self, length: u64) -> Result<(), Failure> {
        if self.length() <= length {
            return Ok(());
        }
        let file = OpenOptions::new().write(true).open(&self.path);
        let cut = file.and_then(|file| file.set_len(length));
        cut.map_err(|error| Failure::file("write the dead letters to", &self.path, &error))
    }

    /// Tables with their numbers of bad records (written and skipped), in the order of their first.
    pub fn counts(&self) -> &[(String, u64)] {
        &self.counts
    }

    /// Where the first bad record of this run was that was written, and its reason.
    pub fn first(&self) -> Option<&str> {
        self.first.as_deref()
    }

    /// Where the file is, whether or not it was created.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_records_are_written_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dead_letters.jsonl");
        let mut letters = DeadLetters::new(&path);
        letters.flush().unwrap();
        assert!(!path.exists());
        let record = |bytes| Record { bytes, offset: 10, line: 2 };
        letters.add("orders", "a.jsonl", &record(b"{\"id\":\"x\"}"), &Fault::cast("x", "bigint")).unwrap();
        letters.add("orders", "a.jsonl", &record(b"\xff"), &Fault::new("no JSON")).unwrap();
        letters.add_group("orders", "by_city", "{\"city\":\"a\"}", &Fault::new("too much")).unwrap();
        assert_eq!(letters.first(), Some("a.jsonl:2: 'x' is no bigint"));
        letters.skip("other");
        assert!(!path.exists());
        letters.flush().unwrap();
        let expected = r#"{"table":"orders","file":"a.jsonl","line":2,"offset":10,"reason":"'x' is no bigint","record":"{\"id\":\"x\"}"}
{"table":"orders","file":"a.jsonl","line":2,"offset":10,"reason":"no JSON","record":"�","base64":"/w=="}
{"table":"orders","view":"by_city","reason":"too much","record":"{\"city\":\"a\"}"}
"#;
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        assert_eq!(letters.counts(), [("orders".to_owned(), 3), ("other".to_owned(), 1)]);
        let mut lost = DeadLetters::new(folder.path().join("absent/letters"));
        lost.add("orders", "", &record(b"x"), &Fault::new("y")).unwrap();
        let failure = lost.flush().unwrap_err();
        assert!(failure.environment && failure.message.ends_with("no such file or folder"), "{failure}");
    }
}
