//! The Z39.50 suite must praise a good answer and catch a bad one.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use skranke_conform::{
    report::{Outcome, Report},
    suite,
    z3950::{
        self,
        subject::Subject,
        wire::ber::{Tag::Context, boolean, constructed, integer, primitive},
    },
};

/// Answers every request with this APDU.
fn outcome_of(apdu: Vec<u8>, case: &str) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            while stream.read(&mut request).is_ok_and(|count| count > 0) {
                if stream.write_all(&apdu).is_err() {
                    break;
                }
            }
        }
    });
    let subject = Subject::of(address);
    let report = suite::run(Report::new("z3950", "test"), &subject, z3950::GROUPS, &[case.to_owned()], |_| {});
    assert_eq!(report.results().len(), 1, "one case is called {case}");
    report.results()[0].outcome.clone()
}

fn init(options: &[u8], preferred: i64) -> Vec<u8> {
    let parts = [
        primitive(Context(3), &[5, 0xe0]),
        primitive(Context(4), options),
        integer(Context(5), preferred),
        integer(Context(6), 1 << 20),
        boolean(Context(12), true),
    ];
    constructed(Context(21), &[&parts.concat()])
}

#[test]
fn options_that_nobody_asked_for_are_found() {
    assert_eq!(outcome_of(init(&[6, 0xc0], 1), "offers_no_more_than_asked"), Outcome::Pass);
    let outcome = outcome_of(init(&[6, 0xe0], 1), "offers_no_more_than_asked");
    assert_eq!(outcome, Outcome::Fail("options [2]".to_owned()));
}

#[test]
fn sizes_the_wrong_way_round_are_found() {
    assert_eq!(outcome_of(init(&[6, 0xc0], 1 << 20), "agrees_on_sizes"), Outcome::Pass);
    assert!(matches!(outcome_of(init(&[6, 0xc0], 1 << 21), "agrees_on_sizes"), Outcome::Fail(_)));
}

#[test]
fn what_is_not_known_is_skipped() {
    assert!(matches!(outcome_of(init(&[6, 0xc0], 1), "reads_isbns"), Outcome::Skip(_)));
}
