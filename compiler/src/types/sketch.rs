//! Short expressions as SQL, for the help of messages (`write cast(t1.price as double)`).

use super::scope::Scope;
use crate::expression::{Literal, Node, NodeKind};

/// A column, key, literal or short call as SQL; none for what would not be read at a glance.
pub fn sketch(node: &Node, scope: &Scope) -> Option<String> {
    match &node.kind {
        NodeKind::Column(reference) => Some(scope.name(*reference)).filter(|name| !name.is_empty()),
        NodeKind::Key(key) => scope.key_names.get(*key as usize).map(|(name, _)| name.clone()),
        NodeKind::Literal(literal) => match literal {
            Literal::Null => Some("null".to_owned()),
            Literal::Boolean(None) => Some("unknown".to_owned()),
            Literal::Boolean(Some(value)) => Some(value.to_string()),
            Literal::Number(digits) => Some(digits.clone()),
            Literal::Text(text) => (text.len() <= 20).then(|| format!("'{}'", text.replace('\'', "''"))),
            Literal::Bytes(_) => None,
        },
        NodeKind::Call(call) if !call.star && call.distinct.is_none() && call.filter.is_none() => {
            let plain = call.name.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let args: Option<Vec<String>> = call.args.iter().map(|arg| sketch(arg, scope)).collect();
            let written = format!("{}({})", call.name.name, args?.join(", "));
            (plain && written.len() <= 40).then_some(written)
        }
        NodeKind::Name { .. }
        | NodeKind::Broken
        | NodeKind::Negate(_)
        | NodeKind::Plus(_)
        | NodeKind::Not(_)
        | NodeKind::And(_)
        | NodeKind::Or(_)
        | NodeKind::Binary { .. }
        | NodeKind::Is { .. }
        | NodeKind::Between { .. }
        | NodeKind::In { .. }
        | NodeKind::Like { .. }
        | NodeKind::Case { .. }
        | NodeKind::Cast { .. }
        | NodeKind::Call(_)
        | NodeKind::Type(_) => None,
    }
}
