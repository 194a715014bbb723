//! Item Status Update: 19 → 20. Digest 6, 9.9.

use super::define::message;
use super::types::{Identifier, Line, Secret, Success};
use crate::codec::SipTime;

message! {
    /// Item Status Update (19).
    ItemStatusUpdate = b"19" "Item Status Update"
    fixed {
        /// The terminal's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AB" required item: Identifier,
        b"AC" optional terminal_password: Secret,
        /// Opaque to us.
        b"CH" required item_properties: String,
    }
}

message! {
    /// Item Status Update Response (20). It has no AO.
    ItemStatusUpdateResponse = b"20" "Item Status Update Response"
    fixed {
        /// Whether the properties are kept.
        item_properties_ok: Success,
        /// The server's time.
        transaction_date: SipTime,
    }
    fields {
        b"AB" required item: Identifier,
        b"AJ" optional title: String,
        b"CH" optional item_properties: String,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
