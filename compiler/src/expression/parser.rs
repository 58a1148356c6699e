//! The Pratt parser: operators by their binding power, everything else by its first word.

use super::MAX_DEPTH;
use super::error::{Missing, SyntaxError, SyntaxErrorKind, Unsupported};
use super::lexer::{Token, TokenKind, tokens, unescape};
use super::tree::{Call, Ident, InputName, IsTest, Item, LikeKind, Literal, Node, NodeKind, TypeName};
use crate::catalogue::BinaryOp;
use crate::source::{Span, Text};

/// Binding powers, as Apache Calcite has them; a higher one binds tighter.
pub(super) mod power {
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

/// Words that are no names unless quoted: they have a place in the grammar where a name could stand.
const RESERVED: [&str; 24] = [
    "and", "or", "not", "is", "null", "true", "false", "unknown", "in", "between", "like", "similar", "escape", "case",
    "when", "then", "else", "end", "cast", "try_cast", "as", "from", "select", "distinct",
];

/// Functions that may be called without brackets.
const WITHOUT_BRACKETS: [&str; 5] =
    ["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"];

pub(super) type Parsed<T> = Result<T, SyntaxError>;

pub(super) struct Parser {
    tokens: Vec<Token>,
    next: usize,
    level: u16,
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
    /// Reads a whole text with `read`.
    pub fn over<T>(text: &Text, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let mut parser = Self { tokens: tokens(text)?, next: 0, level: 0 };
        if parser.tokens.len() == 1 {
            return Err(SyntaxError { span: text.span, kind: SyntaxErrorKind::Empty });
        }
        let result = read(&mut parser)?;
        if *parser.peek() == TokenKind::End { Ok(result) } else { parser.unexpected(Missing::OperatorOrEnd) }
    }

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

    /// What an expression begins with.
    fn prefix(&mut self) -> Parsed<Node> {
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

/// Tokens.
impl Parser {
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

    fn word_at(&self, ahead: usize) -> Option<&str> {
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
        Ok(Ident { name, span: self.advance(), double_quoted })
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
        self.call_node(Ident { name: name.to_owned(), span: name_span, double_quoted: false }, args, span)
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

    fn refuse_subquery(&self) -> Parsed<()> {
        if self.is_word(0, "select") || self.is_word(0, "values") {
            return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Subquery));
        }
        Ok(())
    }

    fn refuse_quantifier(&self) -> Parsed<()> {
        let quantifier = ["all", "any", "some"].iter().any(|word| self.is_word(0, word));
        if quantifier && self.sign_at(1) == Some("(") {
            return self.fail(SyntaxErrorKind::Unsupported(Unsupported::Quantifier));
        }
        Ok(())
    }
}
