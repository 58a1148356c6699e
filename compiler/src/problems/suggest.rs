//! "Did you mean": the candidate closest to a name that was written.

/// The candidate that a misspelt name most likely means, if one is close enough. Case does not count. Of equally
/// close candidates the first wins.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let limit = match wanted.chars().count() {
        0 => return None,
        1..=2 => 1,
        3..=5 => 2,
        length => length.div_ceil(3).min(4),
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let found = distance(&wanted, &candidate.to_lowercase());
        let shared = candidate.chars().count().max(wanted.chars().count());
        if found <= limit && found < shared && best.is_none_or(|(least, _)| found < least) {
            best = Some((found, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A list for messages: `a, b and c`, each in back quotes.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "none".to_string(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// Insertions, deletions, replacements and swaps of neighbours between two texts (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let mut least = (above[column] + usize::from(a != b)).min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name() {
        let keys = ["from", "where", "group_by", "having", "select", "state"];
        assert_eq!(closest("form", keys), Some("from"));
        assert_eq!(closest("groupby", keys), Some("group_by"));
        assert_eq!(closest("Selct", keys), Some("select"));
        assert_eq!(closest("wehre", keys), Some("where"));
    }

    #[test]
    fn nothing_is_close_to_a_stranger() {
        assert_eq!(closest("kafka", ["file", "sqlite", "print"]), None);
        assert_eq!(closest("x", ["y"]), None);
        assert_eq!(closest("", ["a"]), None);
    }

    #[test]
    fn lists_read_as_english() {
        assert_eq!(listed([]), "none");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
