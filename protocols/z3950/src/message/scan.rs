//! Scan (digest 8).

use super::query::{AttributeElement, AttributesPlusTerm, Term};
use super::records::DiagRec;
use super::shared::{Any, DatabaseName, OtherInformation};
use crate::codec::{InternationalString, OctetString, Oid};

sequence! {
    /// A look into a list of terms.
    pub struct ScanRequest {
        /// Copied into the answer.
        implicit(2) reference_id: Option<OctetString>,
        /// Whose terms.
        implicit(3) database_names: Vec<DatabaseName>,
        /// The set of attributes that say nothing of their set.
        untagged attribute_set: Option<Oid>,
        /// Which list, and where in it.
        untagged start: AttributesPlusTerm,
        /// How many terms to pass over between two.
        implicit(5) step_size: Option<i64>,
        /// How many terms.
        implicit(6) number_of_terms_requested: i64,
        /// Where among them the start term shall stand.
        implicit(7) preferred_position_in_response: Option<i64>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// The terms.
    pub struct ScanResponse {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// How many terms were passed over.
        implicit(3) step_size: Option<i64>,
        /// 0 success, 1–5 partial (5: the list's end), 6 failure.
        implicit(4) scan_status: i64,
        /// How many terms.
        implicit(5) number_of_entries_returned: i64,
        /// Where among them the start term stands.
        implicit(6) position_of_term: Option<i64>,
        /// The terms, or why there are none.
        implicit(7) entries: Option<ListEntries>,
        /// The set of suggested attributes.
        implicit(8) attribute_set: Option<Oid>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// Terms, or why there are none.
    pub struct ListEntries {
        /// Terms.
        implicit(1) entries: Option<Vec<Entry>>,
        /// Why there are none.
        implicit(2) nonsurrogate_diagnostics: Option<Vec<DiagRec>>,
    }
}

choice! {
    /// A term, or why it is not given.
    #[allow(clippy::large_enum_variant)] // terms are the rule
    pub enum Entry {
        /// A term.
        implicit(1) TermInfo(TermInfo),
        /// Why it is not given.
        explicit(2) Surrogate(DiagRec),
    }
}

sequence! {
    /// A term of a list.
    pub struct TermInfo {
        /// As it is searched for.
        untagged term: Term,
        /// As it is shown.
        implicit(0) display_term: Option<InternationalString>,
        /// By which attributes it is searched for.
        implicit(44) suggested_attributes: Option<Vec<AttributeElement>>,
        /// Other terms for it.
        implicit(4) alternative_term: Option<Vec<AttributesPlusTerm>>,
        /// How many records have it.
        implicit(2) global_occurrences: Option<i64>,
        /// The same by attributes.
        implicit(3) by_attributes: Option<Vec<OccurrenceByAttributes>>,
        /// More.
        implicit(201) other_term_info: Option<OtherInformation>,
    }
}

sequence! {
    /// How many records have a term under some attributes.
    pub struct OccurrenceByAttributes {
        /// The attributes.
        explicit(1) attributes: Any,
        /// How many.
        untagged occurrences: Option<Any>,
    }
}
