//! Values as SQL writes them: `12.50`, `2024-02-29`, `12:34:56.789`, `2024-02-29 12:34:56.789`.

use std::fmt;

use super::calendar::{MILLIS_PER_DAY, civil};
use super::{Date, Decimal, Time, Timestamp, TimestampLtz};

impl<const P: u8, const S: u8> fmt::Display for Decimal<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        unscaled(self.unscaled(), S, f)
    }
}

/// Writes `unscaled × 10^-scale` with `scale` digits behind the point.
pub fn unscaled(unscaled: i128, scale: u8, out: &mut impl fmt::Write) -> fmt::Result {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(unscaled.unsigned_abs());
    if unscaled < 0 {
        out.write_char('-')?;
    }
    let scale = usize::from(scale);
    if scale == 0 {
        return out.write_str(digits);
    }
    if let Some((whole, fraction)) = digits.len().checked_sub(scale).and_then(|at| digits.split_at_checked(at)) {
        out.write_str(if whole.is_empty() { "0" } else { whole })?;
        out.write_char('.')?;
        return out.write_str(fraction);
    }
    out.write_str("0.")?;
    for _ in digits.len()..scale {
        out.write_char('0')?;
    }
    out.write_str(digits)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        date(i64::from(self.0), f)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.rem_euclid(1000);
        clock(i64::from(self.0), f)?;
        if millis == 0 { Ok(()) } else { write!(f, ".{millis:03}") }
    }
}

impl Timestamp {
    /// The timestamp with at least `precision` digits of the second's fraction; more only if they are not zero.
    pub fn display(self, precision: u8) -> impl fmt::Display {
        Moment { millis: self.millis, nanos: self.nanos, precision }
    }
}

impl TimestampLtz {
    /// The instant in UTC with at least `precision` digits of the second's fraction.
    pub fn display_utc(self, precision: u8) -> impl fmt::Display {
        Moment { millis: self.millis, nanos: self.nanos, precision }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(0).fmt(f)
    }
}

/// In UTC.
impl fmt::Display for TimestampLtz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display_utc(0).fmt(f)
    }
}

struct Moment {
    millis: i64,
    nanos: u32,
    precision: u8,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        date(self.millis.div_euclid(MILLIS_PER_DAY), f)?;
        f.write_str(" ")?;
        let of_day = self.millis.rem_euclid(MILLIS_PER_DAY);
        clock(of_day, f)?;
        let mut fraction = (of_day % 1000) as u32 * 1_000_000 + self.nanos;
        let mut digits = 9;
        while digits > usize::from(self.precision) && fraction.is_multiple_of(10) {
            fraction /= 10;
            digits -= 1;
        }
        if digits == 0 { Ok(()) } else { write!(f, ".{fraction:0digits$}") }
    }
}

fn date(days: i64, out: &mut impl fmt::Write) -> fmt::Result {
    let (year, month, day) = civil(days);
    if year < 0 {
        out.write_char('-')?;
    }
    write!(out, "{:04}-{month:02}-{day:02}", year.unsigned_abs())
}

fn clock(millis: i64, out: &mut impl fmt::Write) -> fmt::Result {
    let seconds = millis.rem_euclid(MILLIS_PER_DAY) / 1000;
    write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_text() {
        assert_eq!(Decimal::<18, 2>::from_unscaled(-1).to_string(), "-0.01");
        assert_eq!(Decimal::<18, 2>::from_unscaled(1234).to_string(), "12.34");
        assert_eq!(Decimal::<3, 3>::from_unscaled(120).to_string(), "0.120");
        assert_eq!(Decimal::<18, 0>::from_unscaled(0).to_string(), "0");
        assert_eq!(Date(-719_162).to_string(), "0001-01-01");
        assert_eq!(Time(45_296_789).to_string(), "12:34:56.789");
        let moment = Timestamp { millis: -1, nanos: 0 };
        assert_eq!(moment.to_string(), "1969-12-31 23:59:59.999");
        assert_eq!(Timestamp { millis: 0, nanos: 0 }.display(3).to_string(), "1970-01-01 00:00:00.000");
    }
}
