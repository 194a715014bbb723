//! Z39.50 seen from the client: requests and answers by our own reading of the standard, apart from the server's, and the suite by
//! clause of the digest.

pub mod s1_framing;
pub mod s3_init;
pub mod s4_search;
pub mod s6_present;
pub mod s8_scan_sort;
pub mod subject;
pub mod wire;

use crate::suite::Case;
use subject::Subject;

/// All cases, by section.
pub const GROUPS: &[&[Case<Subject>]] = &[
    s1_framing::CASES,
    s3_init::CASES,
    s4_search::CASES,
    s6_present::CASES,
    s8_scan_sort::CASES,
];
