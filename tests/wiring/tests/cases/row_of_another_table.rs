//! The step of one table takes no rows of another.

use millstream_wiring_tests::last_page::LastPage;
use millstream_wiring_tests::premium_drop_alert::UpdateInfo;
use millstream_runtime::job::Context;

fn step<'a>(job: &mut LastPage, rows: &[UpdateInfo<'a>], cx: &mut Context<'a, '_>) {
    job.user_log(rows, cx);
}

fn main() {}
