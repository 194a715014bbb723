//! Patron Information: 63 → 64. Digest 6, 9.2.

use super::define::message;
use super::types::{Ascii, Code, Identifier, Line, PatronStatus, Secret, Summary};
use crate::codec::SipTime;

message! {
    /// Patron Information (63).
    PatronInformation = b"63" "Patron Information"
    fixed {
        /// Language wanted.
        language: Option<Code<3>>,
        /// The terminal's time.
        transaction_date: SipTime,
        /// Which lists are wanted.
        summary: Summary,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AC" optional terminal_password: Secret,
        b"AD" optional patron_password: Secret,
        /// First entry wanted, from 1.
        b"BP" optional start_item: u32,
        /// Last entry wanted, included.
        b"BQ" optional end_item: u32,
    }
}

message! {
    /// Patron Information Response (64).
    PatronInformationResponse = b"64" "Patron Information Response"
    fixed {
        /// What is wrong with the patron.
        patron_status: PatronStatus,
        /// Language used.
        language: Option<Code<3>>,
        /// The server's time.
        transaction_date: SipTime,
        /// Ready for pickup.
        hold_items_count: Option<Code<4>>,
        /// Loans past their due date.
        overdue_items_count: Option<Code<4>>,
        /// Loans.
        charged_items_count: Option<Code<4>>,
        /// Fees.
        fine_items_count: Option<Code<4>>,
        /// Loans called back.
        recall_items_count: Option<Code<4>>,
        /// Holds still waiting or in transit.
        unavailable_holds_count: Option<Code<4>>,
    }
    fields {
        b"AO" required institution: String,
        b"AA" required patron: Identifier,
        b"AE" required personal_name: String,
        b"BZ" optional hold_items_limit: Code<4>,
        b"CA" optional overdue_items_limit: Code<4>,
        b"CB" optional charged_items_limit: Code<4>,
        b"BL" optional valid_patron: bool,
        b"CQ" optional valid_patron_password: bool,
        b"BH" optional currency: Ascii<3>,
        b"BV" optional fee_amount: String,
        b"CC" optional fee_limit: String,
        b"AS" repeated hold_items: String,
        b"AT" repeated overdue_items: String,
        b"AU" repeated charged_items: String,
        b"AV" repeated fine_items: String,
        b"BU" repeated recall_items: String,
        b"CD" repeated unavailable_hold_items: String,
        b"BD" optional home_address: String,
        b"BE" optional email: String,
        b"BF" optional phone: String,
        b"AF" repeated screen_message: Line,
        b"AG" repeated print_line: Line,
    }
}
