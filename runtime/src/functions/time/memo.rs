//! Texts of moments that were written lately: the events of a stream are of few hours.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::scope::Scope;
use crate::values::Fault;

/// How many texts are remembered.
const PLACES: usize = 64;

/// Longest text that is.
const LONGEST: usize = 23;

/// Texts by the pattern that wrote them and the number of the second, minute, hour or day that they tell.
#[derive(Debug, Clone)]
pub struct Memo {
    places: [Cell<Place>; PLACES],
}

#[derive(Debug, Clone, Copy)]
struct Place {
    /// 0 is no pattern's.
    pattern: u32,
    number: i64,
    length: u8,
    text: [u8; LONGEST],
}

impl Place {
    const EMPTY: Self = Self { pattern: 0, number: 0, length: 0, text: [0; LONGEST] };
}

impl Default for Memo {
    fn default() -> Self {
        Self { places: std::array::from_fn(|_| Cell::new(Place::EMPTY)) }
    }
}

/// What a pattern tells: a number of its own, and the seconds that have the same text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grain {
    pattern: u32,
    seconds: i64,
}

impl Grain {
    /// For a pattern whose texts are the same for so many seconds of local time.
    pub(super) fn new(seconds: i64) -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        Self { pattern: LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1), seconds }
    }
}

impl Memo {
    /// The text of a local second, written if it is not remembered.
    #[inline]
    pub(super) fn text<'a>(
        &self,
        scope: &Scope<'a>,
        grain: Option<Grain>,
        local: i64,
        write: impl FnOnce() -> Result<&'a str, Fault>,
    ) -> Result<&'a str, Fault> {
        let Some(Grain { pattern, seconds }) = grain else { return write() };
        let number = local.div_euclid(seconds);
        let place = &self.places[(number as u64 ^ u64::from(pattern).wrapping_mul(0x9e37_79b9)) as usize % PLACES];
        let known = place.get();
        if known.pattern == pattern
            && known.number == number
            && let Some(Ok(text)) = known.text.get(..usize::from(known.length)).map(std::str::from_utf8)
        {
            return Ok(scope.keep(text));
        }
        let written = write()?;
        if let Ok(length) = u8::try_from(written.len())
            && written.len() <= LONGEST
        {
            let mut text = [0; LONGEST];
            text[..written.len()].copy_from_slice(written.as_bytes());
            place.set(Place { pattern, number, length, text });
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn a_text_is_written_once_for_all_seconds_that_have_it() {
        with_scope(|scope| {
            let (memo, hours, days) = (Memo::default(), Grain::new(3600), Grain::new(86_400));
            let text = |grain, local, fresh| memo.text(scope, Some(grain), local, || Ok(fresh));
            assert_eq!(text(hours, 7200, "two"), Ok("two"));
            assert_eq!(text(hours, 10_799, "not asked"), Ok("two"));
            assert_eq!(text(hours, 10_800, "three"), Ok("three"));
            assert_eq!(text(hours, -1, "before"), Ok("before"));
            assert_eq!(text(hours, -3600, "not asked"), Ok("before"));
            assert_eq!(text(days, 7200, "day"), Ok("day"));
            assert_eq!(text(hours, 7200, "not asked"), Ok("two"));
            let long = "longer than what is remembered";
            assert_eq!(text(days, 1_000_000, long), Ok(long));
            assert_eq!(text(days, 1_000_000, "again"), Ok("again"));
            assert_eq!(memo.text(scope, None, 7200, || Ok("never kept")), Ok("never kept"));
            // A place that another moment takes.
            for number in 100..1100 {
                let fresh = scope.keep(&number.to_string());
                assert_eq!(text(hours, number * 3600, fresh), Ok(fresh));
                assert_eq!(text(hours, number * 3600 + 1, "not asked"), Ok(fresh));
            }
        });
    }
}
