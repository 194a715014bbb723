//! Renew: 29 → 30. Digest 6, 9.6.

use super::define::message;
use super::types::{Ascii, Code, Identifier, Line, Perhaps, Secret, Success};
use crate::codec::SipTime;

message! {
    /// Renew (29).
    Renew = b"29" "Renew"
    fixed {
        /// Whether somebody else's loan may be renewed.
        third_party_allowed: bool,
        /// It already happened, off-line.
        no_block: bool,
        /// The terminal's time.
        transaction_date: SipTime,
        /// The due date that an off-line terminal gave.
        nb_due_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AD" optional patron_password: Secret,
        b"AB" optional item: Identifier,
        /// The record's control number.
        b"AJ" optional title: String,
        b"AC" optional terminal_password: Secret,
        b"CH" optional item_properties: String,
        b"BO" optional fee_acknowledged: bool,
    }
}

message! {
    /// Renew Response (30): the shape of 12.
    RenewResponse = b"30" "Renew Response"
    fixed {
        /// Whether it is renewed.
        ok: Success,
        /// The same, as 12 has it.
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
