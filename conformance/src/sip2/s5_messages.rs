//! Section 5: the message pairs, and what 98 promises about them.

use super::{
    case::{Case, Trouble, Verdict, case, check, fail},
    facts::Card,
    subject::{Session, Subject},
    wire::{Answer, Heard, Trailer, line::SILENCE},
};

/// The cases of section 5.
pub const CASES: &[Case] = &[
    case!("5", "BX is exactly sixteen letters Y or N", lists_sixteen_messages),
    case!(
        "5",
        "positions 4 (status) and 5 (resend) of BX are always Y",
        always_answers_status_and_resend
    ),
    case!(
        "5",
        "a message that BX lists is answered by its own answer, for this account",
        answers_what_it_lists
    ),
    case!(
        "5",
        "a message that BX does not list changes nothing",
        does_not_do_what_it_does_not_list
    ),
    case!("5", "the leading flags of 98 agree with BX", agrees_with_its_flags),
    case!(
        "5",
        "the terminals' 98 are honest, each for its own account",
        is_honest_to_each_terminal
    ),
];

/// The sixteen messages of BX in their order.
const MESSAGES: [(&str, &str); 16] = [
    ("23", "24"),
    ("11", "12"),
    ("09", "10"),
    ("01", "24"),
    ("99", "98"),
    ("97", "98"),
    ("93", "94"),
    ("63", "64"),
    ("35", "36"),
    ("37", "38"),
    ("17", "18"),
    ("19", "20"),
    ("25", "26"),
    ("15", "16"),
    ("29", "30"),
    ("65", "66"),
];

/// Asks 99 and gives the letters of BX with the whole answer.
fn supported(session: &mut Session<'_>) -> Result<(Vec<char>, Answer), Trouble> {
    let answer = session.ask(&session.subject.status())?.must_be("98")?;
    let letters: Vec<char> = answer.field("BX").unwrap_or_default().chars().collect();
    Ok((letters, answer))
}

fn lists_sixteen_messages(lib: &Subject) -> Verdict {
    let (letters, answer) = supported(&mut lib.session()?)?;
    check!(
        letters.len() == 16 && letters.iter().all(|c| matches!(c, 'Y' | 'N')),
        "BX is {:?}",
        answer.field("BX")
    );
    Ok(())
}

fn always_answers_status_and_resend(lib: &Subject) -> Verdict {
    let (letters, answer) = supported(&mut lib.session()?)?;
    check!(
        letters.get(4) == Some(&'Y') && letters.get(5) == Some(&'Y'),
        "BX is {:?}",
        answer.field("BX")
    );
    Ok(())
}

/// A request of each kind that changes nothing: the barcodes and cards do not exist.
fn harmless(lib: &Subject, id: &str) -> Option<super::wire::Request> {
    let (card, item) = ("no-such-card-at-all", "no-such-item-at-all");
    let nobody = Card::nobody();
    Some(match id {
        "23" => lib.patron_status(card, None),
        "11" => lib.checkout(card, item),
        "09" => lib.checkin(item),
        "01" => lib.block(card, "test"),
        "99" => lib.status(),
        "63" => lib.patron_information(card, None, ""),
        "35" => lib.end_session(card),
        "37" => lib.fee_paid(&nobody, "1.00", Some(&lib.nonce())),
        "17" => lib.item_information(item),
        "19" => lib.item_status_update(item, "test"),
        "25" => lib.enable(card, None),
        "15" => lib.hold("-", &nobody, "AB", item),
        "29" => lib.renew("N", card, item),
        "65" => lib.renew_all(card, None),
        _ => return None,
    })
}

fn answers_what_it_lists(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let (letters, _) = supported(&mut session)?;
    promises_kept(lib, &mut session, &letters)
}

fn promises_kept(lib: &Subject, session: &mut Session<'_>, letters: &[char]) -> Verdict {
    for ((request_id, answer_id), _) in MESSAGES.iter().zip(letters).filter(|(_, l)| **l == 'Y') {
        let Some(request) = harmless(lib, request_id) else { continue };
        session.ask(&request)?.must_be(answer_id)?;
    }
    Ok(())
}

fn does_not_do_what_it_does_not_list(lib: &Subject) -> Verdict {
    lib.terminal()?;
    for terminal in &lib.facts.terminals {
        let mut session = lib.session_of(terminal)?;
        let (letters, _) = supported(&mut session)?;
        for ((request_id, answer_id), _) in MESSAGES.iter().zip(&letters).filter(|(_, l)| **l == 'N') {
            let Some(request) = harmless(lib, request_id) else { continue };
            session.send_with(&request, &Trailer::None)?;
            match session.line.hear(SILENCE) {
                Heard::Nothing => {}
                Heard::Message(bytes) => check!(
                    bytes.starts_with(answer_id.as_bytes()) || bytes.starts_with(b"98"),
                    "{request_id} is not listed and got {}",
                    String::from_utf8_lossy(&bytes)
                ),
                Heard::Closed => return fail(format!("{request_id} closed the connection")),
            }
        }
        if letters.get(1) == Some(&'N') {
            stays_free(lib, &mut session, &terminal.login)?;
        }
    }
    Ok(())
}

/// A terminal that may not lend does not.
fn stays_free(lib: &Subject, session: &mut Session<'_>, login: &str) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    session.send_with(&lib.checkout(&card.number, item), &Trailer::None)?;
    if let Heard::Message(bytes) = session.line.hear(SILENCE) {
        check!(!bytes.starts_with(b"121"), "{login} may not lend and did");
    }
    check!(lib.session()?.is_available(item)?, "{login} may not lend and did");
    Ok(())
}

fn flags_agree(answer: &Answer, letters: &[char]) -> Verdict {
    for (flag, place, message) in [("checkout_ok", 1, "11"), ("checkin_ok", 2, "09"), ("status_update_ok", 3, "01")] {
        let flag_value = answer.fixed(flag)?;
        let listed = letters.get(place).map(char::to_string).unwrap_or_default();
        check!(
            flag_value == listed,
            "{flag} is {flag_value}, but {message} is {listed} in BX: {}",
            answer.text
        );
    }
    if answer.fixed("renewal_policy")? == "N" {
        check!(
            letters.get(14) != Some(&'Y'),
            "the terminal may not renew, but 29 is Y: {}",
            answer.text
        );
    }
    Ok(())
}

fn agrees_with_its_flags(lib: &Subject) -> Verdict {
    let (letters, answer) = supported(&mut lib.session()?)?;
    flags_agree(&answer, &letters)
}

fn is_honest_to_each_terminal(lib: &Subject) -> Verdict {
    lib.terminal()?;
    for terminal in &lib.facts.terminals {
        let mut session = lib.session_of(terminal)?;
        let (letters, answer) = supported(&mut session)?;
        check!(letters.len() == 16, "{}: BX is {:?}", terminal.login, answer.field("BX"));
        flags_agree(&answer, &letters)?;
        promises_kept(lib, &mut session, &letters)?;
    }
    Ok(())
}
