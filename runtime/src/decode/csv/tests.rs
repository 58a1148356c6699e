use bumpalo::Bump;
use jiff::tz::TimeZone;

use super::*;
use crate::connectors::{ColumnInfo, Format, Row, TableInfo, format};
use crate::decode::Reader;
use crate::scope::Clock;
use crate::values::Value;

#[derive(Debug, Default, PartialEq, Clone)]
struct Person<'a> {
    id: Option<i64>,
    name: Option<&'a str>,
}

impl<'a> Decode<'a> for Person<'a> {
    const COLUMNS: &'static [&'static str] = &["id", "name"];

    fn set(&mut self, column: usize, field: Field<'a>, scope: &Scope<'a>) -> Result<(), Fault> {
        match column {
            0 => self.id = field.bigint()?,
            _ => self.name = field.text(scope)?,
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Fault> {
        self.id.map(|_| ()).ok_or_else(|| Fault::null("id"))
    }
}

impl Row for Person<'_> {
    fn value(&self, column: usize) -> Value<'_> {
        match column {
            0 => self.id.map_or(Value::Null, Value::Integer),
            1 => Value::Null,
            _ => self.name.map_or(Value::Null, Value::Text),
        }
    }
}

const TABLE: TableInfo = TableInfo {
    name: "people",
    columns: &[
        ColumnInfo { name: "id", sql_type: "bigint", not_null: true },
        ColumnInfo { name: "other", sql_type: "varchar", not_null: false },
        ColumnInfo { name: "name", sql_type: "varchar", not_null: false },
    ],
    primary_key: &[],
};

fn csv_format(delimiter: u8, null_text: &str) -> CsvFormat {
    CsvFormat { delimiter, header: false, null_text: null_text.to_owned() }
}

/// The rows of a text, read in batches of two, with their lines; `Err` with the reason.
fn read(text: &str, format: &CsvFormat, header: Option<&[String]>) -> Vec<(u64, Result<Person<'static>, String>)> {
    let memory: &'static Bump = Box::leak(Box::new(Bump::new()));
    let clock: &'static Clock = Box::leak(Box::new(Clock::new(0, TimeZone::UTC)));
    let chunk: &'static Chunk =
        Box::leak(Box::new(Chunk { bytes: text.as_bytes().to_vec(), file: 0, offset: 0, line: 1 }));
    let mut reader = Reader::new(Format::Csv(format.clone()), &TABLE, Person::COLUMNS);
    let mut found = Vec::new();
    let mut from = 0;
    while from < chunk.bytes.len() {
        let mut rows = reader.rows(chunk, header, from).unwrap();
        for _ in 0..2 {
            let Some(row) = rows.next(&Scope { memory, clock }) else { break };
            found.push((rows.record().line, row.map_err(|fault| fault.to_string())));
        }
        from = rows.position();
    }
    found
}

fn person(id: i64, name: Option<&'static str>) -> Person<'static> {
    Person { id: Some(id), name }
}

#[test]
fn rows_by_the_order_of_the_table() {
    let text = "1,x,a\n2,,\r\n\n3\n\"4\",\"\",\"b\"\"\n\"\n5,x,\"\"\n 6 ,x, c \n7,a\"b,d\"";
    let expected = vec![
        (1, Ok(person(1, Some("a")))),
        (2, Ok(person(2, None))),
        (4, Ok(person(3, None))),
        (5, Ok(person(4, Some("b\"\n")))),
        (7, Ok(person(5, Some("")))),
        (8, Ok(person(6, Some(" c ")))),
        (9, Ok(person(7, Some("d\"")))),
    ];
    assert_eq!(read(text, &csv_format(b',', ""), None), expected);
    let text = "1;x;NULL\n2;x;\"NULL\"\n3;x;\n";
    let expected = vec![(1, Ok(person(1, None))), (2, Ok(person(2, Some("NULL")))), (3, Ok(person(3, Some(""))))];
    assert_eq!(read(text, &csv_format(b';', "NULL"), None), expected);
}

#[test]
fn rows_by_a_header() {
    let header = ["name", "more", "id"].map(str::to_owned);
    let expected =
        vec![(1, Ok(person(1, Some("a")))), (2, Err("column 'id' is null but declared not null".to_owned()))];
    assert_eq!(read("a,x,1\nb\n", &csv_format(b',', ""), Some(&header)), expected);
    let mut reader = Reader::new(Format::Csv(csv_format(b',', "")), &TABLE, Person::COLUMNS);
    let chunk = Chunk::default();
    let none = ["1", "x"].map(str::to_owned);
    let failure = reader.rows(&chunk, Some(&none), 0).map(|_| ()).unwrap_err();
    assert!(failure.message.contains("names none of the table's columns but 1, x"), "{failure}");
}

#[test]
fn says_what_is_wrong() {
    let reason = |text: &str| read(text, &csv_format(b',', ""), None).remove(0).1.unwrap_err();
    assert_eq!(reason("1,x,a,b\n"), "the record has more than 3 fields");
    assert_eq!(reason("x,x,a\n"), "column 'id': 'x' is no bigint");
    assert_eq!(reason("1.0,x,a\n"), "column 'id': '1.0' is no bigint");
    assert_eq!(reason("\"\",x,a\n"), "column 'id': '' is no bigint");
    assert_eq!(reason("\"1\"2,x,a\n"), "there is text after the closing quote of a field");
    assert_eq!(reason("1,x,\"a\n"), "a quoted field is not closed");
}

#[test]
fn what_is_written_is_read() {
    let mut seed = 3u64;
    let mut below = |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) as usize) % limit
    };
    for round in 0..200 {
        let csv = csv_format([b',', b';', b'\t'][round % 3], ["", "NULL", "\\N"][round / 3 % 3]);
        let mut text = Vec::new();
        let mut expected = Vec::new();
        for id in 0..20 {
            let parts = ["a", "\"", ",", ";", "\n", "\r\n", "\t", " ", "中", "NULL", "\\N", "\r"];
            let name: String = (0..below(5)).map(|_| parts[below(parts.len())]).collect();
            let name = (below(5) > 0).then_some(&*name.leak());
            let row = Person { id: Some(id), name };
            format::csv_row(None, &TABLE, &row, csv.delimiter, &csv.null_text, &mut text);
            text.extend_from_slice([&b"\n"[..], b"\r\n"][below(2)]);
            expected.push(row);
        }
        let text = String::from_utf8(text).unwrap();
        let found: Vec<Person<'_>> = read(&text, &csv, None).into_iter().map(|(_, row)| row.unwrap()).collect();
        assert_eq!(found, expected, "{text:?}");
    }
}
