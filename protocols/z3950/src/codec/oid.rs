//! Object identifiers, compared as arcs.

use super::Taggable;
use super::read::{Element, Malformed};
use super::tag::Tag;
use super::write::Writer;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Most octets of an object identifier.
const LONGEST: usize = 64;

/// An object identifier. It prints with dots.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid(Cow<'static, [u32]>);

/// A text that is no object identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no object identifier")]
pub struct OidError;

impl Oid {
    /// One that is known when the program is written.
    pub const fn of(arcs: &'static [u32]) -> Self {
        Self(Cow::Borrowed(arcs))
    }

    /// Its arcs.
    pub fn arcs(&self) -> &[u32] {
        &self.0
    }

    /// The arcs after these.
    pub fn under(&self, root: &[u32]) -> Option<&[u32]> {
        self.0.strip_prefix(root)
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, arc) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(".")?;
            }
            write!(f, "{arc}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Oid {
    type Err = OidError;

    fn from_str(text: &str) -> Result<Self, OidError> {
        let text = text.trim().trim_matches('.');
        let arcs: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
        let arcs = arcs.map_err(|_| OidError)?;
        match arcs.as_slice() {
            [0..=1, 0..=39, ..] | [2, 0..=47, ..] if arcs.len() <= LONGEST / 2 => Ok(Self(Cow::Owned(arcs))),
            _ => Err(OidError),
        }
    }
}

impl Taggable for Oid {
    const TAG: Tag = Tag::OBJECT_IDENTIFIER;

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        let content = element.primitive()?;
        if content.is_empty() || content.len() > LONGEST {
            return Err(element.wrong("no object identifier"));
        }
        let mut arcs = Vec::with_capacity(content.len() + 1);
        let mut arc = 0_u32;
        let mut whole = true;
        for &octet in content {
            if arc > u32::MAX >> 7 {
                return Err(element.wrong("an arc of the object identifier is too large"));
            }
            arc = arc << 7 | u32::from(octet & 0x7F);
            whole = octet & 0x80 == 0;
            if !whole {
                continue;
            }
            if arcs.is_empty() {
                let root = (arc / 40).min(2);
                arcs.push(root);
                arcs.push(arc - root * 40);
            } else {
                arcs.push(arc);
            }
            arc = 0;
        }
        if !whole {
            return Err(element.wrong("the object identifier is cut short"));
        }
        Ok(Self(Cow::Owned(arcs)))
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        let mut content = Writer::new();
        let [first, second, rest @ ..] = self.arcs() else {
            return out.primitive(tag, &[]);
        };
        for &arc in rest.iter().rev() {
            content.base_128(arc);
        }
        content.base_128(first * 40 + second);
        out.primitive(tag, content.as_slice());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["1.2.840.10003.5.10", "1.2.840.10003.5.1000.81.3", "0.0", "2.47.4294967295"] {
            let oid: Oid = text.parse().unwrap();
            let mut out = Writer::new();
            oid.write_as(Tag::OBJECT_IDENTIFIER, &mut out);
            let read = Oid::read_content(Element::of(out.as_slice()).unwrap()).unwrap();
            assert_eq!(read.to_string(), text);
        }
        assert_eq!(" 1.2.840.10003.5.10. ".parse(), Ok(Oid::of(&[1, 2, 840, 10003, 5, 10])));
        for text in ["", "1", "3.1", "1.40", "1..2", "a.b"] {
            assert!(text.parse::<Oid>().is_err(), "{text}");
        }
    }
}
