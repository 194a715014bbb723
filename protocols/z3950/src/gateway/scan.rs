//! Scan (digest 8): which list, where in it, and its terms on the wire.

use super::attributes;
use super::rpn::text;
use crate::codec::{Charset, InternationalString, OctetString, Oid};
use crate::message::{Diagnostic, Entry, ScanRequest, Term, TermInfo, oid};
use skranke_core::ports::search::{Cancel, Databases, List, Scan, ScannedTerm};
use skranke_core::query::{Completeness, IndexMap};

/// Most terms of one answer.
const MOST: i64 = 5_000;

/// Reads a scan request; its databases are put in later.
pub fn read(request: &ScanRequest, map: &IndexMap, charset: Charset) -> Result<Scan, Diagnostic> {
    let set: Oid = request.attribute_set.clone().unwrap_or(oid::BIB_1);
    let attributes = attributes::read(&request.start.attributes, &set, map)?;
    let index = attributes.index.unwrap_or_else(|| map.default_index());
    let is_text = map.index(index).is_some_and(|index| index.is_text());
    let headings = !is_text || attributes.structure == Some(1) || attributes.completeness != Completeness::Incomplete;
    match request.step_size {
        None | Some(0) => {}
        Some(_) => return Err(Diagnostic::plain(205)),
    }
    let wanted = request.number_of_terms_requested;
    if wanted > MOST {
        return Err(Diagnostic::new(1029, MOST.to_string()));
    }
    let count = u32::try_from(wanted).map_err(|_| Diagnostic::plain(228))?;
    let position = request.preferred_position_in_response.unwrap_or(1);
    if !(0..=wanted + 1).contains(&position) {
        return Err(Diagnostic::new(233, position.to_string()));
    }
    Ok(Scan {
        databases: Databases::All,
        index,
        list: if headings { List::Headings } else { List::Words },
        start: text(&request.start.term, charset)?,
        position: u32::try_from(position).unwrap_or(1),
        count,
        step: 0,
        cancel: Cancel::never(),
    })
}

/// A term of the list.
pub fn entry(term: &ScannedTerm, charset: Charset) -> Entry {
    Entry::TermInfo(TermInfo {
        term: Term::General(OctetString(charset.encode(&term.term).into_owned())),
        display_term: Some(InternationalString::of(&term.shown, charset)),
        suggested_attributes: None,
        alternative_term: None,
        global_occurrences: Some(i64::try_from(term.records).unwrap_or(i64::MAX)),
        by_attributes: None,
        other_term_info: None,
    })
}
