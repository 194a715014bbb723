//! The form of a stream: what carries the records, and which national format they are in.

use crate::iso2709;
use skranke_core::bib::Format;
use std::fmt;
use std::str::FromStr;

/// What carries records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// ISO 2709, the exchange format proper.
    Iso2709,
    /// MARCXML and marcXchange.
    Xml,
    /// MARC-in-JSON, as an array or one record after the other.
    Json,
    /// danMARC2 line format.
    Line,
    /// MARCMaker and MarcEdit (`.mrk`).
    Mrk,
    /// Lines as `yaz-marcdump` prints them: leader first, subfields with ` $a `.
    PlainLine,
}

/// The form to read a stream in. What is not said is found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Form {
    /// What carries the records.
    pub carrier: Option<Carrier>,
    /// Their national format.
    pub format: Option<Format>,
}

impl Form {
    /// Everything is found out.
    pub const AUTO: Self = Self {
        carrier: None,
        format: None,
    };
}

/// The names a form can be asked for by.
const NAMES: [(&str, Form); 10] = [
    ("auto", Form::AUTO),
    (
        "marc21",
        Form {
            carrier: None,
            format: Some(Format::Marc21),
        },
    ),
    (
        "danmarc2",
        Form {
            carrier: None,
            format: Some(Format::Danmarc2),
        },
    ),
    (
        "unimarc",
        Form {
            carrier: None,
            format: Some(Format::Unimarc),
        },
    ),
    (
        "iso2709",
        Form {
            carrier: Some(Carrier::Iso2709),
            format: None,
        },
    ),
    (
        "marcxml",
        Form {
            carrier: Some(Carrier::Xml),
            format: None,
        },
    ),
    (
        "marcxchange",
        Form {
            carrier: Some(Carrier::Xml),
            format: None,
        },
    ),
    (
        "json",
        Form {
            carrier: Some(Carrier::Json),
            format: None,
        },
    ),
    (
        "line",
        Form {
            carrier: Some(Carrier::Line),
            format: Some(Format::Danmarc2),
        },
    ),
    (
        "mrk",
        Form {
            carrier: Some(Carrier::Mrk),
            format: None,
        },
    ),
];

/// No form has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown form {0:?}; known are auto, marc21, danmarc2, unimarc, iso2709, marcxml, marcxchange, json, line and mrk")]
pub struct UnknownForm(pub String);

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(name: &str) -> Result<Self, UnknownForm> {
        let found = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, form)| *form).ok_or_else(|| UnknownForm(name.to_owned()))
    }
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Iso2709 => "ISO 2709",
            Self::Xml => "XML",
            Self::Json => "MARC-in-JSON",
            Self::Line => "line format",
            Self::Mrk => "mrk",
            Self::PlainLine => "plain lines",
        })
    }
}

/// How many bytes of a stream [`carrier_of`] wants to see.
pub(crate) const PREFIX: usize = 4096;

/// Tells the carrier by a stream's first bytes.
pub(crate) fn carrier_of(prefix: &[u8]) -> Option<Carrier> {
    let prefix = prefix.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(prefix);
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x1A);
    let start = prefix.iter().position(|byte| !blank(byte)).unwrap_or(prefix.len());
    let text = prefix.get(start..).unwrap_or_default();
    match text {
        [b'<', ..] => return Some(Carrier::Xml),
        [b'{' | b'[', ..] => return Some(Carrier::Json),
        [b'=', _, _, _, b' ', ..] => return Some(Carrier::Mrk),
        _ => {}
    }
    if prefix.contains(&iso2709::FIELD_END) || prefix.contains(&iso2709::SUBFIELD) {
        return Some(Carrier::Iso2709);
    }
    let mut lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
    if lines.clone().any(is_danish_line) {
        return Some(Carrier::Line);
    }
    let leader = lines
        .next()
        .is_some_and(|line| line.len() == 24 && iso2709::looks_like_leader(line));
    leader.then_some(Carrier::PlainLine)
}

/// `245 00 *aTitle`, with or without a blank before the star.
fn is_danish_line(line: &[u8]) -> bool {
    let tag = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_alphanumeric);
    match line {
        [a, b, c, b' ', _, _, rest @ ..] if tag(&[*a, *b, *c]) => rest.trim_ascii_start().starts_with(b"*"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_carrier() {
        for (bytes, carrier) in [
            (&b"\xEF\xBB\xBF<?xml"[..], Some(Carrier::Xml)),
            (b" \n[{\"leader\"", Some(Carrier::Json)),
            (b"=LDR  00000nam", Some(Carrier::Mrk)),
            (b"00062cgm a2200037Ia 4500092002400000\x1E", Some(Carrier::Iso2709)),
            (b"001 00 *a1*b2\n", Some(Carrier::Line)),
            (b"oops\n$\n001 00 *a 1 *b 2\n", Some(Carrier::Line)),
            (b"12437nam a22004453i 4500\n001 EBC", Some(Carrier::PlainLine)),
            (b"barcode,bib\n1,2\n", None),
            (b"", None),
        ] {
            assert_eq!(carrier_of(bytes), carrier, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn forms_are_known_by_name() {
        assert_eq!("danMARC2".parse::<Form>().unwrap().format, Some(Format::Danmarc2));
        assert!("csv".parse::<Form>().is_err());
    }
}
