//! Look-ups: rows of a store by primary key, through a cache.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;

use crate::connectors::{Failure, Store, TableInfo};
use crate::state::{KeyedBytes, hash_bytes};
use crate::tables::encoded::{decode, encode};
use crate::tables::pending::{Known, Pending, Stage};
use crate::values::Value;

/// `cache:` of a look-up table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Every batch asks the store once for its distinct keys.
    None,
    /// The rows used last are kept.
    Lru {
        /// Most rows kept.
        rows: u64,
        /// Milliseconds that a row is believed.
        ttl: Option<u64>,
        /// Whether keys without a row are remembered too.
        missing: bool,
    },
    /// The whole table is loaded at start.
    All {
        /// Milliseconds after which it is loaded again.
        ttl: Option<u64>,
    },
}

/// What is kept of a key: its row, or that it has none.
const ABSENT: u8 = 0;
const PRESENT: u8 = 1;

/// Keys whose memory is asked for at once.
const AHEAD: usize = 32;

/// A table that is looked up.
pub struct Lookup {
    store: Box<dyn Store>,
    info: &'static TableInfo,
    kept: Kept,
    /// The keys of the current batch: the hash of each, and where it ends in `batch_bytes`.
    batch: Vec<(u64, usize)>,
    batch_bytes: Vec<u8>,
    /// Keys of the current batch that nobody knows yet.
    wanted: KeyedBytes,
    /// What the store said of the current batch's keys.
    answers: KeyedBytes,
    row: Vec<u8>,
    /// When the batch came: what is kept is believed as of then.
    now: Instant,
}

enum Kept {
    Nothing,
    Recent { rows: LruCache<Vec<u8>, Recent>, ttl: Option<Duration>, missing: bool },
    Everything { rows: KeyedBytes, ttl: Option<Duration>, loaded: Option<Instant> },
}

struct Recent {
    row: Vec<u8>,
    asked: Instant,
}

fn open(kept: &[u8]) -> Known<'_> {
    match kept.split_first() {
        Some((&PRESENT, row)) => Known::Row(row),
        Some(_) | None => Known::Absent,
    }
}

fn close(row: Option<&[u8]>, into: &mut Vec<u8>) {
    into.clear();
    into.push(if row.is_some() { PRESENT } else { ABSENT });
    into.extend_from_slice(row.unwrap_or_default());
}

impl Lookup {
    /// A look-up table over a store.
    pub fn new(store: Box<dyn Store>, info: &'static TableInfo, cache: Cache) -> Self {
        let duration = |ttl: Option<u64>| ttl.map(Duration::from_millis);
        let kept = match cache {
            Cache::None | Cache::Lru { .. } | Cache::All { .. } if store.is_whole() => {
                Kept::Everything { rows: KeyedBytes::default(), ttl: None, loaded: None }
            }
            Cache::None => Kept::Nothing,
            Cache::Lru { rows, ttl, missing } => {
                let rows = usize::try_from(rows).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN);
                // Memory is taken as rows come: a limit of millions costs nothing by itself.
                let mut cache = LruCache::unbounded();
                if rows.get() <= 1024 {
                    cache = LruCache::new(rows);
                } else {
                    cache.resize(rows);
                }
                Kept::Recent { rows: cache, ttl: duration(ttl), missing }
            }
            Cache::All { ttl } => Kept::Everything { rows: KeyedBytes::default(), ttl: duration(ttl), loaded: None },
        };
        Self {
            store,
            info,
            kept,
            batch: Vec::new(),
            batch_bytes: Vec::new(),
            wanted: KeyedBytes::default(),
            answers: KeyedBytes::default(),
            row: Vec::new(),
            now: Instant::now(),
        }
    }

    /// Whether the store is asked while the job runs.
    pub fn asks(&self) -> bool {
        !matches!(self.kept, Kept::Everything { ttl: None, .. })
    }

    /// Loads the table if it is kept whole and not loaded, or too old; called at the start of an epoch.
    pub fn refresh(&mut self, now: Instant) -> Result<(), Failure> {
        let Kept::Everything { rows, ttl, loaded } = &mut self.kept else { return Ok(()) };
        let old = loaded.is_none_or(|loaded| ttl.is_some_and(|ttl| now.duration_since(loaded) >= ttl));
        if !old {
            return Ok(());
        }
        *loaded = Some(now);
        rows.clear();
        let (info, row) = (self.info, &mut self.row);
        let mut key = Vec::new();
        self.store.scan(&mut |values| {
            row.clear();
            row.push(PRESENT);
            for value in values {
                encode(value, row);
            }
            key.clear();
            encode_key_of_row(info, values, &mut key);
            rows.set(&key, row);
        })
    }

    fn known(&mut self, hash: u64, key: &[u8]) -> Known<'_> {
        match &mut self.kept {
            Kept::Everything { rows, .. } => return rows.get_hashed(hash, key).map_or(Known::Absent, open),
            Kept::Recent { rows, ttl, .. } => {
                let (now, ttl) = (self.now, *ttl);
                let fresh = |recent: &Recent| ttl.is_none_or(|ttl| now.saturating_duration_since(recent.asked) < ttl);
                if let Some(recent) = rows.get(key).filter(|recent| fresh(recent)) {
                    return open(&recent.row);
                }
            }
            Kept::Nothing => {}
        }
        self.answers.get_hashed(hash, key).map_or(Known::Unknown, open)
    }

    /// Notes that the current batch needs a key.
    pub fn want(&mut self, hash: u64, key: &[u8]) {
        self.batch_bytes.extend_from_slice(key);
        self.batch.push((hash, self.batch_bytes.len()));
        self.prefetch(Stage::Index, hash);
    }

    #[inline]
    fn prefetch(&self, stage: Stage, hash: u64) {
        if let Kept::Everything { rows, .. } = &self.kept {
            stage.prefetch(rows, hash);
        }
    }

    /// Asks the store once for all keys of the batch that neither the cache nor the epoch's changes know. What is known
    /// is asked of the memory, so that it is there when an event needs it.
    pub fn fetch(&mut self, pending: &mut Pending) -> Result<(), Failure> {
        if self.batch.is_empty() {
            return Ok(());
        }
        pending.flush();
        for stage in [Stage::Entry, Stage::Bytes] {
            for &(hash, _) in &self.batch {
                pending.prefetch(stage, hash);
                self.prefetch(stage, hash);
            }
        }
        if !matches!(self.kept, Kept::Everything { .. }) {
            self.now = Instant::now();
            let (batch, bytes) = (std::mem::take(&mut self.batch), std::mem::take(&mut self.batch_bytes));
            let mut start = 0;
            for &(hash, end) in &batch {
                let key = bytes.get(start..end).unwrap_or_default();
                start = end;
                if pending.get(hash, key) == Known::Unknown && self.known(hash, key) == Known::Unknown {
                    self.wanted.set_hashed(hash, key, &[]);
                }
            }
            (self.batch, self.batch_bytes) = (batch, bytes);
        }
        self.batch.clear();
        self.batch_bytes.clear();
        self.ask()
    }

    /// Asks the store for all keys that are wanted.
    fn ask(&mut self) -> Result<(), Failure> {
        if self.wanted.is_empty() {
            return Ok(());
        }
        let keys: Vec<Value<'_>> =
            (0..self.wanted.len()).flat_map(|position| key_values(self.info, self.wanted.key(position))).collect();
        let (row, wanted, answers) = (&mut self.row, &self.wanted, &mut self.answers);
        for position in 0..wanted.len() {
            answers.set(wanted.key(position), &[ABSENT]);
        }
        self.store.fetch(&keys, &mut |position, values| {
            row.clear();
            row.push(PRESENT);
            for value in values {
                encode(value, row);
            }
            answers.set(wanted.key(position), row);
        })?;
        if let Kept::Recent { rows, missing, .. } = &mut self.kept {
            let asked = Instant::now();
            for position in 0..wanted.len() {
                let key = wanted.key(position);
                let row = answers.get(key).unwrap_or_default().to_vec();
                if *missing || row.first() == Some(&PRESENT) {
                    rows.put(key.to_vec(), Recent { row, asked });
                }
            }
        }
        self.wanted.clear();
        Ok(())
    }

    /// The row of a key, given the key's hash; the store is asked if nobody knows.
    pub fn get(&mut self, hash: u64, key: &[u8]) -> Result<Option<&[u8]>, Failure> {
        if !matches!(self.kept, Kept::Everything { .. }) && self.known(hash, key) == Known::Unknown {
            self.wanted.clear();
            self.wanted.set_hashed(hash, key, &[]);
            self.ask()?;
        }
        Ok(match self.known(hash, key) {
            Known::Row(row) => Some(row),
            Known::Absent | Known::Unknown => None,
        })
    }

    /// Forgets what the store said of the last batch.
    pub fn end_batch(&mut self) {
        self.batch.clear();
        self.batch_bytes.clear();
        self.wanted.clear();
        self.answers.clear();
    }

    /// Takes over what the epoch changes in the table.
    pub fn take_over(&mut self, pending: &Pending) {
        let mut hashes = [0; AHEAD];
        for from in (0..pending.keys()).step_by(AHEAD) {
            let positions = from..pending.keys().min(from + AHEAD);
            for (hash, position) in hashes.iter_mut().zip(positions.clone()) {
                *hash = hash_bytes(pending.key(position));
                self.prefetch(Stage::Index, *hash);
            }
            for stage in [Stage::Entry, Stage::Bytes] {
                hashes.iter().take(positions.len()).for_each(|hash| self.prefetch(stage, *hash));
            }
            for (hash, position) in hashes.into_iter().zip(positions) {
                self.written_hashed(hash, pending.key(position), pending.row(position));
            }
        }
    }

    /// Takes over a row of the table, or that there is none.
    pub fn written(&mut self, key: &[u8], row: Option<&[u8]>) {
        self.written_hashed(hash_bytes(key), key, row);
    }

    fn written_hashed(&mut self, hash: u64, key: &[u8], row: Option<&[u8]>) {
        match &mut self.kept {
            Kept::Nothing => {}
            Kept::Recent { rows, missing, .. } => {
                if row.is_some() || *missing {
                    let mut kept = Vec::new();
                    close(row, &mut kept);
                    rows.put(key.to_vec(), Recent { row: kept, asked: Instant::now() });
                } else {
                    rows.pop(key);
                }
            }
            Kept::Everything { rows, .. } => {
                close(row, &mut self.row);
                rows.set_hashed(hash, key, &self.row);
            }
        }
    }
}

/// A key as a whole row, nulls in the columns that are not of the key.
fn encode_key_of_row(info: &TableInfo, values: &[Value<'_>], out: &mut Vec<u8>) {
    for column in 0..info.columns.len() {
        let value = values.get(column).filter(|_| info.primary_key.contains(&column));
        encode(value.unwrap_or(&Value::Null), out);
    }
}

/// Writes a key, given its values in the order of the primary key, as a whole row with nulls in the other columns.
pub fn encode_key(info: &TableInfo, values: &[Value<'_>], out: &mut Vec<u8>) {
    for column in 0..info.columns.len() {
        let place = info.primary_key.iter().position(|key| *key == column);
        encode(place.and_then(|place| values.get(place)).unwrap_or(&Value::Null), out);
    }
}

/// The values of a key written by [`encode_key`], in the order of the primary key.
fn key_values<'a>(info: &'static TableInfo, mut key: &'a [u8]) -> impl Iterator<Item = Value<'a>> + use<'a> {
    let values: Vec<Value<'a>> = (0..info.columns.len()).map(|_| decode(&mut key)).collect();
    info.primary_key.iter().map(move |column| values.get(*column).copied().unwrap_or(Value::Null))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::connectors::ColumnInfo;

    static TABLE: TableInfo = TableInfo {
        name: "customers",
        columns: &[ColumnInfo::nullable("name", "varchar"), ColumnInfo::not_null("id", "bigint")],
        primary_key: &[1],
    };

    /// Customers 0 to 9 by name; notes what it is asked.
    struct Counting(Arc<Mutex<Vec<Vec<i64>>>>);

    impl Store for Counting {
        fn fetch(&mut self, keys: &[Value<'_>], found: &mut dyn FnMut(usize, &[Value<'_>])) -> Result<(), Failure> {
            let mut asked = Vec::new();
            for (position, key) in keys.iter().enumerate() {
                if let Value::Integer(id) = *key {
                    asked.push(id);
                    if id < 10 {
                        found(position, &[Value::Text(&format!("customer {id}")), *key]);
                    }
                }
            }
            self.0.lock().expect("one thread").push(asked);
            Ok(())
        }

        fn scan(&mut self, found: &mut dyn FnMut(&[Value<'_>])) -> Result<(), Failure> {
            self.0.lock().expect("one thread").push(vec![-1]);
            for id in 0..10 {
                found(&[Value::Text(&format!("customer {id}")), Value::Integer(id)]);
            }
            Ok(())
        }
    }

    fn key(id: i64) -> Vec<u8> {
        let mut key = Vec::new();
        encode_key(&TABLE, &[Value::Integer(id)], &mut key);
        key
    }

    fn found(lookup: &mut Lookup, id: i64) -> bool {
        let key = key(id);
        lookup.get(hash_bytes(&key), &key).expect("answers").is_some()
    }

    /// Two batches that need the keys 1, 2, 1, 77 each; gives what the store was asked.
    fn asked(cache: Cache) -> Vec<Vec<i64>> {
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut lookup = Lookup::new(Box::new(Counting(log.clone())), &TABLE, cache);
        lookup.refresh(Instant::now()).expect("loads");
        for _ in 0..2 {
            for id in [1, 2, 1, 77] {
                let key = key(id);
                lookup.want(hash_bytes(&key), &key);
            }
            lookup.fetch(&mut Pending::default()).expect("asks");
            for id in [1, 2, 1, 77] {
                assert_eq!(found(&mut lookup, id), id != 77);
            }
            lookup.end_batch();
        }
        lookup.written(&key(77), Some(&key(77)));
        lookup.written(&key(1), None);
        let all = log.lock().expect("one thread").clone();
        // Nothing is believed without a cache, or for no time.
        if !matches!(cache, Cache::None | Cache::Lru { ttl: Some(0), .. }) {
            assert!(found(&mut lookup, 77), "what was written is seen");
            assert!(!found(&mut lookup, 1) || matches!(cache, Cache::Lru { missing: false, .. }));
        }
        all
    }

    #[test]
    fn without_a_cache_each_batch_asks_once_for_its_distinct_keys() {
        assert_eq!(asked(Cache::None), [[1, 2, 77], [1, 2, 77]]);
    }

    #[test]
    fn a_cache_of_recent_rows_is_asked_first() {
        let cache = |rows, missing| Cache::Lru { rows, ttl: None, missing };
        assert_eq!(asked(cache(100, true)), [[1, 2, 77]]);
        assert_eq!(asked(cache(100, false)), [vec![1, 2, 77], vec![77]]);
        assert_eq!(asked(Cache::Lru { rows: 100, ttl: Some(0), missing: true }), [[1, 2, 77], [1, 2, 77]]);
    }

    #[test]
    fn a_table_kept_whole_is_read_once() {
        assert_eq!(asked(Cache::All { ttl: None }), [[-1]]);
    }
}
