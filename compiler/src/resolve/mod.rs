//! Names → ids: which table, view, column or group key every name means, and in which order the views feed each other.

mod aggregates;
pub mod model;
mod names;
mod places;
mod scope;
mod views;

use crate::source::Span;
pub use aggregates::{AGGREGATES, DERIVED, Derived, aggregate, derived_aggregate, has_aggregate};
pub use model::Resolved;
pub use scope::ScopeInput;

use crate::parse::spec::{CacheMode, Spec, TableSpec};
use crate::problems::Problems;
use crate::types::model::{Cache, ColumnId, Connector};
use names::Names;

/// Resolves the names of a pipeline. What cannot be resolved is reported, and left out of the result.
pub fn resolve(spec: &Spec, problems: &mut Problems) -> Resolved {
    let names = Names::collect(spec, problems);
    let tables = spec.tables.iter().map(|table| self::table(table, problems)).collect();
    let inputs = views::inputs(spec, &names, problems);
    let order = views::order(spec, &inputs, problems);
    let mut resolver = views::Resolver { spec, names: &names, problems, columns: vec![None; spec.views.len()] };
    let views = resolver.views(&inputs, &order);
    let inserts = spec.inserts.iter().map(|insert| resolver.insert(insert)).collect();
    let resolved = Resolved {
        name: spec.pipeline.clone(),
        description: spec.description.as_ref().map(|text| text.value.clone()),
        time_zone: spec.time_zone.clone(),
        tables,
        views,
        order,
        inserts,
    };
    names::check_use(spec, &resolved, problems);
    resolved
}

fn table(spec: &TableSpec, problems: &mut Problems) -> model::Table {
    model::Table {
        name: spec.name.clone(),
        comment: spec.comment.as_ref().map(|text| text.value.clone()),
        columns: spec.columns.clone(),
        primary_key: primary_key(spec, problems),
        primary_key_span: spec.primary_key.iter().map(|name| name.span).reduce(Span::to).unwrap_or(spec.name.span),
        connector: spec.connector.as_ref().map(|connector| Connector {
            kind: connector.kind,
            options: connector.options.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect(),
            span: connector.key.span,
        }),
        on_error: spec.on_error.as_ref().map(|on_error| on_error.value).unwrap_or_default(),
        cache: cache(spec),
    }
}

fn primary_key(spec: &TableSpec, problems: &mut Problems) -> Vec<ColumnId> {
    use crate::problems::resolve as words;

    let mut key: Vec<ColumnId> = Vec::new();
    for (position, name) in spec.primary_key.iter().enumerate() {
        let column = spec.columns.iter().zip(0..).find(|(column, _)| column.name.value == name.value);
        let first = spec.primary_key.iter().take(position).find(|other| other.value == name.value);
        match (column, first) {
            (None, _) => problems.push(words::unknown_key_column(name, spec)),
            (Some(_), Some(first)) => problems.push(words::duplicate_key_column(name, first.span)),
            (Some((_, column)), None) => key.push(ColumnId(column)),
        }
    }
    key
}

fn cache(spec: &TableSpec) -> Cache {
    /// Rows that `lru` keeps if `rows` says nothing.
    const ROWS: u64 = 10_000;

    let Some(cache) = &spec.cache else {
        return Cache { mode: CacheMode::default(), rows: ROWS, ttl: None, missing: true };
    };
    Cache {
        mode: cache.mode.value,
        rows: cache.rows.as_ref().map_or(ROWS, |rows| rows.value),
        ttl: cache.ttl.as_ref().map(|ttl| ttl.value),
        missing: cache.missing.as_ref().is_none_or(|missing| missing.value),
    }
}

#[cfg(test)]
mod tests;
