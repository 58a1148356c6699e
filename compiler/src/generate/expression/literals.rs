//! Constants.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;

use super::{Code, Emitter};
use crate::generate::types;
use crate::types::model::Literal;
use crate::types::ty::{Base, Ty};

impl Emitter<'_> {
    pub(super) fn literal(&self, literal: &Literal, ty: Ty) -> Code {
        let place = |tokens| Code::place(tokens, false);
        let signed = |negative: bool, tokens: TokenStream| Code { atom: !negative, ..Code::place(tokens, false) };
        match literal {
            Literal::Null => {
                let ty = types::value(ty.base, self.imports()).to_string().replace("'a ", "");
                let ty: TokenStream = ty.parse().unwrap_or_default();
                Code::place(quote!(None::<#ty>), true)
            }
            Literal::Boolean(value) => place(quote!(#value)),
            Literal::Integer(value) => signed(*value < 0, integer(*value, ty.base)),
            Literal::Decimal(unscaled) => {
                let ty = types::value(ty.base, self.imports());
                let turbo: TokenStream = ty.to_string().replacen('<', "::<", 1).parse().unwrap_or_default();
                if *unscaled == 0 {
                    return place(quote!(#turbo::ZERO));
                }
                let unscaled = Token::i128_unsuffixed(*unscaled);
                place(quote!(#turbo::from_unscaled(#unscaled)))
            }
            Literal::Double(value) => signed(value.is_sign_negative(), double(*value, ty.base)),
            Literal::Text(text) => place(quote!(#text)),
            Literal::Bytes(bytes) => {
                let bytes = Token::byte_string(bytes);
                place(quote!(#bytes.as_slice()))
            }
            Literal::Date(days) => {
                let (name, days) = (self.imports().runtime("values", "Date"), Token::i32_unsuffixed(*days));
                place(quote!(#name(#days)))
            }
            Literal::Time(millis) => {
                let (name, millis) = (self.imports().runtime("values", "Time"), Token::i32_unsuffixed(*millis));
                place(quote!(#name(#millis)))
            }
            Literal::Timestamp(millis, nanos) => {
                let local = !matches!(ty.base, Base::TimestampLtz(_));
                let name = self.imports().runtime("values", if local { "Timestamp" } else { "TimestampLtz" });
                let (millis, nanos) = (Token::i64_unsuffixed(*millis), Token::u32_unsuffixed(*nanos));
                place(quote!(#name::new(#millis, #nanos)))
            }
            Literal::Interval(value) => signed(*value < 0, integer(*value, Base::BigInt)),
        }
    }
}

fn integer(value: i64, base: Base) -> TokenStream {
    let token = match base {
        Base::TinyInt => Token::i8_suffixed(value as i8),
        Base::SmallInt => Token::i16_suffixed(value as i16),
        Base::Int => Token::i32_suffixed(value as i32),
        _ => Token::i64_suffixed(value),
    };
    quote!(#token)
}

fn double(value: f64, base: Base) -> TokenStream {
    let name = if base == Base::Float { quote!(f32) } else { quote!(f64) };
    if value.is_nan() {
        return quote!(#name::NAN);
    }
    if value.is_infinite() {
        return if value > 0.0 { quote!(#name::INFINITY) } else { quote!(#name::NEG_INFINITY) };
    }
    let token = if base == Base::Float { Token::f32_suffixed(value as f32) } else { Token::f64_suffixed(value) };
    quote!(#token)
}
