//! JSON lines of any bytes: rows or faults, never a panic.
//!
//! A row has the values that `serde_json` reads in its line, and does not depend on the lines before it: the decoder
//! remembers the order of the keys, and the result must not show it. Where chunks and batches are cut does not matter.

#![no_main]

use libfuzzer_sys::fuzz_target;
use millstream_fuzz::{Row, shown, with_scope};
use millstream_runtime::connectors::{Chunk, Format, TableInfo};
use millstream_runtime::decode::json::{Decoder, Json, Records};
use millstream_runtime::decode::{Decode, Reader};
use millstream_runtime::scope::Scope;
use millstream_runtime::values::Fault;
use serde_json::Value;

const TABLE: TableInfo = TableInfo { name: "fuzzed", columns: &[], primary_key: &[] };

fuzz_target!(|bytes: &[u8]| {
    with_scope(|scope| {
        let chunk = Chunk { bytes: bytes.to_vec(), file: 0, offset: 0, line: 1 };
        let mut learned = Decoder::new(Row::COLUMNS);
        let mut alone = Vec::new();
        for record in Records::new(&chunk) {
            let row = Decoder::new(Row::COLUMNS).decode::<Row<'_>>(record.bytes, scope);
            let again = learned.decode::<Row<'_>>(record.bytes, scope);
            assert_eq!(shown(&row), shown(&again), "what was learned changes the row of {}", line(record.bytes));
            // An object with a key of this name is a number to `serde_json`.
            let is_number = line(record.bytes).contains("$serde_json");
            if let Ok(document @ Value::Object(_)) = serde_json::from_slice(record.bytes)
                && !is_number
            {
                compare(record.bytes, &document, &row);
            }
            let _ = Json::new(record.bytes);
            alone.push((record.offset, record.line, row.ok()));
        }
        assert_eq!(text(&read(&[&chunk], 256, scope)), text(&alone), "a chunk gives other rows than its lines");
        // Once more behind itself: what was seen before is expected then, and no record is the last but the last one.
        let (mut twice, mut alone_twice) = (bytes.to_vec(), alone.clone());
        twice.push(b'\n');
        let lines = twice.iter().filter(|byte| **byte == b'\n').count() as u64;
        let moved = alone.iter().map(|(offset, line, row)| (offset + twice.len() as u64, line + lines, row.clone()));
        alone_twice.extend(moved);
        twice.extend_from_slice(bytes);
        let twice = Chunk { bytes: twice, file: 0, offset: 0, line: 1 };
        assert_eq!(text(&read(&[&twice], 3, scope)), text(&alone_twice), "a chunk twice gives other rows");
        // Cut at a line break in the middle.
        let middle = bytes.len() / 2;
        if let Some(cut) = bytes[middle..].iter().position(|byte| *byte == b'\n').map(|at| middle + at + 1) {
            let (head, tail) = bytes.split_at(cut);
            let lines = head.iter().filter(|byte| **byte == b'\n').count() as u64;
            let first = Chunk { bytes: head.to_vec(), file: 0, offset: 0, line: 1 };
            let second = Chunk { bytes: tail.to_vec(), file: 0, offset: cut as u64, line: 1 + lines };
            assert_eq!(text(&read(&[&first, &second], 2, scope)), text(&alone), "cut chunks give other rows");
        }
    });
});

type Found<'a> = (u64, u64, Option<Row<'a>>);

fn text(found: &[Found<'_>]) -> Vec<String> {
    found.iter().map(|found| format!("{found:?}")).collect()
}

/// The rows of chunks, so many a batch, with their places; none for those that have a fault.
fn read<'a>(chunks: &[&'a Chunk], batch: usize, scope: &Scope<'a>) -> Vec<Found<'a>> {
    let mut reader = Reader::new(Format::Json, &TABLE, Row::COLUMNS);
    let mut found = Vec::new();
    for chunk in chunks {
        let mut from = 0;
        while from < chunk.bytes.len() {
            let mut rows = reader.rows(chunk, None, from).expect("JSON has no header");
            for _ in 0..batch {
                let Some(row) = rows.next::<Row<'_>>(scope) else { break };
                let record = rows.record();
                found.push((record.offset, record.line, row.ok()));
            }
            from = rows.position();
        }
    }
    found
}

fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Compares a row with what `serde_json` reads. Only a value that is none of its column's type may be a fault.
fn compare(record: &[u8], document: &Value, row: &Result<Row<'_>, Fault>) {
    let record = line(record);
    let row = match row {
        Ok(row) => row,
        Err(fault) => {
            assert!(fault.to_string().starts_with("column '"), "{fault}: {record}");
            return;
        }
    };
    let get = |name: &str| document.get(name).filter(|value| !value.is_null());
    let integers = [
        ("id", row.id.map(i128::from)),
        ("tiny", row.tiny.map(i128::from)),
        ("small", row.small.map(i128::from)),
        ("int", row.int.map(i128::from)),
    ];
    for (name, found) in integers {
        let expected = get(name).map(|value| match value {
            Value::Number(number) => scaled(&number.to_string(), 0, false),
            Value::String(text) => plain(text).parse().unwrap_or_else(|_| panic!("{text:?} became {name}: {record}")),
            other => panic!("{other} became {name}: {record}"),
        });
        assert_eq!(found, expected, "{name}: {record}");
    }
    let price = get("price").map(|value| match value {
        Value::Number(number) => scaled(&number.to_string(), 4, true),
        Value::String(text) => scaled(plain(text), 4, true),
        other => panic!("{other} became a decimal: {record}"),
    });
    assert_eq!(row.price.map(|price| price.unscaled()), price, "{record}");
    let ratio = get("ratio").map(|value| float::<f64>(value, &record).to_bits());
    assert_eq!(row.ratio.map(f64::to_bits), ratio, "{record}");
    let real = get("real").map(|value| float::<f32>(value, &record).to_bits());
    assert_eq!(row.real.map(f32::to_bits), real, "{record}");
    let on = get("on").map(|value| match value {
        Value::Bool(on) => *on,
        Value::String(text) => plain(text).eq_ignore_ascii_case("true"),
        other => panic!("{other} became a boolean: {record}"),
    });
    assert_eq!(row.on, on, "{record}");
    for (name, found) in [("name", row.name), ("more_than_sixteen_bytes", row.more)] {
        match (get(name), found) {
            (None, found) => assert_eq!(found, None, "{record}"),
            (Some(Value::String(expected)), found) => assert_eq!(found, Some(expected.as_str()), "{record}"),
            (Some(expected), found) => {
                let read: Option<Value> = found.and_then(|text| serde_json::from_str(text).ok());
                assert_eq!(read.as_ref(), Some(expected), "{record}");
            }
        }
    }
    for (name, found) in [
        ("photo", row.photo.is_some()),
        ("day", row.day.is_some()),
        ("at", row.at.is_some()),
        ("moment", row.moment.is_some()),
        ("instant", row.instant.is_some()),
    ] {
        let text = get(name).map(|value| value.is_string());
        assert_eq!(text, found.then_some(true), "{name}: {record}");
    }
}

/// Text without what Java's `trim` cuts, and without a sign that Rust does not read.
fn plain(text: &str) -> &str {
    text.trim_matches(|character| character <= ' ')
}

fn float<F: std::str::FromStr>(value: &Value, record: &str) -> F {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => plain(text).to_owned(),
        other => panic!("{other} became a number: {record}"),
    };
    text.parse().unwrap_or_else(|_| panic!("{text} became a number: {record}"))
}

/// The integer `number × 10^scale`, cut or rounded half up: digit by digit, as on paper.
fn scaled(number: &str, scale: i64, half_up: bool) -> i128 {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let negative = mantissa.starts_with('-');
    let (whole, fraction) = mantissa.trim_start_matches(['-', '+']).split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches(['-', '+']);
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
    if digits.iter().all(|digit| *digit == 0) {
        return 0;
    }
    // Where the point comes to stand among the digits. An exponent that is too long for this is far too large or small.
    const FAR: i64 = 1 << 40;
    let exponent = exponent.parse().unwrap_or(if exponent.starts_with('-') { -FAR } else { FAR }).clamp(-FAR, FAR);
    let point = whole.len() as i64 + exponent + scale;
    let mut value = 0i128;
    for place in 0..point.max(0) {
        let digit = usize::try_from(place).ok().and_then(|place| digits.get(place)).copied().unwrap_or(0);
        let next = value.checked_mul(10).and_then(|value| value.checked_add(i128::from(digit)));
        value = next.unwrap_or_else(|| panic!("{number} fits no column"));
    }
    let behind = usize::try_from(point).ok().and_then(|place| digits.get(place)).copied().unwrap_or(0);
    value += i128::from(half_up && behind >= 5);
    if negative { -value } else { value }
}
