//! Time is UTC inside. Local time exists only where a rule needs a calendar day.

pub use jiff::Timestamp;
pub use jiff::civil::{Date, Time, Weekday};
pub use jiff::tz::TimeZone;

/// The calendar day on which `at` falls in `zone`.
pub fn local_date(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}
