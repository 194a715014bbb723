//! MARC as a generic record (digest 7): tag type 3, the tag as a string, subfields as a subtree.

use crate::codec::Null;
use crate::message::StringOrNumeric;
use crate::message::grs1::{ElementData, GeneralString, GenericRecord, TaggedElement};
use skranke_core::bib::{Field, Record};

/// Tags that are strings of the sender's own.
const LOCAL: i64 = 3;

pub(super) fn record(record: &Record) -> GenericRecord {
    let leader = element("000", text(record.leader.as_str()));
    std::iter::once(leader).chain(record.fields.iter().map(field)).collect()
}

fn field(field: &Field) -> TaggedElement {
    let content = match field {
        Field::Control { value, .. } => text(value),
        Field::Data { subfields, indicators, .. } => {
            let marks: String = indicators.iter().collect();
            let subfields = subfields
                .iter()
                .map(|subfield| element(subfield.code.encode_utf8(&mut [0; 4]), text(&subfield.value)));
            ElementData::Subtree(std::iter::once(element("indicators", text(&marks))).chain(subfields).collect())
        }
    };
    element(field.tag().as_str(), content)
}

fn element(tag: &str, content: ElementData) -> TaggedElement {
    TaggedElement {
        tag_type: Some(LOCAL),
        tag_value: StringOrNumeric::String(tag.into()),
        tag_occurrence: None,
        content,
    }
}

fn text(value: &str) -> ElementData {
    if value.is_empty() {
        return ElementData::Empty(Null);
    }
    ElementData::String(GeneralString(value.into()))
}
