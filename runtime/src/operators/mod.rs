//! Aggregation: accumulators, and the operator that keeps groups and tells what changed.

mod accumulate;
mod aggregate;
mod distinct;
mod exact;
mod extremes;
mod lasting;
mod share;
mod shared;

pub use accumulate::{
    Accumulator, Average, AverageInto, Count, CountRows, FirstValue, LastValue, Retract, Sum, SumInto, Summable,
};
pub use aggregate::{Aggregate, Aggregation, Change, Changed, Changes, KeyRef, Retraction, Told};
pub use distinct::Distinct;
pub use exact::{ExactFloat, ExactInteger};
pub use extremes::{Max, Min, Ordered, RetractableMax, RetractableMin};
pub use lasting::Kept;
pub use share::Share;
pub use shared::Sharing;
