//! Methods that hand rows on: of source tables and of views.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::Computed;
use crate::generate::Generator;
use crate::generate::names::ident;
use crate::generate::types;
use crate::plan::{Emission, Mode, Reader};
use crate::types::model::{Input, TableId, ViewId};

impl Generator<'_> {
    /// Hands a row or a change to all that read it.
    pub(super) fn hand_on(&self, readers: &[Reader], what: &TokenStream) -> TokenStream {
        let calls = readers.iter().map(|reader| {
            let method = match reader {
                Reader::View(view) => ident(self.names.view(*view)),
                Reader::Insert(insert) => self.names.insert_method(*insert),
            };
            quote!(self.#method(#what, cx))
        });
        let mut calls = calls.collect::<Vec<_>>().into_iter();
        let Some(first) = calls.next() else { return quote!(Ok(())) };
        calls.fold(first, |all, next| quote!(#all.and(#next)))
    }

    /// The method of a source table: takes a batch of its rows.
    pub fn table_method(
        &self,
        id: TableId,
        wants: &[(ViewId, Computed)],
        functions: &[Option<Computed>],
    ) -> TokenStream {
        let (table, planned) = self.plan.table(id);
        let method = ident(self.names.table(id));
        let row = self.table_row(id, &quote!('a));
        let context = self.imports().runtime("job", "Context");
        let asks = self.asks(&planned.readers, wants, functions);
        let ask = (!asks.is_empty()).then(|| quote!(for row in rows { #(#asks)* } cx.fetch();));
        let doc = self.doc(&format!("Takes a batch of rows of `{}`.", table.name.value), table.name.span);
        let warmed = self.plan.warmed(id).and_then(|view| Some((view, functions[view.0 as usize].as_ref()?)));
        let work = match warmed {
            Some((view, function)) if self.plan.paired(view).is_some() => self.paired_work(view, function, functions),
            Some((view, function)) => {
                let add = format_ident!("{}_add", self.names.view(view));
                let state = ident(self.names.view(view));
                let call = function.mapping();
                quote! {
                    let inputs = cx.collect(rows.iter().map(#call));
                    self.#state.warm(&inputs, &cx.scope);
                    for (number, input) in inputs.into_iter().enumerate() {
                        let told = input.and_then(|input| input.map_or(Ok(()), |input| self.#add(&input, cx)));
                        cx.settle(number, told);
                    }
                }
            }
            None => {
                let told = self.hand_on(&planned.readers, &quote!(row));
                quote! {
                    #ask
                    for (number, row) in rows.iter().enumerate() {
                        let told = #told;
                        cx.settle(number, told);
                    }
                }
            }
        };
        quote!(#doc pub fn #method<'a>(&mut self, rows: &[#row], cx: &mut #context<'a, '_>) { #work })
    }

    /// Notes the keys that a row will look up in the views that read it, and in those behind views that only map it.
    fn asks(
        &self,
        readers: &[Reader],
        wants: &[(ViewId, Computed)],
        functions: &[Option<Computed>],
    ) -> Vec<TokenStream> {
        let mut asks = Vec::new();
        for reader in readers {
            let Reader::View(id) = reader else { continue };
            // A row that cannot be computed is told of when it is its turn.
            if let Some((_, want)) = wants.iter().find(|(view, _)| view == id) {
                let call = want.call(&quote!(row));
                asks.push(quote!(let _ = #call;));
            }
            let (view, planned) = self.plan.view(*id);
            let Some(function) = functions[id.0 as usize].as_ref() else { continue };
            if view.group.is_none() && view.lookups.is_empty() {
                let behind = self.asks(&planned.readers, wants, functions);
                let call = function.call(&quote!(row));
                asks.extend((!behind.is_empty()).then(|| quote!(if let Ok(Some(row)) = &#call { #(#behind)* })));
            }
        }
        asks
    }

    /// The work of a table's method for two views, through which a batch goes one after the other.
    fn paired_work(&self, view: ViewId, function: &Computed, functions: &[Option<Computed>]) -> TokenStream {
        let Some((next, following)) =
            self.plan.paired(view).and_then(|next| Some((next, functions[next.0 as usize].as_ref()?)))
        else {
            return TokenStream::new();
        };
        let name = |id: ViewId| ident(self.names.view(id));
        let (first, second) = (name(view), name(next));
        let map = function.mapping();
        if self.plan.later(view).is_some() {
            let call = following.call(&quote!(row));
            return quote! {
                let inputs = cx.collect(rows.iter().map(#map));
                self.#first.warm(&inputs, &cx.scope);
                for (number, input) in inputs.into_iter().enumerate() {
                    let told = input.and_then(|input| {
                        let Some(input) = input else { return Ok(()) };
                        self.#first.append_later(&input, &cx.scope, |row| #call.map(drop))
                    });
                    cx.settle(number, told);
                }
            };
        }
        let (call, list) = (following.call(&quote!(&row)), format_ident!("{}_inputs", self.names.view(next)));
        quote! {
            let inputs = cx.collect(rows.iter().map(#map));
            self.#first.warm(&inputs, &cx.scope);
            let mut #list = cx.list(2 * inputs.len());
            for (number, input) in inputs.into_iter().enumerate() {
                let told = input.and_then(|input| {
                    let Some(input) = input else { return Ok(()) };
                    let (changes, told) = self.#first.append_now(&input, &cx.scope);
                    changes.feed(told, |change| {
                        let (change, told) = change.map(|row| #call);
                        #list.push(change);
                        told
                    })
                });
                cx.settle(number, told);
            }
            self.#second.change_all(&#list, &cx.scope);
        }
    }

    /// A view's changes that waited, as its reader takes them.
    pub fn passed_on(&self, first: ViewId, following: &Computed) -> TokenStream {
        let (first, call) = (ident(self.names.view(first)), following.call_with(&quote!(&row), &quote!(scope)));
        quote!(self.#first.pass_on(scope, |row| #call))
    }

    /// The methods of a view.
    pub fn view_methods(&self, id: ViewId, function: &Computed) -> Vec<TokenStream> {
        if self.plan.is_paired(id) {
            return Vec::new();
        }
        let (view, planned) = self.plan.view(id);
        let name = self.names.view(id);
        let (method, state) = (ident(name), ident(name));
        let imports = self.imports();
        let (context, fault) = (imports.runtime("job", "Context"), imports.runtime("values", "Fault"));
        let from = self.plan.input_name(view.input);
        let input = self.input_row(view.input, &quote!('a));
        let append = planned.input.mode == Mode::Append;
        let doc = self.doc(&format!("View `{}`: takes what `{from}` gives.", view.name.value), view.from_span);
        let whole = |parameter: TokenStream, body: TokenStream| quote!(#doc fn #method<'a>(&mut self, #parameter, cx: &mut #context<'a, '_>) -> Result<(), #fault> { #body });
        let readers = &planned.readers;
        let changes = || {
            let change = imports.runtime("operators", "Change");
            quote!(change: #change<#input>)
        };
        let Some(grouping) = self.grouping(id) else {
            if append {
                let (call, on) = (function.call(&quote!(row)), self.hand_on(readers, &quote!(&row)));
                let body = quote!(match #call? { Some(row) => #on, None => Ok(()) });
                return vec![whole(quote!(row: &#input), body)];
            }
            let (call, on) = (function.call(&quote!(&row)), self.hand_on(readers, &quote!(change)));
            let body = quote!(let (change, told) = change.map(|row| #call); told.and(#on));
            return vec![whole(changes(), body)];
        };
        let deferred = matches!(planned.emission, Emission::EpochEnd { .. });
        let on = self.hand_on(readers, &quote!(change));
        if !append {
            let call = function.call(&quote!(&row));
            let work = if deferred {
                quote!(self.#state.change(&change, &cx.scope); told)
            } else {
                quote! {
                    let (changes, more) = self.#state.change_now(&change, &cx.scope);
                    changes.feed(told.and(more), |change| #on)
                }
            };
            let body = quote!(let (change, told) = change.map(|row| #call); #work);
            return vec![whole(changes(), body)];
        }
        let lifetime = types::lifetime(grouping.input.iter());
        let input_name = format_ident!("{}Input", self.names.views[id.0 as usize]);
        let add = format_ident!("{name}_add");
        let work = if deferred {
            quote!(self.#state.append(input, &cx.scope))
        } else {
            quote! {
                let (changes, told) = self.#state.append_now(input, &cx.scope);
                changes.feed(told, |change| #on)
            }
        };
        let work = if planned.output.mode == Mode::Append && !deferred {
            let on = self.hand_on(readers, &quote!(&row));
            quote! {
                let (changes, told) = self.#state.append_now(input, &cx.scope);
                changes.feed(told, |change| change.after.map_or(Ok(()), |row| #on))
            }
        } else {
            work
        };
        let doc_add = self.doc(&format!("View `{}`: takes a row into its group.", view.name.value), view.key_span);
        let adding = quote! {
            #doc_add
            fn #add<'a>(&mut self, input: &#input_name #lifetime, cx: &mut #context<'a, '_>) -> Result<(), #fault> { #work }
        };
        let only_warmed = match view.input {
            Input::Table(table) => self.plan.warmed(table).is_some(),
            Input::View(_) => false,
        };
        if only_warmed {
            return vec![adding];
        }
        let call = function.call(&quote!(row));
        let body = quote!(match #call? { Some(input) => self.#add(&input, cx), None => Ok(()) });
        vec![whole(quote!(row: &#input), body), adding]
    }
}
