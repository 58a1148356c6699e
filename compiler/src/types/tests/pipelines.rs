//! The three jobs.

use super::compile;

#[test]
fn the_three_jobs_have_types() {
    for text in [
        include_str!("../../../../pipelines/hourly_premium.yaml"),
        include_str!("../../../../pipelines/premium_drop_alert.yaml"),
        include_str!("../../../../pipelines/last_page.yaml"),
    ] {
        let (typed, problems) = compile(text);
        assert_eq!(problems, "");
        assert!(typed.is_some());
    }
}
