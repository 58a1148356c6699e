//! Typed expressions as Rust expressions.
//!
//! Nullability is followed exactly: what cannot be null is a plain value, what can be is an `Option`. `?` is used
//! freely, so that every function around an expression returns `Result<_, Fault>`; it never stands inside a closure.

use std::cell::{Cell, RefCell};

use proc_macro2::{Ident, Literal as Token, Span, TokenStream};
use quote::{format_ident, quote};

use crate::generate::imports::Imports;
use crate::generate::types;
use crate::plan::is_constant;
use crate::types::model::{Call, ColumnRef, Expr, Kind, Literal, Returns};
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

    fn new(tokens: TokenStream, nullable: bool, fallible: bool) -> Self {
        Self { tokens, nullable, fallible, atom: true, free: false }
    }

    /// In parentheses unless it is an atom.
    fn tight(&self) -> TokenStream {
        let tokens = &self.tokens;
        if self.atom { quote!(#tokens) } else { quote!((#tokens)) }
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
    /// Features of the runtime that are needed.
    pub features: RefCell<std::collections::BTreeSet<String>>,
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
    /// Whether `scope` was used.
    pub uses_scope: Cell<bool>,
    /// Whether `constants` was used.
    pub uses_constants: Cell<bool>,
}

impl Emitter<'_> {
    fn imports(&self) -> &Imports {
        &self.shared.imports
    }

    fn scope(&self) -> TokenStream {
        self.uses_scope.set(true);
        self.scope.clone()
    }

    /// The expression as it comes.
    pub fn emit(&self, expr: &Expr) -> Code {
        if let Some(constants) = self.constants.as_ref().filter(|_| is_costly_constant(expr)) {
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
                let (tokens, fault) = (code.tight(), self.imports().runtime("values", "Fault"));
                Code::new(quote!(#tokens.ok_or_else(|| #fault::null(#column))?), false, true)
            }
        }
    }

    fn constant(&self, expr: &Expr, constants: &TokenStream) -> Code {
        self.uses_constants.set(true);
        let mut all = self.shared.constants.borrow_mut();
        let known = all.iter().position(|constant| constant.expr == *expr);
        let (name, nullable) = if let Some(position) = known {
            (all[position].name.clone(), all[position].code.nullable)
        } else {
            let same = all.iter().filter(|constant| constant.name.to_string().starts_with(&self.label)).count();
            let name = if same == 0 { self.label.clone() } else { format!("{}_{}", self.label, same + 1) };
            let name = Ident::new(&name, Span::call_site());
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
                uses_scope: Cell::new(false),
                uses_constants: Cell::new(false),
            };
            let code = inner.emit(expr);
            let nullable = code.nullable;
            all = self.shared.constants.borrow_mut();
            all.push(EpochConstant { name: name.clone(), expr: expr.clone(), code });
            (name, nullable)
        };
        let tokens = if types::borrows(expr.ty.base) {
            let scope = self.scope();
            let function = self.imports().function(match (expr.ty.base, nullable) {
                (Base::Bytes, false) => "constant::bytes",
                (Base::Bytes, true) => "constant::optional_bytes",
                (_, false) => "constant::text",
                (_, true) => "constant::optional_text",
            });
            quote!(#function(#scope, &#constants.#name)?)
        } else {
            let function = self.imports().function("constant::value");
            quote!(#function(&#constants.#name)?)
        };
        Code::new(tokens, nullable, true)
    }

    fn literal(&self, literal: &Literal, ty: Ty) -> Code {
        let place = |tokens| Code::place(tokens, false);
        let signed = |negative: bool, tokens: TokenStream| Code { atom: !negative, ..Code::place(tokens, false) };
        match literal {
            Literal::Null => {
                let ty = types::value(ty.base, self.imports()).to_string().replace("'a ", "");
                let ty: TokenStream = ty.parse().unwrap_or_default();
                Code::place(quote!(None::<#ty>), true)
            }
            Literal::Boolean(value) => place(quote!(#value)),
            Literal::Integer(value) => signed(*value < 0, integer(*value, ty.base)),
            Literal::Decimal(unscaled) => {
                let ty = types::value(ty.base, self.imports());
                let turbo: TokenStream = ty.to_string().replacen('<', "::<", 1).parse().unwrap_or_default();
                if *unscaled == 0 {
                    return place(quote!(#turbo::ZERO));
                }
                let unscaled = Token::i128_unsuffixed(*unscaled);
                place(quote!(#turbo::from_unscaled(#unscaled)))
            }
            Literal::Double(value) => signed(value.is_sign_negative(), double(*value, ty.base)),
            Literal::Text(text) => place(quote!(#text)),
            Literal::Bytes(bytes) => {
                let bytes = Token::byte_string(bytes);
                place(quote!(#bytes.as_slice()))
            }
            Literal::Date(days) => {
                let (name, days) = (self.imports().runtime("values", "Date"), Token::i32_unsuffixed(*days));
                place(quote!(#name(#days)))
            }
            Literal::Time(millis) => {
                let (name, millis) = (self.imports().runtime("values", "Time"), Token::i32_unsuffixed(*millis));
                place(quote!(#name(#millis)))
            }
            Literal::Timestamp(millis, nanos) => {
                let local = !matches!(ty.base, Base::TimestampLtz(_));
                let name = self.imports().runtime("values", if local { "Timestamp" } else { "TimestampLtz" });
                let (millis, nanos) = (Token::i64_unsuffixed(*millis), Token::u32_unsuffixed(*nanos));
                place(quote!(#name { millis: #millis, nanos: #nanos }))
            }
            Literal::Interval(value) => signed(*value < 0, integer(*value, Base::BigInt)),
        }
    }

    /// The expression as a `bool` that is true if the expression is; with whether it holds a `?`.
    pub fn truth(&self, expr: &Expr) -> (TokenStream, bool) {
        match &expr.kind {
            Kind::And(parts) => join(parts.iter().map(|part| self.truth(part)), &quote!(&&)),
            Kind::Or(parts) => join(parts.iter().map(|part| self.truth(part)), &quote!(||)),
            Kind::Not(part) => self.falsity(part),
            _ => self.is(expr, true),
        }
    }

    /// Whether a row for which `expr` is a condition is left out: the condition is false or null.
    pub fn rejects(&self, expr: &Expr) -> TokenStream {
        match &expr.kind {
            Kind::IsNull(part) => {
                let code = self.emit(part);
                let tokens = code.tight();
                if code.nullable { quote!(#tokens.is_some()) } else { quote!(true) }
            }
            Kind::Not(part) if matches!(part.kind, Kind::IsNull(_)) => self.emit(part).tokens,
            Kind::Call(call) if operator_of(call).is_some() && call.function.strict => {
                let bound = self.bind(call, true);
                let body = &bound.body;
                match bound.nullable.as_slice() {
                    [] => body.clone(),
                    [one] => {
                        let (name, value) = (&one.0, one.1.tight());
                        let test = closure(&quote!(#name), body);
                        quote!(#value.is_none_or(#test))
                    }
                    [one, two, ..] => {
                        let (a, b) = (&one.0, &two.0);
                        let first = if one.1.nullable { one.1.tight() } else { one.1.option() };
                        let second = two.1.option();
                        quote!(#first.zip(#second).is_none_or(|(#a, #b)| #body))
                    }
                }
            }
            _ => {
                let (test, _) = self.truth(expr);
                if is_atom(&test) { quote!(!#test) } else { quote!(!(#test)) }
            }
        }
    }

    fn falsity(&self, expr: &Expr) -> (TokenStream, bool) {
        match &expr.kind {
            Kind::And(parts) => join(parts.iter().map(|part| self.falsity(part)), &quote!(||)),
            Kind::Or(parts) => join(parts.iter().map(|part| self.falsity(part)), &quote!(&&)),
            Kind::Not(part) => self.truth(part),
            _ => self.is(expr, false),
        }
    }

    fn is(&self, expr: &Expr, truth: bool) -> (TokenStream, bool) {
        if let Kind::Call(call) = &expr.kind
            && truth
            && let Some(test) = self.test(call)
        {
            return test;
        }
        let code = self.emit(expr);
        let tokens = &code.tokens;
        let tokens = match (code.nullable, truth) {
            (true, true) => quote!(#tokens == Some(true)),
            (true, false) => quote!(#tokens == Some(false)),
            (false, true) => tokens.clone(),
            (false, false) => {
                let tokens = code.tight();
                quote!(!#tokens)
            }
        };
        (tokens, code.fallible)
    }

    /// `a.is_some_and(|a| …)` for a strict call that gives a plain boolean.
    fn test(&self, call: &Call) -> Option<(TokenStream, bool)> {
        if !call.function.strict || call.function.returns != Returns::Value {
            return None;
        }
        let bound = self.bind(call, false);
        match bound.nullable.as_slice() {
            [one] => {
                let (name, value, body) = (&one.0, one.1.tight(), &bound.body);
                let test = closure(&quote!(#name), body);
                Some((quote!(#value.is_some_and(#test)), bound.fallible))
            }
            [one, two] => {
                let (a, b, body) = (&one.0, &two.0, &bound.body);
                let (first, second) = (one.1.tight(), two.1.option());
                Some((quote!(#first.zip(#second).is_some_and(|(#a, #b)| #body)), bound.fallible))
            }
            _ => None,
        }
    }

    fn junction(&self, parts: &[Expr], stop: bool) -> Code {
        let codes: Vec<Code> = parts.iter().map(|part| self.emit(part)).collect();
        if codes.iter().all(|code| !code.nullable) {
            let operator = if stop { quote!(||) } else { quote!(&&) };
            let (tokens, fallible) = join(codes.iter().map(|code| (code.tight(), code.fallible)), &operator);
            return Code { tokens, nullable: false, fallible, atom: false, free: false };
        }
        let function = self.imports().function(if stop { "logic::or" } else { "logic::and" });
        let mut codes = codes.into_iter();
        let Some(mut all) = codes.next() else { return Code::place(quote!(#stop), false) };
        for next in codes {
            let (left, right) = (all.option(), next.option());
            let fallible = all.fallible || next.fallible;
            let tokens = if next.fallible {
                // What comes later may fail: it is not computed when the outcome is clear.
                quote!({
                    let left = #left;
                    if left == Some(#stop) { left } else { #function(left, #right) }
                })
            } else {
                quote!(#function(#left, #right))
            };
            all = Code::new(tokens, true, fallible);
        }
        all
    }

    fn not(&self, part: &Expr) -> Code {
        let code = self.emit(part);
        let tokens = code.tight();
        if code.nullable {
            Code::new(quote!(#tokens.map(|a| !a)), true, code.fallible)
        } else {
            Code { tokens: quote!(!#tokens), nullable: false, fallible: code.fallible, atom: false, free: false }
        }
    }

    fn is_null(&self, part: &Expr) -> Code {
        let code = self.emit(part);
        if !code.nullable && !code.fallible {
            return Code::place(quote!(false), false);
        }
        let tokens = code.tight();
        if code.nullable {
            Code::new(quote!(#tokens.is_none()), false, code.fallible)
        } else {
            let tokens = &code.tokens;
            Code::new(quote!({ let _ = #tokens; false }), false, true)
        }
    }

    fn case(&self, branches: &[(Expr, Expr)], otherwise: &Expr) -> Code {
        let values: Vec<Code> = branches.iter().map(|(_, value)| self.emit(value)).collect();
        let rest = self.emit(otherwise);
        let nullable = rest.nullable || values.iter().any(|value| value.nullable);
        let show = |code: &Code| if nullable { code.option() } else { code.tokens.clone() };
        let mut fallible = rest.fallible || values.iter().any(|value| value.fallible);
        let mut tokens = TokenStream::new();
        for ((condition, _), value) in branches.iter().zip(&values) {
            let (test, may_fail) = self.truth(condition);
            fallible |= may_fail;
            let value = show(value);
            tokens.extend(quote!(if #test { #value } else));
        }
        let rest = show(&rest);
        tokens.extend(quote!({ #rest }));
        Code { tokens, nullable, fallible, atom: false, free: false }
    }

    fn coalesce(&self, parts: &[Expr]) -> Code {
        let mut codes = parts.iter().rev().map(|part| self.emit(part));
        let Some(mut rest) = codes.next() else { return Code::place(quote!(None), true) };
        for code in codes {
            if !code.nullable {
                rest = code;
                continue;
            }
            let (value, other) = (code.tight(), &rest.tokens);
            let fallible = code.fallible || rest.fallible;
            let tokens = match (rest.free, rest.nullable) {
                (true, false) => quote!(#value.unwrap_or(#other)),
                (true, true) => quote!(#value.or(#other)),
                (false, false) => quote!(match #value { Some(value) => value, None => #other }),
                (false, true) => quote!(match #value { Some(value) => Some(value), None => #other }),
            };
            rest = Code { tokens, nullable: rest.nullable, fallible, atom: rest.free, free: false };
        }
        rest
    }

    fn argument_alone(&self, expr: &Expr) -> Code {
        let argument = self.argument(expr);
        let parts = argument.parts.iter().map(|part| part.tokens.clone()).collect();
        let fallible = argument.parts.iter().any(|part| part.fallible);
        Code::new((argument.compose)(parts), false, fallible)
    }

    fn argument(&self, expr: &Expr) -> Argument {
        match &expr.kind {
            Kind::Prepared { ty, value } => {
                if let Kind::Literal(Literal::Text(text)) = &value.kind {
                    let name = Ident::new(&self.prepared(ty, text), Span::call_site());
                    return Argument { parts: Vec::new(), compose: Box::new(move |_| quote!(&#name)) };
                }
                let ty = self.imports().function(ty);
                let compose = move |parts: Vec<TokenStream>| quote!(&#ty::new(#(#parts),*));
                Argument { parts: vec![self.emit(value)], compose: Box::new(compose) }
            }
            Kind::Slice(parts) => Argument {
                parts: parts.iter().map(|part| self.emit(part)).collect(),
                compose: Box::new(|parts| quote!(&[#(#parts),*])),
            },
            Kind::OptionSlice(parts) => {
                let codes: Vec<Code> = parts.iter().map(|part| self.emit(part)).collect();
                let fallible = codes.iter().any(|code| code.fallible);
                let options: Vec<TokenStream> = codes.iter().map(Code::option).collect();
                // One part that is never null, so that nulls inside do not make the call null.
                let whole = Code::new(quote!(&[#(#options),*]), false, fallible);
                Argument { parts: vec![whole], compose: Box::new(|mut parts| parts.pop().unwrap_or_default()) }
            }
            _ => Argument {
                parts: vec![self.emit(expr)],
                compose: Box::new(|mut parts| parts.pop().unwrap_or_default()),
            },
        }
    }

    fn prepared(&self, ty: &'static str, text: &str) -> String {
        let mut all = self.shared.prepared.borrow_mut();
        if let Some(known) = all.iter().find(|known| known.ty == ty && known.text == text) {
            return known.name.clone();
        }
        let stem = ty.replace("::", "_").to_uppercase();
        let same = all.iter().filter(|other| other.ty == ty).count();
        let name = format!("{stem}_{}", same + 1);
        all.push(Prepared { name: name.clone(), ty, text: text.to_owned() });
        name
    }

    fn call(&self, call: &Call) -> Code {
        if let Some(feature) = call.function.feature {
            self.shared.features.borrow_mut().insert(feature.to_owned());
        }
        let bound = self.bind(call, false);
        let body = &bound.body;
        let returns = call.function.returns;
        let (option, result) = match returns {
            Returns::Value => (false, false),
            Returns::Option => (true, false),
            Returns::Result => (false, true),
            Returns::ResultOption => (true, true),
        };
        let fallible = bound.fallible || result;
        match bound.nullable.as_slice() {
            [] => {
                let tokens = if result { quote!(#body?) } else { body.clone() };
                Code { tokens, nullable: option, fallible, atom: !bound.operator || result, free: false }
            }
            [one] => {
                let (name, value) = (&one.0, one.1.tight());
                Code::new(mapped(&quote!(#value), &quote!(#name), body, returns), true, fallible)
            }
            [one, two] => {
                let (a, b) = (&one.0, &two.0);
                let (first, second) = (one.1.option(), two.1.option());
                let first = if one.1.nullable { one.1.tight() } else { first };
                let value = quote!(#first.zip(#second));
                Code::new(mapped(&value, &quote!((#a, #b)), body, returns), true, fallible)
            }
            many => {
                let names = many.iter().map(|(name, _)| name);
                let values = many.iter().map(|(_, code)| code.option());
                let body = match returns {
                    Returns::Value => quote!(Some(#body)),
                    Returns::Option => body.clone(),
                    Returns::Result => quote!(Some(#body?)),
                    Returns::ResultOption => quote!(#body?),
                };
                let tokens = quote!(match (#(#values),*) { (#(Some(#names)),*) => #body, _ => None });
                Code { tokens, nullable: true, fallible, atom: false, free: false }
            }
        }
    }

    /// The call with its nullable arguments bound to names; of a comparison perhaps the inverse.
    fn bind(&self, call: &Call, inverse: bool) -> Bound {
        let function = &call.function;
        let arguments: Vec<Argument> = call.args.iter().map(|arg| self.argument(arg)).collect();
        let parts = || arguments.iter().flat_map(|argument| &argument.parts);
        let fallible = parts().any(|part| part.fallible);
        let lift = function.strict && parts().any(|part| part.nullable);
        let mut nullable: Vec<(Ident, Code)> = Vec::new();
        let mut given: Vec<TokenStream> = Vec::new();
        let mut single: Vec<bool> = Vec::new();
        for argument in &arguments {
            let shown = argument
                .parts
                .iter()
                .map(|part| {
                    // What may fail is computed outside of the closure, whether or not it can be null.
                    if lift && (part.nullable || part.fallible) {
                        let name = format_ident!("{}", letter(nullable.len()));
                        nullable.push((name.clone(), part.clone()));
                        quote!(#name)
                    } else {
                        part.tokens.clone()
                    }
                })
                .collect();
            given.push((argument.compose)(shown));
            single.push(argument.parts.first().is_some_and(|part| part.atom || part.nullable && lift));
        }
        if let Some(operator) = operator_of(call).map(|operator| operator[usize::from(inverse)].parse::<TokenStream>())
            && let Ok(operator) = operator
            && let [left, right] = given.as_slice()
        {
            let side = |tokens: &TokenStream, atom: bool| if atom { tokens.clone() } else { quote!((#tokens)) };
            let (left, right) = (side(left, single[0]), side(right, single[1]));
            return Bound { nullable, body: quote!(#left #operator #right), fallible, operator: true };
        }
        if function.scope {
            given.insert(0, self.scope());
        }
        let path = self.imports().function(function.path);
        let generics = generics(call);
        Bound { nullable, body: quote!(#path #generics (#(#given),*)), fallible, operator: false }
    }
}

struct Argument {
    parts: Vec<Code>,
    compose: Box<dyn Fn(Vec<TokenStream>) -> TokenStream>,
}

struct Bound {
    nullable: Vec<(Ident, Code)>,
    body: TokenStream,
    fallible: bool,
    operator: bool,
}

fn mapped(value: &TokenStream, names: &TokenStream, body: &TokenStream, returns: Returns) -> TokenStream {
    let closure = closure(names, body);
    match returns {
        Returns::Value => quote!(#value.map(#closure)),
        Returns::Option => quote!(#value.and_then(#closure)),
        Returns::Result => quote!(#value.map(#closure).transpose()?),
        Returns::ResultOption => quote!(#value.map(#closure).transpose()?.flatten()),
    }
}

/// `|a| body`, or the function alone if the body only calls it with `a`.
fn closure(names: &TokenStream, body: &TokenStream) -> TokenStream {
    let mut tokens: Vec<proc_macro2::TokenTree> = body.clone().into_iter().collect();
    let only_names = match tokens.last() {
        Some(proc_macro2::TokenTree::Group(group)) => {
            group.delimiter() == proc_macro2::Delimiter::Parenthesis && group.stream().to_string() == names.to_string()
        }
        _ => false,
    };
    let path = |token: &proc_macro2::TokenTree| match token {
        proc_macro2::TokenTree::Punct(punct) => matches!(punct.as_char(), ':' | '<' | '>' | ','),
        proc_macro2::TokenTree::Group(_) => false,
        proc_macro2::TokenTree::Ident(_) | proc_macro2::TokenTree::Literal(_) => true,
    };
    if only_names && tokens.len() > 1 && tokens[..tokens.len() - 1].iter().all(path) {
        tokens.pop();
        return tokens.into_iter().collect();
    }
    quote!(|#names| #body)
}

fn letter(number: usize) -> String {
    let letter = char::from(b'a' + (number % 26) as u8);
    if number < 26 { letter.to_string() } else { format!("{letter}{}", number / 26) }
}

fn join(parts: impl Iterator<Item = (TokenStream, bool)>, operator: &TokenStream) -> (TokenStream, bool) {
    let mut tokens = TokenStream::new();
    let mut fallible = false;
    for (part, may_fail) in parts {
        fallible |= may_fail;
        let part = if is_tight(&part) { part } else { quote!((#part)) };
        if tokens.is_empty() {
            tokens = part;
        } else {
            tokens.extend(quote!(#operator #part));
        }
    }
    (tokens, fallible)
}

/// Whether an expression needs no parentheses beside `&&` or `||`: comparisons bind tighter.
fn is_tight(tokens: &TokenStream) -> bool {
    let text = tokens.to_string();
    !text.contains("&&") && !text.contains("||") && !text.starts_with("if ") && !text.starts_with("match ")
}

/// The operator that says the same as a comparison of two values of one type that Rust orders as SQL does, and its
/// inverse.
fn operator_of(call: &Call) -> Option<[&'static str; 2]> {
    let [left, right] = call.args.as_slice() else { return None };
    let text = |base| matches!(base, Base::Char(_) | Base::Varchar(_));
    let (a, b) = (left.ty.base, right.ty.base);
    let same = a == b || text(a) && text(b);
    // Not a number is neither less nor greater; text has an order of its own.
    let ordered =
        a == b && !text(a) && !matches!(a, Base::Boolean | Base::Bytes | Base::Null | Base::Float | Base::Double);
    match call.function.path {
        "compare::eq" if same => Some(["==", "!="]),
        "compare::ne" if same => Some(["!=", "=="]),
        "compare::lt" if ordered => Some(["<", ">="]),
        "compare::le" if ordered => Some(["<=", ">"]),
        "compare::gt" if ordered => Some([">", "<="]),
        "compare::ge" if ordered => Some([">=", "<"]),
        _ => None,
    }
}

/// Whether an expression is a chain of calls, to which `!` can be put.
fn is_atom(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().all(|token| match token {
        proc_macro2::TokenTree::Punct(punct) => matches!(punct.as_char(), '.' | ':' | '?'),
        proc_macro2::TokenTree::Ident(ident) => ident != "if" && ident != "match",
        proc_macro2::TokenTree::Group(_) | proc_macro2::TokenTree::Literal(_) => true,
    })
}

fn generics(call: &Call) -> TokenStream {
    let generics = call.function.generics;
    if generics.count == 0 {
        return TokenStream::new();
    }
    let given = generics.given.iter().take(generics.count.into()).map(|number| Token::u8_unsuffixed(*number));
    let inferred = (0..generics.infer).map(|_| quote!(_));
    quote!(::<#(#given,)* #(#inferred),*>)
}

fn integer(value: i64, base: Base) -> TokenStream {
    let token = match base {
        Base::TinyInt => Token::i8_suffixed(value as i8),
        Base::SmallInt => Token::i16_suffixed(value as i16),
        Base::Int => Token::i32_suffixed(value as i32),
        _ => Token::i64_suffixed(value),
    };
    quote!(#token)
}

fn double(value: f64, base: Base) -> TokenStream {
    let name = if base == Base::Float { quote!(f32) } else { quote!(f64) };
    if value.is_nan() {
        return quote!(#name::NAN);
    }
    if value.is_infinite() {
        return if value > 0.0 { quote!(#name::INFINITY) } else { quote!(#name::NEG_INFINITY) };
    }
    let token = if base == Base::Float { Token::f32_suffixed(value as f32) } else { Token::f64_suffixed(value) };
    quote!(#token)
}

/// Whether an expression is worth a constant of the epoch: it has no columns, and computes something.
fn is_costly_constant(expr: &Expr) -> bool {
    matches!(expr.kind, Kind::Call(_) | Kind::Case { .. } | Kind::And(_) | Kind::Or(_) | Kind::Coalesce(_))
        && is_constant(expr)
}
