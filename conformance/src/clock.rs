//! The only place that reads the clock and waits: this program stands outside the system under test.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ZonedDateTime, tz::TimeZone};

/// The present time in the library's zone.
#[allow(clippy::disallowed_methods, reason = "a client has a clock of its own")]
pub fn now(zone: &TimeZone) -> ZonedDateTime {
    Timestamp::now().to_zoned_datetime(zone.clone())
}

/// The 18-character form, local time.
pub fn sip_date(at: &ZonedDateTime) -> String {
    at.strftime("%Y%m%d    %H%M%S").to_string()
}

/// The 18-character form of a time `offset` from now.
pub fn sip_date_after(zone: &TimeZone, offset: SignedDuration) -> String {
    let now = now(zone);
    sip_date(&now.checked_add(offset).unwrap_or(now))
}

/// Blocks this thread.
#[allow(clippy::disallowed_methods, reason = "slow input has to be slow")]
pub fn wait(time: Duration) {
    std::thread::sleep(time);
}

/// A number that differs from run to run: nanoseconds of the clock.
#[allow(clippy::disallowed_methods, reason = "runs must differ")]
pub fn seed() -> u64 {
    u64::try_from(Timestamp::now().as_nanosecond() & i128::from(u64::MAX)).unwrap_or_default()
}
