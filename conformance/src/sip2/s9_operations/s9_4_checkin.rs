//! Section 9.4: check-in.

use crate::sip2::{
    case::{Case, Verdict, case, check, deviates},
    s8_tables::put_on_hold_shelf,
    subject::{NO_DATE, Subject},
};

/// The cases of section 9.4.
pub const CASES: &[Case] = &[
    case!(
        "9.4",
        "ok=1 and resensitize Y for a return; AA is the patron who had it",
        takes_back
    ),
    case!("9.4", "an item not on loan: ok=1, alert N", accepts_an_item_not_on_loan),
    case!(
        "9.4",
        "an unknown barcode: ok 0, resensitize N, magnetic U, alert Y, empty AQ, AF",
        refuses_an_unknown_item
    ),
    case!("9.4", "a blank return date means the transaction date", takes_the_transaction_date),
    case!(
        "9.4",
        "a return date in the past, in the future or before the loan is accepted",
        clamps_the_return_date
    ),
    case!("9.4", "a return that traps a hold: ok=1, alert Y and AF", announces_a_hold),
    case!("9.4", "BI undoes a failed check-out: as if it never was", undoes_a_checkout),
    case!("9.4", "BI undoes a hold's fulfilment too", undoes_a_fulfilled_hold),
    case!(
        "9.4",
        "BI for an item this terminal did not just lend",
        refuses_to_undo_what_was_not
    ),
    case!("9.4", "a repeated check-in is harmless", accepts_a_second_return),
    case!("9.4", "a return at the item's own place raises no alert", raises_no_alert_at_home),
];

fn takes_back(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let answer = session.take_back(item)?;
    answer.must_have("resensitize", "Y")?;
    answer.must_carry("AB", item)?;
    if let Some(told) = answer.field("AA") {
        check!(told == card.number, "AA is {told}, {} had it", card.number);
    }
    check!(session.is_available(item)?, "not available after the return");
    Ok(())
}

fn accepts_an_item_not_on_loan(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let answer = lib.session()?.ask(&lib.checkin(item))?.must_be("10")?;
    if answer.fixed("ok")? == "0" {
        return deviates("an item that is not on loan is refused (Evergreen's rule)");
    }
    answer.must_have("alert", "N")
}

fn refuses_an_unknown_item(lib: &Subject) -> Verdict {
    let answer = lib.session()?.ask(&lib.checkin("no-such-item"))?.must_be("10")?;
    answer.must_have("ok", "0")?;
    answer.must_have("resensitize", "N")?;
    answer.must_have("magnetic_media", "U")?;
    answer.must_have("alert", "Y")?;
    answer.must_carry("AQ", "")?;
    answer.must_carry("AB", "no-such-item")?;
    answer.must_explain()
}

fn takes_the_transaction_date(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let request = lib.checkin_as("N", &lib.now(), NO_DATE, item);
    session.ask(&request)?.must_be("10")?.must_have("ok", "1")?;
    check!(!session.has_on_loan(card, item)?, "still on loan");
    Ok(())
}

fn clamps_the_return_date(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    for hours in [-1, -24 * 400, 24 * 40] {
        session.lend(&card.number, item)?;
        let request = lib.checkin_as("N", &lib.now(), &lib.hours_from_now(hours), item);
        session.ask(&request)?.must_be("10")?.must_have("ok", "1")?;
        check!(!session.has_on_loan(card, item)?, "still on loan");
    }
    Ok(())
}

fn announces_a_hold(lib: &Subject) -> Verdict {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&reader.number, item)?;
    session.ask(&lib.hold("+", neighbour, "AB", item))?.must_have("ok", "1")?;
    let answer = session.take_back(item)?;
    answer.must_have("alert", "Y")?;
    answer.must_explain()?;
    if let Some(kind) = answer.field("CV") {
        check!(matches!(kind, "01" | "02"), "CV is {kind}");
    }
    Ok(())
}

fn undoes_a_checkout(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let before = session.information(card, "")?;
    session.lend(&card.number, item)?;
    let undo = session.ask(&lib.checkin(item).with("BI", "Y"))?.must_be("10")?;
    undo.must_have("ok", "1")?;
    check!(session.is_available(item)?, "not available after the undo");
    let after = session.information(card, "")?;
    check!(
        after.fixed("charged_items")? == before.fixed("charged_items")?,
        "before {}, after {}",
        before.text,
        after.text
    );
    Ok(())
}

fn undoes_a_fulfilled_hold(lib: &Subject) -> Verdict {
    let neighbour = lib.neighbour()?;
    let mut session = lib.session()?;
    let item = put_on_hold_shelf(lib, &mut session)?;
    let before = session.information(neighbour, "")?.fixed("hold_items")?.to_owned();
    session.lend(&neighbour.number, item)?;
    session
        .ask(&lib.checkin(item).with("BI", "Y"))?
        .must_be("10")?
        .must_have("ok", "1")?;
    session.information(neighbour, "")?.must_have("hold_items", &before)?;
    let status = session.circulation_status(item)?;
    check!(
        status == "08",
        "the item waited for the patron; after the undo its status is {status}"
    );
    Ok(())
}

fn refuses_to_undo_what_was_not(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    session.ask(&lib.checkin(item).with("BI", "Y"))?.must_be("10")?;
    check!(session.is_available(item)?, "an undo of nothing changed the item");
    Ok(())
}

fn accepts_a_second_return(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    session.take_back(item)?;
    let again = session.ask(&lib.checkin(item))?.must_be("10")?;
    if again.fixed("ok")? == "0" {
        return deviates("the second return is refused (Evergreen's rule)");
    }
    check!(session.is_available(item)?, "not available after two returns");
    Ok(())
}

fn raises_no_alert_at_home(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    session.take_back(item)?.must_have("alert", "N")
}
