//! End Patron Session: 35 → 36. Digest 6, 9.10.

use super::define::message;
use super::types::{Identifier, Line, Secret};
use crate::codec::SipTime;

message! {
    /// End Patron Session (35).
    EndPatronSession = b"35" "End Patron Session"
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
    /// End Session Response (36).
    EndSessionResponse = b"36" "End Session Response"
    fixed {
        /// Always yes.
        end_session: bool,
        /// The server's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
