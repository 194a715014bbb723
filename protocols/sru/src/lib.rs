//! SRU 1.1, 1.2 and 2.0: searchRetrieve, explain and scan over HTTP GET, POST and SOAP.
//!
//! It owns the protocol's parameters, versions, diagnostics and answers. It knows no HTTP library, no socket and no clock:
//! what HTTP brings comes in as [`gateway::Asked`], the present time as an argument. CQL is read in the core, records are written
//! by `skranke_marc`. Start at [`gateway::Gateway::answer`].

pub mod codec;
pub mod gateway;
pub mod message;
