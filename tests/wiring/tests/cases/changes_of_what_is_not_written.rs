//! Changes are those of tables that the pipeline writes; `user_log` is read.

use millstream_wiring_tests::last_page::{LastPage, UserLog};
use millstream_runtime::job::Embedded;

fn main() {
    let mut job = Embedded::<LastPage>::new().unwrap();
    job.changes::<UserLog>(|_| ()).unwrap();
}
