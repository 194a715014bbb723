//! Section 9.1: login and status.

use std::{fs, path::Path, time::Duration};

use crate::clock;
use crate::sip2::{
    case::{Case, Trouble, Verdict, case, check, fail, skip},
    subject::{Session, Subject},
    wire::{Answer, Heard, Request, Trailer, line::PATIENCE, line::SILENCE},
};

/// The cases of section 9.1.
pub const CASES: &[Case] = &[
    case!(
        "9.1",
        "a wrong login gets 940, and the connection has a few more tries",
        allows_another_try
    ),
    case!(
        "9.1",
        "no such account and wrong password get the same answer",
        answers_wrong_logins_alike
    ),
    case!(
        "9.1",
        "a request before login is not executed and gets no answer",
        executes_nothing_before_login
    ),
    case!("9.1", "a login algorithm other than 0 is refused", refuses_other_algorithms),
    case!(
        "9.1",
        "a second login that fails leaves the connection logged out",
        logs_out_on_a_failed_second_login
    ),
    case!("9.1", "a second login that succeeds serves on", serves_after_a_second_login),
    case!(
        "9.1",
        "98: timeout and retries are three digits, version 2.00, on-line Y",
        states_its_policy
    ),
    case!(
        "9.1",
        "a version 1.00 terminal that has not logged in gets no field of 2.00",
        omits_new_fields_for_version_1
    ),
    case!(
        "9.1",
        "a terminal that logged in with 93 stays at 2.00 whatever its 99 says",
        stays_at_version_2
    ),
    case!(
        "9.1",
        "the terminal's location is told back in AN, its library in AM",
        names_library_and_terminal
    ),
    case!(
        "9.1",
        "maintenance: the next request, whatever it is, gets 98 with on-line N and AF, once; its end 98 with Y, once",
        tells_of_maintenance,
        Maintenance
    ),
];

/// Removes the file again, however the case ends.
struct Down<'a>(&'a Path);

impl<'a> Down<'a> {
    fn for_maintenance(file: &'a Path) -> Result<Self, Trouble> {
        match fs::write(file, "") {
            Ok(()) => Ok(Self(file)),
            Err(why) => fail(format!("{}: {why}", file.display())),
        }
    }
}

impl Drop for Down<'_> {
    fn drop(&mut self) {
        // Where it is gone already there is nothing to do.
        let _ = fs::remove_file(self.0);
    }
}

fn tells_of_maintenance(lib: &Subject) -> Verdict {
    let Some(file) = &lib.facts.maintenance_file else {
        return skip("no --maintenance-file given");
    };
    let item = lib.item()?;
    let mut session = lib.session()?;
    session.ask(&lib.item_information(item))?.must_be("18")?;
    let down = Down::for_maintenance(file)?;
    let told = next_status(lib, &mut session, item)?;
    told.must_have("online", "N")?;
    told.must_explain()?;
    // The terminal repeats its request; it is told no second time.
    session.ask(&lib.item_information(item))?.must_be("18")?;
    drop(down);
    next_status(lib, &mut session, item)?.must_have("online", "Y")?;
    session.ask(&lib.item_information(item))?.must_be("18")?;
    Ok(())
}

/// The first 98 that comes in answer to questions about an item.
fn next_status(lib: &Subject, session: &mut Session<'_>, item: &str) -> Result<Answer, Trouble> {
    for _ in 0..100 {
        let answer = session.ask(&lib.item_information(item))?;
        if answer.id() == "98" {
            return Ok(answer);
        }
        clock::wait(Duration::from_millis(100));
    }
    fail("ten seconds on, no request was answered by 98")
}

fn allows_another_try(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    let mut session = lib.connect()?;
    let answer = session.ask(&lib.login(&terminal.login, "surely-not-this"))?;
    check!(answer.bytes == b"940", "a wrong login got {}", answer.text);
    // The delay grows; a first failure must not keep an honest terminal out.
    session
        .ask(&lib.login(&terminal.login, &terminal.password))?
        .must_be("94")?
        .must_have("ok", "1")
}

fn answers_wrong_logins_alike(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    let wrong = lib.connect()?.ask(&lib.login(&terminal.login, "surely-not-this"))?;
    let unknown = lib.connect()?.ask(&lib.login("no-such-terminal", "surely-not-this"))?;
    check!(
        wrong.bytes == unknown.bytes,
        "wrong password {}, unknown account {}",
        wrong.text,
        unknown.text
    );
    Ok(())
}

/// The server neither answers with a response of work nor does anything.
fn not_served(session: &mut Session<'_>, request: &Request) -> Verdict {
    session.send_with(request, &Trailer::None)?;
    match session.line.hear(SILENCE.max(Duration::from_millis(800))) {
        Heard::Closed | Heard::Nothing => Ok(()),
        Heard::Message(bytes) if bytes.starts_with(b"94") => Ok(()),
        Heard::Message(bytes) => fail(format!(
            "{} was answered {} without login",
            request.id(),
            String::from_utf8_lossy(&bytes)
        )),
    }
}

fn executes_nothing_before_login(lib: &Subject) -> Verdict {
    lib.terminal()?;
    let (card, item) = (lib.reader()?, lib.item()?);
    for request in [
        lib.checkout(&card.number, item),
        lib.patron_information(&card.number, card.pin.as_deref(), "YYYYYY"),
        lib.item_information(item),
    ] {
        not_served(&mut lib.connect()?, &request)?;
    }
    check!(lib.session()?.is_available(item)?, "the check-out was carried out without login");
    Ok(())
}

fn refuses_other_algorithms(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    for algorithms in ["10", "01", "11"] {
        let request = Request::new(format!("93{algorithms}"))
            .with("CN", &terminal.login)
            .with("CO", &terminal.password);
        lib.connect()?.ask(&request)?.must_be("94")?.must_have("ok", "0")?;
    }
    Ok(())
}

fn logs_out_on_a_failed_second_login(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    let item = lib.item()?;
    let mut session = lib.session()?;
    let second = session.ask(&lib.login(&terminal.login, "surely-not-this"))?.must_be("94")?;
    second.must_have("ok", "0")?;
    not_served(&mut session, &lib.item_information(item))
}

fn serves_after_a_second_login(lib: &Subject) -> Verdict {
    let terminal = lib.terminal()?;
    let item = lib.item()?;
    let mut session = lib.session()?;
    let second = session.ask(&lib.login(&terminal.login, &terminal.password))?.must_be("94")?;
    second.must_have("ok", "1")?;
    session.ask(&lib.item_information(item))?.must_be("18")?.must_carry("AB", item)
}

fn states_its_policy(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let answer = session.ask(&lib.status())?.must_be("98")?;
    answer.must_have("online", "Y")?;
    answer.must_have("version", "2.00")?;
    for number in ["timeout", "retries"] {
        let value = answer.fixed(number)?;
        check!(value.bytes().all(|b| b.is_ascii_digit()), "{number} is {value:?}");
    }
    check!(answer.fixed("timeout")? != "000", "timeout 000 says not on-line");
    Ok(())
}

fn omits_new_fields_for_version_1(lib: &Subject) -> Verdict {
    let mut session = lib.connect()?;
    session.send_with(&Request::new("9900801.00"), &Trailer::None)?;
    match session.line.hear(PATIENCE) {
        Heard::Message(bytes) => {
            let answer = super::super::wire::Answer::read(&bytes, session.charset).must_be("98")?;
            check!(answer.field("BX").is_none(), "BX is a field of 2.00: {}", answer.text);
            Ok(())
        }
        Heard::Nothing | Heard::Closed => skip("the server answers no 99 before login"),
    }
}

fn stays_at_version_2(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    session.ask(&Request::new("9900801.00"))?.must_be("98")?;
    session.information(card, "")?.must_carry("BL", "Y")?;
    for odd in ["9900802.0E|", "990 802.00", "9909992", "9900302.0", "99"] {
        session.ask(&Request::new(odd))?.must_be("98")?;
    }
    session.information(card, "")?.must_carry("BL", "Y")
}

fn names_library_and_terminal(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let answer = session.ask(&lib.status())?.must_be("98")?;
    check!(answer.field("AO").is_some_and(|ao| !ao.is_empty()), "AO is empty: {}", answer.text);
    check!(answer.field("AM").is_some(), "no AM: {}", answer.text);
    Ok(())
}
