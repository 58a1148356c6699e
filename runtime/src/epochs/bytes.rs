//! How numbers and lists of bytes stand in the epoch log: little-endian, whole numbers as LEB128 where most are small.

use std::fmt;

/// Bytes that do not say what they should: those of another version, or damaged ones that no checksum told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its bytes do not say what they should")
    }
}

impl std::error::Error for Damaged {}

/// Bytes that are read from their beginning.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    /// Reads these.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// Whether all was read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All bytes that were not taken.
    pub fn rest(&self) -> &'b [u8] {
        self.0
    }

    /// How many bytes were not read yet.
    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// The next bytes.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'b [u8], Damaged> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(Damaged)?;
        self.0 = rest;
        Ok(head)
    }

    /// The next bytes, as many as there must be.
    #[inline]
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*head)
    }

    /// One byte.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, Damaged> {
        let [byte] = self.fixed()?;
        Ok(byte)
    }

    /// A byte that is 0 or 1.
    #[inline]
    pub fn flag(&mut self) -> Result<bool, Damaged> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damaged),
        }
    }

    /// A whole number written by [`number`].
    #[inline]
    pub fn number(&mut self) -> Result<u64, Damaged> {
        u64::try_from(self.wide()?).map_err(|_| Damaged)
    }

    /// A number of things in memory.
    #[inline]
    pub fn count(&mut self) -> Result<usize, Damaged> {
        usize::try_from(self.wide()?).map_err(|_| Damaged)
    }

    /// A whole number written by [`wide`].
    #[inline]
    pub fn wide(&mut self) -> Result<u128, Damaged> {
        // Nearly all are short.
        let mut value = 0;
        for (at, byte) in self.0.iter().enumerate().take(9) {
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                self.0 = self.0.get(at + 1..).unwrap_or_default();
                return Ok(value.into());
            }
        }
        self.widest()
    }

    #[cold]
    fn widest(&mut self) -> Result<u128, Damaged> {
        let mut value = 0u128;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            // 128 bits are eighteen times seven, and two more.
            if shift > 126 || shift == 126 && byte > 3 {
                return Err(Damaged);
            }
            value |= u128::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// An integer written by [`integer`].
    #[inline]
    pub fn integer(&mut self) -> Result<i128, Damaged> {
        let value = self.wide()?;
        Ok((value >> 1) as i128 ^ -((value & 1) as i128))
    }

    /// Bytes behind their length.
    #[inline]
    pub fn list(&mut self) -> Result<&'b [u8], Damaged> {
        let length = self.count()?;
        self.take(length)
    }

    /// Text behind its length.
    #[inline]
    pub fn text(&mut self) -> Result<&'b str, Damaged> {
        std::str::from_utf8(self.list()?).map_err(|_| Damaged)
    }
}

/// Appends a whole number, seven bits a byte, the lowest first.
#[inline]
pub fn number(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The same for wide numbers.
#[inline]
pub fn wide(mut value: u128, out: &mut Vec<u8>) {
    while let Err(_) | Ok(0x80..) = u64::try_from(value) {
        if let Ok(small) = u64::try_from(value) {
            return number(small, out);
        }
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends an integer so that those near zero are short.
#[inline]
pub fn integer(value: i128, out: &mut Vec<u8>) {
    match i64::try_from(value) {
        Ok(small) => number((small << 1) as u64 ^ (small >> 63) as u64, out),
        Err(_) => wide((value << 1) as u128 ^ (value >> 127) as u128, out),
    }
}

/// Appends bytes behind their length.
#[inline]
pub fn list(bytes: &[u8], out: &mut Vec<u8>) {
    number(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        let mut out = Vec::new();
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let integers = [0, -1, 1, 63, -64, 64, i128::from(i64::MIN), i128::from(i64::MAX), i128::MIN, i128::MAX];
        numbers.iter().for_each(|value| number(*value, &mut out));
        integers.iter().for_each(|value| integer(*value, &mut out));
        list("首页".as_bytes(), &mut out);
        let mut bytes = Bytes::new(&out);
        assert!(numbers.iter().all(|value| bytes.number() == Ok(*value)));
        assert!(integers.iter().all(|value| bytes.integer() == Ok(*value)));
        assert_eq!(bytes.text(), Ok("首页"));
        assert!(bytes.is_empty());
    }

    #[test]
    fn what_was_not_written_so_is_refused() {
        assert_eq!(Bytes::new(&[0x80]).number(), Err(Damaged));
        assert_eq!(Bytes::new(&[0xff; 19]).wide(), Err(Damaged));
        assert_eq!(Bytes::new(&[0xff; 9]).wide(), Err(Damaged));
        assert_eq!(Bytes::new(&[]).wide(), Err(Damaged));
        assert_eq!(Bytes::new(&[5, 1, 2]).list(), Err(Damaged));
        assert_eq!(Bytes::new(&[1, 0xff]).text(), Err(Damaged));
        assert_eq!(Bytes::new(&[2]).flag(), Err(Damaged));
    }
}
