//! What stands in state, as bytes of the epoch log.

use crate::epochs::bytes::{self, Bytes, Damaged};
use crate::state::{Blob, Text};
use crate::values::{Date, Decimal, Time, Timestamp, TimestampLtz};

/// A part of state that the epoch log keeps.
pub trait Persist {
    /// Whether it is a single value, which is soon read, and not one of many values.
    const SMALL: bool = true;

    /// Appends all of it.
    fn save(&self, out: &mut Vec<u8>);

    /// Appends what [`load`](Self::load) needs to come from what was saved last to what is now. Small parts write
    /// themselves whole.
    #[inline]
    fn save_changes(&mut self, out: &mut Vec<u8>) {
        self.save(out);
    }

    /// Takes in what one of the two wrote.
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged>;

    /// Takes in what [`save`](Self::save) wrote of another worker's share of the same group, besides what is there. What
    /// is never kept in shares takes its place.
    #[inline]
    fn load_share(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.load(bytes)
    }

    /// Appends what the result follows from: of a part that keeps many values, only what they come to.
    #[inline]
    fn save_result(&self, out: &mut Vec<u8>) {
        self.save(out);
    }

    /// Takes in what [`save_result`](Self::save_result) wrote, for the result alone.
    #[inline]
    fn load_result(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.load(bytes)
    }
}

/// State that is made of parts, such as the accumulators of a group; implemented by generated code.
pub trait Lasting {
    /// Hands over each part, in an order that does not change.
    fn parts<P: Pass>(&mut self, pass: &mut P) -> Result<(), Damaged>;
}

/// What is done with each part of state.
pub trait Pass {
    /// Does it.
    fn part<T: Persist>(&mut self, part: &mut T) -> Result<(), Damaged>;
}

/// Saves what changed.
#[derive(Debug)]
pub struct SaveChanges<'o>(pub &'o mut Vec<u8>);

/// Saves all.
#[derive(Debug)]
pub struct SaveAll<'o>(pub &'o mut Vec<u8>);

/// Saves what the results follow from.
#[derive(Debug)]
pub struct SaveResult<'o>(pub &'o mut Vec<u8>);

/// Loads what the results follow from.
#[derive(Debug)]
pub struct LoadResult<'l, 'b>(pub &'l mut Bytes<'b>);

/// Whether all parts are small.
#[derive(Debug)]
pub struct AllSmall(pub bool);

/// Loads the share of another worker besides what is there.
#[derive(Debug)]
pub struct LoadShare<'l, 'b>(pub &'l mut Bytes<'b>);

/// Loads.
#[derive(Debug)]
pub struct Load<'l, 'b>(pub &'l mut Bytes<'b>);

impl Pass for SaveChanges<'_> {
    #[inline]
    fn part<T: Persist>(&mut self, part: &mut T) -> Result<(), Damaged> {
        part.save_changes(self.0);
        Ok(())
    }
}

impl Pass for SaveAll<'_> {
    #[inline]
    fn part<T: Persist>(&mut self, part: &mut T) -> Result<(), Damaged> {
        part.save(self.0);
        Ok(())
    }
}

impl Pass for SaveResult<'_> {
    #[inline]
    fn part<T: Persist>(&mut self, part: &mut T) -> Result<(), Damaged> {
        part.save_result(self.0);
        Ok(())
    }
}

impl Pass for LoadResult<'_, '_> {
    #[inline]
    fn part<T: Persist>(&mut self, part: &mut T) -> Result<(), Damaged> {
        part.load_result(self.0)
    }
}

impl Pass for AllSmall {
    #[inline]
    fn part<T: Persist>(&mut self, _part: &mut T) -> Result<(), Damaged> {
        self.0 &= T::SMALL;
        Ok(())
    }
}

impl Pass for LoadShare<'_, '_> {
    #[inline]
    fn part<T: Persist>(&mut self, part: &mut T) -> Result<(), Damaged> {
        part.load_share(self.0)
    }
}

impl Pass for Load<'_, '_> {
    #[inline]
    fn part<T: Persist>(&mut self, part: &mut T) -> Result<(), Damaged> {
        part.load(self.0)
    }
}

macro_rules! integer {
    ($save:ident: $($ty:ty)*) => {$(
        impl Persist for $ty {
            #[inline]
            fn save(&self, out: &mut Vec<u8>) {
                bytes::$save((*self).into(), out);
            }

            #[inline]
            fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
                *self = bytes.integer()?.try_into().map_err(|_| Damaged)?;
                Ok(())
            }
        }
    )*};
}

integer! { small_integer: i8 i16 i32 i64 }
integer! { integer: i128 }

impl Persist for bool {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        *self = bytes.flag()?;
        Ok(())
    }
}

macro_rules! float {
    ($($ty:ty)*) => {$(
        impl Persist for $ty {
            #[inline]
            fn save(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
                *self = <$ty>::from_le_bytes(bytes.fixed()?);
                Ok(())
            }
        }
    )*};
}

float! { f32 f64 }

impl<const P: u8, const S: u8> Persist for Decimal<P, S> {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        bytes::integer(self.unscaled(), out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        *self = Self::checked(bytes.integer()?).ok_or(Damaged)?;
        Ok(())
    }
}

impl Persist for Date {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        self.0.save(out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.0.load(bytes)
    }
}

impl Persist for Time {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        self.0.save(out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.0.load(bytes)
    }
}

macro_rules! instant {
    ($($ty:ty)*) => {$(
        impl Persist for $ty {
            #[inline]
            fn save(&self, out: &mut Vec<u8>) {
                self.millis.save(out);
                bytes::number(self.nanos.into(), out);
            }

            #[inline]
            fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
                self.millis.load(bytes)?;
                self.nanos = bytes.number()?.try_into().map_err(|_| Damaged)?;
                Ok(())
            }
        }
    )*};
}

instant! { Timestamp TimestampLtz }

impl Persist for Text {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        bytes::list(self.as_str().as_bytes(), out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.set(bytes.text()?);
        Ok(())
    }
}

impl Persist for Blob {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        bytes::list(self.as_slice(), out);
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        self.set(bytes.list()?);
        Ok(())
    }
}

impl<T: Persist + Default> Persist for Option<T> {
    #[inline]
    fn save(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.save(out);
        }
    }

    #[inline]
    fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        if bytes.flag()? {
            self.get_or_insert_default().load(bytes)
        } else {
            *self = None;
            Ok(())
        }
    }
}

impl Persist for () {
    fn save(&self, _out: &mut Vec<u8>) {}

    fn load(&mut self, _bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
        Ok(())
    }
}

macro_rules! tuple {
    ($($name:ident $position:tt)+) => {
        impl<$($name: Persist),+> Persist for ($($name,)+) {
            #[inline]
            fn save(&self, out: &mut Vec<u8>) {
                $(self.$position.save(out);)+
            }

            #[inline]
            fn load(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Damaged> {
                $(self.$position.load(bytes)?;)+
                Ok(())
            }
        }
    };
}

tuple! { A 0 }
tuple! { A 0 B 1 }
tuple! { A 0 B 1 C 2 }
tuple! { A 0 B 1 C 2 D 3 }
tuple! { A 0 B 1 C 2 D 3 E 4 }
tuple! { A 0 B 1 C 2 D 3 E 4 F 5 }
tuple! { A 0 B 1 C 2 D 3 E 4 F 5 G 6 }
tuple! { A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 }
