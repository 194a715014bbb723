//! Holdings as XML: the OPAC record in the form that YAZ gave it, and the holdings schema of Bath and danZIG.
//!
//! No XSD of the holdings schema is public. What is sent is this subset of it, one `holdingsStatement-4` for each place:
//!
//! ```text
//! holdingsStructure
//!   bibItemInfo-1 targetItemId-3="control number"
//!   holdingsStatement-4
//!     siteLocation             institutionOrSiteId-5, branch-6, shelvingLocation-8, callNumber-9
//!     policy                   lendingPolicy-27 (1 will lend, 2 will not), reproductionPolicy-28, reservationPolicy-29
//!     servicingInformation     expectedDispatchDate-31, reservationQueueLength-33
//!     copiesSummary            copiesCount-20, availableCount-21
//!     copyInformation *        copyId-42, availability-44 (1 available, 2 not), expectedDispatchDate-31, note-48
//! ```
//! B1 ends after `siteLocation`, B2 after `copiesSummary`.

use super::composition::Content;
use super::holdings::{Copies, Place};
use crate::message::opac::{CircRecord, HoldingsAndCirc, HoldingsRecord, Volume};
use skranke_core::bib::Record;

/// Writes elements with escaped text.
struct Xml<'a>(&'a mut Vec<u8>);

impl Xml<'_> {
    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.raw("&amp;"),
                '<' => self.raw("&lt;"),
                '>' => self.raw("&gt;"),
                '"' => self.raw("&quot;"),
                // XML has no place for control characters.
                c if c.is_control() && !matches!(c, '\t' | '\n') => {}
                c => self.raw(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// An element with text; none where the text is empty.
    fn element(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.raw(&format!("<{name}>"));
            self.text(text);
            self.raw(&format!("</{name}>"));
        }
    }

    fn within(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        self.raw(&format!("<{name}>"));
        body(self);
        self.raw(&format!("</{name}>"));
    }
}

/// The OPAC record as XML; `bibliographic` is the record, MARCXML.
pub(super) fn opac(bibliographic: &[u8], copies: &Copies, record: &Record, out: &mut Vec<u8>) {
    let mut xml = Xml(out);
    xml.raw("<opacRecord><bibliographicRecord>");
    xml.0.extend_from_slice(bibliographic);
    xml.raw("</bibliographicRecord><holdings>");
    for holding in copies.opac(record) {
        if let HoldingsRecord::HoldingsAndCirc(holding) = holding {
            xml.within("holding", |xml| opac_holding(&holding, xml));
        }
    }
    xml.raw("</holdings></opacRecord>");
}

fn opac_holding(holding: &HoldingsAndCirc, xml: &mut Xml<'_>) {
    let fields = [
        ("typeOfRecord", &holding.type_of_record),
        ("encodingLevel", &holding.encoding_level),
        ("format", &holding.format),
        ("nucCode", &holding.nuc_code),
        ("localLocation", &holding.local_location),
        ("shelvingLocation", &holding.shelving_location),
        ("callNumber", &holding.call_number),
        ("publicNote", &holding.public_note),
        ("enumAndChron", &holding.enum_and_chron),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            xml.element(name, &value.text());
        }
    }
    if let Some(volumes) = &holding.volumes {
        xml.within("volumes", |xml| {
            for Volume { enum_and_chron, .. } in volumes {
                xml.within("volume", |xml| {
                    if let Some(text) = enum_and_chron {
                        xml.element("enumAndChron", &text.text());
                    }
                });
            }
        });
    }
    xml.within("circulations", |xml| {
        for circulation in holding.circulation_data.iter().flatten() {
            xml.within("circulation", |xml| opac_circulation(circulation, xml));
        }
    });
}

fn opac_circulation(copy: &CircRecord, xml: &mut Xml<'_>) {
    let flag = |xml: &mut Xml<'_>, name: &str, value: bool| xml.raw(&format!("<{name} value=\"{}\"/>", u8::from(value)));
    let text = |xml: &mut Xml<'_>, name: &str, value: &Option<crate::codec::InternationalString>| {
        if let Some(value) = value {
            xml.element(name, &value.text());
        }
    };
    flag(xml, "availableNow", copy.available_now);
    text(xml, "availabilityDate", &copy.availability_date);
    text(xml, "restrictions", &copy.restrictions);
    text(xml, "itemId", &copy.item_id);
    flag(xml, "renewable", copy.renewable);
    flag(xml, "onHold", copy.on_hold);
    text(xml, "enumAndChron", &copy.enum_and_chron);
    text(xml, "temporaryLocation", &copy.temporary_location);
}

/// The holdings schema.
pub(super) fn holdings(content: Content, record: &Record, copies: &Copies, out: &mut Vec<u8>) {
    let mut xml = Xml(out);
    xml.raw("<holdingsStructure><bibItemInfo-1 targetItemId-3=\"");
    xml.text(record.control_number().unwrap_or_default());
    xml.raw("\"/>");
    for place in copies.places() {
        xml.within("holdingsStatement-4", |xml| statement(content, &place, xml));
    }
    xml.raw("</holdingsStructure>");
}

fn statement(content: Content, place: &Place<'_>, xml: &mut Xml<'_>) {
    xml.within("siteLocation", |xml| {
        xml.element("institutionOrSiteId-5", place.item.agency.as_str());
        xml.element("branch-6", place.branch_name);
        xml.element("shelvingLocation-8", &place.shelving_location());
        xml.element("callNumber-9", place.item.call_number.as_deref().unwrap_or_default());
    });
    if content == Content::HoldingsLocations {
        return;
    }
    let lends = |item: &skranke_core::item::Item| {
        use skranke_core::item::LoanRestriction::{A, C, D, F, G};
        !matches!(item.loan_restriction, Some(A | C | D | F | G))
    };
    let will_lend = place.copies.iter().any(|copy| lends(&copy.holding.item));
    xml.within("policy", |xml| {
        xml.element("lendingPolicy-27", if will_lend { "1" } else { "2" });
        xml.element("reservationPolicy-29", if will_lend { "1" } else { "2" });
    });
    let available = place.copies.iter().filter(|copy| copy.holding.is_available()).count();
    let next = place.copies.iter().filter_map(|copy| copy.due).min();
    xml.within("servicingInformation", |xml| {
        if let (0, Some(due)) = (available, next) {
            xml.element("expectedDispatchDate-31", &due.to_string());
        }
        xml.element("reservationQueueLength-33", &place.waiting.to_string());
    });
    xml.within("copiesSummary", |xml| {
        xml.element("copiesCount-20", &place.copies.len().to_string());
        xml.element("availableCount-21", &available.to_string());
    });
    if content == Content::HoldingsSummary {
        return;
    }
    for copy in &place.copies {
        xml.within("copyInformation", |xml| {
            xml.element("copyId-42", copy.holding.item.barcode.as_str());
            xml.element("availability-44", if copy.holding.is_available() { "1" } else { "2" });
            xml.element("expectedDispatchDate-31", &copy.due_text());
            xml.element("note-48", &copy.restriction());
        });
    }
}
