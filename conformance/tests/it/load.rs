//! The load driver against a scripted server.

use std::time::Duration;

use skranke_conform::{
    load::{Measured, Plan, drive, messages::Mix, messages::Stock},
    sip2::facts::{Card, Facts, Item, Terminal},
};

use crate::server::{answer, serve};

fn measure(script: fn(&str) -> String, mix: Mix, connections: usize, active: usize) -> Measured {
    let facts = Facts {
        terminals: vec!["automat1:automat1".parse::<Terminal>().unwrap()],
        cards: vec!["ordinary=1:1234".parse::<Card>().unwrap()],
        items: (0..8)
            .map(|n| Item {
                barcode: format!("39{n}"),
                bib: None,
            })
            .collect(),
        ..Facts::default()
    };
    let plan = Plan {
        address: serve(script),
        connections,
        active,
        time: Duration::from_millis(200),
        warm_up: Duration::from_millis(20),
        think: Duration::ZERO,
        mix,
        any_answer: false,
        pid: Some(std::process::id()),
    };
    drive(&plan, Stock::new(&facts)).unwrap()
}

/// Answers reads as [`answer`] does, 23 and 63 by their bare ids, and lends whatever is asked for.
fn willing(message: &str) -> String {
    match &message[..2] {
        "23" => "24".to_owned(),
        "63" => "64".to_owned(),
        "11" => "121".to_owned(),
        "09" => "101".to_owned(),
        _ => answer(message, 0),
    }
}

#[test]
fn counts_answers_and_their_latency() {
    let measured = measure(willing, Mix::Reads, 4, 4);
    assert_eq!((measured.errors, measured.first_error), (0, None));
    assert!(measured.requests > 20 && measured.rate > 100.0);
    assert!(measured.p50_us <= measured.p99_us && measured.p99_us <= measured.max_us);
    assert!(measured.rss_connected_kb > Some(100));
}

#[test]
fn idle_sessions_leave_the_work_to_the_active() {
    let measured = measure(willing, Mix::Idle, 20, 2);
    assert_eq!((measured.errors, measured.connections, measured.active), (0, 20, 2));
    assert!(measured.requests > 0);
}

#[test]
fn a_refused_loan_is_an_error_and_is_told() {
    let refusing = |message: &str| match &message[..2] {
        "11" => "120NUN".to_owned(),
        _ => willing(message),
    };
    let measured = measure(refusing, Mix::Loans, 2, 2);
    assert!(measured.errors > 0);
    assert_eq!(measured.first_error.as_deref(), Some("11 got 120NUN"));
    assert_eq!(measure(willing, Mix::Loans, 2, 2).errors, 0);
}
