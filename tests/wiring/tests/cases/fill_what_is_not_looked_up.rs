//! Only tables that the pipeline looks up are filled; `wechat_activity_user` is written alone.

use millstream_wiring_tests::premium_drop_alert::{PremiumDropAlert, WechatActivityUser};
use millstream_runtime::job::Embedded;

fn main() {
    let mut job = Embedded::<PremiumDropAlert>::new().unwrap();
    job.fill(&[WechatActivityUser::default()]).unwrap();
}
