//! The three requests, read and checked.

use super::diagnostic::Diagnostic;
use super::version::Version;

/// A request with what is common to all three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// In which version the answer is given.
    pub version: Version,
    /// What is asked for; the error that stands in the way otherwise. The kind of answer is known even then.
    pub operation: Operation,
    /// `stylesheet`, checked: only what may stand in a processing instruction.
    pub stylesheet: Option<String>,
    /// What is wrong and stops nothing, such as an unknown parameter.
    pub remarks: Vec<Diagnostic>,
    /// What is wrong and stops everything.
    pub refused: Option<Diagnostic>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// What is there?
    Explain(ExplainRequest),
    /// Search, and give records.
    SearchRetrieve(SearchRetrieveRequest),
    /// Give terms of an index.
    Scan(ScanRequest),
}

/// How a record stands in `recordData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Escaping {
    /// As XML.
    #[default]
    Xml,
    /// As escaped text.
    String,
}

impl Escaping {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Xml => "xml",
            Self::String => "string",
        }
    }

    /// The escaping of such a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Xml, Self::String]
            .into_iter()
            .find(|escaping| escaping.as_str().eq_ignore_ascii_case(word))
    }
}

/// explain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExplainRequest {
    /// How the record is wanted.
    pub escaping: Escaping,
}

/// searchRetrieve. Values are as asked; limits are the gateway's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchRetrieveRequest {
    /// The query, in the language of `query_type`.
    pub query: String,
    /// What the query is written in.
    pub query_type: QueryType,
    /// First record, from 1.
    pub start: u64,
    /// Most records; the server's choice where nothing was said.
    pub maximum: Option<u64>,
    /// How records are wanted.
    pub escaping: Escaping,
    /// Name or URI of the schema.
    pub schema: Option<String>,
    /// Whether `recordXPath` was asked for.
    pub xpath: bool,
    /// Seconds for which the result set is to be kept.
    pub ttl: Option<u64>,
    /// `sortKeys`, most important first.
    pub sort: Vec<SortKey>,
    /// The facets wanted, in order.
    pub facets: Vec<FacetRequest>,
    /// Fewest records of a facet's term for it to be listed.
    pub facet_least: u64,
    /// Order of a facet's terms.
    pub facet_order: FacetOrder,
}

/// What a query is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QueryType {
    /// The standard's own language.
    #[default]
    Cql,
    /// Plain words, all of them wanted.
    SearchTerms,
    /// Index Data's prefix notation, also as `x-pquery`.
    Pqf,
}

impl QueryType {
    /// The values of `queryType`, as explain names them.
    pub const ALL: [(Self, &'static str); 3] = [(Self::Cql, "cql"), (Self::SearchTerms, "searchTerms"), (Self::Pqf, "pqf")];

    /// The one of such a name, in any letter case.
    pub fn of(name: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
        found.map(|(query_type, _)| query_type)
    }
}

/// What becomes of records without a value to sort by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MissingValue {
    /// The sort fails.
    Abort,
    /// As if it were higher than all others.
    #[default]
    HighValue,
    /// As if it were lower than all others.
    LowValue,
    /// They are left out.
    Omit,
    /// As if it were this.
    Constant(String),
}

/// One key of `sortKeys`: `path,schema,ascending,caseSensitive,missingValue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// An index.
    pub path: String,
    /// The schema the path is of; empty where none.
    pub schema: String,
    /// Direction.
    pub ascending: bool,
    /// Records without a value.
    pub missing: MissingValue,
}

/// One facet wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetRequest {
    /// The index; every facet of the server where nothing was said.
    pub index: Option<String>,
    /// Most terms.
    pub limit: u64,
    /// First term, from 1.
    pub start: u64,
}

/// How the terms of a facet are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FacetOrder {
    /// Most records first.
    #[default]
    CountDescending,
    /// Fewest records first.
    CountAscending,
    /// By the term.
    Alphanumeric,
}

/// scan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScanRequest {
    /// Index, relation and the term to begin at, in CQL.
    pub clause: String,
    /// Where in the answer the term stands, from 1; 0 is before the first.
    pub position: u64,
    /// Most terms; the server's choice where nothing was said.
    pub maximum: Option<u64>,
}
