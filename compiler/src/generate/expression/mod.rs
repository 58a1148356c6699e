//! Typed expressions as Rust expressions.
//!
//! Nullability is followed exactly: what cannot be null is a plain value, what can be is an `Option`. `?` is used
//! freely, so that every function around an expression returns `Result<_, Fault>`; it never stands inside a closure.
//! Where a fault is told of, it says first which part of the pipeline it is of: `.at(&places::ORDERS_WHERE)?`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

mod calls;
mod literals;
mod logic;

use crate::generate::imports::Imports;
use crate::generate::names::{ident, unused};
use crate::generate::places::{Place, Places};
use crate::generate::types;
use crate::plan::is_constant;
use crate::types::model::{ColumnRef, Expr, Kind};
use crate::types::ty::{Base, Ty};

/// A Rust expression.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
pub struct Code {
    /// The expression.
    pub tokens: TokenStream,
    /// Whether it is an `Option`.
    pub nullable: bool,
    /// Whether it holds a `?`.
    pub fallible: bool,
    /// Whether it binds as tightly as a method call.
    pub atom: bool,
    /// Whether it costs nothing: a literal or a field.
    pub free: bool,
}

impl Code {
    /// A name or a field.
    pub fn place(tokens: TokenStream, nullable: bool) -> Self {
        Self { tokens, nullable, fallible: false, atom: true, free: true }
    }

    pub(super) fn new(tokens: TokenStream, nullable: bool, fallible: bool) -> Self {
        Self { tokens, nullable, fallible, atom: true, free: false }
    }

    /// In parentheses unless it is an atom.
    pub(super) fn tight(&self) -> TokenStream {
        let tokens = &self.tokens;
        if self.atom { quote!(#tokens) } else { quote!((#tokens)) }
    }

    /// As an `Option` to which a method can be put.
    pub(super) fn chained(&self) -> TokenStream {
        if self.nullable { self.tight() } else { self.option() }
    }

    /// As an `Option`.
    pub fn option(&self) -> TokenStream {
        let tokens = &self.tokens;
        if self.nullable { quote!(#tokens) } else { quote!(Some(#tokens)) }
    }
}

/// A constant of an epoch.
#[derive(Debug, Clone)]
pub struct EpochConstant {
    /// The field's name.
    pub name: Ident,
    /// The expression.
    pub expr: Expr,
    /// Its code.
    pub code: Code,
}

/// A prepared argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The static's name.
    pub name: String,
    /// The type below `functions`.
    pub ty: &'static str,
    /// The text.
    pub text: String,
}

/// What all expressions of a module share.
#[derive(Debug, Default)]
pub struct Shared {
    /// The imports.
    pub imports: Imports,
    /// Prepared arguments.
    pub prepared: RefCell<Vec<Prepared>>,
    /// Constants of an epoch.
    pub constants: RefCell<Vec<EpochConstant>>,
    /// Their names.
    pub constant_names: RefCell<BTreeSet<String>>,
    /// Where rows can fail.
    pub places: Places,
    /// Features of the runtime that are needed.
    pub features: RefCell<BTreeSet<String>>,
}

/// Where an expression stands: how it reaches what it reads.
pub struct Emitter<'e> {
    /// What is shared.
    pub shared: &'e Shared,
    /// A column of an input.
    pub column: &'e dyn Fn(ColumnRef) -> Code,
    /// A group key.
    pub key: &'e dyn Fn(u32) -> Code,
    /// An aggregate.
    pub aggregate: &'e dyn Fn(u32) -> Code,
    /// An expression of the type `&Scope`.
    pub scope: TokenStream,
    /// An expression of the type `Constants`; none where constants are computed in place.
    pub constants: Option<TokenStream>,
    /// Names the constants.
    pub label: String,
    /// Where the expression stands, for its faults; none where they are told elsewhere.
    pub place: RefCell<Option<Place>>,
    /// Whether `scope` was used.
    pub uses_scope: Cell<bool>,
    /// Whether `constants` was used.
    pub uses_constants: Cell<bool>,
}

impl Emitter<'_> {
    pub(super) fn imports(&self) -> &Imports {
        &self.shared.imports
    }

    pub(super) fn scope(&self) -> TokenStream {
        self.uses_scope.set(true);
        self.scope.clone()
    }

    /// Says where the expressions that follow stand.
    pub fn at(&self, place: Place) -> &Self {
        self.place.replace(Some(place));
        self
    }

    /// `?` behind a result: a fault is told with its place.
    pub fn question(&self) -> TokenStream {
        self.shared.places.question(self.place.borrow().as_ref(), self.imports())
    }

    /// The expression as it comes.
    pub fn emit(&self, expr: &Expr) -> Code {
        if let Some(constants) = self.constants.as_ref().filter(|_| self.is_kept(expr)) {
            return self.constant(expr, constants);
        }
        match &expr.kind {
            Kind::Column(from) => (self.column)(*from),
            Kind::Key(key) => (self.key)(*key),
            Kind::Aggregate(number) => (self.aggregate)(*number),
            Kind::Literal(literal) => self.literal(literal, expr.ty),
            Kind::Call(call) => self.call(call),
            Kind::And(parts) => self.junction(parts, false),
            Kind::Or(parts) => self.junction(parts, true),
            Kind::Not(part) => self.not(part),
            Kind::IsNull(part) => self.is_null(part),
            Kind::IsTruth(part, truth) => {
                let (tokens, fallible) = if *truth { self.truth(part) } else { self.falsity(part) };
                Code { tokens, nullable: false, fallible, atom: false, free: false }
            }
            Kind::Case { branches, otherwise } => self.case(branches, otherwise),
            Kind::Coalesce(parts) => self.coalesce(parts),
            Kind::Prepared { .. } | Kind::Slice(_) | Kind::OptionSlice(_) => self.argument_alone(expr),
        }
    }

    /// Whether the expression is computed once an epoch and kept.
    pub(super) fn is_kept(&self, expr: &Expr) -> bool {
        self.constants.is_some() && is_costly_constant(expr)
    }

    /// The expression as a field of the given type: a null where none may be is a fault.
    pub fn as_field(&self, expr: &Expr, ty: Ty, column: &str) -> Code {
        let code = self.emit(expr);
        self.fit(code, ty, column)
    }

    /// A code as a field of the given type.
    pub fn fit(&self, code: Code, ty: Ty, column: &str) -> Code {
        match (code.nullable, ty.nullable) {
            (true, true) | (false, false) => code,
            (false, true) => {
                let tokens = &code.tokens;
                Code { tokens: quote!(Some(#tokens)), nullable: true, atom: true, ..code }
            }
            (true, false) => {
                let tokens = code.tight();
                let checked = if let Some(place) = self.place.borrow().as_ref() {
                    self.imports().runtime("values", "NotNull");
                    let path = self.shared.places.path(place);
                    quote!(#tokens.not_null(&#path)?)
                } else {
                    let fault = self.imports().runtime("values", "Fault");
                    quote!(#tokens.ok_or_else(|| #fault::null(#column))?)
                };
                Code::new(checked, false, true)
            }
        }
    }

    pub(super) fn constant(&self, expr: &Expr, constants: &TokenStream) -> Code {
        self.uses_constants.set(true);
        let mut all = self.shared.constants.borrow_mut();
        let known = all.iter().position(|constant| constant.expr == *expr);
        let (name, nullable) = if let Some(position) = known {
            (all[position].name.clone(), all[position].code.nullable)
        } else {
            let name = ident(&unused(&mut self.shared.constant_names.borrow_mut(), &self.label));
            drop(all);
            let never = |_: ColumnRef| Code::place(TokenStream::new(), false);
            let never_number = |_: u32| Code::place(TokenStream::new(), false);
            let inner = Emitter {
                shared: self.shared,
                column: &never,
                key: &never_number,
                aggregate: &never_number,
                scope: quote!(scope),
                constants: None,
                label: self.label.clone(),
                // A fault is told by the rows that read the constant, each with a place of its own.
                place: RefCell::new(None),
                uses_scope: Cell::new(false),
                uses_constants: Cell::new(false),
            };
            let code = inner.emit(expr);
            let nullable = code.nullable;
            all = self.shared.constants.borrow_mut();
            all.push(EpochConstant { name: name.clone(), expr: expr.clone(), code });
            (name, nullable)
        };
        let question = self.question();
        let tokens = if types::borrows(expr.ty.base) {
            let scope = self.scope();
            let function = self.imports().function(match (expr.ty.base, nullable) {
                (Base::Bytes, false) => "constant::bytes",
                (Base::Bytes, true) => "constant::optional_bytes",
                (_, false) => "constant::text",
                (_, true) => "constant::optional_text",
            });
            quote!(#function(#scope, &#constants.#name) #question)
        } else {
            let function = self.imports().function("constant::value");
            quote!(#function(&#constants.#name) #question)
        };
        Code::new(tokens, nullable, true)
    }
}

/// Whether an expression is worth a constant of the epoch: it has no columns, and computes something.
fn is_costly_constant(expr: &Expr) -> bool {
    matches!(expr.kind, Kind::Call(_) | Kind::Case { .. } | Kind::And(_) | Kind::Or(_) | Kind::Coalesce(_))
        && is_constant(expr)
}
