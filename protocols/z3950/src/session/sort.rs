//! Sort (digest 9): one or more sets into one, in another order.

use super::sets::Hits;
use super::{Pending, Session, Step};
use crate::codec::OctetString;
use crate::gateway::ask::{NotFound, Question};
use crate::gateway::{diagnostics, sort};
use crate::message::{Apdu, Diagnostic, SortRequest, SortResponse};
use skranke_core::ports::search::{Cancel, ResultSet};

/// Sets that are sorted into one.
const MOST_SETS: usize = 16;

/// A sort that the desk has.
pub(super) struct Sorting {
    pub(super) reference_id: Option<OctetString>,
    name: String,
    database: Option<String>,
}

impl Session {
    pub(super) fn sort(&mut self, request: &SortRequest) -> Step {
        match self.sort_question(request) {
            Ok((sorting, question)) => self.ask(Pending::Sort(Box::new(sorting)), question),
            Err(diagnostic) => self.sort_failed(request.reference_id.clone(), &diagnostic),
        }
    }

    fn sort_question(&mut self, request: &SortRequest) -> Result<(Sorting, Question), Diagnostic> {
        let name = request.sorted_result_set_name.text().into_owned();
        if name.is_empty() || request.input_result_set_names.is_empty() {
            return Err(Diagnostic::plain(208));
        }
        if request.input_result_set_names.len() > MOST_SETS {
            return Err(Diagnostic::new(230, MOST_SETS.to_string()));
        }
        let mut database = None;
        let mut sets = Vec::new();
        for input in &request.input_result_set_names {
            let set = self.sets.take_up(&input.text())?;
            database = set.database;
            match set.hits {
                Hits::Catalogue(hits) => sets.push(hits),
                Hits::Explain(_) => return Err(Diagnostic::plain(207)),
            }
        }
        let keys = sort::read(&request.sort_sequence, &self.map, self.charset())?;
        let sorting = Sorting {
            reference_id: request.reference_id.clone(),
            name,
            database: database.filter(|_| sets.len() == 1),
        };
        Ok((sorting, Question::Sort(sets, keys, Cancel::never())))
    }

    pub(super) fn sorted(&mut self, sorting: Sorting, sorted: Result<ResultSet, NotFound>, settings: &super::Settings) -> Step {
        let set = match sorted {
            Ok(set) => set,
            Err(NotFound::Search(error)) => {
                let diagnostic = diagnostics::of_search(&error, &self.map);
                return self.sort_failed(sorting.reference_id, &diagnostic);
            }
            Err(NotFound::Database(error)) => {
                let diagnostic = diagnostics::of_database(&error);
                return self.sort_failed(sorting.reference_id, &diagnostic);
            }
        };
        let count = set.len();
        self.exchange.hits = Some(count);
        self.sets.keep(&sorting.name, Hits::Catalogue(set), sorting.database, settings);
        self.say(&Apdu::SortResponse(SortResponse {
            reference_id: sorting.reference_id,
            sort_status: 0,
            result_set_status: None,
            diagnostics: None,
            result_count: self.version_3().then(|| i64::try_from(count).unwrap_or(i64::MAX)),
            other_info: None,
        }))
    }

    pub(super) fn sort_failed(&mut self, reference_id: Option<OctetString>, diagnostic: &Diagnostic) -> Step {
        self.refused(diagnostic);
        self.say(&Apdu::SortResponse(SortResponse {
            reference_id,
            sort_status: 2,
            result_set_status: Some(3),
            diagnostics: Some(vec![diagnostic.record(self.dialect())]),
            result_count: None,
            other_info: None,
        }))
    }
}
