//! Basic encoding rules: written definite, read definite and indefinite.

/// Deepest nesting that is read.
const DEEPEST: usize = 64;

/// Context class, primitive or constructed as the caller says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// `[n]`.
    Context(u32),
    /// A universal type.
    Universal(u32),
}

/// INTEGER.
pub const INTEGER: Tag = Tag::Universal(2);
/// NULL.
pub const NULL: Tag = Tag::Universal(5);
/// OBJECT IDENTIFIER.
pub const OID: Tag = Tag::Universal(6);
/// EXTERNAL.
pub const EXTERNAL: Tag = Tag::Universal(8);
/// SEQUENCE.
pub const SEQUENCE: Tag = Tag::Universal(16);
/// VisibleString.
pub const VISIBLE: Tag = Tag::Universal(26);
/// GeneralString.
pub const GENERAL: Tag = Tag::Universal(27);

/// A primitive value.
pub fn primitive(tag: Tag, content: &[u8]) -> Vec<u8> {
    encode(tag, 0, content)
}

/// A constructed value of these parts.
pub fn constructed(tag: Tag, parts: &[&[u8]]) -> Vec<u8> {
    encode(tag, 0x20, &parts.concat())
}

/// A whole number, shortest form.
pub fn integer(tag: Tag, number: i64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let spare = bytes
        .windows(2)
        .take_while(|pair| matches!(pair, [0, low] if *low < 0x80) || matches!(pair, [0xff, low] if *low >= 0x80))
        .count();
    primitive(tag, bytes.get(spare..).unwrap_or_default())
}

/// Yes or no.
pub fn boolean(tag: Tag, yes: bool) -> Vec<u8> {
    primitive(tag, if yes { &[0xff] } else { &[0] })
}

/// An object identifier, dotted.
pub fn oid(tag: Tag, dotted: &str) -> Vec<u8> {
    let mut arcs = dotted.split('.').filter_map(|arc| arc.parse::<u32>().ok());
    let first = arcs.next().unwrap_or(0) * 40 + arcs.next().unwrap_or(0);
    let mut content = Vec::new();
    for arc in std::iter::once(first).chain(arcs) {
        base128(arc, &mut content);
    }
    primitive(tag, &content)
}

fn base128(number: u32, out: &mut Vec<u8>) {
    let groups = (0..5)
        .rev()
        .map(|group| (number >> (7 * group)) & 0x7f)
        .skip_while(|bits| *bits == 0);
    let groups: Vec<u32> = groups.collect();
    for (place, bits) in groups.iter().enumerate() {
        let more = if place + 1 < groups.len() { 0x80 } else { 0 };
        out.extend(u8::try_from(bits | more).ok());
    }
    if groups.is_empty() {
        out.push(0);
    }
}

fn encode(tag: Tag, form: u8, content: &[u8]) -> Vec<u8> {
    let (class, number) = match tag {
        Tag::Context(number) => (0x80, number),
        Tag::Universal(number) => (0, number),
    };
    let mut out = Vec::with_capacity(content.len() + 8);
    match u8::try_from(number) {
        Ok(low @ 0..=30) => out.push(class | form | low),
        _ => {
            out.push(class | form | 31);
            base128(number, &mut out);
        }
    }
    match content.len() {
        short @ 0..=127 => out.extend(u8::try_from(short).ok()),
        long => {
            let bytes = long.to_be_bytes();
            let spare = bytes.iter().take_while(|byte| **byte == 0).count();
            let digits = bytes.get(spare..).unwrap_or_default();
            out.extend(u8::try_from(0x80 + digits.len()).ok());
            out.extend_from_slice(digits);
        }
    }
    out.extend_from_slice(content);
    out
}

/// The same value, every constructed one in it of indefinite length. `None` where it is not BER.
pub fn indefinite(bytes: &[u8]) -> Option<Vec<u8>> {
    let (value, rest) = Value::read(bytes)?;
    let header = bytes.len() - rest.len() - value.content.len();
    if !value.constructed {
        return bytes.get(..bytes.len() - rest.len()).map(<[u8]>::to_vec);
    }
    // The tag alone: the length behind it is written anew.
    let tag = match bytes.first()? & 31 {
        31 => 2 + bytes.get(1..header)?.iter().take_while(|byte| **byte & 0x80 != 0).count(),
        _ => 1,
    };
    let mut out = bytes.get(..tag)?.to_vec();
    out.push(0x80);
    let mut inside = value.content;
    while !inside.is_empty() {
        out.extend(indefinite(inside)?);
        inside = Value::read(inside)?.1;
    }
    out.extend([0, 0]);
    Some(out)
}

/// A value that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value<'a> {
    /// Class and number; application and private classes count as context.
    pub tag: Tag,
    /// Whether it holds values.
    pub constructed: bool,
    /// What it holds.
    pub content: &'a [u8],
}

impl<'a> Value<'a> {
    /// Reads the value at the front; gives it and what follows. `None`: not whole, or not BER.
    pub fn read(bytes: &'a [u8]) -> Option<(Value<'a>, &'a [u8])> {
        read(bytes, DEEPEST)
    }

    /// The values inside, up to the first that cannot be read.
    pub fn parts(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let mut left = if self.constructed { self.content } else { &[] };
        std::iter::from_fn(move || {
            let (value, rest) = Value::read(left)?;
            left = rest;
            Some(value)
        })
    }

    /// The first part `[number]`.
    pub fn part(&self, number: u32) -> Option<Value<'a>> {
        self.parts().find(|part| part.tag == Tag::Context(number))
    }

    /// A whole number of at most eight bytes.
    pub fn integer(&self) -> Option<i64> {
        let (first, _) = self.content.split_first()?;
        let start = if *first >= 0x80 { -1 } else { 0 };
        (self.content.len() <= 8).then(|| self.content.iter().fold(start, |number, byte| (number << 8) | i64::from(*byte)))
    }

    /// Yes or no.
    pub fn boolean(&self) -> Option<bool> {
        self.content.first().map(|byte| *byte != 0)
    }

    /// An object identifier, dotted.
    pub fn oid(&self) -> String {
        let (mut arcs, mut arc) = (Vec::new(), 0_u32);
        for byte in self.content {
            arc = (arc << 7) | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                if arcs.is_empty() {
                    arcs.push((arc / 40).min(2));
                    arc -= 40 * (arc / 40).min(2);
                }
                arcs.push(std::mem::take(&mut arc));
            }
        }
        arcs.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
    }

    /// Its bytes as text, the parts joined where it is constructed.
    pub fn text(&self) -> String {
        if self.constructed {
            return self.parts().map(|part| part.text()).collect();
        }
        String::from_utf8_lossy(self.content).into_owned()
    }
}

fn read(bytes: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let (first, mut rest) = bytes.split_first()?;
    let mut number = u32::from(first & 31);
    if number == 31 {
        number = 0;
        loop {
            let (byte, after) = rest.split_first()?;
            rest = after;
            number = number.checked_mul(128)? + u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    let tag = if first & 0xc0 == 0 {
        Tag::Universal(number)
    } else {
        Tag::Context(number)
    };
    let constructed = first & 0x20 != 0;
    let (length, mut rest) = rest.split_first()?;
    let length = match length {
        0x80 => {
            let start = rest;
            let mut inside = rest;
            while !inside.starts_with(&[0, 0]) {
                inside = read(inside, depth.checked_sub(1)?)?.1;
            }
            let content = start.get(..start.len() - inside.len())?;
            return Some((Value { tag, constructed, content }, inside.get(2..)?));
        }
        short @ 0..=127 => usize::from(*short),
        long => {
            let (digits, after) = rest.split_at_checked(usize::from(long & 0x7f))?;
            rest = after;
            digits
                .iter()
                .try_fold(0_usize, |length, digit| length.checked_mul(256)?.checked_add(usize::from(*digit)))?
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((Value { tag, constructed, content }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let inner = [
            integer(Tag::Context(121), 1016),
            oid(OID, "1.2.840.10003.5.109.10"),
            primitive(GENERAL, &[b'x'; 300]),
        ];
        let parts: Vec<&[u8]> = inner.iter().map(Vec::as_slice).collect();
        let bytes = constructed(Tag::Context(22), &parts);
        let (value, rest) = Value::read(&bytes).unwrap();
        assert!(rest.is_empty());
        assert_eq!(value.part(121).unwrap().integer(), Some(1016));
        assert_eq!(value.parts().nth(1).unwrap().oid(), "1.2.840.10003.5.109.10");
        assert_eq!(value.parts().nth(2).unwrap().text().len(), 300);
        for cut in 0..bytes.len() {
            assert!(Value::read(&bytes[..cut]).is_none());
        }
    }

    #[test]
    fn numbers_are_shortest_and_keep_their_sign() {
        for number in [0, 1, 127, 128, -1, -128, -129, 65_535, i64::MAX, i64::MIN] {
            let bytes = integer(INTEGER, number);
            assert_eq!(Value::read(&bytes).unwrap().0.integer(), Some(number));
        }
        assert_eq!(integer(INTEGER, 128), [2, 2, 0, 128]);
    }

    #[test]
    fn lengths_are_made_indefinite_throughout() {
        let inner = constructed(Tag::Context(201), &[&integer(INTEGER, 5)]);
        let outer = constructed(Tag::Context(46), &[&inner, &integer(INTEGER, 0)]);
        let bytes = indefinite(&outer).unwrap();
        assert_eq!(bytes, [0xbf, 46, 0x80, 0xbf, 0x81, 73, 0x80, 2, 1, 5, 0, 0, 2, 1, 0, 0, 0]);
        let (value, rest) = Value::read(&bytes).unwrap();
        assert!(rest.is_empty());
        assert_eq!(value.part(201).unwrap().parts().next().unwrap().integer(), Some(5));
    }

    #[test]
    fn reads_indefinite_lengths() {
        let bytes = [0xb5, 0x80, 0x30, 0x80, 2, 1, 5, 0, 0, 0x82, 2, 0, 0, 0, 0, 9];
        let (value, rest) = Value::read(&bytes).unwrap();
        assert_eq!((value.parts().count(), rest), (2, [9].as_slice()));
        assert!(Value::read(&bytes[..14]).is_none());
    }
}
