//! SRU seen from the client, and the suite by clause of the digest: one file for each section.

pub mod http;
pub mod s1_http;
pub mod s2_parameters;
pub mod s3_response;
pub mod s4_explain;
pub mod s5_scan;
pub mod s6_cql;
pub mod s8_soap;
pub mod subject;

use crate::suite::Case;
use subject::Subject;

/// All cases, by section.
pub const GROUPS: &[&[Case<Subject>]] = &[
    s1_http::CASES,
    s2_parameters::CASES,
    s3_response::CASES,
    s4_explain::CASES,
    s5_scan::CASES,
    s6_cql::CASES,
    s8_soap::CASES,
];
