//! The data sets: lines as the producers of `pipelines/` write them.
//!
//! Nearly all lines have their keys in one order, as one producer writes them; one in a thousand has them in another
//! order, one in a thousand a field that no pipeline knows, one in a thousand has white space between everything.
//! Fields are null or missing now and then, text has quotes, escapes and characters beyond ASCII.

use std::io::{self, Write};

use crate::dice::Dice;

/// 2026-11-21 00:00 in Asia/Shanghai, in milliseconds since 1970: the day that the orders are of.
pub const TODAY: i64 = 1_795_190_400_000;

const HOUR: i64 = 3_600_000;

/// What is written.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// Which lines.
    pub kind: Kind,
    /// How many.
    pub lines: u64,
    /// Users, accounts or customers.
    pub keys: u64,
    /// How often each of them comes.
    pub spread: Spread,
    /// Same seed, same bytes.
    pub seed: u64,
}

/// The lines of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `user_order`
    Orders,
    /// `user_log`
    Views,
    /// `update_info`
    Updates,
    /// `raw_info`: the customers before the first update.
    Customers,
}

/// How often keys come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Few come often, most rarely: the product of two uniform numbers.
    Skewed,
    /// Each once, in no order, then all equally often.
    Even,
}

impl DataSet {
    /// Writes all lines.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut line = Line::default();
        for number in 0..self.lines {
            line.clear();
            self.line(number, &mut line);
            out.write_all(line.finish(self.seed, number))?;
        }
        Ok(())
    }

    fn line(&self, number: u64, line: &mut Line) {
        let mut dice = Dice::of_line(self.seed, number);
        let key = match self.spread {
            Spread::Skewed => dice.skewed_below(self.keys),
            // 7919 is a prime: within the first `keys` lines each key comes once, unless `keys` is a multiple of it.
            Spread::Even if number < self.keys => number * 7919 % self.keys,
            Spread::Even => dice.below(self.keys),
        };
        match self.kind {
            Kind::Orders => self.order(number, 1 + key, &mut dice, line),
            Kind::Views => view(number, 1 + key, &mut dice, line),
            Kind::Updates => update(number, 1 + key, &mut dice, line),
            Kind::Customers => customer(1 + number, &mut dice, line),
        }
    }

    /// Orders of 25 hours, from an hour before the day on, each up to two minutes early or late.
    fn order(&self, number: u64, user: u64, dice: &mut Dice, line: &mut Line) {
        let past = (i128::from(number) * i128::from(25 * HOUR) / i128::from(self.lines.max(1))) as i64;
        let modified = TODAY - HOUR + past + dice.below(240_000) as i64 - 120_000;
        let name = ["王芳", "李\\\"四\\\"", "O'Neil\\\\", "a\\tb", "用户😀"][dice.below(5) as usize];
        line.integer("id", user as i64);
        let order = dice.below((self.lines * 4 / 5).max(1));
        line.text_or_null("order_no", (!dice.one_in(100)).then_some(("P", order, 9)));
        line.integer("order_type", dice.below(5) as i64);
        line.integer("pay_time", modified - 1000);
        line.cents("order_price", dice.below(1_000_000));
        line.text("customer_name", name, user, 0);
        line.text_or_null("customer_tel", (!dice.one_in(100)).then_some(("139", user * 7919 % 100_000_000, 8)));
        line.text("certificate_no", "3301", user, 14);
        line.integer("gmt_created", modified - 2000);
        match dice.below(200) {
            0 => line.null("gmt_modified"),
            _ => line.integer("gmt_modified", modified),
        }
        match dice.below(100) {
            0..3 => line.null("account_payble"),
            3 => {}
            _ => line.cents("account_payble", dice.below(2_000_000)),
        }
    }
}

/// Page views of accounts with three devices each; one in twenty is of nobody.
fn view(number: u64, account: u64, dice: &mut Dice, line: &mut Line) {
    let device = account * 3 + dice.below(3);
    line.integer("log_time", TODAY + number as i64);
    match dice.below(200) {
        0 => line.null("device_id"),
        _ => line.hexadecimal("device_id", "d", device, 8),
    }
    match dice.below(40) {
        0 => line.null("account_id"),
        1 => {}
        _ => line.text("account_id", "u", account, 8),
    }
    match dice.below(20) {
        0 => line.null("bury_point_type"),
        kind => line.text_alone("bury_point_type", ["page", "click", "expose", "button"][kind as usize % 4]),
    }
    // Each event is of another page, so that "the device used last" is the device of the last event for peers, too,
    // which do not tell whether an event changed anything.
    let page = ["/home/", "/policy/", "首页/", "promo \\\"11.11\\\"", "/我的\\t"][dice.below(5) as usize];
    line.text("page_name", page, number, 0);
}

const PRODUCTS: [&str; 4] = ["重疾险", "年金", "life\\\\term", "车险 \\\"A\\\""];

/// Policy updates of customers; a quarter was not saved.
fn update(number: u64, customer: u64, dice: &mut Dice, line: &mut Line) {
    line.integer("id", customer as i64);
    line.text("channel", "ch", dice.below(7), 0);
    line.text("open_id", "o", number, 8);
    line.text_alone("event", if dice.one_in(4) { "save_fail" } else { "save_success" });
    line.price_text("now_premium", 30_000 + dice.below(1_970_000));
    line.text_alone("creator", "app");
    match dice.below(3) {
        0 => line.null("modifier"),
        1 => line.text_alone("modifier", "app"),
        _ => line.text_alone("modifier", "agent"),
    }
    line.integer("gmt_modified", TODAY + number as i64 * 100);
    line.text_spaced("now_info", PRODUCTS[dice.below(4) as usize], " v", number);
}

fn customer(id: u64, dice: &mut Dice, line: &mut Line) {
    line.integer("id", id as i64);
    line.price_text("raw_premium", 30_000 + dice.below(1_970_000));
    line.text_spaced("raw_info", "原投保", " ", id);
}

/// A record on its way to becoming a line: its fields one after the other, and where each begins.
#[derive(Debug, Default)]
struct Line {
    fields: Vec<u8>,
    starts: Vec<usize>,
    text: Vec<u8>,
}

/// A field that no pipeline knows.
const UNKNOWN: &[u8] = br#""ext":{"a":[1,{"b":"}\"\\"}],"c":null}"#;

impl Line {
    fn clear(&mut self) {
        self.fields.clear();
        self.starts.clear();
    }

    fn key(&mut self, name: &str) {
        self.starts.push(self.fields.len());
        self.fields.push(b'"');
        self.fields.extend_from_slice(name.as_bytes());
        self.fields.extend_from_slice(b"\":");
    }

    fn null(&mut self, name: &str) {
        self.key(name);
        self.fields.extend_from_slice(b"null");
    }

    fn integer(&mut self, name: &str, value: i64) {
        self.key(name);
        self.fields.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    /// An amount as producers write numbers: without the zeros at its end, but for one behind the point.
    fn cents(&mut self, name: &str, cents: u64) {
        self.key(name);
        self.amount(cents);
        if self.fields.ends_with(b"0") {
            self.fields.pop();
        }
    }

    /// An amount as text, with both digits.
    fn price_text(&mut self, name: &str, cents: u64) {
        self.key(name);
        self.fields.push(b'"');
        self.amount(cents);
        self.fields.push(b'"');
    }

    fn amount(&mut self, cents: u64) {
        self.fields.extend_from_slice(itoa::Buffer::new().format(cents / 100).as_bytes());
        self.fields.push(b'.');
        self.padded(cents % 100, 2);
    }

    fn text_alone(&mut self, name: &str, value: &str) {
        self.key(name);
        self.fields.push(b'"');
        self.fields.extend_from_slice(value.as_bytes());
        self.fields.push(b'"');
    }

    /// A text of something escaped already and a number of at least `digits` digits.
    fn text(&mut self, name: &str, start: &str, number: u64, digits: usize) {
        self.key(name);
        self.fields.push(b'"');
        self.fields.extend_from_slice(start.as_bytes());
        self.padded(number, digits);
        self.fields.push(b'"');
    }

    fn text_spaced(&mut self, name: &str, start: &str, between: &str, number: u64) {
        self.key(name);
        self.fields.push(b'"');
        self.fields.extend_from_slice(start.as_bytes());
        self.fields.extend_from_slice(between.as_bytes());
        self.padded(number, 0);
        self.fields.push(b'"');
    }

    fn text_or_null(&mut self, name: &str, value: Option<(&str, u64, usize)>) {
        match value {
            Some((start, number, digits)) => self.text(name, start, number, digits),
            None => self.null(name),
        }
    }

    fn hexadecimal(&mut self, name: &str, start: &str, number: u64, digits: u32) {
        self.key(name);
        self.fields.push(b'"');
        self.fields.extend_from_slice(start.as_bytes());
        for digit in (0..digits).rev() {
            self.fields.push(b"0123456789abcdef"[(number >> (4 * digit) & 15) as usize]);
        }
        self.fields.push(b'"');
    }

    fn padded(&mut self, number: u64, digits: usize) {
        let mut buffer = itoa::Buffer::new();
        let written = buffer.format(number);
        self.fields.resize(self.fields.len() + digits.saturating_sub(written.len()), b'0');
        self.fields.extend_from_slice(written.as_bytes());
    }

    /// The line with its end, now and then written in an unusual way.
    fn finish(&mut self, seed: u64, number: u64) -> &[u8] {
        self.text.clear();
        let mut dice = Dice::of_line(!seed, number);
        let unusual = dice.below(1000);
        let (comma, open): (&[u8], &[u8]) = if unusual == 0 { (b" , ", b" { ") } else { (b",", b"{") };
        if unusual == 1 {
            self.starts.rotate_left(3);
        }
        self.text.extend_from_slice(open);
        let unknown = (unusual == 2).then(|| dice.below(self.starts.len() as u64) as usize);
        for (position, start) in self.starts.iter().copied().enumerate() {
            if position > 0 {
                self.text.extend_from_slice(comma);
            }
            if unknown == Some(position) {
                self.text.extend_from_slice(UNKNOWN);
                self.text.extend_from_slice(comma);
            }
            // A field ends where the next one begins; after a rotation that is still so in `fields`.
            let end = self.starts.iter().copied().filter(|other| *other > start).min().unwrap_or(self.fields.len());
            self.text.extend_from_slice(&self.fields[start..end]);
        }
        self.text.extend_from_slice(b"}\n");
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: Kind, lines: u64) -> Vec<u8> {
        let set = DataSet { kind, lines, keys: 1_000_000, spread: Spread::Skewed, seed: 1 };
        let mut out = Vec::new();
        set.write(&mut out).expect("memory takes everything");
        out
    }

    #[test]
    fn every_line_is_json_of_the_length_that_was_promised() {
        for (kind, mean) in [(Kind::Orders, 275..290), (Kind::Views, 120..135), (Kind::Updates, 160..200)] {
            let bytes = written(kind, 5000);
            let mut count = 0;
            for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                count += 1;
                let parsed: Result<sonic_rs::Value, _> = sonic_rs::from_slice(line);
                assert!(parsed.is_ok(), "{}", String::from_utf8_lossy(line));
            }
            assert_eq!(count, 5000);
            assert!(mean.contains(&(bytes.len() / count)), "{kind:?}: {} bytes a line", bytes.len() / count);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(written(Kind::Views, 100), written(Kind::Views, 100));
    }

    #[test]
    fn an_even_spread_has_every_key() {
        let set = DataSet { kind: Kind::Customers, lines: 0, keys: 1000, spread: Spread::Even, seed: 1 };
        let mut found: Vec<u64> = (0..1000).map(|number| number * 7919 % set.keys).collect();
        found.sort_unstable();
        assert_eq!(found, (0..1000).collect::<Vec<_>>());
    }
}
