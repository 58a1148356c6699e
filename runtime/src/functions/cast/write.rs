//! Values as text.

use std::fmt::{self, Write};

use bumpalo::collections::String;

use crate::functions::java;
use crate::scope::Scope;
use crate::values::{Date, Decimal, Time, Timestamp};

/// A value that can be written as text.
pub trait ToText: Copy {
    /// Writes the value.
    fn write(self, out: &mut impl Write) -> fmt::Result;
}

/// As `varchar`.
pub fn text<'a>(scope: &Scope<'a>, value: impl ToText) -> &'a str {
    let mut out = String::new_in(scope.memory);
    // Writing into memory cannot fail.
    let _ = value.write(&mut out);
    out.into_bump_str()
}

macro_rules! to_text {
    ($([$($generics:tt)*] $ty:ty, |$value:ident, $out:ident| $write:expr;)*) => {$(
        impl<$($generics)*> ToText for $ty {
            #[inline]
            fn write(self, $out: &mut impl Write) -> fmt::Result {
                let $value = self;
                $write
            }
        }
    )*};
}
to_text!(
    [] bool, |value, out| out.write_str(if value { "TRUE" } else { "FALSE" });
    [] i8, |value, out| out.write_str(itoa::Buffer::new().format(value));
    [] i16, |value, out| out.write_str(itoa::Buffer::new().format(value));
    [] i32, |value, out| out.write_str(itoa::Buffer::new().format(value));
    [] i64, |value, out| out.write_str(itoa::Buffer::new().format(value));
    [] f32, |value, out| java::write_float(value, out);
    [] f64, |value, out| java::write_double(value, out);
    [const P: u8, const S: u8] Decimal<P, S>, |value, out| crate::values::display::unscaled(value.unscaled(), S, out);
    [] Date, |value, out| write!(out, "{value}");
    [] Time, |value, out| write!(out, "{value}");
    [] &str, |value, out| out.write_str(value);
    [] Timestamp, |value, out| write!(out, "{value}");
);
