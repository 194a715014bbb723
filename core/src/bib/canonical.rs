//! The canonical byte form, version 1: what storage keeps and what the content hash is taken of.
//!
//! ```text
//! version(1) format(1) kind(1) leader(24) n  n × field
//! field     = tag(3) n+1 ind1 ind2  n × (code text)      data field with n subfields
//!           | tag(3) 0 text                              control field
//! text      = length bytes                               length in bytes, UTF-8
//! n, code, ind, length = LEB128, at most 5 bytes
//! ```
//! It is compact, has one form for each record, and is ours alone: nobody outside reads it.

use super::record::{Field, Format, Leader, Record, RecordKind, Subfield, Tag};
use sha2::{Digest, Sha256};
use std::fmt;

const VERSION: u8 = 1;

/// Why bytes are not a canonical record. Positions count bytes from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// Written by a newer version, or not ours at all.
    #[error("version {0} of the canonical form is not known")]
    Version(u8),
    /// The bytes end inside a record.
    #[error("the bytes end at {at}, inside a record")]
    Truncated {
        /// Where they end.
        at: usize,
    },
    /// A value that no record has.
    #[error("no record has the value at byte {at}")]
    Value {
        /// Where it stands.
        at: usize,
    },
    /// Something follows the record.
    #[error("bytes follow the record at {at}")]
    Trailing {
        /// Where they begin.
        at: usize,
    },
}

/// SHA-256 of a record's canonical form without what a carrier decides (length, base address, coding). Two records
/// with equal hashes are one content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash(pub [u8; 32]);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Record {
    /// The canonical byte form; [`Record::from_canonical`] gives the same record back.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        self.encode(&self.leader, |_| true)
    }

    /// Reads the canonical byte form.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, CanonicalError> {
        Reader { rest: bytes, at: 0 }.record()
    }

    /// The hash by which a re-import sees that nothing changed.
    pub fn content_hash(&self) -> ContentHash {
        let bytes = self.encode(&self.leader.without_carriage(self.format), |_| true);
        ContentHash(Sha256::digest(bytes).into())
    }

    /// The hash of what the record says, its number and dates of change left aside.
    pub(super) fn substance_hash(&self) -> ContentHash {
        let mut leader = self.leader.without_carriage(self.format);
        leader.set(5, "n");
        let bytes = self.encode(&leader, |field| field.tag() != "001" && field.tag() != "005");
        ContentHash(Sha256::digest(bytes).into())
    }

    fn encode(&self, leader: &Leader, keep: impl Fn(&Field) -> bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        out.extend([VERSION, format_code(self.format), kind_code(self.kind)]);
        out.extend(leader.as_bytes());
        put_number(&mut out, self.fields.iter().filter(|field| keep(field)).count());
        for field in self.fields.iter().filter(|field| keep(field)) {
            out.extend(field.tag().as_bytes());
            match field {
                Field::Control { value, .. } => {
                    put_number(&mut out, 0);
                    put_text(&mut out, value);
                }
                Field::Data { indicators, subfields, .. } => {
                    put_number(&mut out, subfields.len() + 1);
                    for &indicator in indicators {
                        put_char(&mut out, indicator);
                    }
                    for Subfield { code, value } in subfields {
                        put_char(&mut out, *code);
                        put_text(&mut out, value);
                    }
                }
            }
        }
        out
    }
}

fn format_code(format: Format) -> u8 {
    match format {
        Format::Marc21 => 1,
        Format::Danmarc2 => 2,
        Format::Unimarc => 3,
    }
}

fn kind_code(kind: RecordKind) -> u8 {
    match kind {
        RecordKind::Bib => 1,
        RecordKind::Authority => 2,
        RecordKind::Holdings => 3,
        RecordKind::Community => 4,
        RecordKind::Classification => 5,
    }
}

fn put_number(out: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7F) as u8;
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn put_char(out: &mut Vec<u8>, character: char) {
    put_number(out, u32::from(character) as usize);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len());
    out.extend(text.as_bytes());
}

/// One piece of a record's canonical bytes, borrowed from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// A control field.
    Control {
        /// Its tag.
        tag: Tag,
        /// What it says.
        value: &'a str,
    },
    /// The beginning of a data field; its subfields follow.
    Data {
        /// Its tag.
        tag: Tag,
        /// Its indicators.
        indicators: [char; 2],
    },
    /// A subfield of the data field that began last.
    Subfield {
        /// Its code.
        code: char,
        /// What it says.
        value: &'a str,
    },
}

/// A record's canonical bytes, piece by piece: for writers that only pass them on. It ends after the first error.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    format: Format,
    leader: Leader,
    count: usize,
    fields_left: usize,
    subfields_left: usize,
    reader: Reader<'a>,
}

impl<'a> Parts<'a> {
    /// Reads what stands before the fields.
    pub fn of(bytes: &'a [u8]) -> Result<Self, CanonicalError> {
        let mut reader = Reader { rest: bytes, at: 0 };
        let (format, _, leader) = reader.head()?;
        let count = reader.number()?;
        Ok(Self {
            format,
            leader,
            count: count.min(reader.rest.len() / 5),
            fields_left: count,
            subfields_left: 0,
            reader,
        })
    }

    /// The format of the record.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Its leader.
    pub fn leader(&self) -> Leader {
        self.leader
    }

    /// How many fields it has at most: what it says, but no more than its bytes can hold.
    pub fn field_count(&self) -> usize {
        self.count
    }

    fn part(&mut self) -> Result<Option<Part<'a>>, CanonicalError> {
        if let Some(left) = self.subfields_left.checked_sub(1) {
            self.subfields_left = left;
            let code = self.reader.character()?;
            let value = self.reader.text()?;
            return Ok(Some(Part::Subfield { code, value }));
        }
        let Some(left) = self.fields_left.checked_sub(1) else {
            return match self.reader.rest.is_empty() {
                true => Ok(None),
                false => Err(CanonicalError::Trailing { at: self.reader.at }),
            };
        };
        self.fields_left = left;
        let tag = self.reader.tag()?;
        let Some(subfields) = self.reader.number()?.checked_sub(1) else {
            let value = self.reader.text()?;
            return Ok(Some(Part::Control { tag, value }));
        };
        self.subfields_left = subfields;
        let indicators = [self.reader.character()?, self.reader.character()?];
        Ok(Some(Part::Data { tag, indicators }))
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Result<Part<'a>, CanonicalError>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.part();
        if part.is_err() {
            (self.fields_left, self.subfields_left) = (0, 0);
            self.reader.rest = &[];
        }
        part.transpose()
    }
}

#[derive(Debug, Clone)]
struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// What stands before the fields.
    fn head(&mut self) -> Result<(Format, RecordKind, Leader), CanonicalError> {
        let version = self.byte()?;
        if version != VERSION {
            return Err(CanonicalError::Version(version));
        }
        let format = [Format::Marc21, Format::Danmarc2, Format::Unimarc];
        let format = self.one_of(&format, format_code)?;
        let kind = self.one_of(&RecordKind::ALL, kind_code)?;
        let at = self.at;
        let (leader, repaired) = Leader::repaired(self.take(24)?);
        if repaired {
            return Err(CanonicalError::Value { at });
        }
        Ok((format, kind, leader))
    }

    fn record(mut self) -> Result<Record, CanonicalError> {
        let (format, kind, leader) = self.head()?;
        let count = self.number()?;
        // A field takes five bytes at least: the count cannot make us reserve more than the input's own size.
        let mut fields = Vec::with_capacity(count.min(self.rest.len() / 5));
        for _ in 0..count {
            fields.push(self.field()?);
        }
        if !self.rest.is_empty() {
            return Err(CanonicalError::Trailing { at: self.at });
        }
        Ok(Record {
            format,
            kind,
            leader,
            fields,
        })
    }

    fn tag(&mut self) -> Result<Tag, CanonicalError> {
        let at = self.at;
        let tag = std::str::from_utf8(self.take(3)?).ok().and_then(Tag::new);
        tag.ok_or(CanonicalError::Value { at })
    }

    fn field(&mut self) -> Result<Field, CanonicalError> {
        let tag = self.tag()?;
        let Some(count) = self.number()?.checked_sub(1) else {
            let value = self.text()?.to_owned();
            return Ok(Field::Control { tag, value });
        };
        let indicators = [self.character()?, self.character()?];
        let mut subfields = Vec::with_capacity(count.min(self.rest.len() / 2));
        for _ in 0..count {
            subfields.push(Subfield {
                code: self.character()?,
                value: self.text()?.to_owned(),
            });
        }
        Ok(Field::Data {
            tag,
            indicators,
            subfields,
        })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], CanonicalError> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(CanonicalError::Truncated {
                at: self.at + self.rest.len(),
            });
        };
        self.rest = rest;
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, CanonicalError> {
        let at = self.at;
        self.take(1)?.first().copied().ok_or(CanonicalError::Truncated { at })
    }

    fn one_of<T: Copy>(&mut self, all: &[T], code: fn(T) -> u8) -> Result<T, CanonicalError> {
        let at = self.at;
        let byte = self.byte()?;
        all.iter()
            .copied()
            .find(|&one| code(one) == byte)
            .ok_or(CanonicalError::Value { at })
    }

    fn number(&mut self) -> Result<usize, CanonicalError> {
        let at = self.at;
        let mut number = 0_u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                // A second spelling of the same number would be a second form of the same record.
                if byte == 0 && shift > 0 {
                    break;
                }
                return usize::try_from(number).map_err(|_| CanonicalError::Value { at });
            }
        }
        Err(CanonicalError::Value { at })
    }

    fn character(&mut self) -> Result<char, CanonicalError> {
        let at = self.at;
        let number = u32::try_from(self.number()?).ok();
        number.and_then(char::from_u32).ok_or(CanonicalError::Value { at })
    }

    fn text(&mut self) -> Result<&'a str, CanonicalError> {
        let length = self.number()?;
        let at = self.at;
        std::str::from_utf8(self.take(length)?).map_err(|_| CanonicalError::Value { at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn field() -> impl Strategy<Value = Field> {
        let tag = "[0-9A-Za-z ]{3}".prop_map(|tag| Tag::new(&tag).unwrap());
        let subfield = (any::<char>(), ".{0,12}").prop_map(|(code, value)| Subfield { code, value });
        (
            tag,
            any::<bool>(),
            ".{0,20}",
            any::<[char; 2]>(),
            prop::collection::vec(subfield, 0..5),
        )
            .prop_map(|(tag, control, value, indicators, subfields)| {
                if control {
                    Field::Control { tag, value }
                } else {
                    Field::Data {
                        tag,
                        indicators,
                        subfields,
                    }
                }
            })
    }

    fn record() -> impl Strategy<Value = Record> {
        let format = prop::sample::select(vec![Format::Marc21, Format::Danmarc2, Format::Unimarc]);
        let kind = prop::sample::select(RecordKind::ALL.to_vec());
        (format, kind, "[ -~]{24}", prop::collection::vec(field(), 0..8)).prop_map(|(format, kind, leader, fields)| Record {
            format,
            kind,
            leader: Leader::repaired(leader.as_bytes()).0,
            fields,
        })
    }

    proptest! {
        #[test]
        fn there_and_back(record in record()) {
            let bytes = record.canonical_bytes();
            prop_assert_eq!(Record::from_canonical(&bytes), Ok(record));
        }

        #[test]
        fn piece_by_piece_it_is_the_same_record(record in record()) {
            let bytes = record.canonical_bytes();
            let parts = Parts::of(&bytes).unwrap();
            prop_assert_eq!(parts.field_count(), record.fields.len());
            let mut read = Record { format: parts.format(), kind: record.kind, leader: parts.leader(), fields: Vec::new() };
            for part in parts {
                match (part.unwrap(), read.fields.last_mut()) {
                    (Part::Control { tag, value }, _) => read.fields.push(Field::Control { tag, value: value.to_owned() }),
                    (Part::Data { tag, indicators }, _) => read.fields.push(Field::Data { tag, indicators, subfields: Vec::new() }),
                    (Part::Subfield { code, value }, Some(Field::Data { subfields, .. })) => {
                        subfields.push(Subfield { code, value: value.to_owned() });
                    }
                    (Part::Subfield { .. }, _) => panic!("a subfield of no field"),
                }
            }
            prop_assert_eq!(read, record);
        }

        #[test]
        fn damaged_bytes_are_damaged_either_way(record in record(), at in any::<prop::sample::Index>(), byte: u8) {
            let mut bytes = record.canonical_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let parts = Parts::of(&bytes).and_then(|parts| parts.map(|part| part.map(drop)).collect::<Result<Vec<()>, _>>());
            prop_assert_eq!(parts.is_ok(), Record::from_canonical(&bytes).is_ok());
        }

        #[test]
        fn any_cut_is_an_error(record in record(), cut in any::<prop::sample::Index>()) {
            let bytes = record.canonical_bytes();
            let cut = cut.index(bytes.len());
            prop_assert_eq!(
                Record::from_canonical(&bytes[..cut]),
                Err(CanonicalError::Truncated { at: cut })
            );
        }

        #[test]
        fn any_bytes_give_one_form_or_an_error(mut bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            if let Some(first) = bytes.first_mut() {
                *first = VERSION;
            }
            if let Ok(record) = Record::from_canonical(&bytes) {
                prop_assert_eq!(record.canonical_bytes(), bytes);
            }
        }

        #[test]
        fn carriage_does_not_change_the_hash(record in record(), length in 0..99_999_u32) {
            let mut other = record.clone();
            other.leader.set(0, &format!("{length:05}"));
            other.leader.set(12, &format!("{length:05}"));
            prop_assert_eq!(other.content_hash(), record.content_hash());
        }
    }

    #[test]
    fn a_changed_value_changes_the_hash() {
        let mut record = Record {
            format: Format::Marc21,
            kind: RecordKind::Bib,
            leader: Leader::default(),
            fields: vec![Field::Control {
                tag: Tag::new("001").unwrap(),
                value: "1".into(),
            }],
        };
        let before = record.content_hash();
        record.fields[0] = Field::Control {
            tag: Tag::new("001").unwrap(),
            value: "2".into(),
        };
        assert_ne!(before, record.content_hash());
    }
}
