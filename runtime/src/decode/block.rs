//! Questions about sixteen bytes at once, answered as one bit a byte (bit 0 is the first byte).
//!
//! On x86-64 they are a few SSE2 instructions, which every such processor has; elsewhere plain loops. Measured on
//! orders of 283 bytes, decoding takes 1.6 times as long with the plain loops, so the instructions are worth the
//! `unsafe` of calling them. A test holds both against each other.

/// Sixteen bytes of a record.
pub(super) type Block = [u8; 16];

/// Bits for one question and one block.
pub(super) type Bits = u32;

#[cfg(target_arch = "x86_64")]
pub(super) use sse2::{blended, digits, equal, non_ascii, not_number, not_scalar, points, string_stops, structure};

#[cfg(not(target_arch = "x86_64"))]
pub(super) use plain::{blended, digits, equal, non_ascii, not_number, not_scalar, points, string_stops, structure};

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "calling SSE2 instructions, which are part of x86-64")]
mod sse2 {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi16, _mm_and_si128, _mm_cmpeq_epi8, _mm_cvtsi128_si64, _mm_madd_epi16, _mm_min_epu8,
        _mm_movemask_epi8, _mm_mullo_epi16, _mm_or_si128, _mm_packs_epi32, _mm_set_epi64x, _mm_set1_epi8,
        _mm_set1_epi16, _mm_set1_epi32, _mm_srli_epi16, _mm_sub_epi8,
    };

    use super::{Bits, Block};

    /// Where a string may end: at a quote, a backslash or a line feed.
    #[inline]
    pub fn string_stops(block: &Block) -> Bits {
        #[target_feature(enable = "sse2")]
        #[inline]
        fn ask(block: &Block) -> Bits {
            let bytes = load(block);
            let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
            let backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
            let line_feed = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\n' as i8));
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), line_feed)) as Bits
        }
        // SAFETY: SSE2 is part of x86-64.
        unsafe { ask(block) }
    }

    /// Decimal points.
    #[inline]
    pub fn points(block: &Block) -> Bits {
        #[target_feature(enable = "sse2")]
        #[inline]
        fn ask(block: &Block) -> Bits {
            _mm_movemask_epi8(_mm_cmpeq_epi8(load(block), _mm_set1_epi8(b'.' as i8))) as Bits
        }
        // SAFETY: SSE2 is part of x86-64.
        unsafe { ask(block) }
    }

    /// Bytes that no number without an exponent has: others than `-./0…9`.
    #[inline]
    pub fn not_number(block: &Block) -> Bits {
        #[target_feature(enable = "sse2")]
        #[inline]
        fn ask(block: &Block) -> Bits {
            !(_mm_movemask_epi8(between(load(block), b'-', b'9')) as Bits) & 0xffff
        }
        // SAFETY: SSE2 is part of x86-64.
        unsafe { ask(block) }
    }

    /// Bytes that are not ASCII.
    #[inline]
    pub fn non_ascii(block: &Block) -> Bits {
        #[target_feature(enable = "sse2")]
        #[inline]
        fn ask(block: &Block) -> Bits {
            _mm_movemask_epi8(load(block)) as Bits
        }
        // SAFETY: SSE2 is part of x86-64.
        unsafe { ask(block) }
    }

    /// Bytes that no number and no literal has: others than `+-./0…9A…Za…z`.
    #[inline]
    pub fn not_scalar(block: &Block) -> Bits {
        #[target_feature(enable = "sse2")]
        #[inline]
        fn ask(block: &Block) -> Bits {
            let bytes = load(block);
            let digits = between(bytes, b'-', b'9');
            let letters = between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), b'a', b'z');
            let plus = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'+' as i8));
            !(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(digits, letters), plus)) as Bits) & 0xffff
        }
        // SAFETY: SSE2 is part of x86-64.
        unsafe { ask(block) }
    }

    /// Brackets, quotes and line feeds.
    #[inline]
    pub fn structure(block: &Block) -> Bits {
        #[target_feature(enable = "sse2")]
        #[inline]
        fn ask(block: &Block) -> Bits {
            let bytes = load(block);
            // With this bit set `[` is `{` and `]` is `}`.
            let bracket = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
            let open = _mm_cmpeq_epi8(bracket, _mm_set1_epi8(b'{' as i8));
            let close = _mm_cmpeq_epi8(bracket, _mm_set1_epi8(b'}' as i8));
            let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
            let line_feed = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\n' as i8));
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(open, close), _mm_or_si128(quote, line_feed))) as Bits
        }
        // SAFETY: SSE2 is part of x86-64.
        unsafe { ask(block) }
    }

    /// Bytes that are equal in both blocks.
    #[inline]
    pub fn equal(left: &Block, right: &Block) -> Bits {
        #[target_feature(enable = "sse2")]
        #[inline]
        fn ask(left: &Block, right: &Block) -> Bits {
            _mm_movemask_epi8(_mm_cmpeq_epi8(load(left), load(right))) as Bits
        }
        // SAFETY: SSE2 is part of x86-64.
        unsafe { ask(left, right) }
    }

    /// The number that the bytes under the mask write in digits; none if one of them is no digit. All masked bytes stand
    /// at the end.
    #[inline]
    pub fn digits(block: &Block, mask: &Block) -> Option<u64> {
        #[target_feature(enable = "sse2")]
        #[inline]
        fn ask(block: &Block, mask: &Block) -> Option<u64> {
            let bytes = _mm_and_si128(_mm_sub_epi8(load(block), _mm_set1_epi8(b'0' as i8)), load(mask));
            let good = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(9)), bytes);
            if _mm_movemask_epi8(good) != 0xffff {
                return None;
            }
            let tens = _mm_and_si128(bytes, _mm_set1_epi16(0xff));
            let twos = _mm_add_epi16(_mm_mullo_epi16(tens, _mm_set1_epi16(10)), _mm_srli_epi16(bytes, 8));
            let fours = _mm_madd_epi16(twos, _mm_set1_epi32(100 + (1 << 16)));
            let eights = _mm_madd_epi16(_mm_packs_epi32(fours, fours), _mm_set1_epi32(10_000 + (1 << 16)));
            let both = _mm_cvtsi128_si64(eights) as u64;
            Some((both & 0xffff_ffff) * 100_000_000 + (both >> 32))
        }
        // SAFETY: SSE2 is part of x86-64.
        unsafe { ask(block, mask) }
    }

    /// The bytes of `right` under the mask, and those of `left` elsewhere.
    #[inline]
    pub fn blended(left: &Block, right: &Block, mask: &Block) -> Block {
        let word = |block: &Block| u128::from_le_bytes(*block);
        ((word(right) & word(mask)) | (word(left) & !word(mask))).to_le_bytes()
    }

    /// One unaligned load.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn load(block: &Block) -> __m128i {
        let both = u128::from_le_bytes(*block);
        _mm_set_epi64x((both >> 64) as i64, both as i64)
    }

    /// Bytes of `first..=last`.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn between(bytes: __m128i, first: u8, last: u8) -> __m128i {
        let moved = _mm_sub_epi8(bytes, _mm_set1_epi8(first as i8));
        _mm_cmpeq_epi8(_mm_min_epu8(moved, _mm_set1_epi8((last - first) as i8)), moved)
    }
}

#[cfg(any(test, not(target_arch = "x86_64")))]
mod plain {
    use super::{Bits, Block};

    /// Where a string may end: at a quote, a backslash or a line feed.
    #[inline]
    pub fn string_stops(block: &Block) -> Bits {
        bits(block, |byte| matches!(byte, b'"' | b'\\' | b'\n'))
    }

    /// Decimal points.
    #[inline]
    pub fn points(block: &Block) -> Bits {
        bits(block, |byte| byte == b'.')
    }

    /// Bytes that no number without an exponent has: others than `-./0…9`.
    #[inline]
    pub fn not_number(block: &Block) -> Bits {
        bits(block, |byte| !matches!(byte, b'-'..=b'9'))
    }

    /// Bytes that are not ASCII.
    #[inline]
    pub fn non_ascii(block: &Block) -> Bits {
        bits(block, |byte| !byte.is_ascii())
    }

    /// Bytes that no number and no literal has: others than `+-./0…9A…Za…z`.
    #[inline]
    pub fn not_scalar(block: &Block) -> Bits {
        bits(block, |byte| !matches!(byte, b'+' | b'-'..=b'9' | b'A'..=b'Z' | b'a'..=b'z'))
    }

    /// Brackets, quotes and line feeds.
    #[inline]
    pub fn structure(block: &Block) -> Bits {
        bits(block, |byte| matches!(byte, b'[' | b']' | b'{' | b'}' | b'"' | b'\n'))
    }

    /// Bytes that are equal in both blocks.
    #[inline]
    pub fn equal(left: &Block, right: &Block) -> Bits {
        left.iter().zip(right).enumerate().fold(0, |bits, (place, (a, b))| bits | Bits::from(a == b) << place)
    }

    /// The number that the bytes under the mask write in digits; none if one of them is no digit. All masked bytes stand
    /// at the end.
    pub fn digits(block: &Block, mask: &Block) -> Option<u64> {
        let kept = block.iter().zip(mask).filter(|(_, mask)| **mask != 0);
        kept.map(|(byte, _)| byte)
            .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| 10 * value + u64::from(byte - b'0')))
    }

    /// The bytes of `right` under the mask, and those of `left` elsewhere.
    pub fn blended(left: &Block, right: &Block, mask: &Block) -> Block {
        std::array::from_fn(|at| if mask[at] == 0 { left[at] } else { right[at] })
    }

    fn bits(block: &Block, answer: impl Fn(u8) -> bool) -> Bits {
        block.iter().enumerate().fold(0, |bits, (place, byte)| bits | Bits::from(answer(*byte)) << place)
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::{plain, sse2};

    #[test]
    fn instructions_and_loops_agree() {
        let mut seed = 7u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 56) as u8
        };
        for byte in 0..=255u8 {
            let block = [byte; 16];
            assert_eq!(sse2::not_scalar(&block), plain::not_scalar(&block), "{byte}");
            assert_eq!(sse2::string_stops(&block), plain::string_stops(&block), "{byte}");
            assert_eq!(sse2::structure(&block), plain::structure(&block), "{byte}");
            assert_eq!(sse2::not_number(&block), plain::not_number(&block), "{byte}");
            assert_eq!(sse2::points(&block), plain::points(&block), "{byte}");
        }
        // Miri is some hundred times as slow.
        for _ in 0..if cfg!(miri) { 100 } else { 10_000 } {
            let block: [u8; 16] = std::array::from_fn(|_| next());
            let mut other = block;
            other[usize::from(next() % 16)] ^= next();
            assert_eq!(sse2::string_stops(&block), plain::string_stops(&block));
            assert_eq!(sse2::structure(&block), plain::structure(&block));
            assert_eq!(sse2::non_ascii(&block), plain::non_ascii(&block));
            assert_eq!(sse2::not_scalar(&block), plain::not_scalar(&block));
            assert_eq!(sse2::equal(&block, &other), plain::equal(&block, &other));
            let mask: [u8; 16] = std::array::from_fn(|at| if at < usize::from(next() % 17) { 0 } else { 0xff });
            assert_eq!(sse2::blended(&block, &other, &mask), plain::blended(&block, &other, &mask));
            let count = usize::from(next() % 17);
            let mask: [u8; 16] = std::array::from_fn(|at| if at < 16 - count { 0 } else { 0xff });
            let mut digits: [u8; 16] = std::array::from_fn(|_| b'0' + next() % 10);
            if next() % 4 == 0 {
                digits[usize::from(next() % 16)] = next();
            }
            assert_eq!(sse2::digits(&digits, &mask), plain::digits(&digits, &mask), "{digits:?} {count}");
        }
    }
}
