//! Section 3: what is agreed on about character sets; section 1: what holds where nothing is.

use super::{
    subject::{Session, Subject},
    wire::{
        query::{self, Rpn},
        request::{self, CharacterSet, Init},
    },
};
use crate::{
    sip2::case::{Trouble, Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("3", "UTF-8 that is proposed is taken, with option 17", takes_utf_8),
    ("3", "Latin-1 that is proposed is taken, and terms are read in it", takes_latin_1),
    ("3", "a set that there is not is answered by none, and the session goes on", takes_none),
    ("3", "version 2 negotiates nothing", keeps_version_2_out),
    ("1", "where nothing is agreed on, Latin-1 and UTF-8 find the same", reads_both),
    ("1", "bytes that are not of the agreed set are diagnosed, never a silent zero", diagnoses_undecodable_terms),
];

/// Latin-1, which has all letters of the words that are known.
fn latin_1(word: &str) -> Vec<u8> {
    word.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect()
}

const WORD: &[(i64, i64)] = &[(1, 4), (4, 2)];

fn in_utf_8(lib: &Subject) -> Result<Rpn, Trouble> {
    Ok(query::bytes(WORD, lib.accented()?.as_bytes()))
}

fn in_latin_1(lib: &Subject) -> Result<Rpn, Trouble> {
    Ok(query::bytes(WORD, &latin_1(lib.accented()?)))
}

/// A session after a proposal, and which kind of set was taken; none at all, where nothing was said of it.
fn proposing(lib: &Subject, charset: CharacterSet) -> Result<(Session<'_>, Option<u32>), Trouble> {
    let mut session = lib.connect()?;
    let wish = Init {
        options: &[0, 1, 7, 14, 17],
        charset: Some(charset),
        ..Init::default()
    };
    let reply = session.ask(&request::init(&wish))?;
    let answer = reply.must_be(21)?;
    check!(answer.boolean(12) == Some(true), "the session is refused");
    let taken = answer.character_set();
    check!(
        taken.is_none() || answer.bit(4, 17),
        "a set is answered, but option 17 is not agreed on"
    );
    Ok((session, taken))
}

fn takes_utf_8(lib: &Subject) -> Verdict {
    let (mut session, taken) = proposing(lib, CharacterSet::Utf8)?;
    match taken {
        Some(2) => {}
        None | Some(4) => return deviates("not taken"),
        Some(other) => return fail(format!("[{other}] in place of what was proposed")),
    }
    let hits = session.hits(&in_utf_8(lib)?)?;
    check!(hits > 0, "a term in UTF-8 finds nothing");
    Ok(())
}

fn takes_latin_1(lib: &Subject) -> Verdict {
    let (mut session, taken) = proposing(lib, CharacterSet::Latin1)?;
    match taken {
        Some(3) => {}
        None | Some(4) => return deviates("not taken"),
        Some(other) => return fail(format!("[{other}] in place of what was proposed")),
    }
    let hits = session.hits(&in_latin_1(lib)?)?;
    let utf_8 = proposing(lib, CharacterSet::Utf8)?.0.hits(&in_utf_8(lib)?)?;
    check!(hits > 0 && hits == utf_8, "{hits} in Latin-1, {utf_8} in UTF-8");
    Ok(())
}

fn takes_none(lib: &Subject) -> Verdict {
    let (mut session, taken) = proposing(lib, CharacterSet::Unheard)?;
    check!(matches!(taken, None | Some(4)), "[{taken:?}] is taken");
    session.hits(&lib.title()?)?;
    if taken.is_none() {
        return deviates("nothing is said of it");
    }
    Ok(())
}

fn keeps_version_2_out(lib: &Subject) -> Verdict {
    let wish = Init {
        version: 2,
        options: &[0, 1],
        charset: Some(CharacterSet::Utf8),
        ..Init::default()
    };
    let reply = lib.connect()?.ask(&request::init(&wish))?;
    let answer = reply.must_be(21)?;
    check!(answer.character_set().is_none() && !answer.bit(4, 17), "version 2 negotiates");
    Ok(())
}

fn reads_both(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let (utf_8, latin_1) = (session.hits(&in_utf_8(lib)?)?, session.hits(&in_latin_1(lib)?)?);
    check!(utf_8 == latin_1 && utf_8 > 0, "{utf_8} in UTF-8, {latin_1} in Latin-1");
    Ok(())
}

fn diagnoses_undecodable_terms(lib: &Subject) -> Verdict {
    let (mut session, taken) = proposing(lib, CharacterSet::Utf8)?;
    if taken != Some(2) {
        return deviates("UTF-8 is not taken");
    }
    let reply = session.find(&in_latin_1(lib)?)?;
    let answer = reply.must_be(23)?;
    if answer.diagnostics().is_empty() && answer.hits() == Some(0) {
        return fail("no hits, and no diagnostic");
    }
    match answer.hits() {
        Some(hits) if hits > 0 => deviates("they are converted"),
        _ => reply.must_say(&[1072, 125, 126]).map(drop),
    }
}
