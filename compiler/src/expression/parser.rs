//! The Pratt parser: operators by their binding power.

use super::MAX_DEPTH;
use super::cursor::{Parsed, Parser};
use super::error::{Missing, SyntaxErrorKind};
use super::lexer::TokenKind;
use super::tree::{Ident, InputName, IsTest, Item, LikeKind, Node, NodeKind};
use crate::catalogue::BinaryOp;
use crate::source::Span;

/// Binding powers, as Apache Calcite has them; a higher one binds tighter.
pub mod power {
    pub const OR: u8 = 22;
    pub const AND: u8 = 24;
    pub const NOT: u8 = 26;
    pub const IS: u8 = 28;
    pub const COMPARE: u8 = 30;
    pub const DISTINCT: u8 = 31;
    pub const RANGE: u8 = 32;
    pub const ADD: u8 = 40;
    pub const MULTIPLY: u8 = 60;
    pub const ZONE: u8 = 70;
    pub const UNARY: u8 = 80;
}

/// What stands between or behind operands.
enum Infix {
    And,
    Or,
    Binary(BinaryOp),
    Is,
    Distinct,
    Between,
    In,
    Like,
    Similar,
    AtTimeZone,
}

impl Parser {
    /// `expression`
    pub fn expression(&mut self) -> Parsed<Node> {
        self.climb(0)
    }

    /// `expression [as name]`
    pub fn item(&mut self) -> Parsed<Item> {
        let expr = self.expression()?;
        let alias = self.alias()?;
        Ok(Item { expr, alias })
    }

    /// `name [as name]`
    pub fn input_name(&mut self) -> Parsed<InputName> {
        let name = self.name()?;
        let alias = self.alias()?;
        if *self.peek() != TokenKind::End {
            return self.unexpected(Missing::AliasOrEnd);
        }
        Ok(InputName { name, alias })
    }

    fn alias(&mut self) -> Parsed<Option<Ident>> {
        if self.take_word("as") { self.name().map(Some) } else { Ok(None) }
    }

    /// Operators whose power is at least `least`, over their operands.
    pub fn climb(&mut self, least: u8) -> Parsed<Node> {
        self.level += 1;
        if self.level > MAX_DEPTH {
            return self.fail(SyntaxErrorKind::TooDeep);
        }
        let mut left = self.prefix()?;
        while let Some((infix, power)) = self.infix() {
            if power < least {
                break;
            }
            left = self.operator(left, &infix, power)?;
        }
        self.level -= 1;
        Ok(left)
    }

    /// The operator at the next token, and its power.
    fn infix(&self) -> Option<(Infix, u8)> {
        let binary = |op, power| Some((Infix::Binary(op), power));
        match self.peek() {
            TokenKind::Sign(sign) => match *sign {
                "=" => binary(BinaryOp::Equal, power::COMPARE),
                "<>" | "!=" => binary(BinaryOp::NotEqual, power::COMPARE),
                "<" => binary(BinaryOp::Less, power::COMPARE),
                "<=" => binary(BinaryOp::LessOrEqual, power::COMPARE),
                ">" => binary(BinaryOp::Greater, power::COMPARE),
                ">=" => binary(BinaryOp::GreaterOrEqual, power::COMPARE),
                "+" => binary(BinaryOp::Add, power::ADD),
                "-" => binary(BinaryOp::Subtract, power::ADD),
                "*" => binary(BinaryOp::Multiply, power::MULTIPLY),
                "/" => binary(BinaryOp::Divide, power::MULTIPLY),
                "%" => binary(BinaryOp::Remainder, power::MULTIPLY),
                "||" => binary(BinaryOp::Concat, power::MULTIPLY),
                _ => None,
            },
            TokenKind::Word(word) => {
                let at = usize::from(word.eq_ignore_ascii_case("not"));
                let is = |keyword: &str| self.is_word(at, keyword);
                if is("between") {
                    Some((Infix::Between, power::RANGE))
                } else if is("in") {
                    Some((Infix::In, power::RANGE))
                } else if is("like") {
                    Some((Infix::Like, power::RANGE))
                } else if is("similar") {
                    Some((Infix::Similar, power::RANGE))
                } else if at == 1 {
                    None
                } else if is("and") {
                    Some((Infix::And, power::AND))
                } else if is("or") {
                    Some((Infix::Or, power::OR))
                } else if is("is") {
                    let distinct = self.is_word(1 + usize::from(self.is_word(1, "not")), "distinct");
                    Some(if distinct { (Infix::Distinct, power::DISTINCT) } else { (Infix::Is, power::IS) })
                } else if is("at") && self.is_word(1, "time") && self.is_word(2, "zone") {
                    Some((Infix::AtTimeZone, power::ZONE))
                } else {
                    None
                }
            }
            TokenKind::Quoted { .. }
            | TokenKind::Number(_)
            | TokenKind::Text(_)
            | TokenKind::Unicode(_)
            | TokenKind::Bytes(_)
            | TokenKind::End => None,
        }
    }

    fn operator(&mut self, left: Node, infix: &Infix, power: u8) -> Parsed<Node> {
        match infix {
            Infix::And | Infix::Or => self.chain(left, matches!(infix, Infix::And), power),
            Infix::Binary(op) => {
                let op_span = self.advance();
                self.refuse_quantifier()?;
                let right = self.climb(power + 1)?;
                self.binary(*op, op_span, left, right)
            }
            Infix::Is => self.is_test(left),
            Infix::Distinct => {
                let start = self.advance();
                let negated = self.take_word("not");
                let op_span = start.to(self.expect_word("distinct")?).to(self.expect_word("from")?);
                let right = self.climb(power + 1)?;
                let op = if negated { BinaryOp::NotDistinct } else { BinaryOp::Distinct };
                self.binary(op, op_span, left, right)
            }
            Infix::Between => self.between(left),
            Infix::In => self.in_list(left),
            Infix::Like => {
                let negated = self.take_word("not");
                self.advance();
                self.like(LikeKind::Like, left, negated)
            }
            Infix::Similar => {
                let negated = self.take_word("not");
                self.advance();
                self.expect_word("to")?;
                self.like(LikeKind::Similar, left, negated)
            }
            Infix::AtTimeZone => {
                let op_span = self.advance();
                self.advance();
                self.advance();
                let zone = self.climb(power + 1)?;
                let span = left.span.to(zone.span);
                self.form("at time zone", op_span, vec![left, zone], span)
            }
        }
    }

    fn binary(&self, op: BinaryOp, op_span: Span, left: Node, right: Node) -> Parsed<Node> {
        let span = left.span.to(right.span);
        self.node(NodeKind::Binary { op, op_span, operands: Box::new([left, right]) }, span)
    }

    /// `a and b and c` becomes one node.
    fn chain(&mut self, first: Node, and: bool, power: u8) -> Parsed<Node> {
        let mut span = first.span;
        let mut operands = vec![first];
        while self.take_word(if and { "and" } else { "or" }) {
            let operand = self.climb(power + 1)?;
            span = span.to(operand.span);
            operands.push(operand);
        }
        self.node(if and { NodeKind::And(operands) } else { NodeKind::Or(operands) }, span)
    }

    fn is_test(&mut self, operand: Node) -> Parsed<Node> {
        self.advance();
        let negated = self.take_word("not");
        let test = if self.is_word(0, "null") {
            IsTest::Null
        } else if self.is_word(0, "true") {
            IsTest::True
        } else if self.is_word(0, "false") {
            IsTest::False
        } else if self.is_word(0, "unknown") {
            IsTest::Unknown
        } else if self.is_word(0, "json") {
            return self.is_json(operand, negated);
        } else {
            return self.unexpected(Missing::Token("null, true, false, unknown, json or distinct from"));
        };
        let span = operand.span.to(self.advance());
        self.node(NodeKind::Is { operand: Box::new(operand), test, negated }, span)
    }

    fn between(&mut self, operand: Node) -> Parsed<Node> {
        let negated = self.take_word("not");
        let start = self.advance();
        let symmetric = self.take_word("symmetric");
        if !symmetric {
            self.take_word("asymmetric");
        }
        let low = self.climb(power::RANGE + 1)?;
        if !self.take_word("and") {
            return self.missing(Missing::Token("and"), Some(start));
        }
        let high = self.climb(power::RANGE + 1)?;
        let span = operand.span.to(high.span);
        self.node(NodeKind::Between { operands: Box::new([operand, low, high]), symmetric, negated }, span)
    }

    fn in_list(&mut self, operand: Node) -> Parsed<Node> {
        let negated = self.take_word("not");
        self.advance();
        let open = self.expect_sign("(", "(")?;
        self.refuse_subquery()?;
        let mut list = vec![self.expression()?];
        while self.take_sign(",") {
            list.push(self.expression()?);
        }
        let span = operand.span.to(self.close(open)?);
        self.node(NodeKind::In { operand: Box::new(operand), list, negated }, span)
    }

    fn like(&mut self, kind: LikeKind, operand: Node, negated: bool) -> Parsed<Node> {
        let pattern = self.climb(power::RANGE + 1)?;
        let mut span = operand.span.to(pattern.span);
        let mut operands = vec![operand, pattern];
        if self.take_word("escape") {
            let escape = self.climb(power::RANGE + 1)?;
            span = span.to(escape.span);
            operands.push(escape);
        }
        self.node(NodeKind::Like { kind, operands, negated }, span)
    }
}
