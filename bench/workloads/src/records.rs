//! Records as `sonic-rs` reads them, with the columns that the pipelines need: text is borrowed where nothing in it is
//! escaped.

use std::borrow::Cow;
use std::io;

use serde::Deserialize;

/// A text. Within an `Option`, serde borrows only through a type of one's own: a bare `Cow` would always be copied.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// A record of `user_order`.
#[derive(Debug, Deserialize)]
pub struct Order<'a> {
    pub id: Option<i64>,
    #[serde(borrow, default)]
    pub order_no: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub customer_tel: Option<Text<'a>>,
    #[serde(default)]
    pub gmt_modified: Option<i64>,
    #[serde(default)]
    pub account_payble: Option<f64>,
}

/// A record of `user_log`.
#[derive(Debug, Deserialize)]
pub struct View<'a> {
    #[serde(borrow, default)]
    pub device_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub account_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub bury_point_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub page_name: Option<Text<'a>>,
}

/// A record of a line.
pub fn read<'a, R: Deserialize<'a>>(line: &'a [u8]) -> io::Result<R> {
    sonic_rs::from_slice(line).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_borrowed_unless_it_has_escapes() {
        let line = br#"{"id":1,"order_no":"P1","customer_tel":"a\\b","gmt_modified":null}"#;
        let order: Order<'_> = read(line).expect("an order");
        assert!(matches!(order.order_no, Some(Text(Cow::Borrowed("P1")))));
        assert!(matches!(&order.customer_tel, Some(Text(Cow::Owned(text))) if text == "a\\b"));
        assert!(order.gmt_modified.is_none() && order.account_payble.is_none());
    }
}
