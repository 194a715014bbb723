//! Resource control and reports (digest 10).

use super::shared::{External, OtherInformation};
use crate::codec::{OctetString, Oid};

sequence! {
    /// The server asks whether to go on.
    pub struct ResourceControlRequest {
        /// Of the operation.
        implicit(2) reference_id: Option<OctetString>,
        /// Whether it waits for the answer.
        implicit(39) suspended: Option<bool>,
        /// What has been used.
        explicit(40) resource_report: Option<External>,
        /// 1 subset, 2 interim, 3 none.
        implicit(41) partial_results_available: Option<i64>,
        /// Whether an answer must come.
        implicit(42) response_required: bool,
        /// Whether the client asked for it.
        implicit(43) triggered: Option<bool>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// The client's answer.
    pub struct ResourceControlResponse {
        /// Of the operation.
        implicit(2) reference_id: Option<OctetString>,
        /// Go on?
        implicit(44) go_on: bool,
        /// Whether what is there is wanted.
        implicit(45) result_set_wanted: Option<bool>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// The client wants a report or a stop. There is no answer.
    pub struct TriggerResourceControlRequest {
        /// Of the operation.
        implicit(2) reference_id: Option<OctetString>,
        /// 1 report, 2 control, 3 cancel.
        implicit(46) requested_action: i64,
        /// The type of report wanted.
        implicit(47) preferred_report_format: Option<Oid>,
        /// Whether what is there is wanted.
        implicit(48) result_set_wanted: Option<bool>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// What has been used?
    pub struct ResourceReportRequest {
        /// Copied into the answer.
        implicit(2) reference_id: Option<OctetString>,
        /// By which operation.
        implicit(210) operation: Option<OctetString>,
        /// The type of report wanted.
        implicit(49) preferred_report_format: Option<Oid>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// This.
    pub struct ResourceReportResponse {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// 0 success, 1 partial, 2–7 kinds of failure.
        implicit(50) status: i64,
        /// The report.
        explicit(51) report: Option<External>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}
