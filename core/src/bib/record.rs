//! The record model: leader, fields in order, subfields in order.

use std::fmt;
use std::str::FromStr;

/// A MARC record. The order of fields and subfields is data and is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The national format its tags and codes are to be read by.
    pub format: Format,
    /// What it describes.
    pub kind: RecordKind,
    /// The 24 characters before the fields.
    pub leader: Leader,
    /// Control and data fields, as they came.
    pub fields: Vec<Field>,
}

/// A national format: which meaning tags and codes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// MARC 21 of the Library of Congress.
    Marc21,
    /// danMARC2 and danMARC3.
    Danmarc2,
    /// UNIMARC of IFLA.
    Unimarc,
}

/// What a record describes; only [`RecordKind::Bib`] is ever shown as a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// A publication.
    Bib,
    /// A controlled heading.
    Authority,
    /// Copies and issues held (MFHD).
    Holdings,
    /// A body, event or service of the community.
    Community,
    /// A class mark of a scheme.
    Classification,
}

/// No such format or kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown name {0:?}")]
pub struct UnknownName(pub String);

impl Format {
    /// The name used in configuration and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Marc21 => "marc21",
            Self::Danmarc2 => "danmarc2",
            Self::Unimarc => "unimarc",
        }
    }

    /// Whether a field of this tag holds one plain string when nothing in the data says otherwise.
    pub fn is_control_tag(self, tag: Tag) -> bool {
        match self {
            Self::Marc21 | Self::Unimarc => tag.0.starts_with(b"00"),
            Self::Danmarc2 => false,
        }
    }
}

impl FromStr for Format {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        [Self::Marc21, Self::Danmarc2, Self::Unimarc]
            .into_iter()
            .find(|format| format.as_str().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownName(name.to_owned()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Bib, Self::Authority, Self::Holdings, Self::Community, Self::Classification];

    /// The name used in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bib => "bib",
            Self::Authority => "authority",
            Self::Holdings => "holdings",
            Self::Community => "community",
            Self::Classification => "classification",
        }
    }
}

impl FromStr for RecordKind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownName(name.to_owned()))
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The leader: 24 ASCII characters, whatever was received.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leader([u8; 24]);

impl Leader {
    /// A leader from bytes that may be damaged: too short is filled with blanks, too long is cut, and what is not
    /// printable ASCII becomes a blank. `true` beside it when something had to be changed.
    pub fn repaired(bytes: &[u8]) -> (Self, bool) {
        let mut leader = [b' '; 24];
        let mut changed = bytes.len() != leader.len();
        for (place, &byte) in leader.iter_mut().zip(bytes) {
            if matches!(byte, b' '..=b'~') {
                *place = byte;
            } else {
                changed = true;
            }
        }
        (Self(leader), changed)
    }

    /// The leader as text.
    pub fn as_str(&self) -> &str {
        // Only printable ASCII is ever stored, see `repaired` and `set`.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The 24 bytes.
    pub fn as_bytes(&self) -> &[u8; 24] {
        &self.0
    }

    /// The character at a position (0–23); a blank beyond.
    pub fn at(&self, position: usize) -> char {
        self.0.get(position).map_or(' ', |&byte| char::from(byte))
    }

    /// Replaces the characters from `position` on by those of `text`, within the 24; others than printable ASCII are
    /// left out.
    pub fn set(&mut self, position: usize, text: &str) {
        for (place, byte) in self.0.iter_mut().skip(position).zip(text.bytes()) {
            if matches!(byte, b' '..=b'~') {
                *place = byte;
            }
        }
    }

    /// The leader without what a carrier decides (length, base address, coding, entry map): equal for one record
    /// in two files.
    pub fn without_carriage(&self, format: Format) -> Self {
        let mut stable = *self;
        stable.set(0, "00000");
        stable.set(10, "2200000");
        stable.set(20, "4500");
        if format == Format::Marc21 {
            stable.set(9, "a");
        }
        stable
    }
}

impl Default for Leader {
    /// A new record that says nothing of type or level.
    fn default() -> Self {
        Self(*b"00000n    2200000   4500")
    }
}

impl fmt::Debug for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl fmt::Display for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A field's tag: three printable ASCII characters, mostly digits (`245`, `d08`, `LKR`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag([u8; 3]);

impl Tag {
    /// The tag of exactly three printable ASCII characters, blanks included.
    pub fn new(text: &str) -> Option<Self> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(|byte| matches!(byte, b' '..=b'~')).then_some(Self(bytes))
    }

    /// A tag from text that may be damaged: zeros are put before a short one (`42` is `042`), a long one is cut, and what
    /// is not printable ASCII becomes `?`. `true` beside it when something had to be changed.
    pub fn repaired(text: &[u8]) -> (Self, bool) {
        let mut tag = [b'0'; 3];
        let missing = tag.len().saturating_sub(text.len());
        let mut changed = text.len() != tag.len();
        for (place, &byte) in tag.iter_mut().skip(missing).zip(text) {
            let printable = matches!(byte, b' '..=b'~');
            changed |= !printable;
            *place = if printable { byte } else { b'?' };
        }
        (Self(tag), changed)
    }

    /// The three characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The three bytes.
    pub fn as_bytes(&self) -> &[u8; 3] {
        &self.0
    }
}

impl PartialEq<str> for Tag {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Tag {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// One plain string (001–009 of MARC 21 and UNIMARC).
    Control {
        /// Its tag.
        tag: Tag,
        /// Its text; positions count, so blanks are kept.
        value: String,
    },
    /// Indicators and subfields.
    Data {
        /// Its tag.
        tag: Tag,
        /// First and second indicator; a blank where there is none.
        indicators: [char; 2],
        /// In order; never sorted.
        subfields: Vec<Subfield>,
    },
}

/// A coded part of a data field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subfield {
    /// Any one character: `a`, `&`, `å`, `Ø`.
    pub code: char,
    /// Its text.
    pub value: String,
}

impl Field {
    /// Its tag.
    pub fn tag(&self) -> Tag {
        match self {
            Self::Control { tag, .. } | Self::Data { tag, .. } => *tag,
        }
    }

    /// The text of a control field.
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Control { value, .. } => Some(value),
            Self::Data { .. } => None,
        }
    }

    /// The subfields of a data field, none of a control field.
    pub fn subfields(&self) -> &[Subfield] {
        match self {
            Self::Control { .. } => &[],
            Self::Data { subfields, .. } => subfields,
        }
    }

    /// The values of the subfields with this code, in order.
    pub fn values(&self, code: char) -> impl Iterator<Item = &str> {
        self.subfields()
            .iter()
            .filter(move |subfield| subfield.code == code)
            .map(|subfield| subfield.value.as_str())
    }

    /// The first subfield with this code.
    pub fn first(&self, code: char) -> Option<&str> {
        self.values(code).next()
    }

    /// Indicator 1 or 2 of a data field (`number` counts from 1); a blank otherwise.
    pub fn indicator(&self, number: usize) -> char {
        match self {
            Self::Control { .. } => ' ',
            Self::Data { indicators, .. } => number
                .checked_sub(1)
                .and_then(|index| indicators.get(index))
                .copied()
                .unwrap_or(' '),
        }
    }
}

impl Record {
    /// The fields with this tag, in order.
    pub fn fields_with<'r>(&'r self, tag: &str) -> impl Iterator<Item = &'r Field> + use<'r> {
        let wanted = Tag::new(tag);
        self.fields.iter().filter(move |field| Some(field.tag()) == wanted)
    }

    /// The text of the first control field with this tag.
    pub fn control(&self, tag: &str) -> Option<&str> {
        self.fields_with(tag).find_map(Field::value)
    }

    /// The first subfield with this code in the first field with this tag that has one.
    pub fn first(&self, tag: &str, code: char) -> Option<&str> {
        self.fields_with(tag).find_map(|field| field.first(code))
    }

    /// What a record of this format is, by its leader and, in danMARC2, by its agency and type of record.
    pub fn kind_of(format: Format, leader: &Leader, fields: &[Field]) -> RecordKind {
        match (format, leader.at(6)) {
            (Format::Marc21, 'z') | (Format::Unimarc, 'x' | 'y' | 'z') => RecordKind::Authority,
            (Format::Marc21, 'u' | 'v' | 'x' | 'y') | (Format::Unimarc, 'u' | 'v') => RecordKind::Holdings,
            (Format::Marc21, 'q') => RecordKind::Community,
            (Format::Marc21, 'w') => RecordKind::Classification,
            (Format::Danmarc2, _) if is_danish_authority(fields) => RecordKind::Authority,
            _ => RecordKind::Bib,
        }
    }
}

/// The national authority file's agency; its records otherwise look like any other.
const DANISH_AUTHORITIES: &str = "870979";

fn is_danish_authority(fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        (field.tag() == "001" && field.first('b') == Some(DANISH_AUTHORITIES)) || (field.tag() == "004" && field.first('a') == Some("x"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_leader_becomes_24_printable_characters() {
        let (leader, changed) = Leader::repaired(b"00714cam\xFF a2");
        assert!(changed);
        assert_eq!(leader.as_str(), "00714cam  a2            ");
        assert!(!Leader::repaired(b"00714cam a2200205 a 4500").1);
    }

    #[test]
    fn a_tag_is_three_printable_ascii_characters() {
        assert_eq!(Tag::new("d08").unwrap().as_str(), "d08");
        assert_eq!(Tag::new("24"), None);
        assert_eq!(Tag::new("24å"), None);
        assert_eq!(Tag::repaired(b"42"), (Tag::new("042").unwrap(), true));
        assert_eq!(Tag::repaired(b"245"), (Tag::new("245").unwrap(), false));
    }

    #[test]
    fn the_leader_tells_the_kind() {
        for (format, letter, kind) in [
            (Format::Marc21, "a", RecordKind::Bib),
            (Format::Marc21, "z", RecordKind::Authority),
            (Format::Marc21, "y", RecordKind::Holdings),
            (Format::Unimarc, "x", RecordKind::Authority),
            (Format::Danmarc2, "z", RecordKind::Bib),
        ] {
            let mut leader = Leader::default();
            leader.set(6, letter);
            assert_eq!(Record::kind_of(format, &leader, &[]), kind, "{format} {letter}");
        }
    }
}
