//! An embedded pipeline of a view over a view, with a clock of its own.

use std::error::Error;

use millstream_embed_example::hourly_premium::{HourlyPremium, HsOrder, UserOrder};
use millstream_runtime::job::Embedded;
use millstream_runtime::operators::Change;
use millstream_runtime::values::Decimal;

/// 2026-11-21 00:00 in Shanghai.
const MIDNIGHT: i64 = 1_795_190_400_000;
const HOUR: i64 = 3_600_000;

fn order(id: i64, number: &str, hour: i64, cents: i128) -> UserOrder<'_> {
    UserOrder {
        id: Some(id),
        order_no: Some(number),
        customer_tel: Some("tel"),
        gmt_modified: Some(MIDNIGHT + hour * HOUR),
        account_payble: Decimal::checked(cents),
        ..UserOrder::default()
    }
}

/// What changed, as `hour premium policies -> hour premium policies`.
fn changes(job: &mut Embedded<HourlyPremium>) -> Vec<String> {
    let text = |row: Option<HsOrder<'_>>| match row {
        Some(HsOrder { biz_date, total_premium, policy_cnt, .. }) => {
            format!("{biz_date} {:?} {:?}", total_premium.unwrap_or(-1.0), policy_cnt.unwrap_or(-1))
        }
        None => "nothing".to_owned(),
    };
    let mut all = Vec::new();
    let told =
        job.changes::<HsOrder>(|Change { before, after }| all.push(format!("{} -> {}", text(before), text(after))));
    told.expect("changes can be read");
    all.sort();
    all
}

#[test]
fn an_hour_goes_down_when_its_order_moves_to_another() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<HourlyPremium>::at(MIDNIGHT + 12 * HOUR)?;
    job.feed(&[order(1, "a", 9, 10_000), order(2, "b", 9, 20_050), order(3, "c", -1, 1)])?;
    job.commit()?;
    assert_eq!(changes(&mut job), ["nothing -> 2026112109 300.5 2"]);
    job.feed(&[order(1, "a2", 11, 10_000)])?;
    job.commit()?;
    assert_eq!(changes(&mut job), ["2026112109 300.5 2 -> 2026112109 200.5 1", "nothing -> 2026112111 100.0 1"]);
    job.feed(&[order(2, "b2", 11, 0)])?;
    job.commit()?;
    assert_eq!(changes(&mut job), ["2026112109 200.5 1 -> nothing", "2026112111 100.0 1 -> 2026112111 100.0 2"]);
    Ok(())
}

#[test]
fn the_clock_moves_between_epochs() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<HourlyPremium>::at(MIDNIGHT + 12 * HOUR)?;
    job.set_now(MIDNIGHT + 36 * HOUR);
    job.feed(&[order(1, "a", 9, 100)])?;
    job.commit()?;
    assert_eq!(changes(&mut job), ["nothing -> 2026112109 1.0 1"], "the epoch's clock stood still");
    // From here on it is the next day: what is older is left out.
    job.feed(&[order(2, "b", 9, 100), order(3, "c", 25, 100)])?;
    job.commit()?;
    assert_eq!(changes(&mut job), ["nothing -> 2026112201 1.0 1"]);
    Ok(())
}
