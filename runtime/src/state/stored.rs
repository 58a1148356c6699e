//! How each type stands in state: a place that gives out and takes references.

use std::hash::{Hash, Hasher};

use crate::epochs::Persist;
use crate::state::{Blob, Text};
use crate::values::{Date, Decimal, Time, Timestamp, TimestampLtz};

/// A type as it stands in state. Keys are tuples of these.
pub trait Stored: Default + Persist {
    /// What is read and written: the value itself, or `&str` and `&[u8]`.
    type Ref<'a>: Copy
    where
        Self: 'a;

    /// The value.
    fn get(&self) -> Self::Ref<'_>;

    /// Puts a value in, using memory again.
    fn set(&mut self, value: Self::Ref<'_>);

    /// Whether the value stands here: for grouping, so that a not-a-number is itself.
    fn is(&self, value: Self::Ref<'_>) -> bool;

    /// Whether the value does not fit into the place itself.
    #[inline]
    fn needs_memory(value: Self::Ref<'_>) -> bool {
        let _ = value;
        false
    }

    /// Adds the value to a hash.
    fn hash<H: Hasher>(value: Self::Ref<'_>, hasher: &mut H);
}

macro_rules! plain {
    ($($(#[$doc:meta])* $ty:ty { $($generics:tt)* })*) => {$(
        impl<$($generics)*> Stored for $ty {
            type Ref<'a> = $ty;

            #[inline]
            fn get(&self) -> $ty {
                *self
            }

            #[inline]
            fn set(&mut self, value: $ty) {
                *self = value;
            }

            #[inline]
            fn is(&self, value: $ty) -> bool {
                *self == value
            }

            #[inline]
            fn hash<H: Hasher>(value: $ty, hasher: &mut H) {
                Hash::hash(&value, hasher);
            }
        }
    )*};
}

plain! {
    bool {}
    i8 {}
    i16 {}
    i32 {}
    i64 {}
    Decimal<P, S> { const P: u8, const S: u8 }
    Date {}
    Time {}
    Timestamp {}
    TimestampLtz {}
}

macro_rules! float {
    ($($ty:ty)*) => {$(
        impl Stored for $ty {
            type Ref<'a> = $ty;

            #[inline]
            fn get(&self) -> $ty {
                *self
            }

            #[inline]
            fn set(&mut self, value: $ty) {
                *self = value;
            }

            #[inline]
            fn is(&self, value: $ty) -> bool {
                self.to_bits() == value.to_bits() || self.is_nan() && value.is_nan()
            }

            #[inline]
            fn hash<H: Hasher>(value: $ty, hasher: &mut H) {
                let one_nan = if value.is_nan() { <$ty>::NAN } else { value };
                Hash::hash(&one_nan.to_bits(), hasher);
            }
        }
    )*};
}

float! { f32 f64 }

impl Stored for Text {
    type Ref<'a> = &'a str;

    #[inline]
    fn get(&self) -> &str {
        self.as_str()
    }

    #[inline]
    fn set(&mut self, value: &str) {
        Text::set(self, value);
    }

    #[inline]
    fn is(&self, value: &str) -> bool {
        self.as_str() == value
    }

    #[inline]
    fn needs_memory(value: &str) -> bool {
        Blob::is_long(value.as_bytes())
    }

    #[inline]
    fn hash<H: Hasher>(value: &str, hasher: &mut H) {
        Hash::hash(value.as_bytes(), hasher);
    }
}

impl Stored for Blob {
    type Ref<'a> = &'a [u8];

    #[inline]
    fn get(&self) -> &[u8] {
        self.as_slice()
    }

    #[inline]
    fn set(&mut self, value: &[u8]) {
        Blob::set(self, value);
    }

    #[inline]
    fn is(&self, value: &[u8]) -> bool {
        self.as_slice() == value
    }

    #[inline]
    fn needs_memory(value: &[u8]) -> bool {
        Blob::is_long(value)
    }

    #[inline]
    fn hash<H: Hasher>(value: &[u8], hasher: &mut H) {
        Hash::hash(value, hasher);
    }
}

impl<T: Stored> Stored for Option<T> {
    type Ref<'a>
        = Option<T::Ref<'a>>
    where
        T: 'a;

    #[inline]
    fn get(&self) -> Option<T::Ref<'_>> {
        self.as_ref().map(T::get)
    }

    #[inline]
    fn set(&mut self, value: Option<T::Ref<'_>>) {
        match value {
            Some(value) => self.get_or_insert_default().set(value),
            None => *self = None,
        }
    }

    #[inline]
    fn is(&self, value: Option<T::Ref<'_>>) -> bool {
        match (self, value) {
            (Some(this), Some(value)) => this.is(value),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    #[inline]
    fn hash<H: Hasher>(value: Option<T::Ref<'_>>, hasher: &mut H) {
        match value {
            Some(value) => T::hash(value, hasher),
            // Any number will do: a key that is null is rare.
            None => hasher.write_u64(0x6e75_6c6c),
        }
    }
}

impl Stored for () {
    type Ref<'a> = ();

    fn get(&self) {}

    fn set(&mut self, (): ()) {}

    fn is(&self, (): ()) -> bool {
        true
    }

    fn hash<H: Hasher>((): (), _: &mut H) {}
}

macro_rules! tuple {
    ($($name:ident $position:tt)+) => {
        impl<$($name: Stored),+> Stored for ($($name,)+) {
            type Ref<'a> = ($($name::Ref<'a>,)+) where $($name: 'a),+;

            #[inline]
            fn get(&self) -> Self::Ref<'_> {
                ($(self.$position.get(),)+)
            }

            #[inline]
            fn set(&mut self, value: Self::Ref<'_>) {
                $(self.$position.set(value.$position);)+
            }

            #[inline]
            fn is(&self, value: Self::Ref<'_>) -> bool {
                true $(&& self.$position.is(value.$position))+
            }

            #[inline]
            fn hash<H: Hasher>(value: Self::Ref<'_>, hasher: &mut H) {
                $($name::hash(value.$position, hasher);)+
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
tuple! { A 0 B 1 C 2 D 3 E 4 F 5 G 6 I 7 }
