//! Accumulators: what an aggregate function keeps for a group.

use std::marker::PhantomData;

use crate::epochs::Persist;
use crate::operators::{ExactFloat, ExactInteger, Share};
use crate::state::Stored;
use crate::values::{Decimal, Fault, Same};

/// What an aggregate function keeps for a group. Nulls do not count, as in SQL.
pub trait Accumulator: Default {
    /// One value, as it is read.
    type Input<'a>: Copy;
    /// The result, as it is read.
    type Output<'a>
    where
        Self: 'a;

    /// Takes a value in. Tells whether the result may differ now.
    fn add(&mut self, input: Self::Input<'_>) -> bool;

    /// Asks for the memory that a worker will need of the value, so that the cache misses of a batch overlap.
    #[inline]
    fn warm(&self, input: Self::Input<'_>, share: Share) {
        let _ = (input, share);
    }

    /// Whether the result can take a value in and stay within its type.
    fn admits(&self, input: Self::Input<'_>) -> Result<(), Fault> {
        let _ = input;
        Ok(())
    }

    /// The result. It fails when its type cannot hold it.
    fn value(&self) -> Result<Self::Output<'_>, Fault>;
}

/// An accumulator that can give a value back: `add` then `retract` of the same value leaves it as it was, in any order
/// with other values.
pub trait Retract: Accumulator {
    /// Takes a value out that was put in.
    fn retract(&mut self, input: Self::Input<'_>) -> bool;

    /// Puts a value in the place of another; the same one is not touched.
    #[inline]
    fn replace<'i>(&mut self, before: Self::Input<'i>, after: Self::Input<'i>) -> bool
    where
        Self::Input<'i>: Same,
    {
        !before.same(&after) && (self.retract(before) | self.add(after))
    }

    /// Takes a worker's share of a change: none of a value where there was or will be no row.
    #[inline]
    fn share<'i>(&mut self, before: Option<Self::Input<'i>>, after: Option<Self::Input<'i>>, share: Share) -> bool
    where
        Self::Input<'i>: Same,
    {
        match (before, after) {
            (Some(before), Some(after)) if share.is_own() => self.replace(before, after),
            (Some(before), None) if share.is_own() => self.retract(before),
            (None, Some(after)) if share.is_own() => self.add(after),
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    /// Adds what another worker keeps of the same group, for the result alone.
    fn absorb(&mut self, other: &Self);
}

/// `count(*)`
#[derive(Debug, Clone, Default)]
pub struct CountRows(pub(super) i64);

impl Accumulator for CountRows {
    type Input<'a> = ();
    type Output<'a> = i64;

    #[inline]
    fn add(&mut self, (): ()) -> bool {
        self.0 += 1;
        true
    }

    #[inline]
    fn value(&self) -> Result<i64, Fault> {
        Ok(self.0)
    }
}

impl Retract for CountRows {
    #[inline]
    fn retract(&mut self, (): ()) -> bool {
        self.0 -= 1;
        true
    }

    fn absorb(&mut self, other: &Self) {
        self.0 += other.0;
    }
}

/// `count(x)`
#[derive(Debug, Clone)]
pub struct Count<T>(pub(super) i64, PhantomData<T>);

impl<T> Default for Count<T> {
    fn default() -> Self {
        Self(0, PhantomData)
    }
}

impl<T: Stored + 'static> Accumulator for Count<T> {
    type Input<'a> = Option<T::Ref<'a>>;
    type Output<'a> = i64;

    #[inline]
    fn add(&mut self, input: Self::Input<'_>) -> bool {
        self.0 += i64::from(input.is_some());
        input.is_some()
    }

    #[inline]
    fn value(&self) -> Result<i64, Fault> {
        Ok(self.0)
    }
}

impl<T: Stored + 'static> Retract for Count<T> {
    #[inline]
    fn retract(&mut self, input: Self::Input<'_>) -> bool {
        self.0 -= i64::from(input.is_some());
        input.is_some()
    }

    fn absorb(&mut self, other: &Self) {
        self.0 += other.0;
    }
}

/// What can be summed: its exact total, its result.
pub trait Summable: Copy {
    /// Holds the total of any number of values.
    type Total: Default + Clone + Persist;

    /// Adds to the total.
    fn add_to(self, total: &mut Self::Total);

    /// Takes away from the total.
    fn take_from(self, total: &mut Self::Total);

    /// Adds another total.
    fn absorb(total: &mut Self::Total, other: &Self::Total);
}

/// A [`Summable`] whose sum is of the type `R`.
pub trait SumInto<R>: Summable {
    /// The sum.
    fn sum(total: &Self::Total) -> Result<R, Fault>;
}

/// A [`Summable`] whose average is of the type `R`.
pub trait AverageInto<R>: Summable {
    /// The average of `count` values, at least one.
    fn average(total: &Self::Total, count: i64) -> Result<R, Fault>;
}

macro_rules! integer {
    ($($ty:ty, $name:literal)*) => {$(
        impl Summable for $ty {
            type Total = ExactInteger;

            #[inline]
            fn add_to(self, total: &mut ExactInteger) {
                total.add(self.into());
            }

            #[inline]
            fn take_from(self, total: &mut ExactInteger) {
                total.subtract(self.into());
            }

            fn absorb(total: &mut ExactInteger, other: &ExactInteger) {
                total.absorb(other);
            }
        }

        impl SumInto<$ty> for $ty {
            #[inline]
            fn sum(total: &ExactInteger) -> Result<$ty, Fault> {
                total
                    .value()
                    .and_then(|total| <$ty>::try_from(total).ok())
                    .ok_or_else(|| Fault::overflow($name))
            }
        }

        impl AverageInto<$ty> for $ty {
            fn average(total: &ExactInteger, count: i64) -> Result<$ty, Fault> {
                total
                    .value()
                    .and_then(|total| <$ty>::try_from(total / i128::from(count)).ok())
                    .ok_or_else(|| Fault::overflow($name))
            }
        }
    )*};
}

integer! { i8, "tinyint" i16, "smallint" i32, "int" i64, "bigint" }

impl<const P: u8, const S: u8> Summable for Decimal<P, S> {
    type Total = ExactInteger;

    #[inline]
    fn add_to(self, total: &mut ExactInteger) {
        total.add(self.unscaled());
    }

    #[inline]
    fn take_from(self, total: &mut ExactInteger) {
        total.subtract(self.unscaled());
    }

    fn absorb(total: &mut ExactInteger, other: &ExactInteger) {
        total.absorb(other);
    }
}

impl<const P: u8, const S: u8, const RP: u8, const RS: u8> SumInto<Decimal<RP, RS>> for Decimal<P, S> {
    #[inline]
    fn sum(total: &ExactInteger) -> Result<Decimal<RP, RS>, Fault> {
        const { assert!(S == RS) };
        total.value().and_then(Decimal::checked).ok_or_else(|| Fault::overflow(format_args!("decimal({RP}, {RS})")))
    }
}

impl<const P: u8, const S: u8, const RP: u8, const RS: u8> AverageInto<Decimal<RP, RS>> for Decimal<P, S> {
    fn average(total: &ExactInteger, count: i64) -> Result<Decimal<RP, RS>, Fault> {
        const { assert!(S <= RS) };
        let shift = 10i128.pow(u32::from(RS - S));
        let count = i128::from(count);
        total
            .value()
            .and_then(|total| {
                let whole = (total / count).checked_mul(shift)?;
                // The rest is below 2^63, so that it can be shifted; half up, away from zero.
                let rest = (total % count).checked_mul(shift)?;
                let twice = (rest % count) * 2;
                let up = if twice.abs() >= count { total.signum() } else { 0 };
                whole.checked_add(rest / count + up)
            })
            .and_then(Decimal::checked)
            .ok_or_else(|| Fault::overflow(format_args!("decimal({RP}, {RS})")))
    }
}

macro_rules! float {
    ($($ty:ty)*) => {$(
        impl Summable for $ty {
            type Total = ExactFloat;

            #[inline]
            fn add_to(self, total: &mut ExactFloat) {
                total.add(self.into());
            }

            #[inline]
            fn take_from(self, total: &mut ExactFloat) {
                total.subtract(self.into());
            }

            fn absorb(total: &mut ExactFloat, other: &ExactFloat) {
                total.absorb(other);
            }
        }

        impl SumInto<$ty> for $ty {
            #[inline]
            fn sum(total: &ExactFloat) -> Result<$ty, Fault> {
                Ok(total.value() as $ty)
            }
        }

        impl AverageInto<$ty> for $ty {
            #[inline]
            fn average(total: &ExactFloat, count: i64) -> Result<$ty, Fault> {
                Ok((total.value() / count as f64) as $ty)
            }
        }
    )*};
}

float! { f32 f64 }

/// `sum(x)`: exact, whatever is added and taken away; null without values.
#[derive(Debug)]
pub struct Sum<T: Summable, R = T> {
    pub(super) total: T::Total,
    pub(super) count: i64,
    result: PhantomData<R>,
}

/// `avg(x)`; null without values.
#[derive(Debug)]
pub struct Average<T: Summable, R = T> {
    pub(super) total: T::Total,
    pub(super) count: i64,
    result: PhantomData<R>,
}

macro_rules! total {
    ($name:ident, $result:ident, |$total:ident, $count:ident| $value:expr, $admits:expr) => {
        impl<T: Summable, R> Default for $name<T, R> {
            fn default() -> Self {
                Self { total: T::Total::default(), count: 0, result: PhantomData }
            }
        }

        impl<T: $result<R> + 'static, R: 'static> Accumulator for $name<T, R> {
            type Input<'a> = Option<T>;
            type Output<'a> = Option<R>;

            #[inline]
            fn add(&mut self, input: Option<T>) -> bool {
                let Some(input) = input else { return false };
                input.add_to(&mut self.total);
                self.count += 1;
                true
            }

            #[inline]
            fn admits(&self, input: Option<T>) -> Result<(), Fault> {
                input.map_or(Ok(()), |input| $admits(&self.total, input))
            }

            #[inline]
            fn value(&self) -> Result<Option<R>, Fault> {
                let ($total, $count) = (&self.total, self.count);
                if $count > 0 { $value.map(Some) } else { Ok(None) }
            }
        }

        impl<T: $result<R> + 'static, R: 'static> Retract for $name<T, R> {
            #[inline]
            fn retract(&mut self, input: Option<T>) -> bool {
                let Some(input) = input else { return false };
                input.take_from(&mut self.total);
                self.count -= 1;
                true
            }

            fn absorb(&mut self, other: &Self) {
                T::absorb(&mut self.total, &other.total);
                self.count += other.count;
            }
        }
    };
}

total! { Sum, SumInto, |total, count| T::sum(total), fits::<T, R> }
total! { Average, AverageInto, |total, count| T::average(total, count), |_: &T::Total, _: T| Ok(()) }

/// Whether the sum with one more value is within its type.
#[inline]
fn fits<T: SumInto<R>, R>(total: &T::Total, input: T) -> Result<(), Fault> {
    let mut total = total.clone();
    input.add_to(&mut total);
    T::sum(&total).map(drop)
}

/// `last_value(x)`: the last that was not null.
#[derive(Debug, Default)]
pub struct LastValue<T>(pub(super) Option<T>);

impl<T: Stored + 'static> Accumulator for LastValue<T> {
    type Input<'a> = Option<T::Ref<'a>>;
    type Output<'a> = Option<T::Ref<'a>>;

    #[inline]
    fn add(&mut self, input: Self::Input<'_>) -> bool {
        if input.is_none() || self.0.is(input) {
            return false;
        }
        self.0.set(input);
        true
    }

    #[inline]
    fn value(&self) -> Result<Self::Output<'_>, Fault> {
        Ok(self.0.get())
    }
}

/// `first_value(x)`: the first that was not null.
#[derive(Debug, Default)]
pub struct FirstValue<T>(pub(super) Option<T>);

impl<T: Stored + 'static> Accumulator for FirstValue<T> {
    type Input<'a> = Option<T::Ref<'a>>;
    type Output<'a> = Option<T::Ref<'a>>;

    #[inline]
    fn add(&mut self, input: Self::Input<'_>) -> bool {
        if input.is_none() || self.0.is_some() {
            return false;
        }
        self.0.set(input);
        true
    }

    #[inline]
    fn value(&self) -> Result<Self::Output<'_>, Fault> {
        Ok(self.0.get())
    }
}
