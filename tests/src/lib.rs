//! One harness for the tests of the whole: builds pipelines with the real command, runs their binaries, reads what they
//! wrote.

pub mod postgres;
pub mod proxy;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The root of the repository.
///
/// # Panics
/// Never: this crate lies in a folder of it.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies in the repository").to_owned()
}

/// A file among the data of the tests.
pub fn oracle(name: &str) -> PathBuf {
    root().join("tests/oracle").join(name)
}

/// The `millstream` command of this build.
pub fn millstream() -> Command {
    let tests = std::env::current_exe().expect("a test knows its own path");
    let folder = tests.parent().and_then(Path::parent).expect("tests lie in target/…/deps");
    let command = folder.join("millstream");
    assert!(command.exists(), "build the command first: cargo build -p millstream-compiler");
    let mut command = Command::new(command);
    if std::env::var_os("MILLSTREAM_CACHE").is_none() {
        command.env("MILLSTREAM_CACHE", root().join("target/millstream-cache"));
    }
    command.env("NO_COLOR", "1");
    command
}

/// A folder of its own with a pipeline and its binary.
pub struct Job {
    /// The folder; gone when the job is dropped.
    pub folder: tempfile::TempDir,
    /// The binary.
    pub binary: PathBuf,
}

impl Job {
    /// Builds the pipeline of this text in a new folder.
    pub fn build(yaml: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("pipeline.yaml");
        fs::write(&file, yaml).expect("writes the pipeline");
        let binary = folder.path().join("job");
        let output =
            millstream().args(["build", "-q", "-o"]).args([&binary, &file]).output().expect("runs the command");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { folder, binary }
    }

    /// Runs the binary in its folder with a state folder of its own.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(&self.binary)
            .current_dir(self.folder.path())
            .args(["--state", "state"])
            .args(arguments)
            .output()
            .expect("runs the job")
    }

    /// Runs the binary, which must end well.
    pub fn run_well(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// A file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The rows of a JSON lines file in the folder; none if there is no such file.
    pub fn rows(&self, name: &str) -> Vec<Value> {
        let path = self.path(name);
        if path.exists() { json_lines(&path) } else { Vec::new() }
    }
}

/// The binary of a pipeline of the repository, perhaps with some of its text replaced.
pub struct Built {
    folder: tempfile::TempDir,
}

impl Built {
    /// Builds it.
    pub fn new(pipeline: &str, replace: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = root().join("pipelines").join(format!("{pipeline}.yaml"));
        let mut text = fs::read_to_string(&path).expect("reads the pipeline");
        for (from, to) in replace {
            assert!(text.contains(from), "{pipeline}.yaml has no {from:?}");
            text = text.replace(from, to);
        }
        let file = folder.path().join(format!("{pipeline}.yaml"));
        fs::write(&file, text).expect("writes the pipeline");
        let binary = folder.path().join("job");
        let output = millstream().args(["build", "-q", "-o"]).args([&binary, &file]).output().expect("builds");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { folder }
    }

    /// The job with settings in a folder, with its state there.
    pub fn command(&self, folder: &Path, settings: &[(&str, String)]) -> Command {
        let mut command = Command::new(self.folder.path().join("job"));
        command.current_dir(folder).args(["--state", "state"]);
        for (name, value) in settings {
            command.args(["--set", &format!("tables.{name}={value}")]);
        }
        command
    }

    /// Runs it with settings in a folder of its own and gives that folder.
    pub fn run(&self, epoch: &str, settings: &[(&str, String)], more: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = self.command(folder.path(), settings);
        // With an epoch for each row, a log would only wait for the disk.
        let log = (epoch == "1").then_some("--no-log");
        let output = command.args(["--epoch", epoch]).args(log).args(more).output().expect("runs the job");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let letters = folder.path().join("state/dead_letters.jsonl");
        assert!(!letters.exists(), "{}", fs::read_to_string(&letters).unwrap_or_default());
        folder
    }
}

/// A setting that is a path.
pub fn setting(name: &'static str, path: &Path) -> (&'static str, String) {
    (name, path.display().to_string())
}

/// The rows of a JSON lines file.
pub fn json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

/// The rows of a table of a SQLite database, sorted by the columns `order`, as JSON objects in column order.
pub fn sqlite_rows(path: &Path, table: &str, order: &str) -> Vec<Value> {
    let connection = rusqlite::Connection::open(path).expect("opens the database");
    let mut statement = connection.prepare(&format!("select * from \"{table}\" order by {order}")).expect("reads");
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([]).expect("reads");
    let mut all = Vec::new();
    while let Some(row) = rows.next().expect("reads") {
        let mut object = serde_json::Map::new();
        for (at, name) in names.iter().enumerate() {
            let value = match row.get_ref(at).expect("reads") {
                rusqlite::types::ValueRef::Null => Value::Null,
                rusqlite::types::ValueRef::Integer(value) => Value::from(value),
                rusqlite::types::ValueRef::Real(value) => Value::from(value),
                rusqlite::types::ValueRef::Text(text) => Value::from(String::from_utf8_lossy(text)),
                rusqlite::types::ValueRef::Blob(bytes) => Value::from(format!("{bytes:?}")),
            };
            object.insert(name.clone(), value);
        }
        all.push(Value::Object(object));
    }
    all
}

/// Fails unless both have the same rows: numbers within a relative 1e-9, all else equal to the letter.
pub fn assert_same_rows(found: &[Value], expected: &[Value]) {
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(same(found, expected), "row {number}:\n   found {found}\nexpected {expected}");
    }
    assert_eq!(found.len(), expected.len(), "number of rows");
}

fn same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len()
                && found.iter().zip(expected).all(|((a, found), (b, expected))| a == b && same(found, expected))
        }
        (Value::Number(found), Value::Number(expected)) => {
            found == expected
                || match (found.as_f64(), expected.as_f64()) {
                    (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs(),
                    _ => false,
                }
        }
        _ => found == expected,
    }
}
