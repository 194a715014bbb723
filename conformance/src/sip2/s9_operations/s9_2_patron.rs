//! Section 9.2: patron status and patron information.

use crate::sip2::{
    case::{Case, Trouble, Verdict, case, check, deviates, skip},
    subject::{Session, Subject},
    wire::{Answer, Request, answer::is_amount},
};

/// The cases of section 9.2.
pub const CASES: &[Case] = &[
    case!(
        "9.2",
        "another institution in AO is accepted, the answer carries our own",
        answers_with_its_own_institution
    ),
    case!(
        "9.2",
        "an unknown patron: YYYY, counts 0000, AA echoed, AE empty, BLN, AF, nothing else",
        tells_nothing_of_an_unknown_patron
    ),
    case!("9.2", "a wrong PIN shows no personal data", hides_all_behind_a_wrong_pin),
    case!("9.2", "a wrong PIN leaves BL Y and says CQN", keeps_bl_with_a_wrong_pin),
    case!("9.2", "a right PIN says CQY", confirms_a_right_pin),
    case!(
        "9.2",
        "the screen says the same of an unknown card and of a wrong PIN, in every language",
        explains_unknown_and_wrong_alike
    ),
    case!(
        "9.2",
        "a door opens (BL Y, CQ Y, no flag) to a right PIN and to no wrong, missing or blocked one",
        opens_a_door_to_the_right_only
    ),
    case!("9.2", "an empty AD says CQN, an absent one nothing", tells_empty_from_absent_pin),
    case!(
        "9.2",
        "counts are sent without lists; lists only as asked for",
        lists_only_what_is_asked_for
    ),
    case!("9.2", "BP and BQ cut the list, from 1, inclusive; the counts stay", cuts_the_list),
    case!(
        "9.2",
        "BP beyond the end and BQ before BP give nothing; garbage is ignored",
        takes_odd_ranges
    ),
    case!(
        "9.2",
        "a hold that waits is in CD, one ready for pickup in AS, never in both",
        splits_ready_and_waiting_holds
    ),
    case!("9.2", "a ready hold of the library's own is in AS", lists_a_known_ready_hold),
    case!("9.2", "no list entry is empty", fills_every_list_entry),
    case!("9.2", "BV is the same in 24 and 64, two decimals and a point", tells_one_total),
    case!("9.2", "no debt is BV0.00", tells_no_debt),
    case!("9.2", "overdue loans are counted and listed in AT", lists_overdue_loans),
    case!("9.2", "a protected address is never shown", hides_a_protected_address),
    case!("9.2", "an expired patron has BL or flags that say so", flags_an_expired_patron),
];

/// A PIN that is nobody's.
pub const WRONG_PIN: &str = "not-the-pin";

fn answers_with_its_own_institution(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    let own = session.ask(&lib.status())?.must_be("98")?;
    let own = own.field("AO").unwrap_or_default();
    for foreign in ["Somewhere else", ""] {
        let request = Request::new(format!("23009{}", lib.now()))
            .with("AO", foreign)
            .with("AA", &card.number)
            .with("AC", "");
        let answer = session.ask(&request)?.must_be("24")?;
        answer.must_carry("BL", "Y")?;
        answer.must_carry("AO", own)?;
    }
    Ok(())
}

fn tells_nothing_of_an_unknown_patron(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let card = "no-such-card-17";
    let status = session.ask(&lib.patron_status(card, Some("1234")))?.must_be("24")?;
    let information = session.ask(&lib.patron_information(card, Some("1234"), "YYYYYY"))?.must_be("64")?;
    for answer in [&status, &information] {
        answer.must_have("patron_status", "YYYY          ")?;
        answer.must_carry("AA", card)?;
        answer.must_carry("AE", "")?;
        answer.must_carry("BL", "N")?;
        answer.must_carry("CQ", "N")?;
        answer.must_explain()?;
        for id in ["BD", "BE", "BF", "BV", "AS", "AT", "AU", "AV", "BU", "CD"] {
            answer.must_not_tell(id)?;
        }
    }
    for count in [
        "hold_items",
        "overdue_items",
        "charged_items",
        "fine_items",
        "recall_items",
        "unavailable_holds",
    ] {
        information.must_have(count, "0000")?;
    }
    let absent = session.ask(&lib.patron_status(card, None))?.must_be("24")?;
    check!(absent.field("CQ").is_none(), "CQ without AD: {}", absent.text);
    Ok(())
}

fn hides_all_behind_a_wrong_pin(lib: &Subject) -> Verdict {
    let card = lib.victim()?;
    let mut session = lib.session()?;
    let status = session.ask(&lib.patron_status(&card.number, Some(WRONG_PIN)))?.must_be("24")?;
    let information = session
        .ask(&lib.patron_information(&card.number, Some(WRONG_PIN), "YYYYYY"))?
        .must_be("64")?;
    for answer in [&status, &information] {
        for id in [
            "AE", "BD", "BE", "BF", "BV", "CC", "AS", "AT", "AU", "AV", "BU", "CD", "PB", "PC", "PA",
        ] {
            answer.must_not_tell(id)?;
        }
        if let Some(name) = &card.name {
            check!(!answer.text.contains(name.as_str()), "the name is told: {}", answer.text);
        }
    }
    Ok(())
}

fn keeps_bl_with_a_wrong_pin(lib: &Subject) -> Verdict {
    let card = lib.victim()?;
    let mut session = lib.session()?;
    let answer = session.ask(&lib.patron_status(&card.number, Some(WRONG_PIN)))?.must_be("24")?;
    answer.must_carry("BL", "Y")?;
    answer.must_carry("CQ", "N")
}

fn confirms_a_right_pin(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    if card.pin.is_none() {
        return skip("the reader's PIN is not known");
    }
    let mut session = lib.session()?;
    session
        .ask(&lib.patron_status(&card.number, card.pin.as_deref()))?
        .must_carry("CQ", "Y")?;
    session.information(card, "")?.must_carry("CQ", "Y")
}

fn explains_unknown_and_wrong_alike(lib: &Subject) -> Verdict {
    let card = lib.neighbour()?;
    let mut session = lib.session()?;
    for language in ["009", "001", "006", "012", "003", "000"] {
        let mut said = |number: &str| -> Result<Vec<String>, Trouble> {
            let request = Request::new(format!("23{language}{}", lib.now()))
                .with("AO", &lib.institution)
                .with("AA", number)
                .with("AC", "")
                .with("AD", WRONG_PIN);
            let answer = session.ask(&request)?.must_be("24")?;
            Ok(answer.fields("AF").map(str::to_owned).collect())
        };
        let (known, unknown) = (said(&card.number)?, said(&format!("no-such-card-{language}"))?);
        // The right PIN takes the failure back.
        session.ask(&lib.patron_status(&card.number, card.pin.as_deref()))?;
        if known != unknown {
            return deviates(format!("{known:?} for a wrong PIN, {unknown:?} for an unknown card"));
        }
    }
    Ok(())
}

fn opens_a_door_to_the_right_only(lib: &Subject) -> Verdict {
    let door = lib.facts.terminals.iter().find(|t| t.role.as_deref() == Some("door"));
    let Some(door) = door else {
        return skip("no terminal with the role door is known");
    };
    let (card, blocked) = (lib.neighbour()?, lib.card("blocked", 0)?);
    let mut session = lib.session_of(door)?;
    let mut opens = |number: &str, pin: Option<&str>| -> Result<bool, Trouble> {
        let answer = session.ask(&lib.patron_status(number, pin))?.must_be("24")?;
        let free = answer.fixed("patron_status")?.trim().is_empty();
        Ok(free && answer.field("BL") == Some("Y") && answer.field("CQ") == Some("Y"))
    };
    check!(!opens(&card.number, Some(WRONG_PIN))?, "a wrong PIN opens the door");
    check!(!opens(&card.number, None)?, "no PIN opens the door");
    check!(!opens("no-such-card", Some("1234"))?, "an unknown card opens the door");
    check!(!opens(&blocked.number, blocked.pin.as_deref())?, "a blocked card opens the door");
    if card.pin.is_none() {
        return skip("the neighbour's PIN is not known");
    }
    check!(
        opens(&card.number, card.pin.as_deref())?,
        "the right card and PIN do not open the door"
    );
    Ok(())
}

fn tells_empty_from_absent_pin(lib: &Subject) -> Verdict {
    let card = lib.victim()?;
    let mut session = lib.session()?;
    for pin in [Some(""), None] {
        for request in [lib.patron_status(&card.number, pin), lib.patron_information(&card.number, pin, "")] {
            let answer = session.ask(&request)?;
            check!(
                answer.field("CQ") == pin.map(|_| "N"),
                "AD {pin:?} got CQ {:?}: {}",
                answer.field("CQ"),
                answer.text
            );
        }
    }
    Ok(())
}

fn lists_only_what_is_asked_for(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let without = session.information(card, "")?;
    check!(
        without.fixed("charged_items")? != "0000",
        "the count misses the loan: {}",
        without.text
    );
    for list in ["AS", "AT", "AU", "AV", "BU", "CD"] {
        check!(without.field(list).is_none(), "{list} was not asked for: {}", without.text);
    }
    let with = session.information(card, "  Y")?;
    check!(with.lists("AU", item), "AU misses {item}: {}", with.text);
    check!(
        with.field("AS").is_none() && with.field("CD").is_none(),
        "more than asked: {}",
        with.text
    );
    Ok(())
}

/// 63 for charged items with BP and BQ.
fn charged_between(session: &mut Session<'_>, from: &str, to: &str) -> Result<Answer, crate::sip2::case::Trouble> {
    let lib = session.subject;
    let card = lib.reader()?;
    let request = lib
        .patron_information(&card.number, card.pin.as_deref(), "  Y")
        .with("BP", from)
        .with("BQ", to);
    session.ask(&request)?.must_be("64")
}

fn lend_three(lib: &Subject, session: &mut Session<'_>) -> Result<Vec<String>, crate::sip2::case::Trouble> {
    let card = lib.reader()?;
    for _ in 0..3 {
        session.lend(&card.number, lib.item()?)?;
    }
    let all: Vec<String> = session.information(card, "  Y")?.fields("AU").map(str::to_owned).collect();
    check!(all.len() >= 3, "three loans, {} in AU", all.len());
    Ok(all)
}

fn cuts_the_list(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let all = lend_three(lib, &mut session)?;
    let whole = session.information(lib.reader()?, "  Y")?;
    for (from, to, expected) in [("1", "2", all.get(..2)), ("2", "2", all.get(1..2)), ("2", "9999", all.get(1..))] {
        let cut = charged_between(&mut session, from, to)?;
        let listed: Vec<&str> = cut.fields("AU").collect();
        check!(
            Some(listed.as_slice()).map(|l| l.iter().map(|e| (*e).to_owned()).collect::<Vec<_>>()) == expected.map(<[String]>::to_vec),
            "BP{from} BQ{to} of {all:?} gave {listed:?}"
        );
        check!(
            cut.fixed("charged_items")? == whole.fixed("charged_items")?,
            "the count was cut: {}",
            cut.text
        );
    }
    Ok(())
}

fn takes_odd_ranges(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let all = lend_three(lib, &mut session)?;
    for (from, to) in [("9000", "9001"), ("3", "2")] {
        let cut = charged_between(&mut session, from, to)?;
        check!(cut.field("AU").is_none(), "BP{from} BQ{to} gave {}", cut.text);
    }
    for (from, to) in [("x", "y"), ("", ""), ("-1", "99999999999999999999")] {
        let whole = charged_between(&mut session, from, to)?;
        let count = whole.fields("AU").count();
        check!(count == all.len(), "BP{from} BQ{to} gave {count} of {}", all.len());
    }
    Ok(())
}

fn splits_ready_and_waiting_holds(lib: &Subject) -> Verdict {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&reader.number, item)?;
    let before = session.information(neighbour, "Y    Y")?;
    session
        .ask(&lib.hold("+", neighbour, "AB", item))?
        .must_be("16")?
        .must_have("ok", "1")?;
    let waiting = session.information(neighbour, "Y    Y")?;
    let number =
        |answer: &Answer, name: &str| -> Result<i32, crate::sip2::case::Trouble> { Ok(answer.fixed(name)?.trim().parse().unwrap_or(-1)) };
    let (ready_0, waiting_0) = (number(&before, "hold_items")?, number(&before, "unavailable_holds")?);
    check!(
        number(&waiting, "hold_items")? == ready_0 && number(&waiting, "unavailable_holds")? == waiting_0 + 1,
        "a waiting hold; before {}, then {}",
        before.text,
        waiting.text
    );
    session.take_back(item)?.must_have("alert", "Y")?;
    let ready = session.information(neighbour, "Y    Y")?;
    check!(
        number(&ready, "hold_items")? == ready_0 + 1 && number(&ready, "unavailable_holds")? == waiting_0,
        "the hold is ready; before {}, now {}",
        before.text,
        ready.text
    );
    for entry in ready.fields("AS") {
        check!(!ready.fields("CD").any(|other| other == entry), "{entry} is in AS and CD");
    }
    Ok(())
}

fn lists_a_known_ready_hold(lib: &Subject) -> Verdict {
    let card = lib.card("hold_ready", 0)?;
    let answer = lib.session()?.information(card, "Y")?;
    check!(answer.fixed("hold_items")? != "0000", "none is ready: {}", answer.text);
    check!(answer.field("AS").is_some(), "none in AS: {}", answer.text);
    Ok(())
}

fn fills_every_list_entry(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let debtor = lib.card("debt", 0)?;
    for card in [lib.card("hold_ready", 0)?, lib.card("overdue", 0)?, debtor] {
        let answer = session.information(card, "YYYYYY")?;
        for list in ["AS", "AT", "AU", "AV", "BU", "CD"] {
            check!(!answer.fields(list).any(|e| e.trim().is_empty()), "empty {list}: {}", answer.text);
        }
    }
    Ok(())
}

fn tells_one_total(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let mut session = lib.session()?;
    let status = session.ask(&lib.patron_status(&card.number, card.pin.as_deref()))?.must_be("24")?;
    let information = session.information(card, "   Y")?;
    let total = status.field("BV").unwrap_or_default().to_owned();
    check!(
        is_amount(&total) && total != "0.00",
        "BV of the debtor is {total:?}: {}",
        status.text
    );
    information.must_carry("BV", &total)?;
    check!(information.field("AV").is_some(), "a debt and no AV: {}", information.text);
    check!(
        information.fixed("fine_items")? != "0000",
        "a debt and no count: {}",
        information.text
    );
    Ok(())
}

fn tells_no_debt(lib: &Subject) -> Verdict {
    let card = lib.reader()?;
    let mut session = lib.session()?;
    session
        .ask(&lib.patron_status(&card.number, card.pin.as_deref()))?
        .must_carry("BV", "0.00")?;
    session.information(card, "")?.must_carry("BV", "0.00")
}

fn lists_overdue_loans(lib: &Subject) -> Verdict {
    let card = lib.card("overdue", 0)?;
    let mut session = lib.session()?;
    let answer = session.information(card, " Y")?;
    check!(answer.fixed("overdue_items")? != "0000", "none is overdue: {}", answer.text);
    check!(answer.field("AT").is_some(), "none in AT: {}", answer.text);
    Ok(())
}

fn hides_a_protected_address(lib: &Subject) -> Verdict {
    let card = lib.card("protected_address", 0)?;
    let answer = lib.session()?.information(card, "YYYYYY")?;
    answer.must_carry("CQ", "Y")?;
    answer.must_not_tell("BD")
}

fn flags_an_expired_patron(lib: &Subject) -> Verdict {
    let card = lib.card("expired", 0)?;
    let answer = lib.session()?.information(card, "")?;
    let barred = answer.fixed("patron_status")?.starts_with('Y') || answer.field("BL") == Some("N");
    check!(barred, "an expired patron looks like any other: {}", answer.text);
    Ok(())
}
