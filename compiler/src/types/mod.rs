//! Types and nullability of every expression.

mod aggregates;
mod derived;
mod expressions;
mod inserts;
mod literal;
mod lookups;
pub mod model;
mod name;
mod scope;
mod sketch;
mod tables;
pub mod ty;
mod views;
mod walk;
pub mod wide;
mod zone;

pub use expressions::is_number;
pub use name::{BytesLength, NAMES, TypeError};
pub use scope::Scope;
pub use sketch::sketch;
pub use zone::Meant;

use crate::problems::Problems;
use crate::resolve::Resolved;
use model::Typed;

/// Types a resolved pipeline. None if `problems` has errors.
pub fn check(resolved: &Resolved, problems: &mut Problems) -> Option<Typed> {
    let time_zone = zone::check(resolved.time_zone.as_ref(), problems);
    let tables = tables::check(resolved, problems);
    let views = views::check(resolved, &tables, problems);
    let inserts = inserts::check(resolved, &tables, &views, problems);
    if problems.has_errors() {
        return None;
    }
    Some(Typed {
        name: resolved.name.clone(),
        description: resolved.description.clone(),
        time_zone,
        tables: tables.into_iter().map(tables::CheckedTable::finish).collect(),
        views: views.into_iter().map(|view| view?.typed).collect::<Option<_>>()?,
        order: resolved.order.clone(),
        inserts: inserts.into_iter().collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests;
