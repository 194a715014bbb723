//! Section 7: records with their holdings, generic records, and that holdings are live.

use std::time::Duration;

use roxmltree::Document;

use super::{
    subject::{Session, Subject},
    wire::{
        Value,
        answer::{Copy, Record, opac},
        query::term,
        request::{self, GRS_1, HOLDINGS, OPAC, XML},
    },
};
use crate::{
    clock,
    sip2::{
        self,
        case::{Trouble, Verdict, check, deviates, fail, skip},
    },
    suite::cases,
};

cases![Subject:
    ("7", "an OPAC record has the record and its copies, the three flags of each", serves_opac),
    ("7", "a GRS-1 record is a tree of tagged elements with the title in it", serves_grs_1),
    ("7", "the OPAC record as XML (element set opac) tells of each copy whether it is in", serves_opac_xml),
    ("7", "holdings by schema and element set B3 have the root holdingsStructure, as the Danish proxy asks", serves_b3),
    ("7", "B1, B2 and B3 tell more and more", serves_levels),
    ("7", "a check-out and a check-in show in an open session within a second", shows_loans),
];

/// How soon a change must show.
const SOON: Duration = Duration::from_secs(1);

fn serves_opac(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let bytes = session.first_in(OPAC, Some("F"))?;
    let Some((record, copies)) = opac(&bytes) else {
        return fail("no OPAC record");
    };
    check!(record, "no bibliographic record in it");
    check!(
        copies.iter().all(Option::is_some),
        "a copy without availableNow, renewable or onHold"
    );
    Ok(())
}

fn serves_grs_1(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let bytes = session.first_in(GRS_1, Some("F"))?;
    let Some((record, _)) = Value::read(&bytes) else {
        return fail("no GRS-1 record");
    };
    for element in record.parts() {
        check!(
            element.part(2).is_some() && element.part(4).is_some(),
            "an element without tagValue or content"
        );
    }
    let word = lib.word()?.to_lowercase();
    check!(told(&record, &word, 16), "{word} is nowhere in it");
    Ok(())
}

/// Whether a text in it holds this word.
fn told(value: &Value<'_>, word: &str, depth: usize) -> bool {
    match value.constructed {
        true => depth > 0 && value.parts().any(|part| told(&part, word, depth - 1)),
        false => value.text().to_lowercase().contains(word),
    }
}

fn serves_opac_xml(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let bytes = session.first_in(XML, Some("opac"))?;
    let text = String::from_utf8_lossy(&bytes);
    let document = Document::parse(&text).or_else(|why| fail(format!("not well formed: {why}")))?;
    check!(document.root_element().has_tag_name("opacRecord"), "another root");
    for copy in document.descendants().filter(|node| node.has_tag_name("circulation")) {
        let flag = copy.children().find(|node| node.has_tag_name("availableNow"));
        let value = flag.and_then(|flag| flag.attribute("value"));
        check!(matches!(value, Some("0" | "1")), "availableNow {value:?}");
    }
    Ok(())
}

/// Holdings of the first record in an element set, as text.
fn holdings(session: &mut Session<'_>, elements: &str) -> Result<String, Trouble> {
    let reply = session.ask(&request::present_schema("default", 1, HOLDINGS, elements))?;
    let answer = reply.must_be(25)?;
    let refusal = match answer.records().first() {
        Some(Record::Found { bytes, .. }) => return Ok(String::from_utf8_lossy(bytes).into_owned()),
        Some(Record::Surrogate(found)) => found.clone(),
        None => match answer.diagnostics().into_iter().next() {
            Some(found) => found,
            None => return fail("neither record nor diagnostic"),
        },
    };
    match refusal.condition {
        24..=26 | 227 | 238 | 239 | 244 | 1066 => deviates(format!("not served: {}", refusal.condition)),
        _ => fail(format!("{refusal:?}")),
    }
}

fn serves_b3(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let text = holdings(&mut session, "B3")?;
    let document = Document::parse(&text).or_else(|why| fail(format!("not well formed: {why}")))?;
    let root = document.root_element().tag_name().name();
    check!(root == "holdingsStructure", "root {root}");
    Ok(())
}

fn serves_levels(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let mut sizes = Vec::new();
    for level in ["B1", "B2", "B3"] {
        sizes.push(holdings(&mut session, level)?.len());
    }
    check!(sizes.is_sorted(), "B1, B2, B3 have {sizes:?} bytes");
    Ok(())
}

/// The copy of this barcode in the first record of the set `default`.
fn copy(session: &mut Session<'_>, barcode: &str) -> Result<Copy, Trouble> {
    let bytes = session.first_in(OPAC, Some("F"))?;
    let Some((_, copies)) = opac(&bytes) else {
        return fail("no OPAC record");
    };
    let found = copies.into_iter().flatten().find(|copy| copy.item.as_deref() == Some(barcode));
    found.map_or_else(|| fail(format!("no copy {barcode}")), Ok)
}

/// Waits until the copy is in, or is not.
fn must_become(session: &mut Session<'_>, barcode: &str, available: bool) -> Result<Copy, Trouble> {
    let step = SOON / 10;
    for _ in 0..10 {
        let copy = copy(session, barcode)?;
        if copy.available == available {
            return Ok(copy);
        }
        clock::wait(step);
    }
    fail(format!("still {}, a second later", if available { "out" } else { "in" }))
}

fn shows_loans(lib: &Subject) -> Verdict {
    let library = lib.library()?;
    let item = library.item()?.to_owned();
    let bib = library.bib_of(&item)?;
    let card = library.reader()?.number.clone();
    let mut session = lib.session()?;
    if session.hits(&term(&[(1, 12), (4, 103)], bib))? != 1 {
        return skip(format!("the record {bib} is not found by its number"));
    }
    check!(copy(&mut session, &item)?.available, "{item} is not in before");
    let mut terminal = library.session()?;
    terminal.lend(&card, &item)?;
    let out = must_become(&mut session, &item, false);
    let back = terminal.take_back(&item);
    let out = out?;
    back?;
    check!(out.date.is_some(), "a copy on loan without the date of its return");
    let returned = must_become(&mut session, &item, true)?;
    check!(returned.date.is_none(), "a copy that is in, with a date {:?}", returned.date);
    Ok(())
}

/// A hold of this patron is taken away again.
pub(super) fn cancel_hold(library: &sip2::subject::Subject, card: &sip2::facts::Card, bib: &str) -> Result<(), Trouble> {
    let answer = library.session()?.ask(&library.hold("-", card, "AJ", bib))?.must_be("16")?;
    answer.must_have("ok", "1")
}
