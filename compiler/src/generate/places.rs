//! Where rows can fail: the parts of the pipeline that row errors name. Each is a static of the generated module
//! `places`, so that code says with one word where it comes from and pays for it only when something fails.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::imports::Imports;
use super::names::{snake, unused};
use super::{Generator, visible};
use crate::plan::visit;
use crate::source::Span;
use crate::types::model::{Aggregate, AggregateFunction, Kind, View, ViewId};
use crate::types::ty::Base;

/// A key of a view or an insert that holds expressions.
#[derive(Debug, Clone, Copy)]
pub enum Clause<'c> {
    /// `where`
    Where,
    /// `lookup`, with the table.
    Lookup(&'c str),
    /// `group_by`, with the key.
    GroupBy(&'c str),
    /// `having`
    Having,
    /// `select`, with the column.
    Column(&'c str),
}

impl Clause<'_> {
    /// As a row error names it.
    fn shown(self) -> String {
        match self {
            Self::Where => "where".to_owned(),
            Self::Lookup(table) => format!("lookup '{table}'"),
            Self::GroupBy(key) => format!("group_by '{key}'"),
            Self::Having => "having".to_owned(),
            Self::Column(column) => format!("column '{column}'"),
        }
    }

    /// What tells it apart within its view or insert.
    fn name(self) -> String {
        match self {
            Self::Where => "where".to_owned(),
            Self::Having => "having".to_owned(),
            Self::Lookup(name) | Self::GroupBy(name) | Self::Column(name) => snake(name),
        }
    }
}

/// A part of the pipeline in which a row can fail.
#[derive(Debug, Clone)]
pub struct Place {
    /// What names its static, if that is free.
    wanted: String,
    /// As a row error tells it: `view 'orders', where (pipelines/orders.yaml:17)`.
    text: String,
    /// Where it begins in the file.
    start: u32,
}

/// The places that generated code names.
#[derive(Debug, Default)]
pub struct Places {
    all: RefCell<Vec<(Ident, Place)>>,
    taken: RefCell<BTreeSet<String>>,
}

impl Places {
    /// The path of a place's static, which is made when it is named first.
    pub fn path(&self, place: &Place) -> TokenStream {
        let mut all = self.all.borrow_mut();
        let name = match all.iter().find(|(_, known)| known.text == place.text) {
            Some((name, _)) => name.clone(),
            None => {
                let name = format_ident!("{}", unused(&mut self.taken.borrow_mut(), &place.wanted.to_uppercase()));
                all.push((name.clone(), place.clone()));
                name
            }
        };
        quote!(places::#name)
    }

    /// The module of the statics in the order of the file; none if nothing can fail.
    pub fn item(&self) -> Option<TokenStream> {
        let mut all = self.all.borrow().clone();
        all.sort_by_key(|(_, place)| place.start);
        let statics = all.iter().map(|(name, Place { text, .. })| quote!(pub static #name: Place = Place::new(#text);));
        (!all.is_empty()).then(|| {
            quote! {
                #[doc = " Where rows can fail, as their errors tell it."]
                mod places {
                    use millstream_runtime::values::Place;

                    #(#statics)*
                }
            }
        })
    }

    /// `?` behind a result that may be a fault of this place; without a place, the fault goes on as it is.
    pub fn question(&self, place: Option<&Place>, imports: &Imports) -> TokenStream {
        let Some(place) = place else { return quote!(?) };
        imports.runtime("values", "At");
        let path = self.path(place);
        quote!(.at(&#path)?)
    }
}

impl Generator<'_> {
    /// A part of a view.
    pub fn view_place(&self, view: &View, label: &str, clause: Clause<'_>, span: Span) -> Place {
        self.place(&format!("view '{}'", view.name.value), label, clause, span)
    }

    /// A part of an insert.
    pub fn insert_place(&self, position: usize, clause: Clause<'_>, span: Span) -> Place {
        let into = self.plan.insert(position).0.into;
        let owner = format!("insert into '{}'", self.plan.table(into).0.name.value);
        self.place(&owner, &self.names.insert_method(position).to_string(), clause, span)
    }

    /// The part of a view in which an aggregate stands: the first column that shows it, else `having`.
    pub fn aggregate_place(&self, id: ViewId, number: usize) -> Place {
        let (view, planned) = self.plan.view(id);
        let label = self.names.view(id);
        let shows = |at: &&usize| {
            let mut found = false;
            visit(&view.select[**at].expr, &mut |part| found |= part.kind == Kind::Aggregate(number as u32));
            found
        };
        match planned.columns.iter().find(shows).map(|at| &view.select[*at]) {
            Some(output) => self.view_place(view, label, Clause::Column(&output.name), output.expr.span),
            None => {
                let span = view.having.as_ref().map_or(view.key_span, |having| having.span);
                self.view_place(view, label, Clause::Having, span)
            }
        }
    }

    /// `?` behind the result of an accumulator.
    pub fn aggregate_question(&self, id: ViewId, number: usize, aggregate: &Aggregate) -> TokenStream {
        let place = may_outgrow(aggregate).then(|| self.aggregate_place(id, number));
        self.shared.places.question(place.as_ref(), self.imports())
    }

    fn place(&self, owner: &str, label: &str, clause: Clause<'_>, span: Span) -> Place {
        let (file, line) = (visible(&self.file.name), self.file.line_column(span.start).0);
        Place {
            wanted: format!("{label}_{}", clause.name()),
            text: format!("{owner}, {} ({file}:{line})", clause.shown()),
            start: span.start,
        }
    }
}

/// Whether the result can be outside of its type.
pub fn may_outgrow(aggregate: &Aggregate) -> bool {
    let adds = matches!(aggregate.function, AggregateFunction::Sum | AggregateFunction::Avg);
    adds && !matches!(aggregate.ty.base, Base::Float | Base::Double)
}
