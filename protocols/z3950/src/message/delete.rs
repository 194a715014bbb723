//! DeleteResultSet (digest 10).

use super::shared::{OtherInformation, ResultSetId};
use crate::codec::{InternationalString, OctetString};

sequence! {
    /// Result sets are not needed any more.
    pub struct DeleteResultSetRequest {
        /// Copied into the answer.
        implicit(2) reference_id: Option<OctetString>,
        /// 0 those listed, 1 all.
        implicit(32) delete_function: i64,
        /// Which.
        untagged result_set_list: Option<Vec<ResultSetId>>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// Which are gone.
    pub struct DeleteResultSetResponse {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// 0 success, 1 did not exist, 2 had been deleted by the server, … 9 not all requested were deleted.
        implicit(0) delete_operation_status: i64,
        /// The same for each.
        implicit(1) delete_list_statuses: Option<Vec<DeleteListStatus>>,
        /// How many remain, where all should have gone.
        implicit(34) number_not_deleted: Option<i64>,
        /// Which remain.
        implicit(35) bulk_statuses: Option<Vec<DeleteListStatus>>,
        /// In words.
        implicit(36) delete_message: Option<InternationalString>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// What became of one result set.
    pub struct DeleteListStatus {
        /// The set.
        untagged id: ResultSetId,
        /// As `delete_operation_status`.
        implicit(33) status: i64,
    }
}
