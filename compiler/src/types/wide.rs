//! Expressions with many operands, such as `x in (…)` over a thousand values.

use crate::types::model::Expr;

/// So many operands stand beside each other. The Rust for them is nested as deep as there are operands, and must not take
/// all of the stack of whoever reads or prints it.
const WIDE: usize = 16;

/// `make` over operands whose order counts, but not how they are put together. Where there are many it is made over
/// groups of them, so that there are few levels and none is wide.
pub fn grouped(mut operands: Vec<Expr>, make: impl Fn(Vec<Expr>) -> Expr) -> Expr {
    while operands.len() > WIDE {
        let mut rest = operands.into_iter();
        operands = Vec::new();
        loop {
            let mut group: Vec<Expr> = rest.by_ref().take(WIDE).collect();
            match group.len() {
                0 => break,
                1 => operands.append(&mut group),
                _ => operands.push(make(group)),
            }
        }
    }
    make(operands)
}
