//! Durations: a number and a unit, such as `36h`.

/// The units and their milliseconds.
const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// The milliseconds of a duration that is longer than none.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
    let number: u64 = serde_yaml::from_str(number).ok()?;
    number.checked_mul(*factor).filter(|product| *product > 0)
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn numbers_with_units() {
        assert_eq!(milliseconds("36h"), Some(129_600_000));
        assert_eq!(milliseconds("1d"), Some(86_400_000));
        assert_eq!(milliseconds("30m"), Some(1_800_000));
        assert_eq!(milliseconds("10 s"), Some(10_000));
        assert_eq!(milliseconds("500ms"), Some(500));
    }

    #[test]
    fn anything_else_is_none() {
        for text in ["", "36", "h", "0s", "-1s", "1.5h", "1 hour", "1h30m", "99999999999999999d", "１s"] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }
}
