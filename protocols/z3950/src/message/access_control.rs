//! Access control (digest 10): the server asks in the middle of things. We never do, but a client must be able to answer.

use super::init::Secret;
use super::records::DiagRec;
use super::shared::{External, OtherInformation};
use crate::codec::OctetString;

sequence! {
    /// The server asks who the client is.
    pub struct AccessControlRequest {
        /// Of the operation.
        implicit(2) reference_id: Option<OctetString>,
        /// The question.
        untagged challenge: SecurityChallenge,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

choice! {
    /// The question.
    pub enum SecurityChallenge {
        /// Bytes.
        implicit(37) Simple(OctetString),
        /// A type of its own.
        explicit(0) External(External),
    }
}

sequence! {
    /// The client's answer.
    pub struct AccessControlResponse {
        /// Of the operation.
        implicit(2) reference_id: Option<OctetString>,
        /// The answer.
        untagged answer: Option<SecurityAnswer>,
        /// Why there is none.
        explicit(223) diagnostic: Option<DiagRec>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

choice! {
    /// The answer.
    pub enum SecurityAnswer {
        /// Bytes.
        implicit(38) Simple(Secret),
        /// A type of its own.
        explicit(0) External(External),
    }
}
