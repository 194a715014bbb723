//! The demo as a newcomer meets it: what it prints holds, over the wire.

use crate::process::{Server, Terminal, field};

#[test]
fn everything_printed_is_true() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let mut terminal = Terminal::log_in(server.address("SIP2"), "automat1");
    let date = "20261124    120000";

    let items: Vec<&str> = server
        .printed
        .lines()
        .filter_map(|line| line.trim().strip_prefix("item "))
        .collect();
    assert!(items.len() >= 10, "{}", server.printed);
    for item in &items {
        let answer = terminal.ask(&format!("17{date}AO|AB{item}|AC|"));
        assert!(answer.starts_with("1803"), "{answer}");
    }
    let bibs: Vec<&str> = server
        .printed
        .lines()
        .filter_map(|line| line.trim().strip_prefix("bib "))
        .map(str::trim)
        .collect();
    assert_eq!(bibs.len(), 3);

    let mut patrons = 0;
    let mut states = std::collections::BTreeSet::new();
    for line in server.printed.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [card, pin, state, ..] = words[..]
            && card.len() == 10
            && pin.len() == 4
        {
            patrons += 1;
            states.insert(state.to_owned());
            let answer = terminal.ask(&format!("23009{date}AO|AA{card}|AC|AD{pin}|"));
            assert_eq!(field(&answer, "CQ"), Some("Y"), "{state}: {answer}");
            let flags = &answer[2..16];
            let expected = match state {
                "blocked_O" => flags.starts_with("YYYYY"),
                "blocked_U" | "blocked_F" | "blocked_S" | "blocked_W" | "blocked_D" | "expired" | "blocked_several" => {
                    flags.starts_with('Y')
                }
                "over_fee_limit" | "blocked_E" => flags.contains("YY") && (flags.as_bytes()[10] == b'Y' || flags.as_bytes()[11] == b'Y'),
                "child_at_loan_limit" => flags.as_bytes()[5] == b'Y',
                "ordinary" => flags.trim().is_empty(),
                _ => true,
            };
            assert!(expected, "{state}: {flags:?}");
        }
    }
    assert!(patrons >= 60, "{patrons} patrons");
    assert!(states.len() >= 30, "{states:?}");
    for login in ["sorter1", "door1"] {
        Terminal::log_in(server.address("SIP2"), login);
    }
    server.stop();
}

#[test]
fn a_drain_answers_what_was_received_and_says_good_bye() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let mut terminal = Terminal::log_in(server.address("SIP2"), "automat1");
    terminal.send(b"9900802.00");
    server.signal("TERM");
    let rest = String::from_utf8(terminal.rest()).unwrap();
    let messages: Vec<&str> = rest.split_terminator('\r').collect();
    assert!(messages[0].starts_with("98Y"), "{rest:?}");
    assert!(messages[1..].iter().all(|message| message.starts_with("98N")), "{rest:?}");
    server.stop();
}

#[test]
fn a_library_that_was_served_before_is_served_again() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let item = server.free_item();
    let mut terminal = Terminal::log_in(server.address("SIP2"), "automat1");
    let lent = terminal.ask(&format!(
        "11NN20261124    120000                  AO|AA6150000351|AB{item}|AC|AD6001|"
    ));
    assert!(lent.starts_with("121"), "{lent}");
    server.kill();

    let server = Server::demo(dir.path());
    let mut terminal = Terminal::log_in(server.address("SIP2"), "automat1");
    let answer = terminal.ask(&format!("1720261124    120000AO|AB{item}|AC|"));
    assert!(answer.starts_with("1804"), "{answer}");
    server.stop();
}
