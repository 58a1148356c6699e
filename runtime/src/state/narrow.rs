//! Numbers of eight bytes without a place that they must begin at: where one may be null, it takes nine bytes instead of
//! sixteen, and a decimal of up to 18 digits nine instead of 32.

use std::hash::Hasher;
use std::marker::PhantomData;

use crate::epochs::{Bytes, Damaged, Persist, bytes};
use crate::state::Stored;
use crate::values::Decimal;

/// A number as it stands in state, in eight bytes.
#[derive(Debug, Clone, Copy)]
pub struct Narrow<T> {
    bytes: [u8; 8],
    of: PhantomData<T>,
}

/// A number that eight bytes hold.
pub trait EightBytes: Stored + Copy {
    /// The number as an integer.
    fn integer(self) -> i64;

    /// The number that this is the integer of.
    fn of_integer(integer: i64) -> Self;
}

impl EightBytes for i64 {
    #[inline]
    fn integer(self) -> i64 {
        self
    }

    #[inline]
    fn of_integer(integer: i64) -> Self {
        integer
    }
}

/// Of up to 18 digits; the compiler takes no other.
impl<const P: u8, const S: u8> EightBytes for Decimal<P, S> {
    #[inline]
    fn integer(self) -> i64 {
        const { assert!(P <= 18, "a decimal of more than 18 digits does not fit into eight bytes") };
        self.unscaled() as i64
    }

    #[inline]
    fn of_integer(integer: i64) -> Self {
        Self::from_unscaled(integer.into())
    }
}

impl<T: EightBytes> Default for Narrow<T> {
    #[inline]
    fn default() -> Self {
        Self::of(T::default())
    }
}

impl<T: EightBytes> Narrow<T> {
    #[inline]
    fn of(value: T) -> Self {
        Self { bytes: value.integer().to_ne_bytes(), of: PhantomData }
    }

    #[inline]
    fn value(self) -> T {
        T::of_integer(i64::from_ne_bytes(self.bytes))
    }
}

impl<T> Stored for Narrow<T>
where
    T: EightBytes + for<'a> Stored<Ref<'a> = T> + 'static,
{
    type Ref<'a> = T;

    #[inline]
    fn get(&self) -> T {
        self.value()
    }

    #[inline]
    fn set(&mut self, value: T) {
        *self = Self::of(value);
    }

    #[inline]
    fn is(&self, value: T) -> bool {
        self.bytes == value.integer().to_ne_bytes()
    }

    #[inline]
    fn hash<H: Hasher>(value: T, hasher: &mut H) {
        T::hash(value, hasher);
    }
}

impl<T: EightBytes> Persist for Narrow<T> {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        bytes::small_integer(i64::from_ne_bytes(self.bytes), out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        let mut value = T::default();
        value.load(bytes)?;
        *self = Self::of(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::hash;

    #[test]
    fn one_that_may_be_null_takes_nine_bytes() {
        assert_eq!(size_of::<Option<Narrow<i64>>>(), 9);
        assert_eq!(size_of::<Option<Narrow<Decimal<18, 2>>>>(), 9);
    }

    #[test]
    fn is_what_was_put_in_and_is_saved_as_that() {
        for integer in [0, 1, -1, i64::MAX, i64::MIN] {
            let mut narrow = Narrow::<i64>::default();
            narrow.set(integer);
            assert_eq!(narrow.get(), integer);
            assert!(narrow.is(integer) && !narrow.is(integer ^ 1));
            assert_eq!(hash::<Narrow<i64>>(integer), hash::<i64>(integer));
        }
        let most = 10i128.pow(18) - 1;
        for unscaled in [0, 5, -5, most, -most] {
            let value = Decimal::<18, 2>::from_unscaled(unscaled);
            let mut narrow = Narrow::<Decimal<18, 2>>::default();
            narrow.set(value);
            assert_eq!(narrow.get(), value);
            let (mut bytes, mut plain) = (Vec::new(), Vec::new());
            narrow.save(&mut bytes);
            value.save(&mut plain);
            assert_eq!(bytes, plain);
            let mut again = Narrow::<Decimal<18, 2>>::default();
            assert_eq!(again.load(&mut Bytes::new(&bytes)), Ok(()));
            assert!(again.is(value));
        }
    }
}
