//! A file as blocks of whole lines, in one buffer that is used again.

use std::fs::File;
use std::io::{self, Read};

/// Bytes read at once.
const BLOCK: usize = 256 << 10;

/// Hands over each block of whole lines, without the last line's end.
pub fn blocks(path: &str, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    owned_blocks(path, |block| {
        each(block.strip_suffix(b"\n").unwrap_or(&block))?;
        Ok(block)
    })
}

/// Hands over each block of whole lines, to be given back.
pub fn owned_blocks(path: &str, mut each: impl FnMut(Vec<u8>) -> io::Result<Vec<u8>>) -> io::Result<()> {
    let mut file = File::open(path)?;
    let (mut block, mut rest) = (Vec::new(), Vec::new());
    let mut filled = 0;
    loop {
        // Beyond what is filled stand bytes of an earlier block, so that none is written only to be overwritten.
        if block.len() < filled + BLOCK {
            block.resize(filled + BLOCK, 0);
        }
        let read = file.read(&mut block[filled..])?;
        filled += read;
        let end = if read == 0 { Some(filled) } else { memchr::memrchr(b'\n', &block[..filled]).map(|end| end + 1) };
        if let Some(end) = end.filter(|end| *end > 0) {
            rest.clear();
            rest.extend_from_slice(&block[end..filled]);
            block.truncate(end);
            block = each(block)?;
            filled = rest.len();
            block.splice(..filled.min(block.len()), rest.iter().copied());
        }
        if read == 0 {
            return Ok(());
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
