//! Section 9.5: block patron, patron enable.

use crate::sip2::{
    case::{Case, Verdict, case, check},
    subject::Subject,
};

/// The cases of section 9.5.
pub const CASES: &[Case] = &[
    case!("9.5", "01 answers with the new status, flags 0–3 Y", blocks),
    case!(
        "9.5",
        "01 for an unknown card: 24 as for an unknown patron",
        answers_for_an_unknown_card
    ),
    case!("9.5", "01 over and over is harmless", blocks_again),
    case!("9.5", "25 never lifts a block that the library set", lifts_no_staff_block),
    case!("9.5", "25 for an unknown card is answered", enables_nobody),
    case!("9.5", "25 with a wrong PIN lifts nothing", needs_the_right_pin),
];

/// Where the terminal may enable again, an ordinary patron can be blocked and unblocked; else one who is blocked anyway.
fn blocks(lib: &Subject) -> Verdict {
    let card = lib.card("blocked", 0)?;
    let mut session = lib.session()?;
    let answer = session.ask(&lib.block(&card.number, "Card left behind"))?.must_be("24")?;
    if session.ask(&lib.status())?.fixed("status_update_ok")? == "Y" {
        let flags = answer.fixed("patron_status")?;
        check!(flags.starts_with("YYYY"), "after a block the flags are {flags:?}");
    } else {
        answer.must_explain()?;
    }
    answer.must_carry("AA", &card.number)
}

fn answers_for_an_unknown_card(lib: &Subject) -> Verdict {
    let answer = lib.session()?.ask(&lib.block("no-such-card", "test"))?.must_be("24")?;
    answer.must_have("patron_status", "YYYY          ")?;
    answer.must_carry("AE", "")?;
    answer.must_carry("BL", "N")
}

fn blocks_again(lib: &Subject) -> Verdict {
    let card = lib.card("blocked", 0)?;
    let mut session = lib.session()?;
    let first = session.ask(&lib.block(&card.number, "Card left behind"))?.must_be("24")?;
    let second = session.ask(&lib.block(&card.number, "Card left behind"))?.must_be("24")?;
    check!(
        first.fixed("patron_status")? == second.fixed("patron_status")?,
        "first {}, then {}",
        first.text,
        second.text
    );
    Ok(())
}

fn lifts_no_staff_block(lib: &Subject) -> Verdict {
    let card = lib.card("blocked", 0)?;
    let mut session = lib.session()?;
    let answer = session.ask(&lib.enable(&card.number, card.pin.as_deref()))?.must_be("26")?;
    check!(
        answer.fixed("patron_status")?.starts_with('Y'),
        "the library's block was lifted: {}",
        answer.text
    );
    Ok(())
}

fn enables_nobody(lib: &Subject) -> Verdict {
    let answer = lib.session()?.ask(&lib.enable("no-such-card", None))?.must_be("26")?;
    answer.must_have("patron_status", "YYYY          ")?;
    answer.must_carry("BL", "N")
}

fn needs_the_right_pin(lib: &Subject) -> Verdict {
    let card = lib.card("blocked", 0)?;
    let mut session = lib.session()?;
    let request = lib.enable(&card.number, Some(super::s9_2_patron::WRONG_PIN));
    let answer = session.ask(&request)?.must_be("26")?;
    check!(answer.fixed("patron_status")?.starts_with('Y'), "lifted: {}", answer.text);
    answer.must_not_tell("AE")
}
