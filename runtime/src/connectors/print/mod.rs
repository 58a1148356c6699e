//! The `print` connector: standard output, a line a change, such as `+I[2026112100, 102926.86, 14, 14]`.

use std::io::{self, Write};

use super::options::Reading;
use super::{ChangeKind, Failure, Options, Row, Sink, TableInfo, format};

/// Opens the sink. Options: `format`: `row` (default) or `json`.
pub(super) fn open_sink(table: &TableInfo, options: &Options) -> Result<Box<dyn Sink>, Failure> {
    let json = is_json(table, options)?;
    Ok(Box::new(Print { table: *table, json, buffer: Vec::new(), out: io::stdout() }))
}

/// Whether the options can be used.
pub(super) fn check_options(table: &TableInfo, options: &Options) -> Result<(), Failure> {
    is_json(table, options).map(|_| ())
}

fn is_json(table: &TableInfo, options: &Options) -> Result<bool, Failure> {
    let reading = Reading::new("print", table, options, &["format"])?;
    match reading.get("format") {
        None | Some("row") => Ok(false),
        Some("json") => Ok(true),
        Some(other) => Err(reading.wrong(&format!("the option 'format' is '{other}', but must be row or json"))),
    }
}

/// So many bytes are kept before they are written in the middle of an epoch.
const FULL: usize = 64 << 10;

struct Print<W> {
    table: TableInfo,
    json: bool,
    buffer: Vec<u8>,
    out: W,
}

impl<W: Write> Print<W> {
    fn write_out(&mut self) -> Result<(), Failure> {
        let written = self.out.write_all(&self.buffer).and_then(|()| self.out.flush());
        self.buffer.clear();
        written.map_err(|error| {
            Failure::environment(format!("cannot write to standard output: {}", super::options::reason(&error)))
        })
    }
}

impl<W: Write + Send> Sink for Print<W> {
    fn write(&mut self, kind: ChangeKind, row: &dyn Row) -> Result<(), Failure> {
        if self.json {
            format::json_row(Some(kind), &self.table, row, &mut self.buffer);
        } else {
            format::print_row(kind, &self.table, row, &mut self.buffer);
        }
        self.buffer.push(b'\n');
        if self.buffer.len() >= FULL { self.write_out() } else { Ok(()) }
    }

    fn commit(&mut self, _epoch: u64) -> Result<(), Failure> {
        if self.buffer.is_empty() { Ok(()) } else { self.write_out() }
    }

    fn wants_changelog(&self) -> bool {
        true
    }

    fn is_standard_output(&self) -> bool {
        true
    }

    fn place(&self) -> String {
        "standard output".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Cells, TABLE};
    use super::*;
    use crate::values::Value;

    #[test]
    fn a_line_a_change() {
        let mut sink = Print { table: TABLE, json: false, buffer: Vec::new(), out: Vec::new() };
        let row = Cells(vec![Value::Integer(7), Value::Text("a, b"), Value::Decimal { unscaled: 150, scale: 2 }]);
        sink.write(ChangeKind::Insert, &row).unwrap();
        let row = Cells(vec![Value::Integer(7), Value::Null, Value::Null]);
        sink.write(ChangeKind::UpdateBefore, &row).unwrap();
        sink.json = true;
        sink.write(ChangeKind::UpdateAfter, &row).unwrap();
        sink.write(ChangeKind::Delete, &row).unwrap();
        assert!(sink.out.is_empty());
        sink.commit(1).unwrap();
        let expected = "+I[7, a, b, 1.50]\n-U[7, null, null]\n{\"op\":\"+U\",\"id\":7,\"name\":null,\"price\":null}\n\
                        {\"op\":\"-D\",\"id\":7,\"name\":null,\"price\":null}\n";
        assert_eq!(String::from_utf8(sink.out).unwrap(), expected);
    }
}
