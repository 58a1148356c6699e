//! What is in the way of going on where an earlier run stopped, and what is done about it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::connectors::{Applied, Failure, Resumed, TableInfo, Target};
use crate::epochs::{Found, Header};
use crate::job::TableUse;
use crate::job::arguments::Arguments;
use crate::job::changes::{Changes, Fate};
use crate::job::open::Ends;
use crate::job::program::Program;
use crate::job::terminal::Terminal;

/// Why a job cannot go on as it is.
#[derive(Default)]
pub(super) struct Troubles {
    /// What was found, in words.
    pub found: Vec<String>,
    /// Files of which nothing can be read again.
    pub missing: Vec<String>,
    /// Followed files in whose place another one stands, and how far the former one was read.
    pub renewed: Vec<(String, u64)>,
    /// Whether going on would be wrong even if all state could be kept.
    pub must_rebuild: bool,
}

/// Has each source go on where it stopped.
pub(super) fn resume_sources(found: &Found, ends: &mut Ends, troubles: &mut Troubles) -> Result<(), Failure> {
    for feed in &mut ends.feeds {
        let positions = found.standing.positions.iter().find(|(table, _)| table == feed.name);
        let positions = positions.map_or(&[][..], |(_, positions)| positions);
        let Resumed { replaced, missing, grown, renewed } = feed.source.resume(positions)?;
        for file in replaced {
            troubles.found.push(format!("{file} is not the file that was read"));
            troubles.must_rebuild = true;
        }
        for file in grown {
            troubles.found.push(format!("the last record of {file} was read before it was whole"));
            troubles.must_rebuild = true;
        }
        troubles.renewed.extend(renewed);
        troubles.missing.extend(missing);
    }
    Ok(())
}

/// The tables that are written to another place than before.
pub(super) fn moved(before: &Header, now: &Header) -> Vec<String> {
    let of = |name: &str| before.targets.iter().find(|(known, _)| known == name).map(|(_, target)| target);
    let moved = now.targets.iter().filter(|(name, target)| of(name).is_some_and(|before| before.place != target.place));
    moved.map(|(name, _)| name.clone()).collect()
}

/// Whether the log was written without a table: no epoch has anything for it.
pub(super) fn is_new(found: &Found, info: &TableInfo) -> bool {
    found.header.targets.iter().all(|(name, _)| name != info.name)
}

/// From which epoch on each sink is told again; a sink that cannot be brought up to date is a trouble.
pub(super) fn lagging(
    found: &Found,
    tied: &[(&'static TableInfo, Applied)],
    moved: &[String],
    troubles: &mut Troubles,
) -> BTreeMap<&'static str, u64> {
    let last = found.standing.epoch;
    let mut lagging = BTreeMap::new();
    for (info, applied) in tied {
        if is_new(found, info) {
            continue;
        }
        // A database that was moved says itself what it has.
        if moved.iter().any(|name| name == info.name) && !matches!(applied, Applied::UpTo(1..) | Applied::Nothing) {
            troubles.found.push(format!("table '{}' is written to another place now", info.name));
            troubles.must_rebuild = true;
            continue;
        }
        let first = match applied {
            Applied::Nothing => continue,
            Applied::Unknown { repeatable: true } => match found.first_epoch() {
                Some(first) => first,
                None => continue,
            },
            Applied::Unknown { repeatable: false } if found.applied || last == 0 => continue,
            Applied::Unknown { repeatable: false } => last,
            Applied::UpTo(epoch) => epoch + 1,
        };
        if first > last + 1 {
            // What it has of these epochs is not known any more, nor what would have to be taken back.
            let ahead = first - 1 - last;
            let epochs = if ahead == 1 { "epoch" } else { "epochs" };
            troubles.found.push(format!(
                "table '{}' is {ahead} {epochs} ahead of the log: the end of the log is damaged, or it is an older copy",
                info.name
            ));
            troubles.must_rebuild = true;
        } else if !found.has_outputs_from(first) {
            let what = if first == 1 { "has nothing" } else { "lacks the newest" };
            troubles.found.push(format!("table '{}' {what} of what the job had written to it", info.name));
            troubles.must_rebuild = true;
        } else if first <= last {
            lagging.insert(info.name, first);
        }
    }
    lagging
}

/// Whether all can be read again with the same result as if it was read for the first time.
pub(super) fn can_rebuild(program: Program, found: &Found, ends: &Ends, troubles: &Troubles) -> bool {
    troubles.missing.is_empty()
        && troubles.renewed.is_empty()
        && why_not_again(program, found.header.targets.as_slice(), ends).is_none()
}

/// What is in the way of reading all again, besides files that are gone.
pub(super) fn why_not_again(program: Program, targets: &[(String, Target)], ends: &Ends) -> Option<String> {
    if let Some(feed) = ends.feeds.iter().find(|feed| !feed.source.is_lasting()) {
        return Some(format!("the source of table '{}' cannot be read again", feed.name));
    }
    let fed_back = |table: &&TableUse| table.sink && table.lookup.is_some();
    let made = |name: &str| targets.iter().any(|(table, target)| table == name && target.made);
    let table = program.tables.iter().filter(fed_back).find(|table| !made(table.info.name))?;
    Some(format!("table '{}' is looked up and written, and has its first rows no more", table.info.name))
}

/// Tells what changed, and what becomes of each state.
pub(super) fn tell(terminal: &mut Terminal, found: &[String], fates: &[(String, Fate)]) {
    terminal.note(&format!("not all is as it was in the run before: {}", found.join("; ")));
    for (name, fate) in fates {
        terminal.note(&format!("{name}: {fate}"));
    }
}

pub(super) fn refusal(
    program: Program,
    arguments: &Arguments,
    found: &Found,
    changes: &Changes<'_>,
    troubles: &Troubles,
    ends: &Ends,
) -> Failure {
    let mut why = match (troubles.missing.as_slice(), troubles.renewed.as_slice()) {
        ([file, ..], _) => format!("{file} is there no more"),
        ([], [(file, _), ..]) => format!("{file} is not the file that was read"),
        ([], []) => why_not_again(program, &found.header.targets, ends).unwrap_or_default(),
    };
    for (name, fate) in changes.fates().iter().filter(|(_, fate)| fate.is_loss()) {
        let _ = write!(why, "; {name} would be {fate}");
    }
    Failure::environment(format!(
        "cannot go on from the state folder {}: {}, and the sources cannot be read again from their beginning ({why}). \
         Undo the change, or start anew with --fresh, which drops the state",
        arguments.state.display(),
        troubles.found.join("; ")
    ))
}
