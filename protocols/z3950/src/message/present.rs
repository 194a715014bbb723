//! Present and Segment (digest 6).

use super::records::{NamePlusRecord, Records};
use super::search::ElementSetNames;
use super::shared::{DatabaseName, External, OtherInformation, ResultSetId};
use crate::codec::{InternationalString, OctetString, Oid};

sequence! {
    /// Records of a result set are wanted.
    pub struct PresentRequest {
        /// Copied into the answer.
        implicit(2) reference_id: Option<OctetString>,
        /// The set.
        untagged result_set: ResultSetId,
        /// The first, counted from 1.
        implicit(30) start: i64,
        /// How many.
        implicit(29) number: i64,
        /// More ranges, in version 3.
        implicit(212) additional_ranges: Option<Vec<Range>>,
        /// How much of each record, and in which schema.
        untagged composition: Option<RecordComposition>,
        /// In which syntax.
        implicit(104) preferred_record_syntax: Option<Oid>,
        /// How many segments at most.
        implicit(204) max_segment_count: Option<i64>,
        /// Bytes of a record at most.
        implicit(206) max_record_size: Option<i64>,
        /// Bytes of a segment at most.
        implicit(207) max_segment_size: Option<i64>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// The records, or the last of them.
    pub struct PresentResponse {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// How many came, those in segments too.
        implicit(24) number_of_records_returned: i64,
        /// Where to go on; 0 past the end.
        implicit(25) next_result_set_position: i64,
        /// 0 success, 1–4 partial, 5 failure.
        implicit(27) present_status: i64,
        /// Records, or why there are none.
        untagged records: Option<Records>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// A part of the answer to a present request.
    pub struct Segment {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// How many records it holds.
        implicit(24) number_of_records_returned: i64,
        /// The records.
        implicit(0) records: Vec<NamePlusRecord>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// Some records in a row.
    pub struct Range {
        /// The first.
        implicit(1) start: i64,
        /// How many.
        implicit(2) number: i64,
    }
}

choice! {
    /// How much of each record.
    pub enum RecordComposition {
        /// By the name of an element set.
        explicit(19) Simple(ElementSetNames),
        /// By schema, element set and syntax.
        implicit(209) Complex(CompSpec),
    }
}

sequence! {
    /// Schema, element set and syntax.
    pub struct CompSpec {
        /// Whether another syntax will do.
        implicit(1) select_alternative_syntax: bool,
        /// For all databases.
        implicit(2) generic: Option<Specification>,
        /// For single databases.
        implicit(3) database_specific: Option<Vec<DatabaseSpecification>>,
        /// Syntaxes in order of preference.
        implicit(4) record_syntax: Option<Vec<Oid>>,
    }
}

sequence! {
    /// What one database is asked for.
    pub struct DatabaseSpecification {
        /// The database.
        explicit(1) database: DatabaseName,
        /// What of it.
        implicit(2) specification: Specification,
    }
}

sequence! {
    /// A schema and an element set.
    pub struct Specification {
        /// The schema.
        untagged schema: Option<Schema>,
        /// The element set.
        explicit(2) element_spec: Option<ElementSpec>,
    }
}

choice! {
    /// A schema.
    pub enum Schema {
        /// By object identifier.
        implicit(1) Oid(Oid),
        /// By name or address.
        implicit(300) Uri(InternationalString),
    }
}

choice! {
    /// An element set.
    pub enum ElementSpec {
        /// By name.
        implicit(1) Name(InternationalString),
        /// By a list of elements.
        implicit(2) External(External),
    }
}
