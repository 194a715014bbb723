//! Section 6: every message pair field by field: widths, classes, required fields, order.
//!
//! Each pair is asked once so that it succeeds and once so that it is refused; both answers must have the digest's shape.

use super::{
    case::{Case, Verdict, case, check},
    subject::{NO_DATE, Subject},
    wire::{Answer, Request},
};

/// The cases of section 6.
pub const CASES: &[Case] = &[
    case!("6 (24)", "23 → 24, for a known and an unknown patron", patron_status),
    case!("6 (12)", "11 → 12, granted and refused; AH empty on refusal", checkout),
    case!("6 (10)", "09 → 10, taken and refused", checkin),
    case!("6 (24)", "01 → 24, for an unknown card", block_patron),
    case!("6 (98)", "99 → 98, with numbers zero-padded and 36 characters before AO", status),
    case!("6 (94)", "93 → 94, granted and refused, nothing after the digit", login),
    case!(
        "6 (64)",
        "63 → 64, with each list asked for, 61 characters before AO",
        patron_information
    ),
    case!("6 (64)", "counts are four digits or four blanks", counts),
    case!("6 (36)", "35 → 36", end_session),
    case!("6 (38)", "37 → 38, accepted and refused", fee_paid),
    case!("6 (18)", "17 → 18, known and unknown", item_information),
    case!("6 (18)", "CF comes after the fixed part, as an identified field", hold_queue_length),
    case!("6 (20)", "19 → 20, stored and not, without AO", item_status_update),
    case!("6 (26)", "25 → 26 is always answered", patron_enable),
    case!("6 (16)", "15 → 16, placed, refused and cancelled", hold),
    case!("6 (30)", "29 → 30, renewed and refused", renew),
    case!("6 (66)", "65 → 66, without AA", renew_all),
    case!("6 (63)", "63 without AC and AD is accepted", patron_information_without_passwords),
];

fn well_formed(answer: Answer, id: &str) -> Result<Answer, super::case::Trouble> {
    let answer = answer.must_be(id)?;
    answer.must_be_well_formed()?;
    Ok(answer)
}

fn patron_status(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    let known = session.ask(&lib.patron_status(&card.number, card.pin.as_deref()))?;
    let known = well_formed(known, "24")?;
    known.must_carry("BL", "Y")?;
    known.must_carry("CQ", "Y")?;
    well_formed(session.ask(&lib.patron_status("no-such-card", Some("0")))?, "24")?;
    Ok(())
}

fn checkout(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let granted = well_formed(session.ask(&lib.checkout(&card.number, item))?, "12")?;
    granted.must_have("ok", "1")?;
    check!(
        granted.field("AH").is_some_and(|due| !due.is_empty()),
        "no due date: {}",
        granted.text
    );
    check!(
        granted.field("AJ").is_some_and(|title| !title.is_empty()),
        "no title: {}",
        granted.text
    );
    let refused = well_formed(session.ask(&lib.checkout("no-such-card", item))?, "12")?;
    refused.must_have("ok", "0")?;
    refused.must_carry("AH", "")
}

fn checkin(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    well_formed(session.ask(&lib.checkin(item))?, "10")?.must_have("ok", "1")?;
    well_formed(session.ask(&lib.checkin("no-such-item"))?, "10")?.must_have("ok", "0")
}

fn block_patron(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    well_formed(session.ask(&lib.block("no-such-card", "test"))?, "24")?;
    Ok(())
}

fn status(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let answer = well_formed(session.ask(&lib.status())?, "98")?;
    check!(answer.text.get(36..38) == Some("AO"), "AO is not at 36: {}", answer.text);
    check!(answer.field("BX").is_some(), "no BX: {}", answer.text);
    Ok(())
}

fn login(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    let mut session = lib.connect()?;
    let refused = session.ask(&lib.login(&terminal.login, "surely-not-this"))?;
    check!(refused.bytes == b"940", "refused with {}", refused.text);
    let mut session = lib.connect()?;
    let granted = session.ask(&lib.login(&terminal.login, &terminal.password))?;
    check!(granted.bytes == b"941", "granted with {}", granted.text);
    Ok(())
}

fn patron_information(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    for summary in ["", "Y", " Y", "  Y", "   Y", "    Y", "     Y"] {
        let answer = well_formed(session.information(card, summary)?, "64")?;
        check!(answer.text.get(61..63) == Some("AO"), "AO is not at 61: {}", answer.text);
    }
    let unknown = session.ask(&lib.patron_information("no-such-card", Some("0"), "  Y"))?;
    well_formed(unknown, "64")?;
    Ok(())
}

fn counts(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let answer = lib.session()?.information(card, "")?;
    for name in [
        "hold_items",
        "overdue_items",
        "charged_items",
        "fine_items",
        "recall_items",
        "unavailable_holds",
    ] {
        let count = answer.fixed(name)?;
        check!(count == "    " || count.bytes().all(|b| b.is_ascii_digit()), "{name} is {count:?}");
    }
    Ok(())
}

fn end_session(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    let answer = well_formed(session.ask(&lib.end_session(&card.number))?, "36")?;
    answer.must_carry("AA", &card.number)
}

fn fee_paid(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let mut session = lib.session()?;
    let paid = session.ask(&lib.fee_paid(card, "0.01", Some(&lib.nonce())))?;
    well_formed(paid, "38")?.must_have("accepted", "Y")?;
    let refused = session.ask(&lib.fee_paid(card, "0.00", Some(&lib.nonce())))?;
    well_formed(refused, "38")?.must_have("accepted", "N")
}

fn item_information(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    well_formed(session.ask(&lib.item_information(item))?, "18")?;
    session.lend(&card.number, item)?;
    well_formed(session.ask(&lib.item_information(item))?, "18")?;
    well_formed(session.ask(&lib.item_information("no-such-item"))?, "18")?;
    Ok(())
}

fn hold_queue_length(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let answer = session.ask(&lib.item_information(item))?.must_be("18")?;
    let date = answer.text.get(8..26);
    check!(
        date.is_some_and(super::wire::layout::is_local_date),
        "no date at 8: {}",
        answer.text
    );
    let queue = answer.field("CF").unwrap_or_default();
    check!(
        !queue.is_empty() && queue.bytes().all(|b| b.is_ascii_digit()),
        "CF is {queue:?}: {}",
        answer.text
    );
    Ok(())
}

fn item_status_update(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let stored = session.ask(&lib.item_status_update(item, "weight=450"))?;
    let stored = well_formed(stored, "20")?;
    stored.must_have("ok", "1")?;
    check!(stored.field("AO").is_none(), "20 carries AO: {}", stored.text);
    let unknown = session.ask(&lib.item_status_update("no-such-item", "weight=450"))?;
    well_formed(unknown, "20")?.must_have("ok", "0")
}

fn patron_enable(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    well_formed(session.ask(&lib.enable("no-such-card", None))?, "26")?;
    let card = lib.reader()?;
    well_formed(session.ask(&lib.enable(&card.number, card.pin.as_deref()))?, "26")?;
    Ok(())
}

fn hold(lib: &Subject) -> Verdict {
    let (card, title) = (lib.neighbour()?, lib.title()?);
    let mut session = lib.session()?;
    let placed = well_formed(session.ask(&lib.hold("+", card, "AJ", title))?, "16")?;
    placed.must_have("ok", "1")?;
    let again = well_formed(session.ask(&lib.hold("+", card, "AJ", title))?, "16")?;
    again.must_have("ok", "0")?;
    let cancelled = well_formed(session.ask(&lib.hold("-", card, "AJ", title))?, "16")?;
    cancelled.must_have("ok", "1")
}

fn renew(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let refused = well_formed(session.ask(&lib.renew("N", &card.number, item))?, "30")?;
    refused.must_have("ok", "0")?;
    session.lend(&card.number, item)?;
    well_formed(session.ask(&lib.renew("N", &card.number, item))?, "30")?;
    Ok(())
}

fn renew_all(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let answer = session.ask(&lib.renew_all(&card.number, card.pin.as_deref()))?;
    let answer = well_formed(answer, "66")?;
    check!(answer.field("AA").is_none(), "66 carries AA: {}", answer.text);
    well_formed(session.ask(&lib.renew_all("no-such-card", None))?, "66")?;
    Ok(())
}

fn patron_information_without_passwords(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    let request = Request::new(format!("63009{}{}", lib.now(), NO_DATE.get(..10).unwrap_or_default()))
        .with("AO", &lib.institution)
        .with("AA", &card.number);
    let answer = well_formed(session.ask(&request)?, "64")?;
    answer.must_carry("BL", "Y")
}
