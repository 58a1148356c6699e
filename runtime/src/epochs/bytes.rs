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
        match self.0.first() {
            Some(byte) if byte & MORE == 0 => {
                self.0 = self.0.get(1..).unwrap_or_default();
                Ok((*byte).into())
            }
            Some(_) => self.longer(),
            None => Err(Damaged),
        }
    }

    /// One of several bytes: if eight hold it, all of them are looked at together.
    #[inline]
    fn longer(&mut self) -> Result<u128, Damaged> {
        if let Some(eight) = self.0.first_chunk() {
            let eight = u64::from_le_bytes(*eight);
            let last = !eight & EIGHT_MORE;
            if last != 0 {
                let bits = last.trailing_zeros() + 1;
                self.0 = self.0.get(bits as usize / 8..).unwrap_or_default();
                return Ok(together(eight & (u64::MAX >> (64 - bits))).into());
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
            if byte & MORE == 0 {
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

/// The bit of a byte that says that more follow, and that of each of eight.
const MORE: u8 = 0x80;
const EIGHT_MORE: u64 = 0x8080_8080_8080_8080;

/// So many bits stand in eight bytes, seven in each.
const IN_EIGHT: u32 = 56;

/// The lowest 56 bits, seven in each byte.
#[inline]
fn apart(value: u64) -> u64 {
    let value = value & 0x0000_0000_0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4;
    let value = value & 0x0000_3fff_0000_3fff | (value & 0x0fff_c000_0fff_c000) << 2;
    value & 0x007f_007f_007f_007f | (value & 0x3f80_3f80_3f80_3f80) << 1
}

/// What [`apart`] set apart; the highest bit of each byte does not count.
#[inline]
fn together(value: u64) -> u64 {
    let value = value & 0x007f_007f_007f_007f | (value & 0x7f00_7f00_7f00_7f00) >> 1;
    let value = value & 0x0000_3fff_0000_3fff | (value & 0x3fff_0000_3fff_0000) >> 2;
    value & 0x0000_0000_0fff_ffff | (value & 0x0fff_ffff_0000_0000) >> 4
}

/// Appends a whole number, seven bits a byte, the lowest first.
#[inline]
pub fn number(value: u64, out: &mut Vec<u8>) {
    if value < u64::from(MORE) {
        out.push(value as u8);
    } else if value >> IN_EIGHT == 0 {
        let count = (u64::BITS - value.leading_zeros()).div_ceil(7);
        let before_last = u64::MAX >> (64 - 8 * (count - 1));
        let length = out.len() + count as usize;
        // A fixed number of bytes is copied sooner than the right one.
        out.extend_from_slice(&(apart(value) | EIGHT_MORE & before_last).to_le_bytes());
        out.truncate(length);
    } else {
        long_number(value, out);
    }
}

#[cold]
fn long_number(mut value: u64, out: &mut Vec<u8>) {
    while value >= u64::from(MORE) {
        out.push(value as u8 | MORE);
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
        Ok(small) => small_integer(small, out),
        Err(_) => wide((value << 1) as u128 ^ (value >> 127) as u128, out),
    }
}

/// The same for an integer of eight bytes.
#[inline]
pub fn small_integer(value: i64, out: &mut Vec<u8>) {
    number((value << 1) as u64 ^ (value >> 63) as u64, out);
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
        // Nothing stands behind the last.
        for shift in 0..64 {
            for value in [1u64 << shift, (1 << shift) - 1, u64::MAX >> shift] {
                let mut out = Vec::new();
                number(value, &mut out);
                let mut plain = Vec::new();
                long_number(value, &mut plain);
                assert_eq!(out, plain, "{value}");
                for behind in [0, 1, 7, 8] {
                    out.resize(plain.len() + behind, 0xff);
                    let mut bytes = Bytes::new(&out);
                    assert_eq!((bytes.number(), bytes.left()), (Ok(value), behind));
                }
            }
        }
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
