//! Item orders (digest 11): who wants what, out of the forms in which clients say it.

use super::ill;
use crate::message::extended::ItemOrderRequest;
use crate::message::{Diagnostic, Encoding, External, oid};
use skranke_core::circulation::Refusal;
use skranke_core::desk::catalogue::OrderRefused;
use skranke_core::ids::CardNumber;

/// An order as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The result set and the place in it, from 1.
    pub from_set: Option<(String, i64)>,
    /// The card of the patron, where the order names one.
    pub card: Option<CardNumber>,
    /// The number of the record, where the order names one.
    pub control_number: Option<String>,
}

/// Reads an order. What says neither a record nor a place in a result set is none.
pub fn order(request: &ItemOrderRequest) -> Result<Ordered, Diagnostic> {
    let item = &request.not_to_keep;
    let from_set = item
        .result_set_item
        .as_ref()
        .map(|one| (one.result_set_id.text().into_owned(), one.item));
    let contact = request.to_keep.as_ref().and_then(|kept| kept.contact.as_ref());
    let contact = contact
        .and_then(|contact| contact.name.as_ref())
        .map(|name| name.text().into_owned());
    let asked = item.item_request.as_ref().map(asked).transpose()?.unwrap_or_default();
    if from_set.is_none() && asked.number.is_none() {
        return Err(Diagnostic::new(1008, "resultSetItem"));
    }
    let card = asked.client.or(contact).filter(|card| !card.is_empty());
    Ok(Ordered {
        from_set,
        card: card.map(CardNumber::new),
        control_number: asked.number,
    })
}

/// Whether the patron has the hold already: the order was sent before, and its answer was lost.
pub fn stands_already(refused: &OrderRefused) -> bool {
    match refused {
        OrderRefused::Refused(refused) => refused.reasons.iter().any(|why| matches!(why, Refusal::AlreadyReserved { .. })),
        OrderRefused::NoSuchRecord | OrderRefused::Fault(_) => false,
    }
}

/// The ILL request: ISO 10161 as ASN.1, or as XML, as the Danish proxy sends it.
fn asked(external: &External) -> Result<ill::Request, Diagnostic> {
    let name = external.direct_reference.as_ref().map(ToString::to_string).unwrap_or_default();
    let unsupported = || Diagnostic::new(1009, name.clone());
    if external.is(&oid::ILL_REQUEST) {
        let Encoding::Single(request) = &external.encoding else {
            return Err(Diagnostic::plain(1002));
        };
        return ill::read(request).map_err(|_| Diagnostic::new(1057, "itemRequest"));
    }
    if !external.is(&oid::XML) && !external.is(&oid::APPLICATION_XML) {
        return Err(unsupported());
    }
    let xml = String::from_utf8(external.bytes().unwrap_or_default()).map_err(|_| unsupported())?;
    Ok(ill::Request {
        client: attribute(&xml, "client-id"),
        number: attribute(&xml, "system-no"),
    })
}

/// The value of an attribute of this name, or the text of an element of it, whatever stands around it.
fn attribute(xml: &str, name: &str) -> Option<String> {
    let value = |after: &str, open: &str, close: &str| -> Option<String> {
        let (value, _) = after.trim_start().strip_prefix(open)?.split_once(close)?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    xml.match_indices(name).find_map(|(at, _)| {
        let after = xml.get(at + name.len()..)?;
        let as_attribute = after.trim_start().strip_prefix('=');
        as_attribute
            .and_then(|rest| value(rest, "\"", "\"").or_else(|| value(rest, "'", "'")))
            .or_else(|| value(after, ">", "<"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_numbers_as_attributes_and_as_elements() {
        let xml = "<ill5:ILL-Request-1><item-id title=\"x\" system-no='5000'/><client-id>12 34</client-id></ill5:ILL-Request-1>";
        assert_eq!(attribute(xml, "system-no").as_deref(), Some("5000"));
        assert_eq!(attribute(xml, "client-id").as_deref(), Some("12 34"));
        assert_eq!(attribute(xml, "iSSN"), None);
    }
}
