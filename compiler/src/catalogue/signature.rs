//! How the table describes functions, and how a call finds its form.

use super::CallError;
use super::casts::{self, convert};
use super::make::{self, call, literal_text, prepared};
use super::numeric::{is_exact, is_integer, is_number, is_text};
use crate::source::Span;
use crate::types::model::{Expr, Function};
use crate::types::ty::Base;

/// A function of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name and its other names.
    pub names: &'static [&'static str],
    /// What it does, in a line.
    pub doc: &'static str,
    /// A call and its result, for the reference.
    pub example: (&'static str, &'static str),
    /// How it is called.
    pub forms: &'static [Form],
    /// The form that users write, where it has a syntax of its own.
    pub syntax: Option<&'static str>,
}

/// One way to call a function.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Its parameters.
    pub params: &'static [Param],
    /// Whether the last parameter may come again, or not at all.
    pub repeats: bool,
    /// What a call becomes.
    pub gives: Gives,
}

/// A parameter: what it is called in the reference, and what it takes.
#[derive(Debug, Clone, Copy)]
pub struct Param(pub &'static str, pub Take);

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// A boolean.
    Boolean,
    /// Text.
    Text,
    /// Text, or a bare null, as Flink's younger functions take it.
    TextOrNull,
    /// Text that is prepared once if it is a literal; the runtime type.
    Prepared(&'static str),
    /// One of some words, a literal.
    Word(&'static [&'static str]),
    /// A literal text, such as the name of a unit.
    LiteralText,
    /// An integer up to `int`.
    Int,
    /// An integer, as `bigint`.
    BigInt,
    /// An integer, as it is.
    Integer,
    /// A number, as `double`.
    Double,
    /// A number, as it is.
    Number,
    /// An integer or a decimal, as it is.
    Exact,
    /// A timestamp without a zone.
    Timestamp,
    /// An instant.
    Instant,
    /// Bytes.
    Bytes,
    /// Anything, a bare null too.
    Any,
    /// Anything but a bare null.
    Value,
}

/// What a call becomes.
#[derive(Debug, Clone, Copy)]
pub enum Gives {
    /// A call of a runtime function with a result of one type.
    Fixed(Function, Base),
    /// A call of a runtime function with a result of the type of the first argument.
    First(Function),
    /// A call of a runtime function whose result is a part of the first argument, a text.
    Part(Function),
    /// What this makes of it.
    By(fn(Args) -> Result<Expr, CallError>),
}

/// The arguments of a call, already of the types that the form takes.
pub struct Args {
    /// The function's name.
    pub name: &'static str,
    /// The arguments.
    pub list: Vec<Expr>,
    /// The whole call.
    pub span: Span,
}

impl Args {
    /// Exactly `N` arguments.
    pub fn take<const N: usize>(self) -> Result<[Expr; N], CallError> {
        let (name, found) = (self.name.to_owned(), self.list.len());
        self.list.try_into().map_err(|_| CallError::WrongArity { name, found, forms: Vec::new() })
    }

    /// The type of the first argument.
    pub fn base(&self) -> Base {
        self.list.first().map_or(Base::Null, |arg| arg.ty.base)
    }

    /// A call of a runtime function with all the arguments.
    pub fn call(self, function: Function, base: Base) -> Expr {
        call(function, base, self.list, self.span)
    }

    /// The error that an argument is of a type that the function does not take.
    pub fn wrong(&self, argument: usize, expected: &str, help: &[&str]) -> CallError {
        let Some(arg) = self.list.get(argument) else {
            return CallError::WrongArity { name: self.name.to_owned(), found: self.list.len(), forms: Vec::new() };
        };
        CallError::WrongType {
            name: self.name.to_owned(),
            argument,
            span: arg.span,
            expected: expected.to_owned(),
            found: arg.ty,
            help: help.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    /// The error that an argument is no date or timestamp: `cast` says how it becomes one, if a cast makes it one.
    pub fn no_moment(&self, argument: usize, expected: &str, cast: &str) -> CallError {
        let found = self.list.get(argument).map_or(Base::Null, |arg| arg.ty.base);
        match casts::refusal(found, Base::Timestamp(3)) {
            Some(help) => self.wrong(argument, expected, &help.iter().map(String::as_str).collect::<Vec<_>>()),
            None => self.wrong(argument, expected, &[cast]),
        }
    }
}

impl Take {
    /// Whether it takes values of a type.
    pub fn accepts(self, arg: &Expr) -> bool {
        let base = arg.ty.base;
        match self {
            Self::Boolean => base == Base::Boolean,
            Self::Text | Self::Prepared(_) => is_text(base),
            Self::TextOrNull => is_text(base) || base == Base::Null,
            Self::Word(words) => literal_text(arg).is_some_and(|text| words.contains(&text)),
            Self::LiteralText => literal_text(arg).is_some(),
            Self::Int => is_integer(base) && base != Base::BigInt,
            Self::BigInt | Self::Integer => is_integer(base),
            Self::Double | Self::Number => is_number(base),
            Self::Exact => is_exact(base),
            Self::Timestamp => matches!(base, Base::Timestamp(_)),
            Self::Instant => matches!(base, Base::TimestampLtz(_)),
            Self::Bytes => base == Base::Bytes,
            Self::Any => true,
            Self::Value => base != Base::Null,
        }
    }

    /// The argument as the runtime function takes it.
    fn convert(self, arg: Expr) -> Expr {
        match self {
            Self::Int => convert(arg, Base::Int),
            Self::BigInt => convert(arg, Base::BigInt),
            Self::Double => convert(arg, Base::Double),
            Self::Prepared(ty) => prepared(ty, arg),
            Self::TextOrNull => typed_null(arg, STRING),
            Self::Boolean
            | Self::Text
            | Self::Word(_)
            | Self::LiteralText
            | Self::Integer
            | Self::Number
            | Self::Exact
            | Self::Timestamp
            | Self::Instant
            | Self::Bytes
            | Self::Any
            | Self::Value => arg,
        }
    }

    /// What it takes, in words.
    pub fn words(self) -> String {
        match self {
            Self::Boolean => "boolean".to_owned(),
            Self::Text | Self::TextOrNull | Self::Prepared(_) => "text".to_owned(),
            Self::Word(words) => words.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>().join(" | "),
            Self::LiteralText => "text literal".to_owned(),
            Self::Int => "int".to_owned(),
            Self::BigInt | Self::Integer => "integer".to_owned(),
            Self::Double | Self::Number => "number".to_owned(),
            Self::Exact => "integer or decimal".to_owned(),
            Self::Timestamp => "timestamp".to_owned(),
            Self::Instant => "timestamp_ltz".to_owned(),
            Self::Bytes => "bytes".to_owned(),
            Self::Any => "any".to_owned(),
            Self::Value => "a value with a type".to_owned(),
        }
    }

    /// What to write around an argument of another type.
    fn help(self, found: Base) -> Vec<String> {
        let cast = |to: Base| casts::advice(found, to);
        match self {
            Self::Boolean if found == Base::Null => cast(Base::Boolean),
            Self::Boolean if is_number(found) => vec!["write a condition, such as x <> 0".to_owned()],
            Self::Boolean => vec!["write a condition, such as x is not null".to_owned()],
            Self::Text | Self::TextOrNull | Self::Prepared(_) => cast(STRING),
            Self::Word(words) => vec![format!("write one of {}", words.join(", "))],
            Self::LiteralText => vec!["write a text in quotes".to_owned()],
            Self::Int | Self::Integer => cast(Base::Int),
            Self::BigInt => cast(Base::BigInt),
            Self::Double | Self::Number => cast(Base::Double),
            Self::Exact => cast(Base::Decimal { precision: 38, scale: 18 }),
            Self::Timestamp => cast(Base::Timestamp(3)),
            Self::Instant => cast(Base::TimestampLtz(3)),
            Self::Bytes => cast(Base::Bytes),
            Self::Any | Self::Value => vec!["write cast(x as varchar), or another type".to_owned()],
        }
    }
}

impl Form {
    /// Which parameter an argument is for.
    fn param(&self, argument: usize) -> Option<Param> {
        match self.params.get(argument) {
            Some(param) => Some(*param),
            None if self.repeats => self.params.last().copied(),
            None => None,
        }
    }

    fn takes_so_many(&self, count: usize) -> bool {
        if self.repeats { count + 1 >= self.params.len() } else { count == self.params.len() }
    }

    /// How it is written: `upper(text)`.
    pub fn usage(&self, name: &str) -> String {
        let mut words: Vec<String> = self.params.iter().map(|param| param.0.to_owned()).collect();
        if self.repeats {
            words.push("…".to_owned());
        }
        format!("{name}({})", words.join(", "))
    }
}

impl Entry {
    /// The forms as a user writes them.
    pub fn usages(&self) -> Vec<String> {
        match self.syntax {
            Some(syntax) => syntax.split('\n').map(str::to_owned).collect(),
            None => self.forms.iter().map(|form| form.usage(self.names.first().copied().unwrap_or(""))).collect(),
        }
    }

    /// The first form that takes the arguments makes the call.
    pub fn call(&self, list: Vec<Expr>, span: Span) -> Result<Expr, CallError> {
        let name = self.names.first().copied().unwrap_or("");
        let fitting: Vec<&Form> = self.forms.iter().filter(|form| form.takes_so_many(list.len())).collect();
        let all = |form: &Form| {
            let accepts = |(at, arg): (usize, &Expr)| form.param(at).is_some_and(|param| param.1.accepts(arg));
            list.iter().enumerate().all(accepts)
        };
        let Some(form) = fitting.iter().find(|form| all(form)) else {
            return Err(self.refusal(name, &fitting, &list));
        };
        let convert = |(at, arg)| match form.param(at) {
            Some(param) => param.1.convert(arg),
            None => arg,
        };
        let list: Vec<Expr> = list.into_iter().enumerate().map(convert).collect();
        let args = Args { name, list, span };
        match form.gives {
            Gives::Fixed(function, base) => Ok(args.call(function, base)),
            Gives::First(function) => {
                let base = args.base();
                Ok(args.call(function, base))
            }
            Gives::Part(function) => {
                let base = part_of(args.base());
                Ok(args.call(function, base))
            }
            Gives::By(make) => make(args),
        }
    }

    /// Why no form takes the arguments: the form that takes the most of them from the left says it.
    fn refusal(&self, name: &str, fitting: &[&Form], list: &[Expr]) -> CallError {
        let accepted = |form: &Form| {
            let accepts = |(at, arg): &(usize, &Expr)| form.param(*at).is_some_and(|param| param.1.accepts(arg));
            list.iter().enumerate().take_while(accepts).count()
        };
        let Some(at) = fitting.iter().map(|form| accepted(form)).max() else {
            return CallError::WrongArity { name: name.to_owned(), found: list.len(), forms: self.usages() };
        };
        let wanted: Vec<Param> =
            fitting.iter().filter(|form| accepted(form) == at).filter_map(|form| form.param(at)).collect();
        let mut words: Vec<String> = wanted.iter().map(|param| param.1.words()).collect();
        words.dedup();
        let (Some(arg), Some(first)) = (list.get(at), wanted.first()) else {
            return CallError::WrongArity { name: name.to_owned(), found: list.len(), forms: self.usages() };
        };
        CallError::WrongType {
            name: name.to_owned(),
            argument: at,
            span: arg.span,
            expected: words.join(" or "),
            found: arg.ty,
            help: first.1.help(arg.ty.base),
        }
    }
}

/// The type of a part of a text.
pub fn part_of(text: Base) -> Base {
    match text {
        Base::Char(length) => Base::Varchar(Some(length)),
        other => other,
    }
}

/// A bare null gets the type that is wanted.
pub fn typed_null(arg: Expr, base: Base) -> Expr {
    if arg.ty.base == Base::Null { make::null(base, arg.span) } else { arg }
}

/// A function without another syntax.
pub const fn entry(
    names: &'static [&'static str],
    doc: &'static str,
    example: (&'static str, &'static str),
    forms: &'static [Form],
) -> Entry {
    Entry { names, doc, example, forms, syntax: None }
}

/// A form with a fixed number of parameters.
pub const fn form(params: &'static [Param], gives: Gives) -> Form {
    Form { params, repeats: false, gives }
}

/// A form whose last parameter may come again, or not at all.
pub const fn repeating(params: &'static [Param], gives: Gives) -> Form {
    Form { params, repeats: true, gives }
}

/// A runtime function.
pub const fn run(path: &'static str) -> Function {
    Function::plain(path)
}

/// Text without a limit.
pub const STRING: Base = Base::Varchar(None);
