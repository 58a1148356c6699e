//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::console::Verbosity;

/// Compiles declarative YAML pipelines into native binaries.
#[derive(Debug, Parser)]
#[command(name = "millstream", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 all is well, 1 the pipeline or its data is wrong, 2 the command line is wrong,
3 something around it is missing or forbidden.")]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// Say only what is wrong.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Say more.
    #[arg(short, long, global = true)]
    verbose: bool,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    New(NewArguments),
    Check(CheckArguments),
    Explain(ExplainArguments),
    Plan(PlanArguments),
    Build(BuildArguments),
    Run(RunArguments),
}

/// Make a folder with a small working pipeline.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// The folder; its last part is the pipeline's name.
    pub name: PathBuf,
}

/// Say what is wrong with pipelines, without building them.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Pipeline files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Use the connectors of this profile.
    #[arg(long)]
    pub profile: Option<String>,
    /// How problems are written: for people, a line each, or a JSON object a line (on standard output).
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// How problems are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Short,
    Json,
}

/// Show the plan of a pipeline: types, keys, changes and state of each step.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The pipeline file.
    pub file: PathBuf,
    /// Use the connectors of this profile.
    #[arg(long)]
    pub profile: Option<String>,
}

/// Say what becomes of each state when a job goes on with a changed pipeline.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// The pipeline as it was.
    pub old: PathBuf,
    /// The pipeline as it will be.
    pub new: PathBuf,
    /// Use the connectors of this profile, in both.
    #[arg(long)]
    pub profile: Option<String>,
}

/// Compile a pipeline into a native binary.
#[derive(Debug, Args)]
#[command(after_help = "Environment:
  MILLSTREAM_CACHE             where to build [default: the folder millstream in the user's cache]
  MILLSTREAM_OPT_LEVEL         0 to 3: optimises less, so that a job is built sooner and runs slower [default: 3]
  MILLSTREAM_RUNTIME_FEATURES  digests, postgres, regexp, sqlite: builds the runtime with these, not just with
                               what the pipeline needs, so that many pipelines share one build of it")]
pub struct BuildArguments {
    /// The pipeline file.
    pub file: PathBuf,
    /// The binary [default: the pipeline's name, in the current folder].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Use the connectors of this profile.
    #[arg(long)]
    pub profile: Option<String>,
    /// Write the Rust source of the job's crate into this folder; builds only if -o is given too.
    #[arg(long, value_name = "DIR")]
    pub emit_source: Option<PathBuf>,
}

/// Build a pipeline and run it.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The pipeline file.
    pub file: PathBuf,
    /// Use the connectors of this profile.
    #[arg(long)]
    pub profile: Option<String>,
    #[command(flatten)]
    pub job: JobArguments,
    /// Arguments for the job as they are; `-- --help` shows its tables and settings.
    #[arg(last = true, value_name = "JOB ARGUMENTS")]
    pub rest: Vec<OsString>,
}

/// What the job's own command line takes (`runtime/src/job/arguments.rs`), so that a slip is told before the build.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of the job")]
pub struct JobArguments {
    /// Fix the clock: `2026-11-21`, `2026-11-21 08:00:00` (the pipeline's time zone), RFC 3339, or epoch milliseconds.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    now: Option<OsString>,
    /// The folder of the job's state [default: .millstream/NAME beside the pipeline file].
    #[arg(long, value_name = "DIR")]
    state: Option<OsString>,
    /// Drop the state and read the sources from their beginning.
    #[arg(long)]
    fresh: bool,
    /// Drop it without a question; only a terminal is asked.
    #[arg(long)]
    yes: bool,
    /// Stop, with all committed, when the job has more memory than this: `512MiB`, `2GiB`.
    #[arg(long, value_name = "SIZE")]
    memory: Option<OsString>,
    /// Keep nothing for a restart: no epoch log is written.
    #[arg(long)]
    no_log: bool,
    /// Threads that work.
    #[arg(long, value_name = "N")]
    workers: Option<OsString>,
    /// When changes are written: after a time (`1s`, `500ms`), after so many rows (`1000rows`), or at the `end`.
    #[arg(long, value_name = "DURATION|ROWS")]
    epoch: Option<OsString>,
    /// Change a connector's option; may be given often.
    #[arg(long, value_name = "tables.NAME.CONNECTOR.OPTION=VALUE")]
    set: Vec<OsString>,
}

impl JobArguments {
    /// As arguments of the job's binary.
    pub fn for_job(&self) -> Vec<OsString> {
        let valued = [
            ("--now", &self.now),
            ("--state", &self.state),
            ("--memory", &self.memory),
            ("--workers", &self.workers),
            ("--epoch", &self.epoch),
        ];
        let valued = valued.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let settings = self.set.iter().map(|setting| ("--set", setting));
        let mut arguments: Vec<OsString> = valued.chain(settings).map(|(name, value)| joined(name, value)).collect();
        for (set, name) in [(self.fresh, "--fresh"), (self.yes, "--yes"), (self.no_log, "--no-log")] {
            if set {
                arguments.push(name.into());
            }
        }
        arguments
    }
}

/// `--name=value`, so that a value that begins with a hyphen stays a value.
fn joined(name: &str, value: &OsString) -> OsString {
    let mut argument = OsString::from(name);
    argument.push("=");
    argument.push(value);
    argument
}

impl Arguments {
    /// What `-q` and `-v` say.
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, false) => Verbosity::Normal,
            (false, true) => Verbosity::Verbose,
        }
    }
}
