//! Requests to the catalogue's desk, and what it says as an answer.

mod echo;
mod explain;
mod fault;
mod frame;
mod isohold;
mod kept;
mod opac;
mod pqf;
mod records;
mod scan;
mod search_retrieve;
mod xcql;

use crate::codec::{read, soap, xml};
use crate::message::{Diagnostic, Operation, Parameters, Request, number};
use frame::Frame;
use kept::Kept;
use skranke_core::desk::catalogue::{CatalogueDesk, NoDatabase};
use skranke_core::ports::search::Databases;
use skranke_core::ports::{Records, Search, Store};
use skranke_core::query::cql;
use skranke_core::time::Timestamp;
use std::sync::Arc;

/// What may be asked of this server, and what it does where nothing was said.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Records of an answer where nothing was said.
    pub records: u64,
    /// Most records of an answer; who asks for more gets so many.
    pub most_records: u64,
    /// Terms of a scan where nothing was said.
    pub terms: u64,
    /// Most terms of a scan; who asks for more is told.
    pub most_terms: u64,
    /// Longest time for which a result set is kept, seconds.
    pub most_ttl: u64,
    /// Most memory for result sets, bytes.
    pub set_bytes: usize,
    /// What a query may cost.
    pub cql: cql::Limits,
    /// Whether parameters that are not UTF-8 are read as ISO 8859-1.
    pub latin1: bool,
    /// Whether `startRecord=0` is taken for 1.
    pub lenient_start: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            records: 10,
            most_records: 1000,
            terms: 20,
            most_terms: 1000,
            most_ttl: 3600,
            set_bytes: 64 * 1024 * 1024,
            cql: cql::Limits::default(),
            latin1: false,
            lenient_start: false,
        }
    }
}

/// One request as HTTP brought it.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The database of the path; `Default` where it names none.
    pub database: &'a str,
    /// Host name as the client reached it.
    pub host: &'a str,
    /// Port as the client reached it.
    pub port: u16,
    /// Whether it came over TLS.
    pub secure: bool,
    /// Path of the request: `/sru/Default`.
    pub path: &'a str,
    /// Names and values.
    pub parameters: &'a Parameters,
    /// Set where the request came in a SOAP envelope: the envelope's namespace.
    pub soap: Option<&'static str>,
    /// The present time.
    pub at: Timestamp,
    /// Chance, for the name of a result set.
    pub chance: u64,
}

impl Asked<'_> {
    /// The address of this database without parameters.
    fn base_url(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}:{}{}", self.host, self.port, self.path)
    }
}

/// What a request came to, for logs and counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered.
    Done,
    /// It was refused with this diagnostic.
    Refused(u16),
    /// We failed.
    Fault,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status: 200, or 404 where there is no such database.
    pub status: u16,
    /// The document, in UTF-8.
    pub body: Vec<u8>,
    /// `explain`, `searchRetrieve` or `scan`.
    pub operation: &'static str,
    /// What it came to.
    pub outcome: Outcome,
    /// Whether the answer is one of version 2.0, whose media type is its own.
    pub version_2: bool,
}

/// The protocol in front of the catalogue's desk. Clones are one.
#[derive(Debug)]
pub struct Gateway<S, F> {
    desk: CatalogueDesk<S, F>,
    settings: Arc<Settings>,
    kept: Arc<Kept>,
}

impl<S, F: Clone> Clone for Gateway<S, F> {
    fn clone(&self) -> Self {
        Self {
            desk: self.desk.clone(),
            settings: Arc::clone(&self.settings),
            kept: Arc::clone(&self.kept),
        }
    }
}

impl<S: Store + Records, F: Search> Gateway<S, F> {
    /// A gateway to a desk.
    pub fn new(desk: CatalogueDesk<S, F>, settings: Settings) -> Self {
        Self {
            kept: Arc::new(Kept::new(settings.set_bytes)),
            desk,
            settings: Arc::new(settings),
        }
    }

    /// What is asked and answered here.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Answers a request. Whatever was asked, the body is a whole, well-formed document.
    pub async fn answer(&self, asked: &Asked<'_>) -> Answer {
        let request = read::read(asked.parameters, self.settings.lenient_start);
        self.answer_request(asked, request).await
    }

    /// The answer to parameters that could not be read at all.
    pub async fn refuse(&self, asked: &Asked<'_>, diagnostic: Diagnostic) -> Answer {
        let mut request = read::read(asked.parameters, self.settings.lenient_start);
        request.refused = Some(diagnostic);
        self.answer_request(asked, request).await
    }

    async fn answer_request(&self, asked: &Asked<'_>, mut request: Request) -> Answer {
        let databases = match self.desk.databases([asked.database]).await {
            Ok(databases) => Some(databases),
            Err(NoDatabase::Unknown(name)) => {
                request.refused = Some(Diagnostic::new(number::DATABASE_DOES_NOT_EXIST, name));
                None
            }
            Err(NoDatabase::Fault(error)) => {
                tracing::error!(%error, "the databases cannot be told");
                request.refused = Some(Diagnostic::new(number::GENERAL_SYSTEM_ERROR, ""));
                None
            }
        };
        let mut body = Vec::with_capacity(8 * 1024);
        body.extend(xml::DECLARATION);
        if let Some(href) = &request.stylesheet {
            body.extend(b"<?xml-stylesheet type=\"text/xsl\" href=\"");
            xml::text(href, &mut body);
            body.extend(b"\"?>\n");
        }
        if let Some(namespace) = asked.soap {
            soap::open(namespace, &mut body);
        }
        let mut frame = Frame::new(&request, asked, &mut body);
        let operation = match &request.operation {
            Operation::Explain(explain) => {
                self.explain(explain, databases, &mut frame).await;
                "explain"
            }
            Operation::SearchRetrieve(search) => {
                self.search_retrieve(search, databases, &mut frame).await;
                "searchRetrieve"
            }
            Operation::Scan(scan) => {
                self.scan(scan, databases, &mut frame).await;
                "scan"
            }
        };
        let outcome = frame.outcome();
        if asked.soap.is_some() {
            soap::close(&mut body);
        }
        Answer {
            status: if outcome == Outcome::Refused(number::DATABASE_DOES_NOT_EXIST) {
                404
            } else {
                200
            },
            body,
            operation,
            outcome,
            version_2: !request.version.is_1(),
        }
    }

    /// How many hits a database holds, where that can be told.
    async fn size(&self, databases: Option<Databases>) -> Option<u64> {
        self.desk.size(databases?).await.ok()
    }
}
