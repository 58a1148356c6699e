//! Groups that are forgotten when their time is over.

use bumpalo::Bump;
use jiff::tz::TimeZone;

use super::sweeping::FORGOTTEN_AT_ONCE;
use super::*;
use crate::operators::{Accumulator as _, Count};
use crate::scope::Clock;

/// `count(*)` by a number.
#[derive(Debug, Default)]
struct Counted(Count<i64>);

impl Aggregation for Counted {
    type Key = (i64,);
    type Input<'a> = i64;
    type Row<'a> = i64;

    fn key<'a>(input: &i64) -> KeyRef<'a, Self> {
        (*input,)
    }

    fn add(&mut self, input: &i64) -> bool {
        self.0.add(Some(*input))
    }

    fn row<'s>(&'s self, _key: KeyRef<'s, Self>, _scope: &Scope<'s>) -> Result<Option<i64>, Fault> {
        self.0.value().map(Some)
    }

    fn keep(row: i64, _scope: &Scope<'_>) -> i64 {
        row
    }

    fn gone(_key: KeyRef<'_, Self>, _scope: &Scope<'_>) -> i64 {
        0
    }
}

/// Does something at a second since 1970.
fn at<R>(second: i64, work: impl FnOnce(&Scope<'_>) -> R) -> R {
    let (memory, clock) = (Bump::new(), Clock::new(second * 1000, TimeZone::UTC));
    work(&Scope { memory: &memory, clock: &clock })
}

/// Puts rows into groups, and takes the groups from the list of those that changed.
fn append(view: &mut Aggregate<Counted>, second: i64, keys: std::ops::Range<i64>) {
    at(second, |scope| {
        for key in keys {
            view.append(&key, scope).expect("a count has room");
        }
        while view.next_changed(scope).is_some() {}
    });
}

#[test]
fn a_sweep_forgets_what_is_over_in_handfuls() {
    const GROUPS: i64 = 3 * FORGOTTEN_AT_ONCE as i64 + 5;
    let mut view = Aggregate::<Counted>::default().with_ttl(10_000);
    append(&mut view, 1000, 0..GROUPS);
    append(&mut view, 1008, 0..2);
    assert!(!at(1010, |scope| view.sweep(scope)), "all are young");
    assert_eq!(view.len(), GROUPS as usize);
    let mut sweeps = 1;
    view.groups.take_made();
    while at(1012, |scope| view.sweep(scope)) {
        sweeps += 1;
        assert_eq!(view.len(), (GROUPS - (sweeps - 1) * i64::from(FORGOTTEN_AT_ONCE)) as usize);
    }
    assert_eq!((view.len(), sweeps), (2, 4));
    // Their places are used again.
    let places = view.groups.places();
    append(&mut view, 1012, 10..GROUPS);
    assert_eq!(view.groups.places(), places);
    // When all are gone, so is the memory.
    while at(2000, |scope| view.sweep(scope)) {}
    assert_eq!((view.len(), view.groups.places()), (0, 0));
    append(&mut view, 2001, 0..3);
    assert_eq!(view.len(), 3);
}

#[test]
fn a_sweep_keeps_up_with_what_is_made() {
    const EACH: i64 = 4 * FORGOTTEN_AT_ONCE as i64;
    let mut view = Aggregate::<Counted>::default().with_ttl(2_000);
    // Each second other groups: there are never many more than those of the last seconds.
    for second in 0..20 {
        append(&mut view, 1000 + second, second * EACH..(second + 1) * EACH);
        at(1000 + second, |scope| view.sweep(scope));
        assert!(view.len() <= 6 * EACH as usize, "{} groups after {second} s", view.len());
    }
}

#[test]
fn a_group_whose_time_is_over_starts_anew_though_no_sweep_came_by() {
    let mut view = Aggregate::<Counted>::default().with_ttl(10_000);
    append(&mut view, 1000, 0..1);
    append(&mut view, 1010, 0..1);
    let count = |view: &mut Aggregate<Counted>, second| {
        at(second, |scope| {
            view.append(&0, scope).expect("a count has room");
            view.next_changed(scope).map(|(changed, told)| told.map(|()| *changed.row()))
        })
    };
    assert_eq!(count(&mut view, 1020), Some(Ok(3)));
    assert_eq!(count(&mut view, 1031), Some(Ok(1)));
}
