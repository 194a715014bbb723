//! Scan (digest 8).

use super::{Pending, Session, Step};
use crate::codec::OctetString;
use crate::gateway::ask::{NotFound, Question};
use crate::gateway::{diagnostics, scan};
use crate::message::{Apdu, Diagnostic, ListEntries, ScanRequest, ScanResponse};
use skranke_core::ports::search::TermList;

/// The list ended before all terms were there.
const FEWER: i64 = 5;
/// There are no terms.
const FAILURE: i64 = 6;

/// A scan that the desk has.
pub(super) struct Scanning {
    pub(super) reference_id: Option<OctetString>,
    wanted: u32,
}

impl Session {
    pub(super) fn scan(&mut self, request: &ScanRequest) -> Step {
        let question = match scan::read(request, &self.map, self.charset()) {
            Ok(question) => question,
            Err(diagnostic) => return self.scan_failed(request.reference_id.clone(), &diagnostic),
        };
        let scanning = Scanning {
            reference_id: request.reference_id.clone(),
            wanted: question.count,
        };
        let names = request.database_names.iter().map(|name| name.0.text().into_owned()).collect();
        self.ask(Pending::Scan(Box::new(scanning)), Question::Scan(names, Box::new(question)))
    }

    pub(super) fn scanned(&mut self, scanning: Scanning, list: Result<TermList, NotFound>) -> Step {
        let list = match list {
            Ok(list) => list,
            Err(error) => {
                let diagnostic = match &error {
                    NotFound::Database(error) => diagnostics::of_database(error),
                    NotFound::Search(error) => diagnostics::of_search(error, &self.map),
                };
                return self.scan_failed(scanning.reference_id, &diagnostic);
            }
        };
        self.exchange.hits = Some(list.terms.len() as u64);
        let charset = self.charset();
        let fewer = list.terms.len() < scanning.wanted as usize;
        self.say(&Apdu::ScanResponse(ScanResponse {
            reference_id: scanning.reference_id,
            step_size: Some(0),
            scan_status: if fewer { FEWER } else { 0 },
            number_of_entries_returned: list.terms.len() as i64,
            position_of_term: list.position.map(i64::from),
            entries: Some(ListEntries {
                entries: Some(list.terms.iter().map(|term| scan::entry(term, charset)).collect()),
                nonsurrogate_diagnostics: None,
            }),
            attribute_set: None,
            other_info: None,
        }))
    }

    pub(super) fn scan_failed(&mut self, reference_id: Option<OctetString>, diagnostic: &Diagnostic) -> Step {
        self.refused(diagnostic);
        self.say(&Apdu::ScanResponse(ScanResponse {
            reference_id,
            step_size: None,
            scan_status: FAILURE,
            number_of_entries_returned: 0,
            position_of_term: None,
            entries: Some(ListEntries {
                entries: None,
                nonsurrogate_diagnostics: Some(vec![diagnostic.record(self.dialect())]),
            }),
            attribute_set: None,
            other_info: None,
        }))
    }
}
