//! The `millstream` command from outside: what it prints, where, and its exit codes.

mod build;
mod changes;
mod check;
mod new;
mod plan;
mod run;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use tempfile::TempDir;

/// A folder of its own for a test, with the command.
struct Try {
    folder: TempDir,
}

/// What a call of the command gave.
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Try {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder for the test") }
    }

    /// A folder with the pipeline that `millstream new` makes.
    fn with_new_job() -> Self {
        let this = Self::new();
        this.call(&["new", "my_job", "-q"]).succeeded();
        this
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces text in a file.
    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, &text.replace(from, to));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_millstream"));
        command.args(arguments).current_dir(self.path()).env("MILLSTREAM_CACHE", cache());
        command
    }

    fn call(&self, arguments: &[&str]) -> Outcome {
        self.command(arguments).output().expect("the command can be started").into()
    }
}

impl Outcome {
    fn succeeded(self) -> Self {
        self.ended_with(0)
    }

    fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in standard error:\n{}", self.stderr);
        self
    }

    fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no {text:?} in standard output:\n{}\n{}", self.stdout, self.stderr);
        self
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// One build folder for all tests, so that the runtime is built once.
fn cache() -> PathBuf {
    match env::var_os("MILLSTREAM_CACHE") {
        Some(cache) => PathBuf::from(cache),
        None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("../millstream-cache"),
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_path_buf()
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    let this = Try::new();
    this.call(&[]).ended_with(2).says("Usage: millstream");
    this.call(&["chek", "x.yaml"]).ended_with(2).says("similar subcommand");
    this.call(&["run", "x.yaml", "--epoc", "1s"]).ended_with(2).says("--epoch");
    this.call(&["--version"]).succeeded().prints("millstream 0.");
}
