//! Views over views over views; rows that move, come and go; rows of several inserts that want the same place.

use std::collections::{BTreeMap, BTreeSet};

use millstream_incremental_tests::cell::{Cell, Cells};
use millstream_incremental_tests::config;
use millstream_incremental_tests::mirror::Mirror;
use millstream_incremental_tests::views::{
    Events, FirstOfAll, FirstOfShop, LargeRows, LatestOfAll, LatestOfShop, LogRows, OpenRows, ShopRows, SizeRows,
    SlotRows, Views,
};
use millstream_runtime::connectors::Row;
use millstream_runtime::job::{Embedded, Gives};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Event {
    id: i64,
    shop: &'static str,
    amount: Option<i64>,
    state: &'static str,
}

const SHOPS: &[&str] = &["a", "b", "a shop with a very long name", "a shop with a very long game"];
const STATES: &[&str] = &["open", "open", "late", "void"];

fn event() -> impl Strategy<Value = Event> {
    let amount = prop_oneof![1 => Just(None), 4 => (-3..12i64).prop_map(Some)];
    (0..5i64, prop::sample::select(SHOPS), amount, prop::sample::select(STATES))
        .prop_map(|(id, shop, amount, state)| Event { id, shop, amount, state })
}

fn epochs() -> impl Strategy<Value = Vec<Vec<Event>>> {
    prop::collection::vec(prop::collection::vec(event(), 0..6), 1..8)
}

// ---- the plain recomputation ----------------------------------------------------------------------------------------

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn number(number: Option<i64>) -> Cell {
    number.map_or(Cell::Null, Cell::Integer)
}

fn value(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Integer(value) => Some(*value),
        _ => None,
    }
}

/// A view: its rows by key.
type View = BTreeMap<Cell, Cells>;

/// `[id, shop, amount]` of the latest order of each id that is not void.
fn open(events: &[Event]) -> View {
    let mut orders: BTreeMap<i64, Event> = BTreeMap::new();
    for event in events {
        let amount = event.amount.or_else(|| orders.get(&event.id).and_then(|order| order.amount));
        orders.insert(event.id, Event { amount, ..event.clone() });
    }
    orders.retain(|_, order| order.state != "void");
    let row = |order: &Event| vec![Cell::Integer(order.id), text(order.shop), number(order.amount.map(|it| it * 2))];
    orders.values().map(|order| (Cell::Integer(order.id), row(order))).collect()
}

fn sum(values: &[Option<i64>]) -> Cell {
    let some: Vec<i64> = values.iter().copied().flatten().collect();
    if some.is_empty() { Cell::Null } else { Cell::Integer(some.iter().sum()) }
}

/// `[shop, orders, total, largest]` of each shop.
fn shops(open: &View) -> View {
    let mut groups: BTreeMap<Cell, Vec<Option<i64>>> = BTreeMap::new();
    for row in open.values() {
        groups.entry(row[1].clone()).or_default().push(value(&row[2]));
    }
    let row = |shop: &Cell, amounts: &[Option<i64>]| {
        let largest = number(amounts.iter().copied().flatten().max());
        vec![shop.clone(), Cell::Integer(amounts.len() as i64), sum(amounts), largest]
    };
    groups.iter().map(|(shop, amounts)| (shop.clone(), row(shop, amounts))).collect()
}

/// `[orders, shops, total, best, totals]` for each number of orders.
fn sizes(shops: &View) -> View {
    let mut groups: BTreeMap<Cell, Vec<&Cells>> = BTreeMap::new();
    for row in shops.values() {
        groups.entry(row[1].clone()).or_default().push(row);
    }
    let row = |orders: &Cell, rows: &[&Cells]| {
        let totals: Vec<Option<i64>> = rows.iter().map(|row| value(&row[2])).collect();
        let best = rows.iter().filter_map(|row| value(&row[3])).max();
        let different: BTreeSet<i64> = totals.iter().copied().flatten().collect();
        let (count, different) = (Cell::Integer(rows.len() as i64), Cell::Integer(different.len() as i64));
        vec![orders.clone(), count, sum(&totals), number(best), different]
    };
    groups.iter().map(|(orders, rows)| (orders.clone(), row(orders, rows))).collect()
}

/// The rows of a view that pass, made to rows of a table, sorted.
fn rows(view: &View, make: impl Fn(&Cells) -> Option<Cells>) -> Vec<Cells> {
    let mut rows: Vec<Cells> = view.values().filter_map(make).collect();
    rows.sort();
    rows
}

/// A table whose places, told by the first column, are wanted by several rows.
#[derive(Debug, Default)]
struct Places {
    first: bool,
    rows: BTreeMap<Cell, Vec<(String, Cells)>>,
}

impl Places {
    fn change(&mut self, own: &str, before: Option<&Cells>, after: Option<&Cells>) {
        if before == after {
            return;
        }
        if let Some(before) = before
            && after.is_none_or(|after| after[0] != before[0])
        {
            self.rows.entry(before[0].clone()).or_default().retain(|(rival, _)| rival != own);
        }
        let Some(after) = after else { return };
        let rivals = self.rows.entry(after[0].clone()).or_default();
        let place = rivals.iter().position(|(rival, _)| rival == own);
        match place {
            Some(place) if self.first => rivals[place].1.clone_from(after),
            Some(place) => {
                rivals.remove(place);
                rivals.push((own.to_owned(), after.clone()));
            }
            None => rivals.push((own.to_owned(), after.clone())),
        }
    }

    fn standing(&self) -> Vec<Cells> {
        let standing = |rivals: &Vec<(String, Cells)>| if self.first { rivals.first() } else { rivals.last() }.cloned();
        self.rows.values().filter_map(standing).map(|(_, row)| row).collect()
    }
}

/// The tables in which the order of the events counts.
#[derive(Debug)]
struct Contended {
    latest_of_shop: Places,
    first_of_shop: Places,
    latest_of_all: Places,
    first_of_all: Places,
}

impl Contended {
    fn new() -> Self {
        let first = || Places { first: true, ..Places::default() };
        Self {
            latest_of_shop: Places::default(),
            first_of_shop: first(),
            latest_of_all: Places::default(),
            first_of_all: first(),
        }
    }

    /// The event `number`, which made `now` of `then`.
    fn event(&mut self, number: usize, event: &Event, then: &View, now: &View) {
        let id = Cell::Integer(event.id);
        let own = format!("open {}", event.id);
        let order = |view: &View| view.get(&id).map(|row| vec![row[1].clone(), row[0].clone(), row[2].clone()]);
        let (before, after) = (order(then), order(now));
        for places in [&mut self.latest_of_shop, &mut self.first_of_shop, &mut self.latest_of_all] {
            places.change(&own, before.as_ref(), after.as_ref());
        }
        let counted = |row: Option<Cells>| row.filter(|_| event.id != 0);
        self.first_of_all.change(&own, counted(before.clone()).as_ref(), counted(after.clone()).as_ref());
        if event.state == "late" {
            let row = vec![text(event.shop), Cell::Integer(-1 - event.id), Cell::Null];
            self.first_of_all.change(&format!("event {number}"), None, Some(&row));
        }
        // The shop that the order left, then the one that it came to.
        let (then, now) = (shops(then), shops(now));
        let mut touched: Vec<Cell> = before.iter().chain(&after).map(|row| row[0].clone()).collect();
        touched.dedup();
        for shop in touched {
            let own = format!("shop {shop:?}");
            let row = |row: &Cells| vec![row[0].clone(), Cell::Null, row[2].clone()];
            self.latest_of_all.change(&own, then.get(&shop).map(row).as_ref(), now.get(&shop).map(row).as_ref());
            let large = |view: &View| view.get(&shop).filter(|row| row[1] > Cell::Integer(2)).map(row);
            self.first_of_all.change(&own, large(&then).as_ref(), large(&now).as_ref());
        }
    }
}

// ---- the comparison -------------------------------------------------------------------------------------------------

fn compare<R>(job: &mut Embedded<Views>, mirror: &mut Mirror, expected: &[Cells]) -> Result<(), TestCaseError>
where
    Views: Gives<R>,
    for<'c> <Views as Gives<R>>::At<'c>: Row,
{
    mirror.read::<Views, R>(job).map_err(TestCaseError::fail)?;
    let name = std::any::type_name::<R>();
    prop_assert_eq!(mirror.rows(), expected, "{}", name);
    Ok(())
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn views_of_views_are_as_if_computed_at_once(epochs in epochs()) {
        let mut job = Embedded::<Views>::new().expect("starts");
        let mut mirrors: [Mirror; 10] = Default::default();
        let (mut events, mut contended) = (Vec::new(), Contended::new());
        for epoch in epochs {
            let fed: Vec<Events<'_>> = epoch
                .iter()
                .map(|event| Events { id: event.id, shop: event.shop, amount: event.amount, state: event.state })
                .collect();
            prop_assert_eq!(job.feed(&fed), Ok(()));
            prop_assert_eq!(job.commit(), Ok(()));
            for event in epoch {
                let then = open(&events);
                events.push(event.clone());
                contended.event(events.len(), &event, &then, &open(&events));
            }
            let open = open(&events);
            let shops = shops(&open);
            let sizes = sizes(&shops);
            let whole = |row: &Cells| Some(row.clone());
            let job = &mut job;
            compare::<OpenRows>(job, &mut mirrors[0], &rows(&open, whole))?;
            let slot = |row: &Cells| Some(vec![row[1].clone(), row[0].clone(), row[2].clone()]);
            compare::<SlotRows>(job, &mut mirrors[1], &rows(&open, slot))?;
            let large = |row: &Cells| (row[2] > Cell::Integer(10)).then(|| vec![row[0].clone(), row[2].clone()]);
            compare::<LargeRows>(job, &mut mirrors[2], &rows(&open, large))?;
            compare::<LogRows>(job, &mut mirrors[3], &rows(&open, whole))?;
            let rich = |row: &Cells| (row[2] > Cell::Integer(5)).then(|| row.clone());
            compare::<ShopRows>(job, &mut mirrors[4], &rows(&shops, rich))?;
            compare::<SizeRows>(job, &mut mirrors[5], &rows(&sizes, whole))?;
            compare::<LatestOfShop>(job, &mut mirrors[6], &contended.latest_of_shop.standing())?;
            compare::<FirstOfShop>(job, &mut mirrors[7], &contended.first_of_shop.standing())?;
            compare::<LatestOfAll>(job, &mut mirrors[8], &contended.latest_of_all.standing())?;
            compare::<FirstOfAll>(job, &mut mirrors[9], &contended.first_of_all.standing())?;
        }
    }
}
