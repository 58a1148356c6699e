//! What a change of the pipeline means for the state that an earlier run left.

use std::fmt;

use crate::epochs::{Piece, PieceKind};

/// What becomes of a piece of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes on.
    Kept,
    /// It is computed again from the beginning of the sources.
    Rebuilt,
    /// It is new, and knows nothing of what was read before.
    New,
    /// It is new, and what was read before is read once more for it.
    CaughtUp,
    /// The pipeline has it no more.
    Dropped,
    /// The pipeline computes it otherwise now, and it cannot be computed again.
    Lost,
    /// The log has it only for the pipeline that wrote it.
    Bound,
    /// The workers may have kept it in shares, of which the log does not tell.
    Apart,
}

impl Fate {
    /// Whether the job would go on without what it knew.
    pub fn is_loss(self) -> bool {
        match self {
            Self::Lost | Self::Bound | Self::Apart => true,
            Self::Kept | Self::Rebuilt | Self::New | Self::CaughtUp | Self::Dropped => false,
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kept => "kept",
            Self::Rebuilt => "rebuilt",
            Self::New => "new: it knows nothing of what was read before",
            Self::CaughtUp => "new: what was read before is read once more for it",
            Self::Dropped => "dropped: the pipeline has it no more",
            Self::Lost => "lost: the pipeline computes it otherwise now",
            Self::Bound => {
                "lost: the run before was not stopped, it ended; start the former pipeline once more and stop it, then \
                 it is kept"
            }
            Self::Apart => {
                "lost: its log was begun by a version that did not tell whether each worker has a share of its groups"
            }
        })
    }
}

/// A pipeline as it was and as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changes<'p> {
    /// As it was.
    pub before: &'p [Piece],
    /// As it is.
    pub now: &'p [Piece],
    /// Whether epochs are to be read that only the same plan can read: what a view keeps may follow from another's.
    pub has_epochs: bool,
    /// In how many parts state was kept.
    pub parts: usize,
}

fn find<'p>(pieces: &'p [Piece], piece: &Piece) -> Option<&'p Piece> {
    pieces.iter().find(|other| other.kind == piece.kind && other.name == piece.name)
}

impl Changes<'_> {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.before.len() == self.now.len() && self.now.iter().all(|piece| self.before.contains(piece))
    }

    /// Whether a source was given other files, or is read in another way.
    pub fn has_other_source(&self) -> bool {
        let other = |piece: &&Piece| piece.kind == PieceKind::Source && !self.before.contains(piece);
        self.now.iter().any(|piece| other(&piece))
    }

    /// What becomes of each state if the job goes on without reading anything again.
    pub fn fates(&self) -> Vec<(String, Fate)> {
        let now = self.now.iter().map(|piece| {
            let fate = match find(self.before, piece) {
                None => Fate::New,
                Some(before) if before == piece && self.is_bound(before) => Fate::Bound,
                Some(before) if before == piece && self.is_apart() => Fate::Apart,
                Some(before) if before == piece => Fate::Kept,
                Some(_) => Fate::Lost,
            };
            (piece, fate)
        });
        let gone = self.before.iter().filter(|piece| find(self.now, piece).is_none());
        let all = now.chain(gone.map(|piece| (piece, Fate::Dropped)));
        all.filter(|(piece, _)| piece.kind.is_state()).map(|(piece, fate)| (title(piece), fate)).collect()
    }

    /// Whether a state follows from another one in epochs that are still to be read, and these states are not as they
    /// were.
    fn is_bound(&self, piece: &Piece) -> bool {
        let follows = |other: &&Piece| other.kind == PieceKind::Follows;
        let state = |other: &&Piece| other.kind == PieceKind::View || follows(other);
        self.has_epochs
            && self.before.iter().filter(follows).any(|follower| follower.name == piece.name)
            && !self.before.iter().filter(state).all(|other| self.now.contains(other))
    }

    /// Whether other parts of the state than before are to have what is kept.
    pub fn spreads_otherwise(&self) -> bool {
        let spread = |piece: &&Piece| piece.kind == PieceKind::Spread;
        let otherwise = |piece: &Piece| find(self.now, piece).is_some_and(|now| now != piece);
        let is_shared = |pieces: &[Piece], view: &Piece| {
            pieces.iter().any(|piece| piece.kind == PieceKind::Shared && piece.name == view.name)
        };
        let mut views = self.before.iter().filter(|piece| piece.kind == PieceKind::View && self.now.contains(piece));
        let untold = !self.before.iter().any(|piece| spread(&piece)) && self.now.iter().any(|piece| spread(&piece));
        self.parts > 1
            && (untold
                || self.before.iter().filter(spread).any(otherwise)
                || views.any(|view| is_shared(self.before, view) != is_shared(self.now, view)))
    }

    /// Whether parts that are to come together may be shares of the same groups without the log telling of it.
    fn is_apart(&self) -> bool {
        self.spreads_otherwise() && self.before.iter().all(|other| other.kind != PieceKind::Spread)
    }

    /// What becomes of each state if all is read again.
    pub fn fates_when_rebuilt(&self) -> Vec<(String, Fate)> {
        let fates = self.fates().into_iter();
        fates.map(|(name, fate)| (name, if fate == Fate::Dropped { fate } else { Fate::Rebuilt })).collect()
    }

    /// What becomes of each state if the sources are read again for what is new.
    pub fn fates_when_caught_up(&self) -> Vec<(String, Fate)> {
        let fates = self.fates().into_iter();
        fates.map(|(name, fate)| (name, if fate == Fate::New { Fate::CaughtUp } else { fate })).collect()
    }

    /// The states that are new.
    pub fn new_states(&self) -> Vec<String> {
        let new = |piece: &&Piece| piece.kind.is_state() && find(self.before, piece).is_none();
        self.now.iter().filter(new).map(|piece| piece.name.clone()).collect()
    }

    /// Whether all that was computed is computed as it was; what is new goes into tables that are.
    pub fn only_add(&self, is_new_table: impl Fn(&str) -> bool) -> bool {
        self.fates().iter().all(|(_, fate)| !fate.is_loss())
            && self.now.iter().all(|piece| {
                self.before.contains(piece)
                    || match piece.kind {
                        PieceKind::View | PieceKind::Contenders => find(self.before, piece).is_none(),
                        PieceKind::Inserts => find(self.before, piece).is_none() && is_new_table(&piece.name),
                        PieceKind::Follows | PieceKind::Spread | PieceKind::Shared => true,
                        PieceKind::Source | PieceKind::Clock => false,
                    }
            })
            && self.before.iter().all(|piece| piece.kind != PieceKind::Clock || self.now.contains(piece))
    }

    /// What changed, in words.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let told = |piece: &&Piece| piece.kind.is_told();
        for piece in self.now.iter().filter(told).filter(|piece| !self.before.contains(piece)) {
            let new = find(self.before, piece).is_none();
            words.push(format!("{} {}", title(piece), if new { "is new" } else { "has changed" }));
        }
        let gone = self.before.iter().filter(told).filter(|piece| find(self.now, piece).is_none());
        words.extend(gone.map(|piece| format!("{} is gone", title(piece))));
        words
    }
}

/// What a piece is called.
fn title(piece: &Piece) -> String {
    let name = &piece.name;
    match piece.kind {
        PieceKind::View | PieceKind::Follows | PieceKind::Shared => format!("view '{name}'"),
        PieceKind::Contenders => format!("the rows of table '{name}' that share a key"),
        PieceKind::Inserts => format!("what is inserted into table '{name}'"),
        PieceKind::Source | PieceKind::Spread => format!("the source of table '{name}'"),
        PieceKind::Clock => "the clock that --now sets".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(kind: PieceKind, name: &str, fingerprint: u64) -> Piece {
        Piece { kind, name: name.to_owned(), fingerprint }
    }

    #[test]
    fn each_state_is_told_of() {
        let before = [
            piece(PieceKind::View, "same", 1),
            piece(PieceKind::View, "other", 2),
            piece(PieceKind::View, "old", 3),
            piece(PieceKind::Source, "orders", 4),
        ];
        let now = [
            piece(PieceKind::View, "same", 1),
            piece(PieceKind::View, "other", 5),
            piece(PieceKind::View, "young", 6),
            piece(PieceKind::Source, "orders", 4),
        ];
        let changes = Changes { before: &before, now: &now, has_epochs: true, parts: 1 };
        let fates: Vec<Fate> = changes.fates().into_iter().map(|(_, fate)| fate).collect();
        assert_eq!(fates, [Fate::Kept, Fate::Lost, Fate::New, Fate::Dropped]);
        assert_eq!(changes.words(), ["view 'other' has changed", "view 'young' is new", "view 'old' is gone"]);
        assert!(!changes.is_empty() && !changes.has_other_source());
        assert!(Changes { before: &now, now: &now, has_epochs: true, parts: 1 }.is_empty());
    }

    #[test]
    fn what_follows_is_kept_where_no_epoch_is_to_be_read() {
        let before = [
            piece(PieceKind::View, "last", 1),
            piece(PieceKind::View, "hourly", 2),
            piece(PieceKind::Follows, "hourly", 1),
        ];
        let fates = |now: &[Piece], has_epochs| {
            let fates = Changes { before: &before, now, has_epochs, parts: 1 }.fates();
            fates.into_iter().map(|(_, fate)| fate).collect::<Vec<_>>()
        };
        assert_eq!(fates(&before, true), [Fate::Kept, Fate::Kept]);
        // With a second reader, `last` passes its changes on at once.
        let now = [before[0].clone(), before[1].clone(), piece(PieceKind::View, "daily", 3)];
        assert_eq!(fates(&now, true), [Fate::Kept, Fate::Bound, Fate::New]);
        assert_eq!(fates(&now, false), [Fate::Kept, Fate::Kept, Fate::New]);
        // With another one behind them, nothing changes between the two.
        let now = [before.to_vec(), vec![piece(PieceKind::View, "daily", 3)]].concat();
        assert_eq!(fates(&now, true), [Fate::Kept, Fate::Kept, Fate::New]);
    }

    #[test]
    fn shares_are_kept_and_come_together_where_the_rows_are_spread_otherwise() {
        let before = [
            piece(PieceKind::View, "last", 1),
            piece(PieceKind::View, "hourly", 2),
            piece(PieceKind::Spread, "orders", 3),
            piece(PieceKind::Shared, "hourly", 0),
        ];
        let fates = |now: &[Piece], parts| {
            let changes = Changes { before: &before, now, has_epochs: false, parts };
            (changes.spreads_otherwise(), changes.fates().into_iter().map(|(_, fate)| fate).collect::<Vec<_>>())
        };
        let more = [&before[..], &[piece(PieceKind::Inserts, "daily", 4)]].concat();
        assert_eq!(fates(&more, 4), (false, vec![Fate::Kept, Fate::Kept]));
        // All rows to the first worker.
        let one = [before[0].clone(), before[1].clone(), piece(PieceKind::Spread, "orders", 5)];
        assert_eq!(fates(&one, 4), (true, vec![Fate::Kept, Fate::Kept]));
        assert_eq!(fates(&one, 1), (false, vec![Fate::Kept, Fate::Kept]));
        // In another order, with another source that has views of its own.
        let grown = [
            piece(PieceKind::Shared, "hourly", 0),
            piece(PieceKind::Spread, "users", 9),
            before[2].clone(),
            before[1].clone(),
            before[0].clone(),
            piece(PieceKind::View, "all_users", 7),
            piece(PieceKind::Shared, "all_users", 0),
        ];
        assert_eq!(fates(&grown, 4), (false, vec![Fate::Kept, Fate::Kept, Fate::New]));
        let whole = [before[0].clone(), before[1].clone(), before[2].clone()];
        assert_eq!(fates(&whole, 4), (true, vec![Fate::Kept, Fate::Kept]));
        let untold = Changes { before: &before[..2], now: &before, has_epochs: false, parts: 4 };
        assert!(untold.fates().iter().all(|(_, fate)| *fate == Fate::Apart && fate.is_loss()));
    }
}
