//! The suite must praise the good one and catch the bad one.

use jiff::tz::TimeZone;
use skranke_conform::{
    report::{Outcome, Result},
    sip2::{
        facts::{Facts, Item, Terminal},
        run,
        subject::Subject,
    },
};

use crate::server::{answer, serve};

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
