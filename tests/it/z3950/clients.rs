//! Searching clients: `yaz-client`, `zoomsh`, Perl's ZOOM.

use super::{client, hits, yaz};
use crate::process::{Server, Terminal};

#[test]
fn yaz_client_finds_shows_scans_and_sorts() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let address = server.address("Z39.50");
    let Some(text) = yaz(
        address,
        "find @attr 1=4 fjordbys
         find @attr 1=4 @attr 5=1 fj
         find @and @attr 1=4 @attr 5=1 fj @attr 1=31 @attr 2=4 1900
         show 1+2
         format xml
         elements dc
         show 1
         elements F
         format opac
         show 1
         format sutrs
         show 1
         scan @attr 1=4 @attr 4=1 d
         sort 1=4 i<
         show 1
         find @attr 1=9999 x
         base nosuchbase
         find x",
    ) else {
        return;
    };
    assert!(text.contains("Connection accepted by v3 target."), "{text}");
    let counts = hits(&text);
    assert!(
        counts.len() == 5 && counts[1] >= counts[0] && counts[2] >= 1 && counts[1] >= counts[2],
        "{counts:?}\n{text}"
    );
    for expected in [
        "Record type: USmarc",
        "<dc:title>",
        "Record type: OPAC",
        "availableNow",
        "Record type: SUTRS",
        "[114] Unsupported Use attribute -- v3 addinfo '9999'",
        "[235] Database does not exist -- v3 addinfo 'nosuchbase'",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    let (entries, _) = text.lines().find_map(|line| line.split_once(" entries")).unwrap();
    assert!(entries.parse::<u32>().unwrap() > 5, "{text}");
    server.stop();
}

#[test]
fn a_loan_shows_in_an_open_session() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let item = server.free_item();
    let query = format!("find @attr 1=9998 {item}\nformat opac\nshow 1\n");
    let Some(before) = yaz(server.address("Z39.50"), &query) else {
        return;
    };
    assert_eq!(hits(&before), [1], "{before}");
    let mut terminal = Terminal::log_in(server.address("SIP2"), "automat1");
    let date = "20261124    120000";
    let answer = terminal.ask(&format!("11YN{date}                  AODK-761500|AA6150000013|AB{item}|AC|AD1234|"));
    assert!(answer.starts_with("121"), "{answer}");
    let after = yaz(server.address("Z39.50"), &query).unwrap();
    assert!(after.contains("on loan"), "{after}");
    server.stop();
}

#[test]
fn zoomsh_gets_marcxml() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let address = server.address("Z39.50");
    let commands = format!(
        "connect {address}/Default\nset preferredRecordSyntax xml\nset elementSetName marcxml\nsearch @attr 1=4 @attr 5=1 fj\nshow 0 1\nquit\n"
    );
    let Some(text) = client("zoomsh", &[], &commands) else { return };
    assert!(text.contains("http://www.loc.gov/MARC21/slim"), "{text}");
    server.stop();
}

#[test]
fn the_port_speaks_sru_too() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let commands = format!(
        "set sru get\nconnect {}/Default\nsearch cql:title=fjordbys\nquit\n",
        server.address("Z39.50")
    );
    let Some(text) = client("zoomsh", &[], &commands) else { return };
    assert!(text.contains(" hits") && !text.contains(": 0 hits"), "{text}");
    server.stop();
}

/// The titles in the order in which they are shown, by SUTRS lines.
fn titles(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.split_once("Title: ").map(|(_, title)| title.to_owned()))
        .collect()
}

#[test]
fn sorting_turns_the_order_round() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let Some(text) = yaz(
        server.address("Z39.50"),
        "format sutrs
         find @and @attr 1=4 @attr 5=1 fj @attr 1=31 @attr 2=4 1900
         sort 1=4 i<
         show 1+5
         sort 1=4 i>
         show 1+5
         sort 1=31 >
         find @or @and @attr 1=4 @attr 5=1 fj @attr 1=31 @attr 2=4 1900 @attr 7=1 @attr 1=4 0
         show 1+5
         sort 1=1012345 <",
    ) else {
        return;
    };
    let titles = titles(&text);
    assert_eq!(titles.len(), 15, "{text}");
    let (up, down, in_query) = (&titles[..5], &titles[5..10], &titles[10..]);
    assert!(up != down && up == in_query, "{titles:#?}");
    assert!(text.contains("[114]") || text.contains("[207]"), "{text}");
    server.stop();
}

#[test]
fn operands_and_facets_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let Some(text) = yaz(
        server.address("Z39.50"),
        "find @or @attr 1=4 fjordbys @attr 1=4 @attr 5=1 fj
         find @attr 1=4 fjordbys
         find @attr 1=4 @attr 5=1 fj
         facets @attr 1=creator @attr 3=3, @attr 1=31
         find @attr 1=4 @attr 5=1 fj",
    ) else {
        return;
    };
    let counts = hits(&text);
    let told = format!("term=fjordbys cnt={} , term=fj cnt={}", counts[1], counts[2]);
    let line = text.lines().find(|line| line.starts_with("SearchResult-1:")).unwrap_or_default();
    let plain: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        plain.contains(&told.split_whitespace().collect::<Vec<_>>().join(" ")) || plain.contains(&told.replace(" ,", ",")),
        "{told} in {line}\n{text}"
    );
    assert!(text.contains("Facets(2)"), "{text}");
    assert!(text.contains("creator (3)"), "{text}");
    server.stop();
}

#[test]
fn character_sets_are_agreed_on() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let address = server.address("Z39.50");
    for (proposal, accepted) in [("UTF-8,ISO-8859-1", "UTF-8"), ("ISO-8859-1", "ISO-8859-1")] {
        let commands = format!("negcharset {proposal}\nopen {address}\nfind @attr 1=4 Kandestøber\nfind @attr 1=4 kandestoeber\nquit\n");
        let Some(text) = client("yaz-client", &[], &commands) else { return };
        assert!(text.contains(&format!("Accepted character set : {accepted}")), "{text}");
        let counts = hits(&text);
        assert!(counts.len() == 2 && counts[0] > 0 && counts[0] == counts[1], "{text}");
    }
    server.stop();
}

/// Finds, shows, scans and sorts by Perl's ZOOM; prints a line for each.
const PERL: &str = r#"
use strict; use warnings; use ZOOM;
my ($address) = @ARGV;
my $c = ZOOM::Connection->new("$address/Default", 0, charset => "UTF-8");
my $rs = $c->search_pqf('@attr 1=4 @attr 5=1 fj');
print "hits ", $rs->size(), "
";
$c->option(preferredRecordSyntax => "usmarc");
print "marc ", length($rs->record(0)->raw()), "
";
$c->option(preferredRecordSyntax => "xml"); $c->option(elementSetName => "dc");
$rs->option(preferredRecordSyntax => "xml"); $rs->option(elementSetName => "dc");
$rs->cache_reset();
print "xml ", ($rs->record(0)->raw() =~ /<dc:title>/ ? "dc" : "none"), "
";
print "sort ", $rs->sort("yaz", "1=4 >i"), "
";
my $cql = $c->search(ZOOM::Query::CQL->new('dc.title=fj*'));
print "cql ", $cql->size(), "
";
my $scan = $c->scan_pqf('@attr 1=4 @attr 4=1 fj');
my ($term, $count) = $scan->term(0);
print "scan ", $scan->size(), " $count $term
";
eval { $c->search_pqf('@attr 1=9999 x') };
print "error ", $@->code(), " ", $@->addinfo(), "
";
"#;

#[test]
fn perls_zoom_finds_shows_scans_and_sorts() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let script = dir.path().join("zoom.pl");
    std::fs::write(&script, PERL).unwrap();
    let address = server.address("Z39.50").to_string();
    let Some(text) = client("perl", &[script.to_str().unwrap(), &address], "") else {
        return;
    };
    if text.contains("Can't locate ZOOM.pm") {
        println!("skipped: Perl has no ZOOM; scripts/setup.sh test installs it (libnet-z3950-zoom-perl)");
        return;
    }
    let said = |what: &str| -> Vec<&str> {
        let line = text.lines().find(|line| line.split(' ').next() == Some(what));
        line.unwrap_or_else(|| panic!("{what} in\n{text}")).split(' ').skip(1).collect()
    };
    let number = |what: &str| said(what)[0].parse::<u64>().unwrap();
    assert!(number("hits") > 5 && number("cql") == number("hits"), "{text}");
    assert!(number("marc") > 100, "{text}");
    assert_eq!(said("xml"), ["dc"], "{text}");
    assert_eq!(number("sort"), 0, "{text}");
    assert!(number("scan") > 5 && said("scan")[1].parse::<u64>().unwrap() > 0, "{text}");
    assert_eq!(said("error"), ["114", "9999"], "{text}");
    server.stop();
}
