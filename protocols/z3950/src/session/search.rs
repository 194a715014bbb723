//! Search (digest 4): the query to the desk, the hits under a name, and the records that come at once.

use super::present::{Retrieval, Service};
use super::sets::Hits;
use super::survey::Wishes;
use super::{Pending, Session, Settings, Step};
use crate::codec::OctetString;
use crate::gateway::ask::{NotFound, Question};
use crate::gateway::composition::Wanted;
use crate::gateway::rpn::Understood;
use crate::gateway::{ccl, cql, diagnostics, rpn};
use crate::message::{Apdu, Diagnostic, ElementSetNames, OtherInformation, Query, Records, SearchRequest, SearchResponse, oid, options};
use skranke_core::ports::search::{Cancel, Databases, Find, ResultSet};
use skranke_core::query;
use std::collections::BTreeMap;

/// Bytes of a name of a result set.
const LONGEST_NAME: usize = 256;
/// Databases of one search.
const MOST_DATABASES: usize = 64;
/// The set that every client may use.
const DEFAULT: &str = "default";

/// A search that the desk has.
pub(super) struct Searching {
    pub(super) reference_id: Option<OctetString>,
    /// What the set shall be called.
    pub(super) name: String,
    /// The databases as they were asked for.
    pub(super) databases: Vec<String>,
    pub(super) piggy_back: PiggyBack,
    /// What is to be told beside the hits.
    pub(super) wishes: Wishes,
    /// What is told beside them.
    pub(super) told: Option<OtherInformation>,
}

/// How many records come at once, and in which form.
pub(super) struct PiggyBack {
    small_set_upper_bound: i64,
    large_set_lower_bound: i64,
    medium_set_present_number: i64,
    small: Option<ElementSetNames>,
    medium: Option<ElementSetNames>,
    syntax: Option<crate::codec::Oid>,
}

impl PiggyBack {
    /// How many, of so many hits, and the element set for them.
    fn due(&self, hits: u64) -> (u64, Option<&ElementSetNames>) {
        let hits_here = i64::try_from(hits).unwrap_or(i64::MAX);
        // Bounds that contradict each other ask for nothing.
        if hits == 0 || self.large_set_lower_bound <= self.small_set_upper_bound {
            return (0, None);
        }
        if hits_here <= self.small_set_upper_bound {
            return (hits, self.small.as_ref());
        }
        if hits_here >= self.large_set_lower_bound {
            return (0, None);
        }
        let some = u64::try_from(self.medium_set_present_number).unwrap_or(0).min(hits);
        (some, self.medium.as_ref())
    }
}

impl Session {
    pub(super) fn search(&mut self, request: SearchRequest, settings: &Settings) -> Step {
        let name = request.result_set_name.text().into_owned();
        let names: Vec<String> = request.database_names.iter().map(|name| name.0.text().into_owned()).collect();
        let searching = Searching {
            reference_id: request.reference_id.clone(),
            name: name.clone(),
            databases: names.clone(),
            piggy_back: PiggyBack {
                small_set_upper_bound: request.small_set_upper_bound,
                large_set_lower_bound: request.large_set_lower_bound,
                medium_set_present_number: request.medium_set_present_number,
                small: request.small_set_element_set_names.clone(),
                medium: request.medium_set_element_set_names.clone(),
                syntax: request.preferred_record_syntax.clone(),
            },
            wishes: self.wishes(&request, settings),
            told: None,
        };
        if let Err(diagnostic) = self.may_be_named(&name, request.replace_indicator) {
            return self.search_refused(searching, &diagnostic);
        }
        if names.len() > MOST_DATABASES {
            return self.search_failed(searching, &Diagnostic::new(111, MOST_DATABASES.to_string()));
        }
        if names.iter().any(|name| name.eq_ignore_ascii_case(super::explain::DATABASE)) {
            return match names.len() {
                1 => self.explain(searching, &request.query),
                _ => self.search_failed(searching, &Diagnostic::plain(23)),
            };
        }
        let understood = match self.understand(&request.query) {
            Ok(understood) => understood,
            Err(diagnostic) => return self.search_failed(searching, &diagnostic),
        };
        let sets = match self.operands(&understood.query) {
            Ok(sets) => sets,
            Err(diagnostic) => return self.search_failed(searching, &diagnostic),
        };
        let find = Find {
            databases: Databases::All,
            query: understood.query,
            sort: understood.sort,
            sets,
            cancel: Cancel::never(),
        };
        self.ask(Pending::Search(Box::new(searching)), Question::Find(names, Box::new(find)))
    }

    /// Whether a new set may have this name.
    fn may_be_named(&self, name: &str, replace: bool) -> Result<(), Diagnostic> {
        if name.is_empty() || name.len() > LONGEST_NAME {
            return Err(Diagnostic::plain(128));
        }
        let named_sets = self
            .agreement
            .as_ref()
            .is_some_and(|agreement| agreement.options.has(options::NAMED_RESULT_SETS));
        if !named_sets && !name.eq_ignore_ascii_case(DEFAULT) {
            return Err(Diagnostic::plain(22));
        }
        if !replace && self.sets.contains(name) {
            return Err(Diagnostic::plain(21));
        }
        Ok(())
    }

    /// A query in any of the languages that we read.
    fn understand(&self, query: &Query) -> Result<Understood, Diagnostic> {
        let unsorted = |query| Understood { query, sort: Vec::new() };
        match query {
            Query::Type1(rpn) | Query::Type101(rpn) => rpn::read(rpn, &self.map, self.charset()),
            Query::Ccl(text) => {
                let text = self.charset().decode(&text.0).ok_or_else(|| Diagnostic::plain(1072))?;
                ccl::read(&text, &self.map).map(unsorted)
            }
            Query::Type104(external) if external.is(&oid::CQL) => {
                let bytes = external.bytes().ok_or_else(|| Diagnostic::plain(108))?;
                let text = self.charset().decode(&bytes).ok_or_else(|| Diagnostic::plain(1072))?;
                cql::read(&text, &self.map)
            }
            Query::Type104(_) => Err(Diagnostic::new(107, "104")),
            Query::Private(_) => Err(Diagnostic::new(107, "0")),
            Query::Z3958(_) => Err(Diagnostic::new(107, "100")),
            Query::Ranked(_) => Err(Diagnostic::new(107, "102")),
        }
    }

    /// The result sets that a query speaks of.
    fn operands(&mut self, query: &query::Query) -> Result<BTreeMap<String, ResultSet>, Diagnostic> {
        let mut sets = BTreeMap::new();
        for name in query.sets() {
            match self.sets.take_up(name)?.hits {
                Hits::Catalogue(set) => sets.insert(name.to_owned(), set),
                Hits::Explain(_) => return Err(Diagnostic::new(18, name)),
            };
        }
        Ok(sets)
    }

    pub(super) fn found(&mut self, searching: Searching, found: Result<ResultSet, NotFound>, settings: &Settings) -> Step {
        match found {
            Ok(set) => self.survey(searching, set, settings),
            Err(error) => {
                let diagnostic = match &error {
                    NotFound::Database(error) => diagnostics::of_database(error),
                    NotFound::Search(error) => diagnostics::of_search(error, &self.map),
                };
                self.search_failed(searching, &diagnostic)
            }
        }
    }

    /// Keeps the hits, and answers with the records that are due.
    pub(super) fn hits(&mut self, searching: Searching, hits: Hits, settings: &Settings) -> Step {
        let count = hits.len();
        self.exchange.hits = Some(count);
        let database = match searching.databases.as_slice() {
            [one] => Some(one.trim_matches(['/', '\0', ' ']).to_owned()),
            _ => None,
        };
        self.sets.keep(&searching.name, hits, database, settings);
        let (due, element_set) = searching.piggy_back.due(count);
        if due == 0 {
            return self.say(&Apdu::SearchResponse(success(searching.reference_id, count, searching.told)));
        }
        let wanted = match Wanted::simple(element_set, searching.piggy_back.syntax.as_ref()) {
            Ok(wanted) => wanted,
            // Found is found: only the records do not come.
            Err(diagnostic) => {
                self.refused(&diagnostic);
                let mut response = success(searching.reference_id, count, searching.told);
                response.present_status = Some(5);
                response.records = Some(Records::NonSurrogate(diagnostic.format(self.dialect())));
                return self.say(&Apdu::SearchResponse(response));
            }
        };
        let service = Service::Search {
            count,
            told: searching.told,
        };
        let retrieval = Retrieval::new(service, searching.reference_id, &searching.name, wanted, (1, due), self);
        self.retrieve(retrieval, settings)
    }

    /// The search was not done: the name stands for nothing from now on.
    pub(super) fn search_failed(&mut self, searching: Searching, diagnostic: &Diagnostic) -> Step {
        self.sets.delete(&searching.name);
        self.search_refused(searching, diagnostic)
    }

    /// The search was not begun: what the name stood for stays.
    fn search_refused(&mut self, searching: Searching, diagnostic: &Diagnostic) -> Step {
        self.refused(diagnostic);
        let mut response = success(searching.reference_id, 0, None);
        response.search_status = false;
        response.result_set_status = Some(3);
        response.records = Some(Records::NonSurrogate(diagnostic.format(self.dialect())));
        self.say(&Apdu::SearchResponse(response))
    }
}

/// So many hits, and no record with them; `told` is what is said of the search beside that.
pub(super) fn success(reference_id: Option<OctetString>, count: u64, told: Option<OtherInformation>) -> SearchResponse {
    SearchResponse {
        reference_id,
        result_count: i64::try_from(count).unwrap_or(i64::MAX).min(i64::from(i32::MAX)),
        number_of_records_returned: 0,
        next_result_set_position: 1,
        search_status: true,
        result_set_status: None,
        present_status: None,
        records: None,
        additional_search_info: told,
        other_info: None,
    }
}
