//! Aggregates that are computed from others: `avg(distinct x)`, variances and standard deviations. The view keeps sums and
//! counts, which can be taken back, and shares them with other aggregates.

use super::aggregates::Operands;
use super::expressions::Expressions;
use super::model::{AggregateFunction, Expr};
use super::ty::Base;
use crate::catalogue::{self, BinaryOp};
use crate::expression::{Call, Node};
use crate::problems::types as words;
use crate::resolve::Derived;

impl Expressions<'_> {
    /// `avg(distinct x)`: the sum of the distinct values by their number.
    pub fn distinct_average(&mut self, operands: Operands, node: &Node) -> Option<Expr> {
        let argument = operands.argument.clone()?;
        // The same types are taken as without `distinct`.
        self.called(catalogue::aggregate_type(AggregateFunction::Avg, Some(&argument)), node)?;
        let wide = match argument.ty.base {
            Base::TinyInt | Base::SmallInt | Base::Int => {
                self.called(catalogue::cast(argument.clone(), Base::BigInt, false, node.span), node)?
            }
            _ => argument.clone(),
        };
        let operands = Operands { argument: Some(wide), ..operands };
        let sum = self.collected(AggregateFunction::Sum, true, operands.clone(), node)?;
        let count = self.collected(AggregateFunction::Count, true, operands, node)?;
        self.called(catalogue::average(&argument, sum, count, node.span), node)
    }

    /// A variance or a standard deviation, computed with doubles, as Flink does.
    pub fn derived_aggregate(&mut self, derived: Derived, call: &Call, node: &Node) -> Option<Expr> {
        let Operands { argument, filter } = self.operands(call, false, node)?;
        if let Some(span) = call.distinct {
            self.problems.push(words::distinct_refused(&call.name, span));
            return None;
        }
        let argument = argument?;
        let of = |argument: Expr| Operands { argument: Some(argument), filter: filter.clone() };
        let value = self.called(catalogue::deviating(&call.name.name, argument.clone()), node)?;
        let square =
            self.called(catalogue::binary(BinaryOp::Multiply, value.clone(), value.clone(), node.span), node)?;
        let count = self.collected(AggregateFunction::Count, false, of(value.clone()), node)?;
        let sum = self.collected(AggregateFunction::Sum, false, of(value), node)?;
        let squares = self.collected(AggregateFunction::Sum, false, of(square), node)?;
        let kind = match derived {
            Derived::DeviationOfAll => (false, true),
            Derived::DeviationOfSample => (true, true),
            Derived::VarianceOfAll => (false, false),
            Derived::VarianceOfSample => (true, false),
        };
        self.called(catalogue::variance(&argument, (count, sum, squares), kind, node.span), node)
    }
}
