//! GRS-1, the generic record syntax (digest 7): a tree of tagged elements.

use super::shared::{External, GeneralizedTime, IntUnit, StringOrNumeric};
use crate::codec::{Element, InternationalString, Malformed, Null, OctetString, Oid, Tag, Taggable, Writer};

/// A record: elements in a row.
pub type GenericRecord = Vec<TaggedElement>;

sequence! {
    /// One element.
    pub struct TaggedElement {
        /// Whose tags.
        implicit(1) tag_type: Option<i64>,
        /// The tag.
        explicit(2) tag_value: StringOrNumeric,
        /// Which of several.
        implicit(3) tag_occurrence: Option<i64>,
        /// What it says.
        explicit(4) content: ElementData,
    }
}

choice! {
    /// What an element says.
    pub enum ElementData {
        /// Bytes.
        untagged Octets(OctetString),
        /// A number.
        untagged Numeric(i64),
        /// A point in time.
        untagged Date(GeneralizedTime),
        /// A type of its own.
        untagged External(External),
        /// Text.
        untagged String(GeneralString),
        /// Yes or no.
        untagged Boolean(bool),
        /// An object identifier.
        untagged Oid(Oid),
        /// A quantity.
        implicit(1) IntUnit(IntUnit),
        /// It is not there.
        implicit(2) NotThere(Null),
        /// It is empty.
        implicit(3) Empty(Null),
        /// Its data was not asked for.
        implicit(4) NoDataRequested(Null),
        /// Why it is not given.
        implicit(5) Diagnostic(External),
        /// Elements again.
        explicit(6) Subtree(Vec<TaggedElement>),
    }
}

/// Text that stands beside bytes, so that no sister type may stand for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneralString(pub InternationalString);

impl Taggable for GeneralString {
    const TAG: Tag = Tag::GENERAL_STRING;

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        InternationalString::read_content(element).map(Self)
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        self.0.write_as(tag, out);
    }
}
