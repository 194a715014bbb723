//! Renew All: 65 → 66. Digest 6, 9.6.

use super::define::message;
use super::types::{Code, Identifier, Line, Secret, Success};
use crate::codec::SipTime;

message! {
    /// Renew All (65).
    RenewAll = b"65" "Renew All"
    fixed {
        /// The terminal's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AD" optional patron_password: Secret,
        b"AC" optional terminal_password: Secret,
        b"BO" optional fee_acknowledged: bool,
    }
}

message! {
    /// Renew All Response (66). It has no AA.
    RenewAllResponse = b"66" "Renew All Response"
    fixed {
        /// Whether the request was carried out.
        ok: Success,
        /// As many as BM.
        renewed_count: Option<Code<4>>,
        /// As many as BN.
        unrenewed_count: Option<Code<4>>,
        /// The server's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"BM" repeated renewed_items: String,
        b"BN" repeated unrenewed_items: String,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
