//! All messages (digest 2).

use super::{
    AccessControlRequest, AccessControlResponse, Close, DeleteResultSetRequest, DeleteResultSetResponse, DuplicateDetectionRequest,
    DuplicateDetectionResponse, ExtendedServicesRequest, ExtendedServicesResponse, InitRequest, InitResponse, PresentRequest,
    PresentResponse, ResourceControlRequest, ResourceControlResponse, ResourceReportRequest, ResourceReportResponse, ScanRequest,
    ScanResponse, SearchRequest, SearchResponse, Segment, SortRequest, SortResponse, TriggerResourceControlRequest,
};
use crate::codec::{Asn1, Element, Malformed, OctetString, Tag, Writer};

choice! {
    /// Any message.
    #[allow(clippy::large_enum_variant)] // it is made and taken apart at once
    pub enum Apdu {
        /// The client introduces itself.
        implicit(20) InitRequest(InitRequest),
        /// The server's welcome or refusal.
        implicit(21) InitResponse(InitResponse),
        /// A search.
        implicit(22) SearchRequest(SearchRequest),
        /// Its hits.
        implicit(23) SearchResponse(SearchResponse),
        /// Records of a result set are wanted.
        implicit(24) PresentRequest(PresentRequest),
        /// The records, or the last of them.
        implicit(25) PresentResponse(PresentResponse),
        /// Result sets are not needed any more.
        implicit(26) DeleteResultSetRequest(DeleteResultSetRequest),
        /// Which are gone.
        implicit(27) DeleteResultSetResponse(DeleteResultSetResponse),
        /// The server asks who the client is.
        implicit(28) AccessControlRequest(AccessControlRequest),
        /// The client's answer.
        implicit(29) AccessControlResponse(AccessControlResponse),
        /// The server asks whether to go on.
        implicit(30) ResourceControlRequest(ResourceControlRequest),
        /// The client's answer.
        implicit(31) ResourceControlResponse(ResourceControlResponse),
        /// The client wants a report or a stop. There is no answer.
        implicit(32) TriggerResourceControlRequest(TriggerResourceControlRequest),
        /// What has been used?
        implicit(33) ResourceReportRequest(ResourceReportRequest),
        /// This.
        implicit(34) ResourceReportResponse(ResourceReportResponse),
        /// A look into a list of terms.
        implicit(35) ScanRequest(ScanRequest),
        /// The terms.
        implicit(36) ScanResponse(ScanResponse),
        /// A result set is to be sorted.
        implicit(43) SortRequest(SortRequest),
        /// Whether it was.
        implicit(44) SortResponse(SortResponse),
        /// A part of the answer to a present request.
        implicit(45) Segment(Segment),
        /// A task: an order, a change of records.
        implicit(46) ExtendedServicesRequest(ExtendedServicesRequest),
        /// What became of it.
        implicit(47) ExtendedServicesResponse(ExtendedServicesResponse),
        /// The end, from either side.
        implicit(48) Close(Close),
        /// Duplicates are to be found.
        implicit(49) DuplicateDetectionRequest(DuplicateDetectionRequest),
        /// Whether they were.
        implicit(50) DuplicateDetectionResponse(DuplicateDetectionResponse),
    }
}

impl Apdu {
    /// Reads one whole message.
    pub fn decode(message: &[u8]) -> Result<Self, Malformed> {
        let element = Element::of(message)?;
        Self::read(element)
    }

    /// Appends the message.
    pub fn encode(&self, to: &mut Vec<u8>) {
        let mut out = Writer::new();
        self.write(&mut out);
        to.extend_from_slice(out.as_slice());
    }

    /// The reference of a message that may not be readable otherwise: the answer to it must carry it.
    pub fn reference_of(message: &[u8]) -> Option<OctetString> {
        let mut elements = Element::of(message).ok()?.children().ok()?;
        let element = elements.take(Tag::context(2)).ok()??;
        <OctetString as crate::codec::Taggable>::read_content(element).ok()
    }

    /// The service, as operators are told.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InitRequest(_) | Self::InitResponse(_) => "init",
            Self::SearchRequest(_) | Self::SearchResponse(_) => "search",
            Self::PresentRequest(_) | Self::PresentResponse(_) => "present",
            Self::DeleteResultSetRequest(_) | Self::DeleteResultSetResponse(_) => "delete_result_set",
            Self::AccessControlRequest(_) | Self::AccessControlResponse(_) => "access_control",
            Self::ResourceControlRequest(_) | Self::ResourceControlResponse(_) => "resource_control",
            Self::TriggerResourceControlRequest(_) => "trigger_resource_control",
            Self::ResourceReportRequest(_) | Self::ResourceReportResponse(_) => "resource_report",
            Self::ScanRequest(_) | Self::ScanResponse(_) => "scan",
            Self::SortRequest(_) | Self::SortResponse(_) => "sort",
            Self::Segment(_) => "segment",
            Self::ExtendedServicesRequest(_) | Self::ExtendedServicesResponse(_) => "extended_services",
            Self::Close(_) => "close",
            Self::DuplicateDetectionRequest(_) | Self::DuplicateDetectionResponse(_) => "duplicate_detection",
        }
    }
}
