//! CSV of any bytes: rows or faults, never a panic.
//!
//! The first byte chooses the delimiter and the text for null. Records and fields are those that the crate `csv` finds; a
//! row does not depend on the records before it, nor on where batches are cut.

#![no_main]

use libfuzzer_sys::fuzz_target;
use millstream_fuzz::{Row, shown, with_scope};
use millstream_runtime::connectors::{Chunk, ColumnInfo, CsvFormat, Format, TableInfo};
use millstream_runtime::decode::csv::{Decoder, Records};
use millstream_runtime::decode::{Decode, Field, Reader};
use millstream_runtime::scope::Scope;
use millstream_runtime::values::Fault;

/// The columns of the file in an order of their own, some of them not wanted.
const NAMES: [&str; 17] = [
    "id",
    "other",
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
    "another",
];

const TABLE: TableInfo = TableInfo {
    name: "fuzzed",
    columns: &{
        let mut columns = [ColumnInfo::nullable("", "varchar"); NAMES.len()];
        let mut number = 0;
        while number < NAMES.len() {
            columns[number] = ColumnInfo::nullable(NAMES[number], "varchar");
            number += 1;
        }
        columns
    },
    primary_key: &[],
};

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    // The crate takes a byte-order mark off; here the source does.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let delimiter = b",;\t|"[usize::from(choice % 4)];
    let null_text = ["", "NULL", "\\N", "-"][usize::from(choice / 4 % 4)].to_owned();
    let format = CsvFormat { delimiter, header: false, null_text };
    with_scope(|scope| {
        let chunk = Chunk { bytes: bytes.to_vec(), file: 0, offset: 0, line: 1 };
        compare(&chunk, &format, scope);
        rows(&chunk, &format, scope);
    });
});

/// The fields of a record as they are.
#[derive(Debug, Default)]
struct Fields<'a>(Vec<Option<&'a [u8]>>);

/// So many fields are compared.
const MOST: usize = 64;

impl<'a> Decode<'a> for Fields<'a> {
    const COLUMNS: &'static [&'static str] = &[];

    fn set(&mut self, column: usize, field: Field<'a>, _scope: &Scope<'a>) -> Result<(), Fault> {
        assert_eq!(column, self.0.len());
        match field {
            Field::Csv(text) => self.0.push(text),
            Field::Json(_) | Field::Value(_) => panic!("{field:?} in CSV"),
        }
        Ok(())
    }
}

/// Compares records and fields with those of the crate `csv`. It also takes what is no CSV: text behind a closing quote, a
/// quote that is not closed.
fn compare(chunk: &Chunk, format: &CsvFormat, scope: &Scope<'_>) {
    let names: Vec<String> = (0..MOST).map(|number| format!("c{number}")).collect();
    let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut decoder = Decoder::new(format, &names, &wanted);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(format.delimiter)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(chunk.bytes.as_slice());
    let mut theirs = reader.byte_records();
    for record in Records::new(chunk, format) {
        let (start, expected) = loop {
            let record = theirs.next().expect("as many records").expect("memory can be read");
            // The position is that of the empty lines before it.
            let position = record.position().map_or(0, csv::Position::byte) as usize;
            let rest = chunk.bytes.get(position..).unwrap_or_default();
            let empty = rest.iter().take_while(|byte| **byte == b'\n').count();
            // A line of nothing but a carriage return is empty here.
            if !matches!(rest.get(empty..), Some([b'\r'] | [b'\r', b'\n', ..])) {
                break (position + empty, record);
            }
        };
        assert_eq!(record.offset, start as u64, "a record begins elsewhere");
        let Ok(Fields(found)) = decoder.decode::<Fields<'_>>(record.bytes, scope) else { continue };
        assert_eq!(found.len(), expected.len(), "{record:?}: another number of fields");
        // The carriage return before a line feed, which the crate counts to the last field.
        let before_return = chunk.bytes.get(record.offset as usize + record.bytes.len()) == Some(&b'\r');
        for (number, (ours, theirs)) in found.iter().zip(&expected).enumerate() {
            let is_last = number + 1 == found.len();
            let theirs = if is_last && before_return { theirs.strip_suffix(b"\r").unwrap_or(theirs) } else { theirs };
            match ours {
                Some(ours) => assert_eq!(*ours, theirs, "{record:?}"),
                None => assert_eq!(format.null_text.as_bytes(), theirs, "{record:?}"),
            }
        }
    }
}

/// The rows of a chunk: alone, one after the other, and in batches.
fn rows(chunk: &Chunk, format: &CsvFormat, scope: &Scope<'_>) {
    let mut decoder = Decoder::new(format, &NAMES, Row::COLUMNS);
    let mut alone = Vec::new();
    for record in Records::new(chunk, format) {
        let row = Decoder::new(format, &NAMES, Row::COLUMNS).decode::<Row<'_>>(record.bytes, scope);
        assert_eq!(shown(&row), shown(&decoder.decode::<Row<'_>>(record.bytes, scope)));
        alone.push((record.offset, record.line, shown(&row)));
    }
    for batch in [2, 256] {
        let mut reader = Reader::new(Format::Csv(format.clone()), &TABLE, Row::COLUMNS);
        let mut found = Vec::new();
        let mut from = 0;
        while from < chunk.bytes.len() {
            let mut rows = reader.rows(chunk, None, from).expect("there is no header");
            for _ in 0..batch {
                let Some(row) = rows.next::<Row<'_>>(scope) else { break };
                let record = rows.record();
                found.push((record.offset, record.line, shown(&row)));
            }
            from = rows.position();
        }
        assert_eq!(found, alone, "batches of {batch}");
    }
}
