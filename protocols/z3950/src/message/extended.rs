//! Extended services (digest 11): tasks that outlive a search. Item order and update (revision 1) are read to the bottom.

use super::records::DiagRec;
use super::shared::{Any, ElementSetName, External, GeneralizedTime, IntUnit, OtherInformation};
use crate::codec::{InternationalString, OctetString, Oid};

sequence! {
    /// A task.
    pub struct ExtendedServicesRequest {
        /// Copied into the answer.
        implicit(2) reference_id: Option<OctetString>,
        /// 1 create, 2 delete, 3 modify.
        implicit(3) function: i64,
        /// Which service.
        implicit(4) package_type: Oid,
        /// What the task shall be called.
        implicit(5) package_name: Option<InternationalString>,
        /// Whose it is.
        implicit(6) user_id: Option<InternationalString>,
        /// How long it shall be kept.
        implicit(7) retention_time: Option<IntUnit>,
        /// Who else may use it.
        implicit(8) permissions: Option<Vec<Any>>,
        /// In words.
        implicit(9) description: Option<InternationalString>,
        /// The task itself.
        implicit(10) task_specific_parameters: Option<External>,
        /// 1 wait, 2 wait if possible, 3 do not wait, 4 do not return the package.
        implicit(11) wait_action: i64,
        /// How much of the package.
        untagged elements: Option<ElementSetName>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// What became of it.
    pub struct ExtendedServicesResponse {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// 1 done, 2 accepted, 3 failure.
        implicit(3) operation_status: i64,
        /// Why not.
        implicit(4) diagnostics: Option<Vec<DiagRec>>,
        /// The task as it stands.
        implicit(5) task_package: Option<External>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// A task as it stands (record syntax 106).
    pub struct TaskPackage {
        /// Which service.
        implicit(1) package_type: Oid,
        /// What it is called.
        implicit(2) package_name: Option<InternationalString>,
        /// Whose it is.
        implicit(3) user_id: Option<InternationalString>,
        /// How long it is kept.
        implicit(4) retention_time: Option<IntUnit>,
        /// Who else may use it.
        implicit(5) permissions: Option<Vec<Any>>,
        /// In words.
        implicit(6) description: Option<InternationalString>,
        /// The server's number for it.
        implicit(7) target_reference: Option<OctetString>,
        /// When it was made.
        implicit(8) creation_date_time: Option<GeneralizedTime>,
        /// 0 pending, 1 active, 2 complete, 3 aborted.
        implicit(9) task_status: i64,
        /// What went wrong.
        implicit(10) package_diagnostics: Option<Vec<DiagRec>>,
        /// The task itself.
        implicit(11) task_specific_parameters: External,
    }
}

choice! {
    /// Item order.
    pub enum ItemOrder {
        /// What is wanted.
        implicit(1) Request(ItemOrderRequest),
        /// What became of it.
        implicit(2) Package(ItemOrderPackage),
    }
}

sequence! {
    /// What is wanted.
    pub struct ItemOrderRequest {
        /// Kept with the task.
        explicit(1) to_keep: Option<ItemOrderKept>,
        /// Not kept.
        explicit(2) not_to_keep: RequestedItem,
    }
}

sequence! {
    /// What became of it.
    pub struct ItemOrderPackage {
        /// Kept with the task.
        explicit(1) to_keep: Option<ItemOrderKept>,
        /// The server's part.
        explicit(2) target_part: ItemOrderStatus,
    }
}

sequence! {
    /// Who orders.
    pub struct ItemOrderKept {
        /// What else is wanted.
        implicit(1) supplementary_description: Option<External>,
        /// Who orders.
        implicit(2) contact: Option<Contact>,
        /// Who pays; not read further.
        implicit(3) additional_billing: Option<Vec<Any>>,
    }
}

sequence! {
    /// Who orders.
    pub struct Contact {
        /// Name.
        implicit(1) name: Option<InternationalString>,
        /// Telephone.
        implicit(2) phone: Option<InternationalString>,
        /// Mail.
        implicit(3) email: Option<InternationalString>,
    }
}

sequence! {
    /// What is ordered: a record of a result set, a request in a form of its own, or both.
    pub struct RequestedItem {
        /// A record of a result set.
        implicit(1) result_set_item: Option<ResultSetItem>,
        /// An ILL request or another form.
        implicit(2) item_request: Option<External>,
    }
}

sequence! {
    /// A record of a result set.
    pub struct ResultSetItem {
        /// The set.
        implicit(1) result_set_id: InternationalString,
        /// The record, counted from 1.
        implicit(2) item: i64,
    }
}

sequence! {
    /// How far an order has come.
    pub struct ItemOrderStatus {
        /// The order.
        implicit(1) item_request: Option<External>,
        /// A report in a form of its own.
        implicit(2) status_or_error_report: Option<External>,
        /// 1 not received, 2 in the queue for loan, 3 forwarded, 4 unfilled and 5 filled for copyright.
        implicit(3) auxiliary_status: Option<i64>,
    }
}

choice! {
    /// Update, revision 1.
    pub enum Update {
        /// What is to be changed.
        implicit(1) Request(UpdateRequest),
        /// What became of it.
        implicit(2) Package(UpdatePackage),
    }
}

sequence! {
    /// What is to be changed.
    pub struct UpdateRequest {
        /// Kept with the task.
        explicit(1) to_keep: UpdateKept,
        /// The records.
        explicit(2) not_to_keep: Vec<SuppliedRecord>,
    }
}

sequence! {
    /// What became of it.
    pub struct UpdatePackage {
        /// Kept with the task.
        explicit(1) to_keep: UpdateKept,
        /// The server's part.
        explicit(2) target_part: UpdateStatus,
    }
}

sequence! {
    /// What is to be done where.
    pub struct UpdateKept {
        /// 1 insert, 2 replace, 3 delete, 4 element update, 5 special update.
        implicit(1) action: i64,
        /// The database.
        implicit(2) database_name: InternationalString,
        /// The schema of the records.
        implicit(3) schema: Option<Oid>,
        /// How much of the records shall come back.
        implicit(4) element_set_name: Option<InternationalString>,
        /// More on what is to be done.
        implicit(5) action_qualifier: Option<External>,
    }
}

sequence! {
    /// A record to be changed.
    pub struct SuppliedRecord {
        /// Which.
        explicit(1) record_id: Option<RecordId>,
        /// Which version of it.
        explicit(2) supplemental_id: Option<Any>,
        /// Copied into the answer.
        implicit(3) correlation_info: Option<CorrelationInfo>,
        /// The record. The standard demands it; to delete one, some clients only send its number.
        implicit(4) record: Option<External>,
    }
}

choice! {
    /// The number of a record.
    pub enum RecordId {
        /// As a number.
        implicit(1) Number(i64),
        /// As text.
        implicit(2) String(InternationalString),
        /// As bytes.
        implicit(3) Opaque(OctetString),
    }
}

sequence! {
    /// By what the client knows its records again.
    pub struct CorrelationInfo {
        /// Words.
        implicit(1) note: Option<InternationalString>,
        /// A number.
        implicit(2) id: Option<i64>,
    }
}

sequence! {
    /// What became of the records.
    pub struct UpdateStatus {
        /// 1 success, 2 partial, 3 failure.
        implicit(1) update_status: i64,
        /// What concerns all.
        implicit(2) global_diagnostics: Option<Vec<DiagRec>>,
        /// One for each record.
        implicit(3) records: Vec<UpdatedRecord>,
    }
}

sequence! {
    /// What became of one record.
    pub struct UpdatedRecord {
        /// The record, or why it was not changed.
        explicit(1) record_or_diagnostics: Option<RecordOrDiagnostics>,
        /// The client's mark.
        implicit(2) correlation_info: Option<CorrelationInfo>,
        /// 1 success, 2 queued, 3 in process, 4 failure.
        implicit(3) record_status: i64,
        /// What else is to be said.
        implicit(4) supplemental_diagnostics: Option<Vec<DiagRec>>,
    }
}

choice! {
    /// A record, or why it was not changed.
    pub enum RecordOrDiagnostics {
        /// The record.
        implicit(1) Record(External),
        /// Why not.
        implicit(2) Diagnostics(Vec<DiagRec>),
    }
}
