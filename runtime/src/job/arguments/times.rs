//! `--now` and `--epoch`.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::job::arguments::Epoch;

/// A point in time, in milliseconds since 1970-01-01 00:00 UTC: such a number, RFC 3339, or a date with or without
/// a time of day in the pipeline's time zone.
pub(super) fn now(text: &str, time_zone: &str) -> Result<i64, String> {
    if let Ok(millis) = text.parse() {
        return Ok(millis);
    }
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok(zoned.timestamp().as_millisecond());
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp.as_millisecond());
    }
    let local = text.parse::<DateTime>().map_err(|_| {
        format!(
            "--now {text}: give a time such as 2026-11-21, '2026-11-21 08:00:00', 2026-11-21T08:00:00Z, or \
             milliseconds since 1970"
        )
    })?;
    let zone = TimeZone::get(time_zone).map_err(|error| format!("--now {text}: {error}"))?;
    let zoned = local.to_zoned(zone).map_err(|error| format!("--now {text}: {error}"))?;
    Ok(zoned.timestamp().as_millisecond())
}

/// When an epoch ends: `1s`, `500ms`, `2min`, `1h`, `1d`, `1000rows`, `1000`, `end`.
pub(super) fn epoch(text: &str) -> Result<Epoch, String> {
    let number_ends = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(number_ends);
    let epoch = match (number.parse::<u64>(), unit.trim()) {
        (Err(_), "end") if number.is_empty() => Some(Epoch::End),
        (Err(_) | Ok(0), _) => None,
        (Ok(rows), "" | "row" | "rows") => Some(Epoch::Rows(rows)),
        (Ok(number), "ms") => Some(Epoch::Time(Duration::from_millis(number))),
        (Ok(number), "s") => Some(Epoch::Time(Duration::from_secs(number))),
        (Ok(number), "m" | "min") => number.checked_mul(60).map(Duration::from_secs).map(Epoch::Time),
        (Ok(number), "h") => number.checked_mul(3600).map(Duration::from_secs).map(Epoch::Time),
        (Ok(number), "d") => number.checked_mul(86_400).map(Duration::from_secs).map(Epoch::Time),
        (Ok(_), _) => None,
    };
    epoch.ok_or_else(|| {
        format!("--epoch {text}: give a time such as 1s or 500ms, a number of rows such as 1000rows, or end")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_read_in_the_zone_of_the_pipeline_unless_it_names_its_own() {
        let shanghai = |text| now(text, "Asia/Shanghai");
        let midnight = Ok(1_795_190_400_000);
        assert_eq!(shanghai("2026-11-21"), midnight);
        assert_eq!(shanghai("2026-11-21 00:00:00"), midnight);
        assert_eq!(shanghai("2026-11-21T00:00"), midnight);
        assert_eq!(shanghai("2026-11-21T00:00:00+08:00"), midnight);
        assert_eq!(shanghai("2026-11-20T16:00:00Z"), midnight);
        assert_eq!(shanghai("2026-11-21T01:00[Asia/Tokyo]"), midnight);
        assert_eq!(shanghai("1795190400000"), midnight);
        assert_eq!(shanghai("2026-11-20T16:00:00.123Z"), Ok(1_795_190_400_123));
        assert_eq!(shanghai("-5"), Ok(-5));
        // A time of day that summer time leaves out is the one that the clocks show instead.
        assert_eq!(now("2026-03-29 02:30:00", "Europe/Berlin"), now("2026-03-29T01:30:00Z", "UTC"));
        for wrong in ["", "today", "2026-13-01", "2026-11-21 25:00"] {
            assert!(shanghai(wrong).unwrap_err().starts_with(&format!("--now {wrong}: give a time such as ")));
        }
    }

    #[test]
    fn an_epoch_is_a_time_or_rows() {
        assert_eq!(epoch("1s"), Ok(Epoch::Time(Duration::from_secs(1))));
        assert_eq!(epoch("500ms"), Ok(Epoch::Time(Duration::from_millis(500))));
        assert_eq!(epoch("2m"), Ok(Epoch::Time(Duration::from_secs(120))));
        assert_eq!(epoch("1h"), Ok(Epoch::Time(Duration::from_secs(3600))));
        assert_eq!(epoch("2d"), Ok(Epoch::Time(Duration::from_secs(172_800))));
        assert_eq!(epoch("1"), Ok(Epoch::Rows(1)));
        assert_eq!(epoch("7 rows"), Ok(Epoch::Rows(7)));
        assert_eq!(epoch("1000rows"), Ok(Epoch::Rows(1000)));
        assert_eq!(epoch("end"), Ok(Epoch::End));
        for wrong in ["", "0", "0s", "1h30", "s", "-1", "1.5s", "7end", "99999999999999999999"] {
            assert!(epoch(wrong).unwrap_err().starts_with(&format!("--epoch {wrong}: give a time such as ")));
        }
    }
}
