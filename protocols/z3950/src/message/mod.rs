//! The messages of ISO 23950 as types, one file per service (digest 2). Each is declared as the standard's ASN.1 has it and reads
//! and writes itself in both directions, so that a client can be built from them as well as a server.
//!
//! [`Apdu::read`] and [`Apdu::write`] are the door. Texts stay bytes until the session knows their character set.

mod access_control;
mod apdu;
mod close;
mod delete;
mod diagnostic;
mod duplicates;
pub mod explain;
pub mod extended;
pub mod facet;
pub mod grs1;
mod init;
pub mod negotiation;
pub mod oid;
pub mod opac;
mod present;
mod query;
mod records;
mod resource;
mod scan;
mod search;
mod shared;
mod sort;

pub use access_control::{AccessControlRequest, AccessControlResponse, SecurityAnswer, SecurityChallenge};
pub use apdu::Apdu;
pub use close::Close;
pub use delete::{DeleteListStatus, DeleteResultSetRequest, DeleteResultSetResponse};
pub use diagnostic::{Diagnostic, Dialect, diag_1};
pub use duplicates::{DuplicateDetectionRequest, DuplicateDetectionResponse};
pub use extended::{ExtendedServicesRequest, ExtendedServicesResponse};
pub use init::{IdAuthentication, IdPass, InitRequest, InitResponse, Secret, options};
pub use present::{CompSpec, PresentRequest, PresentResponse, Range, RecordComposition, Segment, Specification};
pub use present::{DatabaseSpecification, ElementSpec, Schema};
pub use query::{AttributeElement, AttributeValue, AttributesPlusTerm, ComplexAttribute, Node, Operand, Operator, Proximity};
pub use query::{ProximityUnit, Query, ResultSetPlusAttributes, Rpn, RpnQuery, Term};
pub use records::{AddInfo, DefaultDiagFormat, DiagRec, Fragment, NamePlusRecord, RecordChoice, Records};
pub use resource::TriggerResourceControlRequest;
pub use resource::{ResourceControlRequest, ResourceControlResponse, ResourceReportRequest, ResourceReportResponse};
pub use scan::{Entry, ListEntries, OccurrenceByAttributes, ScanRequest, ScanResponse, TermInfo};
pub use search::{DatabaseElementSetName, ElementSetNames, QueryExpression, QueryTerm, SearchReport, SearchRequest, SearchResponse};
pub use shared::{Any, DatabaseName, ElementSetName, Encoding, External, InfoCategory, Information, IntUnit, OtherInformation};
pub use shared::{OtherInformationUnit, ResultSetId, StringOrNumeric, Unit, VisibleString};
pub use sort::{DatabaseSortKey, MissingValueAction, SortAttributes, SortElement, SortKey, SortKeySpec, SortRequest, SortResponse};
