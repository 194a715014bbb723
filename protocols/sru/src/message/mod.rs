//! The messages of SRU 1.1, 1.2 and 2.0 as types.

mod diagnostic;
mod parameters;
mod request;
mod schema;
mod version;

pub use diagnostic::{Diagnostic, number};
pub use parameters::Parameters;
pub use request::{
    Escaping, ExplainRequest, FacetOrder, FacetRequest, MissingValue, Operation, QueryType, Request, ScanRequest, SearchRetrieveRequest,
    SortKey,
};
pub use schema::Schema;
pub use version::Version;
