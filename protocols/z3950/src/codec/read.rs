//! Elements out of borrowed bytes.

use super::tag::{Class, Tag};
use super::{Asn1, Taggable};

/// Highest tag number we follow.
pub(super) const TAG_LIMIT: u32 = 1 << 21;
/// Most octets of a tag.
pub(super) const LONGEST_TAG: usize = 4;
/// Deepest nesting of what is read by recursion: records, terms, items of extended services. Queries are read without it.
const NESTING: u16 = 64;

/// Bytes that are no message, and where. Positions count bytes of the message from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct Malformed {
    /// Where.
    pub at: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// One element: a tag and its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    /// What it is.
    pub tag: Tag,
    /// Whether the content is elements again.
    pub constructed: bool,
    /// Without tag, length and end mark.
    pub content: &'a [u8],
    /// Where its tag stands in the message.
    pub at: usize,
    /// Tag, length, content and end mark.
    pub whole: &'a [u8],
    content_at: usize,
    depth: u16,
}

/// The elements of a content, one after the other.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    rest: &'a [u8],
    at: usize,
    depth: u16,
}

impl<'a> Element<'a> {
    /// The one element that these bytes are.
    pub fn of(message: &'a [u8]) -> Result<Self, Malformed> {
        let mut elements = Elements::over(message);
        let at = 0;
        let element = elements.next()?.ok_or(Malformed { at, what: "nothing" })?;
        elements.end()?;
        Ok(element)
    }

    /// Its elements. An error where it has none, or where they lie too deep.
    pub fn children(&self) -> Result<Elements<'a>, Malformed> {
        if self.depth >= NESTING {
            return Err(self.wrong("nested too deep"));
        }
        self.children_at_any_depth()
    }

    /// Its elements, for who reads them without recursion.
    pub fn children_at_any_depth(&self) -> Result<Elements<'a>, Malformed> {
        if !self.constructed {
            return Err(self.wrong("no elements where there should be some"));
        }
        Ok(Elements {
            rest: self.content,
            at: self.content_at,
            depth: self.depth.saturating_add(1),
        })
    }

    /// The content of a primitive element.
    pub fn primitive(&self) -> Result<&'a [u8], Malformed> {
        if self.constructed {
            return Err(self.wrong("elements where there should be a value"));
        }
        Ok(self.content)
    }

    /// The one element inside an explicit tag.
    pub fn inner(&self) -> Result<Element<'a>, Malformed> {
        self.children()?.next()?.ok_or_else(|| self.wrong("empty tag"))
    }

    /// The same element, its depth counted from here: for what was reached without recursion.
    pub fn shallow(self) -> Self {
        Self { depth: 0, ..self }
    }

    /// An error at this element.
    pub fn wrong(&self, what: &'static str) -> Malformed {
        Malformed { at: self.at, what }
    }
}

impl<'a> Elements<'a> {
    /// The elements that these bytes are.
    pub fn over(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            at: 0,
            depth: 0,
        }
    }

    /// The next element.
    #[allow(clippy::should_implement_trait)] // it can fail, and the caller wants `?`
    pub fn next(&mut self) -> Result<Option<Element<'a>>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let header = header(self.rest, self.at)?;
        let (content_length, whole_length) = match header.length {
            Some(length) => (length, header.octets.saturating_add(length)),
            None => {
                let inside = self.rest.get(header.octets..).unwrap_or_default();
                let length = until_end_mark(inside, self.at + header.octets)?;
                (length, header.octets + length + 2)
            }
        };
        let cut = Malformed {
            at: self.at,
            what: "the element is cut short",
        };
        let (whole, rest) = self.rest.split_at_checked(whole_length).ok_or(cut)?;
        let content = whole.get(header.octets..header.octets + content_length).ok_or(cut)?;
        let element = Element {
            tag: header.tag,
            constructed: header.constructed,
            content,
            at: self.at,
            whole,
            content_at: self.at + header.octets,
            depth: self.depth,
        };
        self.rest = rest;
        self.at += whole_length;
        Ok(Some(element))
    }

    /// The next element without taking it.
    pub fn peek(&self) -> Result<Option<Element<'a>>, Malformed> {
        self.clone().next()
    }

    /// The tag of the next element.
    pub fn peek_tag(&self) -> Result<Option<Tag>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        Ok(Some(header(self.rest, self.at)?.tag))
    }

    /// The next element, if it has this tag.
    pub fn take(&mut self, tag: Tag) -> Result<Option<Element<'a>>, Malformed> {
        match self.peek_tag()? {
            Some(next) if next == tag => self.next(),
            _ => Ok(None),
        }
    }

    /// Whether nothing is left.
    pub fn end(&self) -> Result<(), Malformed> {
        match self.rest {
            [] => Ok(()),
            _ => Err(self.wrong("something follows")),
        }
    }

    /// An error at this place.
    pub fn wrong(&self, what: &'static str) -> Malformed {
        Malformed { at: self.at, what }
    }
}

struct Header {
    tag: Tag,
    constructed: bool,
    /// `None` where it is indefinite.
    length: Option<usize>,
    octets: usize,
}

fn header(bytes: &[u8], at: usize) -> Result<Header, Malformed> {
    let wrong = |what| Malformed { at, what };
    let mut octets = bytes.iter().copied();
    let mut taken = 0;
    let mut next = || {
        taken += 1;
        octets.next().ok_or(wrong("the element is cut short"))
    };
    let first = next()?;
    let class = match first >> 6 {
        0 => Class::Universal,
        1 => Class::Application,
        2 => Class::Context,
        _ => Class::Private,
    };
    let mut number = u32::from(first & 0x1F);
    if number == 0x1F {
        number = 0;
        for place in 1..=LONGEST_TAG {
            let octet = next()?;
            number = number << 7 | u32::from(octet & 0x7F);
            if (place == 1 && octet == 0x80) || place == LONGEST_TAG || number > TAG_LIMIT {
                return Err(wrong("no tag"));
            }
            if octet & 0x80 == 0 {
                break;
            }
        }
    }
    let constructed = first & 0x20 != 0;
    let length = match next()? {
        short @ 0..=0x7F => Some(usize::from(short)),
        0x80 if constructed => None,
        0x80 | 0xFF => return Err(wrong("no length")),
        long => {
            let mut length = 0_usize;
            for _ in 0..long & 0x7F {
                if length > usize::MAX >> 8 {
                    return Err(wrong("no length"));
                }
                length = length << 8 | usize::from(next()?);
            }
            Some(length)
        }
    };
    Ok(Header {
        tag: Tag { class, number },
        constructed,
        length,
        octets: taken,
    })
}

/// How many bytes come before the end mark that ends an indefinite element.
fn until_end_mark(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let (mut rest, mut open, mut passed) = (bytes, 0_usize, 0_usize);
    loop {
        if let [0, 0, after @ ..] = rest {
            if open == 0 {
                return Ok(passed);
            }
            open -= 1;
            rest = after;
            passed += 2;
            continue;
        }
        let header = header(rest, at + passed)?;
        let skip = header.octets.saturating_add(header.length.unwrap_or(0));
        open += usize::from(header.length.is_none());
        rest = rest.get(skip..).ok_or(Malformed {
            at: at + passed,
            what: "the element is cut short",
        })?;
        passed += skip;
    }
}

/// A component of a SEQUENCE: one that must be there, or one that may.
pub trait Component: Sized {
    /// Takes it out of a tag around it.
    fn take_explicit(elements: &mut Elements<'_>, number: u32) -> Result<Self, Malformed>;

    /// Takes it where it stands under a tag of its own.
    fn take_untagged(elements: &mut Elements<'_>) -> Result<Self, Malformed>;

    /// Writes it with a tag around it.
    fn put_explicit(&self, number: u32, out: &mut super::Writer);

    /// Writes it under a tag of its own.
    fn put_untagged(&self, out: &mut super::Writer);
}

/// A component whose tag can be replaced.
pub trait ImplicitComponent: Sized {
    /// Takes it under this tag.
    fn take(elements: &mut Elements<'_>, number: u32) -> Result<Self, Malformed>;

    /// Writes it under this tag.
    fn put(&self, number: u32, out: &mut super::Writer);
}

impl<T: Taggable> ImplicitComponent for T {
    fn take(elements: &mut Elements<'_>, number: u32) -> Result<Self, Malformed> {
        match elements.take(Tag::context(number))? {
            Some(element) => T::read_content(element),
            None => Err(elements.wrong("an element is missing")),
        }
    }

    fn put(&self, number: u32, out: &mut super::Writer) {
        self.write_as(Tag::context(number), out);
    }
}

impl<T: Taggable> ImplicitComponent for Option<T> {
    fn take(elements: &mut Elements<'_>, number: u32) -> Result<Self, Malformed> {
        elements.take(Tag::context(number))?.map(T::read_content).transpose()
    }

    fn put(&self, number: u32, out: &mut super::Writer) {
        if let Some(value) = self {
            value.write_as(Tag::context(number), out);
        }
    }
}

impl<T: Asn1> Component for T {
    fn take_explicit(elements: &mut Elements<'_>, number: u32) -> Result<Self, Malformed> {
        match elements.take(Tag::context(number))? {
            Some(element) => T::read(element.inner()?),
            None => Err(elements.wrong("an element is missing")),
        }
    }

    fn take_untagged(elements: &mut Elements<'_>) -> Result<Self, Malformed> {
        match elements.peek_tag()? {
            Some(tag) if T::accepts(tag) => match elements.next()? {
                Some(element) => T::read(element),
                None => Err(elements.wrong("an element is missing")),
            },
            _ => Err(elements.wrong("an element is missing")),
        }
    }

    fn put_explicit(&self, number: u32, out: &mut super::Writer) {
        out.constructed(Tag::context(number), |out| self.write(out));
    }

    fn put_untagged(&self, out: &mut super::Writer) {
        self.write(out);
    }
}

impl<T: Asn1> Component for Option<T> {
    fn take_explicit(elements: &mut Elements<'_>, number: u32) -> Result<Self, Malformed> {
        let found = elements.take(Tag::context(number))?;
        found.map(|element| T::read(element.inner()?)).transpose()
    }

    fn take_untagged(elements: &mut Elements<'_>) -> Result<Self, Malformed> {
        match elements.peek_tag()? {
            Some(tag) if T::accepts(tag) => elements.next()?.map(T::read).transpose(),
            _ => Ok(None),
        }
    }

    fn put_explicit(&self, number: u32, out: &mut super::Writer) {
        if let Some(value) = self {
            value.put_explicit(number, out);
        }
    }

    fn put_untagged(&self, out: &mut super::Writer) {
        if let Some(value) = self {
            value.write(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_definite_and_indefinite_alike() {
        let definite = Element::of(&[0x30, 4, 0x30, 2, 5, 0]).unwrap();
        let indefinite = Element::of(&[0x30, 0x80, 0x30, 0x80, 5, 0, 0, 0, 0, 0]).unwrap();
        for element in [definite, indefinite] {
            let inner = element.inner().unwrap();
            assert_eq!((inner.tag, inner.content), (Tag::SEQUENCE, &[5, 0][..]));
        }
    }

    #[test]
    fn long_tags() {
        let element = Element::of(&[0xBF, 0x81, 0x49, 0]).unwrap();
        assert_eq!(element.tag, Tag::context(201));
        assert!(Element::of(&[0xBF, 0x80, 0x49, 0]).is_err());
        assert!(Element::of(&[0xBF, 0xFF, 0xFF, 0xFF, 0x7F, 0]).is_err());
    }

    #[test]
    fn nested_too_deep_is_an_error_and_no_overflow() {
        let bytes = (0..200).fold(vec![5, 0], |inner, _| [&[0x30, 0x80][..], &inner, &[0, 0]].concat());
        let mut element = Element::of(&bytes).unwrap();
        let failed = (0..200).find_map(|_| match element.inner() {
            Ok(inner) => {
                element = inner;
                None
            }
            Err(malformed) => Some(malformed.what),
        });
        assert_eq!(failed, Some("nested too deep"));
    }
}
