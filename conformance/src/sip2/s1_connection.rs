//! Section 1: roles, connection, life of a session.

use super::{
    case::{Case, Verdict, case, check, deviates},
    subject::Subject,
    wire::{Heard, line::SILENCE},
};

/// The cases of section 1.
pub const CASES: &[Case] = &[
    case!(
        "1",
        "the server says nothing unasked, neither at connect nor after an answer",
        says_nothing_unasked
    ),
    case!(
        "1",
        "two requests written in one segment are answered, in order",
        answers_two_requests_in_order
    ),
    case!(
        "1",
        "99 before 93 is answered, and the login still works",
        answers_status_before_login
    ),
    case!(
        "1",
        "every pair stands alone: 35 without a patron session is answered",
        ends_a_session_never_begun
    ),
    case!(
        "1",
        "every pair stands alone: check-out needs no 23 or 63 before it",
        lends_without_a_patron_session
    ),
    case!(
        "1",
        "connect, 93, 63, 35, close, again and again, is cheap",
        serves_short_connections
    ),
];

fn says_nothing_unasked(lib: &Subject) -> Verdict {
    let mut session = lib.connect()?;
    let heard = session.line.hear(SILENCE);
    check!(heard == Heard::Nothing, "at connect the server said {heard:?}");
    let mut session = lib.session()?;
    session.ask(&lib.status())?.must_be("98")?;
    let heard = session.line.hear(SILENCE);
    check!(heard == Heard::Nothing, "after an answer the server went on: {heard:?}");
    Ok(())
}

fn answers_two_requests_in_order(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let item = lib.item()?;
    let both = format!("{}\r{}\r", lib.item_information(item).text(), lib.status().text());
    session.line.send(both.as_bytes())?;
    session.answer("17")?.must_be("18")?;
    session.answer("99")?.must_be("98")?;
    Ok(())
}

fn answers_status_before_login(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    let mut session = lib.connect()?;
    session.send_with(&lib.status(), &super::wire::Trailer::None)?;
    match session.line.hear(super::wire::line::PATIENCE) {
        Heard::Message(bytes) if bytes.starts_with(b"98") => {}
        Heard::Message(bytes) => {
            check!(false, "answered with {}", String::from_utf8_lossy(&bytes));
        }
        Heard::Nothing => return deviates("99 before login is left unanswered"),
        Heard::Closed => return deviates("99 before login closes the connection"),
    }
    session
        .ask(&lib.login(&terminal.login, &terminal.password))?
        .must_be("94")?
        .must_have("ok", "1")
}

fn ends_a_session_never_begun(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    session
        .ask(&lib.end_session(&card.number))?
        .must_be("36")?
        .must_have("end_session", "Y")
}

fn lends_without_a_patron_session(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    session.take_back(item)?;
    Ok(())
}

fn serves_short_connections(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    for _ in 0..20 {
        let mut session = lib.session()?;
        session.information(card, "")?;
        session.ask(&lib.end_session(&card.number))?.must_be("36")?;
    }
    Ok(())
}
