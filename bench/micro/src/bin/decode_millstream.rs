//! Decoding and nothing else: `decode_millstream --records orders --input orders.jsonl` reads each line into the row
//! that the generated pipeline has for it.

use std::io;
use std::process::ExitCode;

use millstream_bench_micro::bench_world::World;
use millstream_bench_micro::chunks::{JsonReader, Orders, Rows, Views, chunk};
use millstream_bench_workloads::arguments::Arguments;
use millstream_bench_workloads::lines;
use millstream_runtime::connectors::Chunk;
use millstream_runtime::decode::Decode;

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
    let told = match arguments.text("records")? {
        "orders" => decode::<Orders>(input),
        "views" => decode::<Views>(input),
        other => return Err(format!("--records {other}: orders or views")),
    };
    told.map_err(|error| format!("{input}: {error}"))
}

fn decode<R: Rows>(input: &str) -> io::Result<u64> {
    let mut world = World::default();
    let mut reader = JsonReader::new(<R::Of<'static> as Decode<'static>>::COLUMNS);
    let mut lines_chunk: Chunk = chunk(&[]);
    let mut records = 0;
    lines::owned_blocks(input, |block| {
        lines_chunk.bytes = block;
        let (good, bad) = reader.count::<R>(&mut world, &lines_chunk)?;
        if bad > 0 {
            return Err(io::Error::other(format!("{bad} records could not be read")));
        }
        records += good;
        Ok(std::mem::take(&mut lines_chunk.bytes))
    })?;
    Ok(records)
}
