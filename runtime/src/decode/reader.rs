//! From the chunks of a source to rows, whatever the format.

use super::{Decode, Record, csv, json};
use crate::connectors::{Chunk, CsvFormat, Failure, Format, TableInfo};
use crate::scope::Scope;
use crate::values::Fault;

/// Reads the chunks of one source table.
///
/// ```ignore
/// let mut reader = Reader::new(source.format(), &TABLE, UserOrder::COLUMNS);
/// while source.read(&mut chunk)? == Progress::Records {
///     let mut rows = reader.rows(&chunk, source.header())?;
///     while let Some(row) = rows.next::<UserOrder>(&scope) {
///         match row {
///             Ok(row) => …,
///             Err(fault) => dead_letters.add(table, file, &rows.record(), &fault),
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Reader {
    table: TableInfo,
    wanted: &'static [&'static str],
    decoder: Decoder,
}

#[derive(Debug)]
enum Decoder {
    Json(json::Decoder),
    Csv {
        format: CsvFormat,
        names: Vec<String>,
        decoder: csv::Decoder,
    },
}

/// Where a record stands in its chunk; small, to be kept for each row of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Offset of its first byte in the chunk.
    pub start: u32,
    /// Its first line, counted from the chunk's first, which is 0.
    pub line: u32,
}

impl Reader {
    /// A reader of a table of which the columns `wanted` are needed.
    pub fn new(format: Format, table: &TableInfo, wanted: &'static [&'static str]) -> Self {
        let decoder = match format {
            Format::Json => Decoder::Json(json::Decoder::new(wanted)),
            Format::Csv(format) => {
                let names: Vec<String> = table
                    .columns
                    .iter()
                    .map(|column| column.name.to_owned())
                    .collect();
                let decoder = csv::Decoder::new(&format, &names, wanted);
                Decoder::Csv {
                    format,
                    names,
                    decoder,
                }
            }
        };
        Self {
            table: *table,
            wanted,
            decoder,
        }
    }

    /// The rows of a chunk; `header` is that of the chunk's file ([`crate::connectors::Source::header`]). Fails if
    /// the header names none of the table's columns.
    pub fn rows<'r, 'a>(
        &'r mut self,
        chunk: &'a Chunk,
        header: Option<&[String]>,
    ) -> Result<Rows<'r, 'a>, Failure> {
        if let (
            Decoder::Csv {
                format,
                names,
                decoder,
            },
            Some(header),
        ) = (&mut self.decoder, header)
            && *names != header
        {
            let known = |name: &String| self.table.columns.iter().any(|column| column.name == name);
            if !header.iter().any(known) {
                let message = format!(
                    "table {}: the first record of the CSV file names none of the table's columns but {}; if it is no \
                     header, set header: false",
                    self.table.name,
                    header.join(", ")
                );
                return Err(Failure {
                    message,
                    environment: false,
                });
            }
            *names = header.to_vec();
            *decoder = csv::Decoder::new(format, header, self.wanted);
        }
        Ok(Rows {
            decoder: &mut self.decoder,
            chunk,
            at: 0,
            line: 0,
            place: Place::default(),
        })
    }

    /// The record at a place of a chunk.
    pub fn record<'a>(&self, chunk: &'a Chunk, place: Place) -> Record<'a> {
        self.decoder.record(chunk, place)
    }
}

impl Decoder {
    fn record<'a>(&self, chunk: &'a Chunk, place: Place) -> Record<'a> {
        let (start, line) = (place.start as usize, chunk.line + u64::from(place.line));
        json::without_carriage_return(match self {
            Self::Json(_) => json::line(chunk, start, line),
            Self::Csv { format, .. } => csv::record(chunk, start, line, format.delimiter),
        })
    }
}

/// The rows of a chunk, one after the other.
#[derive(Debug)]
pub struct Rows<'r, 'a> {
    decoder: &'r mut Decoder,
    chunk: &'a Chunk,
    /// Where the next record begins.
    at: usize,
    line: u32,
    /// Where the last record is.
    place: Place,
}

impl<'a> Rows<'_, 'a> {
    /// The next row, or why its record cannot be read; none at the end of the chunk.
    pub fn next<T: Decode<'a>>(&mut self, scope: &Scope<'a>) -> Option<Result<T, Fault>> {
        if !self.find() {
            return None;
        }
        match self.decoder {
            Decoder::Json(decoder) => {
                let row = decoder.decode_line(&self.chunk.bytes, &mut self.at, scope);
                self.line += 1;
                if row.is_err() {
                    self.skip_line();
                }
                Some(row)
            }
            Decoder::Csv {
                format, decoder, ..
            } => {
                let record = csv::record(self.chunk, self.at, 0, format.delimiter);
                self.at += record.bytes.len() + 1;
                self.line += csv::lines(record.bytes) as u32;
                Some(decoder.decode(json::without_carriage_return(record).bytes, scope))
            }
        }
    }

    /// The record that `next` read last.
    pub fn record(&self) -> Record<'a> {
        self.decoder.record(self.chunk, self.place)
    }

    /// Where that record stands, for [`Reader::record`].
    pub fn place(&self) -> Place {
        self.place
    }

    /// Goes to the next record that is not blank.
    #[inline]
    fn find(&mut self) -> bool {
        match self.chunk.bytes.get(self.at) {
            Some(b'{') => {}
            Some(_) => {
                if !self.find_slow() {
                    return false;
                }
            }
            None => return false,
        }
        self.place = Place {
            start: self.at as u32,
            line: self.line,
        };
        true
    }

    fn find_slow(&mut self) -> bool {
        let json = matches!(self.decoder, Decoder::Json(_));
        while self.at < self.chunk.bytes.len() {
            let line = json::line(self.chunk, self.at, 0).bytes;
            if !matches!(line, b"" | b"\r") && !(json && line.trim_ascii().is_empty()) {
                return true;
            }
            self.at += line.len() + 1;
            self.line += 1;
        }
        false
    }

    #[cold]
    fn skip_line(&mut self) {
        self.at += json::line(self.chunk, self.at, 0).bytes.len() + 1;
    }
}
