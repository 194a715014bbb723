//! Section 12: what comes in, and has to be borne.

use std::time::{Duration, Instant};

use super::{
    case::{Case, Trouble, Verdict, case, check, fail, skip},
    subject::{NO_DATE, Session, Subject},
    wire::{Charset, Heard, Request, Trailer, checksum::checksum, line::SILENCE},
};

/// The cases of section 12.
pub const CASES: &[Case] = &[
    case!("12.1", "CR LF ends a message, and its LF does not start the next", accepts_crlf),
    case!("12.1", "LF alone ends a message on a connection that began so", accepts_lf),
    case!(
        "12.1",
        "empty messages, blanks and NULs alone are skipped silently",
        skips_empty_messages
    ),
    case!(
        "12.1",
        "a stray LF in a value, once CR has ended a message, is deleted but summed",
        deletes_a_stray_lf
    ),
    case!(
        "12.2",
        "leading control characters are dropped before the checksum is reckoned",
        drops_leading_junk
    ),
    case!("12.3", "trailing blanks, TAB and NUL are dropped", drops_trailing_junk),
    case!(
        "12.4",
        "a stray delimiter after AY's digit or AZ's digits is accepted",
        accepts_delimiters_in_the_trailer
    ),
    case!(
        "12.4",
        "a field that looks like a checksum is a field",
        keeps_a_title_that_looks_like_a_sum
    ),
    case!("12.5", "lower-case and digit flags are understood, nonsense is N", reads_odd_flags),
    case!(
        "12.6",
        "a missing last delimiter, empty pieces and one-byte pieces are accepted",
        accepts_ragged_fields
    ),
    case!(
        "12.7",
        "of a field that comes twice the first non-empty one counts",
        takes_the_first_of_two
    ),
    case!("12.8", "blanks around AA and AB are trimmed, never around AD", trims_identifiers),
    case!(
        "12.8",
        "ids with quotes, wildcards, slashes and blanks find nothing and harm nothing",
        escapes_identifiers
    ),
    case!(
        "12.9",
        "item information with a language before its date is understood",
        shifts_by_three
    ),
    case!("12.10", "blank-padded widths and odd versions are understood", reads_odd_status),
    case!(
        "12.11",
        "bytes outside the character set never end the connection",
        survives_undecodable_bytes
    ),
    case!(
        "12.11",
        "Windows-1252 letters from a UTF-8 terminal are understood",
        falls_back_to_windows_1252
    ),
    case!(
        "12.12",
        "64 KiB without an end closes the connection, silently",
        closes_on_endless_input
    ),
    Case {
        waits: true,
        ..case!(
            "12.12",
            "a message that drips in for longer than 30 s ends the connection",
            closes_on_slow_input
        )
    },
    case!("12.13", "a summary shorter than ten is padded", pads_the_summary),
    case!(
        "12.14",
        "a known message without its fields gets its negative answer with AF",
        answers_without_fields
    ),
    case!(
        "12.16",
        "an empty or absent AO is the terminal's own; AC is ignored",
        fills_in_the_institution
    ),
    case!(
        "12.17",
        "one byte at a time, in pieces, or joined: the same answers",
        accepts_any_segmentation
    ),
    case!(
        "12.18",
        "HTTP, TLS and Z39.50 on the port: closed quietly",
        closes_on_other_protocols
    ),
    case!("12", "a thousand random lines leave the server serving", survives_noise),
];

/// Asks for an item with the bytes given and demands an 18 about it.
fn tells_of(session: &mut Session<'_>, bytes: &[u8], item: &str) -> Verdict {
    session.ask_bytes(bytes)?.must_be("18")?.must_carry("AB", item)
}

fn accepts_crlf(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for digit in 1..5 {
        let mut bytes = lib.item_information(item).encode(Charset::Utf8, &Trailer::Sequence(digit));
        bytes.extend(b"\r\n");
        tells_of(&mut session, &bytes, item)?;
    }
    let heard = session.line.hear(SILENCE);
    check!(heard == Heard::Nothing, "the LF was answered: {heard:?}");
    Ok(())
}

fn accepts_lf(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.connect()?;
    if let Some(terminal) = lib.facts.terminals.first() {
        let login = format!("{}\n", lib.login(&terminal.login, &terminal.password).text());
        session.ask_bytes(login.as_bytes())?.must_be("94")?.must_have("ok", "1")?;
    }
    for _ in 0..3 {
        let bytes = format!("{}\n", lib.item_information(item).text());
        tells_of(&mut session, bytes.as_bytes(), item)?;
    }
    Ok(())
}

fn skips_empty_messages(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    session.line.send(b"\r\r\n\r   \r\0\0\r\t\r\n")?;
    let heard = session.line.hear(SILENCE);
    check!(heard == Heard::Nothing, "emptiness was answered: {heard:?}");
    let bytes = format!("{}\r", lib.item_information(item).text());
    tells_of(&mut session, bytes.as_bytes(), item)
}

fn deletes_a_stray_lf(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let Some((front, back)) = item.split_at_checked(item.len() / 2) else {
        return skip("no barcode");
    };
    let mut session = lib.session()?;
    let request = Request::new(format!("17{}", lib.now()))
        .with("AO", &lib.institution)
        .with("AB", &format!("{front}\n{back}"))
        .with("AC", "");
    let mut bytes = request.encode(Charset::Utf8, &Trailer::Sequence(3));
    bytes.push(b'\r');
    tells_of(&mut session, &bytes, item)
}

fn drops_leading_junk(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for junk in [&b"\n"[..], b"\0", b"  ", b"\n\0\x01\x1f ", b"\t\t"] {
        let mut bytes = junk.to_vec();
        bytes.extend(lib.item_information(item).encode(Charset::Utf8, &Trailer::Sequence(1)));
        bytes.push(b'\r');
        tells_of(&mut session, &bytes, item)?;
    }
    Ok(())
}

fn drops_trailing_junk(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for junk in [&b" "[..], b"\0", b"\t \0", b"   "] {
        for trailer in [Trailer::None, Trailer::Sequence(2)] {
            let mut bytes = lib.item_information(item).encode(Charset::Utf8, &trailer);
            bytes.extend(junk);
            bytes.push(b'\r');
            tells_of(&mut session, &bytes, item)?;
        }
    }
    Ok(())
}

fn accepts_delimiters_in_the_trailer(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for (between, after) in [("", "|"), ("|", ""), ("|", "|")] {
        let covered = format!("{}AY4{between}AZ", lib.item_information(item).text());
        let message = format!("{covered}{:04X}{after}\r", checksum(covered.as_bytes()));
        tells_of(&mut session, message.as_bytes(), item)?;
    }
    Ok(())
}

fn keeps_a_title_that_looks_like_a_sum(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let request = lib.item_status_update(item, "ends in AZ1234");
    session.ask(&request)?.must_be("20")?.must_carry("AB", item)
}

fn reads_odd_flags(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    for renewal in ["y", "1"] {
        let item = lib.item()?;
        session.lend_briefly(&card.number, item)?;
        let flags = format!("{renewal}N");
        let request = lib.checkout_as(&flags, &lib.now(), &lib.no_due_date(), &card.number, item);
        session.ask(&request)?.must_be("12")?.must_have("renewal_ok", "Y")?;
    }
    let item = lib.item()?;
    // Were "no block" read as Y, the blocked patron would get the item.
    let blocked = lib.card("blocked", 0)?;
    for nonsense in ["N?", "N ", "N0", "Nn", "xx"] {
        let request = lib.checkout_as(nonsense, &lib.now(), &lib.no_due_date(), &blocked.number, item);
        session.ask(&request)?.must_be("12")?.must_have("ok", "0")?;
    }
    Ok(())
}

fn accepts_ragged_fields(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for fields in [
        format!("AO|AC|AB{item}"),
        format!("AO||||AB{item}||AC|"),
        format!("|A|AO|x|AB{item}|AC|"),
        format!("AB{item}"),
    ] {
        let message = format!("17{}{fields}\r", lib.now());
        tells_of(&mut session, message.as_bytes(), item)?;
    }
    Ok(())
}

fn takes_the_first_of_two(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for fields in [format!("AB{item}|ABno-such-item|"), format!("AB|AB{item}|")] {
        let message = format!("17{}AO|{fields}AC|\r", lib.now());
        tells_of(&mut session, message.as_bytes(), item)?;
    }
    Ok(())
}

fn trims_identifiers(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let answer = session.ask(&lib.item_information(&format!("  {item} ")))?.must_be("18")?;
    check!(
        answer.field("AJ").is_some_and(|title| !title.is_empty()),
        "not found: {}",
        answer.text
    );
    let padded = format!(" {}  ", card.number);
    let answer = session.ask(&lib.patron_status(&padded, card.pin.as_deref()))?.must_be("24")?;
    answer.must_carry("BL", "Y")?;
    answer.must_carry("CQ", "Y")?;
    let victim = lib.victim()?;
    if let Some(pin) = &victim.pin {
        let padded = format!(" {pin} ");
        session
            .ask(&lib.patron_status(&victim.number, Some(&padded)))?
            .must_carry("CQ", "N")?;
    }
    Ok(())
}

fn escapes_identifiers(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    for odd in [
        "%",
        "*",
        "_",
        "' OR '1'='1",
        "\"",
        "\\",
        "a/b",
        "'; DROP TABLE item; --",
        "$(x)",
        "æ ø",
        "?",
    ] {
        let answer = session.ask(&lib.item_information(odd))?.must_be("18")?;
        answer.must_carry("AJ", "")?;
        let answer = session.ask(&lib.patron_status(odd, None))?.must_be("24")?;
        answer.must_carry("BL", "N")?;
    }
    session.ask(&lib.item_information(lib.item()?))?.must_be("18")?;
    Ok(())
}

fn shifts_by_three(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let message = format!("17001{}AO|AB{item}|AC|\r", lib.now());
    tells_of(&mut session, message.as_bytes(), item)
}

fn reads_odd_status(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    for odd in ["990 802.00", "9909992.00", "9900302.0E|", "9900802", "99", "99X   9.99"] {
        session.ask(&Request::new(odd))?.must_be("98")?;
    }
    Ok(())
}

fn survives_undecodable_bytes(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    session.judged = false;
    for odd in [&b"\xff\xfe"[..], b"\xc3", b"\xe6\xf8\xe5", b"\xf0\x9f\x92"] {
        let mut bytes = format!("17{}AO|AB", lib.now()).into_bytes();
        bytes.extend(odd);
        bytes.extend(b"|AC|\r");
        session.ask_bytes(&bytes)?.must_be("18")?;
    }
    let bytes = format!("{}\r", lib.item_information(item).text());
    tells_of(&mut session, bytes.as_bytes(), item)
}

fn falls_back_to_windows_1252(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.judged = false;
    if session.charset != Charset::Utf8 {
        return skip("the first terminal is not UTF-8");
    }
    let request = lib.patron_status("Bl\u{e5}b\u{e6}r", None);
    let mut bytes = request.encode(Charset::Windows1252, &Trailer::Sequence(1));
    bytes.push(b'\r');
    let answer = session.ask_bytes(&bytes)?.must_be("24")?;
    // "Keep the raw bytes for the echo": either the letters in UTF-8 or the very bytes.
    let echoed = answer.field("AA") == Some("Blåbær") || answer.bytes.windows(8).any(|w| w == b"AABl\xe5b\xe6r");
    check!(echoed, "AA came back as {:?}", answer.field("AA"));
    Ok(())
}

fn closes_on_endless_input(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let block = vec![b'A'; 16 * 1024];
    let mut refused = false;
    for _ in 0..16 {
        refused = session.line.send(&block).is_err();
        if refused {
            break;
        }
    }
    let (closed, said) = session.line.closes_within(Duration::from_secs(5));
    check!(closed || refused, "256 KiB without an end, and the connection stays");
    check!(said.is_empty(), "it was answered");
    lib.session()?.ask(&lib.status())?.must_be("98")?;
    Ok(())
}

fn closes_on_slow_input(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let started = Instant::now();
    let closed = loop {
        if session.line.drip(b"1", Duration::ZERO).is_err() {
            break true;
        }
        match session.line.hear(Duration::from_secs(2)) {
            Heard::Closed => break true,
            Heard::Message(bytes) => {
                return fail(format!("half a message was answered {}", String::from_utf8_lossy(&bytes)));
            }
            Heard::Nothing if started.elapsed() > Duration::from_secs(45) => break false,
            Heard::Nothing => {}
        }
    };
    let seconds = started.elapsed().as_secs();
    check!(closed, "after {seconds} s one message is still arriving");
    check!(seconds >= 20, "cut off after {seconds} s already");
    Ok(())
}

fn pads_the_summary(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let text = format!("63009{}  YAO|AA{}|AC|\r", lib.now(), card.number);
    session.ask_bytes(text.as_bytes())?.must_be("64")?;
    let bare = format!("63009{}\r", lib.now());
    session.ask_bytes(bare.as_bytes())?.must_be("64")?;
    Ok(())
}

fn answers_without_fields(lib: &Subject) -> Verdict {
    let date = lib.now();
    let mut session = lib.session()?;
    for (message, answer_id, fixed, negative) in [
        (format!("11NN{date}{NO_DATE}"), "12", "ok", "0"),
        (format!("09N{date}{date}"), "10", "ok", "0"),
        (format!("23009{date}"), "24", "patron_status", "YYYY          "),
        (format!("63009{date}          "), "64", "patron_status", "YYYY          "),
        (format!("37{date}0100{}", lib.facts.currency), "38", "accepted", "N"),
        (format!("17{date}"), "18", "circulation_status", "01"),
        (format!("19{date}"), "20", "ok", "0"),
        (format!("15+{date}"), "16", "ok", "0"),
        (format!("29NN{date}{NO_DATE}"), "30", "ok", "0"),
        (format!("65{date}"), "66", "ok", "0"),
        (format!("25{date}"), "26", "patron_status", "YYYY          "),
        (format!("01N{date}"), "24", "patron_status", "YYYY          "),
    ] {
        let answer = session.ask(&Request::new(message))?.must_be(answer_id)?;
        answer.must_have(fixed, negative)?;
        answer.must_explain()?;
    }
    Ok(())
}

fn fills_in_the_institution(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    for fields in [format!("AB{item}|"), format!("AO|AB{item}|ACwhatever|")] {
        let message = format!("17{}{fields}\r", lib.now());
        tells_of(&mut session, message.as_bytes(), item)?;
    }
    let request = Request::new(format!("23009{}", lib.now())).with("AA", &card.number).with("AC", "x");
    let answer = session.ask(&request)?.must_be("24")?;
    check!(answer.field("AO").is_some_and(|ao| !ao.is_empty()), "AO is empty: {}", answer.text);
    Ok(())
}

fn accepts_any_segmentation(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let one = format!("{}\r", lib.patron_status(&card.number, None).text());
    let two = format!("{}\r\n", lib.item_information(item).text());
    session.line.drip(one.as_bytes(), Duration::from_millis(1))?;
    session.answer("23, byte by byte")?.must_be("24")?;
    let joined = [one.as_bytes(), two.as_bytes(), one.as_bytes(), two.as_bytes()].concat();
    for size in [3, 7, 50, joined.len()] {
        for piece in joined.chunks(size) {
            session.line.drip(&[], Duration::ZERO)?;
            session.line.send(piece)?;
            if size < joined.len() {
                crate::clock::wait(Duration::from_millis(1));
            }
        }
        for id in ["24", "18", "24", "18"] {
            session.answer("joined requests")?.must_be(id)?;
        }
    }
    // A letter of two bytes, cut in its middle.
    let letters = format!("{}\r", lib.patron_status("Ærø", None).text()).into_bytes();
    let cut = letters.windows(2).position(|w| w == "Æ".as_bytes()).map_or(1, |at| at + 1);
    let (front, back) = letters.split_at_checked(cut).unwrap_or((&letters, &[]));
    session.line.send(front)?;
    crate::clock::wait(Duration::from_millis(20));
    session.line.send(back)?;
    session.answer("23")?.must_be("24")?;
    Ok(())
}

fn closes_on_other_protocols(lib: &Subject) -> Verdict {
    let hello = [
        0x16, 0x03, 0x01, 0x00, 0x2f, 0x01, 0x00, 0x00, 0x2b, 0x03, 0x03, 0x0d, 0x0a, 0x00, 0x0d,
    ];
    let init = [0xb4, 0x52, 0x83, 0x02, 0x00, 0xe0, 0x84, 0x03, 0x00, 0xe9, 0xa2, 0x0d];
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: library\r\nAccept: */*\r\n\r\n"[..],
        b"POST /login HTTP/1.0\r\nContent-Length: 4\r\n\r\nx=1\r",
        &hello,
        &init,
    ] {
        let mut session = lib.connect()?;
        session.line.send(bytes)?;
        session.line.finish();
        let (closed, said) = session.line.closes_within(Duration::from_secs(3));
        check!(
            said.is_empty(),
            "{:?} was answered {}",
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&said.concat())
        );
        check!(closed, "{:?} keeps its connection", String::from_utf8_lossy(bytes));
    }
    Ok(())
}

fn survives_noise(lib: &Subject) -> Verdict {
    let mut random = crate::random::Random::new(0x5349_5032);
    let commands = [
        "11", "09", "17", "23", "63", "37", "15", "29", "65", "01", "19", "25", "35", "97", "99", "42",
    ];
    for _ in 0..20 {
        let Ok(mut session) = lib.session() else {
            return fail("no more sessions after noise");
        };
        for _ in 0..50 {
            let mut line = Vec::new();
            if random.below(3) > 0 {
                let command = commands.get(random.index(commands.len())).copied().unwrap_or("99");
                line.extend(command.as_bytes());
            }
            let length = random.below(120);
            line.extend((0..length).map(|_| random.byte()));
            line.push(b'\r');
            if session.line.send(&line).is_err() {
                break;
            }
        }
        session.line.hear_raw(Duration::from_millis(30));
    }
    still_serves(lib)
}

/// A fresh terminal is served at once.
pub fn still_serves(lib: &Subject) -> Result<(), Trouble> {
    let mut session = lib.session()?;
    session.ask(&lib.status())?.must_be("98")?.must_have("online", "Y")
}
