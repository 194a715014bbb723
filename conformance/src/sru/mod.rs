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

/// The page of clauses and cases: `COVERAGE-SRU.md`.
pub fn coverage() -> String {
    let [head, tail] = [
        include_str!("../../data/coverage_sru_head.md"),
        include_str!("../../data/coverage_sru_tail.md"),
    ];
    crate::suite::coverage(head, GROUPS) + tail
}

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
