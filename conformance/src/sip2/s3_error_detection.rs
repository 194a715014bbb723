//! Section 3: sequence number and checksum.

use super::{
    case::{Case, Verdict, case, check, skip},
    subject::Subject,
    wire::{
        Charset, Request, Trailer,
        checksum::{checksum, code_point_checksum},
    },
};

/// The cases of section 3.
pub const CASES: &[Case] = &[
    case!(
        "3",
        "the answer carries the request's digit and a right sum, for all ten digits",
        echoes_the_sequence
    ),
    case!(
        "3",
        "an answer has a trailer exactly when its request had one, mixed on one connection",
        mirrors_the_trailer
    ),
    case!("3", "AZ without AY is answered with AZ alone", answers_a_bare_checksum),
    case!("3", "lower-case hex digits are accepted", accepts_lower_case),
    case!(
        "3",
        "the sum is of encoded bytes, in each terminal's character set",
        sums_encoded_bytes
    ),
    case!("3", "decomposed letters are summed as sent", sums_decomposed_letters),
    case!(
        "3",
        "a sum over code points is accepted where the byte sum fails",
        accepts_code_point_sums
    ),
    case!(
        "3",
        "no delimiter stands after AY's digit or after AZ's digits",
        writes_no_delimiter_in_the_trailer
    ),
    case!(
        "3",
        "97 is without AY and its AZ is FEF5; it is understood with error detection on",
        understands_97_with_checksum
    ),
];

fn echoes_the_sequence(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for digit in (0..=9).chain([0]) {
        let answer = session
            .ask_with(&lib.item_information(item), &Trailer::Sequence(digit))?
            .must_be("18")?;
        let expected = char::from_digit(u32::from(digit), 10);
        check!(answer.sequence == expected, "sent {digit}, got {:?}", answer.sequence);
        answer.must_be_well_formed()?;
    }
    Ok(())
}

fn mirrors_the_trailer(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for (digit, with) in [(1, true), (2, false), (3, true), (4, true), (5, false), (6, false)] {
        let trailer = if with { Trailer::Sequence(digit) } else { Trailer::None };
        let answer = session.ask_with(&lib.item_information(item), &trailer)?.must_be("18")?;
        check!(
            answer.has_checksum == with && answer.sequence.is_some() == with,
            "trailer asked: {with}; got {}",
            answer.text
        );
    }
    Ok(())
}

fn answers_a_bare_checksum(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let answer = session
        .ask_with(&lib.item_information(item), &Trailer::ChecksumOnly)?
        .must_be("18")?;
    check!(
        answer.has_checksum && answer.sequence.is_none(),
        "expected AZ without AY: {}",
        answer.text
    );
    answer.must_be_well_formed()
}

fn accepts_lower_case(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    for digit in 0..=9 {
        let bytes = lib.status().encode(Charset::Utf8, &Trailer::Sequence(digit));
        let Some((front, sum)) = bytes.split_last_chunk::<4>() else {
            return skip("no sum");
        };
        let mut bytes = front.to_vec();
        bytes.extend(sum.to_ascii_lowercase());
        bytes.push(b'\r');
        session.ask_bytes(&bytes)?.must_be("98")?;
    }
    Ok(())
}

fn sums_encoded_bytes(lib: &Subject) -> Verdict {
    lib.terminal()?;
    let card = "Ærø Blåbærgrød";
    for terminal in &lib.facts.terminals {
        if !terminal.charset.holds(card) {
            continue;
        }
        let mut session = lib.session_of(terminal)?;
        let answer = session
            .ask_with(&lib.patron_status(card, None), &Trailer::Sequence(1))?
            .must_be("24")?;
        answer.must_carry("AA", card)?;
        let sum_fault = answer.faults.iter().find(|fault| fault.starts_with("AZ"));
        check!(sum_fault.is_none(), "{:?}: {sum_fault:?} in {}", terminal.charset, answer.text);
    }
    Ok(())
}

fn sums_decomposed_letters(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    if session.charset != Charset::Utf8 {
        return skip("the first terminal is not UTF-8");
    }
    let request = lib.patron_status("re\u{300}gle", None);
    let answer = session.ask_with(&request, &Trailer::Sequence(4))?.must_be("24")?;
    let sum_fault = answer.faults.iter().find(|fault| fault.starts_with("AZ"));
    check!(sum_fault.is_none(), "{sum_fault:?} in {}", answer.text);
    Ok(())
}

fn accepts_code_point_sums(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    if session.charset != Charset::Utf8 {
        return skip("the first terminal is not UTF-8");
    }
    let covered = format!("{}AY1AZ", lib.patron_status("Ærø", None).text());
    check!(
        code_point_checksum(&covered) != checksum(covered.as_bytes()),
        "the two sums should differ"
    );
    let message = format!("{covered}{:04X}\r", code_point_checksum(&covered));
    session.ask_bytes(message.as_bytes())?.must_be("24")?.must_carry("AA", "Ærø")
}

fn writes_no_delimiter_in_the_trailer(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    let requests: [Request; 3] = [
        lib.status(),
        lib.end_session(&card.number),
        lib.patron_information(&card.number, card.pin.as_deref(), ""),
    ];
    for request in requests {
        let answer = session.ask_with(&request, &Trailer::Sequence(7))?;
        let tail = answer.bytes.split_last_chunk::<9>().map(|(_, tail)| tail);
        check!(
            tail.is_some_and(|tail| tail.starts_with(b"AY7AZ")),
            "the trailer is not the end of {}",
            answer.text
        );
    }
    Ok(())
}

fn understands_97_with_checksum(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let first = session.ask_with(&lib.status(), &Trailer::Sequence(1))?.must_be("98")?;
    let again = session.ask_bytes(b"97AZFEF5\r")?;
    check!(again.bytes == first.bytes, "97AZFEF5 got {}, not {}", again.text, first.text);
    Ok(())
}
