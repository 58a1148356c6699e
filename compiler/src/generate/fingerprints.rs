//! Fingerprints of what a pipeline keeps and writes: a job that is started again compares them with those of its state
//! folder. They follow from the SQL as it is written and its types, not from places in the file, so that a pipeline can
//! grow without losing what it knows.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::generate::Generator;
use crate::plan::{Route, visit};
use crate::source::Span;
use crate::types::model::{ColumnRef, Expr, Input, Kind, TableId, View, ViewId};

/// FNV-1a: a fingerprint must be the same in every version of the compiler.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A description that grows, with the columns of the input that it needs.
#[derive(Default)]
struct Description {
    text: String,
    columns: BTreeSet<usize>,
}

/// What a piece of a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// The groups that a view keeps.
    View,
    /// The rows that contend for a key of a table.
    Contenders,
    /// What is inserted into a table.
    Inserts,
    /// How the rows of a source are spread over workers.
    Spread,
    /// That every worker keeps a share of each group of a view.
    Shared,
}

/// A piece of a plan that a state folder tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// The view or the table.
    pub name: String,
    /// Other numbers for what is computed otherwise.
    pub fingerprint: u64,
}

impl Generator<'_> {
    /// `Planned::view("NAME", 0x…)` for all that keeps state or is written.
    pub fn planned(&self) -> Vec<TokenStream> {
        let planned = self.imports().runtime("job", "Planned");
        let item = |piece: &Piece| {
            let method = super::names::ident(match piece.kind {
                PieceKind::View => "view",
                PieceKind::Contenders => "contenders",
                PieceKind::Inserts => "inserts",
                PieceKind::Spread => "spread",
                PieceKind::Shared => "shared",
            });
            let (name, number) = (&piece.name, Literal::u64_unsuffixed(piece.fingerprint));
            quote!(#planned::#method(#name, #number))
        };
        let follower = |id: &ViewId| {
            let first = self.plan.follows(*id)?;
            let (name, from) = (&self.plan.view(*id).0.name.value, &self.plan.view(first).0.name.value);
            let number = Literal::u64_unsuffixed(fingerprint(from));
            Some(quote!(#planned::follows(#name, #number)))
        };
        let followers = self.stateful();
        self.pieces().iter().map(item).chain(followers.iter().filter_map(follower)).collect()
    }

    /// All that keeps state or is written.
    pub fn pieces(&self) -> Vec<Piece> {
        let piece =
            |kind, name: &str, text: &str| Piece { kind, name: name.to_owned(), fingerprint: fingerprint(text) };
        let view = |id: ViewId| piece(PieceKind::View, &self.plan.view(id).0.name.value, &self.state_text(id));
        let views = self.stateful().into_iter().map(view);
        let tables = (0..self.plan.tables.len()).map(|at| TableId(at as u32));
        let tables = tables.filter(|id| self.plan.table(*id).1.sink).flat_map(|id| {
            let (table, planned) = self.plan.table(id);
            let (name, text) = (&table.name.value, self.inserts_text(id));
            let contenders = planned.conflicts.map(|_| piece(PieceKind::Contenders, name, &text));
            contenders.into_iter().chain([piece(PieceKind::Inserts, name, &text)])
        });
        let shared = self.stateful().into_iter().filter(|id| self.plan.view(*id).1.shared);
        let shared = shared.map(|id| piece(PieceKind::Shared, &self.plan.view(id).0.name.value, ""));
        let sources = (0..self.plan.tables.len()).map(|at| TableId(at as u32));
        let sources = sources.filter(|id| !self.plan.table(*id).1.readers.is_empty());
        let spread =
            sources.map(|id| piece(PieceKind::Spread, &self.plan.table(id).0.name.value, &self.route_text(id)));
        views.chain(tables).chain(spread).chain(shared).collect()
    }

    /// Where the rows of a source go.
    fn route_text(&self, id: TableId) -> String {
        match &self.plan.table(id).1.route {
            Route::Anywhere => "anywhere".to_owned(),
            Route::One => "one".to_owned(),
            Route::Key(exprs) => {
                let mut text = "key\n".to_owned();
                for expr in exprs {
                    let mut description = Description::default();
                    self.describe(expr, &mut description);
                    text += &description.text;
                    self.describe_input(Input::Table(id), &description.columns, &mut text);
                }
                text
            }
        }
    }

    /// What a view keeps of each group.
    fn state_text(&self, id: ViewId) -> String {
        let (view, planned) = self.plan.view(id);
        let mut text = format!("time zone {}\n", self.plan.typed.time_zone);
        let mut description = Description::default();
        self.describe_rows(view, &mut description);
        for number in &planned.aggregates {
            let Some(aggregate) = view.group.as_ref().and_then(|group| group.aggregates.get(*number)) else { continue };
            let distinct = if aggregate.distinct { "distinct " } else { "" };
            let (function, ty) = (aggregate.function, aggregate.ty.base);
            let _ = writeln!(description.text, "aggregate {distinct}{function:?} as {ty}");
            for expr in aggregate.argument.iter().chain(&aggregate.filter) {
                self.describe(expr, &mut description);
            }
        }
        text += &description.text;
        self.describe_input(view.input, &description.columns, &mut text);
        text
    }

    /// What is written to a table.
    fn inserts_text(&self, id: TableId) -> String {
        let (table, planned) = self.plan.table(id);
        let mut text = format!("time zone {}\n", self.plan.typed.time_zone);
        for column in &table.columns {
            let _ = writeln!(text, "column {} {} {}", column.name, column.ty.base, column.ty.nullable);
        }
        let _ = writeln!(text, "key {:?}", table.primary_key.iter().map(|key| key.0).collect::<Vec<_>>());
        let _ = writeln!(text, "conflicts {:?}", planned.conflicts);
        for insert in self.plan.typed.inserts.iter().filter(|insert| insert.into == id) {
            let mut description = Description::default();
            for expr in insert.filter.iter().chain(&insert.values) {
                self.describe(expr, &mut description);
            }
            text += &description.text;
            self.describe_input(insert.input, &description.columns, &mut text);
        }
        text
    }

    /// Which rows a view takes and how it groups them.
    fn describe_rows(&self, view: &View, description: &mut Description) {
        let _ = writeln!(description.text, "view {}", view.name.value);
        for lookup in &view.lookups {
            let table = &self.plan.table(lookup.table).0.name.value;
            let _ = writeln!(description.text, "look up {table} {:?}", lookup.kind);
            for expr in lookup.key.iter().chain(&lookup.condition) {
                self.describe(expr, description);
            }
        }
        if let Some(filter) = &view.filter {
            description.text += "where ";
            self.describe(filter, description);
        }
        for key in view.group.iter().flat_map(|group| &group.keys) {
            let _ = write!(description.text, "key {} ", key.name);
            self.describe(&key.expr, description);
        }
    }

    /// Where rows come from, as far as these columns of them go.
    fn describe_input(&self, input: Input, columns: &BTreeSet<usize>, text: &mut String) {
        let view = match input {
            Input::Table(table) => {
                let _ = writeln!(text, "from table {}", self.plan.table(table).0.name.value);
                return;
            }
            Input::View(view) => self.plan.view(view).0,
        };
        let mut description = Description::default();
        self.describe_rows(view, &mut description);
        if let Some(having) = &view.having {
            description.text += "having ";
            self.describe(having, &mut description);
        }
        for (at, output) in view.select.iter().enumerate().filter(|(at, _)| columns.contains(at)) {
            let _ = write!(description.text, "column {at} {} ", output.name);
            self.describe(&output.expr, &mut description);
        }
        // Arguments of aggregates stand within what `having` and `select` say, but need columns too.
        for aggregate in view.group.iter().flat_map(|group| &group.aggregates) {
            for expr in aggregate.argument.iter().chain(&aggregate.filter) {
                note_columns(expr, &mut description.columns);
            }
        }
        *text += &description.text;
        self.describe_input(view.input, &description.columns, text);
    }

    fn describe(&self, expr: &Expr, description: &mut Description) {
        let words = self.text_of(expr.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = write!(description.text, "{words} as {} {}", expr.ty.base, expr.ty.nullable);
        visit(expr, &mut |part| {
            // What environment variables put in, and spaces within texts.
            if let Kind::Literal(literal) = &part.kind {
                let _ = write!(description.text, " {literal:?}");
            }
        });
        description.text.push('\n');
        note_columns(expr, &mut description.columns);
    }

    fn text_of(&self, span: Span) -> &str {
        self.file.text.get(span.range()).unwrap_or_default()
    }
}

fn note_columns(expr: &Expr, columns: &mut BTreeSet<usize>) {
    visit(expr, &mut |part| {
        if let Kind::Column(ColumnRef { input: 0, column }) = &part.kind {
            columns.insert(column.0 as usize);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_those_of_fnv() {
        assert_eq!(fingerprint(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint("a"), 0xaf63_dc4c_8601_ec8c);
    }
}
