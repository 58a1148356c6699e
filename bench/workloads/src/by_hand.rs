//! `hourly_premium` and `last_page` as a programmer writes them in an afternoon: structs, hash maps, one thread.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use hashbrown::HashMap;

use crate::data::TODAY;
use crate::lines;
use crate::records::{self, Order, Text, View};

/// A user's latest order.
#[derive(Debug, Clone, Default)]
struct Latest {
    order_no: Option<Box<str>>,
    customer_tel: Option<Box<str>>,
    gmt_modified: i64,
    account_payble: Option<f64>,
}

/// An hour's totals; each distinct text with how often it is there.
#[derive(Debug, Default)]
struct Hour {
    orders: u64,
    premium: f64,
    policies: HashMap<Box<str>, u32>,
    holders: HashMap<Box<str>, u32>,
}

impl Hour {
    fn add(&mut self, order: &Latest) {
        self.orders += 1;
        self.premium += order.account_payble.unwrap_or(0.0);
        count(&mut self.policies, order.order_no.as_deref());
        count(&mut self.holders, order.customer_tel.as_deref());
    }

    fn retract(&mut self, order: &Latest) {
        self.orders -= 1;
        self.premium -= order.account_payble.unwrap_or(0.0);
        discount(&mut self.policies, order.order_no.as_deref());
        discount(&mut self.holders, order.customer_tel.as_deref());
    }
}

fn count(values: &mut HashMap<Box<str>, u32>, value: Option<&str>) {
    let Some(value) = value else { return };
    match values.get_mut(value) {
        Some(count) => *count += 1,
        None => {
            values.insert(value.into(), 1);
        }
    }
}

fn discount(values: &mut HashMap<Box<str>, u32>, value: Option<&str>) {
    let Some(value) = value else { return };
    if let Some(count) = values.get_mut(value) {
        *count -= 1;
        if *count == 0 {
            values.remove(value);
        }
    }
}

/// The table that `pipelines/hourly_premium.yaml` keeps, from a file of orders to a file of rows.
pub fn hourly_premium(input: &str, output: &Path) -> io::Result<()> {
    let mut users: HashMap<Option<i64>, Latest> = HashMap::new();
    let mut hours: HashMap<i64, Hour> = HashMap::new();
    lines::lines(input, |line| {
        let order: Order<'_> = records::read(line)?;
        let Some(modified) = order.gmt_modified.filter(|modified| *modified >= TODAY) else { return Ok(()) };
        let latest = users.entry(order.id).or_default();
        if latest.gmt_modified != 0
            && let Some(hour) = hours.get_mut(&hour_of(latest.gmt_modified))
        {
            hour.retract(latest);
        }
        set(&mut latest.order_no, text(order.order_no.as_ref()));
        set(&mut latest.customer_tel, text(order.customer_tel.as_ref()));
        latest.gmt_modified = modified;
        latest.account_payble = order.account_payble.or(latest.account_payble);
        hours.entry(hour_of(modified)).or_default().add(latest);
        Ok(())
    })?;
    let mut out = BufWriter::new(File::create(output)?);
    for (hour, totals) in hours.iter().filter(|(_, totals)| totals.orders > 0) {
        let (policies, holders) = (totals.policies.len(), totals.holders.len());
        write!(out, "{{\"biz_date\":\"{}\",\"total_premium\":{:?},", written_hour(*hour), totals.premium)?;
        writeln!(out, "\"policy_cnt\":{policies},\"policy_holder_cnt\":{holders}}}")?;
    }
    out.flush()
}

fn text<'t>(text: Option<&'t Text<'_>>) -> Option<&'t str> {
    text.map(|text| &*text.0)
}

/// The last value that is not null.
fn set(place: &mut Option<Box<str>>, value: Option<&str>) {
    if let Some(value) = value
        && place.as_deref() != Some(value)
    {
        *place = Some(value.into());
    }
}

/// Hours since 1970 in Asia/Shanghai, which is eight hours ahead all year.
fn hour_of(millis: i64) -> i64 {
    millis.div_euclid(3_600_000) + 8
}

/// `2026112107`; the orders are of two days.
fn written_hour(hour: i64) -> i64 {
    let since = hour - hour_of(TODAY);
    2_026_112_100 + since / 24 * 100 + since % 24
}

/// What was last seen of an account on a device.
#[derive(Debug, Default)]
struct Seen {
    bury_point_type: Option<Box<str>>,
    page_name: Option<Box<str>>,
}

/// An account: what was seen on each of its devices, few as they are, and which of them was used last.
#[derive(Debug, Default)]
struct Account {
    devices: Vec<(Option<Box<str>>, Seen)>,
    last: usize,
}

/// The table that `pipelines/last_page.yaml` keeps, from a file of page views to a file of rows.
pub fn last_page(input: &str, output: &Path) -> io::Result<()> {
    let mut accounts: HashMap<Box<str>, Account> = HashMap::new();
    lines::lines(input, |line| {
        let view: View<'_> = records::read(line)?;
        let Some(id) = text(view.account_id.as_ref()) else { return Ok(()) };
        let (device, kind, page) = (view.device_id.as_ref(), view.bury_point_type.as_ref(), view.page_name.as_ref());
        let (device, kind, page) = (text(device), text(kind), text(page));
        let account = match accounts.get_mut(id) {
            Some(account) => account,
            None => accounts.entry(id.into()).or_default(),
        };
        let known = account.devices.iter().position(|(known, _)| known.as_deref() == device);
        let place = known.unwrap_or_else(|| {
            account.devices.push((device.map(Into::into), Seen::default()));
            account.devices.len() - 1
        });
        let Some((_, seen)) = account.devices.get_mut(place) else { return Ok(()) };
        let differs = known.is_none()
            || changes(seen.bury_point_type.as_deref(), kind)
            || changes(seen.page_name.as_deref(), page);
        if differs {
            // A device whose row does not change tells nothing: the one whose row changed last stands.
            account.last = place;
            set(&mut seen.bury_point_type, kind);
            set(&mut seen.page_name, page);
        }
        Ok(())
    })?;
    let mut out = BufWriter::new(File::create(output)?);
    for (id, account) in &accounts {
        let Some((device, seen)) = account.devices.get(account.last) else { continue };
        let (kind, page) = (seen.bury_point_type.as_deref(), seen.page_name.as_deref());
        let row = sonic_rs::to_string(&(id, device, kind, page)).map_err(io::Error::other)?;
        writeln!(out, "{row}")?;
    }
    out.flush()
}

fn changes(before: Option<&str>, after: Option<&str>) -> bool {
    after.is_some() && before != after
}
