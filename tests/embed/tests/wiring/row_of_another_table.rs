//! The step of one table takes no rows of another.

use millstream_embed_example::last_page::LastPage;
use millstream_embed_example::premium_drop_alert::UpdateInfo;
use millstream_runtime::job::Context;

fn step<'a>(job: &mut LastPage, rows: &[UpdateInfo<'a>], cx: &mut Context<'a, '_>) {
    job.user_log(rows, cx);
}

fn main() {}
