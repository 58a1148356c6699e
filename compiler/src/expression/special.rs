//! Calls and literals with a grammar of their own, turned into the plain calls that [`crate::catalogue`] describes.

use super::cursor::{Parsed, Parser};
use super::error::Missing;
use super::lexer::TokenKind;
use super::parser::power;
use super::tree::{Ident, Literal, Node, NodeKind};
use crate::source::Span;

impl Parser {
    /// A call whose name asks for a grammar of its own. None for all others.
    pub fn special(&mut self) -> Option<Parsed<Node>> {
        let TokenKind::Word(word) = self.peek() else { return None };
        let read = match word.to_ascii_lowercase().as_str() {
            "extract" => Self::extract,
            "floor" | "ceil" | "ceiling" => Self::round_to,
            "trim" => Self::trim,
            "substring" => Self::substring,
            "position" => Self::position,
            "overlay" => Self::overlay,
            "timestampadd" | "timestampdiff" => Self::unit_first,
            "json_value" => Self::json_value,
            "json_query" => Self::json_query,
            "json_exists" => Self::json_exists,
            "json_object" => Self::json_object,
            "json_array" => Self::json_array,
            _ => return None,
        };
        Some(self.within(read))
    }

    /// `name ( … )`
    fn within(&mut self, read: fn(&mut Self, &Ident) -> Parsed<Vec<Node>>) -> Parsed<Node> {
        let mut name = self.name()?;
        if name.name.eq_ignore_ascii_case("ceiling") {
            name.name.truncate("ceil".len());
        }
        let open = self.advance();
        let json = matches!(name.name.to_ascii_lowercase().as_str(), "json_object" | "json_array");
        let args = if self.sign_at(0) == Some(")") && !json { Vec::new() } else { read(self, &name)? };
        let span = name.span.to(self.close(open)?);
        self.call_node(name, args, span)
    }

    /// `unit from x`; `extract('YEAR', x)` is not SQL
    fn extract(&mut self, _name: &Ident) -> Parsed<Vec<Node>> {
        let unit = self.unit()?;
        self.expect_word("from")?;
        Ok(vec![unit, self.expression()?])
    }

    /// `x`, `x to unit`
    fn round_to(&mut self, _name: &Ident) -> Parsed<Vec<Node>> {
        let mut args = self.arguments()?;
        if self.take_word("to") {
            args.push(self.unit()?);
        }
        Ok(args)
    }

    /// `x`, `[both | leading | trailing] [characters] from x`
    fn trim(&mut self, name: &Ident) -> Parsed<Vec<Node>> {
        let mut side = None;
        for (keyword, word) in [("both", "BOTH"), ("leading", "LEADING"), ("trailing", "TRAILING")] {
            let column = matches!(self.sign_at(1), Some(")" | ","));
            if side.is_none() && self.is_word(0, keyword) && !column {
                let span = self.advance();
                side = Some(self.keyword(word, span)?);
            }
        }
        if side.is_none() {
            let mut args = self.arguments()?;
            if args.len() != 1 || !self.is_word(0, "from") {
                return Ok(args);
            }
            self.advance();
            args.insert(0, self.keyword("BOTH", name.span)?);
            args.push(self.expression()?);
            return Ok(args);
        }
        let characters = if self.is_word(0, "from") {
            self.node(NodeKind::Literal(Literal::Text(" ".to_owned())), name.span)?
        } else {
            self.expression()?
        };
        self.expect_word("from")?;
        let operand = self.expression()?;
        Ok(side.into_iter().chain([characters, operand]).collect())
    }

    /// `x from a [for b]`, `x, a [, b]`
    fn substring(&mut self, _name: &Ident) -> Parsed<Vec<Node>> {
        let mut args = self.arguments()?;
        if self.take_word("from") {
            args.push(self.expression()?);
            if self.take_word("for") {
                args.push(self.expression()?);
            }
        }
        Ok(args)
    }

    /// `a in b [from n]`
    fn position(&mut self, _name: &Ident) -> Parsed<Vec<Node>> {
        let wanted = self.climb(power::RANGE + 1)?;
        self.expect_word("in")?;
        let mut args = vec![wanted, self.expression()?];
        if self.take_word("from") {
            args.push(self.expression()?);
        }
        Ok(args)
    }

    /// `x placing y from a [for b]`
    fn overlay(&mut self, _name: &Ident) -> Parsed<Vec<Node>> {
        let mut args = self.arguments()?;
        if self.take_word("placing") {
            args.push(self.expression()?);
            self.expect_word("from")?;
            args.push(self.expression()?);
            if self.take_word("for") {
                args.push(self.expression()?);
            }
        }
        Ok(args)
    }

    /// `unit, …`
    fn unit_first(&mut self, _name: &Ident) -> Parsed<Vec<Node>> {
        let mut args = vec![self.unit()?];
        self.expect_sign(",", ",")?;
        args.extend(self.arguments()?);
        Ok(args)
    }

    /// `date '…'`
    pub fn typed_literal(&mut self, word: &str) -> Parsed<Node> {
        let start = self.advance();
        let text = self.text_node()?;
        let span = start.to(text.span);
        self.form(&format!("{word} literal"), start, vec![text], span)
    }

    pub fn interval_follows(&self) -> bool {
        let signed = usize::from(matches!(self.sign_at(1), Some("-" | "+")));
        let unit = matches!(self.at(2 + signed), TokenKind::Word(_));
        match self.at(1 + signed) {
            TokenKind::Text(_) => true,
            TokenKind::Number(_) => unit,
            TokenKind::Word(_)
            | TokenKind::Quoted { .. }
            | TokenKind::Unicode(_)
            | TokenKind::Bytes(_)
            | TokenKind::Sign(_)
            | TokenKind::End => false,
        }
    }

    /// `interval [-] '…' unit [(digits)] [to unit [(digits)]]`
    pub fn interval(&mut self) -> Parsed<Node> {
        let start = self.advance();
        let negative = self.sign_at(0) == Some("-");
        if negative || self.sign_at(0) == Some("+") {
            self.advance();
        }
        let (text, text_span) = match self.peek() {
            TokenKind::Number(digits) => (digits.clone(), self.advance()),
            _ => self.text()?,
        };
        let text = match text.strip_prefix('-') {
            Some(positive) if negative => positive.to_owned(),
            None if negative => format!("-{text}"),
            _ => text,
        };
        let mut args = vec![self.node(NodeKind::Literal(Literal::Text(text)), text_span)?];
        let from = self.unit()?;
        let mut span = start.to(from.span);
        args.push(from);
        span = span.to(self.digits()?.unwrap_or(span));
        if self.take_word("to") {
            let to = self.unit()?;
            span = span.to(to.span);
            args.push(to);
            span = span.to(self.digits()?.unwrap_or(span));
        }
        self.form("interval", start, args, span)
    }

    /// `(2)` behind a unit; how many digits a unit has decides nothing here.
    fn digits(&mut self) -> Parsed<Option<Span>> {
        if self.sign_at(0) != Some("(") {
            return Ok(None);
        }
        let open = self.advance();
        self.integer()?;
        while self.take_sign(",") {
            self.integer()?;
        }
        self.close(open).map(Some)
    }

    /// The name of a unit of time, as a text in upper case. Whether there is such a unit the catalogue knows.
    fn unit(&mut self) -> Parsed<Node> {
        let TokenKind::Word(word) = self.peek() else { return self.unexpected(Missing::Unit) };
        let upper = word.to_ascii_uppercase();
        let unit = upper.strip_prefix("SQL_TSI_").unwrap_or(&upper).to_owned();
        let span = self.advance();
        self.node(NodeKind::Literal(Literal::Text(unit)), span)
    }

    fn text_node(&mut self) -> Parsed<Node> {
        let (text, span) = self.text()?;
        self.node(NodeKind::Literal(Literal::Text(text)), span)
    }

    /// A word of the grammar, as the catalogue takes it.
    pub fn keyword(&mut self, word: &'static str, span: Span) -> Parsed<Node> {
        self.node(NodeKind::Literal(Literal::Text(word.to_owned())), span)
    }
}
