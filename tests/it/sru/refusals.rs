//! What is refused, and how: the diagnostics of the list, and bad input that must cost nobody but its sender.

use super::{Answer, Library, encoded};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn requests_are_refused_by_the_list() {
    let library = Library::open();
    parameters(&library);
    queries(&library);
    records(&library);
    http(&library);
    bad_input(&library);
    library.server.stop();
}

fn parameters(library: &Library) {
    for (query, number, details) in [
        ("operation=searchRetrieve&version=1.1", 7, "query"),
        ("operation=scan&version=1.1", 7, "scanClause"),
        ("operation=nosuch&version=1.1", 4, "nosuch"),
        ("version=9.9&query=a", 5, "2.0"),
        ("query=a&startRecord=0", 6, "startRecord"),
        ("query=a&startRecord=-1", 6, "startRecord"),
        ("query=a&maximumRecords=-1", 6, "maximumRecords"),
        ("query=a&maximumRecords=x", 6, "maximumRecords"),
        ("query=a&resultSetTTL=x", 6, "resultSetTTL"),
        ("query=a&facetSort=size", 6, "facetSort"),
        ("query=a&facetLimit=3:dc.nosuch", 6, "facetLimit"),
        ("query=a&bogus=1", 8, "bogus"),
        ("query=", 10, "empty query"),
        ("scanClause=", 10, "empty scan clause"),
        ("query=a&queryType=telepathy", 11, "telepathy"),
        ("query=*&startRecord=100000", 61, "100000"),
        ("query=*&recordSchema=nosuch", 66, "nosuch"),
        ("version=1.1&operation=searchRetrieve&query=a&recordPacking=tight", 71, "tight"),
        ("query=a&recordXMLEscaping=none", 71, "none"),
        ("version=1.1&operation=searchRetrieve&query=fjordbys&recordXPath=/a", 72, ""),
        ("query=a&sortKeys=a+b+c+d+e+f+g+h+i", 84, "8"),
        ("query=a&sortKeys=title+dc.title", 85, "dc.title"),
        ("query=a&sortKeys=title,nosuch", 87, "nosuch"),
        ("query=a&sortKeys=nosuch", 88, "nosuch"),
        ("query=a&sortKeys=nosuch,dc", 89, "nosuch"),
        ("query=a&sortKeys=title,,up", 90, "up"),
        ("query=a&sortKeys=title,,1,1", 91, "1"),
        ("query=a&sortKeys=title,,1,0,guess", 92, "guess"),
        ("query=*&sortKeys=dc.creator,,1,0,abort", 93, ""),
        ("query=fjordbys+sortBy+dc.title&sortKeys=dc.date", 94, ""),
        ("query=a&stylesheet=javascript:x", 111, "javascript:x"),
        ("scanClause=dc.title%3Da&responsePosition=50", 120, "50"),
        ("scanClause=dc.title%3Da&maximumTerms=100000", 121, "1000"),
        ("scanClause=dc.title%3Da&maximumTerms=0", 6, "maximumTerms"),
        ("scanClause=a%20and%20b", 10, "at character 3"),
        ("scanClause=dc.title%20%3C%20a", 19, "<"),
        ("scanClause=dc.nosuch%3Da", 16, "dc.nosuch"),
    ] {
        let answer = library.get(query);
        assert_eq!(answer.diagnostics(), [(number, details.to_owned())], "{query}");
    }
    // A window beyond the end, or a schema nobody knows, takes nothing from the count; an unknown parameter takes nothing at all.
    for query in ["query=*&startRecord=100000", "query=*&recordSchema=nosuch"] {
        assert_ne!(library.get(query).text("numberOfRecords"), "0");
    }
    assert!(library.get("query=fjordbys&bogus=1").has("recordData"));
    assert_eq!(library.get("query=qqqqqqq&startRecord=1").diagnostics(), []);
    assert_eq!(library.get("query=a&x-whatever=1&x-username=u&x-password=p").diagnostics(), []);
}

fn queries(library: &Library) {
    let long = "x".repeat(17_000);
    let long_term = "x".repeat(1025);
    let many = vec!["a"; 501].join(" or ");
    for (query, number, details) in [
        ("dc.title=", 10, "at character 10"),
        ("dc.title = hund og kat", 10, "at character 17"),
        ("dc.title = hund xor dc.title = kat", 10, "at character 17"),
        (long.as_str(), 12, "16384"),
        ("(a", 13, "0"),
        ("a)", 13, "1"),
        ("\"a", 14, "0"),
        ("nosuch.title=a", 15, "nosuch"),
        ("> a = \"info:nosuch\" a.b = c", 15, "info:nosuch"),
        ("dc.nosuch=a", 16, "dc.nosuch"),
        ("dc.title near a", 19, "near"),
        ("dc.title =/stem a", 20, "stem"),
        ("dc.title =/word/string a", 21, "string word"),
        ("dc.title encloses a", 22, "encloses"),
        (long_term.as_str(), 23, "1024"),
        ("dc.date within 1990", 24, "within"),
        ("dc.title = \"\"", 27, ""),
        ("dc.title = \"a*b*c*d*e*f*g*h*i*j*k*\"", 30, "10"),
        ("dc.title = a^", 31, "the end of a field alone"),
        ("dc.title = \"a ^b\"", 32, "2"),
        ("dc.title = \"^a\" prox dc.title = b", 34, ""),
        ("dc.date = letters", 36, "letters"),
        (many.as_str(), 38, "499"),
        ("dc.title = a prox dc.creator = b", 39, ""),
        ("a prox/distance<>2 b", 40, "<>"),
        ("a prox/distance=far b", 41, "far"),
        ("a prox/unit=sentence b", 42, "sentence"),
        ("a prox/ordered/unordered b", 44, ""),
        ("> a = \"x\" > a = \"y\" b", 45, "a"),
        ("a and/stem b", 46, "stem"),
        ("cql.resultSetId = none", 51, "none"),
        ("a sortBy dc.title/sort.sideways", 82, "sort.sideways"),
        ("a sortBy a b c d e f g h i", 84, "8"),
        ("a sortBy dc.title dc.title", 85, "dc.title"),
        ("a sortBy nosuch", 88, "nosuch"),
        ("a sortBy dc.title/sort.respectCase", 91, "sort.respectCase"),
        ("a sortBy dc.title/sort.missingValue", 92, "sort.missingValue"),
        ("* sortBy dc.creator/sort.missingFail", 93, ""),
    ] {
        for version in [
            "version=1.1&operation=searchRetrieve",
            "version=1.2&operation=searchRetrieve",
            "version=2.0",
        ] {
            let answer = library.get(&format!("{version}&query={}", encoded(query)));
            let shown: String = query.chars().take(80).collect();
            assert_eq!(answer.diagnostics(), [(number, details.to_owned())], "{shown}");
            assert_eq!(
                (answer.text("numberOfRecords").as_str(), answer.has("records")),
                ("0", false),
                "{shown}"
            );
        }
    }
    for (query, number) in [("@attr 1=9999 a", 16), ("@and a", 10), ("@attr 5=9 a", 28), ("@attr 2=101 a", 19)] {
        let answer = library.get(&format!("x-pquery={}", encoded(query)));
        assert_eq!(answer.diagnostics()[0].0, number, "{query}");
    }
}

/// One record that cannot be had takes none of the others with it.
fn records(library: &Library) {
    let unknown = library.get_at("/sru/nosuch", "query=a");
    assert_eq!((unknown.status, unknown.diagnostics()), (404, vec![(235, "nosuch".to_owned())]));
    let none = library.get("query=rec.id%3D%22no-such-record%22&recordSchema=isohold");
    assert_eq!((none.text("numberOfRecords").as_str(), none.diagnostics()), ("0", vec![]));
    // Every record of the demo in every schema, with nothing in its place.
    for schema in ["marcxml", "marcxchange", "dc", "oai_dc", "mods", "opac", "isohold"] {
        let answer = library.get(&format!("query=*&maximumRecords=1000&recordSchema={schema}"));
        assert_eq!(answer.diagnostics(), [], "{schema}");
        assert_eq!(answer.texts("recordData").len().to_string(), answer.text("numberOfRecords"));
    }
}

fn http(library: &Library) {
    let status = |head: &str, body: &str| library.send(head, body).status;
    assert_eq!(status("PUT /sru HTTP/1.1", ""), 405);
    assert_eq!(status("GET /nosuch HTTP/1.1", ""), 404);
    let options = library.send("OPTIONS /sru HTTP/1.1", "");
    assert_eq!(options.status, 204);
    assert_eq!(status("POST /sru HTTP/1.1\r\nContent-Type: application/json", "{}"), 415);
    assert_eq!(
        status(
            "POST /sru HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=klingon",
            "query=a"
        ),
        415
    );
    let huge = "query=".to_owned() + &"a".repeat(300 * 1024);
    assert_eq!(
        status("POST /sru HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded", &huge),
        413
    );
}

fn bad_input(library: &Library) {
    let form = "POST /sru HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    // 100,000 deep: by POST, as no URL may be so long.
    for (name, deep, number) in [
        ("query", "(".repeat(100_000) + "a" + &")".repeat(100_000), 12),
        ("query", "(".repeat(8_000) + "a" + &")".repeat(8_000), 13),
        ("query", "a and (".repeat(2_000) + "a" + &")".repeat(2_000), 13),
        ("query", "a and ".repeat(2_500) + "a", 38),
        ("x-pquery", "@and ".repeat(40_000) + "a", 38),
        ("scanClause", "(".repeat(100_000), 12),
    ] {
        let answer = library.send(form, &format!("{name}={deep}"));
        assert_eq!(answer.diagnostics()[0].0, number, "{name}={deep:.30}");
    }
    assert_eq!(library.send(form, &"a=b&".repeat(40_000)).diagnostics()[0].0, 10);
    character_sets(library);
    envelopes(library);
    slow_senders_wait_for_nobody(library);
}

/// What is in another character set than it says is converted or told, and is never a search that silently finds nothing.
fn character_sets(library: &Library) {
    let wanted = library.count("dc.title = \"kærlighed\"");
    let found = |answer: &Answer| (answer.diagnostics(), answer.text("numberOfRecords").parse::<u64>().unwrap());
    let query = "query=dc.title%3Dk%E6rlighed&maximumRecords=0";
    let (told, count) = found(&library.get(query));
    assert_eq!((told.len(), told[0].0, count), (1, 10, 0));
    for scan in ["scanClause=dc.title%3Dk%E6r", "operation=scan&version=1.1&scanClause=%FF"] {
        assert_eq!(library.get(scan).diagnostics()[0].0, 10);
    }
    let post = "POST /sru HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    assert_eq!(found(&library.send(post, query)).0[0].0, 10);
    for named in ["ISO-8859-1", "windows-1252", "\"latin1\""] {
        let (told, count) = found(&library.send(&format!("{post}; charset={named}"), query));
        assert_eq!((told, count), (vec![], wanted), "{named}");
    }
    // Letters and accents apart, as some systems send them, and full-width ones.
    assert_eq!(
        library.count("dc.title = \"ka\u{308}rlighed\""),
        library.count("dc.title = \"kärlighed\"")
    );
    let soap = |media_type: &str, declaration: &str| {
        let envelope = super::envelope(
            "searchRetrieve",
            "<query>dc.title=k\u{E6}rlighed</query><maximumRecords>0</maximumRecords>",
        );
        let latin1: Vec<u8> = (declaration.to_owned() + &envelope).chars().map(|letter| letter as u8).collect();
        library.send_bytes(&format!("POST /sru HTTP/1.1\r\nContent-Type: {media_type}"), &latin1)
    };
    assert_eq!(soap("text/xml; charset=utf-8", "").text("faultcode"), "SOAP:Client");
    assert_eq!(found(&soap("text/xml; charset=iso-8859-1", "")).1, wanted);
    assert_eq!(
        found(&soap("text/xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>")).1,
        wanted
    );
}

fn envelopes(library: &Library) {
    let soap = "POST /sru HTTP/1.1\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"";
    let envelope = super::envelope("searchRetrieve", "<query>dc.title=estuary</query>");
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let billion = format!("<!DOCTYPE x [<!ENTITY l0 \"ha\">{laughs}]>{}", envelope.replace("estuary", "&l9;"));
    let file = format!(
        "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>{}",
        envelope.replace("estuary", "&f;")
    );
    let deep = envelope.replace("<query>", &"<query>".repeat(20_000));
    for (bad, why) in [
        (billion, "document types"),
        (file, "document types"),
        (envelope.replace("estuary", "&unknown;"), "document types"),
        (deep, "nested"),
        ("<a>".to_owned(), "no SOAP envelope"),
        ("\u{1}garbage".to_owned(), ""),
        (envelope.replace("</E:Body>", ""), ""),
    ] {
        let begun = Instant::now();
        let answer = library.send(soap, &bad);
        assert_eq!(
            (answer.status, answer.text("faultcode").as_str()),
            (500, "SOAP:Client"),
            "{bad:.80}"
        );
        assert!(
            answer.text("faultstring").contains(why) && !answer.body.contains("root:"),
            "{}",
            answer.body
        );
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    let answer = library.send(soap, &super::envelope("searchRetrieve", "<query>dc.nosuch=a</query>"));
    assert_eq!((answer.status, answer.diagnostics()[0].0), (200, 16));
    let huge = super::envelope("searchRetrieve", &format!("<query>{}</query>", "a".repeat(300 * 1024)));
    assert_eq!(library.send(soap, &huge).status, 413);
}

/// A request that never ends and one that claims more than it sends: others are served meanwhile.
fn slow_senders_wait_for_nobody(library: &Library) {
    let mut slow = TcpStream::connect(library.http).unwrap();
    slow.write_all(b"POST /sru HTTP/1.1\r\nHost: a\r\nContent-Length: 2147483648\r\n\r\nquery=a")
        .unwrap();
    let mut endless = TcpStream::connect(library.http).unwrap();
    endless.write_all(b"GET /sru?query=").unwrap();
    assert!(library.count("fjordbys") > 0);
    slow.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}
