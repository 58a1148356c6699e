//! A file as blocks of whole lines, in one buffer that is used again.

use std::fs::File;
use std::io::{self, Read};

/// Bytes read at once.
const BLOCK: usize = 1 << 20;

/// Hands over each block of whole lines, without the last line's end.
pub fn blocks(path: &str, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; BLOCK];
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(2 * buffer.len(), 0);
        }
        let read = file.read(&mut buffer[filled..])?;
        if read == 0 {
            return if filled > 0 { each(&buffer[..filled]) } else { Ok(()) };
        }
        filled += read;
        if let Some(end) = memchr::memrchr(b'\n', &buffer[..filled]) {
            each(&buffer[..end])?;
            buffer.copy_within(end + 1..filled, 0);
            filled -= end + 1;
        }
    }
}

/// Hands over each line that is not empty.
pub fn lines(path: &str, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    blocks(path, |block| {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', block).chain([block.len()]) {
            if end > start {
                each(&block[start..end])?;
            }
            start = end + 1;
        }
        Ok(())
    })
}
