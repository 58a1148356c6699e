//! One file or pipe, read in chunks of whole records.

use std::fs::Metadata;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::resume::{Marks, Position, absolute};
use super::super::{Chunk, Failure, Format, Progress};
use super::input::{Input, identity};
use super::pipe::{Origin, Pipe};
use super::settings::Place;
use crate::decode::csv;

/// Bytes of a chunk, unless a record is longer.
const CHUNK: usize = 256 << 10;
/// The longest record.
const LONGEST: usize = 64 << 20;

/// A file or pipe that is being read.
pub(super) struct Stream {
    path: Option<PathBuf>,
    /// Its name in messages.
    name: String,
    from: From,
    /// Whether more may be appended after its end.
    follow: bool,
    /// The beginning of a record whose end was not read yet.
    rest: Vec<u8>,
    /// Where `rest` begins, in bytes and lines.
    offset: u64,
    line: u64,
    header: Option<Vec<String>>,
    /// Whether the mark and the header at the file's beginning are behind.
    begun: bool,
    ended: bool,
    longest: usize,
}

enum From {
    File(Input),
    Pipe(Pipe),
}

/// What filling a buffer gave.
struct Filled {
    length: usize,
    /// Whether anything new came.
    any: bool,
    /// Whether the end was reached.
    end: bool,
}

impl Stream {
    /// Opens a file, a named pipe or standard input; bytes are counted in `read`.
    pub fn open(place: &Place, follow: bool, read: &Arc<AtomicU64>) -> Result<Self, Failure> {
        let (path, name, from) = match place {
            Place::Standard => (None, "standard input".to_owned(), Pipe::new(Origin::StandardInput).map(From::Pipe)),
            Place::Path(path) => {
                let name = path.display().to_string();
                let metadata = path.metadata().map_err(|error| Failure::file("open", path, &error))?;
                let from = if is_pipe(&metadata) {
                    Pipe::new(Origin::Named(path.clone())).map(From::Pipe)
                } else {
                    Ok(From::File(Input::open(path, read)?))
                };
                (Some(path.clone()), name, from)
            }
        };
        let from = from.map_err(|error| Failure::environment(format!("cannot read {name}: {error}")))?;
        Ok(Self {
            path,
            name,
            from,
            follow,
            rest: Vec::new(),
            offset: 0,
            line: 1,
            header: None,
            begun: false,
            ended: false,
            longest: LONGEST,
        })
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a pipe, of which nothing can be read again.
    pub fn is_pipe(&self) -> bool {
        match &self.from {
            From::File(_) => false,
            From::Pipe(_) => true,
        }
    }

    /// Where the next record begins; without what the bytes there look like.
    pub fn position(&self) -> Position {
        let identity = self.identity().unwrap_or(0);
        let (file, header) = (absolute(&self.name), self.header.clone());
        Position { file, identity, offset: self.offset, line: self.line, header, ..Position::default() }
    }

    /// A number that the file keeps when it is renamed, whatever stands at its path by now.
    pub fn identity(&self) -> Option<u64> {
        match &self.from {
            From::File(Input::Plain(input)) => input.identity(),
            From::File(Input::Gzip(_) | Input::Zstandard(_)) => identity(&self.path.as_ref()?.metadata().ok()?),
            From::Pipe(_) => None,
        }
    }

    /// What the file looks like up to an offset, if that can be told of the file itself and not of its path alone.
    pub fn marks(&self, offset: u64) -> Option<Marks> {
        match &self.from {
            From::File(Input::Plain(input)) => input.marks(offset),
            From::File(Input::Gzip(_) | Input::Zstandard(_)) | From::Pipe(_) => None,
        }
    }

    /// Goes on where an earlier run stopped.
    pub fn go_on(&mut self, position: &Position) -> Result<(), Failure> {
        let From::File(input) = &mut self.from else { return Ok(()) };
        if let Err(error) = input.skip_to(position.offset) {
            return Err(self.broken(&error));
        }
        (self.offset, self.line) = (position.offset, position.line);
        self.header.clone_from(&position.header);
        self.begun = position.offset > 0;
        Ok(())
    }

    /// The names of its CSV header.
    pub fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    /// Fills a chunk with whole records.
    pub fn read(&mut self, chunk: &mut Chunk, format: &Format) -> Result<Progress, Failure> {
        loop {
            if self.ended && self.rest.is_empty() {
                return Ok(Progress::End);
            }
            let bytes = &mut chunk.bytes;
            // The buffer keeps its length from the last time, so that only a few bytes must be made zero here.
            bytes.resize((self.rest.len() * 2).clamp(CHUNK, self.longest.max(CHUNK)).max(self.rest.len()), 0);
            bytes[..self.rest.len()].copy_from_slice(&self.rest);
            let filled = self.fill(bytes)?;
            let full = filled.length == bytes.len() && !filled.end;
            self.ended = filled.end;
            let end = if self.ended { filled.length } else { whole_records(&bytes[..filled.length], format) };
            self.rest.clear();
            self.rest.extend_from_slice(&bytes[end..filled.length]);
            if end == 0 && full {
                if filled.length >= self.longest {
                    return Err(self.too_long(format));
                }
                continue;
            }
            bytes.truncate(end);
            chunk.offset = self.offset;
            chunk.line = self.line;
            self.offset += end as u64;
            self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            if !self.begun && end > 0 {
                self.begin(chunk, format)?;
            }
            if !chunk.bytes.is_empty() {
                return Ok(Progress::Records);
            }
            if !self.ended && !filled.any {
                return Ok(Progress::Idle);
            }
        }
    }

    /// Fills the buffer behind what is left of the last one.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<Filled, Failure> {
        let mut filled = Filled { length: self.rest.len(), any: false, end: self.ended };
        let mut replaced = false;
        while filled.length < bytes.len() && !filled.end {
            let into = &mut bytes[filled.length..];
            let count = match &mut self.from {
                From::File(input) => match input.read(into) {
                    Ok(0) if self.follow => None,
                    Ok(count) => Some(count),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => return Err(self.broken(&error)),
                },
                From::Pipe(pipe) => pipe.read(into, !filled.any).map_err(|error| self.broken(&error))?,
            };
            match count {
                Some(0) => filled.end = true,
                Some(count) => {
                    filled.length += count;
                    filled.any = true;
                }
                None if filled.any => break,
                None if replaced || !self.is_replaced()? => {
                    filled.end = replaced;
                    break;
                }
                // What was appended before the file was replaced is read first.
                None => replaced = true,
            }
        }
        Ok(filled)
    }

    /// Takes a byte order mark and the CSV header off the first chunk.
    fn begin(&mut self, chunk: &mut Chunk, format: &Format) -> Result<(), Failure> {
        self.begun = true;
        let mut skip = if chunk.bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        if let Format::Csv(format) = format
            && format.header
        {
            let end = csv::record_end(&chunk.bytes, skip, format.delimiter).unwrap_or(chunk.bytes.len());
            let record = chunk.bytes.get(skip..end).unwrap_or_default();
            let record = record.strip_suffix(b"\r").unwrap_or(record);
            let names = csv::names(record, format.delimiter)
                .map_err(|fault| Failure::pipeline(format!("{}:1: the header cannot be read: {fault}", self.name)))?;
            self.header = Some(names);
            skip = (end + 1).min(chunk.bytes.len());
        }
        let skipped = chunk.bytes.drain(..skip);
        chunk.line += memchr::memchr_iter(b'\n', skipped.as_slice()).count() as u64;
        chunk.offset += skip as u64;
        Ok(())
    }

    /// Whether a followed file was cut or another one stands in its place: then what is left of it is its last record.
    fn is_replaced(&mut self) -> Result<bool, Failure> {
        let (Some(path), From::File(Input::Plain(file))) = (&self.path, &self.from) else { return Ok(false) };
        let failure = |error| Failure::file("look at", path, &error);
        let position = self.offset + self.rest.len() as u64;
        if file.length().map_err(failure)? < position {
            return Ok(true);
        }
        match path.metadata() {
            Ok(now) => Ok(!file.is_same(&now).map_err(failure)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(failure(error)),
        }
    }

    #[cold]
    fn broken(&self, error: &io::Error) -> Failure {
        let reason = super::super::options::reason(error);
        Failure::environment(match &self.from {
            From::File(Input::Gzip(_) | Input::Zstandard(_)) => {
                format!("cannot read {}: the compressed file is damaged or cut off ({reason})", self.name)
            }
            From::File(Input::Plain(_)) | From::Pipe(_) => format!("cannot read {}: {reason}", self.name),
        })
    }

    #[cold]
    fn too_long(&self, format: &Format) -> Failure {
        let hint = match format {
            Format::Json => "",
            Format::Csv(_) => "; is a quote not closed?",
        };
        let (name, line, longest) = (&self.name, self.line, self.longest >> 20);
        Failure::pipeline(format!("{name}:{line}: the record is longer than {longest} MiB{hint}"))
    }
}

/// How many bytes hold whole records, each with its line break.
fn whole_records(bytes: &[u8], format: &Format) -> usize {
    match format {
        Format::Json => memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1),
        Format::Csv(format) => {
            let mut end = 0;
            while let Some(at) = csv::record_end(bytes, end, format.delimiter) {
                end = at + 1;
            }
            end
        }
    }
}

#[cfg(unix)]
fn is_pipe(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    kind.is_fifo() || kind.is_char_device() || kind.is_socket()
}

#[cfg(not(unix))]
fn is_pipe(_metadata: &Metadata) -> bool {
    false
}

/// The sum of the lengths of files, as far as they are known.
pub(super) fn total_length<'p>(paths: impl Iterator<Item = &'p Path>) -> Option<u64> {
    paths.map(|path| path.metadata().ok().filter(|metadata| !is_pipe(metadata)).map(|metadata| metadata.len())).sum()
}

/// The bytes read so far.
pub(super) fn count(read: &AtomicU64) -> u64 {
    read.load(Ordering::Relaxed)
}
