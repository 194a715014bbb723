//! Search (digest 4).

use super::query::Query;
use super::records::Records;
use super::shared::{DatabaseName, ElementSetName, OtherInformation, ResultSetId};
use crate::codec::{InternationalString, OctetString, Oid};

sequence! {
    /// A search, and how many records are to come with its answer.
    pub struct SearchRequest {
        /// Copied into the answer.
        implicit(2) reference_id: Option<OctetString>,
        /// Up to so many hits, all records come at once.
        implicit(13) small_set_upper_bound: i64,
        /// From so many hits on, none does.
        implicit(14) large_set_lower_bound: i64,
        /// In between, so many do.
        implicit(15) medium_set_present_number: i64,
        /// Whether a set of that name may be replaced.
        implicit(16) replace_indicator: bool,
        /// What the result set shall be called.
        implicit(17) result_set_name: InternationalString,
        /// Where to search.
        implicit(18) database_names: Vec<DatabaseName>,
        /// How much of each record, where all come.
        explicit(100) small_set_element_set_names: Option<ElementSetNames>,
        /// How much of each record, where some come.
        explicit(101) medium_set_element_set_names: Option<ElementSetNames>,
        /// In which syntax.
        implicit(104) preferred_record_syntax: Option<Oid>,
        /// What is sought.
        explicit(21) query: Query,
        /// More about the search.
        implicit(203) additional_search_info: Option<OtherInformation>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

sequence! {
    /// The hits.
    pub struct SearchResponse {
        /// Of the request.
        implicit(2) reference_id: Option<OctetString>,
        /// How many hits.
        implicit(23) result_count: i64,
        /// How many records come with it.
        implicit(24) number_of_records_returned: i64,
        /// Where to go on.
        implicit(25) next_result_set_position: i64,
        /// Whether the search was done.
        implicit(22) search_status: bool,
        /// 1 subset, 2 interim, 3 none, 4 estimate.
        implicit(26) result_set_status: Option<i64>,
        /// As in a present response, where records are due.
        implicit(27) present_status: Option<i64>,
        /// Records, or why there are none.
        untagged records: Option<Records>,
        /// More about the search: [`SearchReport`], [`FacetList`](super::facet::FacetList).
        implicit(203) additional_search_info: Option<OtherInformation>,
        /// More.
        implicit(201) other_info: Option<OtherInformation>,
    }
}

choice! {
    /// Names of element sets: one for all databases, or one for each.
    pub enum ElementSetNames {
        /// One for all.
        implicit(0) Generic(InternationalString),
        /// One for each.
        implicit(1) DatabaseSpecific(Vec<DatabaseElementSetName>),
    }
}

sequence! {
    /// The element set for one database.
    pub struct DatabaseElementSetName {
        /// The database.
        untagged database: DatabaseName,
        /// The element set.
        untagged element_set: ElementSetName,
    }
}

impl ElementSetNames {
    /// The one name, where it is the same for all.
    pub fn name(&self) -> Option<&InternationalString> {
        match self {
            Self::Generic(name) => Some(name),
            Self::DatabaseSpecific(list) => list.first().map(|one| &one.element_set.0),
        }
    }
}

sequence! {
    /// searchResult-1: what a part of the query found by itself.
    pub struct SearchReport {
        /// A name for the part.
        implicit(1) subquery_id: Option<InternationalString>,
        /// Whether the part is the whole.
        implicit(2) full_query: bool,
        /// The part itself.
        explicit(3) subquery_expression: Option<QueryExpression>,
        /// How many records it has.
        implicit(6) subquery_count: Option<i64>,
    }
}

choice! {
    /// A part of a query.
    pub enum QueryExpression {
        /// One term.
        implicit(1) Term(QueryTerm),
        /// More than one.
        explicit(2) Query(Query),
    }
}

sequence! {
    /// A term of a query.
    pub struct QueryTerm {
        /// The term.
        explicit(1) query_term: super::query::Term,
        /// What is to be said of it.
        implicit(2) term_comment: Option<InternationalString>,
    }
}

impl From<&str> for ResultSetId {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<&str> for DatabaseName {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}
