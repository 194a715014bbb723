//! Section 14: security and privacy, as far as they show from outside.

use std::time::{Duration, Instant};

use super::{
    case::{Case, Verdict, case, check},
    s9_operations::s9_2_patron::WRONG_PIN,
    s12_tolerance::still_serves,
    subject::Subject,
    wire::{Line, Trailer},
};

/// The cases of section 14.
pub const CASES: &[Case] = &[
    case!(
        "14",
        "garbage on one connection harms no session beside it",
        protects_other_sessions
    ),
    case!(
        "14",
        "two hundred half-open connections keep nobody out",
        survives_half_open_connections
    ),
    case!(
        "14",
        "connections cut in the middle of a message, a hundred times",
        survives_aborted_messages
    ),
    case!(
        "14",
        "wrong PINs without end neither tell anything nor stop the terminal",
        survives_pin_guessing
    ),
    case!(
        "14",
        "PIN guessing at one terminal locks the patron out of no other",
        locks_no_neighbour_out
    ),
    case!("14", "wrong logins without end stop no honest terminal", survives_login_guessing),
    case!("14", "no answer carries a PIN or a password", echoes_no_secret),
];

fn protects_other_sessions(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut honest = lib.session()?;
    for garbage in [
        &b"\xff\xfe\xfd\r"[..],
        b"11\r09\r63\r",
        b"97\r97\r97\r96\r",
        b"|||||||\r",
        b"17\n\n\n\r",
        b"9300CN|CO|\r",
        b"None\r",
    ] {
        let mut bad = lib.session()?;
        bad.line.send(garbage)?;
        bad.line.hear_raw(Duration::from_millis(20));
        drop(bad);
        honest.ask(&lib.item_information(item))?.must_be("18")?.must_carry("AB", item)?;
    }
    Ok(())
}

fn survives_half_open_connections(lib: &Subject) -> Verdict {
    let mut open = Vec::new();
    for _ in 0..200 {
        let mut line = Line::connect(&lib.address)?;
        line.send(b"9300CNhalf")?;
        open.push(line);
    }
    let started = Instant::now();
    still_serves(lib)?;
    let took = started.elapsed();
    check!(took < Duration::from_secs(2), "an honest terminal waited {took:?}");
    Ok(())
}

fn survives_aborted_messages(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    for _ in 0..100 {
        let mut session = lib.session()?;
        let text = lib.patron_information(&card.number, None, "YYYYYY");
        let half = text.text().len() / 2;
        session.line.send(text.text().as_bytes().get(..half).unwrap_or_default())?;
    }
    still_serves(lib)?;
    check!(lib.session()?.is_available(item)?, "something was done by half");
    Ok(())
}

fn survives_pin_guessing(lib: &Subject) -> Verdict {
    let (victim, reader) = (lib.victim()?, lib.reader()?);
    let mut session = lib.session()?;
    for guess in 0..12 {
        let pin = format!("{WRONG_PIN}{guess}");
        session.send_with(&lib.patron_information(&victim.number, Some(&pin), "YYYYYY"), &Trailer::None)?;
        match session.line.hear(Duration::from_secs(30)) {
            super::wire::Heard::Message(bytes) => {
                let answer = super::wire::Answer::read(&bytes, session.charset).must_be("64")?;
                for id in ["AE", "BD", "BE", "BF", "AU"] {
                    answer.must_not_tell(id)?;
                }
                check!(answer.field("CQ") != Some("Y"), "a guess was taken: {}", answer.text);
            }
            heard => check!(false, "guess {guess} got {heard:?}"),
        }
    }
    // Another terminal of the same account serves another patron as ever.
    let other = lib.session()?.information(reader, "")?;
    other.must_carry("BL", "Y")?;
    if reader.pin.is_some() {
        other.must_carry("CQ", "Y")?;
    }
    Ok(())
}

fn locks_no_neighbour_out(lib: &Subject) -> Verdict {
    let victim = lib.card("ordinary", 3)?;
    let Some(other) = lib.facts.terminals.get(1) else {
        return super::case::skip("only one terminal is known");
    };
    let mut session = lib.session()?;
    for _ in 0..6 {
        session.ask(&lib.patron_status(&victim.number, Some(WRONG_PIN)))?.must_be("24")?;
    }
    let elsewhere = lib
        .session_of(other)?
        .ask(&lib.patron_status(&victim.number, victim.pin.as_deref()))?;
    elsewhere.must_be("24")?.must_carry("CQ", "Y")
}

fn survives_login_guessing(lib: &Subject) -> Verdict {
    lib.terminal()?;
    for guess in 0..12 {
        let mut session = lib.connect()?;
        session.send_with(&lib.login("no-such-terminal", &format!("guess{guess}")), &Trailer::None)?;
        session.line.hear(Duration::from_millis(100));
    }
    still_serves(lib)
}

fn echoes_no_secret(lib: &Subject) -> Verdict {
    let (victim, item) = (lib.victim()?, lib.item()?);
    let secret = "zq9Secret7xk";
    let mut session = lib.session()?;
    for request in [
        lib.patron_status(&victim.number, Some(secret)),
        lib.patron_information(&victim.number, Some(secret), "YYYYYY"),
        lib.checkout(&victim.number, item).with("AD", secret),
        lib.renew_all(&victim.number, Some(secret)),
        lib.enable(&victim.number, Some(secret)),
        lib.login("no-such-terminal", secret),
    ] {
        let answer = session.ask(&request)?;
        check!(!answer.text.contains(secret), "the PIN came back: {}", answer.text);
    }
    Ok(())
}
