//! Steps: what each row goes through, one function that computes and one method that hands on for each view and insert.

use std::cell::Cell;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::generate::Generator;
use crate::generate::aggregate::argument;
use crate::generate::expression::{Code, Emitter};
use crate::generate::names::{ident, snake};
use crate::generate::types;
use crate::parse::spec::LookupKind;
use crate::plan::{Emission, Mode, Reader, Write, visit};
use crate::types::model::{ColumnRef, Expr, Input, Insert, Kind, Lookup, TableId, View, ViewId};
use crate::types::ty::Ty;

/// A function that computes, and how it is called.
pub struct Computed {
    /// The function.
    pub item: TokenStream,
    /// Its name.
    name: Ident,
    constants: bool,
    scope: bool,
    context: bool,
}

impl Computed {
    /// The function as an argument of `map`.
    fn mapping(&self) -> TokenStream {
        let (name, call) = (&self.name, self.call(&quote!(row)));
        if self.constants || self.scope || self.context { quote!(|row| #call) } else { quote!(#name) }
    }

    /// The call for a row.
    fn call(&self, row: &TokenStream) -> TokenStream {
        let name = &self.name;
        let constants = self.constants.then(|| quote!(, &self.constants));
        let rest = match (self.context, self.scope) {
            (true, _) => quote!(, cx),
            (false, true) => quote!(, &cx.scope),
            (false, false) => TokenStream::new(),
        };
        quote!(#name(#row #constants #rest))
    }
}

impl Generator<'_> {
    /// The type of the rows of an input.
    pub fn input_row(&self, input: Input, lifetime: &TokenStream) -> TokenStream {
        match input {
            Input::Table(table) => self.table_row(table, lifetime),
            Input::View(view) => self.view_row(view, lifetime),
        }
    }

    /// A column of an input, read from the variable `row`.
    fn input_column(&self, input: Input, column: usize) -> Code {
        let (name, nullable) = match input {
            Input::Table(table) => {
                let declared = &self.plan.table(table).0.columns[column].name;
                let columns = self.table_columns(table);
                let found = columns.into_iter().find(|column| column.name == *declared);
                (declared.clone(), found.is_none_or(|column| column.ty.nullable))
            }
            Input::View(view) => {
                let column = &self.plan.view(view).0.columns[column];
                (column.name.clone(), column.ty.nullable)
            }
        };
        let field = ident(&name);
        Code::place(quote!(row.#field), nullable)
    }

    /// The function that makes the row of a view that does not group, or the input of one that does.
    pub fn view_function(&self, id: ViewId) -> Computed {
        let (view, planned) = self.plan.view(id);
        let name = snake(&view.name.value);
        let grouping = self.grouping(id);
        let function = if grouping.is_some() { format_ident!("{name}_input") } else { format_ident!("{name}_row") };
        let view_name = &self.names.views[id.0 as usize];
        let (result, result_name) = match &grouping {
            Some(grouping) => {
                let input = format_ident!("{view_name}Input");
                let lifetime = types::lifetime(grouping.input.iter());
                (quote!(#input #lifetime), input)
            }
            None => (self.view_row(id, &quote!('a)), view_name.clone()),
        };
        let outputs: Vec<(String, Ty, Expr)> = match &grouping {
            Some(grouping) => {
                let keys = grouping.group.keys.iter().map(|key| key.expr.clone());
                let arguments = grouping.aggregates.iter().filter_map(|(_, aggregate, _)| argument(aggregate));
                let columns = grouping.input.iter().map(|column| (column.name.clone(), column.ty));
                columns.zip(keys.chain(arguments)).map(|((name, ty), expr)| (name, ty, expr)).collect()
            }
            None => {
                let column =
                    |at: &usize| (view.columns[*at].name.clone(), view.columns[*at].ty, view.select[*at].expr.clone());
                planned.columns.iter().map(column).collect()
            }
        };
        let (body, constants, scope) = self.compute(view, &name, |emitter| {
            let fields = outputs.iter().map(|(name, ty, expr)| {
                let (field, code) = (ident(name), emitter.as_field(expr, *ty, name).tokens);
                quote!(#field: #code)
            });
            let fields: Vec<TokenStream> = fields.collect();
            quote!(Ok(Some(#result_name { #(#fields),* })))
        });
        let what = match &grouping {
            Some(_) => format!("What a row of `{}` brings to `{}`.", self.plan.input_name(view.input), view.name.value),
            None => format!(
                "The row that view `{}` makes of a row of `{}`.",
                view.name.value,
                self.plan.input_name(view.input)
            ),
        };
        let doc = self.doc(&what, view.filter.as_ref().map_or(view.from_span, |filter| filter.span));
        let context = !view.lookups.is_empty();
        let row = self.input_row(view.input, &quote!('a));
        self.function(&doc, function, &row, &quote!(Option<#result>), &body, constants, scope, context)
    }

    /// `where` and look-ups of a view around what `finish` makes.
    fn compute(
        &self,
        view: &View,
        label: &str,
        finish: impl Fn(&Emitter<'_>) -> TokenStream,
    ) -> (TokenStream, bool, bool) {
        let conditions = conjuncts(view.filter.as_ref());
        let mut body = TokenStream::new();
        let (mut uses_constants, mut uses_scope) = (false, false);
        let mut known = 0;
        let mut emit = |known: u32, work: &dyn Fn(&Emitter<'_>) -> TokenStream| {
            let column = |from: ColumnRef| self.view_column(view, from, known);
            let emitter = self.emitter(&column, !view.lookups.is_empty(), label);
            let tokens = work(&emitter);
            uses_constants |= emitter.uses_constants.get();
            uses_scope |= emitter.uses_scope.get();
            tokens
        };
        let filters = |level: u32, emitter: &Emitter<'_>| -> TokenStream {
            let now: Vec<&Expr> =
                conditions.iter().copied().filter(|condition| highest_input(condition) == level).collect();
            if now.is_empty() {
                return TokenStream::new();
            }
            let tests = now.iter().map(|condition| emitter.rejects(condition));
            quote!(#(if #tests { return Ok(None); })*)
        };
        body.extend(emit(known, &|emitter| filters(0, emitter)));
        for (position, lookup) in view.lookups.iter().enumerate() {
            let level = position as u32 + 1;
            body.extend(emit(known, &|emitter| self.look_up(view, position, lookup, emitter)));
            known = level;
            if let Some(condition) = &lookup.condition {
                let name = self.lookup_name(view, position);
                body.extend(emit(level, &|emitter| match lookup.kind {
                    LookupKind::Inner => {
                        let test = emitter.rejects(condition);
                        quote!(if #test { return Ok(None); })
                    }
                    LookupKind::Left => {
                        let column = |from: ColumnRef| {
                            if from.input == level {
                                self.lookup_column(view, position, from, false)
                            } else {
                                self.view_column(view, from, level)
                            }
                        };
                        let inner = self.emitter(&column, true, label);
                        let (test, _) = inner.truth(condition);
                        emitter.uses_constants.set(emitter.uses_constants.get() | inner.uses_constants.get());
                        quote!(let #name = match #name { Some(#name) if #test => Some(#name), _ => None };)
                    }
                }));
            }
            body.extend(emit(level, &|emitter| filters(level, emitter)));
        }
        body.extend(emit(known, &|emitter| finish(emitter)));
        (body, uses_constants, uses_scope)
    }

    fn emitter<'e>(&'e self, column: &'e dyn Fn(ColumnRef) -> Code, context: bool, label: &str) -> Emitter<'e> {
        Emitter {
            shared: &self.shared,
            column,
            key: &never,
            aggregate: &never,
            scope: if context { quote!(&cx.scope) } else { quote!(scope) },
            constants: Some(quote!(constants)),
            label: label.to_owned(),
            uses_scope: Cell::new(false),
            uses_constants: Cell::new(false),
        }
    }

    fn view_column(&self, view: &View, from: ColumnRef, _known: u32) -> Code {
        match from.input {
            0 => self.input_column(view.input, from.column.0 as usize),
            input => {
                let position = input as usize - 1;
                self.lookup_column(view, position, from, view.lookups[position].kind == LookupKind::Left)
            }
        }
    }

    fn lookup_column(&self, view: &View, position: usize, from: ColumnRef, may_lack: bool) -> Code {
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
            (true, true) => Code::place(quote!(#name.and_then(|row| row.#field)), true),
            (true, false) => Code::place(quote!(#name.map(|row| row.#field)), true),
        }
    }

    fn lookup_name(&self, view: &View, position: usize) -> Ident {
        let table = view.lookups[position].table;
        let before = view.lookups[..position].iter().filter(|lookup| lookup.table == table).count();
        let name = snake(&self.plan.table(table).0.name.value);
        ident(&if before == 0 { format!("{name}_row") } else { format!("{name}_row_{}", before + 1) })
    }

    fn look_up(&self, view: &View, position: usize, lookup: &Lookup, emitter: &Emitter<'_>) -> TokenStream {
        let name = self.lookup_name(view, position);
        let row = &self.names.tables[lookup.table.0 as usize];
        let keys = self.key_values(lookup, emitter);
        match lookup.kind {
            LookupKind::Inner => {
                quote!(let Some(#name) = cx.look_up::<#row>(&[#(#keys),*])? else { return Ok(None) };)
            }
            LookupKind::Left => quote!(let #name = cx.look_up::<#row>(&[#(#keys),*])?;),
        }
    }

    fn key_values(&self, lookup: &Lookup, emitter: &Emitter<'_>) -> Vec<TokenStream> {
        lookup
            .key
            .iter()
            .map(|key| {
                let code = emitter.emit(key);
                let ty = Ty { base: key.ty.base, nullable: code.nullable };
                types::to_value_or_null(ty, &code.tokens, self.imports())
            })
            .collect()
    }

    /// A function that notes which keys a row will look up, so that a batch asks once.
    pub fn want_function(&self, id: ViewId) -> Option<Computed> {
        let (view, planned) = self.plan.view(id);
        let lookup = view.lookups.first().filter(|_| !planned.is_unused())?;
        let Input::Table(_) = view.input else { return None };
        let label = snake(&view.name.value);
        let column = |from: ColumnRef| self.view_column(view, from, 0);
        let emitter = self.emitter(&column, true, &label);
        let conditions = conjuncts(view.filter.as_ref());
        let early: Vec<TokenStream> = conditions
            .into_iter()
            .filter(|condition| highest_input(condition) == 0)
            .map(|condition| {
                let test = emitter.rejects(condition);
                quote!(if #test { return Ok(()); })
            })
            .collect();
        let keys = self.key_values(lookup, &emitter);
        let row = &self.names.tables[lookup.table.0 as usize];
        let body = quote!(#(#early)* cx.want::<#row>(&[#(#keys),*]); Ok(()));
        let constants = emitter.uses_constants.get();
        let table = &self.plan.table(lookup.table).0.name.value;
        let doc = self.doc(&format!("Notes the row of `{table}` that `{label}` will look up."), lookup.span);
        let input = self.input_row(view.input, &quote!('a));
        Some(self.function(&doc, format_ident!("{label}_want"), &input, &quote!(()), &body, constants, false, true))
    }

    /// The function that makes the row of a sink.
    pub fn insert_function(&self, position: usize) -> Computed {
        let (insert, _) = self.plan.insert(position);
        let label = self.insert_label(position);
        let column = |from: ColumnRef| self.input_column(insert.input, from.column.0 as usize);
        let emitter = self.emitter(&column, false, &label);
        let tests = conjuncts(insert.filter.as_ref()).into_iter().map(|condition| emitter.rejects(condition));
        let filter = quote!(#(if #tests { return Ok(None); })*);
        let row_name = &self.names.tables[insert.into.0 as usize];
        let columns = self.table_columns(insert.into);
        let fields = columns.iter().zip(&insert.values).map(|(column, value)| {
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

    /// What names the parts of an insert: the table, with a number if there are several.
    fn insert_label(&self, position: usize) -> String {
        let insert = &self.plan.typed.inserts[position];
        let before = self.plan.typed.inserts[..position].iter().filter(|other| other.into == insert.into).count();
        let name = snake(&self.plan.table(insert.into).0.name.value);
        if before == 0 { name } else { format!("{name}_{}", before + 1) }
    }

    /// The name of the method of an insert.
    pub fn insert_method(&self, position: usize) -> Ident {
        format_ident!("insert_{}", self.insert_label(position))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one signature")]
    fn function(
        &self,
        doc: &TokenStream,
        name: Ident,
        row: &TokenStream,
        result: &TokenStream,
        body: &TokenStream,
        constants: bool,
        scope: bool,
        context: bool,
    ) -> Computed {
        let fault = self.imports().runtime("values", "Fault");
        let constants_param = constants.then(|| quote!(, constants: &Constants));
        let rest = match (context, scope) {
            (true, _) => {
                let cx = self.imports().runtime("job", "Context");
                quote!(, cx: &mut #cx<'a, '_>)
            }
            (false, true) => {
                let scope = self.imports().runtime("scope", "Scope");
                quote!(, scope: &#scope<'a>)
            }
            (false, false) => TokenStream::new(),
        };
        let signature = quote!(row: &#row #constants_param #rest);
        let lifetime = if signature.to_string().contains("'a") || result.to_string().contains("'a") {
            quote!(<'a>)
        } else {
            TokenStream::new()
        };
        let row_name = if mentions(body, "row") { signature } else { quote!(_row: &#row #constants_param #rest) };
        let item = quote!(#doc fn #name #lifetime(#row_name) -> Result<#result, #fault> { #body });
        Computed { item, name, constants, scope, context }
    }

    /// Hands a row or a change to all that read it.
    fn hand_on(&self, readers: &[Reader], what: &TokenStream) -> TokenStream {
        let calls = readers.iter().map(|reader| {
            let method = match reader {
                Reader::View(view) => ident(&snake(&self.plan.view(*view).0.name.value)),
                Reader::Insert(insert) => self.insert_method(*insert),
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
        let method = ident(&snake(&table.name.value));
        let row = self.table_row(id, &quote!('a));
        let context = self.imports().runtime("job", "Context");
        let asks: Vec<TokenStream> = wants
            .iter()
            .filter(|(view, _)| planned.readers.contains(&Reader::View(*view)))
            .map(|(_, want)| {
                let call = want.call(&quote!(row));
                // A row that cannot be computed is told of when it is its turn.
                quote!(let _ = #call;)
            })
            .collect();
        let ask = (!asks.is_empty()).then(|| quote!(for row in rows { #(#asks)* } cx.fetch();));
        let doc = self.doc(&format!("Takes a batch of rows of `{}`.", table.name.value), table.name.span);
        let work = match self.warmed(planned.readers.as_slice(), functions) {
            Some((view, function)) => {
                let add = format_ident!("{}_add", snake(&self.plan.view(view).0.name.value));
                let state = ident(&snake(&self.plan.view(view).0.name.value));
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

    /// The one view that groups and alone reads a table: its inputs are computed first, so that the look-ups of a
    /// batch overlap.
    fn warmed<'f>(&self, readers: &[Reader], functions: &'f [Option<Computed>]) -> Option<(ViewId, &'f Computed)> {
        let [Reader::View(view)] = readers else { return None };
        let function = functions[view.0 as usize].as_ref()?;
        let (typed, _) = self.plan.view(*view);
        (typed.group.is_some() && typed.lookups.is_empty()).then_some((*view, function))
    }

    /// The methods of a view.
    pub fn view_methods(&self, id: ViewId, function: &Computed, functions: &[Option<Computed>]) -> Vec<TokenStream> {
        let (view, planned) = self.plan.view(id);
        let name = snake(&view.name.value);
        let (method, state) = (ident(&name), ident(&name));
        let imports = self.imports();
        let (context, fault) = (imports.runtime("job", "Context"), imports.runtime("values", "Fault"));
        let from = self.plan.input_name(view.input);
        let input = self.input_row(view.input, &quote!('a));
        let append = planned.input.mode == Mode::Append;
        let doc = self.doc(&format!("View `{}`: takes what `{from}` gives.", view.name.value), view.from_span);
        let whole = |parameter: TokenStream, body: TokenStream| quote!(#doc fn #method<'a>(&mut self, #parameter, cx: &mut #context<'a, '_>) -> Result<(), #fault> { #body });
        let readers = &planned.readers;
        let change = imports.runtime("operators", "Change");
        let Some(grouping) = self.grouping(id) else {
            if append {
                let (call, on) = (function.call(&quote!(row)), self.hand_on(readers, &quote!(&row)));
                let body = quote!(match #call? { Some(row) => #on, None => Ok(()) });
                return vec![whole(quote!(row: &#input), body)];
            }
            let (call, on) = (function.call(&quote!(&row)), self.hand_on(readers, &quote!(change)));
            let body = quote!(let (change, told) = change.map(|row| #call); told.and(#on));
            return vec![whole(quote!(change: #change<#input>), body)];
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
            return vec![whole(quote!(change: #change<#input>), body)];
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
            Input::Table(table) => self.warmed(&self.plan.table(table).1.readers, functions).is_some(),
            Input::View(_) => false,
        };
        if only_warmed {
            return vec![adding];
        }
        let call = function.call(&quote!(row));
        let body = quote!(match #call? { Some(input) => self.#add(&input, cx), None => Ok(()) });
        vec![whole(quote!(row: &#input), body), adding]
    }

    /// The method of an insert.
    pub fn insert_items(&self, position: usize, function: &Computed) -> TokenStream {
        let (insert, planned) = self.plan.insert(position);
        let imports = self.imports();
        let (context, fault) = (imports.runtime("job", "Context"), imports.runtime("values", "Fault"));
        let input = self.input_row(insert.input, &quote!('a));
        let method = self.insert_method(position);
        let table = &self.plan.table(insert.into).0.name.value;
        let from = self.plan.input_name(insert.input);
        let doc = self.doc(&format!("Inserts what `{from}` gives into `{table}`."), insert.span);
        let deferred = matches!(insert.input, Input::View(view) if matches!(self.plan.view(view).1.emission, Emission::EpochEnd { .. }));
        let (parameter, body) = if deferred {
            self.insert_changed(insert, &planned.write, function, &input)
        } else if planned.input.mode == Mode::Append {
            (quote!(row: &#input), self.insert_new(insert, &planned.write, function, position))
        } else {
            let change = imports.runtime("operators", "Change");
            (quote!(change: #change<#input>), self.insert_change(insert, &planned.write, function, position))
        };
        quote!(#doc fn #method<'a>(&mut self, #parameter, cx: &mut #context<'a, '_>) -> Result<(), #fault> { #body })
    }

    /// Rows that a view gives out at the end of an epoch.
    fn insert_changed(
        &self,
        insert: &Insert,
        write: &Write,
        function: &Computed,
        input: &TokenStream,
    ) -> (TokenStream, TokenStream) {
        let changed = self.imports().runtime("operators", "Changed");
        let change = self.imports().runtime("operators", "Change");
        let call = function.call(&quote!(&row));
        let parameter = quote!(changed: #changed<#input>);
        if *write == Write::Latest {
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
            let code = emitter.as_field(&insert.values[key.0 as usize], column.ty, &column.name).tokens;
            let field = ident(&column.name);
            quote!(#field: #code)
        });
        let keys: Vec<TokenStream> = keys.collect();
        let rest = (table.primary_key.len() < table.columns.len()).then(|| quote!(..#row_name::default()));
        let body = quote! {
            let row = changed.row();
            let gone = #row_name { #(#keys,)* #rest };
            let after = match changed { #changed::Row(row) => #call?, #changed::Gone(_) => None };
            cx.change(&#change { before: Some(gone), after })
        };
        (parameter, body)
    }

    /// Rows that never change.
    fn insert_new(&self, insert: &Insert, write: &Write, function: &Computed, position: usize) -> TokenStream {
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
    fn insert_change(&self, insert: &Insert, write: &Write, function: &Computed, position: usize) -> TokenStream {
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
    fn own_key(&self, insert: &Insert, own: &[usize], position: usize) -> TokenStream {
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

fn never(_: u32) -> Code {
    Code::place(TokenStream::new(), false)
}

fn conjuncts(filter: Option<&Expr>) -> Vec<&Expr> {
    match filter {
        None => Vec::new(),
        Some(Expr { kind: Kind::And(parts), .. }) => parts.iter().flat_map(|part| conjuncts(Some(part))).collect(),
        Some(other) => vec![other],
    }
}

fn highest_input(expr: &Expr) -> u32 {
    let mut highest = 0;
    visit(expr, &mut |part| {
        if let Kind::Column(from) = part.kind {
            highest = highest.max(from.input);
        }
    });
    highest
}

/// Whether an identifier occurs in the tokens.
fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == name,
        proc_macro2::TokenTree::Group(group) => mentions(&group.stream(), name),
        proc_macro2::TokenTree::Punct(_) | proc_macro2::TokenTree::Literal(_) => false,
    })
}
