//! Hold: 15 → 16. Digest 6, 9.8.

use super::define::message;
use super::types::{Code, HoldMode, Identifier, Line, Secret, Success};
use crate::codec::SipTime;

message! {
    /// Hold (15).
    Hold = b"15" "Hold"
    fixed {
        /// Add, delete or change.
        hold_mode: HoldMode,
        /// The terminal's time.
        transaction_date: SipTime,
    }
    fields {
        /// Last day wanted.
        b"BW" optional expiration_date: SipTime,
        b"BS" optional pickup_location: String,
        b"BY" optional hold_type: Code<1>,
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AD" optional patron_password: Secret,
        b"AB" optional item: Identifier,
        /// The record's control number.
        b"AJ" optional title: String,
        b"AC" optional terminal_password: Secret,
        b"BO" optional fee_acknowledged: bool,
    }
}

message! {
    /// Hold Response (16).
    HoldResponse = b"16" "Hold Response"
    fixed {
        /// Whether it was done.
        ok: Success,
        /// On the shelf, not on loan, with no queue.
        available: bool,
        /// The server's time.
        transaction_date: SipTime,
    }
    fields {
        b"BW" optional expiration_date: SipTime,
        b"BR" optional queue_position: u32,
        b"BS" optional pickup_location: String,
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AB" optional item: Identifier,
        b"AJ" optional title: String,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
