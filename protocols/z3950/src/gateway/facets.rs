//! Facets of a search (digest 13.10): which are wanted, out of the attributes that YAZ's clients send, and their values.

use super::attributes::by_value;
use crate::codec::{Charset, OctetString};
use crate::message::facet::{FacetField, FacetList, FacetTerm};
use crate::message::{Information, SearchRequest, Term, oid};
use skranke_core::ports::search::{Facet, FacetWanted};
use skranke_core::query::IndexMap;

/// Facets of one search.
const MOST_FACETS: usize = 20;
/// Values of one facet.
const MOST_VALUES: i64 = 500;
/// Values of a facet where no number is given.
const USUAL_VALUES: i64 = 10;

/// The facets that a search asks for: in the information about the search, as YAZ's clients do now, or in other information.
pub fn asked(request: &SearchRequest) -> FacetList {
    let units = [&request.additional_search_info, &request.other_info]
        .into_iter()
        .flatten()
        .flatten();
    let list = units.filter_map(|unit| match &unit.information {
        Information::External(external) if external.is(&oid::FACET_1) => external.get::<FacetList>(),
        _ => None,
    });
    let mut fields: FacetList = list.flatten().collect();
    fields.truncate(MOST_FACETS);
    fields
}

/// A facet as the index takes it; `None` where there is no such access point, or its values are not counted.
pub fn wanted(field: &FacetField, map: &IndexMap) -> Option<FacetWanted> {
    let mut index = None;
    let (mut order, mut limit, mut start) = (0, USUAL_VALUES, 1);
    for attribute in &field.attributes {
        match (attribute.attribute_type, &attribute.value) {
            (1, value) => index = by_value(value, attribute.attribute_set.as_ref(), map),
            (2, crate::message::AttributeValue::Numeric(number)) => order = *number,
            (3, crate::message::AttributeValue::Numeric(number)) => limit = *number,
            (4, crate::message::AttributeValue::Numeric(number)) => start = *number,
            _ => {}
        }
    }
    let index = index.filter(|index| map.index(*index).is_some_and(|index| index.facet))?;
    Some(FacetWanted {
        index,
        start: usize::try_from(start.max(1) - 1).unwrap_or(usize::MAX),
        limit: usize::try_from(limit.clamp(0, MOST_VALUES)).unwrap_or(0),
        by_value: order == 1,
    })
}

/// The facets that were asked for, with their values. One that we have not has none.
pub fn answered(fields: FacetList, facets: Vec<Facet>, map: &IndexMap, charset: Charset) -> FacetList {
    let mut facets = facets.into_iter().peekable();
    let values = |field: &FacetField| {
        let index = wanted(field, map)?.index;
        facets.next_if(|facet| facet.index == index)
    };
    let found: Vec<Option<Facet>> = fields.iter().map(values).collect();
    let term = |value: &skranke_core::ports::search::ScannedTerm| FacetTerm {
        term: Term::General(OctetString(charset.encode(&value.shown).into_owned())),
        count: i64::try_from(value.records).unwrap_or(i64::MAX),
    };
    fields
        .into_iter()
        .zip(found)
        .map(|(field, facet)| FacetField {
            attributes: field.attributes,
            terms: Some(facet.iter().flat_map(|facet| &facet.values).map(term).collect()),
        })
        .collect()
}
