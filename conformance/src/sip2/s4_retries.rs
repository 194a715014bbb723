//! Section 4: retries, duplicates, resend.

use super::{
    case::{Case, Verdict, case, check, deviates, fail},
    subject::{Session, Subject},
    wire::{Answer, Charset, Heard, Request, Trailer, line::SILENCE},
};

/// The cases of section 4.
pub const CASES: &[Case] = &[
    case!(
        "4.1",
        "a bad sum is answered 96AZFEF6 and nothing is done",
        asks_again_after_a_bad_sum
    ),
    case!(
        "4.2",
        "the same AY and AZ again: the last answer again, executed once",
        replays_a_checkout
    ),
    case!("4.2", "a duplicate check-in gets the stored answer", replays_a_checkin),
    case!(
        "4.2",
        "read-only requests with a constant AY are executed again, not replayed",
        executes_reads_anew
    ),
    case!(
        "4.2",
        "contract: a byte-identical 11 over a new connection within 60 s is a resend",
        replays_over_a_new_connection
    ),
    case!("4.2", "contract: the same without a trailer", replays_without_a_trailer),
    case!("4.2", "contract: a new transaction date makes a new message", executes_a_new_date),
    case!(
        "4.2",
        "contract: a resent 09, 29 and 15 over a new connection get the stored answers",
        replays_other_changes
    ),
    case!(
        "4.3",
        "97 gets the last answer, byte for byte, its AY included",
        resends_the_last_answer
    ),
    case!("4.3", "97 twice gets it twice", resends_twice),
    case!("4.4", "97 when nothing was sent yet gets 96", has_nothing_to_resend),
    case!("4.5", "97 does not become the previous message", keeps_the_previous_over_97),
    case!(
        "4.5",
        "a message that got 96 does not become the previous message",
        keeps_the_previous_over_96
    ),
    case!(
        "4.6",
        "after 96 a byte-for-byte repeat, now right, is a first execution",
        executes_the_repeat
    ),
    case!(
        "4.6",
        "after 96 a repeat without AY and with a new AZ is a first execution",
        executes_the_repeat_without_sequence
    ),
    case!("4.7", "a jump or a standstill of AY is never refused", accepts_any_order_of_digits),
    case!("4.7", "AY10 is a bad trailer: 96", refuses_a_sequence_of_two_digits),
    case!(
        "4.8",
        "a message without trailer after others with one is processed without",
        accepts_a_missing_trailer
    ),
    case!(
        "4.9",
        "an unknown command id is ignored, and the connection lives",
        ignores_unknown_commands
    ),
    case!(
        "4.10",
        "a known message cut short, with a good sum, gets its failure answer and not 96",
        answers_a_message_cut_short
    ),
];

fn is_resend_request(answer: &Answer) -> Verdict {
    check!(answer.id() == "96", "expected 96, got {}", answer.text);
    check!(
        answer.bytes == b"96AZFEF6",
        "with error detection on 96 is 96AZFEF6, got {}",
        answer.text
    );
    Ok(())
}

fn asks_again_after_a_bad_sum(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let answer = session.ask_with(&lib.checkout(&card.number, item), &Trailer::Wrong(1))?;
    is_resend_request(&answer)?;
    check!(session.is_available(item)?, "the check-out with the bad sum was carried out");
    Ok(())
}

/// Sends the same bytes twice and demands the same answer.
fn twice(session: &mut Session<'_>, request: &Request, trailer: &Trailer) -> Result<Answer, super::case::Trouble> {
    let first = session.ask_with(request, trailer)?;
    let second = session.ask_with(request, trailer)?;
    check!(first.bytes == second.bytes, "first {}, then {}", first.text, second.text);
    Ok(first)
}

fn replays_a_checkout(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let request = lib.checkout(&card.number, item);
    let answer = twice(&mut session, &request, &Trailer::Sequence(1))?.must_be("12")?;
    answer.must_have("ok", "1")?;
    let loans = session.information(card, "  Y")?;
    let times = loans.fields("AU").filter(|entry| entry.starts_with(item)).count();
    check!(times == 1, "the item stands {times} times among the charged items: {}", loans.text);
    Ok(())
}

fn replays_a_checkin(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    twice(&mut session, &lib.checkin(item), &Trailer::Sequence(2))?
        .must_be("10")?
        .must_have("ok", "1")
}

fn executes_reads_anew(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let request = lib.item_information(item);
    let before = session.ask_with(&request, &Trailer::Sequence(0))?.must_be("18")?;
    lib.session()?.lend(&card.number, item)?;
    let after = session.ask_with(&request, &Trailer::Sequence(0))?.must_be("18")?;
    let status = |answer: &Answer| answer.fixed("circulation_status").map(str::to_owned);
    check!(
        status(&before)? != "04" && status(&after)? == "04",
        "the item was lent in between; first {}, then {}",
        before.text,
        after.text
    );
    Ok(())
}

fn replays_over_a_new_connection(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let request = lib.checkout(&card.number, item);
    resent_over_a_new_connection(lib, &request, &Trailer::Sequence(3))?.must_have("ok", "1")
}

fn replays_without_a_trailer(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let request = lib.checkout(&card.number, item);
    resent_over_a_new_connection(lib, &request, &Trailer::None)?.must_have("ok", "1")
}

fn resent_over_a_new_connection(lib: &Subject, request: &Request, trailer: &Trailer) -> Result<Answer, super::case::Trouble> {
    lib.terminal()?;
    let first = lib.session()?.ask_with(request, trailer)?;
    let second = lib.session()?.ask_with(request, trailer)?;
    check!(
        first.bytes == second.bytes,
        "over the first connection {}, over the second {}",
        first.text,
        second.text
    );
    Ok(first)
}

fn executes_a_new_date(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let request = |date: &str| lib.checkout_as("NN", date, &lib.no_due_date(), &card.number, item);
    session.ask(&request(&lib.now()))?.must_be("12")?.must_have("ok", "1")?;
    // The patron has it already and the terminal may not renew: executed, this is refused.
    session.ask(&request(&lib.hours_from_now(1)))?.must_be("12")?.must_have("ok", "0")
}

fn replays_other_changes(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let renew = lib.renew("N", &card.number, item);
    resent_over_a_new_connection(lib, &renew, &Trailer::None)?.must_be("30")?;
    let back = lib.checkin(item);
    resent_over_a_new_connection(lib, &back, &Trailer::None)?
        .must_be("10")?
        .must_have("ok", "1")?;
    let hold = lib.hold("+", card, "AJ", lib.title()?);
    let answer = resent_over_a_new_connection(lib, &hold, &Trailer::None)?.must_be("16")?;
    answer.must_have("ok", "1")
}

fn resends_the_last_answer(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let first = session.ask_with(&lib.item_information(item), &Trailer::Sequence(5))?;
    let again = session.ask_bytes(b"97AZFEF5\r")?;
    if again.bytes != first.bytes && again.text.starts_with(first.text.split("AY5").next().unwrap_or("-")) {
        return deviates("the resent answer comes without its AY");
    }
    check!(again.bytes == first.bytes, "97 got {}, not {}", again.text, first.text);
    Ok(())
}

fn resends_twice(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let first = session.ask(&lib.item_information(item))?;
    for _ in 0..2 {
        let again = session.ask_bytes(b"97\r")?;
        check!(again.bytes == first.bytes, "97 got {}, not {}", again.text, first.text);
    }
    Ok(())
}

fn has_nothing_to_resend(lib: &Subject) -> Verdict {
    let mut session = lib.connect()?;
    let answer = session.ask_bytes(b"97AZFEF5\r")?;
    is_resend_request(&answer)
}

fn keeps_the_previous_over_97(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let request = lib.checkout(&card.number, item);
    let first = session.ask_with(&request, &Trailer::Sequence(1))?;
    first.must_have("ok", "1")?;
    session.ask_bytes(b"97AZFEF5\r")?;
    let second = session.ask_with(&request, &Trailer::Sequence(1))?;
    check!(second.bytes == first.bytes, "after 97 the repeat got {}", second.text);
    Ok(())
}

fn keeps_the_previous_over_96(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let request = lib.checkout(&card.number, item);
    let first = session.ask_with(&request, &Trailer::Sequence(1))?;
    first.must_have("ok", "1")?;
    let refused = session.ask_with(&lib.item_information(item), &Trailer::Wrong(2))?;
    is_resend_request(&refused)?;
    let second = session.ask_with(&request, &Trailer::Sequence(1))?;
    check!(second.bytes == first.bytes, "after 96 the repeat got {}", second.text);
    Ok(())
}

fn executes_the_repeat(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let request = lib.checkout(&card.number, item);
    is_resend_request(&session.ask_with(&request, &Trailer::Wrong(6))?)?;
    session
        .ask_with(&request, &Trailer::Sequence(6))?
        .must_be("12")?
        .must_have("ok", "1")
}

fn executes_the_repeat_without_sequence(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let request = lib.checkout(&card.number, item);
    is_resend_request(&session.ask_with(&request, &Trailer::Wrong(6))?)?;
    let answer = session.ask_with(&request, &Trailer::ChecksumOnly)?.must_be("12")?;
    answer.must_have("ok", "1")
}

fn accepts_any_order_of_digits(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for digit in [0, 5, 2, 9, 9, 0, 0, 7] {
        let answer = session.ask_with(&lib.item_information(item), &Trailer::Sequence(digit))?;
        answer.must_be("18")?;
    }
    Ok(())
}

fn refuses_a_sequence_of_two_digits(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let trailer = Trailer::After("AY10".to_owned());
    is_resend_request(&session.ask_with(&lib.item_information(item), &trailer)?)
}

fn accepts_a_missing_trailer(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    session
        .ask_with(&lib.item_information(item), &Trailer::Sequence(1))?
        .must_be("18")?;
    let answer = session.ask(&lib.item_information(item))?.must_be("18")?;
    check!(!answer.has_checksum, "answered with a trailer: {}", answer.text);
    Ok(())
}

fn ignores_unknown_commands(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    for bytes in [&b"5020261124    120000AOX|\r"[..], b"XX\r", b"00\r"] {
        session.line.send(bytes)?;
        match session.line.hear(SILENCE) {
            Heard::Nothing => {}
            Heard::Message(answer) if answer.starts_with(b"96") => {
                return deviates("answers 96 to an unknown command");
            }
            Heard::Message(answer) => {
                return fail(format!("answered {}", String::from_utf8_lossy(&answer)));
            }
            Heard::Closed => return fail("closed the connection"),
        }
    }
    session.ask(&lib.status())?.must_be("98")?;
    Ok(())
}

fn answers_a_message_cut_short(lib: &Subject) -> Verdict {
    for (request, answer_id) in [
        ("11YN2026", "12"),
        ("09N", "10"),
        ("17", "18"),
        ("2300920261124", "24"),
        ("63", "64"),
        ("37", "38"),
        ("15+", "16"),
        ("29NN", "30"),
        ("65", "66"),
        ("35", "36"),
        ("19", "20"),
        ("25", "26"),
        ("01", "24"),
    ] {
        let mut session = lib.session()?;
        let mut bytes = Request::new(request).encode(Charset::Utf8, &Trailer::Sequence(1));
        bytes.push(b'\r');
        session.ask_bytes(&bytes)?.must_be(answer_id)?;
    }
    Ok(())
}
