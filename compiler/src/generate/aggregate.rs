//! Views that group: what a row brings, the accumulators, the row that a group makes.

use std::cell::{Cell, RefCell};

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::generate::Generator;
use crate::generate::expression::{Code, Emitter};
use crate::generate::names::{group_fields, ident};
use crate::generate::places::{Clause, may_outgrow};
use crate::generate::rows::{borrows, kept};
use crate::generate::types;
use crate::plan::Mode;
use crate::types::model::{Aggregate, AggregateFunction, Column, ColumnRef, Expr, Group, Kind, View, ViewId};
use crate::types::ty::{Base, Ty};

/// A group of a view, with the names of its parts.
pub struct Grouping<'p> {
    /// The view.
    pub view: &'p View,
    /// Its keys.
    pub group: &'p Group,
    /// The aggregates that are needed, each with the name of its accumulator.
    pub aggregates: Vec<(usize, &'p Aggregate, String)>,
    /// The key columns, then an argument for each aggregate but `count(*)`.
    pub input: Vec<Column>,
    /// Whether rows of the input are retracted.
    pub retracts: bool,
}

/// The value that an aggregate is given: null where its filter does not hold.
pub fn argument(aggregate: &Aggregate) -> Option<Expr> {
    let whole = |value: &Expr| match &aggregate.filter {
        None => value.clone(),
        Some(filter) => {
            let ty = Ty::nullable(value.ty.base);
            let null = Expr { kind: Kind::Literal(crate::types::model::Literal::Null), ty, span: value.span };
            let branches = vec![((**filter).clone(), value.clone())];
            Expr { kind: Kind::Case { branches, otherwise: Box::new(null) }, ty, span: value.span }
        }
    };
    match (&aggregate.argument, &aggregate.filter) {
        (Some(argument), _) => Some(whole(argument)),
        (None, None) => None,
        // `count(*) filter (where …)` counts the rows for which something is there.
        (None, Some(filter)) => Some(whole(&Expr {
            kind: Kind::Literal(crate::types::model::Literal::Boolean(true)),
            ty: Ty::not_null(Base::Boolean),
            span: filter.span,
        })),
    }
}

impl<'p> Generator<'p> {
    /// The names and parts of a view that groups.
    pub fn grouping(&self, id: ViewId) -> Option<Grouping<'p>> {
        let view = &self.plan.typed.views[id.0 as usize];
        let planned = &self.plan.views[id.0 as usize];
        let group = view.group.as_ref()?;
        let (keys, names) = group_fields(view, &planned.aggregates);
        let aggregates: Vec<(usize, &Aggregate, String)> = planned
            .aggregates
            .iter()
            .zip(names)
            .map(|(number, name)| (*number, &group.aggregates[*number], name))
            .collect();
        let column = |name: &str, ty: Ty, span| Column { name: name.to_owned(), ty, comment: None, span };
        let mut input: Vec<Column> =
            group.keys.iter().zip(&keys).map(|(key, name)| column(name, key.expr.ty, key.span)).collect();
        for (_, aggregate, name) in &aggregates {
            if let Some(argument) = argument(aggregate) {
                input.push(column(name, argument.ty, aggregate.span));
            }
        }
        Some(Grouping { view, group, aggregates, input, retracts: planned.input.mode != Mode::Append })
    }

    /// The input struct, the state struct and what they implement.
    pub fn group_items(&self, id: ViewId) -> Vec<TokenStream> {
        let Some(grouping) = self.grouping(id) else { return Vec::new() };
        let view_name = &self.names.views[id.0 as usize];
        let (input_name, state_name) = (format_ident!("{view_name}Input"), format_ident!("{view_name}State"));
        let from = self.plan.input_name(grouping.view.input);
        let doc = format!("What a row of `{from}` brings to `{}`.", grouping.view.name.value);
        let doc = self.doc(&doc, grouping.view.key_span);
        let mut items = self.compared_struct(&doc, &input_name, &grouping.input);
        let fields = grouping.aggregates.iter().map(|(_, aggregate, name)| {
            let (field, accumulator) = (ident(name), self.accumulator(aggregate, grouping.retracts));
            quote!(#field: #accumulator)
        });
        let doc = format!("What view `{}` keeps of a group.", grouping.view.name.value);
        let doc = self.doc(&doc, grouping.view.name.span);
        let state = quote! {
            #doc
            #[derive(Debug, Default)]
            pub struct #state_name { #(#fields),* }
        };
        items.push(state);
        items.push(self.lasting(&grouping, &state_name));
        items.push(self.aggregation(id, &grouping, &input_name, &state_name));
        if self.plan.view(id).1.shared {
            items.push(self.sharing(&grouping, &input_name, &state_name));
        } else if grouping.retracts {
            items.push(self.retraction(&grouping, &input_name, &state_name));
        }
        items
    }

    /// How the epoch log goes through what is kept of a group.
    fn lasting(&self, grouping: &Grouping<'_>, state_name: &Ident) -> TokenStream {
        let imports = self.imports();
        let (lasting, pass) = (imports.runtime("epochs", "Lasting"), imports.runtime("epochs", "Pass"));
        let damaged = imports.runtime("epochs", "Damaged");
        let parts: Vec<TokenStream> = grouping
            .aggregates
            .iter()
            .map(|(.., name)| {
                let field = ident(name);
                quote!(pass.part(&mut self.#field))
            })
            .collect();
        let (pass_name, work) = match parts.as_slice() {
            [] => (quote!(_pass), quote!(Ok(()))),
            [first @ .., last] => (quote!(pass), quote!(#(#first?;)* #last)),
        };
        quote! {
            impl #lasting for #state_name {
                fn parts<P: #pass>(&mut self, #pass_name: &mut P) -> Result<(), #damaged> { #work }
            }
        }
    }

    /// What a worker keeps of a group that all workers share.
    fn sharing(&self, grouping: &Grouping<'_>, input_name: &Ident, state_name: &Ident) -> TokenStream {
        let imports = self.imports();
        let (sharing, share) = (imports.runtime("operators", "Sharing"), imports.runtime("operators", "Share"));
        if !grouping.aggregates.is_empty() {
            imports.runtime("operators", "Retract");
        }
        let input = if borrows(&grouping.input) { quote!(#input_name<'a>) } else { quote!(#input_name) };
        let shares: Vec<TokenStream> = grouping
            .aggregates
            .iter()
            .map(|(_, aggregate, name)| {
                let field = ident(name);
                let given = match argument(aggregate) {
                    None => quote!(|_| ()),
                    Some(argument) if argument.ty.nullable => quote!(|input| input.#field),
                    Some(_) => quote!(|input| Some(input.#field)),
                };
                quote!(self.#field.share(before.map(#given), after.map(#given), share))
            })
            .collect();
        let taken = changed(&shares);
        let absorbed = grouping.aggregates.iter().map(|(.., name)| {
            let field = ident(name);
            quote!(self.#field.absorb(&other.#field);)
        });
        quote! {
            impl #sharing for #state_name {
                fn share<'a>(
                    &mut self,
                    before: Option<&#input>,
                    after: Option<&#input>,
                    share: #share,
                ) -> bool { #taken }

                fn absorb(&mut self, other: &Self) { #(#absorbed)* }
            }
        }
    }

    fn accumulator(&self, aggregate: &Aggregate, retracts: bool) -> TokenStream {
        let imports = self.imports();
        let operator = |name: &str| imports.runtime("operators", name);
        let argument = argument(aggregate);
        let base = argument.as_ref().map_or(Base::Boolean, |argument| argument.ty.base);
        let (stored, result) = (types::stored(base, imports), types::stored(aggregate.ty.base, imports));
        let of = |name: &str| {
            let name = operator(name);
            if base == aggregate.ty.base { quote!(#name<#stored>) } else { quote!(#name<#stored, #result>) }
        };
        let one = |name: &str| {
            let name = operator(name);
            quote!(#name<#stored>)
        };
        let kept = |name: &str| {
            let (name, stored) = (operator(name), types::stored_nullable(base, imports));
            quote!(#name<#stored>)
        };
        let inner = match aggregate.function {
            AggregateFunction::CountRows if argument.is_none() => {
                let name = operator("CountRows");
                quote!(#name)
            }
            AggregateFunction::CountRows | AggregateFunction::Count => one("Count"),
            AggregateFunction::Sum => of("Sum"),
            AggregateFunction::Avg => of("Average"),
            AggregateFunction::Min => one(if retracts { "RetractableMin" } else { "Min" }),
            AggregateFunction::Max => one(if retracts { "RetractableMax" } else { "Max" }),
            AggregateFunction::LastValue => kept("LastValue"),
            AggregateFunction::FirstValue => kept("FirstValue"),
        };
        if aggregate.distinct {
            let distinct = operator("Distinct");
            quote!(#distinct<#stored, #inner>)
        } else {
            inner
        }
    }

    fn aggregation(&self, id: ViewId, grouping: &Grouping<'_>, input_name: &Ident, state_name: &Ident) -> TokenStream {
        let imports = self.imports();
        let aggregation = imports.runtime("operators", "Aggregation");
        let key_ref = imports.runtime("operators", "KeyRef");
        let fault = imports.runtime("values", "Fault");
        let scope = imports.runtime("scope", "Scope");
        let keys = &grouping.group.keys;
        let stored: Vec<TokenStream> = keys.iter().map(|key| types::stored_key(key.expr.ty, imports)).collect();
        let key_type = tuple(&stored);
        let parts: Vec<TokenStream> = grouping.input[..keys.len()]
            .iter()
            .map(|column| {
                let field = ident(&column.name);
                quote!(input.#field)
            })
            .collect();
        let key = if parts.is_empty() { TokenStream::new() } else { tuple(&parts) };
        let input_param = if keys.is_empty() { quote!(_input) } else { quote!(input) };
        let at = |lifetime: TokenStream| -> TokenStream {
            if borrows(&grouping.input) { quote!(#input_name<#lifetime>) } else { quote!(#input_name) }
        };
        let (input_a, input_any) = (at(quote!('a)), at(quote!('_)));
        let (row_a, row_s) = (self.view_row(id, &quote!('a)), self.view_row(id, &quote!('s)));
        let row_any = self.view_row(id, &quote!('_));
        let adds: Vec<TokenStream> =
            grouping.aggregates.iter().map(|part| step("add", part, imports, &quote!(input))).collect();
        let add = changed(&adds);
        let add_param = if grouping.input.len() > keys.len() { quote!(input) } else { quote!(_input) };
        let admits = self.admits(id, grouping, &input_any);
        let warm = self.warm(grouping, &input_any);
        let (row_body, uses_key, uses_scope) = self.row_body(id, grouping);
        let key_name = if uses_key { quote!(key) } else { quote!(_key) };
        let scope_name = if uses_scope { quote!(scope) } else { quote!(_scope) };
        let view_name = &self.names.views[id.0 as usize];
        let columns = self.view_columns(id);
        let (kept, keep_scope) =
            if borrows(&columns) { (kept(view_name, &columns), quote!(scope)) } else { (quote!(row), quote!(_scope)) };
        let (gone, gone_key, gone_scope) = self.gone(id, grouping);
        quote! {
            impl #aggregation for #state_name {
                type Key = #key_type;
                type Input<'a> = #input_a;
                type Row<'a> = #row_a;

                fn key<'a>(#input_param: &Self::Input<'a>) -> #key_ref<'a, Self> { #key }

                #admits

                #warm

                fn add(&mut self, #add_param: &#input_any) -> bool { #add }

                fn row<'s>(&'s self, #key_name: #key_ref<'s, Self>, #scope_name: &#scope<'s>)
                    -> Result<Option<#row_s>, #fault> { #row_body }

                fn keep<'a>(row: #row_any, #keep_scope: &#scope<'a>) -> #row_a { #kept }

                fn gone<'a>(#gone_key: #key_ref<'_, Self>, #gone_scope: &#scope<'a>) -> #row_a { #gone }
            }
        }
    }

    /// Sums that can outgrow their types refuse the row that would be too much.
    fn admits(&self, id: ViewId, grouping: &Grouping<'_>, input: &TokenStream) -> TokenStream {
        if grouping.retracts {
            return TokenStream::new();
        }
        let sums: Vec<TokenStream> = grouping
            .aggregates
            .iter()
            .filter(|(_, aggregate, _)| aggregate.function == AggregateFunction::Sum && may_outgrow(aggregate))
            .map(|part| {
                let admits = step("admits", part, self.imports(), &quote!(input));
                let question = self.aggregate_question(id, part.0, part.1);
                quote!(#admits #question)
            })
            .collect();
        if sums.is_empty() {
            return TokenStream::new();
        }
        let fault = self.imports().runtime("values", "Fault");
        quote!(fn admits(&self, input: &#input) -> Result<(), #fault> { #(#sums;)* Ok(()) })
    }

    /// Distinct values are found in tables of their own.
    fn warm(&self, grouping: &Grouping<'_>, input: &TokenStream) -> TokenStream {
        let distinct = grouping.aggregates.iter().filter(|(_, aggregate, _)| grouping.retracts && aggregate.distinct);
        let asks: Vec<TokenStream> = distinct
            .map(|(_, aggregate, name)| {
                let (field, given) = (ident(name), given(aggregate, name, &quote!(input)));
                quote!(self.#field.warm(#given, share);)
            })
            .collect();
        if asks.is_empty() {
            return TokenStream::new();
        }
        let share = self.imports().runtime("operators", "Share");
        self.imports().runtime("operators", "Accumulator");
        quote!(fn warm(&self, input: &#input, share: #share) { #(#asks)* })
    }

    fn row_body(&self, id: ViewId, grouping: &Grouping<'_>) -> (TokenStream, bool, bool) {
        let (view, planned) = self.plan.view(id);
        let label = self.names.view(id);
        let uses_key = Cell::new(false);
        let keys = grouping.group.keys.len();
        let key = |number: u32| {
            uses_key.set(true);
            let place = place_in(keys, number as usize);
            Code::place(quote!(key #place), grouping.group.keys[number as usize].expr.ty.nullable)
        };
        let aggregate = |number: u32| {
            let part = grouping.aggregates.iter().find(|(at, ..)| *at == number as usize);
            let name = part.map_or_else(|| format_ident!("missing"), |(.., name)| ident(name));
            let nullable = part.is_some_and(|(_, aggregate, _)| is_nullable(aggregate));
            Code::place(quote!(#name), nullable)
        };
        let column = |_: ColumnRef| Code::place(TokenStream::new(), false);
        let emitter = Emitter {
            shared: &self.shared,
            column: &column,
            key: &key,
            aggregate: &aggregate,
            scope: quote!(scope),
            constants: None,
            label: label.to_owned(),
            place: RefCell::new(None),
            uses_scope: Cell::new(false),
            uses_constants: Cell::new(false),
        };
        if !grouping.aggregates.is_empty() {
            self.imports().runtime("operators", "Accumulator");
        }
        let values = grouping.aggregates.iter().map(|part| {
            let (name, question) = (ident(&part.2), self.aggregate_question(id, part.0, part.1));
            quote!(let #name = self.#name.value() #question;)
        });
        let having = view.having.as_ref().map(|having| {
            let test = emitter.at(self.view_place(view, label, Clause::Having, having.span)).rejects(having);
            quote!(if #test { return Ok(None); })
        });
        let row = &self.names.views[id.0 as usize];
        let fields = planned.columns.iter().map(|at| {
            let (output, column) = (&view.select[*at], &view.columns[*at]);
            let field = ident(&column.name);
            let place = self.view_place(view, label, Clause::Column(&column.name), output.expr.span);
            let code = emitter.at(place).as_field(&output.expr, column.ty, &column.name).tokens;
            if field == code.to_string() { quote!(#field) } else { quote!(#field: #code) }
        });
        let fields: Vec<TokenStream> = fields.collect();
        let body = quote!(#(#values)* #having Ok(Some(#row { #(#fields),* })));
        (body, uses_key.get(), emitter.uses_scope.get())
    }

    fn gone(&self, id: ViewId, grouping: &Grouping<'_>) -> (TokenStream, TokenStream, TokenStream) {
        let (view, planned) = self.plan.view(id);
        let row = &self.names.views[id.0 as usize];
        let keys = grouping.group.keys.len();
        let (mut uses_scope, mut all) = (false, true);
        let mut fields = Vec::new();
        for at in &planned.columns {
            let (output, column) = (&view.select[*at], &view.columns[*at]);
            let Kind::Key(number) = output.expr.kind else {
                all = false;
                continue;
            };
            let (field, place) = (ident(&column.name), place_in(keys, number as usize));
            let keep = if column.ty.base == Base::Bytes { quote!(keep_bytes) } else { quote!(keep) };
            let value = match (types::borrows(column.ty.base), column.ty.nullable) {
                (false, _) => quote!(key #place),
                (true, false) => quote!(scope.#keep(key #place)),
                (true, true) => quote!(key #place.map(|value| scope.#keep(value))),
            };
            uses_scope |= types::borrows(column.ty.base);
            fields.push(quote!(#field: #value));
        }
        let rest = if all { TokenStream::new() } else { quote!(..#row::default()) };
        let key = if fields.is_empty() { quote!(_key) } else { quote!(key) };
        let scope = if uses_scope { quote!(scope) } else { quote!(_scope) };
        (quote!(#row { #(#fields,)* #rest }), key, scope)
    }

    fn retraction(&self, grouping: &Grouping<'_>, input_name: &Ident, state_name: &Ident) -> TokenStream {
        let imports = self.imports();
        let retraction = imports.runtime("operators", "Retraction");
        if !grouping.aggregates.is_empty() {
            imports.runtime("operators", "Retract");
        }
        let at = |lifetime: TokenStream| -> TokenStream {
            if borrows(&grouping.input) { quote!(#input_name<#lifetime>) } else { quote!(#input_name) }
        };
        let (input_a, input_any) = (at(quote!('a)), at(quote!('_)));
        let takes: Vec<TokenStream> =
            grouping.aggregates.iter().map(|part| step("retract", part, imports, &quote!(input))).collect();
        let retract = changed(&takes);
        let replaced: Vec<TokenStream> = grouping
            .aggregates
            .iter()
            .filter(|(_, aggregate, _)| argument(aggregate).is_some())
            .map(|(_, aggregate, name)| {
                let field = ident(name);
                let (before, after) = (given(aggregate, name, &quote!(before)), given(aggregate, name, &quote!(after)));
                quote!(self.#field.replace(#before, #after))
            })
            .collect();
        let replace = changed(&replaced);
        let input =
            if takes.iter().any(|take| take.to_string().contains("input")) { quote!(input) } else { quote!(_input) };
        let (before, after) =
            if replaced.is_empty() { (quote!(_before), quote!(_after)) } else { (quote!(before), quote!(after)) };
        quote! {
            impl #retraction for #state_name {
                fn retract(&mut self, #input: &#input_any) -> bool { #retract }

                fn replace<'a>(&mut self, #before: &#input_a, #after: &#input_a) -> bool { #replace }
            }
        }
    }
}

/// `self.NAME.METHOD(input.NAME)`.
fn step(
    method: &str,
    (_, aggregate, name): &(usize, &Aggregate, String),
    imports: &crate::generate::imports::Imports,
    input: &TokenStream,
) -> TokenStream {
    imports.runtime("operators", "Accumulator");
    let (method, field) = (ident(method), ident(name));
    let given = given(aggregate, name, input);
    quote!(self.#field.#method(#given))
}

fn given(aggregate: &Aggregate, name: &str, input: &TokenStream) -> TokenStream {
    let field = ident(name);
    match argument(aggregate) {
        None => quote!(()),
        Some(argument) if argument.ty.nullable => quote!(#input.#field),
        Some(_) => quote!(Some(#input.#field)),
    }
}

/// All steps, and whether one of them changed something.
fn changed(steps: &[TokenStream]) -> TokenStream {
    match steps {
        [] => quote!(false),
        [first, rest @ ..] => quote!(#first #(| #rest)*),
    }
}

fn is_nullable(aggregate: &Aggregate) -> bool {
    !matches!(aggregate.function, AggregateFunction::CountRows | AggregateFunction::Count)
}

/// Most parts of one tuple; longer keys are tuples of tuples.
const WIDE: usize = 8;

/// The parts as a tuple.
pub(super) fn tuple(parts: &[TokenStream]) -> TokenStream {
    if parts.len() <= WIDE {
        return if parts.is_empty() { quote!(()) } else { quote!((#(#parts,)*)) };
    }
    let inner: Vec<TokenStream> = parts.chunks(WIDE).map(tuple).collect();
    tuple(&inner)
}

/// Where the part of that number is in a tuple of so many parts.
fn place_in(count: usize, number: usize) -> TokenStream {
    let inner = Literal::usize_unsuffixed(number % WIDE);
    if count <= WIDE {
        return quote!(.#inner);
    }
    let outer = place_in(count.div_ceil(WIDE), number / WIDE);
    quote!(#outer.#inner)
}
