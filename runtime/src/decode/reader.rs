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
///     let mut rows = reader.rows(&chunk, source.header(), 0)?;
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
    /// Lines of the chunk before the next record.
    lines: u64,
}

#[derive(Debug)]
enum Decoder {
    Json(json::Decoder),
    Csv { format: CsvFormat, names: Vec<String>, decoder: csv::Decoder },
}

impl Reader {
    /// A reader of a table of which the columns `wanted` are needed.
    pub fn new(format: Format, table: &TableInfo, wanted: &'static [&'static str]) -> Self {
        let decoder = match format {
            Format::Json => Decoder::Json(json::Decoder::new(wanted)),
            Format::Csv(format) => {
                let names: Vec<String> = table.columns.iter().map(|column| column.name.to_owned()).collect();
                let decoder = csv::Decoder::new(&format, &names, wanted);
                Decoder::Csv { format, names, decoder }
            }
        };
        Self { table: *table, wanted, decoder, lines: 0 }
    }

    /// How the records are written.
    pub fn format(&self) -> Format {
        self.decoder.format()
    }

    /// The rows of a chunk from a [`Rows::position`] on, at first 0; `header` is that of the chunk's file
    /// ([`crate::connectors::Source::header`]). Fails if the header names none of the table's columns. The job's loop
    /// calls this for every batch of some 256 rows.
    pub fn rows<'r, 'a>(
        &'r mut self,
        chunk: &'a Chunk,
        header: Option<&[String]>,
        from: usize,
    ) -> Result<Rows<'r, 'a>, Failure> {
        if from == 0 {
            self.lines = 0;
        }
        if let (Decoder::Csv { format, names, decoder }, Some(header)) = (&mut self.decoder, header)
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
                return Err(Failure { message, environment: false });
            }
            *names = header.to_vec();
            *decoder = csv::Decoder::new(format, header, self.wanted);
        }
        Ok(Rows { decoder: &mut self.decoder, lines: &mut self.lines, chunk, at: from, start: from, line: 0 })
    }
}

impl Decoder {
    fn format(&self) -> Format {
        match self {
            Self::Json(_) => Format::Json,
            Self::Csv { format, .. } => Format::Csv(format.clone()),
        }
    }
}

/// Where a record stands in its chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its first byte.
    start: u32,
    /// Lines of the chunk before it.
    line: u32,
}

impl Place {
    /// The record.
    pub fn record<'a>(&self, chunk: &'a Chunk, format: &Format) -> Record<'a> {
        let start = self.start as usize;
        let end = match format {
            Format::Json => start + json::line(chunk, start, 0).bytes.len(),
            Format::Csv(format) => start + csv::record(chunk, start, 0, format.delimiter).bytes.len(),
        };
        let bytes = chunk.bytes.get(start..end).unwrap_or_default();
        let (offset, line) = (chunk.offset + start as u64, chunk.line + u64::from(self.line));
        json::without_carriage_return(Record { bytes, offset, line })
    }
}

/// The rows of a chunk, one after the other.
#[derive(Debug)]
pub struct Rows<'r, 'a> {
    decoder: &'r mut Decoder,
    /// Lines of the chunk before `at`.
    lines: &'r mut u64,
    chunk: &'a Chunk,
    /// Where the next record begins.
    at: usize,
    /// Where the last record begins, and its line.
    start: usize,
    line: u64,
}

impl<'a> Rows<'_, 'a> {
    /// The next row, or why its record cannot be read; none at the end of the chunk.
    #[inline]
    pub fn next<T: Decode<'a>>(&mut self, scope: &Scope<'a>) -> Option<Result<T, Fault>> {
        let mut row = T::default();
        Some(self.read(&mut row, scope)?.map(|()| row))
    }

    /// Reads the next record into a fresh row, which is worth nothing after a fault; none at the end of the chunk.
    #[inline]
    pub fn read<T: Decode<'a>>(&mut self, row: &mut T, scope: &Scope<'a>) -> Option<Result<(), Fault>> {
        if !self.find() {
            return None;
        }
        Some(match self.decoder {
            Decoder::Json(decoder) => {
                let read = decoder.decode_line(&self.chunk.bytes, &mut self.at, row, scope);
                *self.lines += 1;
                if read.is_err() {
                    self.skip_line();
                }
                read
            }
            Decoder::Csv { format, decoder, .. } => {
                let record = csv::record(self.chunk, self.at, 0, format.delimiter);
                self.at += record.bytes.len() + 1;
                *self.lines += csv::lines(record.bytes);
                decoder.decode_into(json::without_carriage_return(record).bytes, row, scope)
            }
        })
    }

    /// The record that `next` read last.
    pub fn record(&self) -> Record<'a> {
        self.place().record(self.chunk, &self.decoder.format())
    }

    /// Where the record stands that `next` read last.
    #[inline]
    pub fn place(&self) -> Place {
        Place { start: self.start as u32, line: (self.line - self.chunk.line) as u32 }
    }

    /// How many bytes of the chunk were not read yet.
    pub fn bytes_left(&self) -> usize {
        self.chunk.bytes.len().saturating_sub(self.at)
    }

    /// Where the next record begins in the chunk's bytes, to go on later with [`Reader::rows`].
    pub fn position(&self) -> usize {
        self.at
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
        self.start = self.at;
        self.line = self.chunk.line + *self.lines;
        true
    }

    fn find_slow(&mut self) -> bool {
        let json = matches!(self.decoder, Decoder::Json(_));
        while self.at < self.chunk.bytes.len() {
            let line = json::line(self.chunk, self.at, 0).bytes;
            let blank = matches!(line, b"" | b"\r") || (json && line.trim_ascii().is_empty());
            if !blank {
                return true;
            }
            self.at += line.len() + 1;
            *self.lines += 1;
        }
        false
    }

    #[cold]
    fn skip_line(&mut self) {
        self.at += json::line(self.chunk, self.at, 0).bytes.len() + 1;
    }
}
