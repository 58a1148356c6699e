//! Walking over typed expressions.

use super::model::{Expr, Kind};

impl Expr {
    /// Calls `visit` with every expression right below, from the left.
    pub fn each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            Kind::Column(_) | Kind::Key(_) | Kind::Aggregate(_) | Kind::Literal(_) => {}
            Kind::Call(call) => call.args.iter().for_each(visit),
            Kind::And(operands)
            | Kind::Or(operands)
            | Kind::Coalesce(operands)
            | Kind::Slice(operands)
            | Kind::OptionSlice(operands) => operands.iter().for_each(visit),
            Kind::Not(operand) | Kind::IsNull(operand) | Kind::IsTruth(operand, _) => visit(operand),
            Kind::Prepared { value, .. } => visit(value),
            Kind::Case { branches, otherwise } => {
                for (condition, value) in branches {
                    visit(condition);
                    visit(value);
                }
                visit(otherwise);
            }
        }
    }

    /// The same with expressions that can be changed.
    pub fn each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            Kind::Column(_) | Kind::Key(_) | Kind::Aggregate(_) | Kind::Literal(_) => {}
            Kind::Call(call) => call.args.iter_mut().for_each(visit),
            Kind::And(operands)
            | Kind::Or(operands)
            | Kind::Coalesce(operands)
            | Kind::Slice(operands)
            | Kind::OptionSlice(operands) => operands.iter_mut().for_each(visit),
            Kind::Not(operand) | Kind::IsNull(operand) | Kind::IsTruth(operand, _) => visit(operand),
            Kind::Prepared { value, .. } => visit(value),
            Kind::Case { branches, otherwise } => {
                for (condition, value) in branches {
                    visit(condition);
                    visit(value);
                }
                visit(otherwise);
            }
        }
    }

    /// Whether a column for which `wanted` holds stands anywhere in the expression.
    pub fn any(&self, wanted: &dyn Fn(&Expr) -> bool) -> bool {
        let mut found = wanted(self);
        self.each_child(&mut |child| found = found || child.any(wanted));
        found
    }
}
