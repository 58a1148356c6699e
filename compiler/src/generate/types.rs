//! The Rust types of SQL types.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::generate::imports::Imports;
use crate::types::model::Column;
use crate::types::ty::{Base, Ty};

/// The type of a value: `i64`, `&'a str`, `Decimal<18, 2>`.
pub fn value(base: Base, imports: &Imports) -> TokenStream {
    match base {
        Base::Char(_) | Base::Varchar(_) | Base::Null => quote!(&'a str),
        Base::Bytes => quote!(&'a [u8]),
        _ => plain(base, imports),
    }
}

/// The type as it stands in state: text is `Text`.
pub fn stored(base: Base, imports: &Imports) -> TokenStream {
    let name = match base {
        Base::Char(_) | Base::Varchar(_) | Base::Null => imports.runtime("state", "Text"),
        Base::Bytes => imports.runtime("state", "Blob"),
        _ => return plain(base, imports),
    };
    quote!(#name)
}

/// The type as it stands in state where it may be null: a number of eight bytes takes no more than one more.
pub fn stored_nullable(base: Base, imports: &Imports) -> TokenStream {
    let stored = stored(base, imports);
    match base {
        Base::BigInt | Base::Decimal { precision: ..=18, .. } => {
            let narrow = imports.runtime("state", "Narrow");
            quote!(#narrow<#stored>)
        }
        _ => stored,
    }
}

/// The type of a column as it is hashed.
pub fn hashed(ty: Ty, imports: &Imports) -> TokenStream {
    let stored = stored(ty.base, imports);
    if ty.nullable { quote!(Option<#stored>) } else { stored }
}

/// The type of a key column in state.
pub fn stored_key(ty: Ty, imports: &Imports) -> TokenStream {
    if ty.nullable {
        let stored = stored_nullable(ty.base, imports);
        quote!(Option<#stored>)
    } else {
        stored(ty.base, imports)
    }
}

/// The type of a field.
pub fn field(ty: Ty, imports: &Imports) -> TokenStream {
    let value = value(ty.base, imports);
    if ty.nullable { quote!(Option<#value>) } else { value }
}

fn plain(base: Base, imports: &Imports) -> TokenStream {
    match base {
        Base::Boolean => quote!(bool),
        Base::TinyInt => quote!(i8),
        Base::SmallInt => quote!(i16),
        Base::Int => quote!(i32),
        Base::BigInt | Base::IntervalMonths | Base::IntervalMillis => quote!(i64),
        Base::Float => quote!(f32),
        Base::Double => quote!(f64),
        Base::Decimal { precision, scale } => {
            let decimal = imports.runtime("values", "Decimal");
            let (precision, scale) = (Literal::u8_unsuffixed(precision), Literal::u8_unsuffixed(scale));
            quote!(#decimal<#precision, #scale>)
        }
        Base::Date => named("Date", imports),
        Base::Time => named("Time", imports),
        Base::Timestamp(_) => named("Timestamp", imports),
        Base::TimestampLtz(_) => named("TimestampLtz", imports),
        Base::Char(_) | Base::Varchar(_) | Base::Null => quote!(str),
        Base::Bytes => quote!([u8]),
    }
}

fn named(name: &str, imports: &Imports) -> TokenStream {
    let name = imports.runtime("values", name);
    quote!(#name)
}

/// Whether a value borrows.
pub fn borrows(base: Base) -> bool {
    matches!(base, Base::Char(_) | Base::Varchar(_) | Base::Bytes | Base::Null)
}

/// `<'a>` if a row of these columns borrows, else nothing.
pub fn lifetime<'c>(mut columns: impl Iterator<Item = &'c Column>) -> TokenStream {
    if columns.any(|column| borrows(column.ty.base)) { quote!(<'a>) } else { TokenStream::new() }
}

/// The method of `Field` that reads a column.
pub fn read(base: Base) -> TokenStream {
    match base {
        Base::Boolean => quote!(boolean()),
        Base::TinyInt => quote!(tinyint()),
        Base::SmallInt => quote!(smallint()),
        Base::Int => quote!(int()),
        Base::BigInt | Base::IntervalMonths | Base::IntervalMillis => quote!(bigint()),
        Base::Float => quote!(float()),
        Base::Double => quote!(double()),
        Base::Decimal { .. } => quote!(decimal()),
        Base::Char(_) | Base::Varchar(_) | Base::Null => quote!(text(scope)),
        Base::Bytes => quote!(bytes(scope)),
        Base::Date => quote!(date()),
        Base::Time => quote!(time()),
        Base::Timestamp(precision) => {
            let precision = Literal::u8_unsuffixed(precision);
            quote!(timestamp(#precision))
        }
        Base::TimestampLtz(precision) => {
            let precision = Literal::u8_unsuffixed(precision);
            quote!(timestamp_ltz(#precision))
        }
    }
}

/// The `Value` of a value that is not null.
pub fn to_value(base: Base, value: &TokenStream, imports: &Imports) -> TokenStream {
    let variant = imports.runtime("values", "Value");
    match base {
        Base::Boolean => quote!(#variant::Boolean(#value)),
        Base::TinyInt | Base::SmallInt | Base::Int => quote!(#variant::Integer(#value.into())),
        Base::BigInt | Base::IntervalMonths | Base::IntervalMillis => quote!(#variant::Integer(#value)),
        Base::Float => quote!(#variant::Float(#value)),
        Base::Double => quote!(#variant::Double(#value)),
        Base::Decimal { scale, .. } => {
            let scale = Literal::u8_unsuffixed(scale);
            quote!(#variant::Decimal { unscaled: #value.unscaled(), scale: #scale })
        }
        Base::Char(_) | Base::Varchar(_) | Base::Null => quote!(#variant::Text(#value)),
        Base::Bytes => quote!(#variant::Bytes(#value)),
        Base::Date => quote!(#variant::Date(#value.0)),
        Base::Time => quote!(#variant::Time(#value.0)),
        Base::Timestamp(precision) => {
            let precision = Literal::u8_unsuffixed(precision);
            quote!(#variant::Timestamp { millis: #value.millis, nanos: #value.nanos, precision: #precision })
        }
        Base::TimestampLtz(precision) => {
            let precision = Literal::u8_unsuffixed(precision);
            quote!(#variant::TimestampLtz { millis: #value.millis, nanos: #value.nanos, precision: #precision })
        }
    }
}

/// The `Value` of a value that may be null.
pub fn to_value_or_null(ty: Ty, value: &TokenStream, imports: &Imports) -> TokenStream {
    let variant = imports.runtime("values", "Value");
    if !ty.nullable {
        return to_value(ty.base, value, imports);
    }
    let name = match ty.base {
        Base::Boolean => quote!(#variant::Boolean),
        Base::BigInt => quote!(#variant::Integer),
        Base::Float => quote!(#variant::Float),
        Base::Double => quote!(#variant::Double),
        Base::Char(_) | Base::Varchar(_) => quote!(#variant::Text),
        Base::Bytes => quote!(#variant::Bytes),
        _ => {
            let some = to_value(ty.base, &quote!(value), imports);
            return quote!(#value.map_or(#variant::Null, |value| #some));
        }
    };
    quote!(#value.map_or(#variant::Null, #name))
}
