//! The command line of a job: the binary's own, and what `millstream run` passes on
//! (`compiler/src/command/arguments.rs` names the same options, so that a slip is told before the build).

mod help;
mod settings;
mod times;

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};

use crate::connectors::Options;
use crate::epochs::MOST_PARTS;
use crate::epochs::storage::BreakBy;
use crate::job::info::JobInfo;
use crate::job::terminal;

/// What the job was started with, checked and complete.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option that is given or not")]
pub struct Arguments {
    /// `--now`: the fixed clock, in milliseconds since 1970-01-01 00:00 UTC.
    pub now: Option<i64>,
    /// `--state`: the folder of the job's state; not yet created.
    pub state: PathBuf,
    /// `--fresh`: drop what the state folder holds and start anew.
    pub fresh: bool,
    /// `--yes`: drop it without a question.
    pub yes: bool,
    /// `--memory`: the job stops when it has more bytes than this.
    pub memory: Option<u64>,
    /// `--no-log`: nothing is kept of the job's state.
    pub no_log: bool,
    /// Hidden `--log-limit`: beyond two snapshots, so many bytes may the epoch log have.
    pub log_limit: u64,
    /// Hidden `--storage-fails` and `--storage-ends`: at which step the epoch log breaks, for tests.
    pub breaks: Option<(u64, BreakBy)>,
    /// `--workers`; at least 1.
    pub workers: usize,
    /// `--epoch`: when an epoch ends.
    pub epoch: Epoch,
    /// `-q`, `-v`.
    pub verbosity: Verbosity,
    /// Whether the resulting tables are shown on standard output when a bounded job is done (hidden `--preview`,
    /// passed by `millstream run`).
    pub preview: bool,
    /// The options of each table's connector, in the order of [`JobInfo::tables`].
    tables: Vec<(&'static str, Options)>,
}

/// Beyond twice the last snapshot, so many bytes may the epoch log have.
const LOG_LIMIT: u64 = 64 << 20;

/// More threads than this would hand each other more than they compute.
const MOST_WORKERS: usize = MOST_PARTS;

/// When an epoch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epoch {
    /// After so much time; more than none.
    Time(Duration),
    /// After so many rows of input; at least 1.
    Rows(u64),
    /// When the input ends.
    End,
}

/// How much a job tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Only what went wrong.
    Quiet,
    /// Progress on a terminal, and closing lines.
    #[default]
    Normal,
    /// Each epoch too.
    Verbose,
}

/// What a command line asks for.
#[derive(Debug, Clone)]
enum Request {
    Run(Arguments),
    Help,
    Version,
}

impl Arguments {
    /// The arguments of this process. `--help` and `--version` print and give `Err` with exit code 0; a wrong
    /// command line prints what is wrong and gives `Err` with exit code 2.
    pub fn of_process(info: &JobInfo) -> Result<Self, ExitCode> {
        match request(info, std::env::args_os().skip(1)) {
            Ok(Request::Run(arguments)) => Ok(arguments),
            Ok(Request::Help) => {
                terminal::write_output(&help::help(info));
                Err(ExitCode::SUCCESS)
            }
            Ok(Request::Version) => {
                terminal::write_output(&format!("{} (Millstream {})\n", info.name, env!("CARGO_PKG_VERSION")));
                Err(ExitCode::SUCCESS)
            }
            Err(message) => {
                terminal::write_error(&format!("error: {message}\n"));
                Err(ExitCode::from(2))
            }
        }
    }

    /// The arguments of a job that a program embeds: as if it were started without any, with paths relative to
    /// `base`.
    pub fn embedded(info: &JobInfo, base: &Path) -> Self {
        Self {
            now: None,
            state: settings::resolve(base, &format!(".millstream/{}", info.name)),
            fresh: false,
            yes: false,
            memory: None,
            no_log: false,
            log_limit: LOG_LIMIT,
            breaks: None,
            workers: thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_WORKERS),
            epoch: Epoch::Time(Duration::from_secs(1)),
            verbosity: Verbosity::default(),
            preview: false,
            tables: settings::options(info, base, &[]),
        }
    }

    /// The options of a table's connector: from the pipeline file, then `--set`; paths usable from the current
    /// folder. Empty for a table without a connector.
    pub fn options(&self, table: &str) -> Options {
        self.tables.iter().find(|(name, _)| *name == table).map(|(_, options)| options.clone()).unwrap_or_default()
    }
}

/// Reads a command line; the error is one for the user.
fn request(info: &JobInfo, arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut parser = Parser::from_args(arguments);
    let mut base = PathBuf::new();
    let mut state = None;
    let mut set = Vec::new();
    let mut found = Arguments::embedded(info, &base);
    while let Some(argument) = parser.next().map_err(readable)? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Request::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Request::Version),
            Arg::Short('q') | Arg::Long("quiet") => found.verbosity = Verbosity::Quiet,
            Arg::Short('v') | Arg::Long("verbose") => found.verbosity = Verbosity::Verbose,
            Arg::Long("fresh") => found.fresh = true,
            Arg::Long("yes") => found.yes = true,
            Arg::Long("memory") => found.memory = Some(memory(&text(&mut parser)?)?),
            Arg::Long("no-log") => found.no_log = true,
            Arg::Long("log-limit") => found.log_limit = number("--log-limit", &text(&mut parser)?)?,
            Arg::Long("storage-fails") => {
                found.breaks = Some((number("--storage-fails", &text(&mut parser)?)?, BreakBy::Failing));
            }
            Arg::Long("storage-ends") => {
                found.breaks = Some((number("--storage-ends", &text(&mut parser)?)?, BreakBy::Ending));
            }
            Arg::Long("preview") => found.preview = true,
            Arg::Long("base") => base = parser.value().map_err(readable)?.into(),
            Arg::Long("state") => state = Some(PathBuf::from(parser.value().map_err(readable)?)),
            Arg::Long("now") => found.now = Some(times::now(&text(&mut parser)?, info.time_zone)?),
            Arg::Long("epoch") => found.epoch = times::epoch(&text(&mut parser)?)?,
            Arg::Long("workers") => found.workers = workers(&text(&mut parser)?)?,
            Arg::Long("set") => set.push(settings::setting(info, &text(&mut parser)?)?),
            other => {
                let unknown = other.unexpected();
                return Err(format!("{unknown}; `{} --help` lists the options", info.name));
            }
        }
    }
    found.state = state.unwrap_or_else(|| settings::resolve(&base, &format!(".millstream/{}", info.name)));
    found.tables = settings::options(info, &base, &set);
    settings::check(info, &set, &found.tables)?;
    settings::check_standard_input(info, &found.tables)?;
    Ok(Request::Run(found))
}

fn text(parser: &mut Parser) -> Result<String, String> {
    parser.value().and_then(ValueExt::string).map_err(readable)
}

fn number(option: &str, text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{option} {text}: give a whole number"))
}

fn workers(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(workers) if (1..=MOST_WORKERS).contains(&workers) => Ok(workers),
        Ok(_) | Err(_) => Err(format!("--workers {text}: give a number from 1 to {MOST_WORKERS}")),
    }
}

/// A size such as `2GiB`, `512MiB` or `1.5GB`.
fn memory(text: &str) -> Result<u64, String> {
    let wrong = || format!("--memory {text}: give a size such as 512MiB or 2GiB");
    let split = text.find(|letter: char| letter.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let unit: f64 = match unit {
        "KiB" => 1024.0,
        "MiB" => 1_048_576.0,
        "GiB" => 1_073_741_824.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return Err(wrong()),
    };
    let number: f64 = number.trim_end().parse().map_err(|_| wrong())?;
    let size = number * unit;
    if size.is_finite() && size >= 1.0 { Ok(size as u64) } else { Err(wrong()) }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn readable(error: lexopt::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::info::{Setting, TableSettings};

    const INFO: JobInfo = JobInfo {
        name: "hourly_premium",
        description: "Premium of each hour.",
        file: "pipelines/hourly_premium.yaml",
        time_zone: "Asia/Shanghai",
        tables: &[
            TableSettings {
                table: "user_order",
                connector: "file",
                role: "source",
                settings: &[
                    Setting { name: "path", value: Some("data/user_order.jsonl"), path: true },
                    Setting { name: "format", value: None, path: false },
                ],
            },
            TableSettings {
                table: "hs_order",
                connector: "sqlite",
                role: "sink",
                settings: &[
                    Setting { name: "path", value: Some("out/warehouse.db"), path: true },
                    Setting { name: "table", value: Some("orders"), path: false },
                ],
            },
        ],
        plan: &[],
    };

    fn run(arguments: &[&str]) -> Result<Arguments, String> {
        match request(&INFO, arguments.iter().map(OsString::from))? {
            Request::Run(arguments) => Ok(arguments),
            other @ (Request::Help | Request::Version) => Err(format!("{other:?}")),
        }
    }

    fn pairs(arguments: &Arguments, table: &str) -> String {
        let pairs = arguments.options(table).pairs;
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn without_arguments_the_pipeline_file_decides() {
        let arguments = run(&[]).unwrap();
        assert_eq!(arguments.state, Path::new(".millstream/hourly_premium"));
        assert_eq!(arguments.epoch, Epoch::Time(Duration::from_secs(1)));
        assert_eq!(pairs(&arguments, "user_order"), "path=data/user_order.jsonl");
        assert_eq!(pairs(&arguments, "hs_order"), "path=out/warehouse.db table=orders");
        assert_eq!(pairs(&arguments, "nowhere"), "");
    }

    #[test]
    fn paths_of_the_file_are_relative_to_it_and_paths_of_the_command_line_to_the_current_folder() {
        let set = "tables.hs_order.sqlite.path=other.db";
        let arguments = run(&["--base", "pipelines", "--set", set]).unwrap();
        assert_eq!(arguments.state, Path::new("pipelines/.millstream/hourly_premium"));
        assert_eq!(pairs(&arguments, "user_order"), "path=pipelines/data/user_order.jsonl");
        assert_eq!(pairs(&arguments, "hs_order"), "path=other.db table=orders");
        let arguments = run(&["--state", "here", "--base=.", "--set=tables.user_order.file.path=-"]).unwrap();
        assert_eq!(arguments.state, Path::new("here"));
        assert_eq!(pairs(&arguments, "user_order"), "path=-");
        assert_eq!(pairs(&arguments, "hs_order"), "path=out/warehouse.db table=orders");
    }

    #[test]
    fn sizes_of_memory() {
        for (text, bytes) in [("2GiB", 2 << 30), ("512 MiB", 512 << 20), ("1.5GB", 1_500_000_000), ("10kB", 10_000)] {
            assert_eq!(run(&["--memory", text]).unwrap().memory, Some(bytes));
        }
        assert_eq!(run(&[]).unwrap().memory, None);
    }

    #[test]
    fn the_last_setting_of_an_option_counts_and_may_hold_any_text() {
        let arguments =
            run(&["--set", "tables.hs_order.sqlite.table=a", "--set", "tables.hs_order.sqlite.table=b=c.d"]).unwrap();
        assert_eq!(pairs(&arguments, "hs_order"), "path=out/warehouse.db table=b=c.d");
    }

    #[test]
    fn a_wrong_command_line_says_what_is_right() {
        let cases: &[(&[&str], &str)] = &[
            (&["--frsh"], "invalid option '--frsh'; `hourly_premium --help` lists the options"),
            (&["extra"], "unexpected argument \"extra\"; `hourly_premium --help` lists the options"),
            (&["--workers", "0"], "--workers 0: give a number from 1 to 64"),
            (&["--memory", "2"], "--memory 2: give a size such as 512MiB or 2GiB"),
            (&["--memory", "-2GiB"], "--memory -2GiB: give a size such as 512MiB or 2GiB"),
            (&["--memory", "2 gigs"], "--memory 2 gigs: give a size such as 512MiB or 2GiB"),
            (&["--workers"], "missing argument for option '--workers'"),
            (&["--set", "user_order.path"], "--set user_order.path: write tables.NAME.CONNECTOR.OPTION=VALUE"),
            (
                &["--set", "tables.user_orders.file.path=x"],
                "--set tables.user_orders.file.path: there is no table `user_orders`; the tables with settings are \
                 user_order, hs_order",
            ),
            (
                &["--set", "tables.user_order.kafka.path=x"],
                "--set tables.user_order.kafka.path: the connector of `user_order` is `file`",
            ),
            (
                &["--set", "tables.user_order.file.pth=x"],
                "--set tables.user_order.file.pth: `file` has no option `pth`; its options are path, format",
            ),
            (
                &["--set", "tables.user_order.file.format=xml"],
                "--set: table 'user_order', file: the option 'format' is 'xml', but must be json or csv",
            ),
        ];
        for (arguments, message) in cases {
            assert_eq!(run(arguments).unwrap_err(), *message);
        }
    }

    #[test]
    fn standard_input_has_one_reader() {
        let source = |table| TableSettings {
            table,
            connector: "file",
            role: "source",
            settings: const { &[Setting::path("path", Some("-"))] },
        };
        let sink = TableSettings { role: "sink", ..source("log") };
        let tables: &'static [TableSettings] = Box::leak(Box::new([source("a"), source("b"), sink]));
        let info = JobInfo { tables, ..INFO };
        let read = |arguments: &[&str]| request(&info, arguments.iter().map(OsString::from)).map(|_| ());
        assert_eq!(
            read(&[]).unwrap_err(),
            "the tables `a` and `b` both read standard input; give one of them a file, such as with --set \
             tables.b.file.path=FILE"
        );
        assert_eq!(read(&["--set", "tables.a.file.path=x"]), Ok(()));
    }

    #[test]
    fn help_names_the_tables_and_their_settings() {
        let help = help::help(&INFO);
        assert!(help.contains("tables.hs_order.sqlite.path = out/warehouse.db"), "{help}");
        assert!(help.contains("tables.user_order.file.format\n"), "{help}");
        assert!(!help.contains("--base"), "{help}");
    }
}
