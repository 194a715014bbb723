//! Records in every form.

use crate::client::*;
use skranke_core::bib::Format;
use skranke_core::item::{ItemState, LoanRestriction};
use skranke_z3950::codec::{InternationalString, Oid};
use skranke_z3950::gateway::composition::Wanted;
use skranke_z3950::gateway::holdings::Copies;
use skranke_z3950::gateway::render::{Style, render};
use skranke_z3950::message::grs1::GenericRecord;
use skranke_z3950::message::opac::{HoldingsRecord, OpacRecord};
use skranke_z3950::message::{ElementSetNames, External, oid};

fn rendered(format: Format, syntax: Oid, element_set: &str, copies: &Copies) -> Result<External, (u16, String)> {
    let names = ElementSetNames::Generic(element_set.into());
    let wanted = Wanted::simple(Some(&names), Some(&syntax)).unwrap();
    let title = title(1, &record(format, "50000001", "De ¤danske digte"));
    render(&title, copies, &wanted, Style::default()).map_err(|diagnostic| (diagnostic.condition, diagnostic.addinfo))
}

fn text(external: &External) -> String {
    String::from_utf8(external.bytes().unwrap()).unwrap()
}

#[test]
fn each_record_in_each_syntax_or_with_a_hint() {
    let none = Copies::default();
    let get = |format, syntax, set| rendered(format, syntax, set, &none);
    for format in [Format::Marc21, Format::Danmarc2] {
        let marc = get(format, oid::MARC21, "F").unwrap();
        assert_eq!(marc.bytes().unwrap().last(), Some(&0x1D));
        assert!(text(&get(format, oid::XML, "marcxml").unwrap()).contains("http://www.loc.gov/MARC21/slim"));
        assert!(text(&get(format, oid::XML, "dc").unwrap()).contains("<dc:title>De danske digte</dc:title>"));
        assert!(text(&get(format, oid::XML, "mods").unwrap()).contains("<title>De danske digte</title>"));
        assert!(text(&get(format, oid::XML, "marcxchange").unwrap()).contains("marcxchange-v1"));
        assert!(text(&get(format, oid::SUTRS, "F").unwrap()).starts_with("Title: De danske digte\n"));
        let grs: GenericRecord = get(format, oid::GRS_1, "F").unwrap().get().unwrap();
        assert!(grs.len() > 3);
    }
    let latin = get(Format::Danmarc2, oid::DANMARC, "F").unwrap().bytes().unwrap();
    assert!(latin.windows(8).any(|bytes| bytes == b"De \xA4dans"), "{}", latin.escape_ascii());
    assert_eq!(
        get(Format::Marc21, oid::DANMARC, "F"),
        Err((238, "1.2.840.10003.5.10,1.2.840.10003.5.109.10".into()))
    );
    assert_eq!(get(Format::Unimarc, oid::MARC21, "F").map_err(|(condition, _)| condition), Err(238));
    assert!(get(Format::Unimarc, oid::UNIMARC, "F").is_ok());
}

#[test]
fn the_opac_record_tells_what_is_in() {
    let mut lent = item(1);
    lent.state = ItemState::OnLoan;
    let mut bound = item(2);
    bound.loan_restriction = Some(LoanRestriction::C);
    let copies = copies(vec![lent, bound, item(3)], Some("2026-12-22"));
    let opac: OpacRecord = rendered(Format::Danmarc2, oid::OPAC, "F", &copies).unwrap().get().unwrap();
    assert!(opac.bibliographic_record.unwrap().is(&oid::MARC21));
    let holdings = opac.holdings_data.unwrap();
    let HoldingsRecord::HoldingsAndCirc(place) = &holdings[0] else {
        panic!()
    };
    assert_eq!(
        place.local_location.as_ref().map(InternationalString::text).as_deref(),
        Some("Hovedbiblioteket")
    );
    let copies = place.circulation_data.as_ref().unwrap();
    let available: Vec<bool> = copies.iter().map(|copy| copy.available_now).collect();
    assert_eq!((holdings.len(), available), (1, vec![false, false, true]));
    assert_eq!(copies[0].restrictions.as_ref().unwrap().text(), "on loan");
    assert_eq!(copies[0].availability_date.as_ref().unwrap().text(), "2026-12-22");
    assert_eq!(copies[1].restrictions.as_ref().unwrap().text(), "for use in the reading room");
}

#[test]
fn holdings_in_xml() {
    let copies = copies(vec![item(1), item(2)], None);
    let opac = text(&rendered(Format::Marc21, oid::XML, "opac", &copies).unwrap());
    assert!(opac.starts_with("<opacRecord><bibliographicRecord><record xmlns="), "{opac}");
    assert!(opac.contains("<availableNow value=\"1\"/>"), "{opac}");
    let holdings = text(&rendered(Format::Marc21, oid::XML, "B3", &copies).unwrap());
    assert!(
        holdings.starts_with("<holdingsStructure><bibItemInfo-1 targetItemId-3=\"50000001\"/>"),
        "{holdings}"
    );
    assert!(holdings.contains("<lendingPolicy-27>1</lendingPolicy-27>"), "{holdings}");
    assert_eq!(holdings.matches("<copyInformation>").count(), 2);
    let summary = text(&rendered(Format::Marc21, oid::XML, "B2", &copies).unwrap());
    assert!(
        summary.contains("<availableCount-21>2</availableCount-21>") && !summary.contains("copyInformation"),
        "{summary}"
    );
}

#[test]
fn too_long_for_iso_2709_points_to_xml() {
    let mut long = record(Format::Marc21, "1", "x");
    long.fields.push(field("500", &[('a', &"x".repeat(20_000))]));
    let title = title(1, &long);
    let wanted = Wanted::read(None, None).unwrap();
    let error = render(&title, &Copies::default(), &wanted, Style::default()).unwrap_err();
    assert_eq!((error.condition, error.addinfo.as_str()), (238, "1.2.840.10003.5.109.10"));
    let wanted = Wanted::read(None, Some(&oid::XML)).unwrap();
    assert!(render(&title, &Copies::default(), &wanted, Style::default()).is_ok());
}
