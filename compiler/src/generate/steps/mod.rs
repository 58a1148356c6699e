//! Steps: what each row goes through, one function that computes and one method that hands on for each view and insert.

mod inserts;
mod lookups;
mod methods;

use std::cell::{Cell, RefCell};

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::generate::Generator;
use crate::generate::aggregate::argument;
use crate::generate::expression::{Code, Emitter};
use crate::generate::names::ident;
use crate::generate::places::{Clause, Place};
use crate::generate::types;
use crate::parse::spec::LookupKind;
use crate::plan::visit;
use crate::source::Span;
use crate::types::model::{ColumnRef, Expr, Input, Kind, View, ViewId};
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
    pub(super) fn mapping(&self) -> TokenStream {
        let (name, call) = (&self.name, self.call(&quote!(row)));
        if self.constants || self.scope || self.context { quote!(|row| #call) } else { quote!(#name) }
    }

    /// The function as a closure over a row and a variable `scope`.
    pub fn routing(&self) -> TokenStream {
        let name = &self.name;
        let constants = self.constants.then(|| quote!(, &self.constants));
        let scope = self.scope.then(|| quote!(, &scope));
        if self.constants || self.scope { quote!(|row| #name(row #constants #scope)) } else { quote!(#name) }
    }

    /// Whether it needs a scope.
    pub fn uses_scope(&self) -> bool {
        self.scope
    }

    /// The call for a row where there is only a scope.
    pub(super) fn call_with(&self, row: &TokenStream, scope: &TokenStream) -> TokenStream {
        let name = &self.name;
        let constants = self.constants.then(|| quote!(, &self.constants));
        let scope = self.scope.then(|| quote!(, #scope));
        quote!(#name(#row #constants #scope))
    }

    /// The call for a row.
    pub(super) fn call(&self, row: &TokenStream) -> TokenStream {
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
    pub(super) fn input_column(&self, input: Input, column: usize) -> Code {
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
        let name = self.names.view(id);
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
        let outputs: Vec<(String, Ty, Expr, Place)> = match &grouping {
            Some(grouping) => {
                let keys = grouping.group.keys.iter().map(|key| {
                    let place = self.view_place(view, name, Clause::GroupBy(&key.name), key.expr.span);
                    (key.expr.clone(), place)
                });
                let arguments = grouping.aggregates.iter().filter_map(|(number, aggregate, _)| {
                    Some((argument(aggregate)?, self.aggregate_place(id, *number)))
                });
                let columns = grouping.input.iter().map(|column| (column.name.clone(), column.ty));
                columns.zip(keys.chain(arguments)).map(|((name, ty), (expr, place))| (name, ty, expr, place)).collect()
            }
            None => {
                let column = |at: &usize| {
                    let (column, expr) = (&view.columns[*at], view.select[*at].expr.clone());
                    let place = self.view_place(view, name, Clause::Column(&column.name), expr.span);
                    (column.name.clone(), column.ty, expr, place)
                };
                planned.columns.iter().map(column).collect()
            }
        };
        let (body, constants, scope) = self.compute(view, name, |emitter| {
            let fields = outputs.iter().map(|(name, ty, expr, place)| {
                let (field, code) = (ident(name), emitter.at(place.clone()).as_field(expr, *ty, name).tokens);
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
    pub(super) fn compute(
        &self,
        view: &View,
        label: &str,
        finish: impl Fn(&Emitter<'_>) -> TokenStream,
    ) -> (TokenStream, bool, bool) {
        let conditions = conjuncts(view.filter.as_ref());
        // What comes before the first look-up, then each look-up's call, its condition and what `where` says then.
        let mut body = TokenStream::new();
        let mut lookups: Vec<(TokenStream, Option<TokenStream>, TokenStream)> = Vec::new();
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
            let tests = now.iter().map(|condition| {
                emitter.at(self.view_place(view, label, Clause::Where, condition.span)).rejects(condition)
            });
            quote!(#(if #tests { return Ok(None); })*)
        };
        body.extend(emit(known, &|emitter| filters(0, emitter)));
        for (position, lookup) in view.lookups.iter().enumerate() {
            let level = position as u32 + 1;
            let table = &self.plan.table(lookup.table).0.name.value;
            let place = |span: Span| self.view_place(view, label, Clause::Lookup(table), span);
            let call = emit(known, &|emitter| self.look_up(lookup, emitter, &place));
            known = level;
            let test = lookup.condition.as_ref().map(|condition| {
                emit(level, &|emitter| match lookup.kind {
                    LookupKind::Inner => emitter.at(place(condition.span)).rejects(condition),
                    LookupKind::Left => {
                        let column = |from: ColumnRef| {
                            if from.input == level {
                                self.lookup_column(view, position, from, false)
                            } else {
                                self.view_column(view, from, level)
                            }
                        };
                        let inner = self.emitter(&column, true, label);
                        let (test, _) = inner.at(place(condition.span)).truth(condition);
                        emitter.uses_constants.set(emitter.uses_constants.get() | inner.uses_constants.get());
                        test
                    }
                })
            });
            lookups.push((call, test, emit(level, &|emitter| filters(level, emitter))));
        }
        let mut rest = emit(known, &|emitter| finish(emitter));
        for (position, (call, test, filters)) in lookups.iter().enumerate().rev() {
            rest = self.looked_up(view, position, call, test.as_ref(), &quote!(#filters #rest));
        }
        body.extend(rest);
        (body, uses_constants, uses_scope)
    }

    pub(super) fn emitter<'e>(
        &'e self,
        column: &'e dyn Fn(ColumnRef) -> Code,
        context: bool,
        label: &str,
    ) -> Emitter<'e> {
        Emitter {
            shared: &self.shared,
            column,
            key: &never,
            aggregate: &never,
            scope: if context { quote!(&cx.scope) } else { quote!(scope) },
            constants: Some(quote!(constants)),
            label: label.to_owned(),
            place: RefCell::new(None),
            uses_scope: Cell::new(false),
            uses_constants: Cell::new(false),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one signature")]
    pub(super) fn function(
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
}

pub(super) fn never(_: u32) -> Code {
    Code::place(TokenStream::new(), false)
}

pub(super) fn conjuncts(filter: Option<&Expr>) -> Vec<&Expr> {
    match filter {
        None => Vec::new(),
        Some(Expr { kind: Kind::And(parts), .. }) => parts.iter().flat_map(|part| conjuncts(Some(part))).collect(),
        Some(other) => vec![other],
    }
}

pub(super) fn highest_input(expr: &Expr) -> u32 {
    let mut highest = 0;
    visit(expr, &mut |part| {
        if let Kind::Column(from) = part.kind {
            highest = highest.max(from.input);
        }
    });
    highest
}

/// Whether an identifier occurs in the tokens.
pub(super) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == name,
        proc_macro2::TokenTree::Group(group) => mentions(&group.stream(), name),
        proc_macro2::TokenTree::Punct(_) | proc_macro2::TokenTree::Literal(_) => false,
    })
}
