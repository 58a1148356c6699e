use bumpalo::Bump;
use jiff::tz::TimeZone;
use serde_json::Value as Document;

use super::{Decoder, Habits, Json, Records, Scan};
use crate::connectors::{Chunk, Format, TableInfo};
use crate::decode::{Decode, Field, Reader};
use crate::scope::{Clock, Scope};
use crate::values::{Decimal, Fault};

/// A row of every kind of column.
#[derive(Debug, Default, PartialEq, Clone)]
struct Row<'a> {
    id: Option<i64>,
    name: Option<&'a str>,
    price: Option<Decimal<20, 4>>,
    ratio: Option<f64>,
    on: Option<bool>,
    more: Option<&'a str>,
}

impl<'a> Decode<'a> for Row<'a> {
    const COLUMNS: &'static [&'static str] = &["id", "name", "price", "ratio", "on", "more_than_sixteen_bytes"];

    fn set(&mut self, column: usize, field: Field<'a>, scope: &Scope<'a>) -> Result<(), Fault> {
        match column {
            0 => self.id = field.bigint()?,
            1 => self.name = field.text(scope)?,
            2 => self.price = field.decimal()?,
            3 => self.ratio = field.double()?,
            4 => self.on = field.boolean()?,
            _ => self.more = field.text(scope)?,
        }
        Ok(())
    }

    fn scan(&mut self, scan: &mut Scan<'a>, scope: &Scope<'a>) -> Option<usize> {
        loop {
            if scan.first(b"\"id\":") {
                self.id = scan.number()?.bigint().ok()?;
            }
            if scan.key(b",\"name\":") {
                self.name = scan.string()?.text(scope).ok()?;
            }
            if scan.key(b",\"other\":") {
                scan.string()?;
            }
            if scan.key(b",\"price\":") {
                self.price = scan.number()?.decimal().ok()?;
            }
            if scan.key(b",\"count\":") {
                scan.number()?;
            }
            if scan.key(b",\"ratio\":") {
                self.ratio = scan.number()?.double().ok()?;
            }
            if scan.key(b",\"on\":") {
                self.on = scan.literal()?.boolean().ok()?;
            }
            if scan.key(b",\"more_than_sixteen_bytes\":") {
                self.more = scan.string()?.text(scope).ok()?;
            }
            if let Some(end) = scan.end(Self::COLUMNS)? {
                return Some(end);
            }
        }
    }
}

/// Calls `test` with a scope.
fn with_scope<R>(test: impl FnOnce(&Scope<'_>) -> R) -> R {
    let memory = Bump::new();
    let clock = Clock::new(0, TimeZone::UTC);
    test(&Scope { memory: &memory, clock: &clock })
}

fn decode_with<R>(decoder: &mut Decoder, record: &[u8], then: impl FnOnce(Result<Row<'_>, Fault>) -> R) -> R {
    // The record outlives the scope's use of it: both are leaked for the test.
    let memory: &'static Bump = Box::leak(Box::new(Bump::new()));
    let clock: &'static Clock = Box::leak(Box::new(Clock::new(0, TimeZone::UTC)));
    let record: &'static [u8] = record.to_vec().leak();
    then(decoder.decode(record, &Scope { memory, clock }))
}

fn row(record: &str) -> Result<Row<'static>, String> {
    let memory: &'static Bump = Box::leak(Box::new(Bump::new()));
    let clock: &'static Clock = Box::leak(Box::new(Clock::new(0, TimeZone::UTC)));
    let record: &'static str = record.to_owned().leak();
    Decoder::new(Row::COLUMNS).decode(record.as_bytes(), &Scope { memory, clock }).map_err(|fault| fault.to_string())
}

#[test]
fn reads_what_producers_write() {
    let expected = Row { id: Some(5), name: Some("x"), ..Row::default() };
    for record in [
        r#"{"id":5,"name":"x"}"#,
        r#"{"name":"x","id":5}"#,
        "  { \"id\" :\t5 , \"name\" : \"x\" }\r",
        "{\n\"id\": 5,\n\"name\": \"x\"\n}\n",
        r#"{"id":"5","name":"x"}"#,
        r#"{"id":5.0,"name":"x"}"#,
        r#"{"id":5e0,"name":"x","price":null}"#,
        r#"{"id":1,"name":"y","id":5,"name":"x"}"#,
        r#"{"\u0069d":5,"n\u0061me":"\u0078"}"#,
        r#"{"other":{"id":6,"name":["}]\"",{}]},"id":5,"":0,"name":"x","list":[[],[1,"]"]]}"#,
        r#"{"id":" 5 ","name":"x"}"#,
        r#"{"id":"\u0035","name":"x"}"#,
    ] {
        assert_eq!(row(record), Ok(expected.clone()), "{record}");
    }
    assert_eq!(row("{}"), Ok(Row::default()));
    assert_eq!(row(r#"{"name":"","more_than_sixteen_bytes":"a\tb\u4e2d"}"#).unwrap().more, Some("a\tb中"));
    assert_eq!(row(r#"{"name":{ "a" : [1.50, true] }}"#).unwrap().name, Some(r#"{"a":[1.50,true]}"#));
    assert_eq!(row(r#"{"name":1.50}"#).unwrap().name, Some("1.50"));
    assert_eq!(row(r#"{"name":true}"#).unwrap().name, Some("true"));
    assert_eq!(row("{\"name\":\"a\tb\"}").unwrap().name, Some("a\tb"));
    assert_eq!(row(r#"{"price":1.50}"#).unwrap().price, Decimal::checked(15_000));
    assert_eq!(row(r#"{"price":"-0.00005"}"#).unwrap().price, Decimal::checked(-1));
    assert_eq!(row(r#"{"ratio":"NaN"}"#).unwrap().ratio.map(f64::is_nan), Some(true));
    assert_eq!(row(r#"{"on":"TRUE"}"#).unwrap().on, Some(true));
}

#[test]
fn says_what_is_wrong() {
    for (record, reason) in [
        ("", "the record is no JSON object"),
        ("[1]", "the record is no JSON object"),
        ("5", "the record is no JSON object"),
        ("{", "the record is no JSON: expected a key in quotes at byte 2"),
        (r#"{"id":5"#, "the record is no JSON: expected ',' at byte 8"),
        (r#"{"id":5,}"#, "the record is no JSON: expected a key in quotes at byte 9"),
        (r#"{"id":5}}"#, "the record is no JSON: there is text after the object at byte 9"),
        (r#"{"id":5} {"id":6}"#, "the record is no JSON: there is text after the object at byte 10"),
        (r#"{"id":}"#, "the record is no JSON: expected a value at byte 7"),
        (r#"{"id" 5}"#, "the record is no JSON: expected ':' at byte 7"),
        ("{id:5}", "the record is no JSON: expected a key in quotes at byte 2"),
        (r#"{"x":"a}"#, "the record is no JSON: a string is not closed at byte 6"),
        (r#"{"x":[1,{]}"#, "the record is no JSON: a bracket of another kind is open at byte 10"),
        (r#"{"x":[1,"#, "the record is no JSON: an object or array is not closed at byte 6"),
        (r#"{"id":"abc"}"#, "column 'id': 'abc' is no bigint"),
        (r#"{"id":01}"#, "column 'id': '01' is no bigint"),
        (r#"{"id":12345678901234567890}"#, "column 'id': '12345678901234567890' is no bigint"),
        (r#"{"id":{}}"#, "column 'id': '{}' is no bigint"),
        (r#"{"id":""}"#, "column 'id': '' is no bigint"),
        (r#"{"id":true}"#, "column 'id': 'true' is no bigint"),
        (r#"{"price":1e17}"#, "column 'price': '1e17' is no decimal(20, 4)"),
        (r#"{"on":"yes"}"#, "column 'on': 'yes' is no boolean"),
        (r#"{"name":"\x"}"#, "column 'name': \"\\x\" has a wrong escape"),
        (r#"{"name":tru}"#, "column 'name': 'tru' is no JSON value"),
        (r#"{"name":[1,]}"#, "column 'name': '[1,]' is no JSON value"),
    ] {
        assert_eq!(row(record), Err(reason.to_owned()), "{record}");
    }
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    assert_eq!(row(&deep), Err("the record is no JSON: more than 127 brackets are open at byte 133".to_owned()));
    let invalid =
        decode_with(&mut Decoder::new(Row::COLUMNS), b"{\"name\":\"a\xff\"}", |row| row.unwrap_err().to_string());
    assert_eq!(invalid, "column 'name': 'a\u{fffd}' is no UTF-8");
    decode_with(&mut Decoder::new(Row::COLUMNS), b"{\"x\":\"a\xff\",\"id\":1}", |row| {
        assert_eq!(row.unwrap().id, Some(1));
    });
}

/// So many rounds of what is random; Miri is some hundred times as slow.
const fn rounds(all: usize) -> usize {
    if cfg!(miri) { all.div_ceil(800) } else { all }
}

/// A small generator of random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn space(&mut self, often: usize) -> &'static str {
        if self.below(often) == 0 { self.pick(&[" ", "\t", "  ", " \r ", "                    "]) } else { "" }
    }

    fn string(&mut self) -> String {
        let mut text = String::from("\"");
        for _ in 0..[0, 1, 3, 10, 15, 16, 17, 40][self.below(8)] {
            text.push_str(match self.below(12) {
                0 => self.pick(&["\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\ud83d\\ude00", "\\b\\f\\r\\t"]),
                1 => self.pick(&["中", "é", "😀", "\u{fffd}"]),
                2 => self.pick(&[",", ":", "{", "}", "[", "]", "'"]),
                _ => self.pick(&["a", "b", "Z", "0", " ", "xy", "-"]),
            });
        }
        text.push('"');
        text
    }

    fn number(&mut self) -> String {
        self.pick(&[
            "0",
            "-0",
            "7",
            "1e3",
            "1E+2",
            "125e-2",
            "1.50",
            "-3.14159",
            "12345678",
            "123456789",
            "1234567890123456",
            "12345678901234567890",
            "9223372036854775807",
            "-9223372036854775808",
            "0.00005",
            "99999999999999.99995",
            "1e400",
            "1.0",
            "-1.0e-7",
        ])
        .to_owned()
    }

    fn value(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 4 } else { 6 }) {
            0 => self.number(),
            1 => self.pick(&["null", "true", "false"]).to_owned(),
            2 | 3 => self.string(),
            4 => {
                let items: Vec<String> = (0..self.below(4)).map(|_| self.padded(depth - 1)).collect();
                format!("[{}{}]", self.space(4), items.join(","))
            }
            _ => self.object(depth - 1, &["a", "id", "b c", "\\u0069d"]),
        }
    }

    fn padded(&mut self, depth: usize) -> String {
        format!("{}{}{}", self.space(6), self.value(depth), self.space(6))
    }

    fn object(&mut self, depth: usize, keys: &[&str]) -> String {
        let often = [2, 1000][self.below(2)];
        let members: Vec<String> = (0..self.below(keys.len() + 2))
            .map(|_| {
                let key = self.pick(keys);
                let (a, b, c) = (self.space(often), self.space(often), self.space(often));
                format!("{a}\"{key}\"{b}:{c}{}{}", self.value(depth), self.space(often))
            })
            .collect();
        format!("{{{}{}}}", self.space(often), members.join(","))
    }
}

/// What `serde_json` reads, converted as the fields are.
fn expected(record: &[u8]) -> Option<Document> {
    serde_json::from_slice(record).ok().filter(Document::is_object)
}

fn compare(record: &[u8], document: &Document, row: &Result<Row<'_>, Fault>) {
    let shown = String::from_utf8_lossy(record);
    let row = match row {
        Ok(row) => row,
        Err(fault) => {
            // Only conversions may fail on a document that serde_json reads.
            assert!(fault.to_string().starts_with("column '"), "{fault}: {shown}");
            return;
        }
    };
    let get = |name: &str| document.get(name).filter(|value| !value.is_null());
    match get("id") {
        None => assert_eq!(row.id, None, "{shown}"),
        Some(Document::Number(number)) => {
            let text = number.to_string();
            // A fraction is cut exactly, not by way of a double.
            let text = if text.contains(['e', 'E']) { &*text } else { text.split('.').next().unwrap() };
            match text.parse::<i64>() {
                Ok(number) => assert_eq!(row.id, Some(number), "{shown}"),
                Err(_) => assert_eq!(row.id, Some(text.parse::<f64>().unwrap() as i64), "{shown}"),
            }
        }
        Some(Document::String(text)) => assert_eq!(row.id, text.trim().parse().ok(), "{shown}"),
        Some(other) => panic!("{other} became a bigint: {shown}"),
    }
    match get("ratio") {
        None => assert_eq!(row.ratio, None, "{shown}"),
        Some(Document::Number(number)) => {
            assert_eq!(
                row.ratio.map(f64::to_bits),
                Some(number.to_string().parse::<f64>().unwrap().to_bits()),
                "{shown}"
            );
        }
        Some(Document::String(text)) => assert_eq!(row.ratio, text.trim().parse().ok(), "{shown}"),
        Some(other) => panic!("{other} became a double: {shown}"),
    }
    match get("on") {
        None => assert_eq!(row.on, None, "{shown}"),
        Some(Document::Bool(on)) => assert_eq!(row.on, Some(*on), "{shown}"),
        Some(other) => panic!("{other} became a boolean: {shown}"),
    }
    for (name, text) in [("name", row.name), ("more_than_sixteen_bytes", row.more)] {
        match get(name) {
            None => assert_eq!(text, None, "{shown}"),
            Some(Document::String(expected)) => {
                assert_eq!(text, Some(expected.as_str()), "{shown}");
            }
            Some(Document::Bool(expected)) => {
                assert_eq!(text, Some(expected.to_string().as_str()), "{shown}");
            }
            // Numbers stay as written.
            Some(Document::Number(expected)) => {
                let number = |text: &str| text.parse::<f64>().unwrap().to_bits();
                assert_eq!(text.map(number), Some(number(&expected.to_string())), "{shown}");
            }
            Some(expected) => {
                let read: Document = serde_json::from_str(text.unwrap()).unwrap();
                assert_eq!(read, *expected, "{shown}");
            }
        }
    }
}

const KEYS: &[&str] = &[
    "id",
    "name",
    "price",
    "ratio",
    "on",
    "more_than_sixteen_bytes",
    "other",
    "\\u0069d",
    "na\\u006de",
    "",
    "a_key_of_more_than_thirty_two_bytes_in_all",
    "中",
    "more_than_sixteen_bytez",
    "i",
];

#[test]
fn agrees_with_serde_json() {
    let mut random = Random(11);
    let (mut read, records) = (0, if cfg!(miri) { 24 } else { 40 });
    for round in 0..rounds(300) {
        // Each round is one producer: one decoder, a set of keys.
        let mut decoder = Decoder::new(Row::COLUMNS);
        let keys: Vec<&str> = KEYS.iter().filter(|_| random.below(3) > 0).copied().chain(["id"]).collect();
        for _ in 0..records {
            let record = random.object(3, &keys);
            let document = expected(record.as_bytes()).unwrap_or_else(|| panic!("{record}"));
            decode_with(&mut decoder, record.as_bytes(), |row| {
                read += usize::from(row.is_ok());
                compare(record.as_bytes(), &document, &row);
            });
        }
        assert!(round < 10 || read > 0);
    }
    assert!(read > rounds(300) * records / 8, "only {read} records could be read");
}

#[test]
fn what_was_learned_excuses_nothing() {
    let mut decoder = Decoder::new(Row::COLUMNS);
    for good in [r#"{"a":1,"id":2}"#, r#"{"id":2,"a":1}"#, "{}", r#"{"a":1,"id":2}"#, r#"{"id":2}"#] {
        decode_with(&mut decoder, good.as_bytes(), |row| assert!(row.is_ok(), "{good}"));
    }
    for bad in [r#"{"a":1{"id":2}"#, r#","id":2}"#, r#"{"a":1,}"#, r#"{"a":1,,"id":2}"#, "}", "{{}", r#"{,"id":2}"#] {
        decode_with(&mut decoder, bad.as_bytes(), |row| assert!(row.is_err(), "{bad}"));
    }
}

#[test]
fn the_last_of_equal_keys_counts_and_order_is_learned() {
    let mut random = Random(5);
    let mut decoder = Decoder::new(Row::COLUMNS);
    for _ in 0..rounds(2000) {
        let mut members = vec![r#""id":5"#, r#""name":"x""#, r#""a":[1]"#, r#""on":true"#, r#""bc":"""#];
        let mut record = Vec::new();
        while !members.is_empty() {
            let member = members.swap_remove(if random.below(4) == 0 { random.below(members.len()) } else { 0 });
            if random.below(8) != 0 || member.contains("id") {
                record.push(member);
            }
        }
        let on = record.contains(&r#""on":true"#).then_some(true);
        let record = format!("{{{}}}", record.join(","));
        decode_with(&mut decoder, record.as_bytes(), |row| {
            let row = row.unwrap();
            assert_eq!((row.id, row.on), (Some(5), on), "{record}");
        });
    }
}

#[test]
fn broken_records_neither_panic_nor_differ() {
    let mut random = Random(3);
    let mut decoder = Decoder::new(Row::COLUMNS);
    for _ in 0..rounds(20_000) {
        let mut record = random.object(2, KEYS).into_bytes();
        for _ in 0..=random.below(3) {
            let at = random.below(record.len());
            match random.below(4) {
                0 => record[at] = b"\"{}[],:\\0\xff \n"[random.below(12)],
                1 => record.truncate(at.max(1)),
                2 => drop(record.remove(at)),
                _ => record.insert(at, b"\"{}[],:\\0\xff \n"[random.below(12)]),
            }
            if record.is_empty() {
                record.push(b'{');
            }
        }
        decode_with(&mut decoder, &record, |row| {
            if let Some(document) = expected(&record) {
                compare(&record, &document, &row);
            }
        });
    }
    for _ in 0..rounds(20_000) {
        let record: Vec<u8> = (0..random.below(60)).map(|_| random.below(256) as u8).collect();
        decode_with(&mut decoder, &record, |_| ());
        let _ = Json::new(&record);
    }
}

/// Records whose keys stand in the order of the columns, or nearly, are read in another way, which must not show.
#[test]
fn reading_in_the_order_of_columns_changes_nothing() {
    const COLUMNS: &[&str] = &["id", "name", "other", "price", "count", "ratio", "on", "more_than_sixteen_bytes"];
    let mut random = Random(23);
    let table = TableInfo { name: "t", columns: &[], primary_key: &[] };
    let mut scanned = 0;
    for round in 0..rounds(1200) {
        let mut lines = Vec::new();
        // A column's values are often of one length; some producers write what is not expected often, some hardly ever.
        let usual: Vec<String> = COLUMNS
            .iter()
            .map(|name| match *name {
                "name" | "more_than_sixteen_bytes" => random.string(),
                "on" => random.pick(&["true", "false", "null"]).to_owned(),
                "other" => random.value(0),
                _ => random.pick(&["7", "-12", "1234567", "1.25", "123456789012345", "1e3"]).to_owned(),
            })
            .collect();
        let often = [300, 30, 3][round % 3];
        for _ in 0..if cfg!(miri) { 10 } else { 20 } {
            let members = COLUMNS.iter().zip(&usual).filter_map(|(name, usual)| match random.below(often) {
                0 => None,
                1 | 2 => Some(format!("\"{name}\":{}", random.value(2))),
                _ => Some(format!("\"{name}\":{usual}")),
            });
            let mut members: Vec<String> = members.collect();
            // Fields that no column wants, or a column once more.
            for _ in 0..[0, 0, 1, 2][random.below(4)] {
                let name = random.pick(&["x", "price_", "", "count", "\\u0069d", "na\\u006de", "id"]);
                members.insert(random.below(members.len() + 1), format!("\"{name}\":{}", random.value(2)));
            }
            let mut record = format!("{{{}}}", members.join(",")).into_bytes();
            if random.below(often) == 0 {
                let at = random.below(record.len());
                match random.below(4) {
                    0 => drop(record.drain(..at.min(record.len() - 1))),
                    1 => record[at] = b"\"{}[],:\\0 -e."[random.below(13)],
                    2 => drop(record.remove(at)),
                    _ => record.insert(at, b"\"{}[],:\\0 -e."[random.below(13)]),
                }
            }
            lines.push(record);
        }
        let chunk = Chunk { bytes: lines.join(&b'\n'), file: 0, offset: 0, line: 1 };
        with_scope(|scope| {
            let memory = Bump::new();
            let scope = Scope { memory: &memory, clock: scope.clock };
            let mut reader = Reader::new(Format::Json, &table, Row::COLUMNS);
            let mut rows = reader.rows(&chunk, None, 0).unwrap();
            while let Some(found) = rows.next::<Row<'_>>(&scope) {
                let record = rows.record().bytes;
                let alone = Decoder::new(Row::COLUMNS).decode::<Row<'_>>(record, &scope);
                let shown = |row: &Result<Row<'_>, Fault>| format!("{row:?}");
                assert_eq!(shown(&found), shown(&alone), "{}", String::from_utf8_lossy(record));
            }
        });
        let mut habits = Habits::new();
        with_scope(|scope| {
            let memory = Bump::new();
            let scope = Scope { memory: &memory, clock: scope.clock };
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', &chunk.bytes) {
                if let Some(mut scan) = habits.scan(&chunk.bytes, start)
                    && let Some(told) = Row::default().scan(&mut scan, &scope)
                {
                    assert_eq!(told, end + 1, "{}", String::from_utf8_lossy(&chunk.bytes[start..]));
                    scanned += 1;
                }
                start = end + 1;
            }
        });
    }
    assert!(scanned > rounds(1200) * 2, "only {scanned} records were read in the order of the columns");
}

#[test]
fn a_record_begins_with_its_brace() {
    let lines = b",\"name\":\"x\"}\n{\"id\":1,\"name\":\"x\"}\n{\"id\":1,\"name\":\"a longer text, so that there are bytes behind\"}\n";
    let chunk = Chunk { bytes: lines.to_vec(), file: 0, offset: 0, line: 1 };
    let table = TableInfo { name: "t", columns: &[], primary_key: &[] };
    with_scope(|scope| {
        let memory = Bump::new();
        let scope = Scope { memory: &memory, clock: scope.clock };
        let mut reader = Reader::new(Format::Json, &table, Row::COLUMNS);
        let mut rows = reader.rows(&chunk, None, 0).unwrap();
        assert_eq!(rows.next::<Row<'_>>(&scope).unwrap().unwrap_err().to_string(), "the record is no JSON object");
        assert_eq!(rows.next::<Row<'_>>(&scope).unwrap().unwrap().id, Some(1));
    });
}

#[test]
fn a_habit_that_fails_is_given_up_and_tried_again() {
    let mut habits = Habits::new();
    for _ in 0..100 {
        assert!(habits.scan(b"{}", 0).is_some());
        habits.succeeded();
    }
    let mut tried = 0;
    for _ in 0..if cfg!(miri) { 10_000 } else { 100_000 } {
        if habits.scan(b"{}", 0).is_some() {
            habits.failed();
            tried += 1;
        }
    }
    assert!((16..1000).contains(&tried), "{tried}");
}

#[test]
fn lines_and_their_places() {
    let text =
        "\n{\"id\":1}\r\n   \n\r\n{\"id\":x}\n {\"id\":2}\n{\"name\":\"a\n\"}\n{\"id\":3,\n{\"id\":[1}\n{\"id\":4}";
    let chunk = Chunk { bytes: text.as_bytes().to_vec(), file: 0, offset: 100, line: 7 };
    let records: Vec<(String, u64, u64)> = Records::new(&chunk)
        .map(|record| (String::from_utf8(record.bytes.to_vec()).unwrap(), record.offset, record.line))
        .collect();
    let table = TableInfo { name: "t", columns: &[], primary_key: &[] };
    with_scope(|scope| {
        let clock = scope.clock;
        let memory = Bump::new();
        let scope = Scope { memory: &memory, clock };
        let mut reader = Reader::new(Format::Json, &table, Row::COLUMNS);
        let mut read = Vec::new();
        let mut ids = Vec::new();
        let mut from = 0;
        // Two rows a batch.
        while from < chunk.bytes.len() {
            let mut rows = reader.rows(&chunk, None, from).unwrap();
            for _ in 0..2 {
                let Some(row) = rows.next::<Row<'_>>(&scope) else { break };
                let record = rows.record();
                read.push((String::from_utf8(record.bytes.to_vec()).unwrap(), record.offset, record.line));
                ids.push(row.ok().and_then(|row| row.id));
            }
            from = rows.position();
        }
        assert_eq!(read, records);
        assert_eq!(ids, [Some(1), None, Some(2), None, None, None, None, Some(4)]);
    });
    assert_eq!(records[0], ("{\"id\":1}".to_owned(), 101, 8));
    assert_eq!(records[1], ("{\"id\":x}".to_owned(), 117, 11));
    assert_eq!(records[7].2, 17);
    assert_eq!(records.len(), 8);
}
