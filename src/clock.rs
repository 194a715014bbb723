//! The only place that reads the clock.

use skranke_core::time::Timestamp;

/// The present time.
#[expect(clippy::disallowed_methods, reason = "the composition root owns the clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
