//! One field of a record and its conversions.
//!
//! What is accepted follows Flink's JSON and CSV formats: numbers in quotes for number columns, integers from `1.0`
//! and `1e3` (the fraction is cut), any JSON value for text columns (its JSON text), base 64 for bytes, decimals
//! rounded half up. On purpose different: what Flink would bend silently is a fault here (a boolean from `yes`, a
//! decimal with too many digits, a 30th of February), and an integer written as `9007199254740993.0` is exact.

use super::json::Json;
use super::number::{self, Grammar};
use super::{json_field, text, time, value_field};
use crate::scope::Scope;
use crate::values::{Date, Decimal, Fault, Time, Timestamp, TimestampLtz, Value};

/// One field of a record, not yet converted. Each method converts it as Flink's formats do; null gives `None`.
#[derive(Debug, Clone, Copy)]
pub enum Field<'a> {
    /// A JSON value.
    Json(Json<'a>),
    /// A CSV field after unquoting; `None` for the null text.
    Csv(Option<&'a [u8]>),
    /// A value of a store.
    Value(Value<'a>),
}

impl<'a> Field<'a> {
    /// The field as `boolean`.
    pub fn boolean(self) -> Result<Option<bool>, Fault> {
        self.scalar("boolean", |text, _| truth(text), value_field::boolean)
    }

    /// The field as `tinyint`.
    pub fn tinyint(self) -> Result<Option<i8>, Fault> {
        self.integer("tinyint")
    }

    /// The field as `smallint`.
    pub fn smallint(self) -> Result<Option<i16>, Fault> {
        self.integer("smallint")
    }

    /// The field as `int`.
    #[inline]
    pub fn int(self) -> Result<Option<i32>, Fault> {
        self.integer("int")
    }

    /// The field as `bigint`.
    #[inline]
    pub fn bigint(self) -> Result<Option<i64>, Fault> {
        match self {
            Self::Json(json) => json_field::integer(json, "bigint"),
            Self::Csv(_) | Self::Value(_) => self.integer("bigint"),
        }
    }

    fn integer<T: TryFrom<i64>>(self, ty: &'static str) -> Result<Option<T>, Fault> {
        let integer = match self {
            Self::Json(json) => json_field::integer(json, ty)?,
            Self::Csv(_) | Self::Value(_) => self.scalar(ty, number::integer, value_field::integer)?,
        };
        let Some(integer) = integer else { return Ok(None) };
        T::try_from(integer).map(Some).map_err(|_| Fault::cast(integer, ty))
    }

    /// The field as `float`.
    pub fn float(self) -> Result<Option<f32>, Fault> {
        self.scalar("float", number::float::<f32>, |value| value_field::double(value).map(|value| value as f32))
    }

    /// The field as `double`.
    pub fn double(self) -> Result<Option<f64>, Fault> {
        self.scalar("double", number::float::<f64>, value_field::double)
    }

    /// The field as `decimal(P, S)`, rounded half up to `S` digits behind the point.
    #[inline]
    pub fn decimal<const P: u8, const S: u8>(self) -> Result<Option<Decimal<P, S>>, Fault> {
        match self.unscaled(P, S) {
            Ok(unscaled) => Ok(unscaled.map(Decimal::from_unscaled)),
            Err(fault) => Err(fault),
        }
    }

    /// The integer behind a decimal.
    #[inline]
    pub(crate) fn unscaled(self, precision: u8, scale: u8) -> Result<Option<i128>, Fault> {
        match self {
            Self::Json(json) => json_field::unscaled(json, precision, scale),
            Self::Csv(_) | Self::Value(_) => self.other_unscaled(precision, scale),
        }
    }

    fn other_unscaled(self, precision: u8, scale: u8) -> Result<Option<i128>, Fault> {
        self.scalar(
            "decimal",
            |text, grammar| number::decimal(text, grammar, precision, scale),
            |value| value_field::decimal(value, precision, scale),
        )
        .map_err(|fault| json_field::with_digits(&fault, precision, scale))
    }

    /// The field as text of any kind; borrows unless it has to be unescaped.
    #[inline]
    pub fn text(self, scope: &Scope<'a>) -> Result<Option<&'a str>, Fault> {
        match self {
            Self::Json(json) => match json.ascii() {
                Some(text) => Ok(Some(text)),
                None => json_field::text(json.text(), json.kind(), scope.memory),
            },
            Self::Csv(_) | Self::Value(_) => self.other_text(scope),
        }
    }

    fn other_text(self, scope: &Scope<'a>) -> Result<Option<&'a str>, Fault> {
        match self {
            Self::Json(json) => json_field::text(json.text(), json.kind(), scope.memory),
            Self::Csv(None) | Self::Value(Value::Null) => Ok(None),
            Self::Csv(Some(text)) => std::str::from_utf8(text).map(Some).map_err(|_| json_field::no_utf8(text)),
            Self::Value(Value::Text(text)) => Ok(Some(text)),
            Self::Value(value) => {
                Ok(crate::connectors::format::cell(value).map(|text| &*scope.memory.alloc_str(&text)))
            }
        }
    }

    /// The field as `bytes`, from base 64.
    pub fn bytes(self, scope: &Scope<'a>) -> Result<Option<&'a [u8]>, Fault> {
        let text = match self {
            Self::Value(Value::Bytes(bytes)) => return Ok(Some(bytes)),
            Self::Json(json) => json_field::string(json.text(), json.kind(), scope.memory)?,
            Self::Csv(_) | Self::Value(Value::Null | Value::Text(_)) => self.other_text(scope)?,
            Self::Value(value) => return Err(value_field::cast(value, "bytes")),
        };
        let Some(text) = text else { return Ok(None) };
        text::base64(text.as_bytes(), scope.memory)
            .map(Some)
            .ok_or_else(|| json_field::cast(text.as_bytes(), "base 64"))
    }

    /// The field as `date`.
    pub fn date(self) -> Result<Option<Date>, Fault> {
        self.scalar("date", |text, _| time::date(text), value_field::date)
    }

    /// The field as `time`.
    pub fn time(self) -> Result<Option<Time>, Fault> {
        self.scalar("time", |text, _| time::time(text), value_field::time)
    }

    /// The field as `timestamp(precision)`; further digits are cut.
    pub fn timestamp(self, precision: u8) -> Result<Option<Timestamp>, Fault> {
        self.scalar(
            "timestamp",
            |text, _| time::timestamp(text, precision),
            |value| value_field::timestamp(value, precision),
        )
    }

    /// The field as `timestamp_ltz(precision)`; further digits are cut.
    pub fn timestamp_ltz(self, precision: u8) -> Result<Option<TimestampLtz>, Fault> {
        self.scalar(
            "timestamp_ltz (a timestamp with 'Z' or an offset)",
            |text, _| time::timestamp_ltz(text, precision),
            |value| value_field::timestamp_ltz(value, precision),
        )
    }

    /// Converts text, or a store's value, that is not null.
    #[inline]
    fn scalar<T>(
        self,
        ty: &'static str,
        from_text: impl Fn(&[u8], Grammar) -> Option<T>,
        from_value: impl Fn(Value<'a>) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        match self {
            Self::Json(json) => json_field::scalar(json.text(), json.kind(), ty, from_text),
            Self::Csv(None) | Self::Value(Value::Null) => Ok(None),
            Self::Csv(Some(text)) => match from_text(json_field::trim(text), Grammar::Text) {
                Some(value) => Ok(Some(value)),
                None => Err(json_field::cast(text, ty)),
            },
            Self::Value(value) => match from_value(value) {
                Some(value) => Ok(Some(value)),
                None => Err(value_field::cast(value, ty)),
            },
        }
    }
}

/// A boolean as text.
pub(super) fn truth(text: &[u8]) -> Option<bool> {
    if text.eq_ignore_ascii_case(b"true") {
        Some(true)
    } else if text.eq_ignore_ascii_case(b"false") {
        Some(false)
    } else {
        None
    }
}
