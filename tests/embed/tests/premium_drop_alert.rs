//! An embedded pipeline that looks up a table and writes it too; rows that cannot be computed.

use std::error::Error;

use millstream_embed_example::premium_drop_alert::{PremiumDropAlert, RawInfo, UpdateInfo, WechatActivityUser};
use millstream_runtime::job::Embedded;

fn saved(id: i64, premium: &str) -> UpdateInfo<'_> {
    UpdateInfo { id: Some(id), event: Some("save_success"), now_premium: Some(premium), ..UpdateInfo::default() }
}

fn job() -> Result<Embedded<PremiumDropAlert>, Box<dyn Error>> {
    let mut job = Embedded::new()?;
    job.fill(&[
        RawInfo { id: 1, raw_premium: Some("1000"), raw_info: None },
        RawInfo { id: 2, raw_premium: Some("1000"), raw_info: None },
        RawInfo { id: 2, raw_premium: Some("2000"), raw_info: None },
    ])?;
    Ok(job)
}

/// The reports as `id: before -> now`.
fn reports(job: &mut Embedded<PremiumDropAlert>) -> Vec<String> {
    let mut all = Vec::new();
    job.changes::<WechatActivityUser>(|change| {
        let Some(row) = change.after else { return };
        let text = |premium: Option<&str>| premium.unwrap_or("-").to_owned();
        all.push(format!("{}: {} -> {}", row.id, text(row.raw_premium), text(row.now_premium)));
    })
    .expect("changes can be read");
    all
}

#[test]
fn what_was_filled_in_is_looked_up_and_what_was_written_is_seen() -> Result<(), Box<dyn Error>> {
    let mut job = job()?;
    // 3 is nobody; 1 falls by a tenth only, and then again, from the new premium.
    job.feed(&[saved(1, "900"), saved(2, "1500"), saved(3, "1"), saved(1, "700")])?;
    job.commit()?;
    assert_eq!(reports(&mut job), ["2: 2000 -> 1500", "1: 900 -> 700"]);

    // Read or not, in this epoch or in an earlier one: the next update is compared with what was written.
    job.feed(&[saved(2, "1400")])?;
    job.changes::<RawInfo>(|_| {})?;
    job.feed(&[saved(2, "1300"), saved(1, "10")])?;
    job.commit()?;
    assert_eq!(reports(&mut job), ["1: 700 -> 10"]);
    Ok(())
}

#[test]
fn several_tables_are_read_by_their_rows() -> Result<(), Box<dyn Error>> {
    let mut job = job()?;
    job.feed(&[saved(1, "900"), saved(1, "800")])?;
    job.commit()?;
    let mut known = Vec::new();
    job.changes::<RawInfo>(|change| known.push(change.after.and_then(|row| row.raw_premium.map(str::to_owned))))?;
    assert_eq!(known, [Some("800".to_owned())]);
    assert!(reports(&mut job).is_empty());
    Ok(())
}

#[test]
fn rows_that_cannot_be_computed_are_told_with_their_positions() -> Result<(), Box<dyn Error>> {
    let mut job = job()?;
    let mut rows = vec![saved(2, "2000"); 1000];
    rows[3] = saved(1, "a lot");
    rows[700] = saved(2, "2 000");
    let rejected = job.feed(&rows).expect_err("two rows are no numbers");
    // The update after the one that is no number is compared with it.
    let found: Vec<Option<usize>> = rejected.rows.iter().map(|row| row.row).collect();
    assert_eq!(found, [Some(3), Some(700), Some(701)]);
    assert_eq!(
        rejected.to_string(),
        "3 rows were rejected, the first: row 3: insert into 'wechat_activity_user', where (../../pipelines/premium_drop_alert.yaml:64): 'a lot' is no double"
    );
    // All others count, and the pipeline goes on.
    job.feed(&[saved(2, "1")])?;
    job.commit()?;
    assert_eq!(reports(&mut job), ["2: 2000 -> 1"]);
    Ok(())
}

#[test]
fn an_update_of_nobody_changes_nothing() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<PremiumDropAlert>::new()?;
    job.feed(&[UpdateInfo::default()])?;
    job.commit()?;
    assert!(reports(&mut job).is_empty());
    Ok(())
}
