//! Sections 4 and 5: Search, RPN, Bib-1.

use super::{
    subject::{Subject, title},
    wire::{
        query::{and, not, or, set, term},
        request::{self, MARC21, Search},
    },
};
use crate::{
    sip2::case::{Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("4", "a failed search has status false, no hits and a diagnostic", fails_properly),
    ("4", "few hits bring their records along", brings_small_sets),
    ("4", "many hits bring none", leaves_large_sets),
    ("4", "between the bounds, mediumSetPresentNumber records come", brings_some_of_medium_sets),
    ("4", "bounds that contradict each other bring no records (or 1005)", bears_contradicting_bounds),
    ("4", "a search that fails leaves no set behind under its name", deletes_failed_sets),
    ("4", "databases are known in any letter case; the same twice is the same", unites_databases),
    ("4", "what an operand finds by itself (searchResult-1) is what a search for it finds", counts_operands),
    ("4", "an unknown database: 235 (109), with its name", knows_its_databases),
    ("4", "a set that exists and may not be replaced: 21", keeps_sets),
    ("4", "a named set is an operand", takes_sets_as_operands),
    ("4", "an unknown set as an operand: 30 (18, 128)", knows_its_sets),
    ("4.1", "and, or and and-not count as sets do", counts_sets),
    ("4.1", "a chain of 900 operators is answered, by hits or a diagnostic", bounds_queries),
    ("5", "an unsupported use attribute: 114, with its value", refuses_unknown_uses),
    ("5", "an unknown attribute type: 113 or 123", refuses_unknown_types),
    ("5", "right truncation finds at least what the word finds", truncates),
    ("5", "upper and lower case find the same", folds_case),
    ("5.1", "an ISBN is found with hyphens and without", reads_isbns),
];

fn fails_properly(lib: &Subject) -> Verdict {
    let reply = lib.session()?.find(&term(&[(1, 4999)], "a"))?;
    let answer = reply.must_be(23)?;
    check!(answer.boolean(22) == Some(false), "searchStatus {:?}", answer.boolean(22));
    check!(answer.hits() == Some(0), "{:?} hits", answer.hits());
    check!(!answer.diagnostics().is_empty(), "no diagnostic");
    Ok(())
}

fn brings_small_sets(lib: &Subject) -> Verdict {
    let wish = Search {
        databases: &[&lib.database],
        small: 5,
        large: 6,
        syntax: Some(MARC21),
        elements: Some("F"),
        ..Search::default()
    };
    let reply = lib.session()?.ask(&request::search(&wish, &term(&[(1, 7)], lib.isbn()?)))?;
    let answer = reply.must_be(23)?;
    let (hits, told, came) = (answer.hits(), answer.number(24), answer.records().len());
    check!(
        hits > Some(0) && told == hits && hits == i64::try_from(came).ok(),
        "{hits:?} hits, {told:?} told, {came} came"
    );
    check!(answer.number(27) == Some(0), "presentStatus {:?}", answer.number(27));
    Ok(())
}

fn leaves_large_sets(lib: &Subject) -> Verdict {
    let reply = lib.session()?.find(&lib.title()?)?;
    let answer = reply.must_be(23)?;
    check!(
        answer.number(24) == Some(0) && answer.records().is_empty(),
        "{:?} records",
        answer.number(24)
    );
    check!(answer.number(25) == Some(1), "nextResultSetPosition {:?}", answer.number(25));
    Ok(())
}

fn brings_some_of_medium_sets(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let hits = session.hits(&lib.title()?)?;
    let wish = Search {
        databases: &[&lib.database],
        small: 1,
        large: hits + 1,
        medium: 2,
        syntax: Some(MARC21),
        elements: Some("F"),
        ..Search::default()
    };
    let reply = session.ask(&request::search(&wish, &lib.title()?))?;
    let answer = reply.must_be(23)?;
    check!(
        answer.records().len() == 2 && answer.number(24) == Some(2) && answer.number(25) == Some(3),
        "{} came, {:?} told, next {:?}",
        answer.records().len(),
        answer.number(24),
        answer.number(25)
    );
    check!(answer.number(27) == Some(0), "presentStatus {:?}", answer.number(27));
    Ok(())
}

fn bears_contradicting_bounds(lib: &Subject) -> Verdict {
    let wish = Search {
        databases: &[&lib.database],
        small: 1_000_000,
        large: 1,
        medium: 1,
        syntax: Some(MARC21),
        ..Search::default()
    };
    let reply = lib.session()?.ask(&request::search(&wish, &lib.title()?))?;
    let answer = reply.must_be(23)?;
    match answer.records().len() {
        0 if answer.diagnostics().is_empty() => Ok(()),
        0 => reply.must_say(&[1005]).map(drop),
        some => deviates(format!("{some} records come")),
    }
}

fn deletes_failed_sets(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    session.find(&term(&[(1, 4999)], "a"))?.must_be(23)?;
    let reply = session.ask(&request::present("default", 1, 1, Some(MARC21), None))?;
    if reply.must_be(25)?.diagnostics().is_empty() {
        return fail("the old set is still there");
    }
    match reply.must_say(&[30, 27]) {
        Ok(_) => Ok(()),
        // An empty set in its place.
        Err(_) => reply.must_say(&[13]).and_then(|_| deviates("an empty set is there")),
    }
}

fn unites_databases(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let hits = session.hits(&lib.title()?)?;
    let upper = lib.database.to_uppercase();
    for databases in [&[upper.as_str()][..], &[lib.database.as_str(), lib.database.as_str()]] {
        let wish = Search {
            databases,
            ..Search::default()
        };
        let reply = session.ask(&request::search(&wish, &lib.title()?))?;
        let answer = reply.must_be(23)?;
        if answer.diagnostics().iter().any(|found| found.condition == 23) {
            return deviates("databases cannot be combined");
        }
        check!(
            answer.hits() == Some(hits),
            "{databases:?}: {:?} in place of {hits}, {:?}",
            answer.hits(),
            answer.diagnostics()
        );
    }
    Ok(())
}

fn counts_operands(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let query = or(&lib.title()?, &title(lib.other()?));
    let reply = session.find(&query)?;
    let told = reply.must_be(23)?.operands();
    if told.is_empty() {
        return deviates("nothing is told of operands");
    }
    for (word, count) in told {
        let hits = session.hits(&title(&word))?;
        check!(count.is_none_or(|count| count == hits), "{word}: {count:?} told, {hits} found");
    }
    Ok(())
}

fn knows_its_databases(lib: &Subject) -> Verdict {
    let wish = Search {
        databases: &["no-such-database"],
        ..Search::default()
    };
    let addinfo = lib.session()?.ask(&request::search(&wish, &lib.title()?))?.must_say(&[235, 109])?;
    check!(addinfo == "no-such-database", "addinfo {addinfo:?}");
    Ok(())
}

fn keeps_sets(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let wish = Search {
        databases: &[&lib.database],
        replace: false,
        ..Search::default()
    };
    session.ask(&request::search(&wish, &lib.title()?))?.must_say(&[21]).map(drop)
}

fn takes_sets_as_operands(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let both = session.hits(&and(&lib.title()?, &title(lib.other()?)))?;
    let wish = Search {
        databases: &[&lib.database],
        set: "first",
        ..Search::default()
    };
    session.ask(&request::search(&wish, &lib.title()?))?.must_be(23)?;
    let again = session.hits(&and(&set("first"), &title(lib.other()?)))?;
    check!(both == again, "{again} in place of {both}");
    Ok(())
}

fn knows_its_sets(lib: &Subject) -> Verdict {
    lib.session()?.find(&set("no-such-set"))?.must_say(&[30, 18, 128]).map(drop)
}

fn counts_sets(lib: &Subject) -> Verdict {
    let (one, other) = (lib.title()?, title(lib.other()?));
    let mut session = lib.session()?;
    let mut hits = |query| session.hits(query);
    let (left, right) = (hits(&one)?, hits(&other)?);
    let (both, either, without) = (hits(&and(&one, &other))?, hits(&or(&one, &other))?, hits(&not(&one, &other))?);
    check!(
        left + right == both + either && without == left - both,
        "{left}, {right}, both {both}, either {either}, without {without}"
    );
    Ok(())
}

fn bounds_queries(lib: &Subject) -> Verdict {
    let mut query = lib.title()?;
    for _ in 0..900 {
        query = or(&query, &lib.title()?);
    }
    let mut session = lib.session()?;
    if session.find(&query).is_err() {
        return lib.session().and_then(|_| deviates("the connection ends"));
    }
    session.hits(&lib.title()?).map(drop)
}

fn refuses_unknown_uses(lib: &Subject) -> Verdict {
    let addinfo = lib.session()?.find(&term(&[(1, 4999)], "a"))?.must_say(&[114])?;
    check!(addinfo == "4999", "addinfo {addinfo:?}");
    Ok(())
}

fn refuses_unknown_types(lib: &Subject) -> Verdict {
    lib.session()?.find(&term(&[(1, 4), (99, 1)], "a"))?.must_say(&[113, 123]).map(drop)
}

fn truncates(lib: &Subject) -> Verdict {
    let word = lib.word()?;
    let beginning: String = word.chars().take(word.chars().count() - 1).collect();
    let mut session = lib.session()?;
    let (cut, whole) = (
        session.hits(&term(&[(1, 4), (4, 2), (5, 1)], &beginning))?,
        session.hits(&lib.title()?)?,
    );
    check!(cut >= whole && whole > 0, "{cut} truncated, {whole} whole");
    Ok(())
}

fn folds_case(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let word = lib.word()?;
    let (upper, lower) = (
        session.hits(&title(&word.to_uppercase()))?,
        session.hits(&title(&word.to_lowercase()))?,
    );
    check!(upper == lower && upper > 0, "{upper} and {lower}");
    Ok(())
}

fn reads_isbns(lib: &Subject) -> Verdict {
    let isbn = lib.isbn()?;
    let mut session = lib.session()?;
    let (start, end) = isbn.split_at_checked(isbn.len() - 1).unwrap_or((isbn, ""));
    let plain = session.hits(&term(&[(1, 7)], isbn))?;
    let hyphened = session.hits(&term(&[(1, 7)], &format!("{start}-{end}")))?;
    check!(plain == hyphened && plain > 0, "{hyphened} with a hyphen, {plain} without");
    Ok(())
}
