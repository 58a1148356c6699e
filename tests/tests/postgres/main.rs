//! The connector `postgres` with a real server: tables equal to those that go through SQLite, nothing lost or doubled
//! when the connection is cut or a statement refused, and a sentence for what is in the way.

mod adding;
mod connections;
mod cuts;
mod disturbed;
mod jobs;
mod mixed;
mod refusals;
mod sentences;
mod types;

use std::process::Output;

use millstream_tests::postgres::PASSWORD;

/// What a job told; it must not tell the password.
fn told(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(!text.contains(PASSWORD), "{text}");
    text
}
