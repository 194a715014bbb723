//! Sections 9.3 and 9.4: off-line transactions ("no block"), sent when the line is back.

use crate::sip2::{
    case::{Case, Verdict, case, check},
    subject::Subject,
};

/// The cases of store and forward.
pub const CASES: &[Case] = &[
    case!("9.3 no block", "recorded with nb due date as due date", keeps_the_date_promised),
    case!("9.3 no block", "a blank nb due date: a date by policy", finds_a_due_date),
    case!("9.3 no block", "ok=1 for a blocked patron too", records_for_a_blocked_patron),
    case!(
        "9.3 no block",
        "the same stored transaction replayed is success without a second loan",
        replays_offline_loans
    ),
    case!(
        "9.3 no block",
        "meanwhile lent to another: that loan is closed first",
        moves_the_loan
    ),
    case!("9.3 no block", "an unknown item or patron gives ok 0", refuses_the_unknown),
    case!(
        "9.4 no block",
        "an off-line return is recorded, and replayed harmlessly",
        replays_offline_returns
    ),
];

fn keeps_the_date_promised(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let due = lib.hours_from_now(24 * 9);
    let mut session = lib.session()?;
    let request = lib.checkout_as("NY", &lib.hours_from_now(-3), &due, &card.number, item);
    let answer = session.ask(&request)?.must_be("12")?;
    answer.must_have("ok", "1")?;
    let day = due.get(..8).unwrap_or("-");
    check!(
        answer.field("AH").is_some_and(|told| told.starts_with(day)),
        "promised {due}, got {:?}",
        answer.field("AH")
    );
    check!(session.has_on_loan(card, item)?, "no loan");
    Ok(())
}

fn finds_a_due_date(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let request = lib.checkout_as("NY", &lib.hours_from_now(-2), &lib.no_due_date(), &card.number, item);
    let answer = session.ask(&request)?.must_be("12")?;
    answer.must_have("ok", "1")?;
    check!(
        answer.field("AH").is_some_and(|due| !due.is_empty()),
        "no due date: {}",
        answer.text
    );
    Ok(())
}

fn records_for_a_blocked_patron(lib: &Subject) -> Verdict {
    let (card, item) = (lib.card("blocked", 0)?, lib.item()?);
    let mut session = lib.session()?;
    let request = lib.checkout_as("NY", &lib.hours_from_now(-1), &lib.no_due_date(), &card.number, item);
    session.ask(&request)?.must_be("12")?.must_have("ok", "1")
}

fn replays_offline_loans(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let (date, due) = (lib.hours_from_now(-4), lib.hours_from_now(24 * 8));
    let mut session = lib.session()?;
    // The nonce differs: a new message about the same transaction, not a resend.
    for _ in 0..2 {
        let request = lib.checkout_as("NY", &date, &due, &card.number, item);
        session.ask(&request)?.must_be("12")?.must_have("ok", "1")?;
    }
    let loans = session.information(card, "  Y")?;
    let times = loans.fields("AU").filter(|entry| entry.starts_with(item)).count();
    check!(times == 1, "the item stands {times} times in AU: {}", loans.text);
    Ok(())
}

fn moves_the_loan(lib: &Subject) -> Verdict {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&reader.number, item)?;
    let request = lib.checkout_as("NY", &lib.now(), &lib.no_due_date(), &neighbour.number, item);
    session.ask(&request)?.must_be("12")?.must_have("ok", "1")?;
    check!(session.has_on_loan(neighbour, item)?, "the off-line loan is not recorded");
    check!(!session.has_on_loan(reader, item)?, "two patrons have the item");
    Ok(())
}

fn refuses_the_unknown(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    for (aa, ab) in [("no-such-card", item), (card.number.as_str(), "no-such-item")] {
        let request = lib.checkout_as("NY", &lib.hours_from_now(-1), &lib.no_due_date(), aa, ab);
        session.ask(&request)?.must_be("12")?.must_have("ok", "0")?;
    }
    Ok(())
}

fn replays_offline_returns(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let lent = lib.checkout_as("NY", &lib.hours_from_now(-3), &lib.no_due_date(), &card.number, item);
    session.ask(&lent)?.must_be("12")?.must_have("ok", "1")?;
    let date = lib.hours_from_now(-1);
    for _ in 0..2 {
        let request = lib.checkin_as("Y", &date, &date, item);
        session.ask(&request)?.must_be("10")?.must_have("ok", "1")?;
    }
    check!(!session.has_on_loan(card, item)?, "still on loan after the off-line return");
    Ok(())
}
