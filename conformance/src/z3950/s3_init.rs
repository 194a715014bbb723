//! Section 3: Init; section 10: Close and Delete.

use super::{
    subject::Subject,
    wire::request::{self, Init, USUAL},
};
use crate::{
    sip2::case::{Verdict, check, fail},
    suite::cases,
};

cases![Subject:
    ("3", "the answer offers versions 1 and 2, and 3 only where it was asked for", agrees_on_a_version),
    ("3", "an option that was not asked for is not offered", offers_no_more_than_asked),
    ("3", "search and present are offered", offers_search_and_present),
    ("3", "the reference id comes back byte for byte", returns_the_reference),
    ("3", "sizes are no larger than asked, the exceptional no smaller than the preferred", agrees_on_sizes),
    ("10", "Close is answered by Close", answers_close),
    ("10", "a deleted result set is gone: 30", deletes_sets),
    ("10", "deleting a set that is not there tells so", tells_what_was_not_there),
];

fn agrees_on_a_version(lib: &Subject) -> Verdict {
    for version in [2, 3] {
        let wish = Init {
            version,
            ..Init::default()
        };
        let reply = lib.connect()?.ask(&request::init(&wish))?;
        let answer = reply.must_be(21)?;
        check!(answer.bit(3, 1), "no version 2 for {version}");
        check!(version == 3 || !answer.bit(3, 2), "version 3, not asked for");
    }
    Ok(())
}

fn offers_no_more_than_asked(lib: &Subject) -> Verdict {
    let wish = Init {
        options: &[0, 1],
        ..Init::default()
    };
    let reply = lib.connect()?.ask(&request::init(&wish))?;
    let answer = reply.must_be(21)?;
    let more: Vec<usize> = (2..24).filter(|bit| answer.bit(4, *bit)).collect();
    check!(more.is_empty(), "options {more:?}");
    Ok(())
}

fn offers_search_and_present(lib: &Subject) -> Verdict {
    let reply = lib.connect()?.ask(&request::init(&Init::default()))?;
    let answer = reply.must_be(21)?;
    check!(answer.bit(4, 0) && answer.bit(4, 1), "not offered");
    Ok(())
}

fn returns_the_reference(lib: &Subject) -> Verdict {
    let wish = Init {
        reference: Some(b"\x00\xffid\x80"),
        options: USUAL,
        ..Init::default()
    };
    let reply = lib.connect()?.ask(&request::init(&wish))?;
    let found = reply.must_be(21)?.reference();
    check!(found == wish.reference, "{found:?}");
    Ok(())
}

fn agrees_on_sizes(lib: &Subject) -> Verdict {
    let reply = lib.connect()?.ask(&request::init(&Init::default()))?;
    let answer = reply.must_be(21)?;
    let (preferred, exceptional) = (answer.number(5), answer.number(6));
    check!(
        preferred > Some(0) && preferred <= exceptional && exceptional <= Some(64 * 1024 * 1024),
        "{preferred:?} and {exceptional:?}"
    );
    Ok(())
}

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
