//! Look-ups of a view.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{Computed, conjuncts, highest_input, mentions};
use crate::generate::Generator;
use crate::generate::expression::{Code, Emitter};
use crate::generate::names::ident;
use crate::generate::places::Place;
use crate::generate::types;
use crate::parse::spec::LookupKind;
use crate::source::Span;
use crate::types::model::{ColumnRef, Expr, Input, Lookup, View, ViewId};
use crate::types::ty::Ty;

impl Generator<'_> {
    pub(super) fn view_column(&self, view: &View, from: ColumnRef, _known: u32) -> Code {
        match from.input {
            0 => self.input_column(view.input, from.column.0 as usize),
            input => {
                let position = input as usize - 1;
                self.lookup_column(view, position, from, view.lookups[position].kind == LookupKind::Left)
            }
        }
    }

    pub(super) fn lookup_column(&self, view: &View, position: usize, from: ColumnRef, may_lack: bool) -> Code {
        let table = view.lookups[position].table;
        let declared = &self.plan.table(table).0.columns[from.column.0 as usize].name;
        let nullable = self
            .table_columns(table)
            .iter()
            .find(|column| column.name == *declared)
            .is_none_or(|column| column.ty.nullable);
        let (name, field) = (self.lookup_name(view, position), ident(declared));
        match (may_lack, nullable) {
            (false, _) => Code::place(quote!(#name.#field), nullable),
            (true, true) => Code::place(quote!(#name.and_then(|found| found.#field)), true),
            (true, false) => Code::place(quote!(#name.map(|found| found.#field)), true),
        }
    }

    pub(super) fn lookup_name(&self, view: &View, position: usize) -> Ident {
        let table = view.lookups[position].table;
        let before = view.lookups[..position].iter().filter(|lookup| lookup.table == table).count();
        let name = self.names.table(table);
        ident(&if before == 0 { format!("{name}_row") } else { format!("{name}_row_{}", before + 1) })
    }

    /// The call that asks for the row.
    pub(super) fn look_up(&self, lookup: &Lookup, emitter: &Emitter<'_>, place: &dyn Fn(Span) -> Place) -> TokenStream {
        let row = &self.names.tables[lookup.table.0 as usize];
        let keys = self.key_values(lookup, |key| emitter.at(place(key.span)).emit(key));
        let question = emitter.at(place(lookup.span)).question();
        quote!(cx.look_up::<#row>(&[#(#keys),*]) #question)
    }

    /// A look-up with its further condition (of an inner one its opposite) and what follows: the row is bound to its
    /// name only where something reads it.
    pub(super) fn looked_up(
        &self,
        view: &View,
        position: usize,
        call: &TokenStream,
        test: Option<&TokenStream>,
        next: &TokenStream,
    ) -> TokenStream {
        let name = self.lookup_name(view, position);
        let read_by = |tokens: &TokenStream| mentions(tokens, &name.to_string());
        match (view.lookups[position].kind, test) {
            (LookupKind::Inner, test) => {
                let reject = test.map(|test| quote!(if #test { return Ok(None); }));
                let next = quote!(#reject #next);
                if read_by(&next) {
                    quote!(let Some(#name) = #call else { return Ok(None) }; #next)
                } else {
                    quote!(if #call.is_none() { return Ok(None); } #next)
                }
            }
            (LookupKind::Left, None) if read_by(next) => quote!(let #name = #call; #next),
            (LookupKind::Left, None) => quote!(#call; #next),
            (LookupKind::Left, Some(test)) if read_by(next) => {
                quote!(let #name = match #call { Some(#name) if #test => Some(#name), _ => None }; #next)
            }
            // What fails in the condition is told, whether or not something reads the row.
            (LookupKind::Left, Some(test)) if read_by(test) => {
                quote!(if let Some(#name) = #call { let _ = #test; } #next)
            }
            (LookupKind::Left, Some(test)) => quote!(if #call.is_some() { let _ = #test; } #next),
        }
    }

    pub(super) fn key_values(&self, lookup: &Lookup, emit: impl Fn(&Expr) -> Code) -> Vec<TokenStream> {
        lookup
            .key
            .iter()
            .map(|key| {
                let code = emit(key);
                let ty = Ty { base: key.ty.base, nullable: code.nullable };
                types::to_value_or_null(ty, &code.tokens, self.imports())
            })
            .collect()
    }

    /// Whether each row of a batch, or what views without state make of it, comes to this view: then the keys that it
    /// looks up are known before the batch is worked on.
    fn is_foreseen(&self, input: Input) -> bool {
        match input {
            Input::Table(_) => true,
            Input::View(id) => {
                let view = self.plan.view(id).0;
                view.group.is_none() && view.lookups.is_empty() && self.is_foreseen(view.input)
            }
        }
    }

    /// A function that notes which keys a row will look up, so that a batch asks once. Keys that come out of another
    /// look-up of the same row are not known yet.
    pub fn want_function(&self, id: ViewId) -> Option<Computed> {
        let (view, planned) = self.plan.view(id);
        if planned.is_unused() || !self.is_foreseen(view.input) {
            return None;
        }
        let of_row = |lookup: &&Lookup| lookup.key.iter().all(|key| highest_input(key) == 0);
        let lookups: Vec<&Lookup> = view.lookups.iter().filter(of_row).collect();
        let first = lookups.first()?;
        let label = self.names.view(id);
        let column = |from: ColumnRef| self.view_column(view, from, 0);
        let emitter = self.emitter(&column, true, label);
        let conditions = conjuncts(view.filter.as_ref());
        let early: Vec<TokenStream> = conditions
            .into_iter()
            .filter(|condition| highest_input(condition) == 0)
            .map(|condition| {
                let test = emitter.rejects(condition);
                quote!(if #test { return Ok(()); })
            })
            .collect();
        let wants = lookups.iter().map(|lookup| {
            let (keys, row) =
                (self.key_values(lookup, |key| emitter.emit(key)), &self.names.tables[lookup.table.0 as usize]);
            quote!(cx.want::<#row>(&[#(#keys),*]);)
        });
        let wants: Vec<TokenStream> = wants.collect();
        let body = quote!(#(#early)* #(#wants)* Ok(()));
        let constants = emitter.uses_constants.get();
        let tables: Vec<String> =
            lookups.iter().map(|lookup| format!("`{}`", self.plan.table(lookup.table).0.name.value)).collect();
        let what = if tables.len() == 1 { "row" } else { "rows" };
        let doc = self.doc(
            &format!("Notes the {what} of {} that `{}` will look up.", tables.join(", "), view.name.value),
            first.span,
        );
        let input = self.input_row(view.input, &quote!('a));
        Some(self.function(&doc, format_ident!("{label}_want"), &input, &quote!(()), &body, constants, false, true))
    }
}
