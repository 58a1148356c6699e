//! `hourly_premium` on DBSP, in memory: RECORDS WORKERS BATCH [OUTPUT].
//!
//! A map of users to their latest orders, patched by each order; its changes go to three aggregates of each hour, whose
//! changes this program keeps. Records are read while the circuit works on the batch before.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::mpsc::sync_channel;
use std::thread;

use anyhow::{Context, Result};
use dbsp::mimalloc::MiMalloc;
use dbsp::operator::Update;
use dbsp::typed_batch::IndexedZSetReader;
use dbsp::utils::{Tup2, Tup4};
use dbsp::{OrdIndexedZSet, OutputHandle, Runtime, ZWeight};
use millstream_bench_workloads::data::TODAY;
use millstream_bench_workloads::lines;
use millstream_bench_workloads::records::{self, Order, Text};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Order number, telephone number, time and premium in cents of a user's latest order.
type Latest = Tup4<Option<String>, Option<String>, i64, Option<i64>>;
type Change = Tup2<i64, Update<Latest, Latest>>;
type Totals = OutputHandle<OrdIndexedZSet<i64, ZWeight>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, workers, batch, output @ ..] = arguments.as_slice() else {
        anyhow::bail!("arguments: RECORDS WORKERS BATCH [OUTPUT]");
    };
    let batch: usize = batch.parse().context("BATCH")?;
    let (mut circuit, (orders, totals)) = Runtime::init_circuit(workers.parse::<usize>()?, |circuit| {
        let (orders, handle) = circuit.add_input_map::<i64, Latest, Latest, _>(patch);
        let hour = |order: &Latest| order.2.div_euclid(3_600_000) + 8;
        let premium = orders
            .map_index(move |(_, order)| (hour(order), order.3.unwrap_or(0)))
            .aggregate_linear(|cents| *cents as ZWeight);
        let policies = orders
            .flat_map_index(move |(_, order)| order.0.clone().map(|number| (Tup2(hour(order), number), ())))
            .distinct()
            .map_index(|(Tup2(hour, number), ())| (*hour, number.clone()))
            .weighted_count();
        let holders = orders
            .flat_map_index(move |(_, order)| order.1.clone().map(|tel| (Tup2(hour(order), tel), ())))
            .distinct()
            .map_index(|(Tup2(hour, tel), ())| (*hour, tel.clone()))
            .weighted_count();
        Ok((handle, [premium.output(), policies.output(), holders.output()]))
    })?;
    let (send, receive) = sync_channel::<Vec<Change>>(2);
    let path = input.clone();
    let reader = thread::spawn(move || read(&path, batch, &mut |changes| send.send(changes).is_ok()));
    let mut table: BTreeMap<i64, [i64; 3]> = BTreeMap::new();
    for mut changes in receive {
        orders.append(&mut changes);
        circuit.transaction()?;
        for (column, changed) in totals.iter().enumerate() {
            take(changed, column, &mut table);
        }
    }
    reader.join().map_err(|_| anyhow::anyhow!("the reader has panicked"))??;
    circuit.kill().map_err(|_| anyhow::anyhow!("the circuit has panicked"))?;
    match output.first() {
        Some(path) => write(&table, path),
        None => Ok(()),
    }
}

/// The last value that is not null.
fn patch(order: &mut Latest, newer: &Latest) {
    if newer.0.is_some() {
        order.0.clone_from(&newer.0);
    }
    if newer.1.is_some() {
        order.1.clone_from(&newer.1);
    }
    order.2 = newer.2;
    order.3 = newer.3.or(order.3);
}

fn read(path: &str, batch: usize, send: &mut impl FnMut(Vec<Change>) -> bool) -> Result<()> {
    let mut known = HashSet::new();
    let mut changes = Vec::with_capacity(batch);
    lines::lines(path, |line| {
        let order: Order<'_> = records::read(line)?;
        let Some(modified) = order.gmt_modified.filter(|modified| *modified >= TODAY) else { return Ok(()) };
        let id = order.id.unwrap_or(i64::MIN);
        let text = |text: Option<Text<'_>>| text.map(|text| text.0.into_owned());
        let cents = order.account_payble.map(|amount| (amount * 100.0).round() as i64);
        let latest = Tup4(text(order.order_no), text(order.customer_tel), modified, cents);
        let update = if known.insert(id) { Update::Insert(latest) } else { Update::Update(latest) };
        changes.push(Tup2(id, update));
        if changes.len() == batch {
            send(std::mem::replace(&mut changes, Vec::with_capacity(batch)));
        }
        Ok(())
    })?;
    send(changes);
    Ok(())
}

/// Puts what changed in one column into the table.
fn take(changed: &Totals, column: usize, table: &mut BTreeMap<i64, [i64; 3]>) {
    for (hour, total, weight) in changed.consolidate().iter() {
        let place = &mut table.entry(hour).or_default()[column];
        *place += total * weight;
    }
}

fn write(table: &BTreeMap<i64, [i64; 3]>, path: &str) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for (hour, [cents, policies, holders]) in table.iter().filter(|(_, totals)| **totals != [0; 3]) {
        let since = hour - (TODAY / 3_600_000 + 8);
        let written = 2_026_112_100 + since / 24 * 100 + since % 24;
        write!(out, "{{\"biz_date\":\"{written}\",\"total_premium\":{:?},", *cents as f64 / 100.0)?;
        writeln!(out, "\"policy_cnt\":{policies},\"policy_holder_cnt\":{holders}}}")?;
    }
    out.flush()?;
    Ok(())
}
