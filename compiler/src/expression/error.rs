//! What can be wrong with the text of an expression. The words are in `problems/expression.rs`.

use crate::source::Span;

/// Where reading stopped and why.
#[derive(Debug, Clone)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// Why.
    pub kind: SyntaxErrorKind,
}

/// Why reading stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// The text holds nothing.
    Empty,
    /// A character that begins no token.
    Character(char),
    /// A `'…'` without its end.
    UnclosedText,
    /// A quoted name without its end, and its quote.
    UnclosedName(char),
    /// A quoted name without a character.
    EmptyName,
    /// A `/* …` without its end.
    UnclosedComment,
    /// Digits with letters behind: `1_000`, `0x10`, `12abc`.
    Number(String),
    /// `x'…'` with something else than pairs of hexadecimal digits.
    Hex,
    /// `u&'…'` with a bad escape.
    UnicodeEscape,
    /// A token that cannot stand here.
    Unexpected {
        /// As written.
        found: String,
        /// What could stand here.
        missing: Missing,
    },
    /// The text ends too early.
    End {
        /// What should follow.
        missing: Missing,
        /// The bracket or keyword that is still open.
        open: Option<Span>,
    },
    /// More than [`super::MAX_DEPTH`] levels.
    TooDeep,
    /// SQL that Millstream does not have.
    Unsupported(Unsupported),
}

/// What could stand at the place of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A value: a column, a literal, a call.
    Value,
    /// An operator or the end.
    OperatorOrEnd,
    /// A name.
    Name,
    /// A type.
    Type,
    /// A text in quotes.
    Text,
    /// A whole number.
    Integer,
    /// A time unit.
    Unit,
    /// `as name` or the end.
    AliasOrEnd,
    /// One of these words or signs, as written in the message.
    Token(&'static str),
}

/// SQL that Millstream does not have, or not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// `(select …)`, `exists (…)`
    Subquery,
    /// `f(…) over (…)`
    Over,
    /// `(a, b)`, `row(a, b)`
    Row,
    /// `array[…]`, `map[…]`, `x[1]`
    Array,
    /// `cast(x as int not null)`
    NotNullInCast,
    /// `> all (…)`, `= some (…)`
    Quantifier,
    /// `==`
    DoubleEquals,
    /// `&&`
    DoubleAmpersand,
    /// `x::type`
    DoubleColon,
    /// `within group`, `ignore nulls`, `order by` inside a call
    CallClause,
}
