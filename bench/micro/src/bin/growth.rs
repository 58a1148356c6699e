//! What it costs to grow: `growth --keys 10000000` feeds `hourly_premium` with so many users, batch after batch.
//!
//! Prints a JSON object: how long batches of 256 rows took while the state grew, in microseconds (median, 99 %, 99.9 %,
//! most); the resident memory for a key of the view `last_order` alone, beside its payload; and what its time to live
//! costs: how often the sweep of all keys lets the job go on, and how long it took in all and at most at once, in
//! microseconds, where no key was over and where all were; and the resident memory for a key afterwards.

use std::process::ExitCode;
use std::time::Instant;

use millstream_bench_micro::bench_world::{NOON, World};
use millstream_bench_micro::hourly_premium::{HourlyPremium, LastOrderInput, LastOrderState, UserOrder};
use millstream_bench_workloads::arguments::Arguments;
use millstream_runtime::job::{BATCH, Job, Parallel};
use millstream_runtime::operators::{Aggregate, Aggregation};
use millstream_runtime::state::Group;
use millstream_runtime::values::Decimal;

/// Bytes of a key and its values: three numbers of 8 bytes, an order number of 10, a telephone number of 11.
const PAYLOAD: usize = 8 + 10 + 11 + 8 + 8;

/// The view's time to live in milliseconds.
const TTL: i64 = 36 * 3_600_000;

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
    let keys: usize = Arguments::of_process()?.get("keys", 10_000_000)?;
    let (view, sweeps) = view_alone(keys)?;
    let mut times = times_of_batches(keys);
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).or(times.last()).copied().unwrap_or(0);
    println!(
        "{{\"keys\":{keys},\"bytes_per_key\":{:.1},\"payload\":{PAYLOAD},\"row\":{},\"batch_us\":{{\"p50\":{},\
         \"p99\":{},\"p999\":{},\"max\":{}}},\"sweep\":{sweeps}}}",
        view as f64 / keys as f64,
        size_of::<Group<<LastOrderState as Aggregation>::Key, LastOrderState>>(),
        at(0.5),
        at(0.99),
        at(0.999),
        times.last().copied().unwrap_or(0),
    );
    Ok(())
}

/// Users in no order.
fn user(number: usize, keys: usize) -> i64 {
    (number as u64 * 7919 % keys as u64) as i64
}

fn texts(number: usize) -> (String, String) {
    (format!("P{number:09}"), format!("139{:08}", number % 100_000_000))
}

/// Resident bytes that the groups of `last_order` add, and what it costs to forget them.
fn view_alone(keys: usize) -> Result<(usize, String), String> {
    let mut world = World::default();
    let before = resident()?;
    let mut view = Aggregate::<LastOrderState>::default().with_ttl(TTL as u64);
    for number in 0..keys {
        let (order, tel) = texts(number);
        let input = LastOrderInput {
            id: Some(user(number, keys)),
            order_no: Some(&order),
            customer_tel: Some(&tel),
            gmt_modified: Some(NOON + number as i64),
            account_payble: Decimal::checked(number as i128),
        };
        world.with_scope(|scope| view.append(&input, scope)).map_err(|fault| fault.to_string())?;
        // The list of what changed is no state of a key: it is given out at the end of each epoch.
        if number % 4096 == 4095 {
            world.with_scope(|scope| {
                while view.next_changed(scope).is_some() {}
                view.sweep(scope)
            });
        }
    }
    let after = resident()?;
    let young = sweep(&mut world, &mut view, NOON + TTL / 2);
    if view.len() != keys {
        return Err(format!("{} groups instead of {keys}", view.len()));
    }
    let old = sweep(&mut world, &mut view, NOON + 2 * TTL);
    if !view.is_empty() {
        return Err(format!("{} groups are left behind their time", view.len()));
    }
    let left = resident()?.saturating_sub(before) as f64 / keys as f64;
    Ok((after - before, format!("{{\"young\":{young},\"old\":{old},\"bytes_per_key\":{left:.1}}}")))
}

/// What a sweep of all groups takes, as JSON.
fn sweep(world: &mut World, view: &mut Aggregate<LastOrderState>, now: i64) -> String {
    world.set_clock(now);
    let (mut steps, mut total, mut most, mut more) = (0, 0, 0, true);
    while more {
        let started = Instant::now();
        more = world.with_scope(|scope| view.sweep(scope));
        let taken = started.elapsed().as_micros();
        (steps, total, most) = (steps + 1, total + taken, most.max(taken));
    }
    format!("{{\"steps\":{steps},\"total_us\":{total},\"max_us\":{most}}}")
}

/// Microseconds for each batch of 256 new users through the whole pipeline, and for the end of each epoch of as many
/// rows as a second brings.
fn times_of_batches(keys: usize) -> Vec<u64> {
    let mut world = World::default();
    let mut job = world.with_scope(HourlyPremium::start);
    let mut times = Vec::with_capacity(keys / BATCH + 1);
    for first in (0..keys).step_by(BATCH) {
        let made: Vec<(String, String)> = (first..keys.min(first + BATCH)).map(texts).collect();
        let rows = made.iter().enumerate().map(|(place, (order, tel))| UserOrder {
            id: Some(user(first + place, keys)),
            order_no: Some(order),
            customer_tel: Some(tel),
            gmt_modified: Some(NOON + (first + place) as i64),
            account_payble: Decimal::checked((first + place) as i128),
        });
        let rows: Vec<UserOrder<'_>> = rows.collect();
        let mut taken = 0;
        world.with_context(|cx| {
            // Rows that live as long as the batch's memory.
            let rows = cx.collect(rows.iter().map(|row| UserOrder {
                order_no: row.order_no.map(|text| cx.scope.keep(text)),
                customer_tel: row.customer_tel.map(|text| cx.scope.keep(text)),
                ..*row
            }));
            let started = Instant::now();
            job.user_order(&rows, cx);
            // As if each batch was an epoch: all that a new user brings is in the batch's time.
            let passed_on = job.pass_on(&cx.scope);
            job.share(&[passed_on], 0, &cx.scope);
            taken = started.elapsed().as_micros() as u64;
        });
        times.push(taken);
    }
    times
}

/// Resident memory of this process in bytes.
fn resident() -> Result<usize, String> {
    let status = std::fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes = line.trim().trim_end_matches(" kB").trim().parse::<usize>().map_err(|error| error.to_string())?;
    Ok(kilobytes * 1024)
}
