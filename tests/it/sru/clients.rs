//! SRU with the clients that people have: Debian's yaz-client, zoomsh and Catmandu, PyPI's sruthi. `make test` installs them; where
//! one is missing, a line says so.

use super::Library;
use crate::stranger;
use std::path::PathBuf;
use std::process::Command;

const QUERY: &str = "dc.title = \"a*\"";

/// What a client prints; where its exit status means something it must be a good one.
fn run(program: &str, arguments: &[&str], commands: &str) -> Option<String> {
    let said = stranger::run(program, arguments, commands)?;
    if program.ends_with("python") || program == "catmandu" {
        assert!(said.content, "{program} {arguments:?}: {}{}", said.printed, said.complaint);
        return Some(said.printed);
    }
    Some(said.printed + &said.complaint)
}

#[test]
fn clients_of_every_kind_are_content() {
    let library = Library::open();
    let total = library.count(QUERY);
    assert!(total > 20, "{total}");
    yaz_client(&library, total);
    zoomsh(&library, total);
    catmandu(&library, total);
    sruthi(&library, total);
    library.server.stop();
}

fn yaz_client(library: &Library, total: u64) {
    for (place, version) in [
        (format!("http://{}/sru", library.http), "1.1"),
        (format!("http://{}/sru/DK-761500", library.http), "1.2"),
        (format!("http://{}/Default", library.server.address("Z39.50")), "2.0"),
    ] {
        let commands = format!(
            "sru get {version}\nopen {place}\nquerytype cql\nschema marcxml\nfind {QUERY}\nshow 1+2\nscan dc.title=d\n\
             querytype prefix\nfind @attr 1=4 @attr 5=1 a\nfind @attr 1=9999 a\nsru soap {version}\nopen {place}\nquerytype cql\nfind {QUERY}\nquit\n"
        );
        let Some(text) = run("yaz-client", &[], &commands) else { return };
        let hits: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("Number of hits: ")).collect();
        let wanted = total.to_string();
        // By CQL, told again with the records, by prefix notation, and by CQL in an envelope.
        let right = hits.iter().filter(|hits| **hits == wanted).count();
        assert_eq!(right, 4, "{version}: {text}");
        assert!(text.contains("http://www.loc.gov/MARC21/slim"), "{text}");
        assert!(
            text.contains("info:srw/diagnostic/1/16") || text.contains("Unsupported index"),
            "{text}"
        );
    }
}

fn zoomsh(library: &Library, total: u64) {
    for version in ["get", "post", "soap"] {
        let place = format!("http://{}/sru", library.http);
        let commands = [
            format!("set sru {version}"),
            format!("connect {place}"),
            "set schema dc".to_owned(),
            "search @attr 1=4 @attr 5=1 a".to_owned(),
            "show 0 2".to_owned(),
            "search cql:dc.title=a*".to_owned(),
            "quit".to_owned(),
        ];
        let Some(text) = run("zoomsh", &[], &(commands.join("\n") + "\n")) else {
            return;
        };
        assert_eq!(text.matches(&format!(": {total} hits")).count(), 2, "{version}: {text}");
        assert!(text.contains("http://purl.org/dc/elements/1.1/"), "{version}: {text}");
    }
}

fn catmandu(library: &Library, total: u64) {
    let there = Command::new("perl").args(["-MCatmandu::Importer::SRU", "-e", "1"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        println!("skipped: Catmandu's SRU importer is not there: scripts/setup.sh test installs libcatmandu-sru-perl");
        return;
    }
    let place = format!("http://{}/sru", library.http);
    for schema in ["marcxml", "dc", "isohold"] {
        let arguments = [
            "convert",
            "SRU",
            "--base",
            &place,
            "--query",
            QUERY,
            "--recordSchema",
            schema,
            "--limit",
            "9",
            "to",
            "JSON",
            "--array",
            "0",
            "--line_delimited",
            "1",
        ];
        let Some(text) = run("catmandu", &arguments, "") else { return };
        assert_eq!(text.lines().count() as u64, total, "{schema}: {text:.300}");
        assert!(text.lines().all(|line| line.contains("recordData")), "{schema}: {text:.300}");
    }
}

fn sruthi(library: &Library, total: u64) {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let python = target.join("clients/sru/bin/python");
    let there = Command::new(&python).args(["-c", "import sruthi"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        println!(
            "skipped: PyPI's sruthi is not in {}: scripts/setup.sh test installs it",
            python.display()
        );
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance/clients/sru_sruthi.py");
    let place = format!("http://{}/sru", library.http);
    let text = run(python.to_str().unwrap(), &[script, &place, QUERY, &total.to_string()], "").unwrap();
    assert!(text.contains("1.2 mods") && text.contains("an unknown index"), "{text}");
}
