//! SC Status and ACS Status: 99 → 98. Digest 6, 9.1.

use super::define::message;
use super::types::{Ascii, Code, Line, SupportedMessages};
use crate::codec::SipTime;

message! {
    /// SC Status (99).
    ScStatus = b"99" "SC Status"
    fixed {
        /// 0 well, 1 out of paper, 2 about to shut down.
        status_code: Option<Code<1>>,
        /// Characters on a line of its printer.
        max_print_width: Option<Code<3>>,
        /// `2.00` or `1.00`.
        protocol_version: Ascii<4>,
    }
    fields {}
}

message! {
    /// ACS Status (98).
    AcsStatus = b"98" "ACS Status"
    fixed {
        /// Whether the server works.
        online: bool,
        /// Whether this terminal may check in.
        checkin_ok: bool,
        /// Whether it may check out.
        checkout_ok: bool,
        /// Whether it may renew.
        renewal_policy: bool,
        /// Whether it may block cards.
        status_update_ok: bool,
        /// Whether off-line transactions are taken.
        offline_ok: bool,
        /// Tenths of a second; 000 off-line, 999 not known.
        timeout_period: Option<Code<3>>,
        /// 999 not known.
        retries_allowed: Option<Code<3>>,
        /// The server's time, to set clocks by.
        date_time_sync: SipTime,
        /// `2.00`.
        protocol_version: Ascii<4>,
    }
    fields {
        b"AO" required institution: String,
        b"AM" optional library_name: String,
        b"BX" required supported_messages: SupportedMessages,
        b"AN" optional terminal_location: String,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}

impl ScStatus {
    /// The version that the terminal speaks: 1 or 2. The leading digit decides; `None` where it cannot be read (12.10).
    pub fn version(&self) -> Option<u8> {
        match self.protocol_version.as_str().bytes().next() {
            Some(b'1') => Some(1),
            Some(b'2'..=b'9') => Some(2),
            _ => None,
        }
    }
}
