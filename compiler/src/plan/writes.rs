//! How each insert writes, and which views can wait with their rows for the end of the epoch.

use crate::parse::spec::{ConnectorKind, OnConflict};
use crate::plan::{Emission, InsertPlan, Mode, Plan, Reader, Write, unwidened};
use crate::problems::{Problems, plan as words};
use crate::types::model::{Insert, Kind, Table, ViewId};

/// Chooses how each insert writes, and proves that its table can take it.
pub(super) fn choose(plan: &mut Plan<'_>, embedded: bool, problems: &mut Problems) {
    let typed = plan.typed;
    for (position, insert) in typed.inserts.iter().enumerate() {
        let table = &typed.tables[insert.into.0 as usize];
        let rivals = typed.inserts.iter().filter(|other| other.into == insert.into).count() > 1;
        let planned = &plan.inserts[position];
        let write = if table.primary_key.is_empty() {
            without_key(plan, insert, planned, table, embedded, problems)
        } else {
            with_key(plan, insert, planned, table, embedded, rivals, problems)
        };
        if let Write::Contend { .. } = write {
            plan.tables[insert.into.0 as usize].conflicts = insert.on_conflict;
        }
        plan.inserts[position].write = write;
    }
}

fn without_key(
    plan: &Plan<'_>,
    insert: &Insert,
    planned: &InsertPlan,
    table: &Table,
    embedded: bool,
    problems: &mut Problems,
) -> Write {
    if insert.on_conflict.is_some() {
        words::conflict_without_key(insert.span, table, problems);
    }
    match planned.input.mode {
        Mode::Append => Write::Append,
        Mode::Update | Mode::Retract if embedded || takes_changelog(table) => Write::Log,
        Mode::Update | Mode::Retract => {
            words::changes_into_append_only(plan.input_name(insert.input), insert, table, problems);
            Write::Refused
        }
    }
}

fn with_key(
    plan: &Plan<'_>,
    insert: &Insert,
    planned: &InsertPlan,
    table: &Table,
    embedded: bool,
    rivals: bool,
    problems: &mut Problems,
) -> Write {
    if !rivals && is_unique(insert, planned, table) {
        return Write::Change;
    }
    let Some(rule) = insert.on_conflict else {
        words::key_mismatch(plan, insert, planned, table, rivals, problems);
        return Write::Refused;
    };
    let filtered = insert.filter.is_some() && planned.input.mode != Mode::Append;
    let never_goes = planned.input.mode != Mode::Retract && !filtered;
    let changelog = embedded || wants_changelog(table);
    match (rule, &planned.input.key, planned.input.mode) {
        (OnConflict::KeepLatest, ..) if never_goes && !changelog => Write::Latest,
        (_, Some(key), _) => Write::Contend { own: Some(key.clone()) },
        (_, None, Mode::Append) => Write::Contend { own: None },
        (_, None, Mode::Update | Mode::Retract) => {
            words::key_lost(plan.input_name(insert.input), insert, problems);
            Write::Refused
        }
    }
}

/// Whether no two rows of the input can have the same primary key: the key of the input arrives whole within it.
fn is_unique(insert: &Insert, planned: &InsertPlan, table: &Table) -> bool {
    planned.input.key.as_ref().is_some_and(|key| {
        key.iter().all(|column| {
            table.primary_key.iter().any(|target| {
                matches!(
                    &unwidened(&insert.values[target.0 as usize]).kind,
                    Kind::Column(from) if from.input == 0 && from.column.0 as usize == *column
                )
            })
        })
    })
}

fn option<'t>(table: &'t Table, name: &str) -> Option<&'t str> {
    let connector = table.connector.as_ref()?;
    connector.options.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Whether a table without a primary key can take changes: its sink writes a changelog, or nothing.
fn takes_changelog(table: &Table) -> bool {
    match table.connector.as_ref().map(|connector| connector.kind) {
        None | Some(ConnectorKind::Print | ConnectorKind::Blackhole) => true,
        Some(ConnectorKind::File) => option(table, "changelog") == Some("true"),
        Some(ConnectorKind::Sqlite | ConnectorKind::Postgres) => false,
    }
}

/// Whether the sink must be told of each row before its change. On standard output nobody could tell what a row stands
/// for without the kind of its change.
pub fn wants_changelog(table: &Table) -> bool {
    match table.connector.as_ref().map(|connector| connector.kind) {
        None | Some(ConnectorKind::Print) => true,
        Some(ConnectorKind::File) => option(table, "changelog") == Some("true") || option(table, "path") == Some("-"),
        Some(ConnectorKind::Blackhole | ConnectorKind::Sqlite | ConnectorKind::Postgres) => false,
    }
}

/// Lets views give out their rows once an epoch where only sinks by key read them, so that a group that changes often
/// is computed and written once.
pub(super) fn defer(plan: &mut Plan<'_>, embedded: bool) {
    for at in 0..plan.views.len() {
        if plan.typed.views[at].group.is_some()
            && !plan.views[at].is_unused()
            && plan.views[at].readers.iter().all(|reader| can_wait(plan, ViewId(at as u32), *reader, embedded))
        {
            let ordered = plan.views[at]
                .readers
                .iter()
                .any(|reader| matches!(reader, Reader::Insert(insert) if plan.inserts[*insert].write == Write::Latest));
            plan.views[at].emission = Emission::EpochEnd { ordered };
        }
    }
}

fn can_wait(plan: &Plan<'_>, view: ViewId, reader: Reader, embedded: bool) -> bool {
    let Reader::Insert(position) = reader else { return false };
    let (insert, planned) = plan.insert(position);
    let (table, used) = plan.table(insert.into);
    let alone = plan.typed.inserts.iter().filter(|other| other.into == insert.into).count() == 1;
    let by_key = match planned.write {
        Write::Change => key_from_group(plan, view, insert, table),
        Write::Latest => true,
        Write::Append | Write::Log | Write::Contend { .. } | Write::Refused => false,
    };
    by_key && alone && !used.lookup && !embedded && !wants_changelog(table)
}

/// Whether the primary key of the table is made of group keys alone, so that it is known of a group that is gone.
fn key_from_group(plan: &Plan<'_>, view: ViewId, insert: &Insert, table: &Table) -> bool {
    let select = &plan.view(view).0.select;
    table.primary_key.iter().all(|target| {
        let mut keys_only = true;
        super::visit(&insert.values[target.0 as usize], &mut |part| {
            if let Kind::Column(from) = part.kind {
                keys_only &= matches!(select[from.column.0 as usize].expr.kind, Kind::Key(_));
            }
        });
        keys_only
    })
}
