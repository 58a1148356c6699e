//! Accumulators, and the operators of the pipelines as they are generated: per row, with state that fits into a cache.

use divan::Bencher;
use divan::counter::ItemsCount;
use millstream_bench_micro::bench_world::{NOON, World};
use millstream_bench_micro::hourly_premium::{HourlyInput, HourlyState, HsOrder, LastOrderInput, LastOrderState};
use millstream_bench_micro::premium_drop_alert::{PremiumDropAlert, RawInfo, UpdateInfo};
use millstream_runtime::connectors::{Failure, Store};
use millstream_runtime::job::Job;
use millstream_runtime::operators::{
    Accumulator, Aggregate, Average, Change, Count, Distinct, LastValue, Retract, RetractableMax, Share, Sum,
};
use millstream_runtime::state::Text;
use millstream_runtime::tables::{Cache, OpenTable, Tables};
use millstream_runtime::values::{Decimal, Value};

/// Rows that are timed at once.
const ROWS: usize = 4096;

fn main() {
    divan::main();
}

fn prices() -> Vec<Option<Decimal<18, 2>>> {
    (0..ROWS as i128).map(|row| Decimal::checked(row * 7919 % 2_000_000)).collect()
}

fn texts(distinct: usize) -> Vec<String> {
    (0..ROWS).map(|row| format!("P{:09}", row * 7919 % distinct)).collect()
}

/// Puts values in and takes them out again.
fn there_and_back<A: Retract>(bencher: Bencher<'_, '_>, values: &[A::Input<'_>]) {
    let mut accumulator = A::default();
    bencher.counter(ItemsCount::new(2 * values.len())).bench_local(|| {
        for value in values {
            divan::black_box(accumulator.add(*value));
        }
        for value in values {
            divan::black_box(accumulator.retract(*value));
        }
    });
}

#[divan::bench]
fn sum_of_decimals(bencher: Bencher<'_, '_>) {
    there_and_back::<Sum<Decimal<18, 2>, Decimal<38, 2>>>(bencher, &prices());
}

#[divan::bench]
fn sum_of_doubles(bencher: Bencher<'_, '_>) {
    let values: Vec<Option<f64>> = (0..ROWS).map(|row| Some(row as f64 * 0.1)).collect();
    there_and_back::<Sum<f64, f64>>(bencher, &values);
}

#[divan::bench]
fn average_of_doubles(bencher: Bencher<'_, '_>) {
    let values: Vec<Option<f64>> = (0..ROWS).map(|row| Some(row as f64 * 0.1)).collect();
    there_and_back::<Average<f64, f64>>(bencher, &values);
}

#[divan::bench]
fn max_that_can_be_retracted(bencher: Bencher<'_, '_>) {
    let values: Vec<Option<i64>> = (0..ROWS as i64).map(|row| Some(row * 7919 % 1000)).collect();
    there_and_back::<RetractableMax<i64>>(bencher, &values);
}

#[divan::bench(args = [8, 1000, 4096])]
fn count_distinct_texts(bencher: Bencher<'_, '_>, distinct: usize) {
    let texts = texts(distinct);
    let values: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
    there_and_back::<Distinct<Text, Count<Text>>>(bencher, &values);
}

#[divan::bench]
fn last_value_of_texts(bencher: Bencher<'_, '_>) {
    let texts = texts(ROWS);
    let mut last = LastValue::<Text>::default();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        for text in &texts {
            divan::black_box(last.add(Some(text)));
        }
    });
}

fn order(row: usize, text: &str) -> LastOrderInput<'_> {
    LastOrderInput {
        id: Some((row * 7919 % 1000) as i64),
        order_no: Some(text),
        customer_tel: Some("13900007919"),
        gmt_modified: Some(NOON + row as i64),
        account_payble: Decimal::checked(row as i128),
    }
}

/// A view that groups, read by sinks alone: what changed is noted.
#[divan::bench]
fn group_rows(bencher: Bencher<'_, '_>) {
    let texts = texts(ROWS);
    let mut view = Aggregate::<LastOrderState>::default();
    let mut world = World::default();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        world.with_scope(|scope| {
            for (row, text) in texts.iter().enumerate() {
                let _ = view.append(&order(row, text), scope);
            }
        });
    });
}

/// A view that groups, read by another view: each row tells its change.
#[divan::bench]
fn group_rows_and_tell_changes(bencher: Bencher<'_, '_>) {
    let texts = texts(ROWS);
    let mut view = Aggregate::<LastOrderState>::default();
    let mut world = World::default();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        world.with_scope(|scope| {
            for (row, text) in texts.iter().enumerate() {
                divan::black_box(view.append_now(&order(row, text), scope).1.is_ok());
            }
        });
    });
}

/// A view over a view: rows move from group to group.
#[divan::bench]
fn group_changes(bencher: Bencher<'_, '_>) {
    let texts = texts(ROWS);
    let hours: Vec<String> = (0..24).map(|hour| format!("20261121{hour:02}")).collect();
    let input = |row: usize, hour: usize| HourlyInput {
        biz_date: hours.get(hour % 24).map(String::as_str),
        total_premium: Decimal::checked(row as i128).unwrap_or(Decimal::ZERO),
        policy_cnt: texts.get(row).map(String::as_str),
        policy_holder_cnt: texts.get(row).map(String::as_str),
    };
    let mut view = Aggregate::<HourlyState>::default();
    let mut world = World::default();
    let inserts: Vec<_> = (0..ROWS).map(|row| Change::insert(input(row, row))).collect();
    let there: Vec<_> =
        (0..ROWS).map(|row| Change { before: Some(input(row, row)), after: Some(input(row, row + 1)) }).collect();
    let back: Vec<_> = there.iter().map(|change| Change { before: change.after, after: change.before }).collect();
    world.with_scope(|scope| view.change_shared(&inserts, Share::ALL, scope));
    bencher.counter(ItemsCount::new(2 * ROWS)).bench_local(|| {
        world.with_scope(|scope| {
            view.change_shared(&there, Share::ALL, scope);
            view.change_shared(&back, Share::ALL, scope);
        });
    });
}

/// A store without rows: everything that is looked up has been written before.
struct Nothing;

impl Store for Nothing {
    fn fetch(&mut self, _: &[Value<'_>], _: &mut dyn FnMut(usize, &[Value<'_>])) -> Result<(), Failure> {
        Ok(())
    }

    fn scan(&mut self, _: &mut dyn FnMut(&[Value<'_>])) -> Result<(), Failure> {
        Ok(())
    }
}

fn tables<J: Job>(cache: Cache) -> Tables {
    let mut tables = Tables::default();
    for table in J::TABLES {
        let store = table.lookup.map(|_| (Box::new(Nothing) as Box<dyn Store>, cache));
        let conflicts = table.conflicts;
        tables.open(OpenTable {
            info: &table.info,
            changelog: true,
            ordered: false,
            deferred: table.deferred,
            store,
            conflicts,
        });
    }
    tables
}

/// `premium_drop_alert`: look-up in a table kept in memory, comparison, two writes.
#[divan::bench]
fn look_up_and_write(bencher: Bencher<'_, '_>) {
    let premiums: Vec<String> = (0..ROWS).map(|row| format!("{}.50", 300 + row % 1000)).collect();
    let mut tables = tables::<PremiumDropAlert>(Cache::All { ttl: None });
    let customers = (0..1000).map(|id| RawInfo { id, raw_premium: Some("500.00"), raw_info: Some("life") });
    for customer in customers {
        tables.fill(&customer).expect("a customer");
    }
    let mut world = World::with_tables(tables);
    let mut job = world.with_scope(PremiumDropAlert::start);
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        let rows: Vec<UpdateInfo<'_>> = premiums
            .iter()
            .enumerate()
            .map(|(row, premium)| UpdateInfo {
                id: Some((row * 7919 % 1000) as i64),
                event: Some("save_success"),
                now_premium: Some(premium),
                now_info: Some("life\\term v19"),
            })
            .collect();
        for batch in rows.chunks(256) {
            world.with_context(|cx| {
                let batch = cx.collect(batch.iter().map(|row| UpdateInfo {
                    event: Some("save_success"),
                    now_premium: row.now_premium.map(|text| cx.scope.keep(text)),
                    now_info: row.now_info.map(|text| cx.scope.keep(text)),
                    ..*row
                }));
                job.update_info(&batch, cx);
            });
        }
        assert_eq!(world.faults(), 0);
    });
}

/// Changes of a table that wait for the end of the epoch: one row stays for each key.
#[divan::bench]
fn change_rows_of_a_table(bencher: Bencher<'_, '_>) {
    let mut world = World::with_tables(tables::<millstream_bench_micro::hourly_premium::HourlyPremium>(Cache::None));
    let hours: Vec<String> = (0..ROWS).map(|row| format!("hour {}", row % 25)).collect();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        world.with_context(|cx| {
            for (row, hour) in hours.iter().enumerate() {
                let row = HsOrder {
                    biz_date: hour,
                    total_premium: Some(row as f64),
                    policy_cnt: Some(1),
                    policy_holder_cnt: Some(1),
                };
                cx.change(&Change::insert(row)).expect("a row of the table");
            }
        });
    });
}
