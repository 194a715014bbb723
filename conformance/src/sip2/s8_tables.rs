//! Section 8: code tables.

use std::collections::BTreeSet;

use super::{
    case::{Case, Trouble, Verdict, case, check, skip},
    subject::{Session, Subject},
    wire::Request,
};

/// The cases of section 8.
pub const CASES: &[Case] = &[
    case!(
        "8",
        "circulation status: 03 when free, 04 when on loan",
        tells_available_and_charged
    ),
    case!(
        "8",
        "circulation status: 08 when waiting on the hold shelf",
        tells_waiting_on_the_hold_shelf
    ),
    case!(
        "8",
        "security marker is 00–03, fee type 01–99, media type of the table",
        uses_the_item_codes
    ),
    case!("8", "patron status: Y or blank, never N", never_says_n_in_patron_status),
    case!(
        "8",
        "patron status: an ordinary patron has no flag",
        sets_no_flag_for_an_ordinary_patron
    ),
    case!(
        "8",
        "patron status: an unknown patron is YYYY and ten blanks",
        flags_an_unknown_patron
    ),
    case!(
        "8",
        "patron status: a blocked patron has flags 0–3 that are true",
        flags_a_blocked_patron
    ),
    case!(
        "8",
        "language codes 000–027 and unknown ones are accepted and echoed",
        echoes_the_language
    ),
    case!("8", "screen messages are in the language asked for", speaks_the_language_asked_for),
    case!(
        "8",
        "summary: several Y are all answered, in position order",
        answers_every_list_asked_for
    ),
    case!("8", "summary: N means blank", takes_n_for_blank),
    case!("8", "currency is three letters, and the library's", names_its_currency),
    case!("8", "SC status codes 0, 1 and 2 get the same answer", answers_every_status_code),
];

fn tells_available_and_charged(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    check!(session.is_available(item)?, "a free item is not available");
    session.lend(&card.number, item)?;
    let status = session.circulation_status(item)?;
    check!(status == "04", "a lent item has status {status}");
    session.take_back(item)?;
    check!(session.is_available(item)?, "a returned item is not available");
    Ok(())
}

fn tells_waiting_on_the_hold_shelf(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let item = put_on_hold_shelf(lib, &mut session)?;
    let answer = session.ask(&lib.item_information(item))?.must_be("18")?;
    answer.must_have("circulation_status", "08")?;
    check!(answer.field("CM").is_some(), "no CM says until when it waits: {}", answer.text);
    Ok(())
}

/// Lends a free item, reserves it for the neighbour, and takes it back: it then waits for the neighbour.
pub fn put_on_hold_shelf<'a>(lib: &'a Subject, session: &mut Session<'_>) -> Result<&'a str, Trouble> {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    session.lend(&reader.number, item)?;
    let hold = session.ask(&lib.hold("+", neighbour, "AB", item))?.must_be("16")?;
    hold.must_have("ok", "1")?;
    let back = session.take_back(item)?;
    back.must_have("alert", "Y")?;
    Ok(item)
}

fn uses_the_item_codes(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let answer = session.ask(&lib.item_information(item))?.must_be("18")?;
    let marker = answer.fixed("security_marker")?;
    check!(matches!(marker, "00" | "01" | "02" | "03"), "security marker {marker}");
    let fee = answer.fixed("fee_type")?;
    check!(fee != "00" && fee.bytes().all(|b| b.is_ascii_digit()), "fee type {fee}");
    if let Some(media) = answer.field("CK") {
        let listed = media.parse::<u16>().is_ok_and(|code| code <= 10);
        check!(listed && media.len() == 3, "media type {media}");
    }
    Ok(())
}

fn never_says_n_in_patron_status(lib: &Subject) -> Verdict {
    lib.reader()?;
    let mut session = lib.session()?;
    for card in &lib.facts.cards {
        let answer = session.ask(&lib.patron_status(&card.number, None))?.must_be("24")?;
        let flags = answer.fixed("patron_status")?;
        check!(
            flags.bytes().all(|b| matches!(b, b'Y' | b' ')),
            "{flags:?} for the {} patron",
            card.state
        );
    }
    Ok(())
}

fn sets_no_flag_for_an_ordinary_patron(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let answer = lib.session()?.information(card, "")?;
    answer.must_have("patron_status", "              ")
}

fn flags_an_unknown_patron(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    for request in [
        lib.patron_status("no-such-card", None),
        lib.patron_information("no-such-card", None, ""),
    ] {
        session.ask(&request)?.must_have("patron_status", "YYYY          ")?;
    }
    Ok(())
}

fn flags_a_blocked_patron(lib: &Subject) -> Verdict {
    let card = lib.card("blocked", 0)?;
    let answer = lib.session()?.information(card, "")?;
    let flags = answer.fixed("patron_status")?;
    check!(flags.starts_with('Y'), "a blocked patron may borrow: {}", answer.text);
    Ok(())
}

fn echoes_the_language(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    for code in (0..=27).chain([99, 999]) {
        let language = format!("{code:03}");
        let request = Request::new(format!("23{language}{}", lib.now()))
            .with("AO", &lib.institution)
            .with("AA", &card.number)
            .with("AC", "");
        session.ask(&request)?.must_be("24")?.must_have("language", &language)?;
    }
    Ok(())
}

fn speaks_the_language_asked_for(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let mut texts = BTreeSet::new();
    for language in ["001", "003", "006", "009", "012"] {
        let request = Request::new(format!("23{language}{}", lib.now()))
            .with("AO", &lib.institution)
            .with("AA", "no-such-card")
            .with("AC", "");
        let answer = session.ask(&request)?.must_be("24")?;
        answer.must_explain()?;
        texts.insert(answer.fields("AF").collect::<Vec<_>>().join(" "));
    }
    // Two neighbours may say it alike.
    check!(texts.len() >= 4, "five languages, {} texts: {texts:?}", texts.len());
    Ok(())
}

fn answers_every_list_asked_for(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    session
        .ask(&lib.hold("+", card, "AJ", lib.title()?))?
        .must_be("16")?
        .must_have("ok", "1")?;
    let answer = session.information(card, "YYYYYY")?;
    check!(answer.lists("AU", item), "no AU {item}: {}", answer.text);
    check!(answer.field("CD").is_some(), "no CD: {}", answer.text);
    answer.must_be_well_formed()
}

fn takes_n_for_blank(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let answer = session.information(card, "NNNNNNNNNN")?;
    for list in ["AS", "AT", "AU", "AV", "BU", "CD"] {
        check!(answer.field(list).is_none(), "{list} was not asked for: {}", answer.text);
    }
    let answer = session.information(card, "NNYNNNNNNN")?;
    check!(answer.lists("AU", item), "no AU {item}: {}", answer.text);
    Ok(())
}

fn names_its_currency(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let answer = lib.session()?.information(card, "")?;
    match answer.field("BH") {
        Some(currency) => {
            let named = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
            check!(named, "BH is {currency:?}");
            check!(
                lib.facts.currency.is_empty() || currency == lib.facts.currency,
                "BH is {currency}, the library's is {}",
                lib.facts.currency
            );
            Ok(())
        }
        None => skip("no BH was sent"),
    }
}

fn answers_every_status_code(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    for code in ["0", "1", "2"] {
        let answer = session.ask(&Request::new(format!("99{code}0802.00")))?.must_be("98")?;
        answer.must_have("online", "Y")?;
    }
    Ok(())
}
