//! The functions, by topic.

#![allow(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "what makes a call has one signature, `Gives::By`, whether it can fail or not"
)]

mod conditional;
mod hash;
mod json;
mod number;
mod text;
mod time;

use super::signature::Entry;

/// A topic of the reference.
#[derive(Debug, Clone, Copy)]
pub struct Topic {
    /// Its heading.
    pub title: &'static str,
    /// Its functions.
    pub entries: &'static [Entry],
}

/// All topics.
pub const TOPICS: [Topic; 6] = [
    Topic { title: "Choosing", entries: conditional::ENTRIES },
    Topic { title: "Text", entries: text::ENTRIES },
    Topic { title: "Digests and encodings", entries: hash::ENTRIES },
    Topic { title: "Numbers", entries: number::ENTRIES },
    Topic { title: "Dates and times", entries: time::ENTRIES },
    Topic { title: "JSON", entries: json::ENTRIES },
];

/// Every function.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    TOPICS.iter().flat_map(|topic| topic.entries)
}

/// The function of a name, in lower case.
pub fn find(name: &str) -> Option<&'static Entry> {
    entries().find(|entry| entry.names.contains(&name))
}

/// Names that look like one that is not there, best first.
pub fn close(name: &str) -> Vec<&'static str> {
    let limit = (name.chars().count() / 3).max(1);
    let mut found: Vec<(usize, &'static str)> = entries()
        .flat_map(|entry| entry.names.iter().copied())
        .filter(|candidate| !candidate.contains(' '))
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    found.sort_unstable();
    found.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// How many letters must be put in, left out, changed or swapped to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (get(&last, j) + usize::from(x != y)).min(get(&last, j + 1) + 1).min(get(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(get(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = entries().flat_map(|entry| entry.names.iter().copied()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn near_names_are_found() {
        assert_eq!(close("uper"), ["upper"]);
        assert_eq!(close("from_unixtme"), ["from_unixtime"]);
        assert!(close("xyz").is_empty());
    }
}
