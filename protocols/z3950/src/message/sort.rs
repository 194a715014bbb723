//! Sort (digest 9).

use super::present::Specification;
use super::query::AttributeElement;
use super::records::DiagRec;
use super::shared::{DatabaseName, OtherInformation};
use crate::codec::{InternationalString, Null, OctetString, Oid};

sequence! {
    /// A result set is to be sorted.
    pub struct SortRequest {
        /// Copied into the answer.
        implicit(2) reference_id: Option<OctetString>,
        /// What is sorted.
        implicit(3) input_result_set_names: Vec<InternationalString>,
        /// What the sorted set shall be called.
        implicit(4) sorted_result_set_name: InternationalString,
        /// Keys, the most important first.
        implicit(5) sort_sequence: Vec<SortKeySpec>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// Whether it was sorted.
    pub struct SortResponse {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// 0 success, 1 partial, 2 failure.
        implicit(3) sort_status: i64,
        /// 1 empty, 2 interim, 3 unchanged, 4 none.
        implicit(4) result_set_status: Option<i64>,
        /// Why not.
        implicit(5) diagnostics: Option<Vec<DiagRec>>,
        /// How many records the sorted set has.
        implicit(6) result_count: Option<i64>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// One key.
    pub struct SortKeySpec {
        /// By what.
        untagged sort_element: SortElement,
        /// 0 ascending, 1 descending, 3 and 4 by frequency.
        implicit(1) sort_relation: i64,
        /// 0 sensitive, 1 insensitive.
        implicit(2) case_sensitivity: i64,
        /// What of records without such a value.
        explicit(3) missing_value_action: Option<MissingValueAction>,
    }
}

choice! {
    /// By what to sort.
    pub enum SortElement {
        /// The same in all databases.
        explicit(1) Generic(SortKey),
        /// By database.
        implicit(2) DatabaseSpecific(Vec<DatabaseSortKey>),
    }
}

sequence! {
    /// By what to sort one database.
    pub struct DatabaseSortKey {
        /// The database.
        untagged database: DatabaseName,
        /// By what.
        untagged key: SortKey,
    }
}

choice! {
    /// A sort key.
    pub enum SortKey {
        /// By a name that both sides know.
        implicit(0) Field(InternationalString),
        /// By an element of the records.
        implicit(1) ElementSpec(Specification),
        /// By the attributes of an index.
        implicit(2) Attributes(SortAttributes),
    }
}

sequence! {
    /// The attributes of an index.
    pub struct SortAttributes {
        /// Their set.
        untagged id: Oid,
        /// The attributes.
        implicit(44) list: Vec<AttributeElement>,
    }
}

choice! {
    /// What of records without a value.
    pub enum MissingValueAction {
        /// The sort fails.
        implicit(1) Abort(Null),
        /// They stand last.
        implicit(2) Null(Null),
        /// They are sorted as if they had this one.
        implicit(3) Data(OctetString),
    }
}
