//! The only place that reads the clock.

use skranke_core::time::Timestamp;

/// The present time in whole milliseconds, which is what a store keeps: a finer reading would not come back equal.
#[expect(clippy::disallowed_methods, reason = "the composition root owns the clock")]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
