//! Z39.50 as its users meet it: Debian's `yaz-client` and `zoomsh` drive the demo.

use crate::process::{Server, Terminal};
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

/// Runs a client with these commands on its standard input; what it prints. `None`, and a line that says so, where it is not there.
fn client(program: &str, arguments: &[&str], commands: &str) -> Option<String> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            println!("skipped: {program} cannot be run ({error}); Debian's package yaz has it");
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(commands.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Some(format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

fn yaz(address: SocketAddr, commands: &str) -> Option<String> {
    client("yaz-client", &[&address.to_string()], &format!("{commands}\nquit\n"))
}

/// The numbers of hits that it printed, in order.
fn hits(text: &str) -> Vec<u64> {
    let counts = text.lines().filter_map(|line| line.strip_prefix("Number of hits: "));
    counts.map(|rest| rest.split(',').next().unwrap().trim().parse().unwrap()).collect()
}

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
    let item = server
        .printed
        .lines()
        .find_map(|line| line.trim().strip_prefix("item "))
        .unwrap()
        .to_owned();
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
