//! What the catalogue's desk says no to, as Bib-1 diagnostics (digest 12).

use super::refusal;
use crate::message::Diagnostic;
use skranke_core::desk::catalogue::{NoDatabase, NotUpdated, OrderRefused};
use skranke_core::ports::search::{NotOffered, SearchError};
use skranke_core::query::{IndexId, IndexMap};

/// Why a search, scan or sort could not be done.
pub fn of_search(error: &SearchError, map: &IndexMap) -> Diagnostic {
    match error {
        SearchError::NoSuchSet(name) => Diagnostic::new(30, name),
        SearchError::EmptyTerm(term) => Diagnostic::new(125, term),
        SearchError::BadTerm { term, .. } => Diagnostic::new(126, term),
        SearchError::TruncatedTooShort { term, .. } => Diagnostic::new(9, term),
        SearchError::TooManyWords { limit, .. } => Diagnostic::new(7, limit.to_string()),
        SearchError::NotOffered(NotOffered::Search, index) => Diagnostic::new(114, use_of(*index, map)),
        SearchError::NotOffered(NotOffered::Scan, index) => Diagnostic::new(232, use_of(*index, map)),
        SearchError::NotOffered(NotOffered::Sort, _) => Diagnostic::plain(207),
        SearchError::NotOffered(NotOffered::Facet, index) => Diagnostic::new(114, use_of(*index, map)),
        SearchError::ProximityOfSets => Diagnostic::plain(201),
        SearchError::ProximityDistance => Diagnostic::plain(202),
        SearchError::MissingValue => Diagnostic::plain(207),
        SearchError::Cancelled => Diagnostic::plain(105),
        SearchError::Resources => Diagnostic::plain(31),
        SearchError::NotReady => Diagnostic::plain(109),
        SearchError::Fault(_) => Diagnostic::plain(2),
    }
}

/// Why databases could not be searched.
pub fn of_database(error: &NoDatabase) -> Diagnostic {
    match error {
        NoDatabase::Unknown(name) => Diagnostic::new(235, name),
        NoDatabase::Fault(_) => Diagnostic::plain(2),
    }
}

/// Why a record was not changed.
pub fn of_update(error: &NotUpdated) -> Diagnostic {
    match error {
        NotUpdated::NotPermitted(_, agency) => Diagnostic::new(222, agency.as_str()),
        NotUpdated::Exists(number) | NotUpdated::NotThere(number) => Diagnostic::new(224, number.as_str()),
        NotUpdated::NoNumber => Diagnostic::new(1008, "001"),
        NotUpdated::Empty => Diagnostic::new(1008, "record"),
        NotUpdated::Rejected(why) => Diagnostic::new(224, why),
        NotUpdated::Fault(_) => Diagnostic::plain(2),
    }
}

/// Why an order was not taken.
pub fn of_order(error: &OrderRefused) -> Diagnostic {
    match error {
        OrderRefused::NoSuchRecord => Diagnostic::plain(1028),
        OrderRefused::Refused(refused) => Diagnostic::new(224, refused.reasons.iter().map(refusal::words).collect::<Vec<_>>().join(", ")),
        OrderRefused::Fault(_) => Diagnostic::plain(2),
    }
}

fn use_of(index: IndexId, map: &IndexMap) -> String {
    let index = map.index(index);
    index.map_or_else(String::new, |index| {
        index.bib1.first().map_or_else(|| index.name.clone(), ToString::to_string)
    })
}
