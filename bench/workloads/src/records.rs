//! Records as `sonic-rs` reads them, with the columns that the pipelines need: text is borrowed where nothing in it is
//! escaped.

use std::borrow::Cow;
use std::io;

use serde::Deserialize;

/// A record of `user_order`.
#[derive(Debug, Deserialize)]
pub struct Order<'a> {
    pub id: Option<i64>,
    #[serde(borrow, default)]
    pub order_no: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub customer_tel: Option<Cow<'a, str>>,
    #[serde(default)]
    pub gmt_modified: Option<i64>,
    #[serde(default)]
    pub account_payble: Option<f64>,
}

/// A record of `user_log`.
#[derive(Debug, Deserialize)]
pub struct View<'a> {
    #[serde(borrow, default)]
    pub device_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub account_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub bury_point_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub page_name: Option<Cow<'a, str>>,
}

/// A record of a line.
pub fn read<'a, R: Deserialize<'a>>(line: &'a [u8]) -> io::Result<R> {
    sonic_rs::from_slice(line).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
