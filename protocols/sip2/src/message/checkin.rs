//! Checkin: 09 → 10. Digest 6, 9.4, 10.

use super::define::message;
use super::types::{Code, Identifier, Line, Perhaps, Secret, Success};
use crate::codec::SipTime;

message! {
    /// Checkin (09).
    Checkin = b"09" "Checkin"
    fixed {
        /// It already happened, off-line.
        no_block: bool,
        /// The terminal's time.
        transaction_date: SipTime,
        /// When the item came back.
        return_date: SipTime,
    }
    fields {
        /// Where the terminal stands.
        b"AP" required current_location: String,
        b"AO" required institution: String,
        b"AB" required item: Identifier,
        b"AC" required terminal_password: Secret,
        b"CH" optional item_properties: String,
        /// Undo a check-out that failed at the terminal.
        b"BI" optional cancel: bool,
        /// The owner that the item's tag names: a Danish extension.
        b"WS" optional owner: String,
    }
}

message! {
    /// Checkin Response (10), with the extensions that sorters read.
    CheckinResponse = b"10" "Checkin Response"
    fixed {
        /// Whether the item is returned now.
        ok: Success,
        /// Whether its security should be switched on.
        resensitize: bool,
        /// Whether a magnetic desensitizer would harm it.
        magnetic_media: Perhaps,
        /// Whether staff should look at it.
        alert: bool,
        /// The server's time.
        transaction_date: SipTime,
    }
    fields {
        b"AO" required institution: String,
        b"AB" required item: Identifier,
        /// Where the item belongs.
        b"AQ" required permanent_location: String,
        b"AJ" optional title: String,
        b"CL" optional sort_bin: String,
        /// Who had it.
        b"AA" optional patron: Identifier,
        b"CK" optional media_type: Code<3>,
        b"CH" optional item_properties: String,
        b"CR" optional collection_code: String,
        b"CS" optional call_number: String,
        /// Where it must go.
        b"CT" optional destination: String,
        b"CV" optional alert_type: Code<2>,
        /// Who waits for it.
        b"CY" optional hold_patron: Identifier,
        b"DA" optional hold_patron_name: String,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
