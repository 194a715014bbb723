//! The server under judgement, what is known of its records, and its answers.

use roxmltree::{Document, Node};

use super::http::{self, Response, encode};
use crate::sip2::case::{Trouble, fail, skip};

/// Namespace of responses in 1.1 and 1.2.
pub const SRW: &str = "http://www.loc.gov/zing/srw/";
/// Namespace of searchRetrieve responses in 2.0.
pub const SRU2: &str = "http://docs.oasis-open.org/ns/search-ws/sruResponse";
/// Namespaces of diagnostics, 1.x and 2.0.
pub const DIAGNOSTICS: [&str; 2] = [
    "http://www.loc.gov/zing/srw/diagnostic/",
    "http://docs.oasis-open.org/ns/search-ws/diagnostic",
];
/// Namespace of ZeeRex.
pub const ZEEREX: &str = "http://explain.z3950.org/dtd/2.0/";
/// The versions of the digest.
pub const VERSIONS: [&str; 3] = ["1.1", "1.2", "2.0"];

/// A server and what it holds.
#[derive(Debug)]
pub struct Subject {
    /// `HOST:PORT`.
    pub address: String,
    /// Path of the database, from its slash.
    pub path: String,
    /// A title word of at least three records.
    pub word: Option<String>,
    /// Another title word.
    pub other: Option<String>,
    /// An ISBN of a record, without hyphens.
    pub isbn: Option<String>,
}

impl Subject {
    /// Reads `http://HOST[:PORT]/PATH`.
    pub fn of_url(url: &str) -> Option<Subject> {
        let rest = url.strip_prefix("http://")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let address = if host.contains(':') {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
        Some(Subject {
            address,
            path: format!("/{path}"),
            word: None,
            other: None,
            isbn: None,
        })
    }

    /// The title word that is known.
    pub fn word(&self) -> Result<&str, Trouble> {
        self.word.as_deref().map_or_else(|| skip("no title word is known: --word"), Ok)
    }

    /// Another one.
    pub fn other(&self) -> Result<&str, Trouble> {
        self.other
            .as_deref()
            .map_or_else(|| skip("no other title word is known: a second --word"), Ok)
    }

    /// An ISBN.
    pub fn isbn(&self) -> Result<&str, Trouble> {
        self.isbn.as_deref().map_or_else(|| skip("no ISBN is known: --isbn"), Ok)
    }

    /// A query for the known title word.
    pub fn title(&self) -> Result<String, Trouble> {
        Ok(format!("dc.title=\"{}\"", self.word()?))
    }

    /// GET with these parameters.
    pub fn get(&self, parameters: &[(&str, &str)]) -> Result<Answer, Trouble> {
        self.raw(&query_string(parameters))
    }

    /// GET with this query string.
    pub fn raw(&self, query: &str) -> Result<Answer, Trouble> {
        let mark = if query.is_empty() { "" } else { "?" };
        let head = format!("GET {}{mark}{query} HTTP/1.1\r\nAccept: */*", self.path);
        self.exchange(&head, &[])
    }

    /// Any request.
    pub fn exchange(&self, head: &str, body: &[u8]) -> Result<Answer, Trouble> {
        match http::exchange(&self.address, head, body) {
            Ok(response) => Ok(Answer {
                text: response.text(),
                response,
            }),
            Err(why) => fail(format!("{why:#}")),
        }
    }

    /// searchRetrieve in a version: 2.0 needs no operation.
    pub fn search_in(&self, version: &str, query: &str, more: &[(&str, &str)]) -> Result<Answer, Trouble> {
        let mut parameters = match version {
            "2.0" => vec![("query", query)],
            _ => vec![("version", version), ("operation", "searchRetrieve"), ("query", query)],
        };
        parameters.extend_from_slice(more);
        self.get(&parameters)
    }

    /// searchRetrieve 1.2.
    pub fn search(&self, query: &str, more: &[(&str, &str)]) -> Result<Answer, Trouble> {
        self.search_in("1.2", query, more)
    }

    /// The number of hits of a query; a diagnostic fails the case.
    pub fn hits(&self, query: &str) -> Result<u64, Trouble> {
        let answer = self.search(query, &[("maximumRecords", "0")])?;
        let seen = answer.xml()?;
        match seen.diagnostics().first() {
            Some(found) => fail(format!("{query}: diagnostic {} {}", found.number, found.details)),
            None => seen.hits(),
        }
    }
}

/// Encoded parameters.
pub fn query_string(parameters: &[(&str, &str)]) -> String {
    let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// As it came.
    pub response: Response,
    text: String,
}

impl Answer {
    /// The body, which must be one well-formed document, under status 200.
    pub fn xml(&self) -> Result<Xml<'_>, Trouble> {
        if self.response.status != 200 {
            return fail(format!("HTTP {}", self.response.status));
        }
        self.xml_of_any_status()
    }

    /// The body, which must be one well-formed document.
    pub fn xml_of_any_status(&self) -> Result<Xml<'_>, Trouble> {
        match Document::parse(&self.text) {
            Ok(document) => Ok(Xml(document)),
            Err(why) => fail(format!("not well formed: {why}: {:.300}", self.text)),
        }
    }

    /// The diagnostic must be among these; its details are given.
    pub fn must_say(&self, numbers: &[u32]) -> Result<String, Trouble> {
        let seen = self.xml()?;
        let found = seen.diagnostics();
        match found.iter().find(|diagnostic| numbers.contains(&diagnostic.number)) {
            Some(diagnostic) => Ok(diagnostic.details.clone()),
            None if found.is_empty() => fail(format!("no diagnostic in place of {numbers:?}: {:.300}", self.text)),
            None => fail(format!("{found:?} in place of {numbers:?}")),
        }
    }

    /// No diagnostic may stand there.
    pub fn must_be_clean(&self) -> Result<(), Trouble> {
        match self.xml()?.diagnostics().first() {
            Some(found) => fail(format!("diagnostic {} {}", found.number, found.details)),
            None => Ok(()),
        }
    }

    /// The body as it came.
    pub fn body(&self) -> &str {
        &self.text
    }
}

/// A diagnostic about the whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// N of `info:srw/diagnostic/1/N`.
    pub number: u32,
    /// Details, perhaps empty.
    pub details: String,
}

/// A parsed answer.
#[derive(Debug)]
pub struct Xml<'a>(pub Document<'a>);

impl Xml<'_> {
    /// The root.
    pub fn root(&self) -> Node<'_, '_> {
        self.0.root_element()
    }

    /// The first element of a local name below the root.
    pub fn find(&self, name: &str) -> Option<Node<'_, '_>> {
        self.0
            .descendants()
            .find(|node| node.is_element() && node.tag_name().name() == name)
    }

    /// Its text, or nothing.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.find(name).map(|node| node.text().unwrap_or_default().trim())
    }

    /// numberOfRecords.
    pub fn hits(&self) -> Result<u64, Trouble> {
        match self.text("numberOfRecords").map(str::parse) {
            Some(Ok(hits)) => Ok(hits),
            other => fail(format!("numberOfRecords: {other:?}")),
        }
    }

    /// The response's records.
    pub fn records(&self) -> Vec<Node<'_, '_>> {
        let records = children(self.root()).find(|node| node.tag_name().name() == "records");
        records.map(|records| children(records).collect()).unwrap_or_default()
    }

    /// The diagnostics about the request, without those in the place of records.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let list = children(self.root()).find(|node| node.tag_name().name() == "diagnostics");
        let each = list
            .into_iter()
            .flat_map(children)
            .filter(|node| node.tag_name().name() == "diagnostic");
        each.map(|node| {
            let of = |name: &str| child(node, name).and_then(|node| node.text()).unwrap_or_default();
            let number = of("uri").rsplit('/').next().and_then(|number| number.parse().ok());
            Diagnostic {
                number: number.unwrap_or(0),
                details: of("details").to_owned(),
            }
        })
        .collect()
    }
}

/// Child elements.
pub fn children<'a, 'b>(node: Node<'a, 'b>) -> impl Iterator<Item = Node<'a, 'b>> {
    node.children().filter(Node::is_element)
}

/// The first child of a local name.
pub fn child<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    children(node).find(|node| node.tag_name().name() == name)
}

/// Whether the child elements come in this order, each optional, no other among them.
pub fn in_order(node: Node<'_, '_>, order: &[&str]) -> Result<(), Trouble> {
    let mut least = 0;
    for name in children(node).map(|node| node.tag_name().name().to_owned()) {
        match order.iter().position(|known| *known == name) {
            Some(place) if place >= least => least = place,
            Some(_) => return fail(format!("{name} stands too late in {}", node.tag_name().name())),
            None => return fail(format!("{name} has no place in {}", node.tag_name().name())),
        }
    }
    Ok(())
}
