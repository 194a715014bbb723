//! Block Patron: 01 → 24. Digest 6, 9.5.

use super::define::message;
use super::types::{Identifier, Secret};
use crate::codec::SipTime;

message! {
    /// Block Patron (01). Its answer is a Patron Status Response.
    BlockPatron = b"01" "Block Patron"
    fixed {
        /// Whether the terminal kept the card.
        card_retained: bool,
        /// The terminal's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        /// Why.
        b"AL" required blocked_card_message: String,
        b"AA" required patron: Identifier,
        b"AC" required terminal_password: Secret,
    }
}
