//! The names of the aggregate functions.

use crate::expression::{Call, Node, NodeKind};
use crate::types::model::AggregateFunction;

/// Every aggregate that takes an argument, by its name in SQL.
pub const AGGREGATES: [(&str, AggregateFunction); 7] = [
    ("count", AggregateFunction::Count),
    ("sum", AggregateFunction::Sum),
    ("avg", AggregateFunction::Avg),
    ("min", AggregateFunction::Min),
    ("max", AggregateFunction::Max),
    ("last_value", AggregateFunction::LastValue),
    ("first_value", AggregateFunction::FirstValue),
];

/// Aggregates that are computed from others; the view keeps only those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// `stddev_pop(x)`
    DeviationOfAll,
    /// `stddev_samp(x)`, `stddev(x)`
    DeviationOfSample,
    /// `var_pop(x)`
    VarianceOfAll,
    /// `var_samp(x)`, `variance(x)`
    VarianceOfSample,
}

/// Every derived aggregate, by its name in SQL.
pub const DERIVED: [(&str, Derived); 6] = [
    ("stddev_pop", Derived::DeviationOfAll),
    ("stddev_samp", Derived::DeviationOfSample),
    ("stddev", Derived::DeviationOfSample),
    ("var_pop", Derived::VarianceOfAll),
    ("var_samp", Derived::VarianceOfSample),
    ("variance", Derived::VarianceOfSample),
];

/// The derived aggregate that a call names.
pub fn derived_aggregate(call: &Call) -> Option<Derived> {
    let named = DERIVED.iter().find(|(name, _)| call.name.name.eq_ignore_ascii_case(name));
    named.map(|(_, derived)| *derived)
}

/// The aggregate that a call names.
pub fn aggregate(call: &Call) -> Option<AggregateFunction> {
    let named = AGGREGATES.iter().find(|(name, _)| call.name.name.eq_ignore_ascii_case(name));
    named.map(|(_, function)| match function {
        AggregateFunction::Count if call.star => AggregateFunction::CountRows,
        other => *other,
    })
}

/// Whether an aggregate stands anywhere in an expression.
pub fn has_aggregate(node: &Node) -> bool {
    if let NodeKind::Call(call) = &node.kind
        && (aggregate(call).is_some() || derived_aggregate(call).is_some())
    {
        return true;
    }
    let mut found = false;
    node.kind.each_child(&mut |child| found = found || has_aggregate(child));
    found
}
