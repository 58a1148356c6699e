//! Writes page views to standard output at an even pace: `pace --rate 100000 --seconds 10 --accounts 1000`.
//!
//! The name of a page is the number of its event, padded to twelve digits. When event 0 was due is told on standard
//! error, in nanoseconds since 1970; event `n` is due `n / rate` seconds later, whether or not the reader keeps up.

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use millstream_bench_workloads::arguments::Arguments;

/// Events are written in groups of those that became due within this time.
const TICK: Duration = Duration::from_micros(500);

fn main() -> ExitCode {
    match pace() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn pace() -> Result<(), String> {
    let arguments = Arguments::of_process()?;
    let rate: u64 = arguments.get("rate", 100_000)?;
    let seconds: u64 = arguments.get("seconds", 10)?;
    let accounts: u64 = arguments.get("accounts", 1000)?;
    let mut out = io::stdout().lock();
    let mut text = Vec::new();
    let (started, now) = (Instant::now(), SystemTime::now());
    let since = now.duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?;
    eprintln!("{}", since.as_nanos());
    let mut written = 0;
    while written < rate * seconds {
        let due = ((started.elapsed().as_nanos() * u128::from(rate)) / 1_000_000_000) as u64;
        text.clear();
        for number in written..due.min(rate * seconds) {
            let account = number * 7919 % accounts;
            write!(text, "{{\"log_time\":{number},\"device_id\":\"d0\",\"account_id\":\"u{account:08}\",")
                .and_then(|()| writeln!(text, "\"bury_point_type\":\"page\",\"page_name\":\"{number:012}\"}}"))
                .map_err(|error| error.to_string())?;
        }
        written = due.min(rate * seconds);
        out.write_all(&text).and_then(|()| out.flush()).map_err(|error| error.to_string())?;
        thread::sleep(TICK);
    }
    Ok(())
}
