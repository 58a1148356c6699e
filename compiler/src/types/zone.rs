//! The pipeline's time zone.

use jiff::tz::TimeZoneDatabase;

use crate::problems::{Problems, types as words};
use crate::source::Text;

/// The name of the time zone, from the list that is part of the compiler; `UTC` by default.
pub fn check(written: Option<&Text>, problems: &mut Problems) -> String {
    let Some(written) = written else { return "UTC".to_owned() };
    let database = TimeZoneDatabase::bundled();
    if database.get(&written.value).is_ok() {
        let known = database.available().find(|name| name.as_str().eq_ignore_ascii_case(&written.value));
        return known.map_or_else(|| written.value.clone(), |name| name.as_str().to_owned());
    }
    let names: Vec<String> = database.available().map(|name| name.as_str().to_owned()).collect();
    problems.push(words::unknown_time_zone(written, &names));
    "UTC".to_owned()
}
