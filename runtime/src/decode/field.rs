//! One field of a record and its conversions, as Flink's JSON and CSV formats make them.

use crate::scope::Scope;
use crate::values::{Date, Decimal, Fault, Time, Timestamp, TimestampLtz, Value};

/// One field of a record, not yet converted. Each method converts it as Flink's formats do; null gives `None`.
#[derive(Debug, Clone, Copy)]
pub enum Field<'a> {
    /// A JSON value, its text without surrounding white space: `"a\n"`, `1.50`, `true`, `null`, `{"a":1}`.
    Json(&'a [u8]),
    /// A CSV field after unquoting; `None` for the null text.
    Csv(Option<&'a [u8]>),
    /// A value of a store.
    Value(Value<'a>),
}

impl<'a> Field<'a> {
    /// The field as `boolean`.
    pub fn boolean(self) -> Result<Option<bool>, Fault> {
        todo!()
    }

    /// The field as `tinyint`.
    pub fn tinyint(self) -> Result<Option<i8>, Fault> {
        todo!()
    }

    /// The field as `smallint`.
    pub fn smallint(self) -> Result<Option<i16>, Fault> {
        todo!()
    }

    /// The field as `int`.
    pub fn int(self) -> Result<Option<i32>, Fault> {
        todo!()
    }

    /// The field as `bigint`.
    pub fn bigint(self) -> Result<Option<i64>, Fault> {
        todo!()
    }

    /// The field as `float`.
    pub fn float(self) -> Result<Option<f32>, Fault> {
        todo!()
    }

    /// The field as `double`.
    pub fn double(self) -> Result<Option<f64>, Fault> {
        todo!()
    }

    /// The field as `decimal(P, S)`, rounded half up to `S` digits behind the point.
    pub fn decimal<const P: u8, const S: u8>(self) -> Result<Option<Decimal<P, S>>, Fault> {
        todo!()
    }

    /// The field as text of any kind; borrows unless it has to be unescaped.
    pub fn text(self, scope: &Scope<'a>) -> Result<Option<&'a str>, Fault> {
        let _ = scope;
        todo!()
    }

    /// The field as `bytes`, from base 64.
    pub fn bytes(self, scope: &Scope<'a>) -> Result<Option<&'a [u8]>, Fault> {
        let _ = scope;
        todo!()
    }

    /// The field as `date`.
    pub fn date(self) -> Result<Option<Date>, Fault> {
        todo!()
    }

    /// The field as `time`.
    pub fn time(self) -> Result<Option<Time>, Fault> {
        todo!()
    }

    /// The field as `timestamp(precision)`; further digits are cut.
    pub fn timestamp(self, precision: u8) -> Result<Option<Timestamp>, Fault> {
        let _ = precision;
        todo!()
    }

    /// The field as `timestamp_ltz(precision)`; further digits are cut.
    pub fn timestamp_ltz(self, precision: u8) -> Result<Option<TimestampLtz>, Fault> {
        let _ = precision;
        todo!()
    }
}
