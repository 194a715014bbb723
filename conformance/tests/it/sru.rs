//! The SRU suite must praise a good answer and catch a bad one.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use skranke_conform::{
    report::{Outcome, Report},
    sru::{self, subject::Subject},
    suite,
};

/// Answers every request with this body. Gives its base URL.
fn serve(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/db", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            if stream.read(&mut request).is_ok() {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/xml;charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                // The case may be content with the head.
                let _ = stream.write_all(answer.as_bytes());
            }
        }
    });
    url
}

fn outcome_of(body: &'static str, case: &str) -> Outcome {
    let mut subject = Subject::of_url(&serve(body)).unwrap();
    subject.word = Some("hav".to_owned());
    let report = suite::run(Report::new("sru", "test"), &subject, sru::GROUPS, &[case.to_owned()], |_| {});
    assert_eq!(report.results().len(), 1, "one case is called {case}");
    report.results()[0].outcome.clone()
}

const DIAGNOSED: &str = "<r xmlns=\"http://www.loc.gov/zing/srw/\"><numberOfRecords>0</numberOfRecords><diagnostics>\
    <diagnostic xmlns=\"http://www.loc.gov/zing/srw/diagnostic/\"><uri>info:srw/diagnostic/1/7</uri><details>query</details></diagnostic>\
    </diagnostics></r>";

#[test]
fn a_diagnostic_is_told_from_another() {
    assert_eq!(outcome_of(DIAGNOSED, "wants_a_query"), Outcome::Pass);
    assert!(matches!(outcome_of(DIAGNOSED, "refuses_unknown_operations"), Outcome::Fail(_)));
}

#[test]
fn parts_out_of_order_are_found() {
    let swapped = "<r xmlns=\"http://www.loc.gov/zing/srw/\"><numberOfRecords>1</numberOfRecords><version>1.2</version></r>";
    let outcome = outcome_of(swapped, "orders_the_response");
    assert!(
        matches!(&outcome, Outcome::Fail(why) if why.contains("version stands too late")),
        "{outcome:?}"
    );
}

#[test]
fn what_is_not_well_formed_fails() {
    assert!(matches!(outcome_of("<a><b></a>", "wants_a_query"), Outcome::Fail(_)));
}

#[test]
fn what_is_not_known_is_skipped() {
    assert!(matches!(outcome_of(DIAGNOSED, "reads_isbns"), Outcome::Skip(_)));
}
