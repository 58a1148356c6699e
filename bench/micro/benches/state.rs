//! Finding and making groups, at sizes that fit into a cache and sizes that do not. Keys are asked for in no order, and
//! other ones each time, so that large tables are as cold as they are in a job.

use divan::Bencher;
use divan::counter::ItemsCount;
use millstream_runtime::state::{Groups, KeyedBytes, Stored, Text};

/// Look-ups that are timed at once.
const ASKED: usize = 4096;
const SIZES: [u64; 3] = [1_000, 100_000, 3_000_000];

fn main() {
    divan::main();
}

/// Keys to ask for, some at a time.
struct Asked<K> {
    keys: Vec<K>,
    next: usize,
}

impl<K> Asked<K> {
    fn new(size: u64, key: impl Fn(u64) -> K) -> Self {
        let all = (1 << 20) as u64;
        Self { keys: (0..all).map(|number| key(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size)).collect(), next: 0 }
    }

    fn some(&mut self) -> &[K] {
        let first = self.next;
        self.next = (first + ASKED) % self.keys.len();
        &self.keys[first..first + ASKED]
    }
}

fn asked(size: u64) -> Asked<i64> {
    Asked::new(size, |key| key as i64)
}

fn numbers(size: u64) -> Groups<(i64,), u64> {
    let mut groups = Groups::default();
    for key in 0..size as i64 {
        groups.enter(key_hash(&groups, (key,)), (key,));
    }
    groups
}

#[divan::bench(args = SIZES)]
fn find_number(bencher: Bencher<'_, '_>, size: u64) {
    let (groups, mut asked) = (numbers(size), asked(size));
    bencher.counter(ItemsCount::new(ASKED)).bench_local(|| {
        let found = asked.some().iter().filter(|key| groups.find(key_hash(&groups, (**key,)), (**key,)).is_some());
        assert_eq!(found.count(), ASKED);
    });
}

#[divan::bench(args = SIZES)]
fn find_number_read_ahead(bencher: Bencher<'_, '_>, size: u64) {
    let (groups, mut asked) = (numbers(size), asked(size));
    let mut hashes = Vec::new();
    bencher.counter(ItemsCount::new(ASKED)).bench_local(|| {
        for batch in asked.some().chunks(256) {
            hashes.clear();
            hashes.extend(batch.iter().map(|key| key_hash(&groups, (*key,))));
            groups.warm(&hashes);
            for (key, hash) in batch.iter().zip(&hashes) {
                divan::black_box(groups.find(*hash, (*key,)));
            }
        }
    });
}

#[divan::bench(args = SIZES)]
fn find_text(bencher: Bencher<'_, '_>, size: u64) {
    let mut groups = Groups::<(Text,), u64>::default();
    for key in 0..size {
        let text = format!("u{key:08}");
        groups.enter(key_hash(&groups, (&text,)), (&text,));
    }
    let mut asked = Asked::new(size, |key| format!("u{key:08}"));
    bencher.counter(ItemsCount::new(ASKED)).bench_local(|| {
        for key in asked.some() {
            divan::black_box(groups.find(key_hash(&groups, (key,)), (key,)));
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
        rows.set(&(key as i64).to_le_bytes(), b"some row of thirty bytes or so");
    }
    let mut asked = asked(size);
    bencher.counter(ItemsCount::new(ASKED)).bench_local(|| {
        for key in asked.some() {
            divan::black_box(rows.get(&key.to_le_bytes()));
        }
    });
}

fn key_hash<K: Stored, S: Default>(_: &Groups<K, S>, key: K::Ref<'_>) -> u64 {
    Groups::<K, S>::hash(key)
}
