//! Lines of JSON into rows of the pipelines, beside `sonic-rs` into structs that borrow.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use millstream_bench_micro::bench_world::World;
use millstream_bench_micro::chunks::{JsonReader, Orders, Rows, Views, generated};
use millstream_bench_workloads::data::Kind;
use millstream_bench_workloads::records::{self, Order, View};
use millstream_runtime::connectors::Chunk;
use millstream_runtime::decode::Decode;

const LINES: u64 = 20_000;

fn main() {
    divan::main();
}

fn chunks(kind: Kind) -> Vec<Chunk> {
    generated(kind, LINES).expect("memory takes everything")
}

fn counted<'a, 'b>(bencher: Bencher<'a, 'b>, chunks: &[Chunk]) -> Bencher<'a, 'b> {
    let bytes: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    bencher.counter(BytesCount::new(bytes)).counter(ItemsCount::new(LINES))
}

fn millstream<R: Rows>(bencher: Bencher<'_, '_>, kind: Kind) {
    let chunks = chunks(kind);
    let mut world = World::default();
    let mut reader = JsonReader::new(<R::Of<'static> as Decode<'static>>::COLUMNS);
    counted(bencher, &chunks).bench_local(|| {
        for chunk in &chunks {
            let (_, bad) = reader.count::<R>(&mut world, chunk).expect("JSON needs no header");
            assert_eq!(bad, 0);
        }
    });
}

#[divan::bench]
fn orders_millstream(bencher: Bencher<'_, '_>) {
    millstream::<Orders>(bencher, Kind::Orders);
}

#[divan::bench]
fn views_millstream(bencher: Bencher<'_, '_>) {
    millstream::<Views>(bencher, Kind::Views);
}

fn each_line(chunks: &[Chunk], each: impl Fn(&[u8])) {
    let lines = chunks.iter().flat_map(|chunk| chunk.bytes.split(|byte| *byte == b'\n'));
    lines.filter(|line| !line.is_empty()).for_each(each);
}

#[divan::bench]
fn orders_sonic(bencher: Bencher<'_, '_>) {
    let chunks = chunks(Kind::Orders);
    counted(bencher, &chunks).bench_local(|| {
        each_line(&chunks, |line| {
            divan::black_box(records::read::<Order<'_>>(line).expect("an order"));
        });
    });
}

#[divan::bench]
fn views_sonic(bencher: Bencher<'_, '_>) {
    let chunks = chunks(Kind::Views);
    counted(bencher, &chunks).bench_local(|| {
        each_line(&chunks, |line| {
            divan::black_box(records::read::<View<'_>>(line).expect("a page view"));
        });
    });
}
