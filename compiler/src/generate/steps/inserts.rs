//! Inserts: the row of the sink, and how it is written.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Computed, conjuncts};
use crate::generate::Generator;
use crate::generate::names::ident;
use crate::generate::places::Clause;
use crate::generate::types;
use crate::plan::{Emission, Mode, Write};
use crate::types::model::{ColumnRef, Input, Insert};
use crate::types::ty::Ty;

impl Generator<'_> {
    /// The function that makes the row of a sink.
    pub fn insert_function(&self, position: usize) -> Computed {
        let (insert, _) = self.plan.insert(position);
        let label = self.names.insert(position);
        let column = |from: ColumnRef| self.input_column(insert.input, from.column.0 as usize);
        let emitter = self.emitter(&column, false, label);
        let tests = conjuncts(insert.filter.as_ref())
            .into_iter()
            .map(|condition| emitter.at(self.insert_place(position, Clause::Where, condition.span)).rejects(condition));
        let filter = quote!(#(if #tests { return Ok(None); })*);
        let row_name = &self.names.tables[insert.into.0 as usize];
        let columns = self.table_columns(insert.into);
        let fields = columns.iter().zip(&insert.values).map(|(column, value)| {
            emitter.at(self.insert_place(position, Clause::Column(&column.name), value.span));
            let (field, code) = (ident(&column.name), emitter.as_field(value, column.ty, &column.name).tokens);
            quote!(#field: #code)
        });
        let fields: Vec<TokenStream> = fields.collect();
        let body = quote!(#filter Ok(Some(#row_name { #(#fields),* })));
        let (constants, scope) = (emitter.uses_constants.get(), emitter.uses_scope.get());
        let from = self.plan.input_name(insert.input);
        let table = &self.plan.table(insert.into).0.name.value;
        let doc = self.doc(&format!("The row of `{table}` that a row of `{from}` makes."), insert.span);
        let input = self.input_row(insert.input, &quote!('a));
        let result = self.table_row(insert.into, &quote!('a));
        self.function(
            &doc,
            format_ident!("{label}_row"),
            &input,
            &quote!(Option<#result>),
            &body,
            constants,
            scope,
            false,
        )
    }

    /// The method of an insert.
    pub fn insert_items(&self, position: usize, function: &Computed) -> TokenStream {
        let (insert, planned) = self.plan.insert(position);
        let imports = self.imports();
        let (context, fault) = (imports.runtime("job", "Context"), imports.runtime("values", "Fault"));
        let input = self.input_row(insert.input, &quote!('a));
        let method = self.names.insert_method(position);
        let table = &self.plan.table(insert.into).0.name.value;
        let from = self.plan.input_name(insert.input);
        let doc = self.doc(&format!("Inserts what `{from}` gives into `{table}`."), insert.span);
        let deferred = matches!(insert.input, Input::View(view) if matches!(self.plan.view(view).1.emission, Emission::EpochEnd { .. }));
        let (parameter, body) = if deferred {
            self.insert_changed(position, &planned.write, function, &input)
        } else if planned.input.mode == Mode::Append {
            (quote!(row: &#input), self.insert_new(insert, &planned.write, function, position))
        } else {
            let change = imports.runtime("operators", "Change");
            (quote!(change: #change<#input>), self.insert_change(insert, &planned.write, function, position))
        };
        let turn = self.plan.table(insert.into).1.deferred.then(|| {
            let position = proc_macro2::Literal::usize_unsuffixed(position);
            quote!(cx.turn(#position);)
        });
        quote!(#doc fn #method<'a>(&mut self, #parameter, cx: &mut #context<'a, '_>) -> Result<(), #fault> { #turn #body })
    }

    /// Rows that a view gives out at the end of an epoch.
    pub(super) fn insert_changed(
        &self,
        position: usize,
        write: &Write,
        function: &Computed,
        input: &TokenStream,
    ) -> (TokenStream, TokenStream) {
        let (insert, _) = self.plan.insert(position);
        let changed = self.imports().runtime("operators", "Changed");
        let parameter = quote!(changed: #changed<#input>);
        if *write == Write::Latest {
            let change = self.imports().runtime("operators", "Change");
            let call = function.call(&quote!(&row));
            let body = quote! {
                let #changed::Row(row) = changed else { return Ok(()) };
                match #call? { Some(row) => cx.change(&#change::insert(row)), None => Ok(()) }
            };
            return (parameter, body);
        }
        let table = self.plan.table(insert.into).0;
        let row_name = &self.names.tables[insert.into.0 as usize];
        let label = "gone".to_owned();
        let column = |from: ColumnRef| self.input_column(insert.input, from.column.0 as usize);
        let mut emitter = self.emitter(&column, true, &label);
        emitter.constants = None;
        let keys = table.primary_key.iter().map(|key| {
            let column = &table.columns[key.0 as usize];
            let value = &insert.values[key.0 as usize];
            emitter.at(self.insert_place(position, Clause::Column(&column.name), value.span));
            let code = emitter.as_field(value, column.ty, &column.name).tokens;
            let field = ident(&column.name);
            quote!(#field: #code)
        });
        let keys: Vec<TokenStream> = keys.collect();
        let rest = (table.primary_key.len() < table.columns.len()).then(|| quote!(..#row_name::default()));
        let make = function.mapping();
        let body = quote! {
            let row = changed.row();
            let gone = #row_name { #(#keys,)* #rest };
            let (change, told) = changed.replacing(gone, #make);
            told.and(cx.change(&change))
        };
        (parameter, body)
    }

    /// Rows that never change.
    pub(super) fn insert_new(
        &self,
        insert: &Insert,
        write: &Write,
        function: &Computed,
        position: usize,
    ) -> TokenStream {
        let call = function.call(&quote!(row));
        let change = || self.imports().runtime("operators", "Change");
        let on = match write {
            Write::Append => quote!(cx.append(&row)),
            Write::Log => {
                let change = change();
                quote!(cx.log(&#change::insert(row)))
            }
            Write::Change | Write::Latest => {
                let change = change();
                quote!(cx.change(&#change::insert(row)))
            }
            Write::Contend { own: None } => {
                let change = change();
                quote!(cx.contend(&#change::insert(row), None))
            }
            Write::Contend { own: Some(own) } => {
                let (change, own) = (change(), self.own_key(insert, own, position));
                return quote! {
                    let own = #own;
                    match #call? { Some(row) => cx.contend(&#change::insert(row), Some(&own)), None => Ok(()) }
                };
            }
            Write::Refused => quote!(Ok(())),
        };
        quote!(match #call? { Some(row) => #on, None => Ok(()) })
    }

    /// Rows that change.
    pub(super) fn insert_change(
        &self,
        insert: &Insert,
        write: &Write,
        function: &Computed,
        position: usize,
    ) -> TokenStream {
        let call = function.call(&quote!(&row));
        let mapped = quote!(let (change, told) = change.map(|row| #call););
        match write {
            Write::Log => quote!(#mapped told.and(cx.log(&change))),
            Write::Change => quote!(#mapped told.and(cx.change(&change))),
            Write::Latest => {
                let change = self.imports().runtime("operators", "Change");
                quote! {
                    let Some(row) = change.after else { return Ok(()) };
                    match #call? { Some(row) => cx.change(&#change::insert(row)), None => Ok(()) }
                }
            }
            Write::Contend { own: Some(own) } => {
                let own = self.own_key(insert, own, position);
                quote! {
                    let Some(row) = change.after.or(change.before) else { return Ok(()) };
                    let own = #own;
                    #mapped
                    told.and(cx.contend(&change, Some(&own)))
                }
            }
            Write::Contend { own: None } | Write::Append | Write::Refused => quote!(#mapped told),
        }
    }

    /// What tells the rows of an input apart, with the insert that they come from.
    pub(super) fn own_key(&self, insert: &Insert, own: &[usize], position: usize) -> TokenStream {
        let value = self.imports().runtime("values", "Value");
        let insert_number = proc_macro2::Literal::i64_unsuffixed(position as i64);
        let columns = own.iter().map(|column| {
            let code = self.input_column(insert.input, *column);
            let base = match insert.input {
                Input::Table(table) => self.plan.table(table).0.columns[*column].ty.base,
                Input::View(view) => self.plan.view(view).0.columns[*column].ty.base,
            };
            types::to_value_or_null(Ty { base, nullable: code.nullable }, &code.tokens, self.imports())
        });
        quote!([#value::Integer(#insert_number), #(#columns),*])
    }
}
