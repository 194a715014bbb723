//! A server that says what a test lets it say: the suite must praise the good one and catch the bad one.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use jiff::tz::TimeZone;
use skranke_conform::{
    report::{Outcome, Result},
    sip2::{
        facts::{Facts, Item, Terminal},
        run,
        subject::Subject,
        wire::checksum::checksum,
    },
};

/// Answers every message by `script`; an empty answer is silence. Gives its address.
fn serve(script: fn(&str) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            thread::spawn(move || converse(stream, script));
        }
    });
    address
}

fn converse(mut stream: TcpStream, script: fn(&str) -> String) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut message = Vec::new();
    while reader.read_until(b'\r', &mut message).is_ok_and(|count| count > 0) {
        message.pop();
        let answer = script(&String::from_utf8_lossy(&message));
        if !answer.is_empty() && stream.write_all(format!("{answer}\r").as_bytes()).is_err() {
            return;
        }
        message.clear();
    }
}

/// A subject at `address` of which one terminal and one item are known.
fn subject(address: String) -> Subject {
    let facts = Facts {
        terminals: vec!["automat1:automat1".parse::<Terminal>().unwrap()],
        items: vec![Item {
            barcode: "3900000001".to_owned(),
            bib: None,
        }],
        ..Facts::default()
    };
    Subject::new(address, facts, TimeZone::UTC)
}

fn outcome_of(script: fn(&str) -> String, case: &str) -> Outcome {
    let report = run::run(&subject(serve(script)), &[case.to_owned()], |_: &Result| {});
    assert_eq!(report.results().len(), 1, "one case is called {case}");
    report.results()[0].outcome.clone()
}

/// Answers 93, 99 and 17 as the digest wants, and mirrors the trailer with a sum that is `off`.
fn answer(message: &str, off: u16) -> String {
    let (text, sequence) = match message.rfind("AY") {
        Some(at) if message.len() == at + 9 => (&message[..at], Some(&message[at..at + 3])),
        _ => (message, None),
    };
    let body = match &text[..2] {
        "93" => "941".to_owned(),
        "99" => "98YYYYYY05000320261124    1200002.00AODK-761500|AMBy|BXYYYYYYYYYYYYYYYY|".to_owned(),
        "17" => {
            let item = text.split("AB").nth(1).unwrap_or("").split('|').next().unwrap_or("");
            format!("1803010120261124    120000CF0|AB{item}|AJTitle|")
        }
        _ => return String::new(),
    };
    match sequence {
        Some(sequence) => {
            let covered = format!("{body}{sequence}AZ");
            format!("{covered}{:04X}", checksum(covered.as_bytes()).wrapping_add(off))
        }
        None => body,
    }
}

#[test]
fn passes_a_server_that_mirrors_the_trailer() {
    assert_eq!(outcome_of(|message| answer(message, 0), "echoes_the_sequence"), Outcome::Pass);
    assert_eq!(outcome_of(|message| answer(message, 0), "mirrors_the_trailer"), Outcome::Pass);
}

#[test]
fn catches_a_wrong_sum() {
    let outcome = outcome_of(|message| answer(message, 1), "echoes_the_sequence");
    assert!(matches!(&outcome, Outcome::Fail(why) if why.contains("the sum is")), "{outcome:?}");
}

#[test]
fn catches_a_trailer_that_nobody_asked_for() {
    let script = |message: &str| match answer(message, 0) {
        answer if answer.starts_with("18") && !answer.contains("AZ") => format!("{answer}AY0AZ0000"),
        answer => answer,
    };
    assert!(matches!(outcome_of(script, "mirrors_the_trailer"), Outcome::Fail(_)));
}

#[test]
fn reports_an_answer_to_an_unknown_command_as_a_deviation() {
    let script = |message: &str| match &message[..2] {
        "93" | "99" | "17" => answer(message, 0),
        _ => "96AZFEF6".to_owned(),
    };
    assert!(matches!(outcome_of(script, "ignores_unknown_commands"), Outcome::Deviates(_)));
    assert_eq!(outcome_of(|message| answer(message, 0), "ignores_unknown_commands"), Outcome::Pass);
}

#[test]
fn skips_what_needs_a_patron_nobody_named() {
    let outcome = outcome_of(|message| answer(message, 0), "flags_a_blocked_patron");
    assert!(matches!(&outcome, Outcome::Skip(why) if why.contains("blocked")), "{outcome:?}");
}

#[test]
fn judges_every_answer_of_the_run() {
    let subject = subject(serve(|message| answer(message, 0).replace("AJTitle|", "AJ\u{1}|AF|")));
    let report = run::run(
        &subject,
        &["tells_the_title".to_owned(), "keeps_every_answer_in_shape".to_owned()],
        |_| {},
    );
    let last = &report.results().last().unwrap().outcome;
    assert!(
        matches!(last, Outcome::Fail(why) if why.contains("a control character in AJ") && why.contains("AF is sent empty")),
        "{last:?}"
    );
}
