//! Calls and literals with a grammar of their own, turned into the plain calls that [`crate::catalogue`] describes.

use super::error::Missing;
use super::lexer::TokenKind;
use super::parser::{Parsed, Parser, power};
use super::tree::{Ident, Literal, Node, NodeKind, TypeName};
use crate::source::Span;

/// What a JSON function does when something is amiss: a word, perhaps with a value.
struct Behavior {
    word: &'static str,
    value: Option<Node>,
    span: Span,
}

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

    /// `x, path [returning type] [… on empty] [… on error]`
    fn json_value(&mut self, name: &Ident) -> Parsed<Vec<Node>> {
        let mut args = self.arguments()?;
        let returning = self.returning()?;
        let (empty, error) = self.behaviors()?;
        if returning.is_none() && empty.is_none() && error.is_none() {
            return Ok(args);
        }
        let varchar = || TypeName { name: "varchar".to_owned(), args: Vec::new(), not_null: false, span: name.span };
        let ty = returning.unwrap_or_else(varchar);
        let span = ty.span;
        args.push(self.node(NodeKind::Type(ty), span)?);
        for behavior in [empty, error] {
            let Behavior { word, value, span } =
                behavior.unwrap_or(Behavior { word: "NULL", value: None, span: name.span });
            args.push(self.keyword(word, span)?);
            args.push(match value {
                Some(value) => value,
                None => self.node(NodeKind::Literal(Literal::Null), span)?,
            });
        }
        Ok(args)
    }

    /// `x, path [returning type] [… wrapper] [… on empty] [… on error]`
    fn json_query(&mut self, name: &Ident) -> Parsed<Vec<Node>> {
        let mut args = self.arguments()?;
        self.returning()?;
        let wrapper = self.wrapper()?;
        let (empty, error) = self.behaviors()?;
        if wrapper.is_none() && empty.is_none() && error.is_none() {
            return Ok(args);
        }
        let (word, span) = wrapper.unwrap_or(("WITHOUT", name.span));
        args.push(self.keyword(word, span)?);
        for behavior in [empty, error] {
            let (word, span) = behavior.map_or(("NULL", name.span), |behavior| (behavior.word, behavior.span));
            args.push(self.keyword(word, span)?);
        }
        Ok(args)
    }

    /// `x, path [true | false | unknown | error on error]`
    fn json_exists(&mut self, _name: &Ident) -> Parsed<Vec<Node>> {
        let mut args = self.arguments()?;
        for (keyword, word) in [("true", "TRUE"), ("false", "FALSE"), ("unknown", "UNKNOWN"), ("error", "ERROR")] {
            if args.len() == 2 && self.is_word(0, keyword) {
                let span = self.advance();
                self.expect_word("on")?;
                self.expect_word("error")?;
                args.push(self.keyword(word, span)?);
            }
        }
        Ok(args)
    }

    /// `[key] 'k' value x, 'l': y … [null | absent on null]`
    fn json_object(&mut self, name: &Ident) -> Parsed<Vec<Node>> {
        let mut args = Vec::new();
        while !self.is_on_null() && self.sign_at(0) != Some(")") {
            self.take_word("key");
            args.push(self.expression()?);
            if !self.take_sign(":") {
                self.expect_word("value")?;
            }
            args.push(self.expression()?);
            if !self.take_sign(",") {
                break;
            }
        }
        self.on_null(name, "NULL", args)
    }

    /// `x, y … [null | absent on null]`
    fn json_array(&mut self, name: &Ident) -> Parsed<Vec<Node>> {
        let none = self.is_on_null() || self.sign_at(0) == Some(")");
        let args = if none { Vec::new() } else { self.arguments()? };
        self.on_null(name, "ABSENT", args)
    }

    fn is_on_null(&self) -> bool {
        (self.is_word(0, "null") || self.is_word(0, "absent")) && self.is_word(1, "on")
    }

    /// `[null | absent on null]`; the word goes in front.
    fn on_null(&mut self, name: &Ident, unsaid: &'static str, mut args: Vec<Node>) -> Parsed<Vec<Node>> {
        let mut word = self.keyword(unsaid, name.span)?;
        if self.is_on_null() {
            let said = if self.is_word(0, "null") { "NULL" } else { "ABSENT" };
            let span = self.advance();
            self.expect_word("on")?;
            self.expect_word("null")?;
            word = self.keyword(said, span)?;
        }
        args.insert(0, word);
        Ok(args)
    }

    fn returning(&mut self) -> Parsed<Option<TypeName>> {
        if self.take_word("returning") { self.type_name().map(Some) } else { Ok(None) }
    }

    /// `without [array] wrapper`, `with [conditional | unconditional] [array] wrapper`
    fn wrapper(&mut self) -> Parsed<Option<(&'static str, Span)>> {
        let (word, start) = if self.is_word(0, "without") {
            ("WITHOUT", self.advance())
        } else if self.is_word(0, "with") {
            let start = self.advance();
            let conditional = self.take_word("conditional");
            if !conditional {
                self.take_word("unconditional");
            }
            (if conditional { "CONDITIONAL" } else { "UNCONDITIONAL" }, start)
        } else {
            return Ok(None);
        };
        self.take_word("array");
        let end = self.expect_word("wrapper")?;
        Ok(Some((word, start.to(end))))
    }

    /// `[… on empty] [… on error]`
    fn behaviors(&mut self) -> Parsed<(Option<Behavior>, Option<Behavior>)> {
        let (mut empty, mut error) = (None, None);
        while let Some(behavior) = self.behavior()? {
            self.expect_word("on")?;
            if empty.is_none() && self.take_word("empty") {
                empty = Some(behavior);
            } else if error.is_none() && self.take_word("error") {
                error = Some(behavior);
            } else {
                return self.unexpected(Missing::Token("empty or error"));
            }
        }
        Ok((empty, error))
    }

    fn behavior(&mut self) -> Parsed<Option<Behavior>> {
        let mut value = None;
        let (word, span) = if self.is_word(0, "null") {
            ("NULL", self.advance())
        } else if self.is_word(0, "error") {
            ("ERROR", self.advance())
        } else if self.is_word(0, "empty") {
            let start = self.advance();
            if self.is_word(0, "object") {
                ("EMPTY OBJECT", start.to(self.advance()))
            } else {
                ("EMPTY ARRAY", start.to(self.expect_word("array")?))
            }
        } else if self.is_word(0, "default") {
            let start = self.advance();
            let node = self.expression()?;
            let span = start.to(node.span);
            value = Some(node);
            ("DEFAULT", span)
        } else {
            return Ok(None);
        };
        Ok(Some(Behavior { word, value, span }))
    }

    /// `x is [not] json [value | object | array | scalar]`, from `json` on.
    pub fn is_json(&mut self, operand: Node, negated: bool) -> Parsed<Node> {
        let json = self.advance();
        let mut span = json;
        let mut kind = "VALUE";
        for (keyword, word) in [("value", "VALUE"), ("object", "OBJECT"), ("array", "ARRAY"), ("scalar", "SCALAR")] {
            if span == json && self.is_word(0, keyword) {
                span = self.advance();
                kind = word;
            }
        }
        let whole = operand.span.to(span);
        let kind = self.keyword(kind, span)?;
        let test = self.form("is json", json, vec![operand, kind], whole)?;
        if negated { self.node(NodeKind::Not(Box::new(test)), whole) } else { Ok(test) }
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

    fn keyword(&mut self, word: &'static str, span: Span) -> Parsed<Node> {
        self.node(NodeKind::Literal(Literal::Text(word.to_owned())), span)
    }
}
