//! A table with a primary key takes changes.

use millstream_wiring_tests::last_page::UserLastLog;
use millstream_runtime::job::Context;
use millstream_runtime::values::Fault;

fn insert(row: &UserLastLog<'_>, cx: &mut Context<'_, '_>) -> Result<(), Fault> {
    cx.append(row)
}

fn main() {}
