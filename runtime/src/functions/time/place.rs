//! Time zones by name.

use jiff::tz::{Offset, TimeZone};

use super::civil::Civil;
use super::old::OldPattern;
use super::old_parse;
use crate::scope::{Scope, Zone};
use crate::values::{Fault, Timestamp, TimestampLtz};

/// A prepared time zone.
#[derive(Debug, Clone)]
pub struct Place {
    zone: Option<TimeZone>,
    written: Box<str>,
}

impl Place {
    /// The zone of a name such as `Asia/Shanghai`, `UTC`, `GMT+8` or `+08:00`.
    pub fn new(name: &str) -> Self {
        let zone = TimeZone::get(name).ok().or_else(|| offset(name).map(TimeZone::fixed));
        Self { zone, written: name.into() }
    }

    fn known(&self) -> Result<Zone, Fault> {
        let zone = self.zone.clone().map(Zone::new);
        zone.ok_or_else(|| Fault::cast(&self.written, "time zone"))
    }

    /// The zone, or UTC for a name that is none, as in Java.
    pub(super) fn or_utc(&self) -> Zone {
        Zone::new(self.zone.clone().unwrap_or(TimeZone::UTC))
    }
}

/// `GMT+8`, `+08:00`, `UTC-3:30`
fn offset(name: &str) -> Option<Offset> {
    let signed = name.strip_prefix("GMT").or_else(|| name.strip_prefix("UTC")).unwrap_or(name);
    let (sign, digits) = match signed.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, signed.strip_prefix('+')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().filter(|_| minutes < 60 && hours < 24)
}

/// `convert_tz(text, from, to)`
pub fn convert_tz<'a>(scope: &Scope<'a>, text: &str, from: &Place, to: &Place) -> Option<&'a str> {
    let pattern = OldPattern::usual();
    let millis = old_parse::parse(text, pattern, &from.or_utc(), scope.clock.now)?;
    let to = to.or_utc();
    let offset = i64::from(to.old_offset(millis.div_euclid(1000)));
    pattern.write(scope, Civil::old(millis, offset * 1000), offset, &to, millis).ok()
}

/// `timestamp at time zone 'zone'`
pub fn instant_in(moment: Timestamp, place: &Place) -> Result<TimestampLtz, Fault> {
    Ok(place.known()?.instant(moment))
}

/// `timestamp_ltz at time zone 'zone'`
pub fn local_in(instant: TimestampLtz, place: &Place) -> Result<Timestamp, Fault> {
    Ok(place.known()?.local(instant))
}
