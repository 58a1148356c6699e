//! The pipelines' work by hand: `by_hand --job hourly_premium --input orders.jsonl --output rows.jsonl`.

use std::path::Path;
use std::process::ExitCode;

use millstream_bench_workloads::arguments::Arguments;
use millstream_bench_workloads::by_hand;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let arguments = Arguments::of_process()?;
    let input = arguments.text("input")?;
    let output = Path::new(arguments.text("output")?);
    let told = match arguments.text("job")? {
        "hourly_premium" => by_hand::hourly_premium(input, output),
        "last_page" => by_hand::last_page(input, output),
        other => return Err(format!("--job {other}: hourly_premium or last_page")),
    };
    told.map_err(|error| format!("{input}: {error}"))
}
