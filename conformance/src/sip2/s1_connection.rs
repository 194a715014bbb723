//! Section 1: roles, connection, life of a session.

use super::{
    case::{Case, Trouble, Verdict, case, check, deviates, skip},
    subject::Subject,
    wire::{Heard, Line, line::SILENCE},
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
    case!(
        "1",
        "telnet-style login: prompts for login and password, then SIP without a 93",
        logs_in_by_prompts,
        Telnet
    ),
    case!(
        "1",
        "telnet-style login: a wrong password is asked for again or ends the connection, and lets nobody in",
        keeps_out_by_prompts,
        Telnet
    ),
    case!("1", "TLS around the socket: the same conversation", speaks_tls, Tls),
    case!(
        "1",
        "plain text on the TLS listener is served nothing",
        serves_no_plain_text_on_tls,
        Tls
    ),
];

/// Answers the prompts with this login and password; what the server says to them.
fn answer_prompts(line: &mut Line, login: &str, password: &str) -> Result<String, Trouble> {
    for (prompt, typed) in [("login", login), ("password", password)] {
        let said = String::from_utf8_lossy(&line.hear_raw(SILENCE)).to_lowercase();
        check!(said.contains(prompt), "asked for no {prompt}: {said:?}");
        line.send(format!("{typed}\r\n").as_bytes())?;
    }
    Ok(String::from_utf8_lossy(&line.hear_raw(SILENCE)).into_owned())
}

fn prompting(lib: &Subject) -> Result<Line, Trouble> {
    match &lib.facts.telnet {
        Some(address) => Line::connect(address),
        None => skip("no --telnet given"),
    }
}

fn logs_in_by_prompts(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    let mut line = prompting(lib)?;
    let said = answer_prompts(&mut line, &terminal.login, &terminal.password)?;
    check!(!said.starts_with("94"), "no 94 belongs here: {said}");
    let mut session = lib.on(line);
    session.charset = terminal.charset;
    session.ask(&lib.status())?.must_be("98")?.must_have("online", "Y")?;
    let item = lib.item()?;
    session.ask(&lib.item_information(item))?.must_be("18")?.must_carry("AB", item)
}

fn keeps_out_by_prompts(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    let mut line = prompting(lib)?;
    let _ = answer_prompts(&mut line, &terminal.login, "wrong")?;
    // What is no answer to a prompt must not be carried out either.
    if line
        .send(format!("{}\r", lib.item_information(lib.item()?).text()).as_bytes())
        .is_err()
    {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&line.hear_raw(SILENCE)).into_owned();
    check!(!said.contains("18"), "let in with a wrong password: {said}");
    Ok(())
}

fn speaks_tls(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    let mut session = lib.connect_tls()?;
    session.charset = terminal.charset;
    session
        .ask(&lib.login(&terminal.login, &terminal.password))?
        .must_be("94")?
        .must_have("ok", "1")?;
    session.ask(&lib.status())?.must_be("98")?;
    let item = lib.item()?;
    session.ask(&lib.item_information(item))?.must_be("18")?.must_carry("AB", item)
}

fn serves_no_plain_text_on_tls(lib: &Subject) -> Verdict {
    let Some((address, _)) = &lib.facts.tls else {
        return skip("no --tls given");
    };
    let mut line = Line::connect(address)?;
    line.send(b"9900302.00\r")?;
    let said = line.hear_raw(SILENCE);
    check!(!said.starts_with(b"98"), "answered plain text: {}", String::from_utf8_lossy(&said));
    Ok(())
}

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
