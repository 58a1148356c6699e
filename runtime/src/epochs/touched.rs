//! What an epoch touched: places by their numbers, each once, in the order in which they were touched first.

use crate::epochs::Persist;
use crate::epochs::bytes::number;

/// Places whose memory is asked for at once.
const AHEAD: usize = 32;

/// Bytes of places that are saved before the end of an epoch, or a little more.
const MOST_SAVED: usize = if cfg!(test) { 1 << 10 } else { 64 << 20 };

/// Numbers, each once.
#[derive(Debug, Default)]
pub struct Touched {
    marks: Vec<u64>,
    numbers: Vec<u32>,
}

impl Touched {
    /// Notes a number.
    #[inline]
    pub fn note(&mut self, number: u32) {
        let (word, bit) = (number as usize / 64, 1 << (number % 64));
        if self.marks.len() <= word {
            self.grow(word);
        }
        if let Some(mark) = self.marks.get_mut(word)
            && *mark & bit == 0
        {
            *mark |= bit;
            self.numbers.push(number);
        }
    }

    #[cold]
    fn grow(&mut self, word: usize) {
        // As places are added one by one, doubling keeps their number out of the cost.
        self.marks.resize((word + 1).next_power_of_two(), 0);
    }

    /// Hands over the numbers and forgets them, keeping the memory.
    pub fn drain(&mut self, mut each: impl FnMut(u32)) {
        for number in self.numbers.drain(..) {
            if let Some(mark) = self.marks.get_mut(number as usize / 64) {
                *mark = 0;
            }
            each(number);
        }
    }

    /// Forgets the numbers, keeping the memory.
    pub fn clear(&mut self) {
        self.drain(|_| {});
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

/// Places of a table that the epoch log was not told of yet, and what went from it.
#[derive(Debug, Default)]
pub struct LoggedPlaces {
    touched: Touched,
    /// Whether places are of no interest, only what goes.
    only_gone: bool,
    gone: Vec<u8>,
    gone_count: u64,
    /// What was saved already of places that changed.
    saved: Vec<u8>,
}

impl LoggedPlaces {
    /// Takes note only of what goes.
    pub fn only_gone() -> Self {
        Self { only_gone: true, ..Self::default() }
    }

    /// Notes a place that may hold something else now.
    #[inline]
    pub fn note(&mut self, number: u32) {
        if !self.only_gone {
            self.touched.note(number);
        }
    }

    /// Notes what is not there any more, before its place is given to something else.
    pub fn gone(&mut self, key: &impl Persist) {
        key.save(&mut self.gone);
        self.gone_count += 1;
    }

    /// What was saved already. It stands behind what went: a group that changed in this epoch was touched at its clock, so
    /// that neither its time to live nor a refused row can remove it before the log has it.
    pub fn saved(&mut self) -> &mut Vec<u8> {
        &mut self.saved
    }

    /// Where a place is saved at once that changed; none if much was, so that an epoch takes memory for its places and not
    /// for its events. The place is noted then.
    #[inline]
    pub fn save_or_note(&mut self, number: u32) -> Option<&mut Vec<u8>> {
        if self.saved.len() < MOST_SAVED {
            return Some(&mut self.saved);
        }
        self.note(number);
        None
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.touched.is_empty() && self.gone_count == 0 && self.saved.is_empty()
    }

    /// Appends what went.
    pub fn save_gone(&mut self, out: &mut Vec<u8>) {
        number(self.gone_count, out);
        out.append(&mut self.gone);
        self.gone_count = 0;
    }

    /// Some of the places, so that the waits for their memory can overlap; `at` is where they stand, at first 0.
    pub fn some(&self, at: &mut usize) -> Option<&[u32]> {
        let rest = self.touched.numbers.get(*at..).filter(|rest| !rest.is_empty())?;
        let some = rest.get(..AHEAD).unwrap_or(rest);
        *at += some.len();
        Some(some)
    }

    /// Forgets what was noted.
    pub fn clear(&mut self) {
        self.touched.clear();
        self.gone.clear();
        self.gone_count = 0;
        self.saved.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_comes_once() {
        let mut touched = Touched::default();
        for _ in 0..2 {
            [7, 700, 7, 0, 63, 64, 700].into_iter().for_each(|number| touched.note(number));
            let mut numbers = Vec::new();
            touched.drain(|number| numbers.push(number));
            assert_eq!(numbers, [7, 700, 0, 63, 64]);
        }
        assert!(touched.is_empty());
    }
}
