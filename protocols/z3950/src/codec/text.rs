//! InternationalString: bytes whose character set the session knows.

use super::Taggable;
use super::charset::Charset;
use super::primitive::joined;
use super::read::{Element, Malformed};
use super::tag::Tag;
use super::write::Writer;
use std::borrow::Cow;
use std::fmt;

/// Text as it goes over the wire.
#[derive(Clone, PartialEq, Eq, Default, Hash)]
pub struct InternationalString(pub Vec<u8>);

impl InternationalString {
    /// The text, whatever the bytes are: a name of a database, an element set or a result set.
    pub fn text(&self) -> Cow<'_, str> {
        Charset::Unagreed.decode(&self.0).unwrap_or_default()
    }

    /// The text in an agreed set.
    pub fn of(text: &str, charset: Charset) -> Self {
        Self(charset.encode(text).into_owned())
    }
}

impl From<&str> for InternationalString {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl fmt::Debug for InternationalString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text(), f)
    }
}

impl Taggable for InternationalString {
    const TAG: Tag = Tag::GENERAL_STRING;

    /// Peers send most other string types too, and version 2 demands VisibleString.
    fn stands_under(tag: Tag) -> bool {
        let strings = [Tag::GENERAL_STRING, Tag::VISIBLE_STRING, Tag::UTF8_STRING, Tag::OCTET_STRING];
        strings.contains(&tag)
    }

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        joined(element, Tag::GENERAL_STRING).map(Self)
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        out.primitive(tag, &self.0);
    }
}
