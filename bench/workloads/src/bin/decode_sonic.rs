//! Decoding and nothing else: `decode_sonic --records orders --input orders.jsonl` reads each line with `sonic-rs` into
//! a struct that borrows from it; `--records lines` only finds where lines end.

use std::hint::black_box;
use std::process::ExitCode;

use millstream_bench_workloads::arguments::Arguments;
use millstream_bench_workloads::lines;
use millstream_bench_workloads::records::{self, Order, View};

fn main() -> ExitCode {
    match run() {
        Ok(records) => {
            println!("{records}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<u64, String> {
    let arguments = Arguments::of_process()?;
    let input = arguments.text("input")?;
    let mut count = 0u64;
    let told = match arguments.text("records")? {
        "orders" => lines::lines(input, |line| {
            count += 1;
            records::read::<Order<'_>>(line).map(|record| {
                black_box(&record);
            })
        }),
        "views" => lines::lines(input, |line| {
            count += 1;
            records::read::<View<'_>>(line).map(|record| {
                black_box(&record);
            })
        }),
        "lines" => lines::blocks(input, |block| {
            count += 1 + memchr::memchr_iter(b'\n', block).count() as u64;
            Ok(())
        }),
        other => return Err(format!("--records {other}: orders, views or lines")),
    };
    told.map(|()| count).map_err(|error| format!("{input}: {error}"))
}
