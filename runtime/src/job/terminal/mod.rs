//! What a job tells its user: progress and closing lines on standard error, the resulting tables on standard output.

mod numbers;
mod plain;
mod table;

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::connectors::dead_letter::DeadLetters;
use crate::connectors::{Failure, Preview, TableInfo};
use crate::job::arguments::Verbosity;
pub(super) use numbers::bytes;
use numbers::{counted, duration, grouped, rate};
use plain::{cut, visible};

/// Between two drawings of the progress line.
const REDRAW: Duration = Duration::from_millis(100);

/// A job that is done before this draws no progress line.
const FIRST_DRAWING: Duration = Duration::from_millis(300);

/// Columns that the reason of a bad record takes at most.
const WIDEST_REASON: usize = 240;

/// Writes for one job. Nothing here fails: a closed standard error or output is silently done without.
#[derive(Debug)]
pub struct Terminal {
    name: &'static str,
    verbosity: Verbosity,
    color: bool,
    /// None where no progress line is drawn.
    line: Option<ProgressLine>,
}

/// The progress line of a terminal.
#[derive(Debug)]
struct ProgressLine {
    started: Instant,
    next: Instant,
    drawn: bool,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Records read.
    pub records: u64,
    /// Bytes read of all sources.
    pub bytes: u64,
    /// Bytes of all sources where known.
    pub bytes_total: Option<u64>,
}

/// What a job has done when it ends well.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Records read.
    pub records: u64,
    /// Since the job's start.
    pub elapsed: Duration,
    /// Whether it was asked to stop before its input had ended.
    pub stopped: bool,
    /// The epoch of an earlier run after which it went on.
    pub after: Option<u64>,
    /// The sinks in the order of the pipeline file.
    pub written: Vec<Written>,
}

/// One sink's share of a [`Summary`].
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The rows that the table has now, where known; else none.
    pub rows: Option<u64>,
    /// The changes that were written to it.
    pub changes: u64,
    /// [`crate::connectors::Sink::place`].
    pub place: String,
}

impl Terminal {
    /// For the job of this name. Looks whether standard error is a terminal, and at `NO_COLOR`.
    pub fn new(name: &'static str, verbosity: Verbosity) -> Self {
        let terminal = io::stderr().is_terminal() && env::var_os("TERM").is_none_or(|kind| kind != "dumb");
        let color = terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let started = Instant::now();
        let line = ProgressLine { started, next: started + FIRST_DRAWING, drawn: false };
        Self { name, verbosity, color, line: (terminal && verbosity > Verbosity::Quiet).then_some(line) }
    }

    /// Redraws the progress line if standard error is a terminal and the last time is 100 ms ago; cheap otherwise.
    pub fn progress(&mut self, figures: Figures) {
        let Some(line) = &mut self.line else { return };
        let now = Instant::now();
        if now < line.next {
            return;
        }
        line.next = now + REDRAW;
        line.drawn = true;
        let text = progress_text(figures, now - line.started);
        write_error(&format!("\r\x1b[2K{}  {text}", self.name));
    }

    /// A line that only `-v` shows.
    pub fn detail(&mut self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.write_line(&format!("{}: {text}", self.name));
        }
    }

    /// A line that only `-q` hides.
    pub fn note(&mut self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.write_line(&format!("{}: {text}", self.name));
        }
    }

    /// `warning: …`, also shown under `-q`.
    pub fn warning(&mut self, text: &str) {
        let warning = self.colored("33", "warning");
        self.write_line(&format!("{warning}: {text}"));
    }

    /// `error: …`.
    pub fn failure(&mut self, failure: &Failure) {
        let error = self.colored("1;31", "error");
        // It may quote a record.
        let lines: Vec<String> = failure.message.lines().map(visible).collect();
        self.write_line(&format!("{error}: {}", lines.join("\n")));
    }

    /// Takes the progress line away and writes the closing line.
    pub fn finish(&mut self, summary: &Summary) {
        self.clear();
        if self.verbosity > Verbosity::Quiet {
            self.write_line(&format!("{}: {}", self.name, closing_text(summary)));
        }
    }

    /// `3 records could not be read or computed: FILE` with the first of them, also shown under `-q`; nothing for 0.
    pub fn dead_letters(&mut self, count: u64, letters: &DeadLetters) {
        if count > 0 {
            let (records, file) = (counted(count, "record"), letters.path().display());
            let which = if count == 1 { "it is" } else { "the first is" };
            let first = letters.first().map(|first| cut(visible(first), WIDEST_REASON));
            let first = first.map_or_else(String::new, |first| format!("; {which} {first}"));
            self.warning(&format!("{records} could not be read or computed: {file}{first}"));
        }
    }

    /// `3 records were skipped`, for `on_error: skip`; nothing for 0.
    pub fn skipped(&mut self, count: u64) {
        if count > 0 {
            let were = if count == 1 { "was" } else { "were" };
            self.warning(&format!("{} that could not be read or computed {were} skipped", counted(count, "record")));
        }
    }

    /// Shows the first rows of a table on standard output.
    pub fn preview(&mut self, table: &TableInfo, preview: &Preview) {
        self.clear();
        write_output(&table::drawn(table, preview));
    }

    fn write_line(&mut self, text: &str) {
        self.clear();
        write_error(&format!("{text}\n"));
    }

    fn clear(&mut self) {
        if let Some(line) = self.line.as_mut().filter(|line| line.drawn) {
            line.drawn = false;
            write_error("\r\x1b[2K");
        }
    }

    fn colored(&self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Makes a panic tell that it is a bug of Millstream, and end the process with exit code 3. What the job had committed
/// stands.
pub(crate) fn explain_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let what = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION");
        write_error(&format!(
            "\nerror: this is a bug of Millstream {version}, not of your pipeline: {what} ({place})\n  \
             help: please report it with the pipeline file; RUST_BACKTRACE=1 adds where it happened\n"
        ));
        if env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            write_error(&format!("{}\n", std::backtrace::Backtrace::force_capture()));
        }
        std::process::exit(3);
    }));
}

/// A line from a place that has no [`Terminal`], such as a connector that waits; the progress line gives way to it.
pub(crate) fn aside(text: &str) {
    let clear = if io::stderr().is_terminal() { "\r\x1b[2K" } else { "" };
    write_error(&format!("{clear}{text}\n"));
}

/// Writes to standard error, if somebody still reads it.
pub(crate) fn write_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes to standard output, if somebody still reads it.
pub(crate) fn write_output(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// `1,234,567 records  1.2 M/s  45 % of 1.4 GB`
fn progress_text(figures: Figures, elapsed: Duration) -> String {
    let Figures { records, bytes: read, bytes_total } = figures;
    let place = match bytes_total {
        Some(total) if total > 0 => {
            let percent = u128::from(read.min(total)) * 100 / u128::from(total);
            format!("{percent} % of {}", bytes(total))
        }
        Some(_) | None => bytes(read),
    };
    format!("{}  {}  {place}", counted(records, "record"), rate(records, elapsed))
}

/// `12,345 records in 0.8 s (15.4 K/s); 24 rows in out/warehouse.db (table hs_order)`
fn closing_text(summary: &Summary) -> String {
    let Summary { records, elapsed, stopped, after, written } = summary;
    let stopped = if *stopped { "stopped; " } else { "" };
    let mut text = match (records, after) {
        (0, Some(epoch)) => format!("{stopped}nothing new after epoch {epoch} (--fresh reads all again)"),
        (_, None | Some(_)) => format!("{stopped}{} in {}", counted(*records, "record"), duration(*elapsed)),
    };
    // The speed of a moment says nothing.
    if *records > 0 && *elapsed >= Duration::from_millis(1) {
        let _ = write!(text, " ({})", rate(*records, *elapsed));
    }
    for Written { rows, changes, place } in written {
        let _ = match rows {
            Some(rows) => write!(text, "; {} in {place}", counted(*rows, "row")),
            None => write!(text, "; {} to {place}", counted(*changes, "change")),
        };
    }
    text
}

/// `… 1,234 more rows`
fn more_rows(rows: u64) -> String {
    format!("… {} more row{}", grouped(rows), if rows == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_says_what_was_read_and_written() {
        let written = vec![
            Written { rows: Some(24), changes: 99, place: "out/warehouse.db (table hs_order)".to_string() },
            Written { rows: None, changes: 1, place: "standard output".to_string() },
        ];
        let summary = Summary { records: 12_345, elapsed: Duration::from_millis(800), written, ..Summary::default() };
        assert_eq!(
            closing_text(&summary),
            "12,345 records in 0.8 s (15.4 K/s); 24 rows in out/warehouse.db (table hs_order); 1 change to standard \
             output"
        );
        let nothing = Summary { elapsed: Duration::from_millis(3), stopped: true, ..Summary::default() };
        assert_eq!(closing_text(&nothing), "stopped; 0 records in 3 ms");
        let again = Summary { after: Some(12), ..Summary::default() };
        assert_eq!(closing_text(&again), "nothing new after epoch 12 (--fresh reads all again)");
    }

    #[test]
    fn progress_says_how_much_is_left_where_that_is_known() {
        let figures = Figures { records: 1_200_000, bytes: 700_000_000, bytes_total: Some(1_400_000_000) };
        assert_eq!(progress_text(figures, Duration::from_secs(1)), "1,200,000 records  1.2 M/s  50 % of 1.4 GB");
        let figures = Figures { bytes_total: None, ..figures };
        assert_eq!(progress_text(figures, Duration::from_secs(2)), "1,200,000 records  600 K/s  700 MB");
    }
}
