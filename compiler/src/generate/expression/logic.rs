//! Conditions, and what chooses between values.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::calls::{closure, operator_of};
use super::{Code, Emitter};
use crate::types::model::{Call, Expr, Kind, Returns};

impl Emitter<'_> {
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
                match (code.nullable, code.free) {
                    (true, _) => quote!(#tokens.is_some()),
                    (false, true) => quote!(true),
                    (false, false) => {
                        let tokens = &code.tokens;
                        quote!({ let _ = #tokens; true })
                    }
                }
            }
            Kind::Not(part) if matches!(part.kind, Kind::IsNull(_)) => self.emit(part).tokens,
            Kind::Call(call) if operator_of(call).is_some() && call.function.strict && !self.is_kept(expr) => {
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
                        let (first, second) = (one.1.chained(), two.1.option());
                        quote!(#first.zip(#second).is_none_or(|(#a, #b)| #body))
                    }
                }
            }
            _ => {
                let (test, _) = self.truth(expr);
                negated(&test)
            }
        }
    }

    pub(super) fn falsity(&self, expr: &Expr) -> (TokenStream, bool) {
        match &expr.kind {
            Kind::And(parts) => join(parts.iter().map(|part| self.falsity(part)), &quote!(||)),
            Kind::Or(parts) => join(parts.iter().map(|part| self.falsity(part)), &quote!(&&)),
            Kind::Not(part) => self.truth(part),
            _ => self.is(expr, false),
        }
    }

    pub(super) fn is(&self, expr: &Expr, truth: bool) -> (TokenStream, bool) {
        if let Kind::Call(call) = &expr.kind
            && truth
            && !self.is_kept(expr)
            && let Some(test) = self.test(call)
        {
            return test;
        }
        let code = self.emit(expr);
        let tokens = code.tight();
        let tokens = match (code.nullable, truth) {
            (true, true) => quote!(#tokens == Some(true)),
            (true, false) => quote!(#tokens == Some(false)),
            (false, true) => code.tokens.clone(),
            (false, false) => negated(&code.tokens),
        };
        (tokens, code.fallible)
    }

    /// `a.is_some_and(|a| …)` for a strict call that gives a plain boolean.
    pub(super) fn test(&self, call: &Call) -> Option<(TokenStream, bool)> {
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
                let (first, second) = (one.1.chained(), two.1.option());
                Some((quote!(#first.zip(#second).is_some_and(|(#a, #b)| #body)), bound.fallible))
            }
            _ => None,
        }
    }

    pub(super) fn junction(&self, parts: &[Expr], stop: bool) -> Code {
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
            all = Code { tokens, nullable: true, fallible, atom: !next.fallible, free: false };
        }
        all
    }

    pub(super) fn not(&self, part: &Expr) -> Code {
        let code = self.emit(part);
        let tokens = code.tight();
        if code.nullable {
            Code::new(quote!(#tokens.map(|a| !a)), true, code.fallible)
        } else {
            let tokens = negated(&code.tokens);
            Code { tokens, nullable: false, fallible: code.fallible, atom: false, free: false }
        }
    }

    pub(super) fn is_null(&self, part: &Expr) -> Code {
        let code = self.emit(part);
        let tokens = code.tight();
        match (code.nullable, code.free) {
            (true, _) => Code::new(quote!(#tokens.is_none()), false, code.fallible),
            (false, true) => Code::place(quote!(false), false),
            (false, false) => {
                let (tokens, fallible) = (&code.tokens, code.fallible);
                let tokens = quote!({ let _ = #tokens; false });
                Code { tokens, nullable: false, fallible, atom: false, free: false }
            }
        }
    }

    pub(super) fn case(&self, branches: &[(Expr, Expr)], otherwise: &Expr) -> Code {
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

    pub(super) fn coalesce(&self, parts: &[Expr]) -> Code {
        // What follows a value that is never null is not computed, nor are its constants made.
        let mut codes = Vec::new();
        for part in parts {
            codes.push(self.emit(part));
            if codes.last().is_some_and(|code| !code.nullable) {
                break;
            }
        }
        let Some(mut rest) = codes.pop() else { return Code::place(quote!(None), true) };
        for code in codes.into_iter().rev() {
            let (value, other) = (code.tight(), &rest.tokens);
            let fallible = code.fallible || rest.fallible;
            let tokens = match (rest.free, rest.nullable) {
                (true, false) => quote!(#value.unwrap_or(#other)),
                (true, true) => quote!(#value.or(#other)),
                (false, false) => {
                    let value = &code.tokens;
                    quote!(match #value { Some(value) => value, None => #other })
                }
                (false, true) => {
                    let value = &code.tokens;
                    quote!(match #value { Some(value) => Some(value), None => #other })
                }
            };
            rest = Code { tokens, nullable: rest.nullable, fallible, atom: rest.free, free: false };
        }
        rest
    }
}

/// The opposite of a test, as a person would write it.
fn negated(test: &TokenStream) -> TokenStream {
    if is_atom(test) {
        return quote!(!#test);
    }
    match syn::parse2(test.clone()) {
        Ok(syn::Expr::Binary(syn::ExprBinary { left, op: syn::BinOp::Eq(_), right, .. })) => quote!(#left != #right),
        _ => quote!(!(#test)),
    }
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
    !text.contains("&&")
        && !text.contains("||")
        && !text.starts_with("if ")
        && !text.starts_with("match ")
        && !text.starts_with('{')
}
/// Whether an expression is a chain of calls, to which `!` can be put.
fn is_atom(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().all(|token| match token {
        TokenTree::Punct(punct) => matches!(punct.as_char(), '.' | ':' | '?'),
        TokenTree::Ident(ident) => ident != "if" && ident != "match",
        TokenTree::Group(_) | TokenTree::Literal(_) => true,
    })
}
