//! Records of a file: each with its length and checksums, so that a torn or damaged one is told from a good one.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom};

use crc32fast::Hasher;

/// The first bytes of each file.
pub const MAGIC: [u8; 8] = *b"millstrm";

/// The version of the format.
pub const VERSION: u32 = 3;
/// The oldest version that is still read.
const OLDEST: u32 = 2;

/// Bytes before the first record: the magic and the version.
pub const BEGIN: u64 = 12;

/// Bytes of a record's head: its length, its kind, the checksum of its body, the checksum of the head.
const HEAD: usize = 20;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What the log belongs to.
    Header,
    /// An epoch.
    Epoch,
    /// That all sinks have the last epoch.
    Applied,
    /// The epoch that a snapshot stands at.
    Standing,
    /// What a worker keeps.
    State,
    /// The end of a snapshot.
    End,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Header, Self::Epoch, Self::Applied, Self::Standing, Self::State, Self::End];

    fn number(self) -> u32 {
        match self {
            Self::Header => 1,
            Self::Epoch => 2,
            Self::Applied => 3,
            Self::Standing => 4,
            Self::State => 5,
            Self::End => 6,
        }
    }
}

/// The first bytes of a file.
pub fn begin() -> Vec<u8> {
    [&MAGIC[..], &VERSION.to_le_bytes()].concat()
}

/// The head of a record whose body is these pieces together.
pub fn head(kind: Kind, pieces: &[&[u8]]) -> [u8; HEAD] {
    let mut body = Hasher::new();
    pieces.iter().for_each(|piece| body.update(piece));
    let length: u64 = pieces.iter().map(|piece| piece.len() as u64).sum();
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&length.to_le_bytes());
    head[8..12].copy_from_slice(&kind.number().to_le_bytes());
    head[12..16].copy_from_slice(&body.finalize().to_le_bytes());
    let checksum = crc32fast::hash(&head[..16]);
    head[16..].copy_from_slice(&checksum.to_le_bytes());
    head
}

/// How long a record with a body of this length is.
pub fn length_with_head(body: u64) -> u64 {
    body + HEAD as u64
}

/// A head that was read.
struct Head {
    length: u64,
    kind: Kind,
    checksum: u32,
}

impl Head {
    fn read(bytes: &[u8; HEAD]) -> Option<Self> {
        let (head, own) = bytes.split_last_chunk::<4>()?;
        let (length, rest) = head.split_first_chunk::<8>()?;
        let (kind, checksum) = rest.split_first_chunk::<4>()?;
        if u32::from_le_bytes(*own) != crc32fast::hash(head) {
            return None;
        }
        let kind = u32::from_le_bytes(*kind);
        Some(Self {
            length: u64::from_le_bytes(*length),
            kind: Kind::ALL.into_iter().find(|known| known.number() == kind)?,
            checksum: u32::from_le_bytes(*checksum.first_chunk()?),
        })
    }
}

/// Reads a file record by record.
pub struct Records {
    file: BufReader<File>,
    length: u64,
    position: u64,
    body: Vec<u8>,
}

/// What stands next in a file.
#[derive(Debug)]
pub enum Next<'b> {
    /// A good record.
    Record(Kind, &'b [u8]),
    /// Nothing: the file ends behind a good record.
    End,
    /// A record that was not written whole, or is damaged; whether good ones follow.
    Damaged {
        /// Whether a good record stands behind it, so that it was not the last to be written.
        followed: bool,
    },
}

/// Why a file cannot be read at all.
#[derive(Debug)]
pub enum Unreadable {
    /// The system says so.
    Io(io::Error),
    /// It is no file of an epoch log.
    Foreign,
    /// It was written by another version, with this format.
    Version(u32),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Records {
    /// Reads a file from its beginning.
    pub fn open(file: File) -> Result<Self, Unreadable> {
        let length = file.metadata()?.len();
        let mut records =
            Self { file: BufReader::with_capacity(256 << 10, file), length, position: 0, body: Vec::new() };
        let mut begin = [0; BEGIN as usize];
        if length < BEGIN {
            return Err(Unreadable::Foreign);
        }
        records.file.read_exact(&mut begin)?;
        records.position = BEGIN;
        let (magic, version) = begin.split_at(MAGIC.len());
        let version = u32::from_le_bytes(version.try_into().unwrap_or_default());
        match (magic == MAGIC, version) {
            (true, OLDEST..=VERSION) => Ok(records),
            (true, other) => Err(Unreadable::Version(other)),
            (false, _) => Err(Unreadable::Foreign),
        }
    }

    /// Where the next record begins.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// How long the file is.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Goes to a record.
    pub fn seek(&mut self, position: u64) -> io::Result<()> {
        self.position = position;
        self.file.seek(SeekFrom::Start(position)).map(drop)
    }

    /// The next record. After a damaged one nothing more is read.
    pub fn next(&mut self) -> io::Result<Next<'_>> {
        self.next_of(None)
    }

    /// The next record, those passed over whose body begins with the number of another part of the state: somebody else
    /// looks at them.
    pub fn next_of(&mut self, part: Option<u8>) -> io::Result<Next<'_>> {
        let at = loop {
            if self.position >= self.length {
                return Ok(Next::End);
            }
            match part {
                Some(part) if self.pass_over(part)? => {}
                Some(_) | None => break self.position,
            }
        };
        match self.record()? {
            Some(kind) => Ok(Next::Record(kind, &self.body)),
            None => {
                let followed = self.find_record_behind(at)?;
                self.position = self.length;
                Ok(Next::Damaged { followed })
            }
        }
    }

    /// Passes over a record of the state if it is not of this part.
    fn pass_over(&mut self, part: u8) -> io::Result<bool> {
        let known = self.file.fill_buf()?;
        let head = known.first_chunk().and_then(Head::read);
        let (Some(head), Some(first)) = (head, known.get(HEAD)) else { return Ok(false) };
        let end = self.position.saturating_add(length_with_head(head.length));
        if head.kind != Kind::State || *first == part || end > self.length {
            return Ok(false);
        }
        self.file.seek_relative((end - self.position).cast_signed())?;
        self.position = end;
        Ok(true)
    }

    /// Reads a record if it is good.
    fn record(&mut self) -> io::Result<Option<Kind>> {
        let left = self.length - self.position;
        let mut bytes = [0; HEAD];
        if left < HEAD as u64 {
            return Ok(None);
        }
        self.file.read_exact(&mut bytes)?;
        let Some(head) = Head::read(&bytes).filter(|head| head.length <= left - HEAD as u64) else { return Ok(None) };
        self.body.clear();
        (&mut self.file).take(head.length).read_to_end(&mut self.body)?;
        self.position += length_with_head(head.length);
        let whole = self.body.len() as u64 == head.length && crc32fast::hash(&self.body) == head.checksum;
        Ok(whole.then_some(head.kind))
    }

    /// Whether a good record begins anywhere behind the damaged one at `at`.
    fn find_record_behind(&mut self, at: u64) -> io::Result<bool> {
        let mut rest = Vec::new();
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_to_end(&mut rest)?;
        for (start, window) in rest.windows(HEAD).enumerate().skip(1) {
            // The first bytes of a length are the only ones that are not zero as a rule.
            if window[6] != 0 || window[7] != 0 || window[10] != 0 || window[11] != 0 {
                continue;
            }
            if let Some(head) = window.first_chunk().and_then(Head::read)
                && let Some(body) = rest.get(start + HEAD..)
                && let Some(body) = usize::try_from(head.length).ok().and_then(|length| body.get(..length))
                && crc32fast::hash(body) == head.checksum
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(records: &[(Kind, &[u8])]) -> (Vec<u8>, Vec<usize>) {
        let mut bytes = begin();
        let mut starts = Vec::new();
        for (kind, body) in records {
            starts.push(bytes.len());
            bytes.extend(head(*kind, &[body]));
            bytes.extend_from_slice(body);
        }
        (bytes, starts)
    }

    /// How many good records there are, and what stands behind them.
    fn read(bytes: &[u8]) -> Result<(usize, Option<bool>), Unreadable> {
        let path = tempfile::NamedTempFile::new()?;
        std::fs::write(path.path(), bytes)?;
        let mut records = Records::open(File::open(path.path())?)?;
        let mut good = 0;
        loop {
            match records.next()? {
                Next::Record(..) => good += 1,
                Next::End => return Ok((good, None)),
                Next::Damaged { followed } => return Ok((good, Some(followed))),
            }
        }
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_noticed() {
        let records: [(Kind, &[u8]); 4] =
            [(Kind::Header, b"of hourly_premium"), (Kind::Epoch, &[7; 90]), (Kind::Applied, b""), (Kind::Epoch, b"x")];
        let (bytes, starts) = file(&records);
        assert_eq!(read(&bytes).unwrap(), (4, None));
        for length in BEGIN as usize..bytes.len() {
            let good = starts.iter().skip(1).filter(|start| **start <= length).count();
            let whole = starts.contains(&length);
            assert_eq!(read(&bytes[..length]).unwrap(), (good, (!whole).then_some(false)), "cut at {length}");
        }
        for at in BEGIN as usize..bytes.len() {
            for bit in 0..8 {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << bit;
                let damaged = starts.iter().filter(|start| **start <= at).count() - 1;
                assert_eq!(read(&bytes).unwrap(), (damaged, Some(damaged < 3)), "bit {bit} of {at}");
            }
        }
        assert!(matches!(read(b"millstrm\x01\0\0\0"), Err(Unreadable::Version(1))));
        assert!(matches!(read(b"something else"), Err(Unreadable::Foreign)));
        assert!(matches!(read(b""), Err(Unreadable::Foreign)));
    }
}
