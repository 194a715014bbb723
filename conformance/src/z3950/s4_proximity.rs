//! Section 4.1: proximity, the other types of query; section 5.3: the patterns of the profiles.

use super::{
    subject::{Session, Subject, title},
    wire::{
        query::{ADJACENT, Near, Rpn, and, cql, near, not, set, term, z3958},
        request::MARC21,
    },
};
use crate::{
    marc::iso2709,
    sip2::case::{Trouble, Verdict, check, deviates, fail, skip},
    suite::cases,
};

cases![Subject:
    ("4.1", "words side by side are found as a phrase is", finds_neighbours),
    ("4.1", "nearness in any order and at more distance finds at least as much", widens),
    ("4.1", "nearness excluded finds what both find without it", excludes),
    ("4.1", "nearness in one field (unit 8) lies between side by side and both", keeps_to_the_field),
    ("4.1", "an unsupported unit of nearness: 132", refuses_units),
    ("4.1", "an unknown relation of nearness: 131", refuses_relations),
    ("4.1", "nearness of result sets: 129 (130)", refuses_sets),
    ("4", "a type-101 query finds what type 1 finds", reads_type_101),
    ("4", "CQL (type 104) finds what RPN finds", reads_cql),
    ("4", "an unsupported type of query: 107", refuses_types),
    ("5", "a word list finds what its words find together", reads_word_lists),
    ("5.3", "a title whole and exact (3/1/1/100/3) finds its record", finds_exact_titles),
    ("5.3", "a title's first words (3/1/1/100/1) and first characters (3/1/1/1/1) find its record", finds_beginnings),
    ("5.3", "a record is found by its number (use 12, structure 103 as the Danish proxy asks)", finds_numbers),
];

/// What a server says that has no proximity at all, or not with these attributes.
const NO_PROXIMITY: &[i64] = &[3, 107, 110, 123, 201];

/// Two plain words that begin the title of some record: 245 $a.
fn neighbours(lib: &Subject, session: &mut Session<'_>) -> Result<(String, String), Trouble> {
    let plain = |word: &&str| word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let hits = session.hits(&lib.title()?)?;
    for place in 1..=hits.min(20) {
        let record = session.record(place, MARC21)?;
        let text = first(&record, "245", 'a').unwrap_or_default();
        let words: Vec<&str> = text.split(' ').collect();
        if let Some([one, other]) = words
            .array_windows()
            .find(|[one, other]| plain(one) && plain(other) && one != other)
        {
            return Ok(((*one).to_owned(), (*other).to_owned()));
        }
    }
    skip("no title with two plain words side by side")
}

fn first(record: &[u8], tag: &str, code: char) -> Option<String> {
    let (_, field) = iso2709::fields(record).find(|(found, _)| *found == tag)?;
    let value = iso2709::subfields(field).find(|(found, _)| *found == code)?.1;
    Some(value.to_owned())
}

fn control_number(record: &[u8]) -> Option<String> {
    let (_, field) = iso2709::fields(record).find(|(tag, _)| *tag == "001")?;
    Some(String::from_utf8_lossy(field).trim().to_owned())
}

/// Hits of a query with nearness in it.
fn hits_near(session: &mut Session<'_>, query: &Rpn) -> Result<i64, Trouble> {
    let reply = session.find(query)?;
    let answer = reply.must_be(23)?;
    match (answer.diagnostics().first(), answer.hits()) {
        (None, Some(hits)) => Ok(hits),
        (Some(found), _) if NO_PROXIMITY.contains(&found.condition) => deviates(format!("no proximity: {}", found.condition)),
        (found, hits) => fail(format!("hits {hits:?}, {found:?}")),
    }
}

fn phrase(one: &str, other: &str) -> Rpn {
    term(&[(1, 4), (4, 1)], &format!("{one} {other}"))
}

fn finds_neighbours(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let (one, other) = neighbours(lib, &mut session)?;
    let hits = hits_near(&mut session, &near(&title(&one), &title(&other), ADJACENT))?;
    let together = session.hits(&phrase(&one, &other))?;
    check!(hits == together && hits > 0, "{one} {other}: {hits} near, {together} as a phrase");
    Ok(())
}

fn widens(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let (one, other) = neighbours(lib, &mut session)?;
    let mut hits = |left: &str, right: &str, how| hits_near(&mut session, &near(&title(left), &title(right), how));
    let adjacent = hits(&one, &other, ADJACENT)?;
    let anyhow = Near {
        ordered: false,
        ..ADJACENT
    };
    let (either, turned) = (hits(&one, &other, anyhow)?, hits(&other, &one, anyhow)?);
    let wide = hits(
        &one,
        &other,
        Near {
            distance: 5,
            relation: 2,
            ..anyhow
        },
    )?;
    check!(
        either >= adjacent && either == turned && wide >= either,
        "{adjacent} side by side, {either} and {turned} in any order, {wide} within five words"
    );
    Ok(())
}

fn excludes(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let (one, other) = neighbours(lib, &mut session)?;
    let near_by = near(&title(&one), &title(&other), ADJACENT);
    hits_near(&mut session, &near_by)?;
    let exclusion = Near {
        exclusion: true,
        ..ADJACENT
    };
    let apart = hits_near(&mut session, &near(&title(&one), &title(&other), exclusion))?;
    let expected = session.hits(&not(&and(&title(&one), &title(&other)), &near_by))?;
    check!(apart == expected, "{apart} in place of {expected}");
    Ok(())
}

fn keeps_to_the_field(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let (one, other) = neighbours(lib, &mut session)?;
    let field = Near {
        distance: 0,
        ordered: false,
        unit: 8,
        ..ADJACENT
    };
    let query = near(&title(&one), &title(&other), field);
    let refused = session.find(&query)?.answer()?.diagnostics();
    if refused.iter().any(|found| found.condition == 132) {
        return deviates("not this unit");
    }
    let hits = hits_near(&mut session, &query)?;
    let adjacent = hits_near(&mut session, &near(&title(&one), &title(&other), ADJACENT))?;
    let both = session.hits(&and(&title(&one), &title(&other)))?;
    check!(
        adjacent <= hits && hits <= both,
        "{adjacent} side by side, {hits} in a field, {both} both"
    );
    Ok(())
}

fn refused(lib: &Subject, how: Near, conditions: &[i64]) -> Verdict {
    let query = near(&lib.title()?, &title(lib.other()?), how);
    lib.session()?.find(&query)?.must_refuse(conditions, NO_PROXIMITY)
}

fn refuses_units(lib: &Subject) -> Verdict {
    refused(lib, Near { unit: 99, ..ADJACENT }, &[132])
}

fn refuses_relations(lib: &Subject) -> Verdict {
    refused(lib, Near { relation: 99, ..ADJACENT }, &[131])
}

fn refuses_sets(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let query = near(&set("default"), &lib.title()?, ADJACENT);
    session.find(&query)?.must_refuse(&[129, 130, 18], NO_PROXIMITY)
}

fn reads_type_101(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let hits = session.hits(&lib.title()?)?;
    let reply = session.find_by(&lib.title()?.type_101())?;
    let answer = reply.must_be(23)?;
    if answer.diagnostics().iter().any(|found| found.condition == 107) {
        return deviates("not read");
    }
    check!(answer.hits() == Some(hits), "{:?} in place of {hits}", answer.hits());
    Ok(())
}

fn reads_cql(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let hits = session.hits(&lib.title()?)?;
    let reply = session.find_by(&cql(&format!("dc.title = {}", lib.word()?)))?;
    let answer = reply.must_be(23)?;
    if let Some(found) = answer.diagnostics().iter().find(|found| found.condition == 107) {
        return deviates(format!("not read: {}", found.condition));
    }
    check!(
        answer.hits() == Some(hits),
        "{:?} in place of {hits}, {:?}",
        answer.hits(),
        answer.diagnostics()
    );
    Ok(())
}

fn refuses_types(lib: &Subject) -> Verdict {
    lib.session()?.find_by(&z3958("title"))?.must_say(&[107]).map(drop)
}

fn reads_word_lists(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let (one, other) = neighbours(lib, &mut session)?;
    let list = session.hits(&term(&[(1, 4), (4, 6)], &format!("{other} {one}")))?;
    let both = session.hits(&and(&title(&one), &title(&other)))?;
    check!(list == both && list > 0, "{list} as a list, {both} both");
    Ok(())
}

/// Hits of a combination that a server may not know: 117 to 123 deviate.
fn hits_of(session: &mut Session<'_>, attributes: &[(i64, i64)], text: &str) -> Result<i64, Trouble> {
    let reply = session.find(&term(attributes, text))?;
    let answer = reply.must_be(23)?;
    match (answer.diagnostics().first(), answer.hits()) {
        (None, Some(hits)) => Ok(hits),
        (Some(found), _) if (114..=123).contains(&found.condition) => {
            deviates(format!("not this combination: {} {}", found.condition, found.addinfo))
        }
        (found, hits) => fail(format!("hits {hits:?}, {found:?}")),
    }
}

/// A title without the punctuation at its end, and its words.
fn whole_title(lib: &Subject, session: &mut Session<'_>) -> Result<String, Trouble> {
    session.hits(&lib.title()?)?;
    let record = session.record(1, MARC21)?;
    let text = first(&record, "245", 'a').unwrap_or_default();
    Ok(text.trim_end_matches([' ', '/', ':', '.', ';']).to_owned())
}

fn finds_exact_titles(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let text = whole_title(lib, &mut session)?;
    let hits = hits_of(&mut session, &[(1, 4), (2, 3), (3, 1), (4, 1), (5, 100), (6, 3)], &text);
    match hits? {
        0 => deviates("a field is more than its first subfield here"),
        _ => Ok(()),
    }
}

fn finds_beginnings(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let text = whole_title(lib, &mut session)?;
    let words = hits_of(&mut session, &[(1, 4), (2, 3), (3, 1), (4, 1), (5, 100), (6, 1)], &text)?;
    let characters: String = text.chars().take(text.chars().count() - 1).collect();
    let cut = hits_of(&mut session, &[(1, 4), (2, 3), (3, 1), (4, 1), (5, 1), (6, 1)], &characters)?;
    check!(words > 0 && cut >= words, "{words} by words, {cut} by characters");
    Ok(())
}

fn finds_numbers(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let number = control_number(&session.record(1, MARC21)?);
    let Some(number) = number else {
        return fail("the record has no 001");
    };
    let hits = hits_of(&mut session, &[(1, 12), (4, 103), (5, 100)], &number)?;
    check!(hits == 1, "{hits} records have the number {number}");
    Ok(())
}
