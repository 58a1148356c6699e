//! Types and nullability of every expression.

pub mod model;
pub mod ty;
