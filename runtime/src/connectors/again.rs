//! A source that is read once more, up to where it was read before.

use super::resume::{Marks, absolute};
use super::{Chunk, Failure, Format, Position, Progress, Source};

/// A source from its beginning up to positions at which another reader of it stands.
pub struct Again {
    source: Box<dyn Source>,
    ends: Vec<End>,
}

/// Where the reading of a file ends.
struct End {
    file: String,
    offset: u64,
    reached: bool,
}

impl Again {
    /// Reads `source`, of which nothing was read yet, up to the positions.
    pub fn new(source: Box<dyn Source>, positions: &[Position]) -> Self {
        let end = |position: &Position| End {
            file: position.file.clone(),
            offset: position.offset,
            reached: position.offset == 0,
        };
        Self { source, ends: positions.iter().map(end).collect() }
    }

    /// Whether all that was read up to the positions is still there.
    pub fn is_possible(source: &dyn Source, positions: &[Position]) -> bool {
        let there = |Position { file, marks, .. }: &Position| Marks::fit(*marks, file.as_ref());
        source.is_lasting() && positions.iter().all(there)
    }

    fn is_done(&self) -> bool {
        self.ends.iter().all(|end| end.reached)
    }
}

impl Source for Again {
    fn read(&mut self, chunk: &mut Chunk) -> Result<Progress, Failure> {
        while !self.is_done() {
            let progress = self.source.read(chunk)?;
            if progress != Progress::Records {
                return Ok(progress);
            }
            let file = self.source.files().get(chunk.file).map(|name| absolute(name)).unwrap_or_default();
            // Of another file nothing was read.
            let Some(end) = self.ends.iter_mut().find(|end| end.file == file) else { continue };
            let left = usize::try_from(end.offset.saturating_sub(chunk.offset)).unwrap_or(usize::MAX);
            end.reached |= left <= chunk.bytes.len();
            // Records end there.
            chunk.bytes.truncate(left);
            if !chunk.bytes.is_empty() {
                return Ok(Progress::Records);
            }
        }
        Ok(Progress::End)
    }

    fn format(&self) -> Format {
        self.source.format()
    }

    fn header(&self) -> Option<&[String]> {
        self.source.header()
    }

    fn files(&self) -> &[String] {
        self.source.files()
    }

    fn progress(&self) -> (u64, Option<u64>) {
        self.source.progress()
    }
}
