//! A file as the chunks that the file connector hands over.

use std::io;

use millstream_bench_workloads::data::{DataSet, Kind, Spread};
use millstream_runtime::connectors::{Chunk, Format, TableInfo};
use millstream_runtime::decode::{Decode, Reader};
use millstream_runtime::scope::Scope;

use crate::bench_world::World;

/// Bytes of a chunk.
const SIZE: usize = 256 << 10;

/// Lines of a data set with 1,000,000 keys, in memory.
pub fn generated(kind: Kind, lines: u64) -> io::Result<Vec<Chunk>> {
    let mut bytes = Vec::new();
    DataSet { kind, lines, keys: 1_000_000, spread: Spread::Skewed, seed: 1 }.write(&mut bytes)?;
    let mut chunks = Vec::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let window = &rest[..rest.len().min(SIZE)];
        let end = window.iter().rposition(|byte| *byte == b'\n').map_or(window.len(), |end| end + 1);
        chunks.push(chunk(&rest[..end]));
        rest = &rest[end..];
    }
    Ok(chunks)
}

/// A chunk of whole lines.
pub fn chunk(lines: &[u8]) -> Chunk {
    Chunk { bytes: lines.to_vec(), offset: 0, file: 0, line: 1 }
}

/// Reads rows from chunks of JSON, with the key order that it saw last.
pub struct JsonReader(Reader);

impl JsonReader {
    /// A reader of the columns that the pipeline needs.
    pub fn new(columns: &'static [&'static str]) -> Self {
        Self(Reader::new(Format::Json, &TableInfo { name: "records", columns: &[], primary_key: &[] }, columns))
    }

    /// Hands over each row of a chunk; tells how many there were, good and bad.
    pub fn read<'a, R: Decode<'a>>(
        &mut self,
        chunk: &'a Chunk,
        scope: &Scope<'a>,
        mut each: impl FnMut(&R),
    ) -> io::Result<(u64, u64)> {
        let mut rows = self.0.rows(chunk, None, 0).map_err(|failure| io::Error::other(failure.message))?;
        let (mut good, mut bad) = (0, 0);
        while let Some(row) = rows.next::<R>(scope) {
            match row {
                Ok(row) => {
                    good += 1;
                    each(&row);
                }
                Err(_) => bad += 1,
            }
        }
        Ok((good, bad))
    }

    /// [`Self::read`] for rows of any life, with the batch's memory of a [`World`].
    pub fn count<R>(&mut self, world: &mut World, chunk: &Chunk) -> io::Result<(u64, u64)>
    where
        R: Rows,
    {
        world.with_scope(|scope| {
            // The scope may not outlive the chunk that rows borrow from.
            let scope = Scope { memory: scope.memory, clock: scope.clock };
            self.read::<R::Of<'_>>(chunk, &scope, |row| {
                std::hint::black_box(row);
            })
        })
    }
}

/// A row type with the life of its text left open.
pub trait Rows {
    /// The row.
    type Of<'a>: Decode<'a>;
}

/// `user_order` as `hourly_premium` reads it.
#[derive(Debug)]
pub struct Orders;

impl Rows for Orders {
    type Of<'a> = crate::hourly_premium::UserOrder<'a>;
}

/// `user_log` as `last_page` reads it.
#[derive(Debug)]
pub struct Views;

impl Rows for Views {
    type Of<'a> = crate::last_page::UserLog<'a>;
}
