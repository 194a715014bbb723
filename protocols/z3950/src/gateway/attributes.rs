//! Attributes of a term as they come on the wire (digest 5), and how it is told which of them are not supported.

use crate::codec::{InternationalString, Oid};
use crate::message::{AttributeElement, AttributeValue, Diagnostic, StringOrNumeric, oid};
use skranke_core::query::attributes::{AttributeSet, Attributes, Unsupported, access_point, named_access_point};
use skranke_core::query::{IndexId, IndexMap};

/// Reads the attributes of a term; `default_set` is the query's.
pub(super) fn read(list: &[AttributeElement], default_set: &Oid, map: &IndexMap) -> Result<Attributes, Diagnostic> {
    let mut attributes = Attributes::default();
    for element in list {
        let set = element.attribute_set.as_ref().unwrap_or(default_set);
        let known = known(set).ok_or_else(|| Diagnostic::new(121, set.to_string()))?;
        let kind = element.attribute_type;
        match value(&element.value) {
            Value::Number(number) => attributes.set(kind, number, known, map).map_err(|unsupported| match unsupported {
                Unsupported::Type => Diagnostic::new(113, kind.to_string()),
                Unsupported::Use => Diagnostic::new(114, number.to_string()),
                Unsupported::Relation => Diagnostic::new(117, number.to_string()),
                Unsupported::Position => Diagnostic::new(119, number.to_string()),
                Unsupported::Structure => Diagnostic::new(118, number.to_string()),
                Unsupported::Truncation => Diagnostic::new(120, number.to_string()),
                Unsupported::Completeness => Diagnostic::new(122, number.to_string()),
            })?,
            Value::Name(name) if kind == Attributes::USE => {
                attributes.index = Some(named_access_point(&name, map).ok_or_else(|| Diagnostic::new(114, name))?);
            }
            Value::Name(name) => return Err(Diagnostic::new(246, name)),
        }
    }
    Ok(attributes)
}

fn known(set: &Oid) -> Option<AttributeSet> {
    match set {
        _ if *set == oid::BIB_1 => Some(AttributeSet::Bib1),
        _ if *set == oid::DAN_1 => Some(AttributeSet::Dan1),
        _ => None,
    }
}

enum Value {
    Number(i64),
    Name(String),
}

/// The first of several that are in order of preference.
fn value(value: &AttributeValue) -> Value {
    let first = match value {
        AttributeValue::Numeric(number) => return Value::Number(*number),
        AttributeValue::Complex(complex) => complex.list.first(),
    };
    match first {
        Some(StringOrNumeric::Numeric(number)) => Value::Number(*number),
        Some(StringOrNumeric::String(name)) => Value::Name(name.text().into_owned()),
        None => Value::Name(String::new()),
    }
}

/// An access point by the value of a use attribute, of Bib-1 where no set is named or another.
pub(super) fn by_value(of: &AttributeValue, set: Option<&Oid>, map: &IndexMap) -> Option<IndexId> {
    match value(of) {
        Value::Name(name) => named_access_point(&name, map),
        Value::Number(number) => access_point(number, set.and_then(known).unwrap_or(AttributeSet::Bib1), map),
    }
}

/// The name an access point is asked for by, where a client uses names.
pub(super) fn by_name(name: &InternationalString, map: &IndexMap) -> Option<IndexId> {
    named_access_point(&name.text(), map)
}
