//! Item Information: 17 → 18. Digest 6, 9.9.

use super::define::message;
use super::types::{Ascii, Code, Identifier, Line, Secret};
use crate::codec::SipTime;

message! {
    /// Item Information (17).
    ItemInformation = b"17" "Item Information"
    fixed {
        /// The terminal's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AB" required item: Identifier,
        b"AC" optional terminal_password: Secret,
        /// The owner that the item's tag names: a Danish extension.
        b"WS" optional owner_institution: String,
    }
}

message! {
    /// Item Information Response (18).
    ItemInformationResponse = b"18" "Item Information Response"
    fixed {
        /// Where it is in its life.
        circulation_status: Option<Code<2>>,
        /// How it is secured.
        security_marker: Option<Code<2>>,
        /// What borrowing it costs for.
        fee_type: Option<Code<2>>,
        /// The server's time.
        transaction_date: SipTime,
    }
    fields {
        b"CF" optional hold_queue_length: u32,
        b"AH" optional due_date: String,
        b"CJ" optional recall_date: SipTime,
        /// Until when it waits for pickup.
        b"CM" optional hold_pickup_date: SipTime,
        b"AB" required item: Identifier,
        b"AJ" required title: String,
        b"BG" optional owner: String,
        b"BH" optional currency: Ascii<3>,
        b"BV" optional fee_amount: String,
        b"CK" optional media_type: Code<3>,
        b"AQ" optional permanent_location: String,
        b"AP" optional current_location: String,
        b"CH" optional item_properties: String,
        b"CR" optional collection_code: String,
        b"CS" optional call_number: String,
        b"CT" optional destination: String,
        b"CY" optional hold_patron: Identifier,
        b"DA" optional hold_patron_name: String,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
