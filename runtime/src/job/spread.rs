//! The rows of a chunk on their way from the worker that decodes them to the workers that take them.

use bumpalo::collections::Vec;

use crate::decode::{Decode, Place, Rows};
use crate::scope::Scope;
use crate::state::{Stored, hash, worker_of};
use crate::values::Fault;

/// The rows of a chunk, spread over the workers.
#[derive(Debug)]
pub struct Spread<'a, R> {
    parts: &'a [Part<'a, R>],
}

/// One worker's rows of a chunk, with their numbers among all good rows of it.
#[derive(Debug)]
pub struct Part<'a, R> {
    /// The rows in the order of the chunk.
    pub rows: &'a [R],
    /// Their numbers.
    pub numbers: &'a [u32],
}

impl<R> Default for Spread<'_, R> {
    fn default() -> Self {
        Self { parts: &[] }
    }
}

impl<R> Clone for Spread<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Spread<'_, R> {}

impl<R> Clone for Part<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Part<'_, R> {}

impl<'a, R> Spread<'a, R> {
    /// A worker's rows.
    pub fn part(&self, worker: usize) -> Part<'a, R> {
        self.parts.get(worker).copied().unwrap_or(Part { rows: &[], numbers: &[] })
    }
}

/// The records of a chunk, on their way to becoming rows.
pub struct Input<'r, 'c, 'a> {
    rows: &'r mut Rows<'c, 'a>,
    limit: usize,
    worker: usize,
    workers: usize,
    scope: Scope<'a>,
    /// The places of the records of the rows that were read.
    places: Vec<'a, Place>,
    /// The records that could not be read, each with the number of good ones before it.
    failed: std::vec::Vec<BadRecord>,
    ended: bool,
}

/// Bytes of a record, more or less: lists begin with room for records of this length.
const USUAL: usize = 128;

/// A record that could not be read.
#[derive(Debug)]
pub struct BadRecord {
    /// Good records of the chunk before it.
    pub after: usize,
    /// Where it stands.
    pub place: Place,
    /// Why.
    pub fault: Fault,
}

impl<'r, 'c, 'a> Input<'r, 'c, 'a> {
    /// Up to `limit` of the rows, read by one of `workers` workers.
    pub fn new(rows: &'r mut Rows<'c, 'a>, limit: usize, worker: usize, workers: usize, scope: Scope<'a>) -> Self {
        let (places, failed) = (Vec::new_in(scope.memory), std::vec::Vec::new());
        Self { rows, limit, worker, workers, scope, places, failed, ended: false }
    }

    /// What expressions may use.
    pub fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// Reads the rows and spreads them over the workers by what `route` makes of each.
    ///
    /// A row of which that cannot be computed goes to the first worker, to be told of there.
    pub fn spread<R: Decode<'a>>(&mut self, route: impl Fn(&R) -> Result<Route, Fault>) -> Spread<'a, R> {
        let memory = self.scope.memory;
        let room = (self.rows.bytes_left() / USUAL / self.workers + 16).min(self.limit);
        let part = |_| (Vec::<R>::with_capacity_in(room, memory), Vec::<u32>::with_capacity_in(room, memory));
        let mut parts = Vec::from_iter_in((0..self.workers).map(part), memory);
        while self.len() < self.limit {
            let mut row = R::default();
            match self.rows.read(&mut row, &self.scope) {
                Some(Ok(())) => {
                    let worker = match route(&row).unwrap_or(Route::First) {
                        Route::Hash(hash) => worker_of(hash, self.workers),
                        Route::Here => self.worker,
                        Route::First => 0,
                    };
                    if let Some((rows, numbers)) = parts.get_mut(worker) {
                        rows.push(row);
                        numbers.push(self.places.len() as u32);
                    }
                    self.places.push(self.rows.place());
                }
                Some(Err(fault)) => {
                    let (after, place) = (self.places.len(), self.rows.place());
                    self.failed.push(BadRecord { after, place, fault });
                }
                None => {
                    self.ended = true;
                    break;
                }
            }
        }
        let parts = parts
            .into_iter()
            .map(|(rows, numbers)| Part { rows: rows.into_bump_slice(), numbers: numbers.into_bump_slice() });
        Spread { parts: Vec::from_iter_in(parts, memory).into_bump_slice() }
    }

    /// How many records were read, good and bad.
    pub fn len(&self) -> usize {
        self.places.len() + self.failed.len()
    }

    /// Whether none was read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is known of the records once they are read.
    pub fn finish(self) -> Records<'a> {
        let read = self.len();
        Records {
            places: self.places.into_bump_slice(),
            failed: self.failed,
            read,
            ended: self.ended,
            position: self.rows.position(),
        }
    }
}

/// Where a row goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// To the worker that its hash belongs to.
    Hash(u64),
    /// To the worker that read it: it shares state with no other row.
    Here,
    /// To the first worker, with all others.
    First,
}

impl Route {
    /// To the worker of a key.
    #[inline]
    pub fn of<K: Stored>(key: K::Ref<'_>) -> Self {
        Self::Hash(hash::<K>(key))
    }
}

/// What is known of the records of a chunk that were read.
#[derive(Debug, Default)]
pub struct Records<'a> {
    /// Where the good ones stand.
    pub places: &'a [Place],
    /// The bad ones.
    pub failed: std::vec::Vec<BadRecord>,
    /// How many were read, good and bad.
    pub read: usize,
    /// Whether the chunk has no more.
    pub ended: bool,
    /// Where the next one begins in the chunk.
    pub position: usize,
}
