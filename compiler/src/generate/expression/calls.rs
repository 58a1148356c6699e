//! Calls of runtime functions: arguments, nulls, operators.

use proc_macro2::{Ident, Literal as Token, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::{Code, Emitter, Prepared};
use crate::types::model::{Call, Expr, Kind, Literal, Returns};
use crate::types::ty::Base;

impl Emitter<'_> {
    pub(super) fn argument_alone(&self, expr: &Expr) -> Code {
        let argument = self.argument(expr);
        let parts = argument.parts.iter().map(|part| part.tokens.clone()).collect();
        let fallible = argument.parts.iter().any(|part| part.fallible);
        Code::new((argument.compose)(parts), false, fallible)
    }

    pub(super) fn argument(&self, expr: &Expr) -> Argument {
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

    pub(super) fn prepared(&self, ty: &'static str, text: &str) -> String {
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

    pub(super) fn call(&self, call: &Call) -> Code {
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
        let question = if result { self.question() } else { TokenStream::new() };
        match bound.nullable.as_slice() {
            [] => {
                let tokens = quote!(#body #question);
                Code { tokens, nullable: option, fallible, atom: !bound.operator || result, free: false }
            }
            [one] => {
                let (name, value) = (&one.0, one.1.tight());
                Code::new(mapped(&quote!(#value), &quote!(#name), body, returns, &question), true, fallible)
            }
            [one, two] => {
                let (a, b) = (&one.0, &two.0);
                let (first, second) = (one.1.chained(), two.1.option());
                let value = quote!(#first.zip(#second));
                Code::new(mapped(&value, &quote!((#a, #b)), body, returns, &question), true, fallible)
            }
            many => {
                let names = many.iter().map(|(name, _)| name);
                let values = many.iter().map(|(_, code)| code.option());
                let body = match returns {
                    Returns::Value | Returns::Result => quote!(Some(#body #question)),
                    Returns::Option | Returns::ResultOption => quote!(#body #question),
                };
                let tokens = quote!(match (#(#values),*) { (#(Some(#names)),*) => #body, _ => None });
                Code { tokens, nullable: true, fallible, atom: false, free: false }
            }
        }
    }

    /// The call with its nullable arguments bound to names; of a comparison perhaps the inverse.
    pub(super) fn bind(&self, call: &Call, inverse: bool) -> Bound {
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

/// An argument: what it is made of, and how.
pub(super) struct Argument {
    parts: Vec<Code>,
    compose: Box<dyn Fn(Vec<TokenStream>) -> TokenStream>,
}

/// A call whose nullable arguments are bound to names.
pub(super) struct Bound {
    /// The arguments that may be null, each with the name it is bound to.
    pub(super) nullable: Vec<(Ident, Code)>,
    /// The call.
    pub(super) body: TokenStream,
    /// Whether an argument holds a `?`.
    pub(super) fallible: bool,
    /// Whether it is an operator.
    pub(super) operator: bool,
}

pub(super) fn mapped(
    value: &TokenStream,
    names: &TokenStream,
    body: &TokenStream,
    returns: Returns,
    question: &TokenStream,
) -> TokenStream {
    let closure = closure(names, body);
    match returns {
        Returns::Value => quote!(#value.map(#closure)),
        Returns::Option => quote!(#value.and_then(#closure)),
        Returns::Result => quote!(#value.map(#closure).transpose() #question),
        Returns::ResultOption => quote!(#value.map(#closure).transpose() #question.flatten()),
    }
}

/// `|a| body`, or the function alone if the body only calls it with `a`.
pub(super) fn closure(names: &TokenStream, body: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    let only_names = match tokens.last() {
        Some(TokenTree::Group(group)) => {
            group.delimiter() == proc_macro2::Delimiter::Parenthesis && group.stream().to_string() == names.to_string()
        }
        _ => false,
    };
    let path = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => matches!(punct.as_char(), ':' | '<' | '>' | ','),
        TokenTree::Group(_) => false,
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
    };
    if only_names && tokens.len() > 1 && tokens[..tokens.len() - 1].iter().all(path) {
        tokens.pop();
        return tokens.into_iter().collect();
    }
    quote!(|#names| #body)
}

pub(super) fn letter(number: usize) -> String {
    let letter = char::from(b'a' + (number % 26) as u8);
    if number < 26 { letter.to_string() } else { format!("{letter}{}", number / 26) }
}

/// The operator that says the same as a comparison of two values of one type that Rust orders as SQL does, and its
/// inverse.
pub(super) fn operator_of(call: &Call) -> Option<[&'static str; 2]> {
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

fn generics(call: &Call) -> TokenStream {
    let generics = call.function.generics;
    if generics.count == 0 {
        return TokenStream::new();
    }
    let given = generics.given.iter().take(generics.count.into()).map(|number| Token::u8_unsuffixed(*number));
    let inferred = (0..generics.infer).map(|_| quote!(_));
    quote!(::<#(#given,)* #(#inferred),*>)
}
