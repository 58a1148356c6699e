//! How the workers of a job share its work: what they decode, where rows go, what they hand each other.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::generate::Generator;
use crate::generate::names::ident;
use crate::generate::steps::Computed;
use crate::generate::types;
use crate::plan::{Route, spreads};
use crate::types::model::{ColumnRef, Input, TableId, ViewId};

impl Generator<'_> {
    /// The tables that the job reads.
    fn sources(&self) -> Vec<TableId> {
        let all = (0..self.plan.tables.len()).map(|at| TableId(at as u32));
        all.filter(|id| !self.plan.table(*id).1.readers.is_empty() && !self.is_fed(*id)).collect()
    }

    fn table_field(&self, id: TableId) -> Ident {
        ident(self.names.table(id))
    }

    /// The views whose changes wait, each with the one that reads it.
    fn waiting_views(&self) -> Vec<(ViewId, ViewId)> {
        let waiting = |table: TableId| {
            let first = self.plan.warmed(table)?;
            Some((first, self.plan.later(first)?))
        };
        self.sources().into_iter().filter_map(waiting).collect()
    }

    /// The views of which all workers keep a share.
    fn shared_views(&self) -> Vec<ViewId> {
        let seconds = self.waiting_views().into_iter().map(|(_, second)| second);
        seconds.filter(|view| self.plan.view(*view).1.shared).collect()
    }

    /// The type of a change of a view's input.
    fn change_of_input(&self, view: ViewId) -> Option<TokenStream> {
        let change = self.imports().runtime("operators", "Change");
        let input = format_ident!("{}Input", self.names.views[view.0 as usize]);
        let lifetime = types::lifetime(self.grouping(view)?.input.iter());
        Some(quote!(#change<#input #lifetime>))
    }

    /// The function that says where the rows of a source go, if that depends on the row.
    pub fn route_function(&self, id: TableId) -> Option<Computed> {
        let (table, planned) = self.plan.table(id);
        let Route::Key(key) = &planned.route else { return None };
        if !self.sources().contains(&id) {
            return None;
        }
        let name = self.names.table(id);
        let column = |from: ColumnRef| self.input_column(Input::Table(id), from.column.0 as usize);
        let emitter = self.emitter(&column, false, &format!("{name}_route"));
        let parts: Vec<TokenStream> = key.iter().map(|part| emitter.as_field(part, part.ty, name).tokens).collect();
        let stored: Vec<TokenStream> = key.iter().map(|part| types::hashed(part.ty, self.imports())).collect();
        let route = self.imports().runtime("job", "Route");
        let (stored, parts) = (super::aggregate::tuple(&stored), super::aggregate::tuple(&parts));
        let body = quote!(Ok(#route::of::<#stored>(#parts)));
        let (constants, scope) = (emitter.uses_constants.get(), emitter.uses_scope.get());
        let doc = format!("Where a row of `{}` goes: rows that share state meet on one worker.", table.name.value);
        let (doc, row) = (self.doc(&doc, table.name.span), self.table_row(id, &quote!('a)));
        let function = format_ident!("{name}_route");
        Some(self.function(&doc, function, &row, &quote!(#route), &body, constants, scope, false))
    }

    /// The implementation of the runtime's `Parallel`, with the types that it names.
    pub fn parallel_items(&self, routes: &[Option<Computed>], functions: &[Option<Computed>]) -> Vec<TokenStream> {
        if self.embedded {
            return Vec::new();
        }
        let (job, imports) = (&self.names.job, self.imports());
        let (parallel, input) = (imports.runtime("job", "Parallel"), imports.runtime("job", "Input"));
        let context = imports.runtime("job", "Context");
        let (sources, shared) = (self.sources(), self.shared_views());
        let spreads = spreads(self.plan);
        let shares = !shared.is_empty();
        let decoded_type = if sources.is_empty() { quote!(()) } else { quote!(Decoded<'a>) };
        let shared_type = if shares { quote!(Shared<'a>) } else { quote!(()) };
        let (decode, decode_names) = self.decode_step(&sources, routes);
        let (take, take_names) = self.take_step(&sources);
        let pass_on = self.pass_on_steps(&shared_type, functions);
        let share = shares.then(|| self.share_steps(&shared));
        let mut items = vec![quote! {
            impl #parallel for #job {
                const SPREADS: bool = #spreads;
                const SHARES: bool = #shares;

                type Decoded<'a> = #decoded_type;
                type Shared<'a> = #shared_type;

                fn decode<'a>(&self, #decode_names: &mut #input<'_, '_, 'a>) -> #decoded_type { #decode }

                fn take<'a>(&mut self, #take_names: &mut #context<'a, '_>) { #take }

                #pass_on

                #share
            }
        }];
        if !sources.is_empty() {
            let spread = imports.runtime("job", "Spread");
            let fields = sources.iter().map(|id| {
                let (field, row) = (self.table_field(*id), self.table_row(*id, &quote!('a)));
                quote!(pub #field: #spread<'a, #row>)
            });
            items.push(quote! {
                #[doc = " The rows of a chunk, spread over the workers."]
                #[derive(Debug, Default)]
                pub struct Decoded<'a> { #(#fields),* }
            });
        }
        if shares {
            let fields = shared.iter().filter_map(|view| {
                let (field, item) = (ident(self.names.view(*view)), self.change_of_input(*view)?);
                Some(quote!(pub #field: &'a [#item]))
            });
            items.push(quote! {
                #[doc = " Changes to views of which all workers keep a share."]
                #[derive(Debug, Default)]
                pub struct Shared<'a> { #(#fields),* }
            });
        }
        items
    }

    fn decode_step(&self, sources: &[TableId], routes: &[Option<Computed>]) -> (TokenStream, TokenStream) {
        if sources.is_empty() {
            return (TokenStream::new(), quote!(_table: usize, _input));
        }
        let route = self.imports().runtime("job", "Route");
        let mut uses_scope = false;
        let arms: Vec<TokenStream> = sources
            .iter()
            .map(|id| {
                let (at, field) = (Literal::usize_unsuffixed(id.0 as usize), self.table_field(*id));
                let routing = match (&self.plan.table(*id).1.route, &routes[id.0 as usize]) {
                    (Route::Key(_), Some(function)) => {
                        uses_scope |= function.uses_scope();
                        function.routing()
                    }
                    (Route::Anywhere, _) => quote!(|_| Ok(#route::Here)),
                    (Route::One | Route::Key(_), _) => quote!(|_| Ok(#route::First)),
                };
                let rest = (sources.len() > 1).then(|| quote!(, ..Decoded::default()));
                quote!(#at => Decoded { #field: input.spread(#routing) #rest })
            })
            .collect();
        let scope = uses_scope.then(|| quote!(let scope = input.scope();));
        (quote!(#scope match table { #(#arms,)* _ => Decoded::default() }), quote!(table: usize, input))
    }

    fn take_step(&self, sources: &[TableId]) -> (TokenStream, TokenStream) {
        let chunks = self.imports().runtime("job", "Chunks");
        if sources.is_empty() {
            return (TokenStream::new(), quote!(_chunks: #chunks<'_, ()>, _cx));
        }
        let steps = sources.iter().map(|id| {
            let method = self.table_field(*id);
            quote!(cx.each_batch(chunks, |chunk| chunk.#method, |rows, cx| self.#method(rows, cx));)
        });
        (quote!(#(#steps)*), quote!(chunks: #chunks<'_, Decoded<'a>>, cx))
    }

    /// Passes on the changes that wait.
    fn pass_on_steps(&self, shared_type: &TokenStream, functions: &[Option<Computed>]) -> Option<TokenStream> {
        let waiting = self.waiting_views();
        let (mut fields, mut changes) = (Vec::new(), Vec::new());
        for (first, second) in &waiting {
            let (field, following) = (ident(self.names.view(*second)), functions[second.0 as usize].as_ref()?);
            let passed_on = self.passed_on(*first, following);
            if self.plan.view(*second).1.shared {
                fields.push(quote!(#field: #passed_on));
            } else {
                changes.push(quote!(let changes = #passed_on; self.#field.change_all(changes, scope);));
            }
        }
        let mut waits = waiting.iter().map(|(first, _)| {
            let first = ident(self.names.view(*first));
            quote!(self.#first.waiting())
        });
        let first = waits.next()?;
        let scope = self.imports().runtime("scope", "Scope");
        let result = (!fields.is_empty()).then(|| quote!(Shared { #(#fields),* }));
        let returned = result.is_some().then(|| quote!(-> #shared_type));
        Some(quote! {
            fn waiting(&self) -> usize { #first #(+ #waits)* }

            fn pass_on<'a>(&mut self, scope: &#scope<'a>) #returned { #(#changes)* #result }
        })
    }

    fn share_steps(&self, shared: &[ViewId]) -> TokenStream {
        let imports = self.imports();
        let (scope, share) = (imports.runtime("scope", "Scope"), imports.runtime("operators", "Share"));
        let (context, batch) = (imports.runtime("job", "Context"), imports.runtime("job", "BATCH"));
        let aggregate = imports.runtime("operators", "Aggregate");
        let field = |view: &ViewId| ident(self.names.view(*view));
        let changes = shared.iter().map(|view| {
            let field = field(view);
            quote!(self.#field.change_shared(changes.#field, share, scope);)
        });
        let loops = shared.iter().map(|view| {
            let field = field(view);
            let next = quote!(#aggregate::next_changed_of(workers, |worker| &mut worker.#field, &cx.scope));
            self.emit_loop(*view, &next, &quote!(workers[0]))
        });
        quote! {
            fn share(&mut self, shared: &[Shared<'_>], worker: usize, scope: &#scope<'_>) {
                for (from, changes) in shared.iter().enumerate() {
                    let share = #share::new(worker, shared.len(), from);
                    #(#changes)*
                }
            }

            fn emit_shared(workers: &mut [&mut Self], cx: &mut #context<'_, '_>) -> bool {
                let mut left = #batch;
                #(#loops)*
                left == 0
            }
        }
    }
}
