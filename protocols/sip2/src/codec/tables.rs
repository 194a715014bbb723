//! The protocol's code lists, read once from the files in `data/`. Nobody types a table twice.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A list of codes with their names.
#[derive(Debug)]
pub struct CodeList(Vec<(u16, &'static str)>);

impl CodeList {
    fn read(text: &'static str) -> Self {
        Self(
            rows(text)
                .filter_map(|row| Some((row.first()?.parse().ok()?, *row.get(1)?)))
                .collect(),
        )
    }

    /// The name of a code; `None` for the numbers left free.
    pub fn name(&self, code: u16) -> Option<&'static str> {
        self.0.iter().find(|(c, _)| *c == code).map(|(_, name)| *name)
    }

    /// All codes, in the order of the file.
    pub fn codes(&self) -> impl Iterator<Item = (u16, &'static str)> + '_ {
        self.0.iter().copied()
    }
}

macro_rules! code_lists {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {$(
        $(#[$doc])*
        pub static $name: LazyLock<CodeList> = LazyLock::new(|| CodeList::read(include_str!(concat!("../../data/", $file))));
    )*};
}

code_lists! {
    /// Circulation status, 2 digits (digest 8).
    CIRCULATION_STATUS = "circulation_status.csv";
    /// Security marker, 2 digits.
    SECURITY_MARKER = "security_marker.csv";
    /// Fee type, 2 digits.
    FEE_TYPE = "fee_type.csv";
    /// Payment type, 2 digits, with those that implementations added.
    PAYMENT_TYPE = "payment_type.csv";
    /// Media type, 3 digits.
    MEDIA_TYPE = "media_type.csv";
    /// Hold type, 1 digit.
    HOLD_TYPE = "hold_type.csv";
    /// SC status code, 1 digit.
    SC_STATUS = "sc_status.csv";
    /// Alert type CV, 2 digits, an extension.
    ALERT_TYPE = "alert_type.csv";
    /// Positions of the patron status.
    PATRON_STATUS = "patron_status.csv";
    /// Names of the languages, 3 digits.
    LANGUAGE = "languages.csv";
}

static LANGUAGES: LazyLock<Vec<(u16, &'static str)>> = LazyLock::new(|| {
    rows(include_str!("../../data/languages.csv"))
        .filter_map(|row| Some((row.first()?.parse().ok()?, *row.get(2)?)))
        .collect()
});

/// The language (ISO 639-1) of a code; `None` for 000 and unknown ones: the default.
pub fn language(code: u16) -> Option<&'static str> {
    LANGUAGES.iter().find(|(c, iso)| *c == code && !iso.is_empty()).map(|(_, iso)| *iso)
}

static MAGNETIC: LazyLock<Vec<(u16, bool)>> = LazyLock::new(|| {
    rows(include_str!("../../data/media_type.csv"))
        .filter_map(|row| match (row.first()?.parse().ok()?, *row.get(2)?) {
            (code, "Y") => Some((code, true)),
            (code, "N") => Some((code, false)),
            _ => None,
        })
        .collect()
});

/// Whether a magnetic desensitizer would harm media of this type; `None` where that is not known.
pub fn magnetic(media_type: u16) -> Option<bool> {
    MAGNETIC.iter().find(|(code, _)| *code == media_type).map(|(_, harms)| *harms)
}

/// How a field is named, since when it exists, and whether its value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldEntry {
    /// The standard's name.
    pub name: &'static str,
    /// When it came.
    pub since: Since,
    /// Whom its value betrays.
    pub mask: Mask,
}

/// When a field or message came into the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Version 1.00.
    One,
    /// Version 2.00.
    Two,
    /// Vendors' addition.
    Extension,
}

/// What showing a value would betray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    /// Nothing.
    Open,
    /// What somebody reads.
    Item,
    /// Who it is.
    Person,
    /// A password or PIN: never shown anywhere.
    Secret,
}

static FIELDS: LazyLock<HashMap<[u8; 2], FieldEntry>> = LazyLock::new(|| {
    rows(include_str!("../../data/fields.csv"))
        .filter_map(|row| {
            let id: [u8; 2] = row.first()?.as_bytes().try_into().ok()?;
            let since = match *row.get(2)? {
                "1" => Since::One,
                "2" => Since::Two,
                _ => Since::Extension,
            };
            let mask = match *row.get(3)? {
                "secret" => Mask::Secret,
                "person" => Mask::Person,
                "item" => Mask::Item,
                _ => Mask::Open,
            };
            let name = row.get(1)?;
            Some((id, FieldEntry { name, since, mask }))
        })
        .collect()
});

/// The dictionary's entry of a field (digest 7); `None` for ids that no list has.
pub fn field(id: [u8; 2]) -> Option<FieldEntry> {
    FIELDS.get(&id).copied()
}

/// A message pair of digest 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageEntry {
    /// Command id of the request.
    pub request: [u8; 2],
    /// The standard's name of the request.
    pub name: &'static str,
    /// Whether version 1.00 has it.
    pub since: Since,
    /// Command id of the answer.
    pub answer: [u8; 2],
}

/// All message pairs in the order of `BX`.
pub static MESSAGES: LazyLock<Vec<MessageEntry>> = LazyLock::new(|| {
    rows(include_str!("../../data/messages.csv"))
        .filter_map(|row| {
            Some(MessageEntry {
                request: row.first()?.as_bytes().try_into().ok()?,
                name: row.get(1)?,
                since: if *row.get(2)? == "1" { Since::One } else { Since::Two },
                answer: row.get(3)?.as_bytes().try_into().ok()?,
            })
        })
        .collect()
});

/// The pair whose request has this command id.
pub fn message(request: [u8; 2]) -> Option<&'static MessageEntry> {
    MESSAGES.iter().find(|entry| entry.request == request)
}

/// The position in `BX` of a request.
pub fn bx_position(request: [u8; 2]) -> Option<usize> {
    MESSAGES.iter().position(|entry| entry.request == request)
}

static TRANSLITERATION: LazyLock<HashMap<char, &'static str>> = LazyLock::new(|| {
    include_str!("../../data/transliteration.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut chars = line.chars();
            let from = chars.next()?;
            let to = chars.as_str().strip_prefix(',')?;
            Some((from, if to == "\"\"\"\"" { "\"" } else { to }))
        })
        .collect()
});

/// What stands in for a character that a set lacks.
pub fn transliteration(c: char) -> Option<&'static str> {
    TRANSLITERATION.get(&c).copied()
}

static CP850: LazyLock<(Vec<char>, HashMap<char, u8>)> = LazyLock::new(|| {
    let upper: Vec<char> = rows(include_str!("../../data/cp850.csv"))
        .filter_map(|row| char::from_u32(u32::from_str_radix(row.get(1)?, 16).ok()?))
        .collect();
    let back = upper.iter().zip(0x80..=0xFF).map(|(c, b)| (*c, b)).collect();
    (upper, back)
});

/// The character of a byte in code page 850.
pub fn cp850_char(byte: u8) -> char {
    match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(upper) => CP850.0.get(usize::from(upper)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// The byte of a character beyond ASCII in code page 850.
pub fn cp850_byte(c: char) -> Option<u8> {
    CP850.1.get(&c).copied()
}

/// The lines of a simple CSV file after its header, split at commas.
fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| line.split(',').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_read_whole() {
        assert_eq!(CIRCULATION_STATUS.codes().count(), 13);
        assert_eq!(PATRON_STATUS.codes().count(), 14);
        assert_eq!(LANGUAGE.name(9), Some("Danish"));
        assert_eq!(language(9), Some("da"));
        assert_eq!(language(0), None);
        assert_eq!(MESSAGES.len(), 16);
        assert_eq!(bx_position(*b"65"), Some(15));
        assert_eq!(field(*b"AD").map(|f| f.mask), Some(Mask::Secret));
        assert_eq!(CP850.0.len(), 128);
        assert_eq!((cp850_char(0x9B), cp850_byte('ø')), ('ø', Some(0x9B)));
        assert_eq!(transliteration('„'), Some("\""));
    }
}
