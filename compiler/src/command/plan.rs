//! `millstream plan`: what becomes of each state when a job goes on with a changed pipeline, told without starting it.
//! The job decides the same way (`runtime/src/job/changes.rs`), and knows more: whether its files are still there.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::Compiled;
use crate::generate::{Piece, PieceKind};
use crate::plan::{Source, Written};

use super::arguments::PlanArguments;
use super::console::{self, Console};
use super::failure::Failure;
use super::pipeline::read_and_compile;

/// Prints what becomes of each state.
pub fn plan(arguments: &PlanArguments, console: Console) -> Result<ExitCode, Failure> {
    let profile = arguments.profile.as_deref();
    let old = read_and_compile(&arguments.old, profile, console)?;
    let new = read_and_compile(&arguments.new, profile, console)?;
    console::output(&report(&old, &new))?;
    Ok(ExitCode::SUCCESS)
}

/// What a piece was, seen from the new pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Was {
    Same,
    Other,
    Missing,
}

fn report(old: &Compiled, new: &Compiled) -> String {
    if old.name != new.name {
        return format!(
            "The pipelines have other names, `{}` and `{}`: a state folder belongs to one of them alone, and the new \
             one begins with a folder of its own.\n",
            old.name, new.name
        );
    }
    let find = |pieces: &[Piece], piece: &Piece| {
        pieces.iter().find(|other| other.kind == piece.kind && other.name == piece.name).cloned()
    };
    let now: Vec<(&Piece, Was)> = new
        .pieces
        .iter()
        .map(|piece| {
            let was = find(&old.pieces, piece)
                .map_or(Was::Missing, |before| if before == *piece { Was::Same } else { Was::Other });
            (piece, was)
        })
        .collect();
    let gone: Vec<&Piece> = old.pieces.iter().filter(|piece| find(&new.pieces, piece).is_none()).collect();
    let moved: Vec<&Source> = new.sources.iter().filter(|source| !old.sources.contains(source)).collect();
    let fleeting: Vec<&str> =
        new.sources.iter().filter(|source| !source.lasting).map(|source| source.table.as_str()).collect();
    let changed = !gone.is_empty() || !moved.is_empty() || now.iter().any(|(_, was)| *was != Was::Same);
    let is_shared = |compiled: &Compiled, view: &Piece| {
        compiled.pieces.iter().any(|piece| piece.kind == PieceKind::Shared && piece.name == view.name)
    };
    let spreads_otherwise = now.iter().any(|(piece, was)| {
        piece.kind == PieceKind::Spread && *was == Was::Other
            || piece.kind == PieceKind::View && *was == Was::Same && is_shared(old, piece) != is_shared(new, piece)
    });
    let again = changed && fleeting.is_empty();
    let adds = moved.is_empty()
        && now.iter().all(|(piece, was)| match (was, piece.kind) {
            (Was::Same, _) => true,
            (Was::Missing, PieceKind::Inserts) => old.written.iter().all(|written| written.table != piece.name),
            (Was::Missing, _) | (Was::Other, PieceKind::Spread | PieceKind::Shared) => true,
            (Was::Other, PieceKind::View | PieceKind::Contenders | PieceKind::Inserts) => false,
        });
    let is_new = |written: &&Written| old.written.iter().all(|before| before.table != written.table);
    let catches_up = again
        && adds
        && new.written.iter().filter(is_new).all(|written| written.keyed)
        && new.written.iter().all(|written| !written.looked_up);
    // Where rows are spread otherwise, workers would have nothing to do with what is kept.
    let with_one_worker = catches_up && spreads_otherwise && new.spreads;
    let rebuilds = again && (!catches_up || with_one_worker);
    let mut out = String::new();
    // What was read from another source cannot be told from what this one has.
    let mut refused = !moved.is_empty();
    for (piece, was) in now.iter().filter(|(piece, _)| is_state(piece)) {
        let fate = match (rebuilds, was) {
            (true, Was::Same) if with_one_worker => "rebuilt; with one worker it is kept",
            (true, _) => "rebuilt",
            (false, Was::Same) => "kept",
            (false, Was::Missing) if catches_up => "new: what was read before is read once more for it",
            (false, Was::Missing) => "new: it knows nothing of what was read before",
            (false, Was::Other) => {
                refused = true;
                "lost: the pipeline computes it otherwise now"
            }
        };
        let _ = writeln!(out, "{}: {fate}", title(piece));
    }
    for piece in gone.iter().filter(|piece| is_state(piece)) {
        let _ = writeln!(out, "{}: dropped: the pipeline has it no more", title(piece));
    }
    for (piece, was) in now.iter().filter(|(piece, was)| piece.kind == PieceKind::Inserts && *was != Was::Same) {
        let what = if *was == Was::Missing { "is new" } else { "has changed" };
        let _ = writeln!(out, "{} {what}", title(piece));
    }
    for piece in gone.iter().filter(|piece| piece.kind == PieceKind::Inserts) {
        let _ = writeln!(out, "{} is gone", title(piece));
    }
    for Source { table, .. } in moved {
        let _ = writeln!(out, "the source of table '{table}' has changed");
    }
    let closing = if !changed {
        "Nothing changes in what is computed: the job goes on where it stopped.".to_owned()
    } else if catches_up && !rebuilds {
        "The job goes on where it stopped, as long as all files that it has read are there; else all is rebuilt."
            .to_owned()
    } else if rebuilds {
        "The sources are read again from their beginning, as long as all their files are there; nothing is counted \
         twice."
            .to_owned()
    } else {
        let sources = fleeting.join("', '");
        let then = if refused {
            "the job refuses to start unless --fresh drops its state"
        } else {
            "the job goes on with what is kept"
        };
        format!("The sources cannot be read again (table '{sources}'): {then}.")
    };
    let _ = writeln!(out, "{closing}");
    out
}

fn is_state(piece: &Piece) -> bool {
    match piece.kind {
        PieceKind::View | PieceKind::Contenders => true,
        PieceKind::Inserts | PieceKind::Spread | PieceKind::Shared => false,
    }
}

fn title(piece: &Piece) -> String {
    let name = &piece.name;
    match piece.kind {
        PieceKind::View | PieceKind::Shared => format!("view '{name}'"),
        PieceKind::Contenders => format!("the rows of table '{name}' that share a key"),
        PieceKind::Inserts => format!("what is inserted into table '{name}'"),
        PieceKind::Spread => format!("the rows of table '{name}'"),
    }
}
