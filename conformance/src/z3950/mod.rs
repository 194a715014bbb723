//! Z39.50 seen from the client: requests and answers by our own reading of the standard, apart from the server's, and the suite by
//! clause of the digest.

pub mod demo;
pub mod s10_close;
pub mod s11_tasks;
pub mod s1_framing;
pub mod s3_charset;
pub mod s3_init;
pub mod s4_proximity;
pub mod s4_search;
pub mod s6_present;
pub mod s6_segments;
pub mod s7_holdings;
pub mod s8_scan_sort;
pub mod subject;
pub mod wire;

use crate::suite::Case;
use subject::Subject;

/// All cases, by section.
pub const GROUPS: &[&[Case<Subject>]] = &[
    s1_framing::CASES,
    s3_init::CASES,
    s3_charset::CASES,
    s4_search::CASES,
    s4_proximity::CASES,
    s6_present::CASES,
    s6_segments::CASES,
    s7_holdings::CASES,
    s8_scan_sort::CASES,
    s10_close::CASES,
    s11_tasks::CASES,
];

/// The page that says what the cases check.
pub fn coverage() -> String {
    crate::suite::coverage(include_str!("../../data/coverage_z3950.md"), GROUPS)
}
