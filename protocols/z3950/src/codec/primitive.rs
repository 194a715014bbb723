//! The universal types: BOOLEAN, INTEGER, BIT STRING, OCTET STRING, NULL.

use super::Taggable;
use super::read::{Element, Malformed};
use super::tag::Tag;
use super::write::Writer;
use std::fmt;

/// NULL: that it is there is all it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Null;

/// A BIT STRING whose bits have names: bit *n* is `1 << n`. Bits above 63 are of no known use and are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BitString(pub u64);

/// Bytes.
#[derive(Clone, PartialEq, Eq, Default, Hash)]
pub struct OctetString(pub Vec<u8>);

impl BitString {
    /// Whether a bit is set.
    pub fn has(self, bit: u32) -> bool {
        self.0 >> bit & 1 == 1
    }
}

impl fmt::Debug for OctetString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl From<&[u8]> for OctetString {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Taggable for Null {
    const TAG: Tag = Tag::NULL;

    fn read_content(_: Element<'_>) -> Result<Self, Malformed> {
        Ok(Self)
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        out.primitive(tag, &[]);
    }
}

impl Taggable for bool {
    const TAG: Tag = Tag::BOOLEAN;

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        match element.primitive()? {
            [value] => Ok(*value != 0),
            _ => Err(element.wrong("no boolean")),
        }
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        out.primitive(tag, &[if *self { 0xFF } else { 0 }]);
    }
}

impl Taggable for i64 {
    const TAG: Tag = Tag::INTEGER;

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        let content = element.primitive()?;
        let negative = match content.first() {
            Some(first) if content.len() <= 8 => first & 0x80 != 0,
            _ => return Err(element.wrong("no integer of at most 8 octets")),
        };
        let begin = if negative { -1 } else { 0 };
        Ok(content.iter().fold(begin, |value, octet| value << 8 | i64::from(*octet)))
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        let octets = self.to_be_bytes();
        let filler = if *self < 0 { 0xFF } else { 0 };
        let mut content = octets.as_slice();
        while let [first, second, ..] = content
            && *first == filler
            && (second ^ filler) & 0x80 == 0
        {
            content = content.get(1..).unwrap_or_default();
        }
        out.primitive(tag, content);
    }
}

impl Taggable for BitString {
    const TAG: Tag = Tag::BIT_STRING;

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        let content = joined(element, Tag::BIT_STRING)?;
        let (unused, octets) = match content.split_first() {
            Some((unused @ 0..=7, octets)) => (u32::from(*unused), octets),
            _ => return Err(element.wrong("no bit string")),
        };
        let count = (octets.len() as u32 * 8).saturating_sub(unused).min(64);
        let set = |bit: &u32| octets.get((bit / 8) as usize).is_some_and(|octet| octet >> (7 - bit % 8) & 1 == 1);
        Ok(Self((0..count).filter(set).fold(0, |bits, bit| bits | 1 << bit)))
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        let count = 64 - self.0.leading_zeros();
        let mut content = vec![0_u8; 1 + count.div_ceil(8) as usize];
        if let Some((unused, octets)) = content.split_first_mut() {
            *unused = (octets.len() as u32 * 8 - count) as u8;
            for (octet, bits) in octets.iter_mut().zip(self.0.to_le_bytes()) {
                *octet = bits.reverse_bits();
            }
        }
        out.primitive(tag, &content);
    }
}

impl Taggable for OctetString {
    const TAG: Tag = Tag::OCTET_STRING;

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        joined(element, Tag::OCTET_STRING).map(Self)
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        out.primitive(tag, &self.0);
    }
}

/// The content of a string type, the segments of its constructed form put together.
pub(super) fn joined(element: Element<'_>, tag: Tag) -> Result<Vec<u8>, Malformed> {
    if !element.constructed {
        return Ok(element.content.to_vec());
    }
    let mut whole: Vec<u8> = Vec::new();
    let mut segments = element.children()?;
    while let Some(segment) = segments.next()? {
        let part = joined(segment, tag)?;
        match (tag, whole.first_mut(), part.split_first()) {
            // The last segment of a bit string tells the unused bits.
            (Tag::BIT_STRING, Some(unused), Some((last, bits))) => {
                *unused = *last;
                whole.extend(bits);
            }
            _ => whole.extend(part),
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::super::Asn1;
    use super::*;
    use proptest::prelude::*;

    fn written(value: &impl Asn1) -> Vec<u8> {
        let mut out = Writer::new();
        value.write(&mut out);
        out.into_vec()
    }

    fn read<T: Asn1>(bytes: &[u8]) -> Result<T, Malformed> {
        Element::of(bytes).and_then(T::read)
    }

    #[test]
    fn the_version_and_options_of_a_known_client() {
        let version: BitString = read(&[3, 2, 5, 0xE0]).unwrap();
        assert_eq!(version, BitString(0b111));
        let options: BitString = read(&[3, 3, 1, 0xE9, 0xA2]).unwrap();
        let bits: Vec<u32> = (0..64).filter(|bit| options.has(*bit)).collect();
        assert_eq!(bits, [0, 1, 2, 4, 7, 8, 10, 14]);
        assert_eq!(written(&options), [3, 3, 1, 0xE9, 0xA2]);
        assert_eq!(written(&BitString(0)), [3, 1, 0]);
    }

    #[test]
    fn accepts_what_other_encoders_send() {
        assert_eq!(read(&[2, 3, 0, 0, 5]), Ok(5_i64));
        assert_eq!(read(&[2, 1, 0xFF]), Ok(-1_i64));
        assert!(read::<i64>(&[2, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1]).is_err());
        assert!(read::<i64>(&[2, 0]).is_err());
        assert_eq!(read(&[1, 1, 1]), Ok(true));
        let segments = [0x24, 0x80, 4, 2, b'a', b'b', 0x24, 3, 4, 1, b'c', 0, 0];
        assert_eq!(read(&segments), Ok(OctetString(b"abc".to_vec())));
    }

    proptest! {
        #[test]
        fn integers_there_and_back(value in any::<i64>(), shift in 0u32..64) {
            let value = value >> shift;
            let bytes = written(&value);
            prop_assert_eq!(read(&bytes), Ok(value));
            let shorter = bytes.len() > 3 && {
                let mut cut = bytes.clone();
                cut.remove(2);
                cut[1] -= 1;
                read(&cut) == Ok(value)
            };
            prop_assert!(!shorter, "{bytes:02x?} is not minimal");
        }

        #[test]
        fn bits_there_and_back(bits in any::<u64>()) {
            prop_assert_eq!(read(&written(&BitString(bits))), Ok(BitString(bits)));
        }
    }
}
