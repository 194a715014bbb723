//! Section 10: Delete, Close, resource control.

use super::{subject::Subject, wire::request};
use crate::{
    sip2::case::{Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("10", "Close is answered by Close", answers_close),
    ("10", "a deleted result set is gone: 30", deletes_sets),
    ("10", "deleting a set that is not there tells so", tells_what_was_not_there),
    ("10", "all result sets are deleted at once, or that is said to be unsupported (7)", deletes_all_sets),
    ("10", "TriggerResourceControl has no answer, and the next request has its own", says_nothing_to_triggers),
    ("10", "ResourceReport is answered by its response", reports_resources),
];

fn answers_close(lib: &Subject) -> Verdict {
    lib.session()?.ask(&request::close())?.must_be(48).map(drop)
}

fn deletes_sets(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let reply = session.ask(&request::delete(&["default"]))?;
    let status = reply.must_be(27)?.number(0);
    check!(status == Some(0), "status {status:?}");
    session
        .ask(&request::present("default", 1, 1, None, None))?
        .must_say(&[30])
        .map(drop)
}

fn tells_what_was_not_there(lib: &Subject) -> Verdict {
    let reply = lib.session()?.ask(&request::delete(&["no-such-set"]))?;
    match reply.must_be(27)?.number(0) {
        Some(0) | None => fail("status 0, success"),
        Some(_) => Ok(()),
    }
}

fn deletes_all_sets(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let reply = session.ask(&request::delete(&[]))?;
    match reply.must_be(27)?.number(0) {
        Some(0) => session
            .ask(&request::present("default", 1, 1, None, None))?
            .must_say(&[30])
            .map(drop),
        Some(7) => deviates("not supported"),
        other => fail(format!("status {other:?}")),
    }
}

fn says_nothing_to_triggers(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    for action in [1, 3] {
        session.send(&request::trigger(action))?;
        session.find(&lib.title()?)?.must_be(23)?;
    }
    Ok(())
}

fn reports_resources(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let wish = request::Init {
        options: &[0, 1, 3],
        ..request::Init::default()
    };
    if !session.ask(&request::init(&wish))?.must_be(21)?.bit(4, 3) {
        return deviates("not offered");
    }
    session.ask(&request::resource_report())?.must_be(34).map(drop)
}
