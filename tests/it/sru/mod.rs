//! SRU on the demo, as clients meet it: every answer is well-formed XML, and those of version 2.0 fit the schemas.

mod clients;
mod explain;
mod refusals;
mod schemas;

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
    fn of(head: &str, body: Vec<u8>) -> Self {
        let kind = head.lines().find_map(|line| line.strip_prefix("content-type: "));
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            kind: kind.unwrap_or_default().to_owned(),
            body: String::from_utf8(body).unwrap(),
        }
    }

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
        Self::behind(server, dir)
    }

    /// A server whose index is ready.
    fn behind(server: Server, dir: tempfile::TempDir) -> Self {
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
        self.send_bytes(head, body.as_bytes())
    }

    fn send_bytes(&self, head: &str, body: &[u8]) -> Answer {
        let (head, body) = exchange(self.http, head, body);
        Answer::of(&head, body)
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

/// One exchange over a connection of its own: head and body of the response.
fn exchange(address: SocketAddr, head: &str, body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let head = format!("{head}\r\nHost: sru.example:8080\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses a long body does not read it to its end.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer: {read:?}")) + 4;
    let body = answer.split_off(end);
    (String::from_utf8(answer).unwrap(), body)
}

/// A request in an envelope of SOAP 1.1.
fn envelope(operation: &str, children: &str) -> String {
    format!(
        "<E:Envelope xmlns:E=\"http://schemas.xmlsoap.org/soap/envelope/\"><E:Body><{operation}Request \
         xmlns=\"http://www.loc.gov/zing/srw/\"><version>1.1</version>{children}</{operation}Request></E:Body></E:Envelope>"
    )
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
    finds_and_shows(&library);
    pages_to_the_end(&library);
    scans(&library);
    takes_forms_and_envelopes(&library);
    packs_what_clients_unpack(&library);
    tells_the_query_back(&library);
    shows_copies_as_they_are(&library);
    library.server.stop();
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
    let search = envelope(
        "searchRetrieve",
        "<query>dc.title=estuary</query><recordPacking>string</recordPacking>",
    );
    let answer = library.send(soap, &search);
    assert_eq!(answer.text("numberOfRecords"), "2");
    assert_eq!(answer.parse().root_element().tag_name().name(), "Envelope");
    let sorted = |keys: &str| {
        library.send(
            soap,
            &envelope("searchRetrieve", &format!("<query>*</query>{keys}<recordSchema>dc</recordSchema>")),
        )
    };
    let by_element = sorted("<xSortKeys><sortKey><path>title</path><ascending>0</ascending></sortKey></xSortKeys>");
    assert_eq!(by_element.texts("title"), sorted("<sortKeys>title,,0</sortKeys>").texts("title"));
    assert_ne!(by_element.texts("title"), sorted("").texts("title"));
    assert!(library.send(soap, &envelope("explain", "")).has("explainResponse"));
    let scan = "<scanClause>dc.title=b</scanClause><maximumTerms>3</maximumTerms>";
    assert_eq!(library.send(soap, &envelope("scan", scan)).texts("value").len(), 3);
    let newer = search.replace(
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
    );
    let answer = library.send("POST /sru HTTP/1.1\r\nContent-Type: application/soap+xml", &newer);
    assert_eq!(
        (answer.kind.as_str(), answer.text("numberOfRecords").as_str()),
        ("application/soap+xml; charset=utf-8", "2")
    );
    let accepted = library.send("GET /sru?query=a HTTP/1.1\r\nAccept: application/sru+xml", "");
    assert_eq!(accepted.kind, "application/sru+xml; charset=utf-8");
    let (head, body) = exchange(library.server.address("Z39.50"), "GET /sru?query=dc.title%3Destuary HTTP/1.1", b"");
    let same_port = Answer::of(&head, body);
    assert_eq!(same_port.text("numberOfRecords"), "2");
    let styled = library.get("query=a&stylesheet=/a%26b.xsl");
    assert!(styled.body.contains("<?xml-stylesheet type=\"text/xsl\" href=\"/a&amp;b.xsl\"?>"));
}

fn packs_what_clients_unpack(library: &Library) {
    let ask = |coding: &str| {
        let head = format!("GET /sru?query=*&maximumRecords=50 HTTP/1.1\r\nAccept-Encoding: {coding}");
        exchange(library.http, &head, b"")
    };
    let (head, plain) = ask("identity");
    assert!(!head.contains("content-encoding"), "{head}");
    for coding in ["gzip", "deflate, gzip;q=0.8", "*"] {
        let (head, packed) = ask(coding);
        if coding != "*" {
            assert!(head.contains("content-encoding: gzip"), "{head}");
        }
        assert!(head.contains("vary: accept-encoding"), "{head}");
        if head.contains("content-encoding: gzip") {
            assert!(packed.len() * 3 < plain.len(), "{} of {}", packed.len(), plain.len());
        }
    }
    let unpacked = gunzip(&unchunked(&ask("gzip").1));
    let told = |text: &[u8]| Answer::of("HTTP/1.1 200", text.to_vec()).texts("recordData").len();
    assert_eq!((told(&unpacked), unpacked.len()), (50, plain.len()));
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend(&body[end + 2..end + 2 + size]);
        body = &body[end + 4 + size..];
    }
}

fn gunzip(packed: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut unpacked).unwrap();
    unpacked
}

fn tells_the_query_back(library: &Library) {
    for (version, boolean) in [("1.1", "boolean"), ("1.2", "boolean"), ("2.0", "Boolean")] {
        let query = "dc.title = a and (dc.date > 1990 or dc.creator all \"b c\") sortBy dc.title/descending";
        let answer = library.get(&format!(
            "operation=searchRetrieve&version={version}&maximumRecords=0&query={}",
            encoded(query)
        ));
        assert_eq!(answer.text("query"), query);
        assert_eq!(answer.texts(boolean).len(), 2, "{}", answer.body);
        assert_eq!(answer.texts("term"), ["a", "1990", "b c"]);
    }
}

/// What an operator may set in `[sru]`.
#[test]
fn settings_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    Server::demo(dir.path()).stop();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/skranke.toml");
    let mut config: toml::Table = std::fs::read_to_string(demo).unwrap().parse().unwrap();
    for unneeded in ["z3950", "ncip", "sip2"] {
        config.remove(unneeded);
    }
    let sru = "records = 2\nmax_records = 5\nmax_terms = 7\nmax_query_depth = 3\nmax_clauses = 4\nmax_query_characters = 200\n\
               result_set_seconds = 9\nlatin1 = true\nlenient_start = true\nallow_origin = \"https://www.example.org\"\nbehind_proxy = true";
    config.insert("sru".to_owned(), toml::Value::Table(sru.parse().unwrap()));
    config["http"]["listen"] = "127.0.0.1:0".into();
    config["storage"]["url"] = format!("sqlite:{}", dir.path().join("data/skranke.db").display()).into();
    let file = dir.path().join("skranke.toml");
    std::fs::write(&file, toml::to_string(&config).unwrap()).unwrap();
    let server = Server::start(&["serve", "--config", file.to_str().unwrap()], &dir.path().join("serve.log"));
    let library = Library::behind(server, dir);
    assert_eq!(library.get("query=*").texts("recordData").len(), 2);
    assert_eq!(library.get("query=*&maximumRecords=100").texts("recordData").len(), 5);
    assert_eq!(library.get("query=*&startRecord=0").diagnostics(), []);
    assert_eq!(library.get("query=*&resultSetTTL=100").texts("resultSetTTL").last().unwrap(), "9");
    assert_eq!(library.get("scanClause=a&maximumTerms=8").diagnostics(), [(121, "7".to_owned())]);
    assert_eq!(library.get("query=((((a))))").diagnostics()[0].0, 13);
    assert_eq!(library.get("query=a+or+b+or+c+or+d+or+e").diagnostics(), [(38, "3".to_owned())]);
    assert_eq!(
        library.get(&format!("query={}", "a".repeat(201))).diagnostics(),
        [(12, "200".to_owned())]
    );
    let old = library.get("query=dc.title%3Dk%E6rlighed&maximumRecords=0");
    assert_eq!(
        old.text("numberOfRecords").parse::<u64>().unwrap(),
        library.count("dc.title=kærlighed")
    );
    let proxied = "GET /sru HTTP/1.1\r\nX-Forwarded-Host: catalogue.example.org\r\nX-Forwarded-Proto: https";
    let (head, body) = exchange(library.http, proxied, b"");
    assert!(head.contains("access-control-allow-origin: https://www.example.org\r\n"), "{head}");
    let explain = Answer::of(&head, body);
    assert_eq!(
        (explain.text("host").as_str(), explain.text("port").as_str()),
        ("catalogue.example.org", "443")
    );
    library.server.stop();
}

/// A loan over SIP2 shows within a second.
fn shows_copies_as_they_are(library: &Library) {
    let item = library.server.free_item();
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
