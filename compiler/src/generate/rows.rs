//! Rows: a struct for each table and view, how a sink reads it.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::generate::names::{ident, is_not_snake_case};
use crate::generate::types;
use crate::generate::{Generator, doc_lines};
use crate::types::model::{Column, TableId, ViewId};
use crate::types::ty::{Base, Ty};

impl Generator<'_> {
    /// The columns of a table's row, as its struct has them: what comes from a connector may lack any column until it
    /// is checked.
    pub fn table_columns(&self, id: TableId) -> Vec<Column> {
        let (table, planned) = self.plan.table(id);
        let from_outside = (!planned.readers.is_empty() || planned.lookup) && !planned.sink && !self.is_fed(id);
        let columns = planned.columns.iter().map(|column| table.columns[column.0 as usize].clone());
        columns.map(|column| if from_outside { nullable(column) } else { column }).collect()
    }

    /// The columns of a view's row.
    pub fn view_columns(&self, id: ViewId) -> Vec<Column> {
        let (view, planned) = self.plan.view(id);
        planned.columns.iter().map(|column| view.columns[*column].clone()).collect()
    }

    /// Whether the program around the pipeline feeds the table or reads it.
    pub fn is_fed(&self, id: TableId) -> bool {
        self.embedded || self.plan.table(id).0.connector.is_none()
    }

    /// The type of a table's row, with its lifetime.
    pub fn table_row(&self, id: TableId, lifetime: &TokenStream) -> TokenStream {
        let name = &self.names.tables[id.0 as usize];
        if borrows(&self.table_columns(id)) { quote!(#name<#lifetime>) } else { quote!(#name) }
    }

    /// The type of a view's row, with its lifetime.
    pub fn view_row(&self, id: ViewId, lifetime: &TokenStream) -> TokenStream {
        let name = &self.names.views[id.0 as usize];
        if borrows(&self.view_columns(id)) { quote!(#name<#lifetime>) } else { quote!(#name) }
    }

    /// Everything about a table's row.
    pub fn table_items(&self, id: TableId) -> Vec<TokenStream> {
        let (table, planned) = self.plan.table(id);
        if planned.readers.is_empty() && !planned.sink && !planned.lookup {
            return Vec::new();
        }
        let columns = self.table_columns(id);
        let name = &self.names.tables[id.0 as usize];
        let doc = match &table.comment {
            Some(comment) => format!("{comment} (table `{}`)", table.name.value),
            None => format!("A row of table `{}`.", table.name.value),
        };
        let doc = self.doc(&doc, table.name.span);
        let mut items = vec![self.row_struct(&doc, name, &columns, &quote!(PartialEq,))];
        let source = !planned.readers.is_empty() && !self.is_fed(id);
        let read_back = planned.sink && self.is_fed(id);
        if source || planned.lookup || read_back {
            items.push(self.decode(id, &columns, source));
        }
        if planned.sink || planned.lookup {
            items.extend(self.table_row_items(id, &columns));
        }
        items.extend(self.embedded_items(id));
        items
    }

    /// The row struct of a view.
    pub fn view_struct(&self, id: ViewId) -> Vec<TokenStream> {
        let (view, _) = self.plan.view(id);
        let doc = self.doc(&format!("A row of view `{}`.", view.name.value), view.name.span);
        let (name, columns) = (&self.names.views[id.0 as usize], self.view_columns(id));
        match view.group {
            Some(_) => self.compared_struct(&doc, name, &columns),
            None => vec![self.row_struct(&doc, name, &columns, &quote!(PartialEq,))],
        }
    }

    /// A struct of columns that derives what rows need.
    fn row_struct(&self, doc: &TokenStream, name: &Ident, columns: &[Column], equality: &TokenStream) -> TokenStream {
        let lifetime = types::lifetime(columns.iter());
        let odd = columns.iter().any(|column| is_not_snake_case(&column.name));
        let expect = if odd {
            quote!(#[expect(non_snake_case, reason = "the columns are named so in the pipeline")])
        } else {
            TokenStream::new()
        };
        let fields = columns.iter().map(|column| {
            let (field, ty) = (ident(&column.name), types::field(column.ty, self.imports()));
            let comment = column.comment.as_deref().map(doc_lines);
            quote!(#comment pub #field: #ty)
        });
        quote! {
            #doc
            #expect
            #[derive(Debug, Clone, Copy, #equality Default)]
            pub struct #name #lifetime { #(#fields),* }
        }
    }

    /// A struct of what is compared to see what changed, a row of a view or what a row brings to a group: its floats
    /// are compared by what they are, so that what is taken back is what was put in.
    pub fn compared_struct(&self, doc: &TokenStream, name: &Ident, columns: &[Column]) -> Vec<TokenStream> {
        let is_float = |column: &Column| matches!(column.ty.base, Base::Float | Base::Double);
        if !columns.iter().any(is_float) {
            return vec![self.row_struct(doc, name, columns, &quote!(PartialEq,))];
        }
        self.imports().runtime("values", "Same");
        let parts = columns.iter().map(|column| {
            let field = ident(&column.name);
            if is_float(column) { quote!(self.#field.same(&other.#field)) } else { quote!(self.#field == other.#field) }
        });
        let row = if borrows(columns) { quote!(#name<'_>) } else { quote!(#name) };
        vec![
            self.row_struct(doc, name, columns, &TokenStream::new()),
            quote! {
                impl PartialEq for #row {
                    fn eq(&self, other: &Self) -> bool { #(#parts)&&* }
                }
            },
        ]
    }

    fn table_row_items(&self, id: TableId, columns: &[Column]) -> Vec<TokenStream> {
        let (table, planned) = self.plan.table(id);
        let row = self.table_row(id, &quote!('_));
        let row_trait = self.imports().runtime("connectors", "Row");
        let value = self.imports().runtime("values", "Value");
        let table_row = self.imports().runtime("tables", "TableRow");
        let position = Literal::usize_unsuffixed(id.0 as usize);
        let arms: Vec<TokenStream> = columns
            .iter()
            .map(|column| {
                let at = table.columns.iter().position(|declared| declared.name == column.name).unwrap_or_default();
                let at = Literal::usize_unsuffixed(at);
                let name = ident(&column.name);
                let shown = types::to_value_or_null(column.ty, &quote!(self.#name), self.imports());
                quote!(#at => #shown,)
            })
            .collect();
        let mut items = vec![
            quote! {
                impl #row_trait for #row {
                    fn value(&self, column: usize) -> #value<'_> {
                        match column {
                            #(#arms)*
                            _ => #value::Null,
                        }
                    }
                }
            },
            quote!(impl #table_row for #row { const TABLE: usize = #position; }),
        ];
        if planned.sink {
            let kind = if table.primary_key.is_empty() { "Appended" } else { "Keyed" };
            let kind = self.imports().runtime("tables", kind);
            items.push(quote!(impl #kind for #row {}));
        }
        items
    }

    /// How a program that embeds the pipeline feeds, fills and reads the table.
    fn embedded_items(&self, id: TableId) -> Vec<TokenStream> {
        let (job, planned) = (&self.names.job, self.plan.table(id).1);
        let mut items = Vec::new();
        if !self.is_fed(id) {
            return items;
        }
        if !planned.readers.is_empty() {
            let takes = self.imports().runtime("job", "Takes");
            let context = self.imports().runtime("job", "Context");
            let row = self.table_row(id, &quote!('_));
            let method = ident(self.names.table(id));
            items.push(quote! {
                impl #takes<#row> for #job {
                    fn take<'a>(&mut self, rows: &'a [#row], cx: &mut #context<'a, '_>) { self.#method(rows, cx); }
                }
            });
        }
        if planned.lookup {
            let looks_up = self.imports().runtime("job", "LooksUp");
            let row = self.table_row(id, &quote!('_));
            items.push(quote!(impl #looks_up<#row> for #job {}));
        }
        if planned.sink {
            let gives = self.imports().runtime("job", "Gives");
            let (fixed, at) = (self.table_row(id, &quote!('static)), self.table_row(id, &quote!('a)));
            let position = Literal::usize_unsuffixed(id.0 as usize);
            items.push(quote! {
                impl #gives<#fixed> for #job {
                    const TABLE: usize = #position;
                    type At<'a> = #at;
                }
            });
        }
        items
    }
}

/// Whether a row of these columns borrows its text.
pub fn borrows(columns: &[Column]) -> bool {
    columns.iter().any(|column| types::borrows(column.ty.base))
}

/// `NAME { a: row.a, … }` with text copied into the memory of the batch.
pub fn kept(name: &Ident, columns: &[Column]) -> TokenStream {
    let fields = columns.iter().map(|column| {
        let field = ident(&column.name);
        let keep = match column.ty.base {
            base if !types::borrows(base) => return quote!(#field: row.#field),
            Base::Bytes => quote!(keep_bytes),
            _ => quote!(keep),
        };
        if column.ty.nullable {
            quote!(#field: row.#field.map(|value| scope.#keep(value)))
        } else {
            quote!(#field: scope.#keep(row.#field))
        }
    });
    quote!(#name { #(#fields),* })
}

fn nullable(column: Column) -> Column {
    Column { ty: Ty { nullable: true, ..column.ty }, ..column }
}
