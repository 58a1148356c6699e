//! Typed expressions put together: calls whose nullability follows from their arguments, literals, prepared texts.

use crate::source::Span;
use crate::types::model::{Call, Expr, Function, Generics, Kind, Literal, Returns};
use crate::types::ty::{Base, Ty};

/// Ways to say how a runtime function is called, beside [`Function::plain`].
impl Function {
    /// It takes the scope first.
    pub const fn scoped(self) -> Self {
        Self { scope: true, ..self }
    }

    /// It returns `Option<T>`.
    pub const fn option(self) -> Self {
        Self { returns: Returns::Option, ..self }
    }

    /// It returns `Result<T, Fault>`.
    pub const fn result(self) -> Self {
        Self { returns: Returns::Result, ..self }
    }

    /// It returns `Result<Option<T>, Fault>`.
    pub const fn result_option(self) -> Self {
        Self { returns: Returns::ResultOption, ..self }
    }

    /// It takes `Option`s.
    pub const fn lax(self) -> Self {
        Self { strict: false, ..self }
    }

    /// It reads the clock.
    pub const fn clocked(self) -> Self {
        Self { clock: true, scope: true, ..self }
    }

    /// It needs a feature of the runtime.
    pub const fn with_feature(self, feature: &'static str) -> Self {
        Self { feature: Some(feature), ..self }
    }

    /// Its result is `decimal(precision, scale)`.
    pub const fn decimal(self, precision: u8, scale: u8) -> Self {
        Self { generics: Generics { given: [precision, scale], count: 2, infer: 0 }, ..self }
    }
}

/// A call. Its result can be null if the function says so, or if it is strict and an argument can be null.
pub fn call(function: Function, base: Base, args: Vec<Expr>, span: Span) -> Expr {
    let null_in = function.strict && args.iter().any(|arg| arg.ty.nullable);
    let null_out = match function.returns {
        Returns::Value | Returns::Result => false,
        Returns::Option | Returns::ResultOption => true,
    };
    let ty = Ty { base, nullable: null_in || null_out };
    Expr { kind: Kind::Call(Call { function, args }), ty, span }
}

/// The same value under another type that has the same form in Rust.
pub fn retype(value: Expr, base: Base) -> Expr {
    Expr { ty: Ty { base, nullable: value.ty.nullable }, ..value }
}

/// A text.
pub fn text(value: &str, span: Span) -> Expr {
    let base = Base::Char(value.chars().count() as u32);
    Expr { kind: Kind::Literal(Literal::Text(value.to_owned())), ty: Ty::not_null(base), span }
}

/// An `int`.
pub fn int(value: i64, span: Span) -> Expr {
    Expr { kind: Kind::Literal(Literal::Integer(value)), ty: Ty::not_null(Base::Int), span }
}

/// `null` of a type.
pub fn null(base: Base, span: Span) -> Expr {
    Expr { kind: Kind::Literal(Literal::Null), ty: Ty::nullable(base), span }
}

/// A text that is prepared once if it is a literal.
pub fn prepared(ty: &'static str, value: Expr) -> Expr {
    Expr { ty: value.ty, span: value.span, kind: Kind::Prepared { ty, value: Box::new(value) } }
}

/// Values of one type as a slice; null if one of them is.
pub fn slice(values: Vec<Expr>, base: Base, span: Span) -> Expr {
    let nullable = values.iter().any(|value| value.ty.nullable);
    Expr { kind: Kind::Slice(values), ty: Ty { base, nullable }, span }
}

/// Values of one type as a slice that keeps their nulls.
pub fn option_slice(values: Vec<Expr>, base: Base, span: Span) -> Expr {
    Expr { kind: Kind::OptionSlice(values), ty: Ty::not_null(base), span }
}

/// A text that is empty where it would be null.
pub fn or_empty(value: Expr) -> Expr {
    if !value.ty.nullable {
        return value;
    }
    let (base, span) = (value.ty.base, value.span);
    let ty = Ty::not_null(base);
    let empty = Expr { ty, ..text("", span) };
    Expr { kind: Kind::Coalesce(vec![value, empty]), ty, span }
}

/// `not x`.
pub fn not(value: Expr) -> Expr {
    Expr { ty: value.ty, span: value.span, kind: Kind::Not(Box::new(value)) }
}

/// `x is true`.
pub fn is_true(value: Expr) -> Expr {
    Expr { ty: Ty::not_null(Base::Boolean), span: value.span, kind: Kind::IsTruth(Box::new(value), true) }
}

/// `case when condition then value else otherwise end`.
pub fn choice(condition: Expr, value: Expr, otherwise: Expr, span: Span) -> Expr {
    let ty = Ty { base: value.ty.base, nullable: value.ty.nullable || otherwise.ty.nullable };
    Expr { kind: Kind::Case { branches: vec![(condition, value)], otherwise: Box::new(otherwise) }, ty, span }
}

/// The text of a literal.
pub fn literal_text(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        Kind::Literal(Literal::Text(text)) => Some(text),
        _ => None,
    }
}

/// The number of an integer literal.
pub fn literal_integer(expr: &Expr) -> Option<i64> {
    match &expr.kind {
        Kind::Literal(Literal::Integer(value)) => Some(*value),
        _ => None,
    }
}
