//! Finding and making groups, at sizes that fit into a cache and sizes that do not; keys are asked for in no order.

use divan::Bencher;
use divan::counter::ItemsCount;
use millstream_runtime::state::{Groups, KeyedBytes, Text};

/// Look-ups that are timed at once.
const ASKED: usize = 4096;
const SIZES: [u64; 3] = [1_000, 100_000, 3_000_000];

fn main() {
    divan::main();
}

fn asked(size: u64) -> Vec<u64> {
    (0..ASKED as u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size).collect()
}

fn numbers(size: u64) -> Groups<(i64,), u64> {
    let mut groups = Groups::default();
    for key in 0..size as i64 {
        groups.enter(groups.hash((key,)), (key,));
    }
    groups
}

#[divan::bench(args = SIZES)]
fn find_number(bencher: Bencher<'_, '_>, size: u64) {
    let (groups, asked) = (numbers(size), asked(size));
    bencher.counter(ItemsCount::new(ASKED)).bench_local(|| {
        let found = asked.iter().filter(|key| groups.find(groups.hash((**key as i64,)), (**key as i64,)).is_some());
        assert_eq!(found.count(), ASKED);
    });
}

#[divan::bench(args = SIZES)]
fn find_number_read_ahead(bencher: Bencher<'_, '_>, size: u64) {
    let (groups, asked) = (numbers(size), asked(size));
    let mut hashes = Vec::new();
    bencher.counter(ItemsCount::new(ASKED)).bench_local(|| {
        for batch in asked.chunks(256) {
            hashes.clear();
            hashes.extend(batch.iter().map(|key| groups.hash((*key as i64,))));
            groups.warm(&hashes);
            for (key, hash) in batch.iter().zip(&hashes) {
                divan::black_box(groups.find(*hash, (*key as i64,)));
            }
        }
    });
}

#[divan::bench(args = SIZES)]
fn find_text(bencher: Bencher<'_, '_>, size: u64) {
    let mut groups = Groups::<(Text,), u64>::default();
    for key in 0..size {
        let text = format!("u{key:08}");
        groups.enter(groups.hash((&text,)), (&text,));
    }
    let asked: Vec<String> = asked(size).into_iter().map(|key| format!("u{key:08}")).collect();
    bencher.counter(ItemsCount::new(ASKED)).bench_local(|| {
        for key in &asked {
            divan::black_box(groups.find(groups.hash((key,)), (key,)));
        }
    });
}

#[divan::bench(sample_count = 20)]
fn make_a_hundred_thousand(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(100_000u64)).bench_local(|| numbers(100_000));
}

#[divan::bench(args = SIZES)]
fn row_of_a_table(bencher: Bencher<'_, '_>, size: u64) {
    let mut rows = KeyedBytes::default();
    for key in 0..size {
        rows.set(&key.to_le_bytes(), b"some row of thirty bytes or so");
    }
    let asked = asked(size);
    bencher.counter(ItemsCount::new(ASKED)).bench_local(|| {
        for key in &asked {
            divan::black_box(rows.get(&key.to_le_bytes()));
        }
    });
}
