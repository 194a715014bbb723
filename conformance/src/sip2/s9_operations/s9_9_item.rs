//! Section 9.9: item information, item status update.

use crate::sip2::{
    case::{Case, Verdict, case, check},
    subject::Subject,
};

/// The cases of section 9.9.
pub const CASES: &[Case] = &[
    case!("9.9", "an unknown item: 01, 01, 01, AB echoed, AJ empty, AF", tells_an_unknown_item),
    case!("9.9", "AH only when the item is on loan", dates_only_loans),
    case!("9.9", "CF0 is sent when nobody waits", sends_an_empty_queue),
    case!("9.9", "the borrower is never told", hides_the_borrower),
    case!(
        "9.9",
        "19 stores CH and answers 1; an unknown item is not stored",
        stores_properties
    ),
    case!("9.9", "a title is told in AJ", tells_the_title),
];

fn tells_an_unknown_item(lib: &Subject) -> Verdict {
    let answer = lib.session()?.ask(&lib.item_information("no-such-item"))?.must_be("18")?;
    answer.must_have("circulation_status", "01")?;
    answer.must_have("security_marker", "01")?;
    answer.must_have("fee_type", "01")?;
    answer.must_carry("AB", "no-such-item")?;
    answer.must_carry("AJ", "")?;
    answer.must_explain()
}

fn dates_only_loans(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let free = session.ask(&lib.item_information(item))?.must_be("18")?;
    check!(free.field("AH").is_none(), "a free item has AH: {}", free.text);
    check!(free.field("CM").is_none(), "a free item has CM: {}", free.text);
    let lent = session.lend(&card.number, item)?;
    let told = session.ask(&lib.item_information(item))?.must_be("18")?;
    check!(
        told.field("AH") == lent.field("AH"),
        "12 said {:?}, 18 {:?}",
        lent.field("AH"),
        told.field("AH")
    );
    Ok(())
}

fn sends_an_empty_queue(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    lib.session()?
        .ask(&lib.item_information(item))?
        .must_be("18")?
        .must_carry("CF", "0")
}

fn hides_the_borrower(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let answer = session.ask(&lib.item_information(item))?.must_be("18")?;
    check!(!answer.text.contains(&card.number), "the card is told: {}", answer.text);
    if let Some(name) = &card.name {
        check!(!answer.text.contains(name.as_str()), "the name is told: {}", answer.text);
    }
    for id in ["AA", "AE", "CY", "DA"] {
        answer.must_not_tell(id)?;
    }
    Ok(())
}

fn stores_properties(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let answer = session.ask(&lib.item_status_update(item, "vægt=450"))?.must_be("20")?;
    answer.must_have("ok", "1")?;
    answer.must_carry("AB", item)?;
    let unknown = session.ask(&lib.item_status_update("no-such-item", "x"))?.must_be("20")?;
    unknown.must_have("ok", "0")?;
    unknown.must_explain()
}

fn tells_the_title(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let answer = lib.session()?.ask(&lib.item_information(item))?.must_be("18")?;
    check!(
        answer.field("AJ").is_some_and(|title| !title.is_empty()),
        "AJ is empty: {}",
        answer.text
    );
    Ok(())
}
