//! Duplicate detection (digest 11). Its criteria are read as they come; no server here carries it out.

use super::records::DiagRec;
use super::shared::{Any, OtherInformation};
use crate::codec::{InternationalString, OctetString};

sequence! {
    /// Duplicates are to be found.
    pub struct DuplicateDetectionRequest {
        /// Copied into the answer.
        implicit(2) reference_id: Option<OctetString>,
        /// Where to look.
        implicit(3) input_result_set_ids: Vec<InternationalString>,
        /// What the new set shall be called.
        implicit(4) output_result_set_name: InternationalString,
        /// Which part of the records counts.
        explicit(5) applicable_portion: Option<Any>,
        /// What makes records equal.
        implicit(6) criteria: Option<Vec<Any>>,
        /// Whether equal ones stand together.
        implicit(7) clustering: Option<bool>,
        /// Which of them stays.
        implicit(8) retention_criteria: Vec<Any>,
        /// In which order.
        implicit(9) sort_criteria: Option<Vec<Any>>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// Whether they were found.
    pub struct DuplicateDetectionResponse {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// 0 success, 1 failure.
        implicit(3) status: i64,
        /// How many records the new set has.
        implicit(4) result_set_count: Option<i64>,
        /// Why not.
        implicit(5) diagnostics: Option<Vec<DiagRec>>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}
