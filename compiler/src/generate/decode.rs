//! How a table's row is read from a record.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::generate::Generator;
use crate::generate::names::ident;
use crate::generate::types;
use crate::types::model::{Column, Table, TableId};
use crate::types::ty::Base;

/// A record of more columns is not read in the order in which the pipeline lists them: its code would take long to compile.
/// The runtime has room for as many.
const SCANNED: usize = 64;

impl Generator<'_> {
    /// The row's `Decode`: its columns one by one in any order, and all in the order of the table if records come from
    /// a source.
    pub fn decode(&self, id: TableId, columns: &[Column], source: bool) -> TokenStream {
        let row = self.table_row(id, &quote!('a));
        let decode = self.imports().runtime("decode", "Decode");
        let field = self.imports().runtime("decode", "Field");
        let fault = self.imports().runtime("values", "Fault");
        let scope = self.imports().runtime("scope", "Scope");
        let names = columns.iter().map(|column| &column.name);
        let (table, _) = self.plan.table(id);
        let arms = columns.iter().enumerate().map(|(position, column)| {
            let (place, read, name) = (ident(&column.name), types::read(column.ty.base), &column.name);
            let value = if column.ty.nullable {
                quote!(field.#read?)
            } else {
                quote!(field.#read?.ok_or_else(|| #fault::null(#name))?)
            };
            (Literal::usize_unsuffixed(position), quote!(self.#place = #value))
        });
        let arms: Vec<(Literal, TokenStream)> = arms.collect();
        let scope_name = scope_name(columns);
        let (column_name, field_name) =
            if arms.is_empty() { (quote!(_column), quote!(_field)) } else { (quote!(column), quote!(field)) };
        let work = match arms.as_slice() {
            [] => TokenStream::new(),
            [(position, set)] => quote!(if column == #position { #set; }),
            many => {
                let arms = many.iter().map(|(position, set)| quote!(#position => #set,));
                quote!(match column { #(#arms)* _ => {} })
            }
        };
        let scan = if source && is_scanned(table, columns) { self.scan(table, columns) } else { TokenStream::new() };
        let check = self.check(table, columns);
        quote! {
            impl<'a> #decode<'a> for #row {
                const COLUMNS: &'static [&'static str] = &[#(#names),*];

                fn set(&mut self, #column_name: usize, #field_name: #field<'a>, #scope_name: &#scope<'a>)
                    -> Result<(), #fault> { #work Ok(()) }

                #scan

                #check
            }
        }
    }

    /// Reads all columns in the order of the table, those that nobody needs, too.
    fn scan(&self, table: &Table, columns: &[Column]) -> TokenStream {
        let scan = self.imports().runtime("decode", "Scan");
        let scope = self.imports().runtime("scope", "Scope");
        let fields = table.columns.iter().enumerate().map(|(position, declared)| {
            let (step, before) = if position == 0 { (quote!(first), "") } else { (quote!(key), ",") };
            let key = Literal::byte_string(format!("{before}\"{}\":", declared.name).as_bytes());
            let value = likely(declared.ty.base);
            let take = match columns.iter().find(|column| column.name == declared.name) {
                None => quote!(scan.#value?),
                Some(column) => {
                    let (place, read) = (ident(&column.name), types::read(column.ty.base));
                    let null = if column.ty.nullable { TokenStream::new() } else { quote!(?) };
                    quote!(self.#place = scan.#value?.#read.ok()? #null)
                }
            };
            quote!(if scan.#step(#key) { #take; })
        });
        let scope_name = scope_name(columns);
        quote! {
            fn scan(&mut self, scan: &mut #scan<'a>, #scope_name: &#scope<'a>) -> Option<usize> {
                loop {
                    #(#fields)*
                    if let Some(end) = scan.end(Self::COLUMNS)? { return Some(end); }
                }
            }
        }
    }

    /// Checks for null what the table says has none.
    fn check(&self, table: &Table, columns: &[Column]) -> TokenStream {
        let fault = self.imports().runtime("values", "Fault");
        let required = columns.iter().filter(|column| {
            column.ty.nullable
                && table.columns.iter().any(|declared| declared.name == column.name && !declared.ty.nullable)
        });
        let checks: Vec<TokenStream> = required
            .map(|column| {
                let (place, name) = (ident(&column.name), &column.name);
                quote!(if self.#place.is_none() { return Err(#fault::null(#name)); })
            })
            .collect();
        if checks.is_empty() {
            return TokenStream::new();
        }
        quote!(fn check(&self) -> Result<(), #fault> { #(#checks)* Ok(()) })
    }
}

fn scope_name(columns: &[Column]) -> TokenStream {
    let used = columns.iter().any(|column| types::borrows(column.ty.base));
    if used { quote!(scope) } else { quote!(_scope) }
}

/// Whether records of the table are read in the order in which the pipeline lists its columns.
fn is_scanned(table: &Table, columns: &[Column]) -> bool {
    let options = table.connector.iter().flat_map(|connector| &connector.options);
    let csv = options.into_iter().any(|(name, value)| name == "format" && value == "csv");
    !csv && !columns.is_empty() && table.columns.len() <= SCANNED
}

/// What a column's values are, as a rule, in JSON.
fn likely(base: Base) -> TokenStream {
    match base {
        Base::TinyInt | Base::SmallInt | Base::Int | Base::BigInt | Base::IntervalMonths | Base::IntervalMillis => {
            quote!(number())
        }
        Base::Float | Base::Double | Base::Decimal { .. } => quote!(number()),
        Base::Boolean | Base::Null => quote!(literal()),
        Base::Char(_) | Base::Varchar(_) | Base::Bytes => quote!(string()),
        Base::Date | Base::Time | Base::Timestamp(_) | Base::TimestampLtz(_) => quote!(string()),
    }
}
