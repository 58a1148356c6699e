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

    /// Whether the expression has more than so many parts, itself included.
    pub fn is_longer_than(&self, most: usize) -> bool {
        fn count(expr: &Expr, left: &mut usize) {
            *left = left.saturating_sub(1);
            expr.each_child(&mut |child| {
                if *left > 0 {
                    count(child, left);
                }
            });
        }
        let mut left = most + 1;
        count(self, &mut left);
        left == 0
    }
}
