//! Sort (digest 9): keys of the protocol → keys of the index.

use super::attributes::{self, by_name};
use crate::codec::Charset;
use crate::message::{Diagnostic, MissingValueAction, SortElement, SortKey as Key, SortKeySpec};
use skranke_core::ports::search::{Missing, SortKey};
use skranke_core::query::{IndexMap, Sort};

/// Most keys of one sort.
const MOST: usize = 8;

/// Reads the keys.
pub fn read(specs: &[SortKeySpec], map: &IndexMap, charset: Charset) -> Result<Vec<SortKey>, Diagnostic> {
    if specs.len() > MOST {
        return Err(Diagnostic::new(211, MOST.to_string()));
    }
    if specs.is_empty() {
        return Err(Diagnostic::plain(207));
    }
    let keys: Vec<SortKey> = specs.iter().map(|spec| key(spec, map, charset)).collect::<Result<_, _>>()?;
    for (place, key) in keys.iter().enumerate() {
        if keys.iter().skip(place + 1).any(|other| other.index == key.index) {
            return Err(Diagnostic::plain(212));
        }
    }
    Ok(keys)
}

fn key(spec: &SortKeySpec, map: &IndexMap, charset: Charset) -> Result<SortKey, Diagnostic> {
    let key = match &spec.sort_element {
        SortElement::Generic(key) => key,
        SortElement::DatabaseSpecific(_) => return Err(Diagnostic::plain(210)),
    };
    let index = match key {
        Key::Field(name) => by_name(name, map).ok_or_else(|| Diagnostic::new(207, name.text()))?,
        Key::Attributes(attributes) => {
            let read = attributes::read(&attributes.list, &attributes.id, map)?;
            read.index.ok_or_else(|| Diagnostic::plain(116))?
        }
        Key::ElementSpec(_) => return Err(Diagnostic::plain(207)),
    };
    if map.index(index).is_none_or(|index| index.sort == Sort::No) {
        return Err(Diagnostic::plain(207));
    }
    let descending = match spec.sort_relation {
        0 => false,
        1 => true,
        3 | 4 => return Err(Diagnostic::new(237, spec.sort_relation.to_string())),
        other => return Err(Diagnostic::new(214, other.to_string())),
    };
    if !(0..=1).contains(&spec.case_sensitivity) {
        return Err(Diagnostic::new(215, spec.case_sensitivity.to_string()));
    }
    let missing = match &spec.missing_value_action {
        None | Some(MissingValueAction::Null(_)) => Missing::Last,
        Some(MissingValueAction::Abort(_)) => Missing::Fail,
        Some(MissingValueAction::Data(data)) => Missing::Value(charset.decode(&data.0).unwrap_or_default().into_owned()),
    };
    Ok(SortKey {
        index,
        descending,
        missing,
    })
}
