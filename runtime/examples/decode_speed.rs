//! How fast one core decodes JSON lines like an insurer's orders: 200 MB in memory, five of eleven columns wanted.
//!
//! `cargo run --release -p millstream-runtime --example decode_speed [FILE]` also takes a file of such lines.

use std::io::Write;
use std::time::Instant;

use bumpalo::Bump;
use jiff::tz::TimeZone;
use millstream_runtime::connectors::{Chunk, Format, TableInfo};
use millstream_runtime::decode::{Decode, Field, Reader};
use millstream_runtime::scope::{Clock, Scope};
use millstream_runtime::values::{Decimal, Fault};

/// Bytes to decode.
const SIZE: usize = 200_000_000;
/// Bytes of one chunk, as the file connector reads them.
const CHUNK: usize = 256 << 10;

/// A row as the compiler generates it.
#[derive(Debug, Default)]
struct Order<'a> {
    id: Option<i64>,
    order_no: Option<&'a str>,
    customer_tel: Option<&'a str>,
    gmt_modified: Option<i64>,
    account_payble: Option<Decimal<18, 2>>,
}

impl<'a> Decode<'a> for Order<'a> {
    const COLUMNS: &'static [&'static str] = &["id", "order_no", "customer_tel", "gmt_modified", "account_payble"];

    fn set(&mut self, column: usize, field: Field<'a>, scope: &Scope<'a>) -> Result<(), Fault> {
        match column {
            0 => self.id = field.bigint()?,
            1 => self.order_no = field.text(scope)?,
            2 => self.customer_tel = field.text(scope)?,
            3 => self.gmt_modified = field.bigint()?,
            _ => self.account_payble = field.decimal()?,
        }
        Ok(())
    }
}

fn main() -> std::io::Result<()> {
    let bytes = match std::env::args().nth(1) {
        Some(file) => std::fs::read(file)?,
        None => generate()?,
    };
    let chunks = cut(&bytes);
    let clock = Clock::new(0, TimeZone::UTC);
    let table = TableInfo { name: "orders", columns: &[], primary_key: &[] };
    let mut memory = Bump::new();
    let mut best = f64::MAX;
    let (mut records, mut bad) = (0u64, 0u64);
    for _ in 0..10 {
        (records, bad) = (0, 0);
        let mut check = 0i64;
        let started = Instant::now();
        let mut reader = Reader::new(Format::Json, &table, Order::COLUMNS);
        for chunk in &chunks {
            let scope = Scope { memory: &memory, clock: &clock };
            let mut rows = match reader.rows(chunk, None, 0) {
                Ok(rows) => rows,
                Err(failure) => return Err(std::io::Error::other(failure)),
            };
            while let Some(row) = rows.next::<Order<'_>>(&scope) {
                records += 1;
                match row {
                    Ok(row) => check = check.wrapping_add(digest(&row)),
                    Err(_) => bad += 1,
                }
            }
            memory.reset();
        }
        best = best.min(started.elapsed().as_secs_f64());
        std::hint::black_box(check);
    }
    let speed = bytes.len() as f64 / best / 1e9;
    let each = best * 1e9 / records as f64;
    println!(
        "{records} records ({bad} bad), {} bytes: {best:.3} s, {speed:.2} GB/s, {each:.0} ns a record",
        bytes.len()
    );
    Ok(())
}

/// Something that needs every column.
fn digest(row: &Order<'_>) -> i64 {
    let texts = row.order_no.map_or(0, str::len) + row.customer_tel.map_or(0, str::len);
    let numbers = row.id.unwrap_or(0).wrapping_add(row.gmt_modified.unwrap_or(0));
    let price = row.account_payble.map_or(0, Decimal::unscaled) as i64;
    numbers.wrapping_add(texts as i64).wrapping_add(price)
}

fn cut(bytes: &[u8]) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut offset = 0;
    let mut chunk: Vec<u8> = Vec::with_capacity(CHUNK);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        chunk.extend_from_slice(line);
        offset += line.len() as u64;
        if chunk.len() + 1024 > CHUNK {
            let bytes = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
            chunks.push(Chunk { offset: offset - bytes.len() as u64, bytes, file: 0, line: 1 });
        }
    }
    chunks.push(Chunk { offset: offset - chunk.len() as u64, bytes: chunk, file: 0, line: 1 });
    chunks
}

/// Orders with the keys in one order, five in a hundred without a price.
fn generate() -> std::io::Result<Vec<u8>> {
    let mut seed = 1u64;
    let mut below = |limit: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % limit
    };
    let mut out = Vec::with_capacity(SIZE + 1024);
    while out.len() < SIZE {
        let (id, time) = (below(1_000_000), 1_795_186_874_245 + below(90_000_000));
        let name = ["李雷", "韩梅梅", "王小明", "Smith"][below(4) as usize];
        let price = if below(20) == 0 { "null".to_owned() } else { format!("{}.{:02}", below(20_000), below(100)) };
        write!(out, r#"{{"id":{id},"order_no":"P{:09}","order_type":{},"#, below(5_000_000), below(5))?;
        write!(out, r#""pay_time":{time},"order_price":{}.{:02},"#, below(10_000), below(100))?;
        write!(out, r#""customer_name":"{name}{id}","customer_tel":"139{:08}","#, below(100_000_000))?;
        write!(out, r#""certificate_no":"330100{id:012}","gmt_created":{},"#, time - 1000)?;
        writeln!(out, r#""gmt_modified":{},"account_payble":{price}}}"#, time + 1000)?;
    }
    Ok(out)
}
