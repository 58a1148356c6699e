//! Numbers as people read them.

use std::time::Duration;

/// `1,234,567`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 row`, `1,234 rows`
pub(super) fn counted(number: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `15.4 M/s`
pub(super) fn rate(number: u64, elapsed: Duration) -> String {
    let rate = number as f64 / elapsed.as_secs_f64().max(1e-6);
    format!("{}/s", scaled(rate, ["", " K", " M", " G"]))
}

/// `1.4 GB`
pub(in crate::job) fn bytes(number: u64) -> String {
    scaled(number as f64, [" B", " KB", " MB", " GB"])
}

/// `less than 1 ms`, `3 ms`, `0.8 s`, `75.3 s`, `12 min 5 s`
pub(super) fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match elapsed.as_millis() {
        0 => "less than 1 ms".to_owned(),
        millis @ 1..100 => format!("{millis} ms"),
        100..100_000 => format!("{:.1} s", elapsed.as_secs_f64()),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// Three digits and a unit.
fn scaled(mut number: f64, units: [&str; 4]) -> String {
    let mut unit = 0;
    while number >= 999.5 && unit + 1 < units.len() {
        number /= 1000.0;
        unit += 1;
    }
    if unit == 0 || number >= 99.95 {
        format!("{number:.0}{}", units[unit])
    } else {
        format!("{number:.1}{}", units[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(rate(15_432_000, Duration::from_secs(1)), "15.4 M/s");
        assert_eq!(rate(999_600, Duration::from_secs(1)), "1.0 M/s");
        assert_eq!(rate(12, Duration::from_secs(1)), "12/s");
        assert_eq!(bytes(1_410_000_000), "1.4 GB");
        assert_eq!(bytes(283), "283 B");
        assert_eq!(duration(Duration::from_micros(999)), "less than 1 ms");
        assert_eq!(duration(Duration::from_millis(99)), "99 ms");
        assert_eq!(duration(Duration::from_millis(840)), "0.8 s");
        assert_eq!(duration(Duration::from_secs(725)), "12 min 5 s");
    }
}
