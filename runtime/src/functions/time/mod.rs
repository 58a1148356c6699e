//! Dates and times. Timestamps are local and follow the proleptic Gregorian calendar; instants become local in the
//! pipeline's time zone. Patterns come in the two dialects that Flink uses: [`OldPattern`] is Java's
//! `SimpleDateFormat` (`from_unixtime`, `unix_timestamp`, `to_date`), [`Pattern`] its `DateTimeFormatter` (`date_format`,
//! `to_timestamp`).

mod civil;
mod field;
mod memo;
mod moments;
mod names;
mod now;
mod old;
mod old_parse;
mod pattern;
mod pattern_parse;
mod place;
mod round;
mod unix;

pub use field::{Unit, date_field, difference, field, millis_field, months_field, time_field};
pub use memo::Memo;
pub use moments::{
    add_local_months, add_millis, add_millis_to_date, add_months, add_months_to_date, add_to_time, cut, cut_time, date,
    instant, local, local_date, local_time_of_day, midnight, millis_text, months_text, on_first_day, text, time_of_day,
};
pub use now::{current_date, current_time, current_timestamp, local_timestamp, unix_timestamp_now};
pub use old::OldPattern;
pub use pattern::{Pattern, format};
pub use pattern_parse::{to_instant, to_instant_by, to_instant_in, to_timestamp, to_timestamp_by};
pub use place::{Place, convert_tz, instant_in, local_in};
pub use round::{ceil, ceil_date, ceil_time, floor, floor_date, floor_time};
pub use unix::{
    format_text, from_unixtime, from_unixtime_as, instant_of_decimal, instant_of_double, instant_of_integer, to_date,
    to_date_by, unix_timestamp, unix_timestamp_of,
};
