//! Sections 8 and 9: Scan and Sort.

use std::collections::BTreeSet;

use super::{
    subject::{Subject, title},
    wire::{
        answer::Record,
        request::{self, MARC21},
    },
};
use crate::{
    sip2::case::{Trouble, Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("8", "terms come with the number of records that a search finds", counts_as_search_does),
    ("8", "the preferred position places the start term", places_the_start),
    ("8", "position 0 begins just after the start term, the last but one ends just before it", places_it_outside),
    ("8", "terms come in order, each once", orders_terms),
    ("8", "at the end of the list fewer terms come, with status 5", ends_lists),
    ("8", "a step between terms that is not supported: 205 or 206", refuses_steps),
    ("8", "an unsupported use attribute: 114", refuses_unknown_uses),
    ("9", "sorting keeps the number of hits and turns the order round", sorts),
    ("9", "a set is sorted into another, and stays as it was", sorts_into_another),
    ("9", "sorting by what cannot be sorted by: failure, with a diagnostic", refuses_keys),
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

fn places_it_outside(lib: &Subject) -> Verdict {
    let (first, after, before) = (terms(lib, 1)?, terms(lib, 0)?, terms(lib, 5)?);
    check!(first.get(1) == after.first(), "position 1 {first:?}, position 0 {after:?}");
    check!(
        !before.contains(first.first().unwrap_or(&(String::new(), None))),
        "position 5 {before:?}"
    );
    Ok(())
}

fn orders_terms(lib: &Subject) -> Verdict {
    let reply = lib.session()?.ask(&request::scan(&lib.database, WORDS, lib.word()?, 50, 1))?;
    let answer = reply.must_be(36)?;
    let (terms, shown) = (answer.terms(), answer.shown_terms());
    let once: BTreeSet<&str> = terms.iter().map(|(term, _)| term.as_str()).collect();
    check!(once.len() == terms.len(), "a term comes twice: {terms:?}");
    // Where letters beyond ASCII stand, and a double a, is for the locale to say.
    let plain = |shown: &String| shown.is_ascii() && !shown.to_lowercase().contains("aa");
    let filed = terms.iter().zip(&shown).filter(|(_, shown)| plain(shown));
    let filed: Vec<&str> = filed.map(|((term, _), _)| term.as_str()).collect();
    check!(filed.is_sorted(), "{filed:?}");
    Ok(())
}

fn ends_lists(lib: &Subject) -> Verdict {
    // As far down as it goes, asked from term to term.
    let mut session = lib.session()?;
    let mut start = "zz".to_owned();
    for _ in 0..50 {
        let reply = session.ask(&request::scan(&lib.database, WORDS, &start, 200, 1))?;
        let answer = reply.must_be(36)?;
        let terms = answer.terms();
        if terms.len() < 200 {
            check!(
                answer.number(4) == Some(5),
                "scanStatus {:?} with {} terms",
                answer.number(4),
                terms.len()
            );
            check!(
                answer.number(5) == i64::try_from(terms.len()).ok(),
                "{:?} told, {} came",
                answer.number(5),
                terms.len()
            );
            return Ok(());
        }
        start = terms.last().map(|(term, _)| term.clone()).unwrap_or_default();
    }
    fail("the list has no end")
}

fn refuses_steps(lib: &Subject) -> Verdict {
    let reply = lib
        .session()?
        .ask(&request::scan_by_steps(&lib.database, WORDS, lib.word()?, 4, 7))?;
    let answer = reply.must_be(36)?;
    if answer.diagnostics().is_empty() {
        return match answer.number(3) {
            Some(7) => Ok(()),
            step => deviates(format!("it is passed over: step {step:?}")),
        };
    }
    reply.must_say(&[205, 206]).map(drop)
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

fn sorts_into_another(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let hits = session.hits(&lib.title()?)?;
    let before = session.record(1, MARC21)?;
    let reply = session.ask(&request::sort("default", "sorted", 4, true))?;
    let answer = reply.must_be(44)?;
    check!(
        answer.number(3) == Some(0),
        "sortStatus {:?}, {:?}",
        answer.number(3),
        answer.diagnostics()
    );
    check!(session.record(1, MARC21)? == before, "the set itself is sorted");
    let reply = session.ask(&request::present("sorted", hits, 1, Some(MARC21), Some("F")))?;
    check!(
        matches!(reply.answer()?.records().first(), Some(Record::Found { .. })),
        "{:?}",
        reply.answer()?.diagnostics()
    );
    Ok(())
}

fn refuses_keys(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let reply = session.ask(&request::sort("default", "default", 4999, false))?;
    let answer = reply.must_be(44)?;
    match answer.number(3) {
        Some(2) => reply.must_say(&[114, 207, 237, 1024]).map(drop),
        Some(0) => deviates("it is passed over"),
        other => fail(format!("sortStatus {other:?}")),
    }
}

fn knows_its_sets(lib: &Subject) -> Verdict {
    lib.session()?
        .ask(&request::sort("no-such-set", "default", 4, false))?
        .must_say(&[30])
        .map(drop)
}
