//! SRU on the demo, as clients meet it: every answer is well-formed XML, and those of version 2.0 fit the schemas.

use crate::process::{Server, Terminal};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const MARCXML: &str = "http://www.loc.gov/MARC21/slim";
const SRW: &str = "http://www.loc.gov/zing/srw/";

/// An answer: HTTP status, media type, body.
struct Answer {
    status: u16,
    kind: String,
    body: String,
}

impl Answer {
    fn parse(&self) -> roxmltree::Document<'_> {
        roxmltree::Document::parse(&self.body).unwrap_or_else(|error| panic!("{error}:\n{}", self.body))
    }

    /// The texts of every element of this local name.
    fn texts(&self, name: &str) -> Vec<String> {
        let document = self.parse();
        let named = document.descendants().filter(|node| node.tag_name().name() == name);
        named.map(|node| node.text().unwrap_or_default().to_owned()).collect()
    }

    fn text(&self, name: &str) -> String {
        self.texts(name)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }

    fn has(&self, name: &str) -> bool {
        !self.texts(name).is_empty()
    }

    /// Number and details of each diagnostic that is no record.
    fn diagnostics(&self) -> Vec<(u16, String)> {
        let document = self.parse();
        let all = document.descendants().filter(|node| node.tag_name().name() == "diagnostic");
        let child = |node: roxmltree::Node<'_, '_>, name| {
            let found = node.children().find(|child| child.tag_name().name() == name);
            found.and_then(|child| child.text()).unwrap_or_default().to_owned()
        };
        all.map(|node| {
            (
                child(node, "uri").rsplit('/').next().unwrap().parse().unwrap(),
                child(node, "details"),
            )
        })
        .collect()
    }
}

struct Library {
    server: Server,
    http: SocketAddr,
    _dir: tempfile::TempDir,
}

impl Library {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::demo(dir.path());
        let http = server.address("HTTP");
        let library = Self { server, http, _dir: dir };
        let begun = Instant::now();
        while library.get("query=*&maximumRecords=0").body.contains("diagnostic/1/2<") {
            assert!(begun.elapsed() < Duration::from_secs(60), "the index is not ready");
            std::thread::sleep(Duration::from_millis(50));
        }
        library
    }

    fn send(&self, head: &str, body: &str) -> Answer {
        self.send_to(self.http, head, body)
    }

    fn send_to(&self, address: SocketAddr, head: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "{head}\r\nHost: sru.example:8080\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let kind = head
            .lines()
            .find_map(|line| line.strip_prefix("content-type: "))
            .unwrap_or_default();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            kind: kind.to_owned(),
            body: body.to_owned(),
        }
    }

    fn get_at(&self, path: &str, query: &str) -> Answer {
        self.send(&format!("GET {path}?{query} HTTP/1.1"), "")
    }

    /// A request, checked for what holds of all.
    fn get(&self, query: &str) -> Answer {
        let answer = self.get_at("/sru", query);
        assert_eq!(answer.status, 200, "{query}");
        answer.parse();
        if answer.body.contains("xmlns:zs=\"http://docs.oasis-open.org/") {
            fits_schema(&answer.body);
        }
        answer
    }

    fn count(&self, query: &str) -> u64 {
        let answer = self.get(&format!("maximumRecords=0&query={}", encoded(query)));
        assert_eq!(answer.diagnostics(), [], "{query}");
        answer.text("numberOfRecords").parse().unwrap()
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        out.push_str(&format!("%{byte:02X}"));
    }
    out
}

/// `shared`, beside one of the folders above, or where SKRANKE_SHARED says.
fn shared() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("SKRANKE_SHARED") {
        return Some(PathBuf::from(named));
    }
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|above| above.join("shared"));
    above.find(|path| path.join("schemas/sru").exists())
}

/// The OASIS schemas with imports that need no network, and one schema over all; `None` where they or xmllint are missing.
static SCHEMA: LazyLock<Option<(tempfile::TempDir, PathBuf)>> = LazyLock::new(|| {
    let found = shared()
        .map(|shared| shared.join("schemas/sru"))
        .filter(|_| Command::new("xmllint").arg("--version").output().is_ok());
    let Some(from) = found else {
        println!("skipped: schemas are checked only where xmllint and shared/schemas are");
        return None;
    };
    let dir = tempfile::tempdir().unwrap();
    let names = [
        "diagnostic",
        "explain",
        "facetedResults",
        "scan",
        "searchResultAnalysis",
        "sruResponse",
        "xcql",
    ];
    let mut all = String::from("<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">");
    for name in names {
        let text = std::fs::read_to_string(from.join(name).with_extension("xsd")).unwrap();
        let local = text.replace("http://docs.oasis-open.org/search-ws/ searchRetrieve/v1.0/csd01/schemas/", "");
        std::fs::write(dir.path().join(name).with_extension("xsd"), local).unwrap();
        let namespace = match name {
            "explain" => "http://explain.z3950.org/dtd/2.0/".to_owned(),
            name => format!("http://docs.oasis-open.org/ns/search-ws/{name}"),
        };
        all.push_str(&format!("<xs:import namespace=\"{namespace}\" schemaLocation=\"{name}.xsd\"/>"));
    }
    all.push_str("</xs:schema>");
    let file = dir.path().join("all.xsd");
    std::fs::write(&file, all).unwrap();
    Some((dir, file))
});

fn fits_schema(xml: &str) {
    let Some((_, schema)) = &*SCHEMA else { return };
    let mut lint = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(Path::new(schema))
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    lint.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
    let output = lint.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{xml}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_library_on_the_web() {
    let library = Library::open();
    explains_itself(&library);
    finds_and_shows(&library);
    pages_to_the_end(&library);
    refuses_by_the_list(&library);
    scans(&library);
    takes_forms_and_envelopes(&library);
    shows_copies_as_they_are(&library);
    library.server.stop();
}

fn explains_itself(library: &Library) {
    for query in ["", "operation=explain&version=1.1", "operation=explain&version=1.2", "version=2.0"] {
        let explain = library.get(query);
        let document = explain.parse();
        let root = document.descendants().find(|node| node.tag_name().name() == "explain").unwrap();
        fits_schema(&explain.body[root.range()]);
        assert_eq!(explain.text("host"), "sru.example");
        assert_eq!(explain.text("port"), "8080");
        assert!(explain.diagnostics().is_empty());
    }
    // Whatever explain says can be searched, can be.
    let explain = library.get("");
    let document = explain.parse();
    let mut tried = 0;
    for index in document.descendants().filter(|node| node.tag_name().name() == "index") {
        for name in index.descendants().filter(|node| node.tag_name().name() == "name") {
            let set = name.attribute("set").map_or(String::new(), |set| format!("{set}."));
            let full = format!("{set}{}", name.text().unwrap());
            let searched = library.get(&format!("maximumRecords=0&query={}", encoded(&format!("{full} = 1999"))));
            let told = searched.diagnostics();
            assert!(told.iter().all(|(number, _)| ![15, 16].contains(number)), "{full}: {told:?}");
            if index.attribute("sort") == Some("true") && tried % 5 == 0 {
                let sorted = library.get(&format!("maximumRecords=1&query={}", encoded(&format!("* sortBy {full}"))));
                assert_eq!(sorted.diagnostics(), [], "{full}");
            }
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}

fn finds_and_shows(library: &Library) {
    let answer = library.get("operation=searchRetrieve&version=1.1&query=dc.title%3Destuary&recordSchema=marcxml");
    assert_eq!(answer.kind, "text/xml; charset=utf-8");
    assert_eq!(answer.text("numberOfRecords"), "2");
    assert_eq!(answer.text("recordSchema"), "info:srw/schema/1/marcxml-v1.1");
    let document = answer.parse();
    assert_eq!(document.root_element().tag_name().namespace(), Some(SRW));
    let record = document.descendants().find(|node| node.has_tag_name((MARCXML, "record"))).unwrap();
    assert!(record.descendants().any(|node| node.text() == Some("What the estuary keeps /")));
    assert!(!answer.has("nextRecordPosition"));
    for schema in [
        "marcxml",
        "info:srw/schema/1/marcxml-v1.1",
        "MARCXCHANGE",
        "dc",
        "oai_dc",
        "mods",
        "opac",
        "isohold",
    ] {
        for packing in ["xml", "string"] {
            let answer = library.get(&format!(
                "operation=searchRetrieve&version=1.2&query=*&maximumRecords=50&recordSchema={schema}&recordPacking={packing}"
            ));
            assert_eq!(answer.texts("recordData").len(), 50, "{schema}");
            if packing == "string" {
                for record in answer.texts("recordData") {
                    roxmltree::Document::parse(&record).unwrap_or_else(|error| panic!("{schema}: {error}\n{record}"));
                }
            }
            assert_eq!(answer.diagnostics(), [], "{schema}");
        }
    }
    let by_title = library.get("query=*%20sortBy%20dc.title&maximumRecords=3&recordSchema=dc");
    let turned = library.get("query=*&sortKeys=title,,1&maximumRecords=3&recordSchema=dc");
    assert_eq!(by_title.texts("title"), turned.texts("title"));
    let all = library.count("*");
    assert_eq!(library.count("cql.allRecords = 1"), all);
    assert!(library.count("dc.title = a*") + library.count("* not dc.title = a*") == all);
    assert_eq!(library.count("dc.title = \"fjordbys historie\" and dc.title = vadestedet"), 1);
    assert_eq!(library.count("kærlighed"), library.count("kaerlighed"));
    let facets = library.get("query=*&maximumRecords=0&facetLimit=5&resultSetTTL=60");
    assert!(facets.has("facetedResults") && facets.has("actualTerm"));
    let name = facets.text("resultSetId");
    assert_eq!(library.count(&format!("cql.resultSetId = \"{name}\"")), all);
    assert_eq!(library.get("query=cql.resultSetId%3Dnone").diagnostics(), [(51, "none".to_owned())]);
    let terms = library.get("query=fjordbys%20vadestedet&queryType=searchTerms&maximumRecords=0");
    assert_eq!(terms.text("numberOfRecords"), "1");
    let agency = library.get_at("/sru/dk-761500", "query=*&maximumRecords=0");
    assert!(agency.text("numberOfRecords").parse::<u64>().unwrap() > 0);
}

fn pages_to_the_end(library: &Library) {
    let total = library.count("*");
    let mut seen = std::collections::HashSet::new();
    let mut start = 1;
    loop {
        let page = library.get_at(
            "/sru",
            &format!("operation=searchRetrieve&version=1.2&query=*&maximumRecords=97&startRecord={start}"),
        );
        assert_eq!(page.text("numberOfRecords"), total.to_string());
        for name in page.texts("recordIdentifier") {
            assert!(seen.insert(name.clone()), "{name} came twice");
        }
        match page.texts("nextRecordPosition").first() {
            Some(next) => start = next.parse().unwrap(),
            None => break,
        }
    }
    assert_eq!(seen.len() as u64, total);
}

fn refuses_by_the_list(library: &Library) {
    for (query, wanted) in [
        ("operation=searchRetrieve&version=1.1", (7, "query")),
        ("operation=nosuch&version=1.1", (4, "nosuch")),
        ("version=9.9&query=a", (5, "2.0")),
        ("query=a&startRecord=0", (6, "startRecord")),
        ("query=a&maximumRecords=-1", (6, "maximumRecords")),
        ("query=a&bogus=1", (8, "bogus")),
        ("query=dc.title%3D", (10, "at character 10")),
        ("query=nosuch.title%3Da", (15, "nosuch")),
        ("query=dc.nosuch%3Da", (16, "dc.nosuch")),
        ("query=dc.title%20near%20a", (19, "near")),
        ("query=*&startRecord=100000", (61, "100000")),
        ("query=*&recordSchema=nosuch", (66, "nosuch")),
        ("version=1.1&operation=searchRetrieve&query=a&recordPacking=tight", (71, "tight")),
        ("query=s%F8", (10, "parameters are not UTF-8, or too many")),
        ("query=a&queryType=pqf", (11, "pqf")),
        ("scanClause=a%20and%20b", (10, "at character 3")),
        ("scanClause=dc.title%3Da&maximumTerms=100000", (121, "1000")),
        ("scanClause=dc.title%3Da&responsePosition=50", (120, "50")),
    ] {
        let answer = library.get(query);
        assert_eq!(answer.diagnostics(), [(wanted.0, wanted.1.to_owned())], "{query}");
    }
    let beyond = library.get("query=*&startRecord=100000");
    assert_ne!(beyond.text("numberOfRecords"), "0");
    assert_eq!(library.get("query=qqqqqqq").diagnostics(), []);
    let unknown = library.get_at("/sru/nosuch", "query=a");
    assert_eq!((unknown.status, unknown.diagnostics()), (404, vec![(235, "nosuch".to_owned())]));
    let deep = format!("query={}a", "(".repeat(12_000));
    assert_eq!(library.get(&deep).diagnostics(), [(13, "64".to_owned())]);
}

fn scans(library: &Library) {
    for query in [
        "operation=scan&version=1.1&scanClause=dc.title%3Db&maximumTerms=15",
        "scanClause=dc.title%20exact%20b&maximumTerms=15",
    ] {
        let answer = library.get(query);
        let values = answer.texts("value");
        assert_eq!(values.len(), 15, "{}", answer.body);
        let relation = if query.contains("exact") { "==" } else { "=" };
        for (value, count) in values.iter().zip(answer.texts("numberOfRecords")) {
            let guarded = value.replace('\\', "\\\\").replace('"', "\\\"");
            let searched = library.count(&format!("dc.title {relation}/unmasked \"{guarded}\""));
            assert_eq!(searched.to_string(), count, "{value}");
        }
    }
    let before = library.get("scanClause=dc.title%3Db&maximumTerms=4&responsePosition=5");
    let from = library.get("scanClause=dc.title%3Db&maximumTerms=1");
    assert!(!before.texts("value").contains(&from.text("value")));
}

fn takes_forms_and_envelopes(library: &Library) {
    let form = "POST /sru HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    let answer = library.send(form, "operation=searchRetrieve&version=1.1&query=dc.title%3Destuary");
    assert_eq!(answer.text("numberOfRecords"), "2");
    let soap = "POST /sru HTTP/1.1\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"";
    let envelope = "<E:Envelope xmlns:E=\"http://schemas.xmlsoap.org/soap/envelope/\"><E:Body><searchRetrieveRequest \
                    xmlns=\"http://www.loc.gov/zing/srw/\"><version>1.1</version><query>dc.title=estuary</query>\
                    <recordPacking>string</recordPacking></searchRetrieveRequest></E:Body></E:Envelope>";
    let answer = library.send(soap, envelope);
    assert_eq!(answer.text("numberOfRecords"), "2");
    assert_eq!(answer.parse().root_element().tag_name().name(), "Envelope");
    let bomb = format!("<!DOCTYPE x [<!ENTITY a \"aaaa\">]>{}", envelope.replace("estuary", "&a;"));
    let refused = library.send(soap, &bomb);
    assert_eq!(refused.text("faultcode"), "SOAP:Client");
    assert_eq!(library.send("PUT /sru HTTP/1.1", "").status, 405);
    let accepted = library.send("GET /sru?query=a HTTP/1.1\r\nAccept: application/sru+xml", "");
    assert_eq!(accepted.kind, "application/sru+xml; charset=utf-8");
    let same_port = library.send_to(library.server.address("Z39.50"), "GET /sru?query=dc.title%3Destuary HTTP/1.1", "");
    assert_eq!(same_port.text("numberOfRecords"), "2");
    let styled = library.get("query=a&stylesheet=/a%26b.xsl");
    assert!(styled.body.contains("<?xml-stylesheet type=\"text/xsl\" href=\"/a&amp;b.xsl\"?>"));
}

/// A loan over SIP2 shows within a second.
fn shows_copies_as_they_are(library: &Library) {
    let item = library
        .server
        .printed
        .lines()
        .find_map(|line| line.trim().strip_prefix("item "))
        .unwrap()
        .trim()
        .to_owned();
    let mut terminal = Terminal::log_in(library.server.address("SIP2"), "automat1");
    let looked = terminal.ask(&format!("1720261124    120000AO|AB{item}|AC|"));
    assert!(looked.starts_with("1803"), "{looked}");
    let holdings = |schema: &str| library.get(&format!("query=holdingsitem.itemId%3D{item}&recordSchema={schema}"));
    let before = holdings("isohold");
    assert_eq!(before.text("numberOfRecords"), "1", "{}", before.body);
    let available: u64 = before.text("availableCount").parse().unwrap();
    assert!(available > 0, "{}", before.body);
    let card = library.server.printed.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words.len() >= 3 && words[2] == "ordinary").then(|| (words[0].to_owned(), words[1].to_owned()))
    });
    let (card, pin) = card.unwrap();
    let lent = terminal.ask(&format!("11YN20261124    12000020261124    120000AO|AA{card}|AB{item}|AC|AD{pin}|"));
    assert!(lent.starts_with("121"), "{lent}");
    let begun = Instant::now();
    loop {
        let after = holdings("isohold");
        if after.text("availableCount").parse::<u64>().unwrap() == available - 1 {
            assert!(after.has("dateTimeAvailable"));
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "{}", after.body);
    }
    assert!(holdings("opac").has("availabilityDate"));
}
