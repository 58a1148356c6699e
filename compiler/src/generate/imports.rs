//! What generated code imports: exactly what it uses.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

/// Traits whose methods are called; code does not name them.
const METHODS: [&str; 5] = ["Accumulator", "At", "NotNull", "Retract", "Same"];

/// The imports of a generated module, collected while its items are made.
#[derive(Debug, Default)]
pub struct Imports {
    runtime: RefCell<BTreeMap<&'static str, BTreeSet<String>>>,
    lazy: RefCell<bool>,
}

impl Imports {
    /// Imports `millstream_runtime::MODULE::NAME` and gives the name.
    pub fn runtime(&self, module: &'static str, name: &str) -> Ident {
        self.runtime.borrow_mut().entry(module).or_default().insert(name.to_owned());
        Ident::new(name, Span::call_site())
    }

    /// Imports the module of a runtime function, such as `text` of `text::upper`, and gives the path.
    pub fn function(&self, path: &str) -> TokenStream {
        let module = path.split("::").next().unwrap_or(path);
        self.runtime.borrow_mut().entry("functions").or_default().insert(module.to_owned());
        path.parse().unwrap_or_default()
    }

    /// Imports `std::sync::LazyLock`.
    pub fn lazy_lock(&self) -> Ident {
        *self.lazy.borrow_mut() = true;
        Ident::new("LazyLock", Span::call_site())
    }

    /// The `use` items of what a module's items name. Code that was made is not always used: a value that is never
    /// null needs no second choice.
    pub fn items(&self, body: &[TokenStream]) -> Vec<TokenStream> {
        let mut named = BTreeSet::new();
        body.iter().for_each(|item| identifiers(item, &mut named));
        let mut items = Vec::new();
        if *self.lazy.borrow() {
            items.push(quote!(
                use std::sync::LazyLock;
            ));
        }
        for (module, names) in &*self.runtime.borrow() {
            let module = Ident::new(module, Span::call_site());
            let used = names.iter().filter(|name| named.contains(*name) || METHODS.contains(&name.as_str()));
            let names: Vec<Ident> = used.map(|name| Ident::new(name, Span::call_site())).collect();
            items.push(match names.as_slice() {
                [] => continue,
                [name] => quote!(use millstream_runtime::#module::#name;),
                names => quote!(use millstream_runtime::#module::{#(#names),*};),
            });
        }
        items
    }
}

fn identifiers(tokens: &TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => {
                found.insert(ident.to_string());
            }
            TokenTree::Group(group) => identifiers(&group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
