//! Section 10: extensions.

use super::{
    case::{Case, Trouble, Verdict, case, check, deviates, fail, skip},
    facts::Terminal,
    s8_tables::put_on_hold_shelf,
    subject::Subject,
    wire::Tag,
};

/// The cases of section 10.
pub const CASES: &[Case] = &[
    case!(
        "10",
        "unknown incoming fields are ignored, in every message",
        ignores_unknown_fields
    ),
    case!("10", "an account without a profile gets no extension", sends_no_extension_unasked),
    case!(
        "10",
        "a sorter learns a hold: alert Y, CV 01, its own branch in CT",
        tells_a_sorter_of_a_hold
    ),
    case!(
        "10",
        "a sorter gets no CV, or 00, where nothing is special",
        tells_a_sorter_nothing_special
    ),
    case!("10", "a sorter gets CV 99 for an unknown item", tells_a_sorter_of_the_unknown),
    case!(
        "10",
        "WS as a tag of another library has it: alert Y, CV 03, its owner in CT",
        sends_another_librarys_item_home
    ),
];

/// Extensions of section 10 that only a profile turns on.
const EXTENSIONS: [&str; 19] = [
    "PA", "PB", "PC", "PI", "XI", "PZ", "PX", "PY", "ZY", "PT", "GG", "FA", "FB", "FU", "FV", "CY", "DA", "DB", "CR",
];

fn ignores_unknown_fields(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let odd = |request: super::wire::Request| request.with("ZZ", "odd").with("9x", "").with("XX", "|").with("QQ", "a=b");
    session
        .ask(&odd(lib.checkout(&card.number, item)))?
        .must_be("12")?
        .must_have("ok", "1")?;
    session
        .ask(&odd(lib.item_information(item)))?
        .must_be("18")?
        .must_carry("AB", item)?;
    let information = lib.patron_information(&card.number, card.pin.as_deref(), "");
    session.ask(&odd(information))?.must_be("64")?.must_carry("BL", "Y")?;
    session.ask(&odd(lib.checkin(item)))?.must_be("10")?.must_have("ok", "1")?;
    session.ask(&odd(lib.end_session(&card.number)))?.must_be("36")?;
    session.ask(&odd(lib.status()))?.must_be("98")?;
    Ok(())
}

fn sends_no_extension_unasked(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    for request in [
        lib.patron_information(&card.number, card.pin.as_deref(), "YYYYYY"),
        lib.item_information(item),
        lib.status(),
        lib.patron_status(&card.number, card.pin.as_deref()),
    ] {
        let answer = session.ask(&request)?;
        let odd: Vec<&str> = answer.ids().filter(|id| EXTENSIONS.contains(id)).collect();
        check!(odd.is_empty(), "{odd:?} in {}", answer.text);
    }
    Ok(())
}

fn sorter(lib: &Subject) -> Result<&Terminal, Trouble> {
    let found = lib.facts.terminals.iter().find(|t| t.role.as_deref() == Some("sorter"));
    match found {
        Some(terminal) => Ok(terminal),
        None => skip("no terminal with the role sorter is known"),
    }
}

fn tells_a_sorter_of_a_hold(lib: &Subject) -> Verdict {
    let terminal = sorter(lib)?;
    let item = put_on_hold_shelf(lib, &mut lib.session()?)?;
    let answer = lib.session_of(terminal)?.ask(&lib.checkin(item))?.must_be("10")?;
    answer.must_have("ok", "1")?;
    answer.must_have("alert", "Y")?;
    match answer.field("CV") {
        Some("01" | "02") => {}
        other => return fail(format!("CV is {other:?}: {}", answer.text)),
    }
    check!(answer.field("CT").is_some(), "no CT: {}", answer.text);
    Ok(())
}

fn tells_a_sorter_nothing_special(lib: &Subject) -> Verdict {
    let (terminal, card, item) = (sorter(lib)?, lib.reader()?, lib.item()?);
    lib.session()?.lend(&card.number, item)?;
    let answer = lib.session_of(terminal)?.ask(&lib.checkin(item))?.must_be("10")?;
    answer.must_have("ok", "1")?;
    if answer.fixed("alert")? == "N" {
        check!(matches!(answer.field("CV"), None | Some("00")), "CV without alert: {}", answer.text);
    } else {
        // The sorter may stand in another branch than the item's.
        answer.must_carry("CV", "04")?;
    }
    Ok(())
}

fn tells_a_sorter_of_the_unknown(lib: &Subject) -> Verdict {
    let terminal = sorter(lib)?;
    let answer = lib.session_of(terminal)?.ask(&lib.checkin("no-such-item"))?.must_be("10")?;
    answer.must_have("ok", "0")?;
    answer.must_carry("CV", "99")
}

fn sends_another_librarys_item_home(lib: &Subject) -> Verdict {
    let terminal = sorter(lib)?;
    let on_the_item = Tag {
        item: "99990001".to_owned(),
        owner: "DK-820010".to_owned(),
    };
    let Some(read) = Tag::read(&on_the_item.bytes()) else {
        return fail("the tag cannot be read");
    };
    let request = lib.checkin(&read.item).with("WS", &read.owner);
    let answer = lib.session_of(terminal)?.ask(&request)?.must_be("10")?;
    answer.must_have("alert", "Y")?;
    if answer.field("CV") == Some("99") {
        return deviates("WS is not looked at");
    }
    answer.must_carry("CV", "03")?;
    answer.must_carry("CT", &read.owner)
}
