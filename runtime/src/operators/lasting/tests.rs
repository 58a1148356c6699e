//! What was saved is what is loaded, whatever the bytes.

use bumpalo::Bump;
use jiff::tz::TimeZone;

use super::accumulators::{ALL, COUNTED};
use super::*;
use crate::epochs::Pass;
use crate::operators::{
    Accumulator, Average, Count, CountRows, Distinct, KeyRef, LastValue, Max, Retract, RetractableMin, Share, Sum,
};
use crate::scope::{Clock, Scope};
use crate::state::Text;
use crate::values::Fault;

/// Saves what changed into one copy and all into another one; both must be what was saved.
fn follow<P: Persist + Default>(
    steps: usize,
    mut change: impl FnMut(&mut P, u64) -> bool,
    same: impl Fn(&P, &P) -> bool,
) {
    let (mut one, mut follower) = (P::default(), P::default());
    let mut seed = 5u64;
    for _ in 0..steps {
        for _ in 0..seed % 50 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            change(&mut one, seed >> 33);
        }
        seed = seed.wrapping_add(1);
        let mut out = Vec::new();
        one.save_changes(&mut out);
        let mut bytes = Bytes::new(&out);
        follower.load(&mut bytes).expect("reads");
        assert!(bytes.is_empty() && same(&one, &follower));
        let mut out = Vec::new();
        one.save(&mut out);
        let mut copy = P::default();
        copy.load(&mut Bytes::new(&out)).expect("reads");
        assert!(same(&one, &copy));
    }
}

fn all(value: &impl Persist) -> Vec<u8> {
    let mut out = Vec::new();
    value.save(&mut out);
    out
}

#[test]
fn small_accumulators_write_themselves() {
    follow::<Sum<i64>>(50, |sum, value| sum.add(Some(value as i64)), |a, b| a.value() == b.value());
    let float = |sum: &mut Sum<f64>, value: u64| {
        sum.add(Some(value as f64 * 10f64.powi((value % 200) as i32 - 100)));
        value.is_multiple_of(97) && sum.add(Some(f64::INFINITY))
    };
    follow::<Sum<f64>>(50, float, |a, b| all(a) == all(b));
    let text = |last: &mut LastValue<Text>, value: u64| last.add(Some(&"x".repeat(value as usize % 60)));
    follow::<LastValue<Text>>(50, text, |a, b| a.value() == b.value());
    follow::<Max<i64>>(50, |max, value| max.add(Some(value as i64)), |a, b| a.value() == b.value());
}

#[test]
fn many_values_write_what_changed() {
    let mut there = Vec::new();
    let distinct = |distinct: &mut Distinct<Text, Count<Text>>, value: u64| {
        if value.is_multiple_of(3) && !there.is_empty() {
            let value: String = there.swap_remove(value as usize % there.len());
            distinct.retract(Some(&value))
        } else {
            let value = format!("value {}", value % 300);
            there.push(value.clone());
            distinct.add(Some(&value))
        }
    };
    let sorted = |one: &Distinct<Text, Count<Text>>| {
        let mut all: Vec<_> = one.values.iter().map(|(value, count)| (value.to_owned(), count)).collect();
        all.sort();
        all
    };
    follow(400, distinct, |a, b| sorted(a) == sorted(b) && a.value() == b.value());

    let mut there = Vec::new();
    let least = |least: &mut RetractableMin<i64>, value: u64| {
        if value.is_multiple_of(3) && !there.is_empty() {
            least.retract(Some(there.swap_remove(value as usize % there.len())))
        } else {
            let value = (value % 300) as i64;
            there.push(value);
            least.add(Some(value))
        }
    };
    follow(400, least, |a, b| all(a) == all(b));
}

/// Three workers keep shares of what one keeps as a whole. Put together they are as it, and go on as it.
fn come_together<P: Persist + Retract>(
    add: impl Fn(&mut P, u64, Share) -> bool,
    retract: impl Fn(&mut P, u64, Share) -> bool,
) {
    let (mut whole, mut shares) = (P::default(), [P::default(), P::default(), P::default()]);
    let mut there = Vec::new();
    let mut seed = 11u64;
    for _ in 0..600 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (value, from) = (seed >> 33, (seed >> 20) as usize % shares.len());
        let gone =
            (value.is_multiple_of(3) && !there.is_empty()).then(|| there.swap_remove(value as usize % there.len()));
        // A row comes from any worker, and is taken back by the one that it came from.
        let (value, from) = gone.unwrap_or((value % 100, from));
        let change: &dyn Fn(&mut P, u64, Share) -> bool = if gone.is_some() { &retract } else { &add };
        change(&mut whole, value, Share::ALL);
        for (worker, share) in shares.iter_mut().enumerate() {
            change(share, value, Share::new(worker, 3, from));
        }
        if gone.is_none() {
            there.push((value, from));
        }
    }
    let mut together = P::default();
    for share in &shares {
        let saved = all(share);
        let mut bytes = Bytes::new(&saved);
        together.load_share(&mut bytes).expect("reads");
        assert!(bytes.is_empty());
    }
    let results = |one: &P| {
        let (mut out, mut values) = (Vec::new(), all(one));
        one.save_result(&mut out);
        values.sort_unstable();
        (out, values)
    };
    assert_eq!(results(&together), results(&whole));
    for (value, _) in there.drain(..) {
        retract(&mut whole, value, Share::ALL);
        retract(&mut together, value, Share::ALL);
        assert_eq!(results(&together), results(&whole));
    }
}

#[test]
fn shares_of_workers_come_together() {
    come_together::<CountRows>(
        |rows, _, share| rows.share(None, Some(()), share),
        |rows, _, share| rows.share(Some(()), None, share),
    );
    macro_rules! of_values {
        ($($accumulator:ty: $value:expr;)*) => {$(
            come_together::<$accumulator>(
                |kept, value, share| kept.share(None, Some(Some($value(value))), share),
                |kept, value, share| kept.share(Some(Some($value(value))), None, share),
            );
        )*};
    }
    of_values! {
        Count<i64>: |value| value as i64;
        Sum<i64>: |value| value as i64 - 50;
        Sum<f64>: |value| value as f64 / 7.0;
        Average<f64, f64>: |value| value as f64 * 0.1;
        Distinct<i64, Count<i64>>: |value| value as i64;
        Distinct<i64, Sum<i64>>: |value| value as i64;
        RetractableMin<i64>: |value| value as i64;
    }
    let mut saved = all(&CountRows::default());
    saved[0] ^= 0x80;
    assert_eq!(CountRows::default().load_share(&mut Bytes::new(&saved)), Err(Damaged), "a number without its end");
}

/// How many rows there are: one group, without a key.
#[derive(Debug, Default)]
struct Whole(CountRows);

impl Lasting for Whole {
    fn parts<P: Pass>(&mut self, pass: &mut P) -> Result<(), Damaged> {
        pass.part(&mut self.0)
    }
}

impl Aggregation for Whole {
    type Key = ();
    type Input<'a> = ();
    type Row<'a> = i64;

    fn key<'a>(_input: &()) -> KeyRef<'a, Self> {}

    fn add(&mut self, (): &()) -> bool {
        self.0.add(())
    }

    fn row<'s>(&'s self, (): (), _scope: &Scope<'s>) -> Result<Option<i64>, Fault> {
        self.0.value().map(Some)
    }

    fn keep(row: i64, _scope: &Scope<'_>) -> i64 {
        row
    }

    fn gone((): (), _scope: &Scope<'_>) -> i64 {
        0
    }
}

#[test]
fn any_number_of_keys_without_bytes_is_read_at_once() {
    let mut bytes = Vec::new();
    bytes::number(u64::MAX, &mut bytes);
    bytes.extend([GROUP, 3, 7]);
    3i64.save(&mut bytes);
    bytes.push(END);
    let mut whole = Aggregate::<Whole>::default();
    assert_eq!(whole.load(&mut Bytes::new(&bytes)), Ok(()));
    assert_eq!(whole.groups.len(), 1);
    let gone = [vec![1], vec![END]].concat();
    assert_eq!(whole.load(&mut Bytes::new(&gone)), Ok(()));
    assert!(whole.groups.is_empty());
}

/// An aggregation with a group for each number.
#[derive(Debug, Default)]
struct Each(Distinct<i64, Count<i64>>);

impl Lasting for Each {
    fn parts<P: Pass>(&mut self, pass: &mut P) -> Result<(), Damaged> {
        pass.part(&mut self.0)
    }
}

impl Aggregation for Each {
    type Key = i64;
    type Input<'a> = (i64, i64);
    type Row<'a> = (i64, i64);

    fn key<'a>(input: &(i64, i64)) -> KeyRef<'a, Self> {
        input.0
    }

    fn add(&mut self, input: &(i64, i64)) -> bool {
        self.0.add(Some(input.1))
    }

    fn row<'s>(&'s self, key: i64, _scope: &Scope<'s>) -> Result<Option<(i64, i64)>, Fault> {
        self.0.value().map(|count| Some((key, count)))
    }

    fn keep(row: (i64, i64), _scope: &Scope<'_>) -> (i64, i64) {
        row
    }

    fn gone(key: i64, _scope: &Scope<'_>) -> (i64, i64) {
        (key, 0)
    }
}

/// A group: key, rows, when it was touched, and its values with how often each is there.
type Shown = (i64, u32, u32, Vec<(i64, u32)>);

/// The groups in the order of their keys.
fn groups<A: Aggregation<Key = i64> + Shows>(each: &Aggregate<A>) -> Vec<Shown> {
    let numbers = 0..each.groups.places();
    let present = numbers.filter_map(|number| each.groups.get(number).filter(|group| group.rows > 0));
    let mut groups: Vec<_> =
        present.map(|group| (group.key, group.rows, group.touched, group.state.values())).collect();
    groups.sort_unstable();
    groups
}

/// The last value of each number that is none of those that a first row is refused with.
#[derive(Debug, Default)]
struct Latest(LastValue<i64>);

impl Lasting for Latest {
    fn parts<P: Pass>(&mut self, pass: &mut P) -> Result<(), Damaged> {
        pass.part(&mut self.0)
    }
}

impl Aggregation for Latest {
    type Key = i64;
    type Input<'a> = (i64, i64);
    type Row<'a> = (i64, i64);

    fn key<'a>(input: &(i64, i64)) -> KeyRef<'a, Self> {
        input.0
    }

    fn admits(&self, input: &(i64, i64)) -> Result<(), Fault> {
        if input.1 % 4 == 0 { Err(Fault::overflow("int")) } else { Ok(()) }
    }

    fn add(&mut self, input: &(i64, i64)) -> bool {
        self.0.add(Some(input.1))
    }

    fn row<'s>(&'s self, key: i64, _scope: &Scope<'s>) -> Result<Option<(i64, i64)>, Fault> {
        Ok(self.0.value()?.map(|value| (key, value)))
    }

    fn keep(row: (i64, i64), _scope: &Scope<'_>) -> (i64, i64) {
        row
    }

    fn gone(key: i64, _scope: &Scope<'_>) -> (i64, i64) {
        (key, 0)
    }
}

/// What is kept, so that it can be compared.
trait Shows {
    fn values(&self) -> Vec<(i64, u32)>;
}

impl Shows for Each {
    fn values(&self) -> Vec<(i64, u32)> {
        let mut values: Vec<_> = self.0.values.iter().collect();
        values.sort_unstable();
        values
    }
}

impl Shows for Latest {
    fn values(&self) -> Vec<(i64, u32)> {
        self.0.value().ok().flatten().map(|value| (value, 1)).into_iter().collect()
    }
}

#[test]
fn what_is_saved_when_it_is_passed_on_is_what_is_there() {
    assert_eq!(saves_what_is_passed_on::<Each>(50), 0);
    // Some are forgotten, some are refused when they come first.
    assert!(saves_what_is_passed_on::<Latest>(400) > 0);
}

/// Gives how many rows were refused.
fn saves_what_is_passed_on<A>(keys: i64) -> u32
where
    A: for<'a> Aggregation<Key = i64, Input<'a> = (i64, i64), Row<'a> = (i64, i64)> + Lasting + Shows,
{
    let mut clock = Clock::new(1_795_000_000_000, TimeZone::UTC);
    let mut memory = Bump::new();
    let new = || Aggregate::<A>::default().with_ttl(60_000);
    let (mut each, mut follower) = (new(), new());
    each.keep_log();
    let (mut rest, mut seed, mut refused, mut most_saved) = (Vec::new(), 3u64, 0, 0);
    for epoch in 0..300 {
        memory.reset();
        clock.now += 7000;
        let scope = Scope { memory: &memory, clock: &clock };
        each.lend(&mut rest);
        for _ in 0..seed % 300 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let input = ((seed >> 40) as i64 % keys, (seed >> 20) as i64 % 60);
            refused += u32::from(each.append_later(&input, &scope, |_| Ok(())).is_err());
            // Memory is scarce: changes do not wait for the end of the epoch.
            if seed.is_multiple_of(100) {
                each.pass_on(&scope, |row| Ok(Some(row)));
            }
        }
        seed = seed.wrapping_add(1);
        each.pass_on(&scope, |row| Ok(Some(row)));
        let mut out = Vec::new();
        rest.clear();
        if epoch % 2 == 0 {
            each.begin_changes(&mut out, &mut rest);
        } else {
            each.save_changes(&mut out);
        }
        out.extend_from_slice(&rest);
        let mut bytes = Bytes::new(&out);
        if !out.is_empty() {
            follower.load_later(&mut bytes, clock.now).expect("reads");
        }
        follower.pass_on(&scope, |row| Ok(Some(row)));
        assert!(bytes.is_empty());
        assert_eq!(groups(&follower), groups(&each));
        let mut none = Vec::new();
        each.save_changes(&mut none);
        assert!(none.is_empty(), "all was saved");
        each.sweep(&scope);
        most_saved = most_saved.max(rest.len());
    }
    assert!(most_saved > 1 << 10, "more was saved than before the end of an epoch");
    refused
}

#[test]
fn a_snapshot_gives_each_group_back_also_over_what_was_there() {
    let mut each = Aggregate::<Each>::default();
    for key in 0..10 * AT_ONCE as i64 + 3 {
        let number = each.groups.enter(Groups::<i64, Each>::hash(key), key);
        let group = each.groups.get_mut(number).expect("it was made");
        (group.rows, group.touched) = (1 + key as u32 % 3, key as u32);
        for value in 0..key % 40 {
            group.state.add(&(key, value / 2));
        }
    }
    let mut bytes = Vec::new();
    assert_eq!(each.save_some(0, &mut bytes), None);
    let (size, about) = (each.saved_size(), each.about_saved_size());
    assert!((size * 3 / 4..size * 4 / 3).contains(&about), "{about} is not about {size}");
    let mut again = Aggregate::<Each>::default();
    for _ in 0..2 {
        let mut left = Bytes::new(&bytes);
        assert_eq!(again.load_whole(&mut left), Ok(()));
        assert!(left.is_empty());
        assert_eq!(groups(&again), groups(&each));
        assert_eq!(again.groups.len(), 10 * AT_ONCE + 3);
        // What changed since the snapshot is not kept.
        for key in 0..5 {
            let number = again.groups.find(Groups::<i64, Each>::hash(key), key).expect("it is there");
            again.groups.get_mut(number).expect("it is there").state.add(&(key, 1000));
        }
    }
    for cut in 0..bytes.len().min(2000) {
        assert_eq!(Aggregate::<Each>::default().load_whole(&mut Bytes::new(&bytes[..cut])), Err(Damaged));
    }
}

#[test]
fn values_that_were_not_counted_are_read() {
    let mut distinct = Distinct::<i64, Count<i64>>::default();
    for value in 0..20 {
        distinct.add(Some(value % 10));
    }
    // As format 2 has them: without their number.
    let bytes = all(&distinct);
    assert_eq!(bytes[..2], [COUNTED, 10]);
    let former = [&[ALL], &bytes[2..]].concat();
    let mut again = Distinct::<i64, Count<i64>>::default();
    assert_eq!(again.load(&mut Bytes::new(&former)), Ok(()));
    let values =
        |distinct: &Distinct<i64, Count<i64>>| distinct.values.iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(values(&again), values(&distinct));
    assert_eq!(again.value(), Ok(10));
}

#[test]
fn damaged_bytes_are_refused_or_read_as_something_else_without_a_panic() {
    let mut distinct = Distinct::<Text, Count<Text>>::default();
    for value in 0..20 {
        distinct.add(Some(&format!("value {value}")));
    }
    let bytes = all(&distinct);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << bit;
            let _ = Distinct::<Text, Count<Text>>::default().load(&mut Bytes::new(&bytes));
        }
        assert_eq!(Distinct::<Text, Count<Text>>::default().load(&mut Bytes::new(&bytes[..at])), Err(Damaged));
    }
}
