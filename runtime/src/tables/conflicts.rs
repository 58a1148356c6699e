//! Rows of a query that share a primary key of the sink: which of them stands.

use std::collections::HashMap;

use crate::epochs::bytes::list;

/// What `on_conflict` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// The row that changed last stands.
    KeepLatest,
    /// The row that came first stands.
    KeepFirst,
    /// Two rows are an error.
    Fail,
}

/// The rows of each primary key, in the order in which they came (or last changed, for `keep_latest`).
#[derive(Debug)]
pub struct Conflicts {
    rule: OnConflict,
    pub(super) rows: HashMap<Vec<u8>, Rivals>,
    before: Vec<u8>,
    /// The keys whose rows the epoch log was not told of yet; none where there is no log.
    pub(super) log: Option<Vec<u8>>,
}

/// The rows of one primary key.
#[derive(Debug, Default)]
pub(super) struct Rivals {
    pub all: Vec<Rival>,
    /// Whether the key is on the list for the epoch log.
    pub marked: bool,
}

#[derive(Debug)]
pub(super) struct Rival {
    /// The row's own key in the query; none: it is never taken out.
    pub own: Option<Vec<u8>>,
    pub row: Vec<u8>,
}

/// The row of a primary key before and after a change.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Before.
    pub before: Option<&'a [u8]>,
    /// After.
    pub after: Option<&'a [u8]>,
}

/// Two rows have the same primary key under `on_conflict: fail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict;

impl Conflicts {
    /// No rows yet.
    pub fn new(rule: OnConflict) -> Self {
        Self { rule, rows: HashMap::new(), before: Vec::new(), log: None }
    }

    /// Puts in the row of a query key, or takes it out. `own` is none for rows that have no key in the query: then
    /// each is a rival of all others, and none is ever taken out.
    pub fn change(&mut self, key: &[u8], own: Option<&[u8]>, row: Option<&[u8]>) -> Result<Standing<'_>, Conflict> {
        let Self { rule, rows, before, log } = self;
        if !rows.contains_key(key) {
            rows.insert(key.to_vec(), Rivals::default());
        }
        let Some(Rivals { all: rivals, marked }) = rows.get_mut(key) else {
            return Ok(Standing { before: None, after: None });
        };
        if let Some(log) = log
            && !*marked
        {
            *marked = true;
            list(key, log);
        }
        let stood = standing(*rule, rivals).map(|rival| {
            before.clear();
            before.extend_from_slice(&rival.row);
        });
        let same = rivals.iter().position(|rival| own.is_some() && own == rival.own.as_deref());
        let rival = |row: &[u8]| Rival { own: own.map(<[u8]>::to_vec), row: row.to_vec() };
        match (*rule, row) {
            (_, None) => {
                if let Some(same) = same {
                    rivals.remove(same);
                }
            }
            (OnConflict::KeepLatest, Some(row)) => {
                match same {
                    Some(same) => drop(rivals.remove(same)),
                    // What lies below a row that is never taken out never stands again.
                    None if own.is_none() => rivals.clear(),
                    None => {}
                }
                rivals.push(rival(row));
            }
            (OnConflict::KeepFirst | OnConflict::Fail, Some(row)) => match same {
                Some(same) => {
                    if let Some(rival) = rivals.get_mut(same) {
                        rival.row = row.to_vec();
                    }
                }
                None if *rule == OnConflict::Fail && !rivals.is_empty() => return Err(Conflict),
                // What comes after a row that is never taken out never stands.
                None if rivals.iter().any(|rival| rival.own.is_none()) => {}
                None => rivals.push(rival(row)),
            },
        }
        if rivals.is_empty() {
            rows.remove(key);
        }
        let after = rows.get(key).and_then(|rivals| standing(*rule, &rivals.all)).map(|rival| rival.row.as_slice());
        Ok(Standing { before: stood.map(|()| before.as_slice()), after })
    }
}

fn standing(rule: OnConflict, rivals: &[Rival]) -> Option<&Rival> {
    match rule {
        OnConflict::KeepLatest => rivals.last(),
        OnConflict::KeepFirst | OnConflict::Fail => rivals.first(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(conflicts: &mut Conflicts, own: Option<&[u8]>, row: Option<&[u8]>) -> Option<Vec<u8>> {
        conflicts.change(b"key", own, row).expect("no conflict").after.map(<[u8]>::to_vec)
    }

    #[test]
    fn the_latest_row_stands_and_the_one_before_comes_back() {
        let mut conflicts = Conflicts::new(OnConflict::KeepLatest);
        assert_eq!(after(&mut conflicts, Some(b"a"), Some(b"a1")), Some(b"a1".to_vec()));
        assert_eq!(after(&mut conflicts, Some(b"b"), Some(b"b1")), Some(b"b1".to_vec()));
        assert_eq!(after(&mut conflicts, Some(b"a"), Some(b"a2")), Some(b"a2".to_vec()));
        assert_eq!(after(&mut conflicts, Some(b"a"), None), Some(b"b1".to_vec()));
        assert_eq!(after(&mut conflicts, Some(b"b"), None), None);
        assert!(conflicts.rows.is_empty());
    }

    #[test]
    fn the_first_row_stands_and_follows_its_own_changes() {
        let mut conflicts = Conflicts::new(OnConflict::KeepFirst);
        assert_eq!(after(&mut conflicts, Some(b"a"), Some(b"a1")), Some(b"a1".to_vec()));
        assert_eq!(after(&mut conflicts, Some(b"b"), Some(b"b1")), Some(b"a1".to_vec()));
        assert_eq!(after(&mut conflicts, Some(b"a"), Some(b"a2")), Some(b"a2".to_vec()));
        assert_eq!(after(&mut conflicts, Some(b"a"), None), Some(b"b1".to_vec()));
    }

    #[test]
    fn rows_with_and_without_a_key_of_their_own() {
        let mut latest = Conflicts::new(OnConflict::KeepLatest);
        after(&mut latest, Some(b"a"), Some(b"a1"));
        assert_eq!(after(&mut latest, None, Some(b"1")), Some(b"1".to_vec()));
        assert_eq!(after(&mut latest, Some(b"a"), None), Some(b"1".to_vec()));
        assert_eq!(after(&mut latest, Some(b"a"), Some(b"a2")), Some(b"a2".to_vec()));
        assert_eq!(after(&mut latest, Some(b"a"), None), Some(b"1".to_vec()));
        let mut first = Conflicts::new(OnConflict::KeepFirst);
        after(&mut first, Some(b"a"), Some(b"a1"));
        assert_eq!(after(&mut first, None, Some(b"1")), Some(b"a1".to_vec()));
        assert_eq!(after(&mut first, Some(b"b"), Some(b"b1")), Some(b"a1".to_vec()));
        assert_eq!(after(&mut first, Some(b"a"), None), Some(b"1".to_vec()));
    }

    #[test]
    fn rows_without_a_key_of_their_own() {
        let mut latest = Conflicts::new(OnConflict::KeepLatest);
        assert_eq!(after(&mut latest, None, Some(b"1")), Some(b"1".to_vec()));
        assert_eq!(after(&mut latest, None, Some(b"2")), Some(b"2".to_vec()));
        let mut first = Conflicts::new(OnConflict::KeepFirst);
        assert_eq!(after(&mut first, None, Some(b"1")), Some(b"1".to_vec()));
        assert_eq!(after(&mut first, None, Some(b"2")), Some(b"1".to_vec()));
        assert!(latest.rows.values().chain(first.rows.values()).all(|rivals| rivals.all.len() == 1));
        let mut fail = Conflicts::new(OnConflict::Fail);
        assert_eq!(after(&mut fail, None, Some(b"1")), Some(b"1".to_vec()));
        assert_eq!(fail.change(b"key", None, Some(b"2")).err(), Some(Conflict));
    }
}
