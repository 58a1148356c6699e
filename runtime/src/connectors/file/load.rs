//! Reading a whole file into values: for look-ups, for `initial`, for previews.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use bumpalo::Bump;
use jiff::tz::TimeZone;

use super::super::sql_type::SqlType;
use super::super::{Chunk, Failure, Format, Progress, TableInfo};
use super::settings::Place;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use super::settings::format_by_name;
use super::stream::Stream;
use crate::decode::{Field, Record, csv, json};
use crate::scope::{Clock, Scope};
use crate::values::{Fault, Value};

/// Takes a row; breaks off when it has seen enough.
type Each<'e> = dyn FnMut(&[Value<'_>]) -> Result<ControlFlow<()>, Failure> + 'e;

/// Reads a file whose format is told by its name.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(in crate::connectors) fn load_initial(path: &Path, table: &TableInfo, each: &mut Each<'_>) -> Result<(), Failure> {
    load(path, &format_by_name(path), table, each)
}

/// Hands over every row of a file; a record that cannot be read is a failure.
pub(super) fn load(path: &Path, format: &Format, table: &TableInfo, each: &mut Each<'_>) -> Result<(), Failure> {
    let mut stream = Stream::open(&Place::Path(path.to_owned()), false, &Arc::default())?;
    let mut loader = Loader::new(table, format);
    let mut chunk = Chunk::default();
    let mut memory = Bump::new();
    let clock = Clock::new(0, TimeZone::UTC);
    loop {
        match stream.read(&mut chunk, format)? {
            Progress::Records => {}
            Progress::Idle => continue,
            Progress::End => return Ok(()),
        }
        loader.take_header(stream.header(), format);
        let scope = Scope { memory: &memory, clock: &clock };
        if loader.rows(&chunk, &scope, stream.name(), each)?.is_break() {
            return Ok(());
        }
        memory.reset();
    }
}

/// How many records a file has.
pub(super) fn count(path: &Path, format: &Format) -> Result<u64, Failure> {
    let mut stream = Stream::open(&Place::Path(path.to_owned()), false, &Arc::default())?;
    let mut chunk = Chunk::default();
    let mut total = 0;
    loop {
        match stream.read(&mut chunk, format)? {
            Progress::Records => {}
            Progress::Idle => continue,
            Progress::End => return Ok(total),
        }
        total += match format {
            Format::Json => json::Records::new(&chunk).count(),
            Format::Csv(format) => csv::Records::new(&chunk, format).count(),
        } as u64;
    }
}

/// Reads records into values.
struct Loader {
    table: TableInfo,
    types: Vec<SqlType>,
    names: Vec<&'static str>,
    decoder: Decoder,
}

enum Decoder {
    Json(json::Decoder),
    Csv(csv::Decoder),
}

impl Loader {
    fn new(table: &TableInfo, format: &Format) -> Self {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        let decoder = match format {
            Format::Json => Decoder::Json(json::Decoder::new(&names)),
            Format::Csv(format) => Decoder::Csv(csv::Decoder::new(format, &names, &names)),
        };
        Self { table: *table, types: table.columns.iter().map(SqlType::of).collect(), names, decoder }
    }

    fn take_header(&mut self, header: Option<&[String]>, format: &Format) {
        if let (Format::Csv(format), Some(header)) = (format, header) {
            self.decoder = Decoder::Csv(csv::Decoder::new(format, header, &self.names));
        }
    }

    fn rows<'a>(
        &mut self,
        chunk: &'a Chunk,
        scope: &Scope<'a>,
        name: &str,
        each: &mut Each<'_>,
    ) -> Result<ControlFlow<()>, Failure> {
        let records: &mut dyn Iterator<Item = Record<'a>> = match &self.decoder {
            Decoder::Json(_) => &mut json::Records::new(chunk),
            Decoder::Csv(decoder) => &mut decoder.records(chunk),
        };
        let mut values = vec![Value::Null; self.types.len()];
        for record in records {
            values.fill(Value::Null);
            self.row(&record, scope, &mut values)
                .map_err(|fault| Failure::pipeline(format!("{name}:{}: {fault}", record.line)))?;
            if each(&values)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn row<'a>(&mut self, record: &Record<'a>, scope: &Scope<'a>, values: &mut [Value<'a>]) -> Result<(), Fault> {
        let (types, names) = (&self.types, &self.names);
        let mut found = |column: usize, field: Field<'a>| {
            if let (Some(value), Some(ty), Some(name)) = (values.get_mut(column), types.get(column), names.get(column))
            {
                *value = ty.value(field, scope).map_err(|fault| fault.in_column(name))?;
            }
            Ok(())
        };
        match &mut self.decoder {
            Decoder::Json(decoder) => decoder.fields(record.bytes, &mut found)?,
            Decoder::Csv(decoder) => decoder.fields(record.bytes, scope, &mut found)?,
        }
        match self.table.columns.iter().zip(values).find(|(column, value)| column.not_null && **value == Value::Null) {
            Some((column, _)) => Err(Fault::null(column.name)),
            None => Ok(()),
        }
    }
}
