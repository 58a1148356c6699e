//! What passes the compiler's check passes rustc, without a warning, whatever the names and expressions are.

#![deny(warnings)]

use std::error::Error;

use awkward_names::{_1 as One, AwkwardNames, Totals};
use millstream_runtime::job::Embedded;

#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
mod awkward_names {
    include!(concat!(env!("OUT_DIR"), "/awkward_names.rs"));
}

#[allow(clippy::pedantic, clippy::style, reason = "expressions are generated as awkwardly as they are written")]
pub mod awkward_expressions {
    include!(concat!(env!("OUT_DIR"), "/awkward_expressions.rs"));
}

/// Values of aggregates that are called like the variables of the generated code stay themselves.
#[test]
fn names_are_not_mixed_up() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<AwkwardNames>::new()?;
    let row = |crate_: i32| One { self_: Some(7), crate_, r#gen: 9, r#type: Some("t"), ..Default::default() };
    job.feed(&[row(20), row(30)])?;
    job.commit()?;
    let mut told = Vec::new();
    job.changes::<Totals>(|change| {
        if let Some(row) = change.after {
            told.push((row.self_, row.a, row.b, row.ab, row.ba, row.scope, row.key));
        }
    })?;
    assert_eq!(told, [(7, Some(2), Some(50), Some(70), Some(502), Some(30), Some(9))]);
    Ok(())
}
