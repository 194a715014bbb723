//! Patron Status: 23 → 24. Digest 6, 9.2.

use super::define::message;
use super::types::{Ascii, Code, Identifier, Line, PatronStatus, Secret};
use crate::codec::SipTime;

message! {
    /// Patron Status Request (23).
    PatronStatusRequest = b"23" "Patron Status Request"
    fixed {
        /// Language wanted.
        language: Option<Code<3>>,
        /// The terminal's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AC" required terminal_password: Secret,
        b"AD" optional patron_password: Secret,
    }
}

message! {
    /// Patron Status Response (24), also the answer to Block Patron (01).
    PatronStatusResponse = b"24" "Patron Status Response"
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
        b"BH" optional currency: Ascii<3>,
        /// What is owed in all: decimal with point.
        b"BV" optional fee_amount: String,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
