//! Section 9.6: renew and renew all.

use super::s9_2_patron::WRONG_PIN;
use crate::sip2::{
    case::{Case, Verdict, case, check, deviates, fail},
    subject::Subject,
    wire::Answer,
};

/// The cases of section 9.6.
pub const CASES: &[Case] = &[
    case!(
        "9.6",
        "a loan is renewed by its item: ok=1, renewal ok Y, a new AH, desensitize N",
        renews_by_item
    ),
    case!("9.6", "a loan is found by title among the patron's loans", renews_by_title),
    case!(
        "9.6",
        "refused: ok 0, renewal ok N, the unchanged due date, AF",
        keeps_the_due_date_on_refusal
    ),
    case!(
        "9.6",
        "an item on loan to another is not renewed, third party N",
        refuses_another_patrons_loan
    ),
    case!("9.6", "an item not on loan is not renewed", refuses_a_free_item),
    case!("9.6", "an unknown patron is refused", refuses_an_unknown_patron),
    case!("9.6", "neither AB nor AJ: an ordinary refusal", refuses_without_item),
    case!(
        "9.6",
        "65: counts equal the number of BM and BN, ok=1 also if none was renewed",
        renews_all
    ),
    case!(
        "9.6",
        "65: one loan that cannot be renewed does not undo the others",
        renews_the_others
    ),
    case!(
        "9.6",
        "65: an unknown patron or wrong PIN: ok 0, counts 0000, no list",
        refuses_to_renew_for_nobody
    ),
];

fn renews_by_item(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let lent = session.lend_briefly(&card.number, item)?;
    let answer = session.ask(&lib.renew("N", &card.number, item))?.must_be("30")?;
    renewed(&answer, &card.number)?;
    check!(
        answer.field("AH") > lent.field("AH"),
        "due {:?} before, {:?} after",
        lent.field("AH"),
        answer.field("AH")
    );
    if answer.fixed("desensitize")? == "Y" {
        return deviates("desensitize Y on renewal (an option for some automats)");
    }
    Ok(())
}

fn renewed(answer: &Answer, card: &str) -> Verdict {
    answer.must_have("ok", "1")?;
    answer.must_have("renewal_ok", "Y")?;
    answer.must_carry("AA", card)
}

fn renews_by_title(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend_briefly(&card.number, item)?;
    // AJ in 29 is the control number.
    let by_number = session.ask(&lib.renew_by("N", &card.number, "AJ", lib.bib_of(item)?))?;
    renewed(&by_number.must_be("30")?, &card.number)
}

fn keeps_the_due_date_on_refusal(lib: &Subject) -> Verdict {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    let mut session = lib.session()?;
    let lent = session.lend(&reader.number, item)?;
    session.ask(&lib.hold("+", neighbour, "AB", item))?.must_have("ok", "1")?;
    let answer = session.ask(&lib.renew("N", &reader.number, item))?.must_be("30")?;
    answer.must_have("ok", "0")?;
    answer.must_have("renewal_ok", "N")?;
    answer.must_have("desensitize", "N")?;
    answer.must_explain()?;
    match answer.field("AH") {
        Some("") => deviates("AH is empty on refusal (Evergreen's and Koha's way)"),
        told if told == lent.field("AH") => Ok(()),
        told => fail(format!("due {:?}, the refusal says {told:?}", lent.field("AH"))),
    }
}

fn refuses_another_patrons_loan(lib: &Subject) -> Verdict {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&reader.number, item)?;
    let answer = session.ask(&lib.renew("N", &neighbour.number, item))?.must_be("30")?;
    answer.must_have("ok", "0")?;
    answer.must_have("renewal_ok", "N")?;
    answer.must_carry("AA", &neighbour.number)?;
    check!(!answer.text.contains(&reader.number), "the borrower is told: {}", answer.text);
    Ok(())
}

fn refuses_a_free_item(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let answer = session.ask(&lib.renew("N", &card.number, item))?.must_be("30")?;
    answer.must_have("ok", "0")?;
    answer.must_explain()?;
    check!(session.is_available(item)?, "a renewal lent the item");
    Ok(())
}

fn refuses_an_unknown_patron(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let answer = lib.session()?.ask(&lib.renew("N", "no-such-card", item))?.must_be("30")?;
    answer.must_have("ok", "0")?;
    answer.must_explain()
}

fn refuses_without_item(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let answer = lib.session()?.ask(&lib.renew("N", &card.number, ""))?.must_be("30")?;
    answer.must_have("ok", "0")?;
    answer.must_explain()
}

/// The counts of 66 against its lists.
fn counted(answer: &Answer) -> Verdict {
    for (count, list) in [("renewed", "BM"), ("unrenewed", "BN")] {
        let told = answer.fixed(count)?;
        let listed = answer.fields(list).count();
        check!(told.parse() == Ok(listed), "{count} {told}, {listed} in {list}: {}", answer.text);
    }
    Ok(())
}

fn renews_all(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let (one, two) = (lib.item()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, one)?;
    session.lend(&card.number, two)?;
    let answer = session.ask(&lib.renew_all(&card.number, card.pin.as_deref()))?.must_be("66")?;
    answer.must_have("ok", "1")?;
    counted(&answer)?;
    for item in [one, two] {
        check!(
            answer.lists("BM", item) || answer.lists("BN", item),
            "{item} is in neither list: {}",
            answer.text
        );
    }
    Ok(())
}

fn renews_the_others(lib: &Subject) -> Verdict {
    let (reader, neighbour) = (lib.reader()?, lib.neighbour()?);
    let (wanted, free) = (lib.item()?, lib.item()?);
    let mut session = lib.session()?;
    for item in [wanted, free] {
        session.lend_briefly(&reader.number, item)?;
    }
    session.ask(&lib.hold("+", neighbour, "AB", wanted))?.must_have("ok", "1")?;
    let answer = session.ask(&lib.renew_all(&reader.number, reader.pin.as_deref()))?.must_be("66")?;
    answer.must_have("ok", "1")?;
    counted(&answer)?;
    check!(answer.lists("BN", wanted), "{wanted} is reserved: {}", answer.text);
    check!(answer.lists("BM", free), "{free} can be renewed: {}", answer.text);
    Ok(())
}

fn refuses_to_renew_for_nobody(lib: &Subject) -> Verdict {
    let victim = lib.victim()?;
    let mut session = lib.session()?;
    for (card, pin) in [("no-such-card", None), (victim.number.as_str(), Some(WRONG_PIN))] {
        let answer = session.ask(&lib.renew_all(card, pin))?.must_be("66")?;
        answer.must_have("ok", "0")?;
        answer.must_have("renewed", "0000")?;
        answer.must_have("unrenewed", "0000")?;
        counted(&answer)?;
    }
    Ok(())
}
