//! Section 9.8: holds.

use crate::sip2::{
    case::{Case, Verdict, case, check, fail},
    facts::Card,
    subject::Subject,
    wire::Request,
};

/// The cases of section 9.8.
pub const CASES: &[Case] = &[
    case!("9.8", "a title is reserved without BY; AJ echoed, position told", reserves_a_title),
    case!("9.8", "a copy on loan is reserved with type 3: available N, BR 1", reserves_a_copy),
    case!("9.8", "the same hold again: ok 0, AF, BR of the existing one", refuses_a_duplicate),
    case!("9.8", "a hold is changed: BW comes back as sent", changes_the_expiry),
    case!("9.8", "a hold is cancelled by what it was placed on, and only once", cancels_once),
    case!("9.8", "another patron's hold cannot be cancelled", refuses_another_patrons_hold),
    case!(
        "9.8",
        "an unknown title, copy or patron, or nothing named, is refused",
        refuses_the_unknown
    ),
    case!("9.8", "a wrong PIN is refused", refuses_a_wrong_pin),
    case!("9.8", "the queue length of an item counts its waiting holds", counts_the_queue),
];

fn placed(answer: &crate::sip2::wire::Answer) -> Verdict {
    answer.must_have("ok", "1")?;
    match answer.field("BR") {
        Some(place) => {
            check!(place.parse::<u32>().is_ok(), "BR is {place:?}");
            Ok(())
        }
        None => fail(format!("no BR: {}", answer.text)),
    }
}

fn reserves_a_title(lib: &Subject) -> Verdict {
    let (card, title) = (lib.reader()?, lib.title()?);
    let mut session = lib.session()?;
    let before = session.information(card, "")?.fixed("unavailable_holds")?.to_owned();
    let answer = session.ask(&lib.hold("+", card, "AJ", title))?.must_be("16")?;
    placed(&answer)?;
    answer.must_carry("AA", &card.number)?;
    check!(answer.field("AJ").is_some(), "no AJ: {}", answer.text);
    let after = session.information(card, "     Y")?;
    check!(
        after.fixed("unavailable_holds")? != before,
        "the hold is not counted: {}",
        after.text
    );
    session.ask(&lib.hold("-", card, "AJ", title))?.must_be("16")?.must_have("ok", "1")
}

fn reserves_a_copy(lib: &Subject) -> Verdict {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&reader.number, item)?;
    let answer = session.ask(&lib.hold("+", neighbour, "AB", item))?.must_be("16")?;
    placed(&answer)?;
    answer.must_have("available", "N")?;
    answer.must_carry("BR", "1")
}

fn refuses_a_duplicate(lib: &Subject) -> Verdict {
    let (card, title) = (lib.reader()?, lib.title()?);
    let mut session = lib.session()?;
    let first = session.ask(&lib.hold("+", card, "AJ", title))?.must_be("16")?;
    placed(&first)?;
    let second = session.ask(&lib.hold("+", card, "AJ", title))?.must_be("16")?;
    second.must_have("ok", "0")?;
    second.must_explain()?;
    check!(
        second.field("BR") == first.field("BR"),
        "BR {:?}, then {:?}",
        first.field("BR"),
        second.field("BR")
    );
    Ok(())
}

fn changes_the_expiry(lib: &Subject) -> Verdict {
    let (card, title) = (lib.reader()?, lib.title()?);
    let mut session = lib.session()?;
    session
        .ask(&lib.hold("+", card, "AJ", title))?
        .must_be("16")?
        .must_have("ok", "1")?;
    let until = lib.hours_from_now(24 * 30);
    let answer = session.ask(&lib.hold("*", card, "AJ", title).with("BW", &until))?.must_be("16")?;
    answer.must_have("ok", "1")?;
    let day = until.get(..8).unwrap_or("-");
    check!(
        answer.field("BW").is_some_and(|told| told.starts_with(day)),
        "BW {until} was sent, {:?} came back",
        answer.field("BW")
    );
    Ok(())
}

fn cancels_once(lib: &Subject) -> Verdict {
    let (card, title) = (lib.reader()?, lib.title()?);
    let mut session = lib.session()?;
    session
        .ask(&lib.hold("+", card, "AJ", title))?
        .must_be("16")?
        .must_have("ok", "1")?;
    session
        .ask(&lib.hold("-", card, "AJ", title))?
        .must_be("16")?
        .must_have("ok", "1")?;
    let again = session.ask(&lib.hold("-", card, "AJ", title))?.must_be("16")?;
    again.must_have("ok", "0")?;
    again.must_explain()
}

fn refuses_another_patrons_hold(lib: &Subject) -> Verdict {
    let (reader, neighbour, title) = (lib.reader()?, lib.neighbour()?, lib.title()?);
    let mut session = lib.session()?;
    session
        .ask(&lib.hold("+", reader, "AJ", title))?
        .must_be("16")?
        .must_have("ok", "1")?;
    session
        .ask(&lib.hold("-", neighbour, "AJ", title))?
        .must_be("16")?
        .must_have("ok", "0")?;
    session
        .ask(&lib.hold("-", reader, "AJ", title))?
        .must_be("16")?
        .must_have("ok", "1")
}

fn refuses_the_unknown(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let nobody = Card::nobody();
    let mut session = lib.session()?;
    for request in [
        lib.hold("+", card, "AJ", "no-such-title"),
        lib.hold("+", card, "AB", "no-such-item"),
        lib.hold("+", &nobody, "AJ", lib.title()?),
        Request::new(format!("15+{}", lib.now()))
            .with("AO", &lib.institution)
            .with("AA", &card.number)
            .with("AC", &lib.nonce()),
    ] {
        let answer = session.ask(&request)?.must_be("16")?;
        answer.must_have("ok", "0")?;
        answer.must_explain()?;
    }
    Ok(())
}

fn refuses_a_wrong_pin(lib: &Subject) -> Verdict {
    let victim = Card {
        pin: Some(super::s9_2_patron::WRONG_PIN.to_owned()),
        ..lib.victim()?.clone()
    };
    let answer = lib.session()?.ask(&lib.hold("+", &victim, "AJ", lib.title()?))?.must_be("16")?;
    answer.must_have("ok", "0")
}

fn counts_the_queue(lib: &Subject) -> Verdict {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    let mut session = lib.session()?;
    let queue = |session: &mut crate::sip2::subject::Session<'_>| {
        let answer = session.ask(&lib.item_information(item))?.must_be("18")?;
        Ok(answer.field("CF").and_then(|n| n.parse::<u32>().ok()))
    };
    session.lend(&reader.number, item)?;
    let before = queue(&mut session)?;
    session
        .ask(&lib.hold("+", neighbour, "AB", item))?
        .must_be("16")?
        .must_have("ok", "1")?;
    let after = queue(&mut session)?;
    check!(
        before.is_some() && after == before.map(|n| n + 1),
        "CF {before:?} before the hold, {after:?} after"
    );
    Ok(())
}
