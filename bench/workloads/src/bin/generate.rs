//! Writes a data set: `generate --kind orders --lines 5000000 --keys 1000000 --output orders.jsonl`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use millstream_bench_workloads::arguments::Arguments;
use millstream_bench_workloads::data::{DataSet, Kind, Spread};

fn main() -> ExitCode {
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), String> {
    let arguments = Arguments::of_process()?;
    let (kind, keys) = match arguments.text("kind")? {
        "orders" => (Kind::Orders, 1_000_000),
        "views" => (Kind::Views, 500_000),
        "updates" => (Kind::Updates, 500_000),
        "customers" => (Kind::Customers, 500_000),
        other => return Err(format!("--kind {other}: orders, views, updates or customers")),
    };
    let spread = match arguments.get("spread", "skewed".to_owned())?.as_str() {
        "skewed" => Spread::Skewed,
        "even" => Spread::Even,
        other => return Err(format!("--spread {other}: skewed or even")),
    };
    let lines = arguments.get("lines", 5_000_000)?;
    let keys = arguments.get("keys", keys)?;
    let set = DataSet { kind, lines, keys, spread, seed: arguments.get("seed", 1)? };
    let path = arguments.text("output")?;
    let file = File::create(path).map_err(|error| format!("{path}: {error}"))?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    set.write(&mut out).and_then(|()| out.flush()).map_err(|error| format!("{path}: {error}"))
}
