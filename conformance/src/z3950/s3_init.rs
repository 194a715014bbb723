//! Section 3: Init.

use super::{
    subject::Subject,
    wire::request::{self, Init, USUAL},
};
use crate::{
    sip2::case::{Verdict, check, deviates},
    suite::cases,
};

cases![Subject:
    ("3", "the answer offers versions 1 and 2, and 3 only where it was asked for", agrees_on_a_version),
    ("3", "an option that was not asked for is not offered", offers_no_more_than_asked),
    ("3", "search and present are offered", offers_search_and_present),
    ("3", "the reference id comes back byte for byte", returns_the_reference),
    ("3", "sizes are no larger than asked, the exceptional no smaller than the preferred", agrees_on_sizes),
    ("3", "a second Init begins the session anew: its result sets are gone", begins_anew),
    ("3", "version 2 is answered without a set name of its own: 22", knows_versions_apart),
    ("3", "a user is let in by name and password, in both forms", lets_users_in),
    ("3", "a wrong password: result false, with its reason (1010 to 1023)", refuses_wrong_passwords),
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

fn begins_anew(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    session.ask(&request::init(&Init::default()))?.must_be(21)?;
    let reply = session.ask(&request::present("default", 1, 1, None, None))?;
    if reply.must_be(25)?.diagnostics().is_empty() {
        return deviates("its result sets are still there");
    }
    reply.must_say(&[30, 27]).map(drop)
}

fn knows_versions_apart(lib: &Subject) -> Verdict {
    let mut session = lib.session_of(&Init {
        version: 2,
        options: &[0, 1],
        ..Init::default()
    })?;
    let wish = request::Search {
        databases: &[&lib.database],
        set: "other",
        ..request::Search::default()
    };
    let reply = session.ask(&request::search(&wish, &lib.title()?))?;
    if reply.must_be(23)?.diagnostics().is_empty() {
        return deviates("a named set without an agreement on named sets");
    }
    reply.must_say(&[22]).map(drop)
}

fn lets_users_in(lib: &Subject) -> Verdict {
    for open in [false, true] {
        lib.session_of(&Init {
            login: Some(lib.user()?),
            open,
            ..Init::default()
        })?;
    }
    Ok(())
}

fn refuses_wrong_passwords(lib: &Subject) -> Verdict {
    let (user, _) = lib.user()?;
    for login in [(user, "no-such-password"), ("no-such-user", "no-such-password")] {
        let wish = Init {
            login: Some(login),
            ..Init::default()
        };
        let reply = lib.connect()?.ask(&request::init(&wish))?;
        let answer = reply.must_be(21)?;
        check!(answer.boolean(12) == Some(false), "{} is let in", login.0);
        let reasons = answer.diagnostics();
        check!(
            reasons.iter().any(|found| (1010..=1023).contains(&found.condition)),
            "reasons {reasons:?}"
        );
    }
    Ok(())
}
