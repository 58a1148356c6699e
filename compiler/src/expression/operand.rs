//! What stands between operators: literals, columns, calls, `case`, `cast`, brackets, signs; and types.

use super::cursor::{Parsed, Parser, RESERVED};
use super::error::{Missing, SyntaxError, SyntaxErrorKind, Unsupported};
use super::lexer::{Token, TokenKind, unescape};
use super::parser::power;
use super::tree::{Call, Literal, Node, NodeKind, TypeName};
use crate::source::Span;

/// Functions that may be called without brackets.
const WITHOUT_BRACKETS: [&str; 5] =
    ["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"];

impl Parser {
    /// What an expression begins with.
    pub fn prefix(&mut self) -> Parsed<Node> {
        match self.peek() {
            TokenKind::Sign("-") => self.minus(),
            TokenKind::Sign("+") => {
                let start = self.advance();
                let operand = self.climb(power::UNARY)?;
                let span = start.to(operand.span);
                self.node(NodeKind::Plus(Box::new(operand)), span)
            }
            TokenKind::Sign("(") => self.brackets(),
            TokenKind::Number(_) | TokenKind::Text(_) | TokenKind::Unicode(_) | TokenKind::Bytes(_) => self.literal(),
            TokenKind::Quoted { .. } => self.named(),
            TokenKind::Word(_) => self.word(),
            TokenKind::Sign(_) | TokenKind::End => self.unexpected(Missing::Value),
        }
    }

    /// `-x`; right before a number it belongs to the number, so that the least `bigint` can be written.
    fn minus(&mut self) -> Parsed<Node> {
        let start = self.advance();
        if let TokenKind::Number(digits) = self.peek() {
            let literal = Literal::Number(format!("-{digits}"));
            let span = start.to(self.advance());
            return self.node(NodeKind::Literal(literal), span);
        }
        let operand = self.climb(power::UNARY)?;
        let span = start.to(operand.span);
        self.node(NodeKind::Negate(Box::new(operand)), span)
    }

    fn brackets(&mut self) -> Parsed<Node> {
        let open = self.advance();
        self.refuse_subquery()?;
        let mut inner = self.expression()?;
        if *self.peek() == TokenKind::Sign(",") {
            return Err(SyntaxError { span: open, kind: SyntaxErrorKind::Unsupported(Unsupported::Row) });
        }
        inner.span = open.to(self.close(open)?);
        Ok(inner)
    }

    fn literal(&mut self) -> Parsed<Node> {
        let Token { kind, span } = self.tokens[self.next].clone();
        let literal = match kind {
            TokenKind::Number(digits) => Literal::Number(digits),
            TokenKind::Bytes(bytes) => Literal::Bytes(bytes),
            TokenKind::Unicode(escaped) => return self.unicode(&escaped, span),
            TokenKind::Text(text) => Literal::Text(text),
            TokenKind::Word(_) | TokenKind::Quoted { .. } | TokenKind::Sign(_) | TokenKind::End => {
                return self.unexpected(Missing::Value);
            }
        };
        self.advance();
        self.node(NodeKind::Literal(literal), span)
    }

    /// `u&'…' [uescape '…']`
    fn unicode(&mut self, escaped: &str, start: Span) -> Parsed<Node> {
        self.advance();
        let mut span = start;
        let mut escape = '\\';
        if self.take_word("uescape") {
            let (text, at) = self.text()?;
            span = span.to(at);
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(only), None) => escape = only,
                _ => return Err(SyntaxError { span: at, kind: SyntaxErrorKind::UnicodeEscape }),
            }
        }
        match unescape(escaped, escape) {
            Some(text) => self.node(NodeKind::Literal(Literal::Text(text)), span),
            None => Err(SyntaxError { span: start, kind: SyntaxErrorKind::UnicodeEscape }),
        }
    }

    /// What begins with a word: a keyword, a call, a typed literal, a column.
    fn word(&mut self) -> Parsed<Node> {
        let word = self.word_at(0).unwrap_or_default().to_ascii_lowercase();
        let constant = match word.as_str() {
            "null" => Some(Literal::Null),
            "true" => Some(Literal::Boolean(Some(true))),
            "false" => Some(Literal::Boolean(Some(false))),
            "unknown" => Some(Literal::Boolean(None)),
            _ => None,
        };
        if let Some(literal) = constant {
            let span = self.advance();
            return self.node(NodeKind::Literal(literal), span);
        }
        match word.as_str() {
            "not" => {
                let start = self.advance();
                let operand = self.climb(power::NOT)?;
                let span = start.to(operand.span);
                return self.node(NodeKind::Not(Box::new(operand)), span);
            }
            "case" => return self.case(),
            "cast" | "try_cast" if self.sign_at(1) == Some("(") => return self.cast(word == "try_cast"),
            "date" | "time" | "timestamp" if matches!(self.at(1), TokenKind::Text(_)) => {
                return self.typed_literal(&word);
            }
            "interval" if self.interval_follows() => return self.interval(),
            "exists" if self.sign_at(1) == Some("(") => {
                return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Subquery));
            }
            "select" => return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Subquery)),
            "row" if self.sign_at(1) == Some("(") => {
                return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Row));
            }
            word if RESERVED.contains(&word) => return self.unexpected(Missing::Value),
            word if WITHOUT_BRACKETS.contains(&word) && self.sign_at(1) != Some("(") => {
                let name = self.name()?;
                let span = name.span;
                return self.call_node(name, Vec::new(), span);
            }
            _ => {}
        }
        self.named()
    }

    /// A call, a column, or `input.column`.
    fn named(&mut self) -> Parsed<Node> {
        match self.sign_at(1) {
            Some("(") => return self.call(),
            Some("[") => return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Array)),
            _ => {}
        }
        let first = self.name()?;
        if !self.take_sign(".") {
            let span = first.span;
            return self.node(NodeKind::Name { qualifier: None, name: first }, span);
        }
        let name = self.name()?;
        let span = first.span.to(name.span);
        self.node(NodeKind::Name { qualifier: Some(first), name }, span)
    }

    fn case(&mut self) -> Parsed<Node> {
        let start = self.advance();
        let operand = if self.is_word(0, "when") { None } else { Some(Box::new(self.expression()?)) };
        let mut branches = Vec::new();
        while self.take_word("when") {
            let mut condition = self.expression()?;
            // `when 1, 2 then …` is `when 1 then … when 2 then …`.
            let mut more = Vec::new();
            while operand.is_some() && self.take_sign(",") {
                more.push(std::mem::replace(&mut condition, self.expression()?));
            }
            if !self.take_word("then") {
                return self.missing(Missing::Token("then"), Some(start));
            }
            let value = self.expression()?;
            branches.extend(more.into_iter().map(|condition| (condition, value.clone())));
            branches.push((condition, value));
        }
        if branches.is_empty() {
            return self.missing(Missing::Token("when"), Some(start));
        }
        let otherwise = if self.take_word("else") { Some(Box::new(self.expression()?)) } else { None };
        if !self.is_word(0, "end") {
            return self.missing(Missing::Token("end"), Some(start));
        }
        let span = start.to(self.advance());
        self.node(NodeKind::Case { operand, branches, otherwise }, span)
    }

    fn cast(&mut self, attempt: bool) -> Parsed<Node> {
        let start = self.advance();
        let open = self.advance();
        let operand = Box::new(self.expression()?);
        if !self.take_word("as") {
            return self.missing(Missing::Token("as"), Some(open));
        }
        let ty = self.type_name()?;
        if ty.not_null {
            return Err(SyntaxError { span: ty.span, kind: SyntaxErrorKind::Unsupported(Unsupported::NotNullInCast) });
        }
        let span = start.to(self.close(open)?);
        self.node(NodeKind::Cast { operand, ty, attempt }, span)
    }

    /// `decimal(18, 2) not null`, `timestamp(3) with local time zone`
    pub fn type_name(&mut self) -> Parsed<TypeName> {
        let Some(first) = self.word_at(0) else { return self.unexpected(Missing::Type) };
        let mut name = first.to_ascii_lowercase();
        if self.sign_at(1) == Some("<") {
            return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Array));
        }
        let mut span = self.advance();
        let second = match name.as_str() {
            "double" => "precision",
            "char" | "character" | "binary" => "varying",
            _ => "",
        };
        if self.is_word(0, second) {
            span = span.to(self.advance());
            name = format!("{name} {second}");
        }
        let mut args = Vec::new();
        if self.sign_at(0) == Some("(") {
            let open = self.advance();
            args.push(self.integer()?);
            while self.take_sign(",") {
                args.push(self.integer()?);
            }
            span = span.to(self.close(open)?);
        }
        if matches!(name.as_str(), "timestamp" | "time") && (self.is_word(0, "with") || self.is_word(0, "without")) {
            let with = self.is_word(0, "with");
            self.advance();
            let local = with && self.take_word("local");
            self.expect_word("time")?;
            span = span.to(self.expect_word("zone")?);
            name = match (with, local) {
                (true, true) => format!("{name} with local time zone"),
                (true, false) => format!("{name} with time zone"),
                (false, _) => name,
            };
        }
        let not_null = self.is_word(0, "not") && self.is_word(1, "null");
        if not_null {
            self.advance();
            self.advance();
        } else {
            self.take_word("null");
        }
        Ok(TypeName { name, args, not_null, span })
    }

    /// `name(args) [filter (where …)]`
    fn call(&mut self) -> Parsed<Node> {
        if let Some(result) = self.special() {
            return result;
        }
        let name = self.name()?;
        let open = self.advance();
        let mut call = Call { name, args: Vec::new(), star: false, distinct: None, filter: None };
        if self.sign_at(0) == Some("*") {
            self.advance();
            call.star = true;
        } else if self.sign_at(0) != Some(")") {
            self.refuse_subquery()?;
            if self.is_word(0, "distinct") {
                call.distinct = Some(self.advance());
            }
            call.args = self.arguments()?;
        }
        if self.is_word(0, "order") {
            return self.fail(SyntaxErrorKind::Unsupported(Unsupported::CallClause));
        }
        let mut span = call.name.span.to(self.close(open)?);
        if self.is_word(0, "filter") && self.sign_at(1) == Some("(") {
            self.advance();
            let open = self.advance();
            self.expect_word("where")?;
            call.filter = Some(Box::new(self.expression()?));
            span = span.to(self.close(open)?);
        }
        if self.is_word(0, "over") {
            return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Over));
        }
        if ["within", "ignore", "respect"].iter().any(|word| self.is_word(0, word)) {
            return self.fail(SyntaxErrorKind::Unsupported(Unsupported::CallClause));
        }
        self.node(NodeKind::Call(call), span)
    }

    /// One or more expressions with commas between.
    pub fn arguments(&mut self) -> Parsed<Vec<Node>> {
        let mut args = vec![self.expression()?];
        while self.take_sign(",") {
            args.push(self.expression()?);
        }
        Ok(args)
    }
}
