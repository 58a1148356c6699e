//! What the command writes for its user. Nothing here panics or fails when nobody reads any more.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::Failure;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// What is wrong.
    Quiet,
    /// What was done too.
    Normal,
    /// How it was done too.
    Verbose,
}

/// Standard output and standard error.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    verbosity: Verbosity,
    terminal: bool,
    color: bool,
}

impl Console {
    /// Looks whether standard error is a terminal, and at `NO_COLOR`.
    pub fn new(verbosity: Verbosity) -> Self {
        let terminal = io::stderr().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self { verbosity, terminal, color: terminal && !plain }
    }

    /// How much is said.
    pub fn verbosity(self) -> Verbosity {
        self.verbosity
    }

    /// Whether messages are coloured.
    pub fn color(self) -> bool {
        self.color
    }

    /// A line about what was done.
    pub fn line(self, text: &str) {
        if self.verbosity >= Verbosity::Normal {
            errors(&format!("{text}\n"));
        }
    }

    /// A line about how it was done.
    pub fn detail(self, text: &str) {
        if self.verbosity >= Verbosity::Verbose {
            errors(&format!("{text}\n"));
        }
    }

    /// Tells a failure and gives its exit code.
    pub fn failure(self, failure: &Failure) -> ExitCode {
        if let Some(message) = failure.message() {
            let (red, plain) = if self.color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
            errors(&format!("{red}error{plain}: {message}\n"));
        }
        ExitCode::from(failure.code())
    }

    /// A bar on a terminal for something that takes long; elsewhere the text on a line of its own.
    pub fn progress(self, text: &str) -> Progress {
        if self.verbosity == Verbosity::Quiet {
            return Progress(None);
        }
        if !self.terminal {
            self.line(text);
            return Progress(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        // Both templates are constants; were one wrong, indicatif's own style would stand.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed}  {wide_msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(text.to_string());
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress(Some(bar))
    }
}

/// Writes what was asked for to standard output. A reader that went away is no failure.
pub fn output(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Environment(format!("cannot write to standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes to standard error, always.
pub fn errors(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// A running [`Console::progress`]; taken away when dropped.
#[derive(Debug)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// Says what is being done now.
    pub fn tell(&self, text: String) {
        if let Some(bar) = &self.0 {
            bar.set_message(text);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// Makes a panic tell that it is a bug of Millstream, with what is needed to report it.
pub fn explain_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let what = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION");
        let text = format!(
            "error: this is a bug of Millstream {version}, not of your pipeline: {what} ({place})\n  \
             help: please report it with the pipeline file and the command line\n"
        );
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }));
}
