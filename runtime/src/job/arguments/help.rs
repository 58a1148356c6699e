//! `--help`.

use std::fmt::Write as _;

use crate::connectors::options::without_password;
use crate::job::info::JobInfo;

const OPTIONS: &str = "\
Options:
      --now TIME              Fix the clock: 2026-11-21, '2026-11-21 08:00:00' (the pipeline's time zone), RFC 3339,
                              or milliseconds since 1970
      --state DIR             The folder of the job's state
      --fresh                 Drop the state and read the sources from their beginning
      --yes                   Drop it without a question; only a terminal is asked
      --memory SIZE           Stop, with all committed, when the job has more memory than this: 512MiB, 2GiB
      --no-log                Keep nothing for a restart: no epoch log is written
      --workers N             Threads that work [default: one for each core]
      --epoch DURATION|ROWS   When changes are written: after a time (1s, 500ms), after so many rows (1000rows),
                              or at the end of the input (end) [default: 1s]
      --set SETTING=VALUE     Change a setting of a table, see below; a path is relative to the current folder
  -q, --quiet                 Say only what is wrong
  -v, --verbose               Tell each epoch
  -h, --help                  Print this
  -V, --version               Print the version

Exit codes: 0 the input ended or the job was asked to stop, and all is written; 1 the pipeline or its data is wrong;
2 the command line is wrong; 3 something around the job is missing or forbidden.
";

/// The text of `--help`.
pub(super) fn help(info: &JobInfo) -> String {
    let JobInfo { name, description, file, time_zone, tables, plan: _ } = *info;
    let mut out = String::new();
    if !description.is_empty() {
        let _ = writeln!(out, "{}\n", description.trim_end());
    }
    let version = env!("CARGO_PKG_VERSION");
    let _ =
        writeln!(out, "The pipeline {name} (time zone {time_zone}), compiled by Millstream {version} from {file}.\n");
    let _ = writeln!(out, "Usage: {name} [OPTIONS]\n\n{OPTIONS}");
    let _ = writeln!(out, "Tables and their settings:");
    for table in tables {
        let _ = writeln!(out, "  {} ({})", table.table, table.role);
        for setting in table.settings {
            let _ = write!(out, "      tables.{}.{}.{}", table.table, table.connector, setting.name);
            let _ = match setting.value {
                Some(value) => writeln!(out, " = {}", without_password(setting.name, value)),
                None => writeln!(out),
            };
        }
    }
    out
}
