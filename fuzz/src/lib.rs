//! What several fuzz targets need.

use std::cell::RefCell;
use std::fmt::Debug;

use bumpalo::Bump;
use jiff::tz::TimeZone;
use millstream_runtime::decode::{Decode, Field, Scan};
use millstream_runtime::scope::{Clock, Scope};
use millstream_runtime::values::{Date, Decimal, Fault, Time, Timestamp, TimestampLtz};

/// A row with a column of every kind.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Row<'a> {
    pub id: Option<i64>,
    pub name: Option<&'a str>,
    pub price: Option<Decimal<20, 4>>,
    pub ratio: Option<f64>,
    pub on: Option<bool>,
    pub more: Option<&'a str>,
    pub tiny: Option<i8>,
    pub small: Option<i16>,
    pub int: Option<i32>,
    pub real: Option<f32>,
    pub photo: Option<&'a [u8]>,
    pub day: Option<Date>,
    pub at: Option<Time>,
    pub moment: Option<Timestamp>,
    pub instant: Option<TimestampLtz>,
}

impl<'a> Decode<'a> for Row<'a> {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "name",
        "price",
        "ratio",
        "on",
        "more_than_sixteen_bytes",
        "tiny",
        "small",
        "int",
        "real",
        "photo",
        "day",
        "at",
        "moment",
        "instant",
    ];

    fn set(&mut self, column: usize, field: Field<'a>, scope: &Scope<'a>) -> Result<(), Fault> {
        match column {
            0 => self.id = field.bigint()?,
            1 => self.name = field.text(scope)?,
            2 => self.price = field.decimal()?,
            3 => self.ratio = field.double()?,
            4 => self.on = field.boolean()?,
            5 => self.more = field.text(scope)?,
            6 => self.tiny = field.tinyint()?,
            7 => self.small = field.smallint()?,
            8 => self.int = field.int()?,
            9 => self.real = field.float()?,
            10 => self.photo = field.bytes(scope)?,
            11 => self.day = field.date()?,
            12 => self.at = field.time()?,
            13 => self.moment = field.timestamp(3)?,
            _ => self.instant = field.timestamp_ltz(9)?,
        }
        Ok(())
    }

    /// As it is generated for a table with a column between that nobody needs.
    fn scan(&mut self, scan: &mut Scan<'a>, scope: &Scope<'a>) -> Option<usize> {
        loop {
            if scan.first(b"\"id\":") {
                self.id = scan.number()?.bigint().ok()?;
            }
            if scan.key(b",\"name\":") {
                self.name = scan.string()?.text(scope).ok()?;
            }
            if scan.key(b",\"x\":") {
                scan.string()?;
            }
            if scan.key(b",\"price\":") {
                self.price = scan.number()?.decimal().ok()?;
            }
            if scan.key(b",\"ratio\":") {
                self.ratio = scan.number()?.double().ok()?;
            }
            if scan.key(b",\"on\":") {
                self.on = scan.literal()?.boolean().ok()?;
            }
            if scan.key(b",\"tiny\":") {
                self.tiny = scan.number()?.tinyint().ok()?;
            }
            if scan.key(b",\"moment\":") {
                self.moment = scan.string()?.timestamp(3).ok()?;
            }
            if let Some(end) = scan.end(Self::COLUMNS)? {
                return Some(end);
            }
        }
    }
}

/// A row or a fault as text: equal where they are equal, a double that is no number included.
pub fn shown<T: Debug>(read: &Result<T, Fault>) -> String {
    match read {
        Ok(row) => format!("{row:?}"),
        Err(fault) => format!("fault: {fault}"),
    }
}

/// Calls `test` with a scope whose memory is empty.
pub fn with_scope<R>(test: impl FnOnce(&Scope<'_>) -> R) -> R {
    thread_local! {
        static KEPT: RefCell<(Bump, Clock)> = RefCell::new((Bump::new(), Clock::new(0, TimeZone::UTC)));
    }
    KEPT.with_borrow_mut(|(memory, clock)| {
        memory.reset();
        test(&Scope { memory, clock })
    })
}
