//! What the epoch log keeps of sources and sinks, so that a job goes on where it stopped.

use std::io;
use std::path::Path;

use crc32fast::Hasher;

/// A file's name, whatever folder the job is started in.
pub(crate) fn absolute(name: &str) -> String {
    std::path::absolute(name).map_or_else(|_| name.to_owned(), |path| path.display().to_string())
}

/// Where a source is in one of its files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// The file as the source names it.
    pub file: String,
    /// A number that it keeps when it is renamed, made of its number in the file system and of when it was made; 0 where
    /// that is not known.
    pub identity: u64,
    /// Where its next record begins, after decompression.
    pub offset: u64,
    /// The number of the line there, from 1.
    pub line: u64,
    /// The names of its CSV header.
    pub header: Option<Vec<String>>,
    /// What its bytes look like.
    pub marks: Marks,
}

/// Checksums by which a file is known again: of its beginning, and of what was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// Bytes of the file that the marks speak of: those that were read, or all of a compressed file.
    pub length: u64,
    /// Of the first bytes.
    pub head: u32,
    /// Of the last bytes before `length`.
    pub tail: u32,
}

/// So many bytes are looked at.
const WINDOW: u64 = 1024;

impl Marks {
    /// The marks of the first `length` bytes of a file; none if it has not as many.
    pub fn of(path: &Path, length: u64) -> Option<Self> {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = std::fs::File::open(path).ok()?;
        Self::by(length, |from, bytes| file.seek(SeekFrom::Start(from)).and_then(|_| file.read_exact(bytes)))
    }

    /// The marks of what `read` reads from an offset on.
    pub fn by(length: u64, mut read: impl FnMut(u64, &mut [u8]) -> io::Result<()>) -> Option<Self> {
        let mut checksum = |from: u64| {
            let mut bytes = vec![0; usize::try_from(WINDOW.min(length - from)).ok()?];
            read(from, &mut bytes).ok()?;
            let mut hasher = Hasher::new();
            hasher.update(&bytes);
            Some(hasher.finalize())
        };
        let (head, tail) = (checksum(0)?, checksum(length.saturating_sub(WINDOW))?);
        Some(Self { length, head, tail })
    }

    /// Whether a file still begins with the bytes that the marks speak of.
    pub fn fit(self, path: &Path) -> bool {
        Self::of(path, self.length) == Some(self)
    }
}

/// A file that the runtime has not taken all of that the source handed over: where it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untaken {
    /// Index into [`Source::files`](super::Source::files).
    pub file: usize,
    /// Where the next record begins.
    pub offset: u64,
    /// The number of its line.
    pub line: u64,
}

/// What a source found of the files that it had read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resumed {
    /// Files that hold something else now: what was read of them cannot be what they say.
    pub replaced: Vec<String>,
    /// Files that are there no more.
    pub missing: Vec<String>,
    /// Files whose last record had no end when it was read, and has more now.
    pub grown: Vec<String>,
    /// Followed files in whose place another one stands, which is read from its beginning, each with the offset up to
    /// which the former one was read.
    pub renewed: Vec<(String, u64)>,
}

/// A sink's target as it was when the epoch log began.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// Where it is: the file or the table of a database, whatever folder the job is started in.
    pub place: String,
    /// Whether the job made it: then all its rows are the job's.
    pub made: bool,
    /// Its length, for a file that is appended to.
    pub length: u64,
}

/// The epoch log that a sink is tied to.
#[derive(Debug, Clone, Copy)]
pub struct Tie<'t> {
    /// The number of the log.
    pub log: u64,
    /// The pipeline.
    pub job: &'static str,
    /// Epochs of the log, each with the sink's [`length`](super::Sink::length) before it; the last may be one that is
    /// still to come.
    pub lengths: &'t [(u64, u64)],
}

/// What a sink has of the log that it is tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// All epochs up to this one. 0 is none: the log is told from its beginning.
    UpTo(u64),
    /// It cannot tell. If `repeatable` it is told all epochs since the last snapshot, else the last one.
    Unknown {
        /// Whether rows have keys, so that what it is told twice does no harm.
        repeatable: bool,
    },
    /// Whatever it is told is forgotten.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grew_is_known_again_and_another_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let bytes: Vec<u8> = (0..5000u32).flat_map(u32::to_le_bytes).collect();
        std::fs::write(&path, &bytes).unwrap();
        for length in [0, 1, 1024, 5000, bytes.len() as u64] {
            let marks = Marks::of(&path, length).unwrap();
            assert!(marks.fit(&path));
            let mut longer = bytes.clone();
            longer.extend(b"more");
            std::fs::write(&path, &longer).unwrap();
            assert!(marks.fit(&path));
            if length > 0 {
                longer[length as usize - 1] ^= 1;
                std::fs::write(&path, &longer).unwrap();
                assert!(!marks.fit(&path));
                std::fs::write(&path, &bytes[..length as usize - 1]).unwrap();
                assert!(!marks.fit(&path));
            }
            std::fs::write(&path, &bytes).unwrap();
        }
        assert_eq!(Marks::of(&folder.path().join("absent"), 1), None);
    }
}
