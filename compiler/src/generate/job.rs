//! The job: its struct, its constants, what it says about itself, and how the runtime drives it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, quote};

use crate::generate::Generator;
use crate::generate::names::ident;
use crate::generate::types;
use crate::parse::spec::{CacheMode, OnConflict, OnError};
use crate::parse::{connector_key, connector_options};
use crate::plan::{Emission, Reader, wants_changelog};
use crate::types::model::{Input as ModelInput, Kind, State, Table, TableId, ViewId};
use crate::types::ty::Base;

/// The outcome of what may end early: `Ok(f()?)` is `f()`.
fn outcome(tokens: &TokenStream) -> TokenStream {
    match syn::parse2::<syn::Expr>(tokens.clone()) {
        Ok(syn::Expr::Try(tried)) => tried.expr.to_token_stream(),
        _ => quote!(Ok(#tokens)),
    }
}

impl Generator<'_> {
    /// The views that keep state, in the order of the file.
    pub(super) fn stateful(&self) -> Vec<ViewId> {
        (0..self.plan.views.len())
            .map(|at| ViewId(at as u32))
            .filter(|id| {
                let (view, planned) = self.plan.view(*id);
                view.group.is_some() && !planned.is_unused()
            })
            .collect()
    }

    fn state_name(&self, id: ViewId) -> (Ident, Ident) {
        let field = ident(self.names.view(id));
        let name = &self.names.views[id.0 as usize];
        (field, Ident::new(&format!("{name}State"), Span::call_site()))
    }

    /// The struct of the job.
    pub fn job_struct(&self) -> TokenStream {
        let job = &self.names.job;
        let typed = self.plan.typed;
        let description = typed.description.as_deref().unwrap_or("A pipeline.").trim();
        let doc = self.doc(description, typed.name.span);
        let constants = (!self.shared.constants.borrow().is_empty()).then(|| quote!(constants: Constants,));
        let fields = self.stateful().into_iter().map(|id| {
            let (field, state) = self.state_name(id);
            let aggregate = self.imports().runtime("operators", "Aggregate");
            quote!(#field: #aggregate<#state>)
        });
        let fields: Vec<TokenStream> = fields.collect();
        quote!(#doc #[derive(Debug)] pub struct #job { #constants #(#fields),* })
    }

    /// `struct Constants`, if there are any.
    pub fn constants_items(&self) -> Vec<TokenStream> {
        let constants = self.shared.constants.borrow();
        if constants.is_empty() {
            return Vec::new();
        }
        let fault = self.imports().runtime("values", "Fault");
        let scope = self.imports().runtime("scope", "Scope");
        let compute = self.imports().function("constant::compute");
        let (mut fields, mut values, mut uses_scope) = (Vec::new(), Vec::new(), false);
        for constant in constants.iter() {
            let (name, code) = (&constant.name, &constant.code);
            let ty = match constant.expr.ty.base {
                Base::Char(_) | Base::Varchar(_) | Base::Null => quote!(String),
                Base::Bytes => quote!(Vec<u8>),
                base => types::value(base, self.imports()),
            };
            let ty = if code.nullable { quote!(Option<#ty>) } else { ty };
            let doc = format!(" {}", self.source_line(constant.expr.span));
            fields.push(quote!(#[doc = #doc] #name: Result<#ty, #fault>));
            let tokens = &code.tokens;
            let owned = match (types::borrows(constant.expr.ty.base), code.nullable, constant.expr.ty.base) {
                (false, ..) => quote!(#tokens),
                (true, false, Base::Bytes) => quote!((#tokens).to_vec()),
                (true, true, Base::Bytes) => quote!((#tokens).map(<[u8]>::to_vec)),
                (true, false, _) => quote!((#tokens).to_owned()),
                (true, true, _) => quote!((#tokens).map(str::to_owned)),
            };
            uses_scope |= owned.to_string().contains("scope");
            let outcome = outcome(&owned);
            values.push(quote!(#name: #compute(|| #outcome)));
        }
        let scope_name = if uses_scope { quote!(scope) } else { quote!(_scope) };
        vec![
            quote! {
                #[doc = " What is computed once an epoch."]
                #[derive(Debug)]
                struct Constants { #(#fields),* }
            },
            quote! {
                impl Constants {
                    fn new(#scope_name: &#scope<'_>) -> Self { Self { #(#values),* } }
                }
            },
        ]
    }

    /// Statics of prepared arguments.
    pub fn prepared_items(&self) -> Vec<TokenStream> {
        let prepared = self.shared.prepared.borrow();
        prepared
            .iter()
            .map(|prepared| {
                let lazy = self.imports().lazy_lock();
                let (ty, text) = (self.imports().function(prepared.ty), &prepared.text);
                let name = Ident::new(&prepared.name, Span::call_site());
                quote!(static #name: #lazy<#ty> = #lazy::new(|| #ty::new(#text));)
            })
            .collect()
    }

    /// The implementation of the runtime's `Job`.
    pub fn job_impl(&self) -> TokenStream {
        let job = &self.names.job;
        let imports = self.imports();
        let job_trait = imports.runtime("job", "Job");
        let context = imports.runtime("job", "Context");
        let (scope, table_use) = (imports.runtime("scope", "Scope"), imports.runtime("job", "TableUse"));
        let constants = !self.shared.constants.borrow().is_empty();
        let start_constants = constants.then(|| quote!(constants: Constants::new(scope),));
        let starts: Vec<TokenStream> = self.stateful().into_iter().map(|id| self.start_state(id)).collect();
        let sweeps: Vec<TokenStream> = self
            .stateful()
            .into_iter()
            .filter(|id| matches!(self.plan.view(*id).0.state, State::Ttl(_)))
            .map(|id| {
                let (field, _) = self.state_name(id);
                quote!(self.#field.sweep(scope))
            })
            .collect();
        let sweep = if sweeps.is_empty() { quote!(false) } else { quote!(#(#sweeps)|*) };
        let epoch = constants.then(|| quote!(self.constants = Constants::new(scope);));
        let start_scope = if constants { quote!(scope) } else { quote!(_scope) };
        let sweep_scope = if sweeps.is_empty() { quote!(_scope) } else { quote!(scope) };
        let (states, damaged) = (imports.runtime("job", "States"), imports.runtime("epochs", "Damaged"));
        let kept: Vec<TokenStream> = self
            .stateful()
            .into_iter()
            .map(|id| {
                let ((field, _), name) = (self.state_name(id), &self.plan.view(id).0.name.value);
                let what = ident(match (self.plan.later(id), self.plan.follows(id)) {
                    (Some(_), _) => "waiting",
                    (None, Some(_)) => "following",
                    (None, None) => "state",
                });
                quote!(states.#what(#name, &mut self.#field))
            })
            .collect();
        let (states_name, kept) = match kept.as_slice() {
            [] => (quote!(_states), quote!(Ok(()))),
            [first @ .., last] => (quote!(states), quote!(#(#first?;)* #last)),
        };
        let (emit, emit_cx) = self.emit();
        let tables = (0..self.plan.tables.len()).map(|at| self.table_use(TableId(at as u32)));
        let info = self.info();
        quote! {
            impl #job_trait for #job {
                #info

                const TABLES: &'static [#table_use] = &[#(#tables),*];

                fn start(#start_scope: &#scope<'_>) -> Self { Self { #start_constants #(#starts),* } }

                fn begin_epoch(&mut self, #start_scope: &#scope<'_>) { #epoch }

                fn emit(&mut self, #emit_cx: &mut #context<'_, '_>) -> bool { #emit }

                fn sweep(&mut self, #sweep_scope: &#scope<'_>) -> bool { #sweep }

                fn states(&mut self, #states_name: &mut dyn #states) -> Result<(), #damaged> { #kept }
            }
        }
    }

    fn start_state(&self, id: ViewId) -> TokenStream {
        let (field, _) = self.state_name(id);
        let (view, planned) = self.plan.view(id);
        let aggregate = self.imports().runtime("operators", "Aggregate");
        let ttl = match view.state {
            State::Ttl(millis) => {
                let millis = Literal::u64_unsuffixed(millis);
                quote!(.with_ttl(#millis))
            }
            State::Unsaid | State::Unbounded => TokenStream::new(),
        };
        let ordered =
            matches!(planned.emission, Emission::EpochEnd { ordered: true }).then(|| quote!(.in_order_of_change()));
        quote!(#field: #aggregate::default() #ttl #ordered)
    }

    /// Gives out the rows of the views that wait for the end of the epoch.
    fn emit(&self) -> (TokenStream, TokenStream) {
        let waiting: Vec<ViewId> = self
            .stateful()
            .into_iter()
            .filter(|id| matches!(self.plan.view(*id).1.emission, Emission::EpochEnd { .. }))
            .filter(|id| !self.plan.view(*id).1.shared)
            .collect();
        if waiting.is_empty() {
            return (quote!(false), quote!(_cx));
        }
        let batch = self.imports().runtime("job", "BATCH");
        let loops = waiting.iter().map(|id| {
            let (field, _) = self.state_name(*id);
            self.emit_loop(*id, &quote!(self.#field.next_changed(&cx.scope)), &quote!(self))
        });
        (quote!(let mut left = #batch; #(#loops)* left == 0), quote!(cx))
    }

    /// The table that the rows of an input come from, through however many views.
    fn source_of(&self, input: ModelInput) -> TableId {
        match input {
            ModelInput::Table(table) => table,
            ModelInput::View(view) => self.source_of(self.plan.view(view).0.input),
        }
    }

    /// The columns of a view's row that are its group's key, each with its name.
    fn key_columns(&self, id: ViewId) -> Vec<TokenStream> {
        let (view, planned) = self.plan.view(id);
        let keys = planned.columns.iter().filter(|at| matches!(view.select[**at].expr.kind, Kind::Key(_)));
        keys.map(|at| {
            let column = &view.columns[*at];
            let (name, field) = (&column.name, ident(&column.name));
            let value = types::to_value_or_null(column.ty, &quote!(row.#field), self.imports());
            quote!((#name, #value))
        })
        .collect()
    }

    /// Hands the rows that `next` gives to the inserts of a view.
    pub(super) fn emit_loop(&self, id: ViewId, next: &TokenStream, job: &TokenStream) -> TokenStream {
        let (view, planned) = self.plan.view(id);
        let (name, table) = (&view.name.value, Literal::usize_unsuffixed(self.source_of(view.input).0 as usize));
        let keys = self.key_columns(id);
        let row = (!keys.is_empty()).then(|| quote!(let row = changed.row();));
        let calls = planned.readers.iter().filter_map(|reader| match reader {
            Reader::Insert(insert) => {
                let method = self.names.insert_method(*insert);
                Some(quote!(#job.#method(changed, cx)))
            }
            Reader::View(_) => None,
        });
        let told = calls.fold(quote!(told), |all, next| quote!(#all.and(#next)));
        quote! {
            while left > 0 && let Some((changed, told)) = #next {
                left -= 1;
                let told = #told;
                #row
                cx.settle_group(#table, #name, &[#(#keys),*], told);
            }
        }
    }

    fn info(&self) -> TokenStream {
        let typed = self.plan.typed;
        let imports = self.imports();
        let job_info = imports.runtime("job", "JobInfo");
        let description = typed.description.as_deref().unwrap_or("").trim();
        let (name, file, zone) = (&typed.name.value, &self.file.name, &typed.time_zone);
        let tables = typed.tables.iter().enumerate().filter_map(|(at, table)| {
            let connector = table.connector.as_ref().filter(|_| !self.embedded)?;
            let settings = imports.runtime("job", "TableSettings");
            let setting = imports.runtime("job", "Setting");
            let (name, kind) = (&table.name.value, connector_key(connector.kind));
            let role = self.role(at);
            let all = connector_options(connector.kind).into_iter().map(|key| {
                let path = matches!(key, "path" | "initial");
                let value = connector.options.iter().find(|(known, _)| known == key).map(|(_, value)| value);
                let value = value.map_or_else(|| quote!(None), |value| quote!(Some(#value)));
                let make = if path { quote!(path) } else { quote!(option) };
                quote!(#setting::#make(#key, #value))
            });
            Some(quote!(#settings { table: #name, connector: #kind, role: #role, settings: &[#(#all),*] }))
        });
        let plan = self.planned();
        quote! {
            const INFO: #job_info = #job_info {
                name: #name,
                description: #description,
                file: #file,
                time_zone: #zone,
                tables: &[#(#tables),*],
                plan: &[#(#plan),*],
            };
        }
    }

    fn role(&self, at: usize) -> String {
        let planned = &self.plan.tables[at];
        let roles = [("source", !planned.readers.is_empty()), ("look-up", planned.lookup), ("sink", planned.sink)];
        let roles: Vec<&str> = roles.iter().filter(|(_, is)| *is).map(|(role, _)| *role).collect();
        if roles.is_empty() { "unused".to_owned() } else { roles.join(" and ") }
    }

    fn table_use(&self, id: TableId) -> TokenStream {
        let (table, planned) = self.plan.table(id);
        let imports = self.imports();
        let (table_use, table_info) = (imports.runtime("job", "TableUse"), imports.runtime("connectors", "TableInfo"));
        let column_info = imports.runtime("connectors", "ColumnInfo");
        let name = &table.name.value;
        let columns = table.columns.iter().map(|column| {
            let (name, sql) = (&column.name, column.ty.base.to_string().to_lowercase());
            let make = if column.ty.nullable { quote!(nullable) } else { quote!(not_null) };
            quote!(#column_info::#make(#name, #sql))
        });
        let key = table.primary_key.iter().map(|key| Literal::usize_unsuffixed(key.0 as usize));
        let connector = table.connector.as_ref().filter(|_| !self.embedded).map(|it| connector_key(it.kind));
        let connector = connector.map_or_else(|| quote!(None), |kind| quote!(Some(#kind)));
        let row = &self.names.tables[id.0 as usize];
        let source = if !planned.readers.is_empty() && !self.is_fed(id) {
            let decode = imports.runtime("decode", "Decode");
            quote!(Some(<#row as #decode>::COLUMNS))
        } else {
            quote!(None)
        };
        let (sink, deferred) = (planned.sink, planned.deferred);
        let changelog = sink && (self.embedded || wants_changelog(table));
        let lookup = if planned.lookup { self.cache(table) } else { quote!(None) };
        let conflicts = match planned.conflicts {
            None => quote!(None),
            Some(rule) => {
                let name = imports.runtime("tables", "OnConflict");
                match rule {
                    OnConflict::KeepLatest => quote!(Some(#name::KeepLatest)),
                    OnConflict::KeepFirst => quote!(Some(#name::KeepFirst)),
                    OnConflict::Fail => quote!(Some(#name::Fail)),
                }
            }
        };
        let on_error = imports.runtime("job", "OnError");
        let on_error = match table.on_error {
            OnError::DeadLetter => quote!(#on_error::DeadLetter),
            OnError::Skip => quote!(#on_error::Skip),
            OnError::Fail => quote!(#on_error::Fail),
        };
        quote! {
            #table_use {
                info: #table_info { name: #name, columns: &[#(#columns),*], primary_key: &[#(#key),*] },
                connector: #connector,
                source: #source,
                sink: #sink,
                changelog: #changelog,
                lookup: #lookup,
                conflicts: #conflicts,
                deferred: #deferred,
                on_error: #on_error,
            }
        }
    }

    fn cache(&self, table: &Table) -> TokenStream {
        let cache = self.imports().runtime("tables", "Cache");
        let ttl = table.cache.ttl.map_or_else(
            || quote!(None),
            |millis| {
                let millis = Literal::u64_unsuffixed(millis);
                quote!(Some(#millis))
            },
        );
        match table.cache.mode {
            CacheMode::None => quote!(Some(#cache::None)),
            CacheMode::All => quote!(Some(#cache::All { ttl: #ttl })),
            CacheMode::Lru => {
                let (rows, missing) = (Literal::u64_unsuffixed(table.cache.rows), table.cache.missing);
                quote!(Some(#cache::Lru { rows: #rows, ttl: #ttl, missing: #missing }))
            }
        }
    }
}
