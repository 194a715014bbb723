//! Bytes ↔ messages: the Basic Encoding Rules, as far as Z39.50 needs them (digest 1).
//!
//! [`BerFramer`] finds where a message ends; [`Element`] reads what it says out of borrowed bytes; [`Writer`] writes from the
//! back to the front, so that every length is known when it is written. Reading is total: any input gives a value or a
//! [`Malformed`], in memory bounded by the input's own size.

#[macro_use]
mod define;

mod charset;
mod framer;
mod oid;
mod primitive;
pub mod read;
mod tag;
mod text;
mod write;

pub use charset::Charset;
pub use framer::BerFramer;
pub use oid::{Oid, OidError};
pub use primitive::{BitString, Null, OctetString};
pub use read::{Element, Elements, Malformed};
pub use tag::{Class, Tag};
pub use text::InternationalString;
pub use write::Writer;

/// A type with one encoding of its own: a tag that tells it, and content.
pub trait Asn1: Sized {
    /// Whether an element with this tag is one of these.
    fn accepts(tag: Tag) -> bool;

    /// Reads an element that carries a tag of its own.
    fn read(element: Element<'_>) -> Result<Self, Malformed>;

    /// Writes tag, length and content.
    fn write(&self, out: &mut Writer);
}

/// A type whose tag may be replaced by another (IMPLICIT).
pub trait Taggable: Sized {
    /// Its universal tag.
    const TAG: Tag;

    /// Whether an element with this tag is one of these, where no tag replaces its own. Some peers choose a sister type.
    fn stands_under(tag: Tag) -> bool {
        tag == Self::TAG
    }

    /// Reads the content, whatever the tag was.
    fn read_content(element: Element<'_>) -> Result<Self, Malformed>;

    /// Writes it under this tag.
    fn write_as(&self, tag: Tag, out: &mut Writer);
}

impl<T: Taggable> Asn1 for T {
    fn accepts(tag: Tag) -> bool {
        T::stands_under(tag)
    }

    fn read(element: Element<'_>) -> Result<Self, Malformed> {
        T::read_content(element)
    }

    fn write(&self, out: &mut Writer) {
        self.write_as(T::TAG, out);
    }
}

impl<T: Asn1> Taggable for Vec<T> {
    const TAG: Tag = Tag::SEQUENCE;

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        let mut values = Vec::new();
        let mut elements = element.children()?;
        while let Some(one) = elements.next()? {
            values.push(T::read(one)?);
        }
        Ok(values)
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        out.constructed(tag, |out| {
            for value in self.iter().rev() {
                value.write(out);
            }
        });
    }
}

impl<T: Taggable> Taggable for Box<T> {
    const TAG: Tag = T::TAG;

    fn stands_under(tag: Tag) -> bool {
        T::stands_under(tag)
    }

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        T::read_content(element).map(Box::new)
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        (**self).write_as(tag, out);
    }
}
