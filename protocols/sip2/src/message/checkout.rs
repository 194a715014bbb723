//! Checkout: 11 → 12. Digest 6, 9.3.

use super::define::message;
use super::types::{Ascii, Code, Identifier, Line, Perhaps, Secret, Success};
use crate::codec::SipTime;

message! {
    /// Checkout (11).
    Checkout = b"11" "Checkout"
    fixed {
        /// Whether the terminal may renew instead.
        renewal_policy: bool,
        /// It already happened, off-line.
        no_block: bool,
        /// The terminal's time; with `no_block`, when it happened.
        transaction_date: SipTime,
        /// The due date that an off-line terminal gave.
        nb_due_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AB" required item: Identifier,
        b"AC" required terminal_password: Secret,
        b"CH" optional item_properties: String,
        b"AD" optional patron_password: Secret,
        b"BO" optional fee_acknowledged: bool,
        /// Undo a check-in that failed at the terminal.
        b"BI" optional cancel: bool,
    }
}

message! {
    /// Checkout Response (12).
    CheckoutResponse = b"12" "Checkout Response"
    fixed {
        /// Whether the loan exists now.
        ok: Success,
        /// Whether it was a renewal.
        renewal_ok: bool,
        /// Whether a magnetic desensitizer would harm it.
        magnetic_media: Perhaps,
        /// Whether its security should be switched off.
        desensitize: Perhaps,
        /// The server's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AB" required item: Identifier,
        b"AJ" required title: String,
        b"AH" required due_date: String,
        b"BT" optional fee_type: Code<2>,
        /// Leave the item's security alone.
        b"CI" optional security_inhibit: bool,
        b"BH" optional currency: Ascii<3>,
        b"BV" optional fee_amount: String,
        b"CK" optional media_type: Code<3>,
        b"CH" optional item_properties: String,
        b"BK" optional transaction_id: String,
        b"BL" optional valid_patron: bool,
        b"CQ" optional valid_patron_password: bool,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
