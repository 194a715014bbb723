//! Sections 8 and 9: Scan and Sort.

use super::{
    subject::{Subject, title},
    wire::{
        answer::Record,
        request::{self, MARC21},
    },
};
use crate::{
    sip2::case::{Trouble, Verdict, check, fail},
    suite::cases,
};

cases![Subject:
    ("8", "terms come with the number of records that a search finds", counts_as_search_does),
    ("8", "the preferred position places the start term", places_the_start),
    ("8", "an unsupported use attribute: 114", refuses_unknown_uses),
    ("9", "sorting keeps the number of hits and turns the order round", sorts),
    ("9", "sorting an unknown set: 30", knows_its_sets),
];

const WORDS: &[(i64, i64)] = &[(1, 4), (4, 2)];

fn terms(lib: &Subject, position: i64) -> Result<Vec<(String, Option<i64>)>, Trouble> {
    let reply = lib.session()?.ask(&request::scan(&lib.database, WORDS, lib.word()?, 4, position))?;
    let answer = reply.must_be(36)?;
    match answer.diagnostics().first() {
        Some(found) => fail(format!("{found:?}")),
        None => Ok(answer.terms()),
    }
}

fn counts_as_search_does(lib: &Subject) -> Verdict {
    let found = terms(lib, 1)?;
    check!(found.len() == 4, "{} terms", found.len());
    let mut session = lib.session()?;
    for (term, count) in found {
        let hits = session.hits(&title(&term))?;
        check!(count == Some(hits), "{term}: {count:?} told, {hits} found");
    }
    Ok(())
}

fn places_the_start(lib: &Subject) -> Verdict {
    let (first, second) = (terms(lib, 1)?, terms(lib, 2)?);
    check!(
        !first.is_empty() && first.first() == second.get(1),
        "{first:?}, position 2: {second:?}"
    );
    Ok(())
}

fn refuses_unknown_uses(lib: &Subject) -> Verdict {
    let reply = lib.session()?.ask(&request::scan(&lib.database, &[(1, 4999)], "a", 4, 1))?;
    reply.must_say(&[114]).map(drop)
}

fn sorts(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let hits = session.hits(&lib.title()?)?;
    let mut first = |descending| -> Result<Vec<u8>, Trouble> {
        let reply = session.ask(&request::sort("default", "default", 4, descending))?;
        let answer = reply.must_be(44)?;
        check!(
            answer.number(3) == Some(0),
            "sortStatus {:?}, {:?}",
            answer.number(3),
            answer.diagnostics()
        );
        // The number of hits is unchanged: the last can be had, the next cannot.
        session
            .ask(&request::present("default", hits + 1, 1, Some(MARC21), None))?
            .must_say(&[13])?;
        let reply = session.ask(&request::present("default", 1, 1, Some(MARC21), Some("F")))?;
        match reply.answer()?.records().first() {
            Some(Record::Found { bytes, .. }) => Ok(bytes.to_vec()),
            other => fail(format!("{other:?}")),
        }
    };
    let (up, down) = (first(false)?, first(true)?);
    check!(up != down, "both ways begin with the same record");
    Ok(())
}

fn knows_its_sets(lib: &Subject) -> Verdict {
    lib.session()?
        .ask(&request::sort("no-such-set", "default", 4, false))?
        .must_say(&[30])
        .map(drop)
}
