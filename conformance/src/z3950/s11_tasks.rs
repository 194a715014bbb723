//! Section 11: extended services.

use super::{
    s7_holdings::cancel_hold,
    subject::{Reply, Session, Subject},
    wire::{
        query::{Rpn, term},
        request::{self, ITEM_ORDER, UPDATE},
    },
};
use crate::{
    sip2::case::{Trouble, Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("11", "a service that there is not: failure, 221 with its OID", refuses_services),
    ("11", "nobody changes records without a name: failure (1004, 222, 223)", refuses_strangers),
    ("11", "nobody orders without a name: failure (1004, 222)", refuses_strangers_orders),
    ("11", "an unknown function: 1040; an unknown wait action: 1047", refuses_nonsense),
    ("11", "an unknown action of an update: 1044", refuses_actions),
    ("11", "a record put in is found, replaced it is found by its new title, deleted it is not", updates),
    ("11", "an update that is sent again is done once, and answered as done", repeats_updates),
    ("11", "another record of a number that is there is not put in", keeps_records),
    ("11", "an order becomes a hold, and sent again is answered as done", orders),
    ("11", "an order of what is not in the result set is refused", refuses_places),
];

/// The number of the record that this suite makes and deletes.
const NUMBER: &str = "skranke-conform-1";
const FIRST: &str = "Conformancetestword";
const SECOND: &str = "Otherconformanceword";

fn record(title: &str) -> Vec<u8> {
    format!(
        "<record xmlns=\"http://www.loc.gov/MARC21/slim\"><leader>00000nam a2200000 i 4500</leader>\
         <controlfield tag=\"001\">{NUMBER}</controlfield>\
         <datafield tag=\"245\" ind1=\"1\" ind2=\"0\"><subfield code=\"a\">{title}</subfield></datafield></record>"
    )
    .into_bytes()
}

fn word(title: &str) -> Rpn {
    term(&[(1, 4), (4, 2)], title)
}

fn update(lib: &Subject, session: &mut Session<'_>, action: i64, title: &str) -> Result<Reply, Trouble> {
    let parameters = request::update(action, &lib.database, &record(title));
    session.ask(&request::task(UPDATE, 1, 1, &parameters))
}

/// An update that must be done.
fn done(lib: &Subject, session: &mut Session<'_>, action: i64, title: &str) -> Verdict {
    let reply = update(lib, session, action, title)?;
    let answer = reply.must_be(47)?;
    match answer.number(3) {
        Some(1) => Ok(()),
        Some(2) => deviates("accepted, not done"),
        other => fail(format!("status {other:?}, {:?}", answer.diagnostics())),
    }
}

fn failed(reply: &Reply, conditions: &[i64]) -> Verdict {
    let answer = reply.must_be(47)?;
    check!(answer.number(3) == Some(3), "status {:?}", answer.number(3));
    reply.must_say(conditions).map(drop)
}

/// A session that may ask for extended services. Without the service nothing can be judged.
fn stranger(lib: &Subject) -> Result<Session<'_>, Trouble> {
    let mut session = lib.connect()?;
    let reply = session.ask(&request::init(&request::Init::default()))?;
    if !reply.must_be(21)?.bit(4, 10) {
        return deviates("extended services are not offered");
    }
    Ok(session)
}

fn refuses_services(lib: &Subject) -> Verdict {
    let unknown = "1.2.840.10003.9.99";
    let mut session = stranger(lib)?;
    let reply = session.ask(&request::task(unknown, 1, 1, &request::update(1, &lib.database, b"<r/>")))?;
    let answer = reply.must_be(47)?;
    check!(answer.number(3) == Some(3), "status {:?}", answer.number(3));
    let addinfo = reply.must_say(&[221])?;
    check!(addinfo == unknown, "addinfo {addinfo:?}");
    Ok(())
}

fn refuses_strangers(lib: &Subject) -> Verdict {
    let mut session = stranger(lib)?;
    let reply = update(lib, &mut session, 1, FIRST)?;
    if reply.must_be(47)?.number(3) == Some(1) {
        update(lib, &mut session, 3, FIRST)?;
        return fail("a stranger puts records in");
    }
    failed(&reply, &[1004, 222, 223, 101, 236])
}

fn refuses_strangers_orders(lib: &Subject) -> Verdict {
    let mut session = stranger(lib)?;
    session.hits(&lib.title()?)?;
    let parameters = request::item_order("default", 1, "1");
    let reply = session.ask(&request::task(ITEM_ORDER, 1, 1, &parameters))?;
    if reply.must_be(47)?.number(3) == Some(3) && !reply.answer()?.diagnostics().iter().any(|found| found.condition == 221) {
        return failed(&reply, &[1004, 222, 101]);
    }
    match reply.answer()?.number(3) {
        Some(3) => deviates("not offered"),
        other => fail(format!("status {other:?}")),
    }
}

fn refuses_nonsense(lib: &Subject) -> Verdict {
    let mut session = lib.session_of_user()?;
    let parameters = request::update(1, &lib.database, &record(FIRST));
    for (function, wait_action, condition) in [(9, 1, 1040), (1, 9, 1047)] {
        let reply = session.ask(&request::task(UPDATE, function, wait_action, &parameters))?;
        failed(&reply, &[condition])?;
    }
    Ok(())
}

fn refuses_actions(lib: &Subject) -> Verdict {
    let mut session = lib.session_of_user()?;
    failed(&update(lib, &mut session, 99, FIRST)?, &[1044])
}

/// The record is there no longer, whatever happened.
fn tidied(lib: &Subject, verdict: Verdict) -> Verdict {
    let mut session = lib.session_of_user()?;
    if session.hits(&word(FIRST))? + session.hits(&word(SECOND))? > 0 {
        done(lib, &mut session, 3, FIRST)?;
    }
    verdict
}

fn updates(lib: &Subject) -> Verdict {
    let mut session = lib.session_of_user()?;
    let mut run = || -> Verdict {
        for (action, title, first, second) in [(1, FIRST, 1, 0), (2, SECOND, 0, 1), (3, SECOND, 0, 0)] {
            done(lib, &mut session, action, title)?;
            // Another session sees the same.
            for session in [&mut session, &mut lib.session()?] {
                let found = (session.hits(&word(FIRST))?, session.hits(&word(SECOND))?);
                check!(found == (first, second), "after action {action} they find {found:?}");
            }
        }
        Ok(())
    };
    let verdict = run();
    tidied(lib, verdict)
}

fn repeats_updates(lib: &Subject) -> Verdict {
    let mut session = lib.session_of_user()?;
    let mut run = || -> Verdict {
        for (action, title, hits) in [
            (1, FIRST, 1),
            (1, FIRST, 1),
            (2, SECOND, 0),
            (2, SECOND, 0),
            (3, SECOND, 0),
            (3, SECOND, 0),
        ] {
            done(lib, &mut session, action, title)?;
            let found = session.hits(&word(FIRST))?;
            check!(found == hits, "{found} in place of {hits} after action {action}");
        }
        Ok(())
    };
    let verdict = run();
    tidied(lib, verdict)
}

fn keeps_records(lib: &Subject) -> Verdict {
    let mut session = lib.session_of_user()?;
    let mut run = || -> Verdict {
        done(lib, &mut session, 1, FIRST)?;
        let reply = update(lib, &mut session, 1, SECOND)?;
        let status = reply.must_be(47)?.number(3);
        check!(status == Some(3), "status {status:?}");
        let found = (session.hits(&word(FIRST))?, session.hits(&word(SECOND))?);
        check!(found == (1, 0), "they find {found:?}");
        Ok(())
    };
    let verdict = run();
    tidied(lib, verdict)
}

fn orders(lib: &Subject) -> Verdict {
    let library = lib.library()?;
    let (bib, card) = (library.title()?, library.reader()?);
    let mut session = lib.session_of_user()?;
    let hits = session.hits(&term(&[(1, 12), (4, 103)], bib))?;
    check!(hits == 1, "{hits} records have the number {bib}");
    let mut run = || -> Verdict {
        for _ in 0..2 {
            let parameters = request::item_order("default", 1, &card.number);
            let reply = session.ask(&request::task(ITEM_ORDER, 1, 1, &parameters))?;
            let answer = reply.must_be(47)?;
            check!(
                matches!(answer.number(3), Some(1 | 2)),
                "status {:?}, {:?}",
                answer.number(3),
                answer.diagnostics()
            );
        }
        Ok(())
    };
    let verdict = run();
    // It is there, and it is there once.
    let there = cancel_hold(library, card, bib);
    verdict?;
    there?;
    match cancel_hold(library, card, bib) {
        Ok(()) => fail("the order was done twice"),
        Err(_) => Ok(()),
    }
}

fn refuses_places(lib: &Subject) -> Verdict {
    let mut session = lib.session_of_user()?;
    let hits = session.hits(&lib.title()?)?;
    for (set, place) in [("default", hits + 1), ("no-such-set", 1)] {
        let parameters = request::item_order(set, place, "1");
        let reply = session.ask(&request::task(ITEM_ORDER, 1, 1, &parameters))?;
        failed(&reply, &[13, 30])?;
    }
    Ok(())
}
