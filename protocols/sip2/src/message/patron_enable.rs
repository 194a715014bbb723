//! Patron Enable: 25 → 26. Digest 6, 9.5.

use super::define::message;
use super::types::{Code, Identifier, Line, PatronStatus, Secret};
use crate::codec::SipTime;

message! {
    /// Patron Enable (25).
    PatronEnable = b"25" "Patron Enable"
    fixed {
        /// The terminal's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AC" optional terminal_password: Secret,
        b"AD" optional patron_password: Secret,
    }
}

message! {
    /// Patron Enable Response (26).
    PatronEnableResponse = b"26" "Patron Enable Response"
    fixed {
        /// What is wrong with the patron.
        patron_status: PatronStatus,
        /// Language used.
        language: Option<Code<3>>,
        /// The server's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AE" required personal_name: String,
        b"BL" optional valid_patron: bool,
        b"CQ" optional valid_patron_password: bool,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
