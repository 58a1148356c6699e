//! A pipeline is fed with rows of the tables that it reads; this one writes `user_last_log`.

use millstream_wiring_tests::last_page::{LastPage, UserLastLog};
use millstream_runtime::job::Embedded;

fn main() {
    let mut job = Embedded::<LastPage>::new().unwrap();
    job.feed(&[UserLastLog::default()]).unwrap();
}
