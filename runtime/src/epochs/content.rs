//! What stands in the records: to which pipeline a log belongs, and where an epoch left everything.

use crate::connectors::resume::Marks;
use crate::connectors::{Position, Target};
use crate::epochs::Persist;
use crate::epochs::bytes::{self, Bytes, Damaged};

/// In so many parts state can be kept: as many as a job can have workers.
pub const MOST_PARTS: usize = 64;

/// What a log belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// A number of its own, by which sinks know it.
    pub log: u64,
    /// What hashes were seeded with: they say which worker keeps what.
    pub seed: u64,
    /// In how many parts state is kept.
    pub parts: usize,
    /// Whether nothing comes before this file: no snapshot.
    pub first: bool,
    /// The pipeline's name.
    pub pipeline: String,
    /// What the pipeline was made of.
    pub plan: Vec<Piece>,
    /// The sinks' tables with their targets as they were.
    pub targets: Vec<(String, Target)>,
}

/// A piece of a pipeline, by which a change of it is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Its name.
    pub name: String,
    /// What it says.
    pub fingerprint: u64,
}

/// What a piece of a pipeline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// A view that keeps state.
    View,
    /// Rows of a table that contend for keys.
    Contenders,
    /// What is inserted into a table.
    Inserts,
    /// A source, and how it is read.
    Source,
    /// A fixed clock.
    Clock,
    /// That what a view keeps follows, in each epoch, from what the view keeps that it reads.
    Follows,
    /// How the rows of a source are spread over the parts of the state.
    Spread,
    /// That every part has a share of each group of a view.
    Shared,
}

impl PieceKind {
    const ALL: [Self; 8] = [
        Self::View,
        Self::Contenders,
        Self::Inserts,
        Self::Source,
        Self::Clock,
        Self::Follows,
        Self::Spread,
        Self::Shared,
    ];

    pub(super) fn of(number: u8) -> Result<Self, Damaged> {
        Self::ALL.into_iter().find(|known| known.number() == number).ok_or(Damaged)
    }

    pub(super) fn number(self) -> u8 {
        match self {
            Self::View => 0,
            Self::Contenders => 1,
            Self::Inserts => 2,
            Self::Source => 3,
            Self::Clock => 4,
            Self::Follows => 5,
            Self::Spread => 6,
            Self::Shared => 7,
        }
    }

    /// Whether the piece is state.
    pub fn is_state(self) -> bool {
        match self {
            Self::View | Self::Contenders => true,
            Self::Inserts | Self::Source | Self::Clock | Self::Follows | Self::Spread | Self::Shared => false,
        }
    }

    /// Whether a user is told that such a piece has changed: others say how something is kept, not what.
    pub fn is_told(self) -> bool {
        !matches!(self, Self::Follows | Self::Spread | Self::Shared)
    }
}

impl Header {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(&self.log.to_le_bytes());
        out.extend_from_slice(&self.seed.to_le_bytes());
        bytes::number(self.parts as u64, &mut out);
        out.push(u8::from(self.first));
        bytes::list(self.pipeline.as_bytes(), &mut out);
        bytes::number(self.plan.len() as u64, &mut out);
        for piece in &self.plan {
            out.push(piece.kind.number());
            bytes::list(piece.name.as_bytes(), &mut out);
            out.extend_from_slice(&piece.fingerprint.to_le_bytes());
        }
        bytes::number(self.targets.len() as u64, &mut out);
        for (table, target) in &self.targets {
            bytes::list(table.as_bytes(), &mut out);
            bytes::list(target.place.as_bytes(), &mut out);
            out.push(u8::from(target.made));
            bytes::number(target.length, &mut out);
        }
        out
    }

    /// From bytes.
    pub fn decode(mut bytes: Bytes<'_>) -> Result<Self, Damaged> {
        let mut header = Self {
            log: u64::from_le_bytes(bytes.fixed()?),
            seed: u64::from_le_bytes(bytes.fixed()?),
            parts: bytes.count()?,
            first: bytes.flag()?,
            pipeline: bytes.text()?.to_owned(),
            plan: Vec::new(),
            targets: Vec::new(),
        };
        if !(1..=MOST_PARTS).contains(&header.parts) {
            return Err(Damaged);
        }
        for _ in 0..bytes.number()? {
            let kind = PieceKind::of(bytes.byte()?)?;
            let name = bytes.text()?.to_owned();
            header.plan.push(Piece { kind, name, fingerprint: u64::from_le_bytes(bytes.fixed()?) });
        }
        for _ in 0..bytes.number()? {
            let table = bytes.text()?.to_owned();
            let place = bytes.text()?.to_owned();
            header.targets.push((table, Target { place, made: bytes.flag()?, length: bytes.number()? }));
        }
        Ok(header)
    }
}

/// Where an epoch left everything but the state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The epoch's number, from 1.
    pub epoch: u64,
    /// What the clock stood at in it.
    pub clock: i64,
    /// Records read since the log began.
    pub records: u64,
    /// How long the dead-letter file is.
    pub letters: u64,
    /// For each source table the files that are elsewhere than after the epoch before; in a snapshot all.
    pub positions: Vec<(String, Vec<Position>)>,
    /// For each sink's table how long its target was before the epoch; in a snapshot after it.
    pub lengths: Vec<(String, u64)>,
}

impl Standing {
    /// Appends it.
    pub fn encode(&self, out: &mut Vec<u8>) {
        bytes::number(self.epoch, out);
        bytes::integer(self.clock.into(), out);
        bytes::number(self.records, out);
        bytes::number(self.letters, out);
        bytes::number(self.positions.len() as u64, out);
        for (table, positions) in &self.positions {
            bytes::list(table.as_bytes(), out);
            bytes::number(positions.len() as u64, out);
            positions.iter().for_each(|position| encode_position(position, out));
        }
        bytes::number(self.lengths.len() as u64, out);
        for (table, length) in &self.lengths {
            bytes::list(table.as_bytes(), out);
            bytes::number(*length, out);
        }
    }

    /// Takes it off the bytes.
    pub fn decode(bytes: &mut Bytes<'_>) -> Result<Self, Damaged> {
        let mut standing = Self { epoch: bytes.number()?, ..Self::default() };
        standing.clock.load(bytes)?;
        standing.records = bytes.number()?;
        standing.letters = bytes.number()?;
        for _ in 0..bytes.number()? {
            let table = bytes.text()?.to_owned();
            let mut positions = Vec::new();
            for _ in 0..bytes.number()? {
                positions.push(decode_position(bytes)?);
            }
            standing.positions.push((table, positions));
        }
        for _ in 0..bytes.number()? {
            standing.lengths.push((bytes.text()?.to_owned(), bytes.number()?));
        }
        Ok(standing)
    }

    /// What stands after `next`, which came after this.
    pub fn follow(&mut self, next: Self) {
        for (table, positions) in next.positions {
            let Some((_, known)) = self.positions.iter_mut().find(|(known, _)| *known == table) else {
                self.positions.push((table, positions));
                continue;
            };
            for position in positions {
                match known.iter_mut().find(|known| known.file == position.file) {
                    Some(known) => *known = position,
                    None => known.push(position),
                }
            }
        }
        let Self { epoch, clock, records, letters, lengths, .. } = next;
        *self = Self { epoch, clock, records, letters, lengths, positions: std::mem::take(&mut self.positions) };
    }
}

fn encode_position(position: &Position, out: &mut Vec<u8>) {
    bytes::list(position.file.as_bytes(), out);
    for number in [position.identity, position.offset, position.line, position.marks.length] {
        bytes::number(number, out);
    }
    out.extend_from_slice(&position.marks.head.to_le_bytes());
    out.extend_from_slice(&position.marks.tail.to_le_bytes());
    out.push(u8::from(position.header.is_some()));
    if let Some(names) = &position.header {
        bytes::number(names.len() as u64, out);
        names.iter().for_each(|name| bytes::list(name.as_bytes(), out));
    }
}

fn decode_position(bytes: &mut Bytes<'_>) -> Result<Position, Damaged> {
    let file = bytes.text()?.to_owned();
    let (identity, offset, line, length) = (bytes.number()?, bytes.number()?, bytes.number()?, bytes.number()?);
    let (head, tail) = (u32::from_le_bytes(bytes.fixed()?), u32::from_le_bytes(bytes.fixed()?));
    let mut position = Position { file, identity, offset, line, header: None, marks: Marks { length, head, tail } };
    if bytes.flag()? {
        let mut names = Vec::new();
        for _ in 0..bytes.number()? {
            names.push(bytes.text()?.to_owned());
        }
        position.header = Some(names);
    }
    Ok(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_standings_read_back() {
        let target = Target { place: "/data/out.db (hs_order)".into(), made: true, length: 7 };
        let header = Header {
            log: u64::MAX,
            seed: 3,
            parts: 2,
            first: true,
            pipeline: "hourly_premium".into(),
            plan: vec![Piece { kind: PieceKind::View, name: "hourly".into(), fingerprint: 5 }],
            targets: vec![("hs_order".into(), target)],
        };
        assert_eq!(Header::decode(Bytes::new(&header.encode())), Ok(header.clone()));
        let bytes = header.encode();
        assert!((0..bytes.len()).all(|length| Header::decode(Bytes::new(&bytes[..length])) == Err(Damaged)));
        for parts in [0, MOST_PARTS + 1, usize::MAX] {
            let header = Header { parts, ..header.clone() };
            assert_eq!(Header::decode(Bytes::new(&header.encode())), Err(Damaged), "no job has {parts} workers");
        }

        let position = |file: &str, offset| Position {
            file: file.into(),
            identity: 12,
            offset,
            line: 3,
            header: Some(vec!["a".into(), "b".into()]),
            marks: Marks { length: offset, head: 1, tail: 2 },
        };
        let first = Standing {
            epoch: 4,
            clock: -1,
            records: 1000,
            letters: 0,
            positions: vec![("user_order".into(), vec![position("a", 5), position("b", 6)])],
            lengths: vec![("hs_order".into(), 0)],
        };
        let next = Standing {
            epoch: 5,
            positions: vec![("user_order".into(), vec![position("b", 9), position("c", 1)])],
            ..first.clone()
        };
        let mut out = Vec::new();
        first.encode(&mut out);
        let mut together = Standing::decode(&mut Bytes::new(&out)).unwrap();
        assert_eq!(together, first);
        together.follow(next);
        assert_eq!(together.epoch, 5);
        assert_eq!(together.positions[0].1, [position("a", 5), position("b", 9), position("c", 1)]);
    }
}
