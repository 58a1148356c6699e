//! How texts are read: trees as S-expressions, places as the text they cover, errors as users see them.

use super::{IsTest, LikeKind, Literal, Node, NodeKind, SyntaxError, parse, parse_input, parse_item, parse_type};
use crate::source::{Span, Text};

mod errors;
mod limits;
mod precedence;
mod spans;
mod syntax;

fn text(value: &str) -> Text {
    Text::plain(value, Span::new(0, value.len()))
}

fn read(value: &str) -> Result<Node, SyntaxError> {
    parse(&text(value))
}

/// The tree of a text, or `error`.
fn tree(value: &str) -> String {
    match read(value) {
        Ok(node) => show(&node),
        Err(error) => format!("error {:?}", error.kind),
    }
}

/// A tree as an S-expression.
fn show(node: &Node) -> String {
    let list = |nodes: &[Node]| nodes.iter().map(show).collect::<Vec<_>>().join(" ");
    let tail = |nodes: &[&Node]| nodes.iter().fold(String::new(), |all, node| all + " " + &show(node));
    let not = |negated: bool| if negated { "not-" } else { "" };
    match &node.kind {
        NodeKind::Name { qualifier: None, name } => name.name.clone(),
        NodeKind::Name { qualifier: Some(qualifier), name } => format!("{}.{}", qualifier.name, name.name),
        NodeKind::Column(_) | NodeKind::Key(_) | NodeKind::Broken => "resolved".to_owned(),
        NodeKind::Literal(literal) => match literal {
            Literal::Null => "null".to_owned(),
            Literal::Boolean(None) => "unknown".to_owned(),
            Literal::Boolean(Some(value)) => value.to_string(),
            Literal::Number(digits) => digits.clone(),
            Literal::Text(text) => format!("'{text}'"),
            Literal::Bytes(bytes) => format!("{bytes:02x?}"),
        },
        NodeKind::Type(ty) => format!("<{}{:?}>", ty.name, ty.args.iter().map(|(value, _)| *value).collect::<Vec<_>>()),
        NodeKind::Negate(operand) => format!("(negate {})", show(operand)),
        NodeKind::Plus(operand) => format!("(plus {})", show(operand)),
        NodeKind::Not(operand) => format!("(not {})", show(operand)),
        NodeKind::And(operands) => format!("(and {})", list(operands)),
        NodeKind::Or(operands) => format!("(or {})", list(operands)),
        NodeKind::Binary { op, operands, .. } => format!("({op:?} {})", list(&**operands)),
        NodeKind::Is { operand, test, negated } => {
            let test = match test {
                IsTest::Null => "null",
                IsTest::True => "true",
                IsTest::False => "false",
                IsTest::Unknown => "unknown",
            };
            format!("(is-{}{test} {})", not(*negated), show(operand))
        }
        NodeKind::Between { operands, symmetric, negated } => {
            let symmetric = if *symmetric { "-symmetric" } else { "" };
            format!("({}between{symmetric} {})", not(*negated), list(&**operands))
        }
        NodeKind::In { operand, list: items, negated } => {
            format!("({}in {} [{}])", not(*negated), show(operand), list(items))
        }
        NodeKind::Like { kind, operands, negated } => {
            let kind = match kind {
                LikeKind::Like => "like",
                LikeKind::Similar => "similar",
            };
            format!("({}{kind} {})", not(*negated), list(operands))
        }
        NodeKind::Case { operand, branches, otherwise } => {
            let operand = tail(&operand.iter().map(|node| &**node).collect::<Vec<_>>());
            let otherwise = tail(&otherwise.iter().map(|node| &**node).collect::<Vec<_>>());
            let branches = branches.iter().map(|(when, then)| format!("[{} {}]", show(when), show(then)));
            format!("(case{operand} {}{otherwise})", branches.collect::<Vec<_>>().join(" "))
        }
        NodeKind::Cast { operand, ty, attempt } => {
            let args: Vec<u64> = ty.args.iter().map(|(value, _)| *value).collect();
            let attempt = if *attempt { "try-" } else { "" };
            format!("({attempt}cast {} {}{args:?})", show(operand), ty.name)
        }
        NodeKind::Call(call) => {
            let distinct = if call.distinct.is_some() { " distinct" } else { "" };
            let star = if call.star { " *" } else { "" };
            let args = tail(&call.args.iter().collect::<Vec<_>>());
            let filter = call.filter.as_ref().map(|filter| format!(" filter {}", show(filter))).unwrap_or_default();
            format!("({}{distinct}{star}{args}{filter})", call.name.name)
        }
    }
}
