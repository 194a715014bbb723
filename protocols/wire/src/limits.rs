//! What a peer may make us hold. Passed to codecs and listeners; the defaults stand here and nowhere else.

use std::time::Duration;

/// Bounds on one peer's use of memory and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest message in bytes, terminator included.
    pub message_bytes: usize,
    /// Deepest nesting of elements or sequences.
    pub nesting: usize,
    /// From the first byte of a message to its last.
    pub message_time: Duration,
    /// Silence between messages; `None` waits for ever.
    pub idle: Option<Duration>,
}

impl Default for Limits {
    /// SIP2 digest 12.12: 64 KiB, 30 s, 15 min.
    fn default() -> Self {
        Self {
            message_bytes: 64 * 1024,
            nesting: 64,
            message_time: Duration::from_secs(30),
            idle: Some(Duration::from_secs(15 * 60)),
        }
    }
}
