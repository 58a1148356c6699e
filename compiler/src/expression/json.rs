//! The JSON functions, which have clauses of their own, and `is json`.

use super::cursor::{Parsed, Parser};
use super::error::Missing;
use super::tree::{Ident, Literal, Node, NodeKind, TypeName};
use crate::source::Span;

/// What a JSON function does when something is amiss: a word, perhaps with a value.
struct Behavior {
    word: &'static str,
    value: Option<Node>,
    span: Span,
}

impl Parser {
    /// `x, path [returning type] [… on empty] [… on error]`
    pub fn json_value(&mut self, name: &Ident) -> Parsed<Vec<Node>> {
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
    pub fn json_query(&mut self, name: &Ident) -> Parsed<Vec<Node>> {
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
    pub fn json_exists(&mut self, _name: &Ident) -> Parsed<Vec<Node>> {
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
    pub fn json_object(&mut self, name: &Ident) -> Parsed<Vec<Node>> {
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
    pub fn json_array(&mut self, name: &Ident) -> Parsed<Vec<Node>> {
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
}
