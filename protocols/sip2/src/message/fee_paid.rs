//! Fee Paid: 37 → 38. Digest 6, 9.7.

use super::define::message;
use super::types::{Ascii, Code, Identifier, Line, Secret};
use crate::codec::SipTime;

message! {
    /// Fee Paid (37).
    FeePaid = b"37" "Fee Paid"
    fixed {
        /// The terminal's time.
        transaction_date: SipTime,
        /// What for; 01 other or unknown.
        fee_type: Option<Code<2>>,
        /// How; 00 cash.
        payment_type: Option<Code<2>>,
        /// ISO 4217; blank is the library's.
        currency: Ascii<3>,
    }
    fields {
        b"BV" required fee_amount: String,
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AC" optional terminal_password: Secret,
        b"AD" optional patron_password: Secret,
        /// Which fee is paid; oldest first where absent.
        b"CG" optional fee_identifier: String,
        /// The payment's own number.
        b"BK" optional transaction_id: String,
    }
}

message! {
    /// Fee Paid Response (38).
    FeePaidResponse = b"38" "Fee Paid Response"
    fixed {
        /// Whether it is booked.
        payment_accepted: bool,
        /// The server's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"BK" optional transaction_id: String,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
