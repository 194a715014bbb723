//! Init (digest 3): who speaks, in which version, with which services.

use super::shared::{External, OtherInformation};
use crate::codec::{BitString, Element, InternationalString, Malformed, Null, OctetString, Tag, Taggable, Writer};
use std::fmt;

/// The bits of `options`: services and agreements, counted from 0.
pub mod options {
    /// Search.
    pub const SEARCH: u32 = 0;
    /// Present.
    pub const PRESENT: u32 = 1;
    /// Delete result set.
    pub const DELETE_RESULT_SET: u32 = 2;
    /// Resource report.
    pub const RESOURCE_REPORT: u32 = 3;
    /// Trigger resource control: a search can be stopped.
    pub const TRIGGER_RESOURCE_CONTROL: u32 = 4;
    /// Resource control: the server asks whether to go on.
    pub const RESOURCE_CONTROL: u32 = 5;
    /// Access control: the server asks who it is.
    pub const ACCESS_CONTROL: u32 = 6;
    /// Scan.
    pub const SCAN: u32 = 7;
    /// Sort.
    pub const SORT: u32 = 8;
    /// Extended services.
    pub const EXTENDED_SERVICES: u32 = 10;
    /// Records that do not fit into one message come in several.
    pub const LEVEL_1_SEGMENTATION: u32 = 11;
    /// A record that does not fit into one message comes in pieces.
    pub const LEVEL_2_SEGMENTATION: u32 = 12;
    /// A request may be answered before an earlier one.
    pub const CONCURRENT_OPERATIONS: u32 = 13;
    /// Result sets may have other names than `default`.
    pub const NAMED_RESULT_SETS: u32 = 14;
    /// Character sets and languages are negotiated.
    pub const NEGOTIATION_MODEL: u32 = 17;
    /// Duplicate detection.
    pub const DUPLICATE_DETECTION: u32 = 18;
    /// Queries of type 104: CQL.
    pub const QUERY_TYPE_104: u32 = 19;
}

/// Text that may hold a password. It prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub InternationalString);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Taggable for Secret {
    const TAG: Tag = Tag::VISIBLE_STRING;

    fn stands_under(tag: Tag) -> bool {
        InternationalString::stands_under(tag)
    }

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        InternationalString::read_content(element).map(Self)
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        self.0.write_as(tag, out);
    }
}

sequence! {
    /// The client introduces itself.
    pub struct InitRequest {
        /// Copied into the answer.
        implicit(2) reference_id: Option<OctetString>,
        /// Bit 0: version 1, bit 1: version 2, bit 2: version 3.
        implicit(3) protocol_version: BitString,
        /// The services wanted: [`options`].
        implicit(4) options: BitString,
        /// Bytes of records in one answer.
        implicit(5) preferred_message_size: i64,
        /// Bytes of a record that comes alone.
        implicit(6) exceptional_record_size: i64,
        /// Who it is.
        explicit(7) id_authentication: Option<IdAuthentication>,
        /// A registered number of the maker.
        implicit(110) implementation_id: Option<InternationalString>,
        /// The program.
        implicit(111) implementation_name: Option<InternationalString>,
        /// Its version.
        implicit(112) implementation_version: Option<InternationalString>,
        /// More, in a type of its own.
        explicit(11) user_information_field: Option<External>,
        /// Negotiation, from version 3.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// The server's welcome or refusal.
    pub struct InitResponse {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// What both know.
        implicit(3) protocol_version: BitString,
        /// What both support.
        implicit(4) options: BitString,
        /// What will be kept to.
        implicit(5) preferred_message_size: i64,
        /// What will be kept to.
        implicit(6) exceptional_record_size: i64,
        /// Whether the client is welcome.
        implicit(12) result: bool,
        /// A registered number of the maker.
        implicit(110) implementation_id: Option<InternationalString>,
        /// The program.
        implicit(111) implementation_name: Option<InternationalString>,
        /// Its version.
        implicit(112) implementation_version: Option<InternationalString>,
        /// Why the client is refused.
        explicit(11) user_information_field: Option<External>,
        /// Negotiation, from version 3.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

choice! {
    /// Who a client says it is.
    pub enum IdAuthentication {
        /// `user/password`, `user/group/password` or a token.
        untagged Open(Secret),
        /// User, group and password.
        untagged IdPass(IdPass),
        /// Nobody.
        untagged Anonymous(Null),
        /// A type of its own.
        untagged Other(External),
    }
}

sequence! {
    /// User, group and password.
    pub struct IdPass {
        /// In Denmark the library number.
        implicit(0) group_id: Option<InternationalString>,
        /// The user.
        implicit(1) user_id: Option<InternationalString>,
        /// The password.
        implicit(2) password: Option<Secret>,
    }
}
