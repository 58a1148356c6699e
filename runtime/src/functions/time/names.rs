//! English names.

/// Months from January.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Days of the week from Monday.
pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The name of that number, from 1, or its first letters.
pub fn name(names: &'static [&'static str], number: i64, letters: Option<usize>) -> &'static str {
    let at = usize::try_from(number - 1).ok();
    let name = at.and_then(|at| names.get(at)).copied().unwrap_or("");
    letters.and_then(|letters| name.get(..letters)).unwrap_or(name)
}

/// The name that a text begins with, whole or by its first three letters: its number from 1 and its length.
pub fn leading(names: &[&str], text: &str, ignore_case: bool) -> Option<(i64, usize)> {
    let starts = |name: &str| {
        text.get(..name.len())
            .is_some_and(|start| if ignore_case { start.eq_ignore_ascii_case(name) } else { start == name })
    };
    let found = |length: fn(&str) -> usize| {
        names.iter().zip(1..).find_map(|(name, number)| {
            let name = name.get(..length(name))?;
            starts(name).then_some((number, name.len()))
        })
    };
    found(str::len).or_else(|| found(|_| 3))
}
