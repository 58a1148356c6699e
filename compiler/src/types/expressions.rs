//! From the syntax tree of one expression to a typed expression.

use super::aggregates::Aggregates;
use super::literal;
use super::model::{Expr, Kind, Literal};
use super::name;
use super::scope::Scope;
use super::sketch::sketch;
use super::ty::{Base, Ty};
use super::wide::grouped;
use crate::catalogue::{self, BinaryOp, CallError};
use crate::expression::{self, Call, IsTest, LikeKind, Node, NodeKind, TypeName};
use crate::problems::{Problems, types as words};
use crate::resolve;
use crate::source::Span;

/// Parts that a typed expression may have.
const MOST_PARTS: usize = 200_000;

/// Types the expressions of one clause. Each method gives none for what was reported, here or before.
pub struct Expressions<'a> {
    pub scope: &'a Scope,
    pub problems: &'a mut Problems,
    /// What becomes of aggregates.
    pub aggregates: Aggregates<'a>,
}

impl Expressions<'_> {
    /// Any expression.
    pub fn expression(&mut self, node: &Node) -> Option<Expr> {
        let expr = self.of_kind(node)?;
        // `x in (a, b)` takes x twice; nested, that doubles with every level.
        if expr.is_longer_than(MOST_PARTS) {
            self.problems.push(words::too_big(node.span));
            return None;
        }
        Some(expr)
    }

    fn of_kind(&mut self, node: &Node) -> Option<Expr> {
        match &node.kind {
            // `resolve` has reported the names that are left.
            NodeKind::Name { .. } | NodeKind::Broken => None,
            NodeKind::Column(reference) => self.scope.reference(*reference, node.span),
            NodeKind::Key(key) => self.scope.key(*key, node.span),
            NodeKind::Literal(written) => self.literal(written, node.span),
            NodeKind::Type(ty) => self.type_argument(ty),
            NodeKind::Negate(operand) => {
                let value = self.expression(operand)?;
                let negated = self.called(catalogue::negate(value, node.span), node)?;
                Some(fitting(negated))
            }
            NodeKind::Plus(operand) => self.plus(operand),
            NodeKind::Not(operand) => {
                let value = self.condition(operand, "not")?;
                Some(not(value, node.span))
            }
            NodeKind::And(operands) => self.chain(operands, "and").map(|operands| and(operands, node.span)),
            NodeKind::Or(operands) => self.chain(operands, "or").map(|operands| or(operands, node.span)),
            NodeKind::Binary { op, operands, .. } => {
                let [left, right] = operands.each_ref().map(|operand| self.expression(operand));
                let (left, right) = (left?, right?);
                self.binary(*op, left, right, node)
            }
            NodeKind::Is { operand, test, negated } => self.is(operand, *test, *negated, node.span),
            NodeKind::Between { operands, symmetric, negated } => self.between(operands, *symmetric, *negated, node),
            NodeKind::In { operand, list, negated } => self.is_in(operand, list, *negated, node),
            NodeKind::Like { kind, operands, negated } => self.like(*kind, operands, *negated, node),
            NodeKind::Case { operand, branches, otherwise } => {
                self.case(operand.as_deref(), branches, otherwise.as_deref(), node)
            }
            NodeKind::Cast { operand, ty, attempt } => self.cast(operand, ty, *attempt, node),
            NodeKind::Call(call) => self.call(call, node),
        }
    }

    /// A condition: `clause` is what asks for it, such as `where` or `and`.
    pub fn condition(&mut self, node: &Node, clause: &str) -> Option<Expr> {
        let value = self.expression(node)?;
        if value.ty.base == Base::Boolean {
            return Some(value);
        }
        if value.ty.base == Base::Null && clause == "when" {
            return Some(null(Base::Boolean, node.span));
        }
        self.problems.push(words::no_condition(clause, value.ty, node.span, sketch(node, self.scope).as_deref()));
        None
    }

    fn literal(&mut self, written: &expression::Literal, span: Span) -> Option<Expr> {
        let (literal, base) = match written {
            expression::Literal::Null => (Literal::Null, Base::Null),
            expression::Literal::Boolean(None) => (Literal::Null, Base::Boolean),
            expression::Literal::Boolean(Some(value)) => (Literal::Boolean(*value), Base::Boolean),
            expression::Literal::Number(digits) => {
                let number = literal::number(digits);
                number
                    .map_err(|literal::OutOfRange| self.problems.push(words::number_out_of_range(digits, span)))
                    .ok()?
            }
            expression::Literal::Text(text) => (Literal::Text(text.clone()), literal::text(text)),
            expression::Literal::Bytes(bytes) => (Literal::Bytes(bytes.clone()), Base::Bytes),
        };
        let nullable = literal == Literal::Null;
        Some(Expr { kind: Kind::Literal(literal), ty: Ty { base, nullable }, span })
    }

    /// A type as an argument: a null of that type.
    fn type_argument(&mut self, ty: &TypeName) -> Option<Expr> {
        let base = self.base(ty)?;
        Some(null(base, ty.span))
    }

    fn base(&mut self, ty: &TypeName) -> Option<Base> {
        name::base(ty).map_err(|error| self.problems.push(words::type_name(ty, error))).ok()
    }

    fn plus(&mut self, operand: &Node) -> Option<Expr> {
        let value = self.expression(operand)?;
        if is_number(value.ty.base) || matches!(value.ty.base, Base::IntervalMonths | Base::IntervalMillis) {
            return Some(value);
        }
        let error = CallError::WrongType {
            name: "+".to_owned(),
            argument: 0,
            span: operand.span,
            expected: "a number".to_owned(),
            found: value.ty,
            help: Vec::new(),
        };
        self.called(Err(error), operand)
    }

    fn chain(&mut self, operands: &[Node], word: &str) -> Option<Vec<Expr>> {
        let typed: Vec<Option<Expr>> = operands.iter().map(|operand| self.condition(operand, word)).collect();
        typed.into_iter().collect()
    }

    fn binary(&mut self, op: BinaryOp, left: Expr, right: Expr, node: &Node) -> Option<Expr> {
        self.called(catalogue::binary(op, left, right, node.span), node)
    }

    fn is(&mut self, operand: &Node, test: IsTest, negated: bool, span: Span) -> Option<Expr> {
        let tested = match test {
            IsTest::Null => is_null(self.expression(operand)?, span),
            IsTest::Unknown => is_null(self.condition(operand, "is unknown")?, span),
            IsTest::True => is_truth(self.condition(operand, "is true")?, true, span),
            IsTest::False => is_truth(self.condition(operand, "is false")?, false, span),
        };
        Some(if negated { not(tested, span) } else { tested })
    }

    /// `x between a and b` is `x >= a and x <= b`.
    fn between(&mut self, operands: &[Node; 3], symmetric: bool, negated: bool, node: &Node) -> Option<Expr> {
        let [value, low, high] = operands.each_ref().map(|operand| self.expression(operand));
        let (value, low, high) = (value?, low?, high?);
        let swapped = symmetric.then(|| (value.clone(), high.clone(), low.clone()));
        let mut range = |value: Expr, low: Expr, high: Expr| {
            let above = self.binary(BinaryOp::GreaterOrEqual, value.clone(), low, node);
            let below = self.binary(BinaryOp::LessOrEqual, value, high, node);
            Some(and(vec![above?, below?], node.span))
        };
        let mut result = range(value, low, high)?;
        if let Some((value, low, high)) = swapped {
            result = or(vec![result, range(value, low, high)?], node.span);
        }
        Some(if negated { not(result, node.span) } else { result })
    }

    /// `x in (a, b)` is `x = a or x = b`.
    fn is_in(&mut self, operand: &Node, list: &[Node], negated: bool, node: &Node) -> Option<Expr> {
        let value = self.expression(operand);
        let items: Vec<Option<Expr>> = list.iter().map(|item| self.expression(item)).collect();
        let (value, items) = (value?, items.into_iter().collect::<Option<Vec<Expr>>>()?);
        // The first item that does not fit says enough about the rest.
        let mut equal = Vec::new();
        for (item, written) in items.into_iter().zip(list) {
            let result = catalogue::member(value.clone(), item, node.span);
            equal.push(self.called_between(result, operand, written)?);
        }
        let result = if equal.len() == 1 { equal.remove(0) } else { or(equal, node.span) };
        let result = Expr { span: node.span, ..result };
        Some(if negated { not(result, node.span) } else { result })
    }

    fn like(&mut self, kind: LikeKind, operands: &[Node], negated: bool, node: &Node) -> Option<Expr> {
        let typed: Vec<Option<Expr>> = operands.iter().map(|operand| self.expression(operand)).collect();
        let mut typed = typed.into_iter().collect::<Option<Vec<Expr>>>()?.into_iter();
        let (value, pattern, escape) = (typed.next()?, typed.next()?, typed.next());
        let result = match kind {
            LikeKind::Like => catalogue::like(value, pattern, escape, node.span),
            LikeKind::Similar => catalogue::similar(value, pattern, escape, node.span),
        };
        let result = self.called(result, node)?;
        Some(if negated { not(result, node.span) } else { result })
    }

    fn case(
        &mut self,
        operand: Option<&Node>,
        branches: &[(Node, Node)],
        otherwise: Option<&Node>,
        node: &Node,
    ) -> Option<Expr> {
        let compared = operand.map(|operand| (operand, self.expression(operand)));
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for (condition, value) in branches {
            conditions.push(match &compared {
                None => self.condition(condition, "when"),
                Some((operand, compared)) => self.when(operand, compared.as_ref(), condition),
            });
            values.push((self.expression(value), value));
        }
        if let Some(otherwise) = otherwise {
            values.push((self.expression(otherwise), otherwise));
        }
        let conditions: Vec<Expr> = conditions.into_iter().collect::<Option<_>>()?;
        let values: Vec<(Expr, &Node)> =
            values.into_iter().map(|(value, node)| value.map(|value| (value, node))).collect::<Option<_>>()?;
        let base = self.common_type(&values, "case")?;
        let mut widened = self.widen_each(values, base)?;
        let last = if otherwise.is_some() { widened.pop() } else { None };
        let otherwise = last.unwrap_or_else(|| null(base, node.span));
        let nullable = otherwise.ty.nullable || widened.iter().any(|value| value.ty.nullable);
        let branches = conditions.into_iter().zip(widened).collect();
        let kind = Kind::Case { branches, otherwise: Box::new(otherwise) };
        Some(Expr { kind, ty: Ty { base, nullable }, span: node.span })
    }

    /// `case x when y`: `x = y`
    fn when(&mut self, operand: &Node, value: Option<&Expr>, node: &Node) -> Option<Expr> {
        let other = self.expression(node)?;
        let result = catalogue::binary(BinaryOp::Equal, value?.clone(), other, node.span);
        self.called_between(result, operand, node)
    }

    /// The type of the values of branches.
    fn common_type(&mut self, values: &[(Expr, &Node)], what: &str) -> Option<Base> {
        let types: Vec<Ty> = values.iter().map(|(value, _)| value.ty).collect();
        if let Some(base) = catalogue::common_type(&types) {
            return Some(base);
        }
        // The first value that does not go with those before it.
        let clash =
            (1..=types.len()).find(|count| catalogue::common_type(&types[..*count]).is_none())?.checked_sub(1)?;
        let (right, right_node) = &values[clash];
        let pair = |left: &Expr| catalogue::common_type(&[left.ty, right.ty]).is_none();
        let (left, left_node) = values[..clash].iter().find(|(left, _)| pair(left)).or(values.first())?;
        let places = [(left.ty, left_node.span), (right.ty, right_node.span)];
        let sketches = [sketch(left_node, self.scope), sketch(right_node, self.scope)];
        self.problems.push(words::no_common_type(what, places, &sketches));
        None
    }

    fn widen_each(&mut self, values: Vec<(Expr, &Node)>, base: Base) -> Option<Vec<Expr>> {
        let widened = values.into_iter().map(|(value, node)| {
            let ty = value.ty;
            widen(value, base).ok_or((ty, node))
        });
        let widened: Result<Vec<Expr>, (Ty, &Node)> = widened.collect();
        widened
            .map_err(|(ty, node)| {
                self.problems.push(words::no_widening(ty, base, node.span, sketch(node, self.scope).as_deref()));
            })
            .ok()
    }

    fn cast(&mut self, operand: &Node, ty: &TypeName, attempt: bool, node: &Node) -> Option<Expr> {
        let value = self.expression(operand);
        let base = self.base(ty)?;
        let value = value?;
        if value.ty.base == Base::Null {
            return Some(null(base, node.span));
        }
        let cast = match name::time_digits(ty) {
            Some(digits) => catalogue::cast_time(value, digits, attempt, node.span),
            None => catalogue::cast(value, base, attempt, node.span),
        };
        let cast = match name::bytes_length(ty) {
            Some(length) => cast.map(|bytes| catalogue::fit_bytes(bytes, length)),
            None => cast,
        };
        self.called(cast, node)
    }

    fn call(&mut self, call: &Call, node: &Node) -> Option<Expr> {
        if let Some(function) = resolve::aggregate(call) {
            return self.aggregate(function, call, node);
        }
        if let Some(derived) = resolve::derived_aggregate(call) {
            return self.derived_aggregate(derived, call, node);
        }
        let args: Vec<Option<Expr>> = call.args.iter().map(|arg| self.expression(arg)).collect();
        let args = args.into_iter().collect::<Option<Vec<Expr>>>()?;
        let result = catalogue::call(&call.name.name.to_ascii_lowercase(), args, node.span);
        let known = !matches!(result, Err(CallError::UnknownFunction { .. }));
        if known && (call.star || call.distinct.is_some() || call.filter.is_some()) {
            let span = call.distinct.or(call.filter.as_ref().map(|filter| filter.span)).unwrap_or(call.name.span);
            self.problems.push(words::no_aggregate(&call.name, span));
            return None;
        }
        self.called(result, node)
    }

    /// What the catalogue says, its refusal reported.
    pub fn called<T>(&mut self, result: Result<T, CallError>, node: &Node) -> Option<T> {
        result.map_err(|error| self.problems.push(words::call(&error, node, self.scope))).ok()
    }

    /// The same for an equality between two nodes that do not stand side by side.
    fn called_between(&mut self, result: Result<Expr, CallError>, left: &Node, right: &Node) -> Option<Expr> {
        result.map_err(|error| self.problems.push(words::compared(&error, left, right, self.scope))).ok()
    }
}

/// [`catalogue::widen`], with bare nulls.
pub fn widen(value: Expr, base: Base) -> Option<Expr> {
    if value.ty.base == Base::Null { Some(null(base, value.span)) } else { catalogue::widen(value, base) }
}

/// `-(-2147483648)` is a constant that `int` does not hold.
fn fitting(value: Expr) -> Expr {
    match value.kind {
        Kind::Literal(Literal::Integer(number)) if value.ty.base == Base::Int && i32::try_from(number).is_err() => {
            Expr { ty: Ty { base: Base::BigInt, ..value.ty }, ..value }
        }
        _ => value,
    }
}

/// A null of a type.
pub fn null(base: Base, span: Span) -> Expr {
    Expr { kind: Kind::Literal(Literal::Null), ty: Ty::nullable(base), span }
}

/// Whether values of a type can be calculated with.
pub fn is_number(base: Base) -> bool {
    match base {
        Base::TinyInt
        | Base::SmallInt
        | Base::Int
        | Base::BigInt
        | Base::Float
        | Base::Double
        | Base::Decimal { .. } => true,
        Base::Boolean
        | Base::Char(_)
        | Base::Varchar(_)
        | Base::Bytes
        | Base::Date
        | Base::Time
        | Base::Timestamp(_)
        | Base::TimestampLtz(_)
        | Base::IntervalMonths
        | Base::IntervalMillis
        | Base::Null => false,
    }
}

/// Conditions that must all hold; one alone stays as it is.
pub fn and(mut operands: Vec<Expr>, span: Span) -> Expr {
    if operands.len() == 1 {
        return operands.remove(0);
    }
    junction(operands, Kind::And, span)
}

fn or(operands: Vec<Expr>, span: Span) -> Expr {
    junction(operands, Kind::Or, span)
}

fn junction(operands: Vec<Expr>, kind: impl Fn(Vec<Expr>) -> Kind, span: Span) -> Expr {
    grouped(operands, |operands| {
        let nullable = operands.iter().any(|operand| operand.ty.nullable);
        Expr { kind: kind(operands), ty: Ty { base: Base::Boolean, nullable }, span }
    })
}

fn not(operand: Expr, span: Span) -> Expr {
    let ty = operand.ty;
    Expr { kind: Kind::Not(Box::new(operand)), ty, span }
}

fn is_null(operand: Expr, span: Span) -> Expr {
    Expr { kind: Kind::IsNull(Box::new(operand)), ty: Ty::not_null(Base::Boolean), span }
}

fn is_truth(operand: Expr, wanted: bool, span: Span) -> Expr {
    Expr { kind: Kind::IsTruth(Box::new(operand), wanted), ty: Ty::not_null(Base::Boolean), span }
}
