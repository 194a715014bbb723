//! The state machine of one connection (digest 1–11). No socket and no clock: a frame and the present time come in, a [`Step`]
//! goes out. What the protocol keeps for a connection is here and nothing else: what was agreed on, the result sets, and the
//! request that waits for the desk.

mod delete;
mod explain;
mod init;
mod present;
mod scan;
mod search;
mod sets;
mod settings;
mod sort;
mod step;
mod survey;
mod tasks;

pub use init::Agreement;
pub use settings::{Identity, Settings, User};
pub use step::{CloseReason, Exchange, Outcome, Step};

use crate::codec::{Malformed, OctetString};
use crate::gateway::ask::{Answer, Question};
use crate::message::{Apdu, Close, Diagnostic, Dialect, DuplicateDetectionRequest, DuplicateDetectionResponse, ResourceReportResponse};
use sets::ResultSets;
use skranke_core::query::IndexMap;
use skranke_core::time::Timestamp;
use skranke_wire::framing::FrameFault;
use std::fmt;
use std::sync::Arc;

/// One connection.
pub struct Session {
    /// What Init agreed on; `None` before.
    agreement: Option<Agreement>,
    sets: ResultSets,
    /// The request that the desk has.
    pending: Option<Pending>,
    map: Arc<IndexMap>,
    exchange: Exchange,
    /// The reference of the last Init.
    init_reference: Option<OctetString>,
}

/// A request that waits for the desk.
enum Pending {
    Search(Box<search::Searching>),
    Survey(Box<survey::Surveying>),
    Retrieval(Box<present::Retrieval>),
    Scan(Box<scan::Scanning>),
    Sort(Box<sort::Sorting>),
    Update(Box<tasks::Updating>),
    Order(Box<tasks::Ordering>),
    Explain(Box<explain::Explaining>),
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("login", &self.login())
            .field("sets", &self.sets)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// A fresh connection that reads queries by this map.
    pub fn new(map: Arc<IndexMap>) -> Self {
        Self {
            agreement: None,
            sets: ResultSets::default(),
            pending: None,
            map,
            exchange: Exchange::default(),
            init_reference: None,
        }
    }

    /// Who is logged in, where the server knows users.
    pub fn login(&self) -> Option<&str> {
        self.agreement.as_ref()?.identity.login.as_deref()
    }

    /// What was agreed on.
    pub fn agreement(&self) -> Option<&Agreement> {
        self.agreement.as_ref()
    }

    /// The exchange handled last.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Takes one whole message.
    pub fn receive(&mut self, frame: &[u8], settings: &Settings, now: Timestamp) -> Step {
        self.exchange = Exchange::default();
        self.pending = None;
        let apdu = match Apdu::decode(frame) {
            Ok(apdu) => apdu,
            Err(malformed) => return self.malformed(frame, malformed),
        };
        self.exchange.kind = apdu.kind();
        if self.agreement.is_none() && !matches!(apdu, Apdu::InitRequest(_)) {
            return self.end(Apdu::reference_of(frame), Close::PROTOCOL_ERROR, CloseReason::NotInitialised);
        }
        match apdu {
            Apdu::InitRequest(request) => self.init(&request, settings),
            Apdu::SearchRequest(request) => self.search(request, settings),
            Apdu::PresentRequest(request) => self.present(request, settings),
            Apdu::DeleteResultSetRequest(request) => self.delete(&request),
            Apdu::ScanRequest(request) => self.scan(&request),
            Apdu::SortRequest(request) => self.sort(&request),
            Apdu::ExtendedServicesRequest(request) => self.task(request, settings, now),
            // What it would stop has been answered by now; it has no answer of its own.
            Apdu::TriggerResourceControlRequest(_) => Step::Silence,
            Apdu::ResourceReportRequest(request) => self.say(&Apdu::ResourceReportResponse(ResourceReportResponse {
                reference_id: request.reference_id,
                status: 3,
                report: None,
                other_info: None,
            })),
            Apdu::DuplicateDetectionRequest(request) => self.duplicates(request),
            Apdu::Close(close) => {
                let answer = Apdu::Close(Close::because(close.reference_id, Close::FINISHED, ""));
                let mut out = Vec::new();
                answer.encode(&mut out);
                Step::ReplyAndClose(out, CloseReason::Finished)
            }
            // Answers to questions that we never ask, and what only servers send.
            Apdu::AccessControlResponse(_) | Apdu::ResourceControlResponse(_) => Step::Silence,
            Apdu::InitResponse(_)
            | Apdu::SearchResponse(_)
            | Apdu::PresentResponse(_)
            | Apdu::DeleteResultSetResponse(_)
            | Apdu::AccessControlRequest(_)
            | Apdu::ResourceControlRequest(_)
            | Apdu::ResourceReportResponse(_)
            | Apdu::ScanResponse(_)
            | Apdu::SortResponse(_)
            | Apdu::Segment(_)
            | Apdu::ExtendedServicesResponse(_)
            | Apdu::DuplicateDetectionResponse(_) => self.end(Apdu::reference_of(frame), Close::PROTOCOL_ERROR, CloseReason::NotForUs),
        }
    }

    /// Takes the desk's answer to the question asked last.
    pub fn answer(&mut self, answer: Answer, settings: &Settings) -> Step {
        let Some(pending) = self.pending.take() else { return Step::Silence };
        match (pending, answer) {
            (Pending::Search(searching), Answer::Found(found)) => self.found(*searching, found, settings),
            (Pending::Survey(surveying), Answer::Surveyed(counts, facets)) => self.surveyed(*surveying, counts, facets, settings),
            (Pending::Retrieval(retrieval), Answer::Titles(titles)) => self.titles(*retrieval, titles, settings),
            (Pending::Scan(scanning), Answer::Scanned(list)) => self.scanned(*scanning, list),
            (Pending::Sort(sorting), Answer::Found(found)) => self.sorted(*sorting, found, settings),
            (Pending::Update(updating), Answer::Updated(updated)) => self.updated(*updating, updated),
            (Pending::Order(ordering), Answer::Ordered(ordered)) => self.ordered(*ordering, ordered),
            (Pending::Order(ordering), Answer::Named(found)) => self.named(*ordering, found, settings),
            (Pending::Explain(explaining), Answer::Databases(databases)) => self.explained(*explaining, databases, settings),
            (pending, _) => self.fail(pending, &Diagnostic::plain(1)),
        }
    }

    /// The desk did not answer in time, or could not.
    pub fn fault(&mut self, cancelled: bool) -> Step {
        let Some(pending) = self.pending.take() else { return Step::Silence };
        let diagnostic = Diagnostic::plain(if cancelled { 105 } else { 2 });
        let step = self.fail(pending, &diagnostic);
        self.exchange.outcome = if cancelled { Outcome::Refused } else { Outcome::Fault };
        step
    }

    /// A request fails as a whole, by its own service's answer.
    fn fail(&mut self, pending: Pending, diagnostic: &Diagnostic) -> Step {
        match pending {
            Pending::Search(searching) => self.search_failed(*searching, diagnostic),
            Pending::Survey(surveying) => self.search_failed(surveying.searching, diagnostic),
            Pending::Retrieval(retrieval) => self.retrieval_failed(*retrieval, diagnostic),
            Pending::Scan(scanning) => self.scan_failed(scanning.reference_id, diagnostic),
            Pending::Sort(sorting) => self.sort_failed(sorting.reference_id, diagnostic),
            Pending::Update(updating) => self.task_failed(updating.task.reference_id, diagnostic),
            Pending::Order(ordering) => self.task_failed(ordering.task.reference_id, diagnostic),
            Pending::Explain(explaining) => self.search_failed(explaining.searching, diagnostic),
        }
    }

    /// The stream cannot be followed any further: the last words, if any.
    pub fn unreadable(&mut self, fault: FrameFault) -> Vec<u8> {
        let words = match fault {
            FrameFault::TooLong { .. } => "the message is too long",
            FrameFault::TooDeep { .. } => "the message is nested too deep",
            FrameFault::NotThisProtocol { .. } => "this is no message",
        };
        self.last_words(None, Close::PROTOCOL_ERROR, words)
    }

    /// The server goes down, or the silence has been too long.
    pub fn farewell(&mut self, reason: i64) -> Vec<u8> {
        self.last_words(None, reason, "")
    }

    /// A message whose end is known, but not its sense.
    fn malformed(&mut self, frame: &[u8], malformed: Malformed) -> Step {
        self.exchange.outcome = Outcome::Malformed;
        self.exchange.reason = Some(malformed.what);
        self.exchange.at = Some(malformed.at);
        let bytes = self.last_words(Apdu::reference_of(frame), Close::PROTOCOL_ERROR, "the message cannot be read");
        Step::ReplyAndClose(bytes, CloseReason::Malformed)
    }

    /// Duplicate detection is not offered: the diagnostic names the first thing asked for that we have not.
    fn duplicates(&mut self, request: DuplicateDetectionRequest) -> Step {
        let unknown = request
            .input_result_set_ids
            .iter()
            .find_map(|set| self.sets.take_up(&set.text()).err());
        let diagnostic = unknown.unwrap_or_else(|| {
            Diagnostic::plain(match request {
                DuplicateDetectionRequest {
                    applicable_portion: Some(_),
                    ..
                } => 1058,
                DuplicateDetectionRequest { criteria: Some(_), .. } => 1059,
                DuplicateDetectionRequest {
                    clustering: Some(true), ..
                } => 1062,
                _ => 1063,
            })
        });
        self.refused(&diagnostic);
        self.say(&Apdu::DuplicateDetectionResponse(DuplicateDetectionResponse {
            reference_id: request.reference_id,
            status: 1,
            result_set_count: None,
            diagnostics: Some(vec![diagnostic.record(self.dialect())]),
            other_info: None,
        }))
    }

    fn version_3(&self) -> bool {
        self.agreement.as_ref().is_some_and(|agreement| agreement.version_3)
    }

    /// How this peer is told what is wrong.
    fn dialect(&self) -> Dialect {
        Dialect {
            version_3: self.version_3(),
            charset: self.charset(),
        }
    }

    fn charset(&self) -> crate::codec::Charset {
        self.agreement.as_ref().map(|agreement| agreement.charset).unwrap_or_default()
    }

    /// One message as a step.
    fn say(&self, apdu: &Apdu) -> Step {
        let mut out = Vec::new();
        apdu.encode(&mut out);
        Step::Reply(out)
    }

    fn ask(&mut self, pending: Pending, question: Question) -> Step {
        self.pending = Some(pending);
        Step::Ask(Box::new(question))
    }

    /// Notes that the library, or we, said no.
    fn refused(&mut self, diagnostic: &Diagnostic) {
        self.exchange.outcome = if matches!(diagnostic.condition, 1 | 2) {
            Outcome::Fault
        } else {
            Outcome::Refused
        };
        self.exchange.reason = Diagnostic::meaning(diagnostic.condition.into());
    }

    fn end(&mut self, reference_id: Option<OctetString>, reason: i64, why: CloseReason) -> Step {
        self.exchange.outcome = Outcome::Refused;
        self.exchange.reason = Some(why.key());
        let mut out = Vec::new();
        // Version 2 has no such message; who has not said which version he speaks may know it.
        if self.agreement.as_ref().is_none_or(|agreement| agreement.version_3) {
            Apdu::Close(Close::because(reference_id, reason, "")).encode(&mut out);
        }
        Step::ReplyAndClose(out, why)
    }

    /// Close, where the peer knows it: version 2 has none, and to garbage before Init nothing is said.
    fn last_words(&self, reference_id: Option<OctetString>, reason: i64, words: &str) -> Vec<u8> {
        let mut out = Vec::new();
        if self.version_3() {
            Apdu::Close(Close::because(reference_id, reason, words)).encode(&mut out);
        }
        out
    }
}
