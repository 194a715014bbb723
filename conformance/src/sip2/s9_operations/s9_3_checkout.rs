//! Section 9.3: check-out.

use super::s9_2_patron::WRONG_PIN;
use crate::sip2::{
    case::{Case, Trouble, Verdict, case, check},
    s8_tables::put_on_hold_shelf,
    subject::{NO_DATE, Session, Subject},
    wire::{Answer, Request, answer::is_amount},
};

/// The cases of section 9.3.
pub const CASES: &[Case] = &[
    case!("9.3", "ok=1 only if the loan exists afterwards", lends),
    case!(
        "9.3",
        "desensitize is Y exactly on success, N on refusal",
        desensitizes_on_success_only
    ),
    case!(
        "9.3",
        "renewal policy N and already on loan to this patron: refused",
        does_not_renew_unasked
    ),
    case!(
        "9.3",
        "renewal policy Y and already on loan to this patron: renewal ok Y",
        renews_where_allowed
    ),
    case!(
        "9.3",
        "an unknown patron is refused; AA and AB echoed, AH empty, AF, BLN",
        refuses_an_unknown_patron
    ),
    case!("9.3", "an unknown item is refused", refuses_an_unknown_item),
    case!("9.3", "an item on loan to another is refused", refuses_another_patrons_loan),
    case!("9.3", "an item that waits for another is refused", refuses_a_reserved_item),
    case!(
        "9.3",
        "an item that waits for this patron is lent, and the hold is gone",
        lends_the_reserved_item_to_its_patron
    ),
    case!("9.3", "a blocked patron is refused", refuses_a_blocked_patron),
    case!("9.3", "an expired patron is refused", refuses_an_expired_patron),
    case!("9.3", "a patron over the fee limit is refused", refuses_a_debtor),
    case!("9.3", "a patron at the loan limit is refused", refuses_beyond_the_loan_limit),
    case!(
        "9.3",
        "a loan that costs money is refused without BO=Y, with BV, BH, BT and AF",
        asks_for_the_fee
    ),
    case!(
        "9.3",
        "with BO=Y it is made and charged; BI takes loan and fee back",
        charges_the_fee
    ),
    case!("9.3", "BO=Y never overrides a block", does_not_let_bo_override),
    case!("9.3", "a wrong PIN is refused, and CQ is N", refuses_a_wrong_pin),
    case!("9.3", "no PIN is allowed", lends_without_pin),
    case!(
        "9.3",
        "BI undoes a failed check-in: on loan again with its old due date",
        undoes_a_checkin
    ),
    case!(
        "9.3",
        "BI for what this terminal did not just take back is refused",
        refuses_to_undo_what_was_not
    ),
    case!("9.3", "an empty AB or AA is an ordinary refusal", refuses_empty_identifiers),
];

/// A refusal as it has to look.
fn refused(answer: &Answer, card: &str, item: &str) -> Verdict {
    answer.must_have("ok", "0")?;
    answer.must_have("renewal_ok", "N")?;
    answer.must_have("desensitize", "N")?;
    answer.must_carry("AA", card)?;
    answer.must_carry("AB", item)?;
    answer.must_carry("AH", "")?;
    answer.must_explain()
}

/// Tries a check-out that must be refused, and looks that nothing was lent.
fn refuse(session: &mut Session<'_>, card: &str, item: &str) -> Result<Answer, Trouble> {
    let answer = session.ask(&session.subject.checkout(card, item))?.must_be("12")?;
    refused(&answer, card, item)?;
    Ok(answer)
}

fn lends(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let answer = session.lend(&card.number, item)?;
    answer.must_have("renewal_ok", "N")?;
    answer.must_carry("AA", &card.number)?;
    answer.must_carry("AB", item)?;
    check!(session.circulation_status(item)? == "04", "the item is not on loan after ok=1");
    check!(session.has_on_loan(card, item)?, "the loan is not among the patron's");
    session.take_back(item)?;
    check!(!session.has_on_loan(card, item)?, "the loan outlives the return");
    Ok(())
}

fn desensitizes_on_success_only(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?.must_have("desensitize", "Y")?;
    session
        .ask(&lib.checkout(&card.number, "no-such-item"))?
        .must_have("desensitize", "N")
}

fn does_not_renew_unasked(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let again = session.ask(&lib.checkout(&card.number, item))?.must_be("12")?;
    again.must_have("ok", "0")?;
    again.must_have("renewal_ok", "N")?;
    check!(session.has_on_loan(card, item)?, "the loan is gone");
    Ok(())
}

fn renews_where_allowed(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend_briefly(&card.number, item)?;
    let again = session.ask(&lib.checkout_as("YN", &lib.now(), &lib.no_due_date(), &card.number, item))?;
    let again = again.must_be("12")?;
    again.must_have("ok", "1")?;
    again.must_have("renewal_ok", "Y")
}

fn refuses_an_unknown_patron(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let answer = refuse(&mut session, "no-such-card", item)?;
    answer.must_carry("BL", "N")?;
    check!(session.is_available(item)?, "the item was lent to nobody");
    Ok(())
}

fn refuses_an_unknown_item(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    refuse(&mut lib.session()?, &card.number, "no-such-item")?.must_carry("AJ", "")
}

fn refuses_another_patrons_loan(lib: &Subject) -> Verdict {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&reader.number, item)?;
    let answer = refuse(&mut session, &neighbour.number, item)?;
    check!(!answer.text.contains(&reader.number), "the borrower is told: {}", answer.text);
    check!(session.has_on_loan(reader, item)?, "the first loan is gone");
    Ok(())
}

fn refuses_a_reserved_item(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let item = put_on_hold_shelf(lib, &mut session)?;
    refuse(&mut session, &lib.reader()?.number, item)?;
    Ok(())
}

fn lends_the_reserved_item_to_its_patron(lib: &Subject) -> Verdict {
    let neighbour = lib.neighbour()?;
    let mut session = lib.session()?;
    let before = session.information(neighbour, "")?.fixed("hold_items")?.to_owned();
    let item = put_on_hold_shelf(lib, &mut session)?;
    session.lend(&neighbour.number, item)?;
    session.information(neighbour, "")?.must_have("hold_items", &before)
}

fn refuses_state(lib: &Subject, state: &str) -> Verdict {
    let (card, item) = (lib.card(state, 0)?, lib.item()?);
    let mut session = lib.session()?;
    let answer = refuse(&mut session, &card.number, item)?;
    check!(answer.field("BL").is_some(), "no BL: {}", answer.text);
    check!(session.is_available(item)?, "the item was lent after all");
    Ok(())
}

fn refuses_a_blocked_patron(lib: &Subject) -> Verdict {
    refuses_state(lib, "blocked")
}

fn refuses_an_expired_patron(lib: &Subject) -> Verdict {
    refuses_state(lib, "expired")
}

fn refuses_a_debtor(lib: &Subject) -> Verdict {
    refuses_state(lib, "debt")
}

fn refuses_beyond_the_loan_limit(lib: &Subject) -> Verdict {
    refuses_state(lib, "loan_limit")
}

fn asks_for_the_fee(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.fee_item()?);
    let mut session = lib.session()?;
    for request in [lib.checkout(&card.number, item), lib.checkout(&card.number, item).with("BO", "N")] {
        let answer = session.ask(&request)?.must_be("12")?;
        refused(&answer, &card.number, item)?;
        check!(
            answer.field("BV").is_some_and(|fee| is_amount(fee) && fee != "0.00"),
            "BV is {:?}: {}",
            answer.field("BV"),
            answer.text
        );
        check!(
            answer.field("BH").is_some() && answer.field("BT").is_some(),
            "no BH or BT: {}",
            answer.text
        );
    }
    check!(session.is_available(item)?, "lent without consent");
    lib.leave_alone(item);
    Ok(())
}

fn charges_the_fee(lib: &Subject) -> Verdict {
    let (card, item) = (lib.card("ordinary", 4)?, lib.fee_item()?);
    let mut session = lib.session()?;
    let debt = |session: &mut Session<'_>| -> Result<Option<String>, Trouble> {
        Ok(session.information(card, "")?.field("BV").map(str::to_owned))
    };
    let before = debt(&mut session)?;
    let lent = session.ask(&lib.checkout(&card.number, item).with("BO", "Y"))?.must_be("12")?;
    lent.must_have("ok", "1")?;
    let charged = debt(&mut session)?;
    check!(charged != before, "BV is {before:?} before and after");
    session
        .ask(&lib.checkin(item).with("BI", "Y"))?
        .must_be("10")?
        .must_have("ok", "1")?;
    let after = debt(&mut session)?;
    lib.leave_alone(item);
    check!(after == before, "BV {before:?}, charged {charged:?}, after the undo {after:?}");
    Ok(())
}

fn does_not_let_bo_override(lib: &Subject) -> Verdict {
    let (card, item) = (lib.card("blocked", 0)?, lib.item()?);
    let mut session = lib.session()?;
    let answer = session.ask(&lib.checkout(&card.number, item).with("BO", "Y"))?.must_be("12")?;
    refused(&answer, &card.number, item)
}

fn refuses_a_wrong_pin(lib: &Subject) -> Verdict {
    let (card, item) = (lib.victim()?, lib.item()?);
    let mut session = lib.session()?;
    let answer = session
        .ask(&lib.checkout(&card.number, item).with("AD", WRONG_PIN))?
        .must_be("12")?;
    refused(&answer, &card.number, item)?;
    answer.must_carry("CQ", "N")?;
    check!(session.is_available(item)?, "the item was lent in spite of the PIN");
    Ok(())
}

fn lends_without_pin(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    lib.session()?.lend(&card.number, item)?;
    Ok(())
}

fn undoes_a_checkin(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    // A due date that no rule would give, so that it is known again.
    let due = lib.hours_from_now(24 * 11);
    let lent = session.ask(&lib.checkout_as("NY", &lib.now(), &due, &card.number, item))?;
    let lent = lent.must_be("12")?;
    lent.must_have("ok", "1")?;
    session.take_back(item)?;
    let undo = session.ask(&lib.checkout(&card.number, item).with("BI", "Y"))?.must_be("12")?;
    undo.must_have("ok", "1")?;
    check!(
        undo.field("AH") == lent.field("AH"),
        "due {:?} before, {:?} after the undo",
        lent.field("AH"),
        undo.field("AH")
    );
    check!(session.has_on_loan(card, item)?, "the loan is not there again");
    Ok(())
}

fn refuses_to_undo_what_was_not(lib: &Subject) -> Verdict {
    // A patron who has borrowed nothing in this run: what others returned just now must not come to him.
    let (stranger, reader, item) = (lib.card("ordinary", 5)?, lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let undo = |session: &mut Session<'_>| session.ask(&lib.checkout(&stranger.number, item).with("BI", "Y"))?.must_be("12");
    undo(&mut session)?.must_have("ok", "0")?;
    check!(session.is_available(item)?, "an undo of nothing lent the item");
    session.lend(&reader.number, item)?;
    session.take_back(item)?;
    undo(&mut session)?.must_have("ok", "0")?;
    check!(session.is_available(item)?, "another patron's return was undone");
    Ok(())
}

fn refuses_empty_identifiers(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    for (aa, ab) in [("", item), (card.number.as_str(), ""), ("", "")] {
        let request = Request::new(format!("11NN{}{NO_DATE}", lib.now()))
            .with("AO", &lib.institution)
            .with("AA", aa)
            .with("AB", ab)
            .with("AC", &lib.nonce());
        let answer = session.ask(&request)?.must_be("12")?;
        answer.must_have("ok", "0")?;
        answer.must_explain()?;
    }
    Ok(())
}
