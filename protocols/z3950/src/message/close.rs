//! Close (digest 10), of version 3.

use super::shared::{External, OtherInformation};
use crate::codec::{InternationalString, OctetString, Oid};

sequence! {
    /// The end, from either side.
    pub struct Close {
        /// Of the request that led to it.
        implicit(2) reference_id: Option<OctetString>,
        /// One of the reasons of [`Close`].
        implicit(211) close_reason: i64,
        /// In words.
        implicit(3) diagnostic_information: Option<InternationalString>,
        /// The type of report wanted.
        implicit(4) resource_report_format: Option<Oid>,
        /// A report.
        explicit(5) resource_report: Option<External>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

impl Close {
    /// Nothing more to do.
    pub const FINISHED: i64 = 0;
    /// The server goes down.
    pub const SHUTDOWN: i64 = 1;
    /// Something is broken.
    pub const SYSTEM_PROBLEM: i64 = 2;
    /// Too much is asked for.
    pub const RESOURCES: i64 = 4;
    /// Not allowed.
    pub const SECURITY_VIOLATION: i64 = 5;
    /// That was no message, or not now.
    pub const PROTOCOL_ERROR: i64 = 6;
    /// Silence for too long.
    pub const LACK_OF_ACTIVITY: i64 = 7;

    /// A close for a reason, in words too.
    pub fn because(reference_id: Option<OctetString>, close_reason: i64, words: &str) -> Self {
        Self {
            reference_id,
            close_reason,
            diagnostic_information: (!words.is_empty()).then(|| words.into()),
            resource_report_format: None,
            resource_report: None,
            other_info: None,
        }
    }
}
