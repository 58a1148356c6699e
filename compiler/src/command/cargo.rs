//! Calls cargo and reads what it says.

use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, ChildStdout, Command, Stdio};
use std::{env, fs, io};

use serde_json::Value;

use super::console::Progress;
use super::failure::Failure;

/// What cargo made of a crate.
#[derive(Debug, Default)]
pub struct Built {
    /// The binary, if all went well.
    pub executable: Option<PathBuf>,
    /// The errors of rustc, as it wrote them, with the package they are in.
    pub errors: Vec<(String, String)>,
    /// Everything that cargo and rustc wrote.
    pub output: String,
}

/// Builds the crate in `job` with `target` as its target folder. `root` is a folder that no project's settings of
/// cargo reach.
pub fn build(job: &Path, target: &Path, root: &Path, progress: &Progress) -> Result<Built, Failure> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["build", "--release", "--message-format=json", "--manifest-path"]);
    command.arg(job.join("Cargo.toml")).arg("--target-dir").arg(target);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    set_environment(&mut command);
    let mut cargo = command.spawn().map_err(|error| cannot_start(&error))?;
    let (stdout, stderr) = (cargo.stdout.take(), cargo.stderr.take());
    let (mut built, talk) = std::thread::scope(|scope| {
        let talk = scope.spawn(|| stderr.map(|stderr| read_talk(stderr, progress)).unwrap_or_default());
        let built = stdout.map(read_messages).unwrap_or_default();
        (built, talk.join().unwrap_or_default())
    });
    let status = cargo.wait().map_err(|error| cannot_start(&error))?;
    built.output.insert_str(0, &talk);
    if !status.success() {
        built.executable = None;
    }
    // A log that cannot be written is no reason to fail.
    let _ = fs::write(log_of(job), &built.output);
    Ok(built)
}

/// Where [`build`] leaves what cargo and rustc wrote.
pub fn log_of(job: &Path) -> PathBuf {
    job.join("build.log")
}

/// Parts of SQLite that no connector uses; a quarter of the time that its C code takes to compile.
pub const SQLITE_FLAGS: &str = "-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS -USQLITE_ENABLE_FTS5 \
                            -USQLITE_ENABLE_RTREE -USQLITE_ENABLE_DBSTAT_VTAB -USQLITE_ENABLE_STAT4";

/// How SQLite's C code is optimised: it compiles in two thirds of the time that `-O1` takes, and runs as fast.
pub const C_FLAGS: &str = "-Og";

/// Takes away what a surrounding `cargo run`, `cargo test` or build script set for itself, and what would compile
/// the runtime anew for each user. Proxies, registries and the choice of the toolchain stay.
fn set_environment(command: &mut Command) {
    let kept = ["CARGO_HOME", "CARGO_BUILD_JOBS", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_"];
    let removed = [
        "CARGO",
        "__CARGO",
        "RUSTC",
        "RUSTDOC",
        "RUSTFLAGS",
        "RUST_LOG",
        "MAKEFLAGS",
        "OPT_LEVEL",
        "NUM_JOBS",
        "OUT_DIR",
    ];
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| text.starts_with(prefix));
        if starts(&removed) && !starts(&kept) {
            command.env_remove(&name);
        }
    }
    if env::var_os("CFLAGS").is_none() {
        command.env("CFLAGS", C_FLAGS);
    }
    command.env("LIBSQLITE3_FLAGS", SQLITE_FLAGS).env("CARGO_TERM_COLOR", "never");
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "120");
}

fn cannot_start(error: &io::Error) -> Failure {
    Failure::Environment(if error.kind() == io::ErrorKind::NotFound {
        "cannot find cargo, which builds the pipeline; install Rust (https://rustup.rs) and a C compiler".to_string()
    } else {
        format!("cannot start cargo: {error}")
    })
}

/// Reads cargo's JSON messages.
fn read_messages(stdout: ChildStdout) -> Built {
    let mut built = Built::default();
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        match message["reason"].as_str() {
            Some("compiler-message") => {
                let rendered = text(&message["message"]["rendered"]);
                built.output.push_str(&rendered);
                if message["message"]["level"].as_str().is_some_and(|level| level.starts_with("error")) {
                    built.errors.push((text(&message["package_id"]), rendered));
                }
            }
            Some("compiler-artifact") => {
                if let Some(executable) = message["executable"].as_str() {
                    built.executable = Some(PathBuf::from(executable));
                }
            }
            Some(_) | None => {}
        }
    }
    built
}

/// Reads what cargo says to people: its progress goes on to ours, the rest is kept.
fn read_talk(stderr: ChildStderr, progress: &Progress) -> String {
    let mut kept = String::new();
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    while read_line(&mut reader, &mut line) {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        // `Building [=====>     ] 12/45: jiff, rusqlite`
        match text.strip_prefix("Building [").and_then(|rest| rest.split_once("] ")) {
            Some((_, counts)) => progress.tell(counts.to_string()),
            None if text.is_empty() => {}
            None => {
                kept.push_str(text);
                kept.push('\n');
            }
        }
    }
    kept
}

/// Reads up to a line feed or carriage return; false at the end.
fn read_line(reader: &mut impl Read, line: &mut Vec<u8>) -> bool {
    line.clear();
    let mut byte = [0];
    loop {
        match reader.read(&mut byte) {
            Ok(1) if byte[0] != b'\n' && byte[0] != b'\r' => line.push(byte[0]),
            Ok(1) if line.is_empty() => {}
            Ok(1) => return true,
            Ok(_) => return !line.is_empty(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return !line.is_empty(),
        }
    }
}
