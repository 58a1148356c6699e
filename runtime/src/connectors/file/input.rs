//! Opening a file for reading: plain, gzip or Zstandard.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::super::Failure;
use super::super::resume::Marks;

/// A file that is being read; what is read is decompressed.
pub(super) enum Input {
    Plain(Counted),
    Gzip(Box<Gzip>),
    Zstandard(Box<Zstandard>),
}

/// Whether a file's name says that it is compressed.
pub(super) fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gz" || extension == "zst")
}

impl Input {
    /// Opens a file; bytes are counted in `read` before decompression.
    pub fn open(path: &Path, read: &Arc<AtomicU64>) -> Result<Self, Failure> {
        let failure = |error| Failure::file("open", path, &error);
        let file = File::open(path).map_err(failure)?;
        if file.metadata().map_err(failure)?.is_dir() {
            return Err(Failure::environment(format!(
                "cannot read {}: it is a folder; name a file, or a pattern such as {}",
                path.display(),
                path.join("*.jsonl").display()
            )));
        }
        let counted = Counted { file, read: Arc::clone(read) };
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => {
                let between = Some(BufReader::with_capacity(128 << 10, counted));
                Ok(Self::Gzip(Box::new(Gzip { between, member: None, begun: false })))
            }
            Some("zst") => {
                let source = BufReader::with_capacity(128 << 10, counted);
                Ok(Self::Zstandard(Box::new(Zstandard { source, decoder: FrameDecoder::new(), open: false })))
            }
            _ => Ok(Self::Plain(counted)),
        }
    }
}

impl Input {
    /// Goes to an offset after decompression; nothing was read before.
    pub fn skip_to(&mut self, offset: u64) -> io::Result<()> {
        match self {
            Self::Plain(input) => {
                input.file.seek(SeekFrom::Start(offset))?;
                input.read.fetch_add(offset, Ordering::Relaxed);
            }
            Self::Gzip(_) | Self::Zstandard(_) => {
                io::copy(&mut self.take(offset), &mut io::sink())?;
            }
        }
        Ok(())
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Gzip(input) => input.read(buffer),
            Self::Zstandard(input) => input.read(buffer),
        }
    }
}

/// A number that a file keeps when it is renamed, and that no other file gets, as that of its place in the file system
/// alone would be given to the next file when this one is deleted; none where the system does not tell when a file was made.
#[cfg(unix)]
pub(super) fn identity(metadata: &Metadata) -> Option<u64> {
    let made = metadata.created().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?.as_nanos() as u64;
    let number = std::os::unix::fs::MetadataExt::ino(metadata);
    // As many numbers as there are, of which zero is none.
    Some((number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ made).max(1))
}

#[cfg(not(unix))]
pub(super) fn identity(_metadata: &Metadata) -> Option<u64> {
    None
}

/// A file whose bytes are counted.
pub(super) struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Counted {
    /// How long the file is now.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// A number that the file keeps when it is renamed.
    pub fn identity(&self) -> Option<u64> {
        identity(&self.file.metadata().ok()?)
    }

    /// What the first bytes of the file look like, whatever stands at its path by now.
    #[cfg(unix)]
    pub fn marks(&self, length: u64) -> Option<Marks> {
        Marks::by(length, |from, bytes| std::os::unix::fs::FileExt::read_exact_at(&self.file, bytes, from))
    }

    /// What the first bytes of the file look like; not known here but by its path.
    #[cfg(not(unix))]
    #[allow(clippy::unused_self, reason = "the same signature as elsewhere")]
    pub fn marks(&self, _length: u64) -> Option<Marks> {
        None
    }

    /// Whether this is the file that `other` describes.
    #[cfg(unix)]
    pub fn is_same(&self, other: &Metadata) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt;
        let metadata = self.file.metadata()?;
        Ok(metadata.ino() == other.ino() && metadata.dev() == other.dev())
    }

    /// Whether this is the file that `other` describes; not known here.
    #[cfg(not(unix))]
    #[allow(clippy::unused_self, reason = "the same signature as elsewhere")]
    pub fn is_same(&self, _other: &Metadata) -> io::Result<bool> {
        Ok(true)
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Members of gzip, one after the other. An empty file has none; zeros behind the last one are padding, as `gzip`
/// sees it.
pub(super) struct Gzip {
    /// The file between two members.
    between: Option<BufReader<Counted>>,
    /// The member that is being read.
    member: Option<GzDecoder<BufReader<Counted>>>,
    /// Whether there was a member.
    begun: bool,
}

impl Gzip {
    /// Goes to the next member; false at the end of the file.
    fn next_member(&mut self) -> io::Result<bool> {
        let Some(source) = &mut self.between else { return Ok(false) };
        loop {
            let bytes = source.fill_buf()?;
            let zeros = bytes.iter().take_while(|byte| self.begun && **byte == 0).count();
            if zeros < bytes.len() {
                source.consume(zeros);
                break;
            }
            if bytes.is_empty() {
                return Ok(false);
            }
            source.consume(zeros);
        }
        self.begun = true;
        self.member = self.between.take().map(GzDecoder::new);
        Ok(true)
    }
}

impl Read for Gzip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(member) = &mut self.member {
                let count = member.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                self.between = self.member.take().map(GzDecoder::into_inner);
            }
            if !self.next_member()? {
                return Ok(0);
            }
        }
    }
}

/// Frames of Zstandard, one after the other.
pub(super) struct Zstandard {
    source: BufReader<Counted>,
    decoder: FrameDecoder,
    /// Whether the decoder is within a frame.
    open: bool,
}

impl Zstandard {
    /// Goes to the next frame; false at the end of the file.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.init(&mut self.source) {
                Ok(()) => {
                    self.open = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.source).take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error.to_string())),
            }
        }
    }
}

impl Read for Zstandard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.open {
                let count = self.decoder.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                if !self.decoder.is_finished() {
                    self.decoder
                        .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                        .map_err(|error| io::Error::other(error.to_string()))?;
                    continue;
                }
                self.open = false;
            }
            if !self.next_frame()? {
                return Ok(0);
            }
        }
    }
}
