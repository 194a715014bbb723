//! ISO 20775 holdings: copies of one title, one `holding` for each library, as they are now.

use super::opac::{shelf, status};
use super::records::One;
use crate::codec::xml;
use skranke_core::desk::catalogue::{Holding, Title};

/// Appends `holdings`. A title without copies has the element alone.
pub(super) fn write(one: &One<'_>, title: &Title, copies: &[&Holding], out: &mut Vec<u8>) {
    out.extend(b"<holdings xmlns=\"info:ofi/fmt:xml:xsd:iso20775\"><resource><resourceIdentifier>");
    xml::element("value", title.control_number().as_str(), out);
    typed("control number", out);
    out.extend(b"</resourceIdentifier></resource>");
    let mut rest = copies;
    while let Some((first, _)) = rest.split_first() {
        let same = rest.iter().take_while(|copy| copy.item.agency == first.item.agency).count();
        let (here, others) = rest.split_at_checked(same).unwrap_or((rest, &[]));
        library(one, first, here, out);
        rest = others;
    }
    out.extend(b"</holdings>");
}

fn typed(text: &str, out: &mut Vec<u8>) {
    out.extend(b"<typeOrSource>");
    xml::element("text", text, out);
    out.extend(b"</typeOrSource>");
}

fn library(one: &One<'_>, first: &Holding, copies: &[&Holding], out: &mut Vec<u8>) {
    let agency = &first.item.agency;
    out.extend(b"<holding><institutionIdentifier>");
    xml::element("value", agency.as_str(), out);
    typed("ISIL", out);
    out.extend(b"</institutionIdentifier>");
    let name = &one.library.agency(agency).name;
    let name = if one.library.agencies.contains_key(agency) {
        name.as_str()
    } else {
        agency.as_str()
    };
    xml::element("physicalLocation", name, out);
    out.extend(b"<holdingSimple><copiesSummary>");
    xml::number("copiesCount", copies.len() as u64, out);
    let available = copies.iter().filter(|copy| copy.is_available()).count();
    out.extend(b"<status>");
    xml::number("availableCount", available as u64, out);
    if available == 0 {
        let soonest = copies.iter().filter_map(|copy| one.due(copy)).min();
        xml::optional("earliestDispatchDate", soonest.as_deref(), out);
    }
    out.extend(b"</status>");
    let ordered = copies.iter().filter(|copy| status(&copy.item.state).register == "OnOrder").count();
    if ordered > 0 {
        xml::number("onOrderCount", ordered as u64, out);
    }
    let queue = one.holdings.map_or(0, |holdings| holdings.queue(agency));
    xml::number("reservationQueueLength", queue.into(), out);
    out.extend(b"</copiesSummary>");
    for copy in copies {
        copy_information(one, copy, out);
    }
    out.extend(b"</holdingSimple></holding>");
}

fn copy_information(one: &One<'_>, copy: &Holding, out: &mut Vec<u8>) {
    out.extend(b"<copyInformation><pieceIdentifier>");
    xml::element("value", copy.item.barcode.as_str(), out);
    typed("barcode", out);
    out.extend(b"</pieceIdentifier>");
    xml::element("sublocation", copy.item.placement.branch.as_str(), out);
    let shelf = shelf(copy);
    let more = [copy.branch_name.as_str(), shelf.as_str()];
    for level in more
        .into_iter()
        .filter(|level| !level.is_empty() && *level != copy.item.placement.branch.as_str())
    {
        xml::element("sublocation", level, out);
    }
    xml::optional("shelfLocator", copy.item.call_number.as_deref(), out);
    let state = status(&copy.item.state);
    xml::element("note", state.register, out);
    if let Some(code) = copy.item.loan_restriction {
        xml::element("note", &format!("loan restriction {}", code.code()), out);
    }
    if let Some(issue) = &copy.item.issue {
        out.extend(b"<enumerationAndChronology>");
        xml::element("text", issue, out);
        out.extend(b"</enumerationAndChronology>");
    }
    out.extend(b"<availabilityInformation><status>");
    // 1 available, 2 not available.
    xml::element("availabilityStatus", if copy.is_available() { "1" } else { "2" }, out);
    xml::optional("dateTimeAvailable", one.due(copy).as_deref(), out);
    out.extend(b"</status></availabilityInformation></copyInformation>");
}
