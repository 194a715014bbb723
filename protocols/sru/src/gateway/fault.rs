//! What the search index says no with, as diagnostics.

use crate::message::{Diagnostic, number};
use skranke_core::ports::search::{NotOffered, SearchError};
use skranke_core::query::cql::Problem;
use skranke_core::query::{IndexId, IndexMap};

/// The diagnostic of a search that gave no result.
pub(super) fn diagnostic(error: &SearchError, map: &IndexMap) -> Diagnostic {
    let name = |index: &IndexId| map.index(*index).map(super::explain::name).unwrap_or_default();
    let of = |problem: Problem, details: String| Diagnostic::new(problem.number(), details);
    match error {
        SearchError::NoSuchSet(name) => of(Problem::ResultSetDoesNotExist, name.clone()),
        SearchError::EmptyTerm(term) => of(Problem::EmptyTermUnsupported, term.clone()),
        SearchError::BadTerm { term, .. } => of(Problem::TermInInvalidFormat, term.clone()),
        SearchError::TruncatedTooShort { least, .. } => of(Problem::MaskedWordsTooShort, least.to_string()),
        SearchError::TooManyWords { limit, .. } => of(Problem::TooManyMaskingCharacters, limit.to_string()),
        SearchError::NotOffered(NotOffered::Search | NotOffered::Scan, index) => of(Problem::UnsupportedIndex, name(index)),
        SearchError::NotOffered(NotOffered::Sort, index) => of(Problem::UnsupportedSortPath, name(index)),
        SearchError::NotOffered(NotOffered::Facet, _) => Diagnostic::new(number::UNSUPPORTED_PARAMETER_VALUE, "facetLimit"),
        SearchError::ProximityOfSets => of(Problem::ProximityNotSupported, String::new()),
        SearchError::ProximityDistance => of(Problem::UnsupportedProximityDistance, String::new()),
        SearchError::MissingValue => Diagnostic::new(number::SORT_ENDED, ""),
        SearchError::Resources => Diagnostic::new(number::TOO_MANY_MATCHING, ""),
        SearchError::Cancelled | SearchError::NotReady => Diagnostic::new(number::TEMPORARILY_UNAVAILABLE, error.to_string()),
        SearchError::Fault(fault) => {
            tracing::error!(error = %fault, "the search index failed");
            Diagnostic::new(number::GENERAL_SYSTEM_ERROR, "")
        }
    }
}
