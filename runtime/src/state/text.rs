//! Text and bytes in state: short ones inline, longer ones in a buffer that is used again.

/// Most bytes that stand inline.
const INLINE: usize = 22;

/// Bytes in state, 24 bytes wide.
#[derive(Debug, Clone)]
pub enum Blob {
    /// Up to 22 bytes.
    Short {
        /// How many of `bytes` count.
        length: u8,
        /// The bytes.
        bytes: [u8; INLINE],
    },
    /// More; the buffer stays when a short value follows a long one only as long as the value is long.
    Long(Box<Vec<u8>>),
}

impl Default for Blob {
    fn default() -> Self {
        Self::Short { length: 0, bytes: [0; INLINE] }
    }
}

impl Blob {
    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Self::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or(bytes),
            Self::Long(bytes) => bytes,
        }
    }

    /// Whether bytes do not stand inline.
    #[inline]
    pub fn is_long(value: &[u8]) -> bool {
        value.len() > INLINE
    }

    /// Takes a copy of `value`. A buffer that is there is used again, so that a key whose values are long allocates
    /// once, not once an event.
    #[inline]
    pub fn set(&mut self, value: &[u8]) {
        if let Self::Long(buffer) = self {
            buffer.clear();
            buffer.extend_from_slice(value);
        } else if value.len() <= INLINE {
            let mut bytes = [0; INLINE];
            bytes[..value.len()].copy_from_slice(value);
            *self = Self::Short { length: value.len() as u8, bytes };
        } else {
            *self = Self::Long(Box::new(value.to_vec()));
        }
    }
}

/// Text in state, 24 bytes wide.
#[derive(Debug, Clone, Default)]
pub struct Text(Blob);

impl Text {
    /// The text.
    #[inline]
    #[expect(unsafe_code, reason = "checking UTF-8 again at every read costs more than the look-up itself")]
    pub fn as_str(&self) -> &str {
        // SAFETY: the only way in is `set`, which takes a `str` and copies it whole.
        unsafe { std::str::from_utf8_unchecked(self.0.as_slice()) }
    }

    /// Takes a copy of `value`.
    #[inline]
    pub fn set(&mut self, value: &str) {
        self.0.set(value.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_three_words_wide_even_when_it_may_be_null() {
        assert_eq!(size_of::<Option<Text>>(), 24);
    }

    #[test]
    fn reads_back_what_was_set_whatever_stood_there_before() {
        let texts = ["", "a", "首页/保险153", "exactly 22 bytes long.", "twenty-three bytes long", &"x😀".repeat(300)];
        for first in texts {
            for second in texts {
                let mut text = Text::default();
                text.set(first);
                assert_eq!(text.as_str(), first);
                text.set(second);
                assert_eq!(text.as_str(), second);
            }
        }
    }
}
