//! Section 9.10: end session.

use crate::sip2::{
    case::{Case, Verdict, case},
    subject::Subject,
};

/// The cases of section 9.10.
pub const CASES: &[Case] = &[
    case!("9.10", "always 36Y with AA echoed: known, unknown, empty, twice", always_ends),
    case!("9.10", "nothing but AO, AA and lines of text", tells_nothing_else),
];

fn always_ends(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    for number in [card.number.as_str(), card.number.as_str(), "no-such-card", ""] {
        let answer = session.ask(&lib.end_session(number))?.must_be("36")?;
        answer.must_have("end_session", "Y")?;
        answer.must_carry("AA", number)?;
    }
    Ok(())
}

fn tells_nothing_else(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let answer = lib.session()?.ask(&lib.end_session(&card.number))?.must_be("36")?;
    for id in answer.ids() {
        crate::sip2::case::check!(matches!(id, "AO" | "AA" | "AF" | "AG"), "{id} does not belong in {}", answer.text);
    }
    Ok(())
}
