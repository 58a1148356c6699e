//! The parser's place among the tokens, and the errors that it makes there.

use super::MAX_DEPTH;
use super::error::{Missing, SyntaxError, SyntaxErrorKind, Unsupported};
use super::lexer::{Token, TokenKind, tokens};
use super::tree::{Call, Ident, Node, NodeKind};
use crate::source::{Span, Text};

/// What was read, or why it could not be.
pub type Parsed<T> = Result<T, SyntaxError>;

/// The tokens of a text, and how far they were read.
pub struct Parser {
    pub tokens: Vec<Token>,
    pub next: usize,
    /// Calls of [`Parser::climb`] that are open.
    pub level: u16,
}

/// Words that are no names unless quoted: they have a place in the grammar where a name could stand.
pub const RESERVED: [&str; 24] = [
    "and", "or", "not", "is", "null", "true", "false", "unknown", "in", "between", "like", "similar", "escape", "case",
    "when", "then", "else", "end", "cast", "try_cast", "as", "from", "select", "distinct",
];

impl Parser {
    /// Reads a whole text with `read`.
    pub fn over<T>(text: &Text, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let mut parser = Self { tokens: tokens(text)?, next: 0, level: 0 };
        if parser.tokens.len() == 1 {
            return Err(SyntaxError { span: text.span, kind: SyntaxErrorKind::Empty });
        }
        let result = read(&mut parser)?;
        if *parser.peek() == TokenKind::End { Ok(result) } else { parser.unexpected(Missing::OperatorOrEnd) }
    }

    /// The token so many ahead.
    pub fn at(&self, ahead: usize) -> &TokenKind {
        self.tokens.get(self.next + ahead).map_or(&TokenKind::End, |token| &token.kind)
    }

    pub fn peek(&self) -> &TokenKind {
        self.at(0)
    }

    fn span(&self) -> Span {
        self.tokens[self.next].span
    }

    /// Goes on to the next token; the span is that of the one left behind.
    pub fn advance(&mut self) -> Span {
        let span = self.span();
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
        span
    }

    pub fn word_at(&self, ahead: usize) -> Option<&str> {
        match self.at(ahead) {
            TokenKind::Word(word) => Some(word),
            TokenKind::Quoted { .. }
            | TokenKind::Number(_)
            | TokenKind::Text(_)
            | TokenKind::Unicode(_)
            | TokenKind::Bytes(_)
            | TokenKind::Sign(_)
            | TokenKind::End => None,
        }
    }

    pub fn is_word(&self, ahead: usize, word: &str) -> bool {
        self.word_at(ahead).is_some_and(|found| found.eq_ignore_ascii_case(word))
    }

    pub fn sign_at(&self, ahead: usize) -> Option<&'static str> {
        if let TokenKind::Sign(sign) = self.at(ahead) { Some(sign) } else { None }
    }

    pub fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        if found {
            self.advance();
        }
        found
    }

    pub fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.sign_at(0) == Some(sign);
        if found {
            self.advance();
        }
        found
    }

    pub fn expect_word(&mut self, word: &'static str) -> Parsed<Span> {
        if self.is_word(0, word) { Ok(self.advance()) } else { self.unexpected(Missing::Token(word)) }
    }

    pub fn expect_sign(&mut self, sign: &str, name: &'static str) -> Parsed<Span> {
        if self.sign_at(0) == Some(sign) { Ok(self.advance()) } else { self.unexpected(Missing::Token(name)) }
    }

    /// `)`, the end of what `open` began.
    pub fn close(&mut self, open: Span) -> Parsed<Span> {
        if self.sign_at(0) == Some(")") { Ok(self.advance()) } else { self.missing(Missing::Token(")"), Some(open)) }
    }

    /// A name: a word that is not reserved, or anything in quotes.
    pub fn name(&mut self) -> Parsed<Ident> {
        let (name, double_quoted) = match self.peek() {
            TokenKind::Word(word) if !RESERVED.contains(&word.to_ascii_lowercase().as_str()) => (word.clone(), false),
            TokenKind::Quoted { name, double } => (name.clone(), *double),
            TokenKind::Word(_)
            | TokenKind::Number(_)
            | TokenKind::Text(_)
            | TokenKind::Unicode(_)
            | TokenKind::Bytes(_)
            | TokenKind::Sign(_)
            | TokenKind::End => return self.unexpected(Missing::Name),
        };
        Ok(Ident { name, span: self.advance(), double_quoted, yaml_quoted: false })
    }

    /// `'…'`
    pub fn text(&mut self) -> Parsed<(String, Span)> {
        if let TokenKind::Text(text) = self.peek() {
            let text = text.clone();
            return Ok((text, self.advance()));
        }
        self.unexpected(Missing::Text)
    }

    /// A whole number.
    pub fn integer(&mut self) -> Parsed<(u64, Span)> {
        if let TokenKind::Number(digits) = self.peek()
            && let Ok(value) = digits.parse()
        {
            return Ok((value, self.advance()));
        }
        self.unexpected(Missing::Integer)
    }

    /// A node, unless the tree gets too deep by it.
    pub fn node(&self, kind: NodeKind, span: Span) -> Parsed<Node> {
        let node = Node::new(kind, span);
        if node.depth > MAX_DEPTH {
            return Err(SyntaxError { span: self.span(), kind: SyntaxErrorKind::TooDeep });
        }
        Ok(node)
    }

    pub fn call_node(&self, name: Ident, args: Vec<Node>, span: Span) -> Parsed<Node> {
        self.node(NodeKind::Call(Call { name, args, star: false, distinct: None, filter: None }), span)
    }

    /// A call of what has a grammar of its own.
    pub fn form(&self, name: &str, name_span: Span, args: Vec<Node>, span: Span) -> Parsed<Node> {
        self.call_node(
            Ident { name: name.to_owned(), span: name_span, double_quoted: false, yaml_quoted: false },
            args,
            span,
        )
    }
}

/// Errors.
impl Parser {
    pub fn fail<T>(&self, kind: SyntaxErrorKind) -> Parsed<T> {
        Err(SyntaxError { span: self.span(), kind })
    }

    pub fn unexpected<T>(&self, missing: Missing) -> Parsed<T> {
        self.missing(missing, None)
    }

    /// The next token cannot stand here; `open` is still without its end.
    pub fn missing<T>(&self, missing: Missing, open: Option<Span>) -> Parsed<T> {
        let found = match self.peek() {
            TokenKind::End => return self.fail(SyntaxErrorKind::End { missing, open }),
            TokenKind::Word(word) => word.clone(),
            TokenKind::Quoted { name, .. } => format!("`{name}`"),
            TokenKind::Number(digits) => digits.clone(),
            TokenKind::Text(text) | TokenKind::Unicode(text) => format!("'{text}'"),
            TokenKind::Bytes(_) => "x'…'".to_owned(),
            TokenKind::Sign("[") => return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Array)),
            TokenKind::Sign(":") => return self.fail(SyntaxErrorKind::Character(':')),
            TokenKind::Sign(sign) => (*sign).to_owned(),
        };
        self.fail(SyntaxErrorKind::Unexpected { found, missing })
    }

    pub fn refuse_subquery(&self) -> Parsed<()> {
        if self.is_word(0, "select") || self.is_word(0, "values") {
            return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Subquery));
        }
        Ok(())
    }

    pub fn refuse_quantifier(&self) -> Parsed<()> {
        let quantifier = ["all", "any", "some"].iter().any(|word| self.is_word(0, word));
        if quantifier && self.sign_at(1) == Some("(") {
            return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Quantifier));
        }
        Ok(())
    }
}
