//! The bytes of a field as Unicode text: which character set they are in, and how it is read.
//!
//! Leaders lie, so what the bytes themselves show decides, field by field (marc.md, section 4). Each decoder is total:
//! what it cannot read becomes U+FFFD and is reported.

pub mod danmarc;
mod iso5426;
pub mod marc8;
mod tables;

use std::borrow::Cow;
use unicode_normalization::char::compose;

/// A character set that MARC fields come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// MARC-8: ASCII and ANSEL, with escapes to other sets.
    Marc8,
    /// Windows-1252, the superset of Latin-1 that files called Latin-1 are in.
    Latin1,
    /// Latin-1 with danMARC2's `@` escapes.
    Danmarc2,
    /// ISO 5426, of UNIMARC.
    Iso5426,
}

impl Charset {
    /// The name people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Marc8 => "MARC-8",
            Self::Latin1 => "Latin-1",
            Self::Danmarc2 => "danMARC2 Latin-1",
            Self::Iso5426 => "ISO 5426",
        }
    }
}

/// The text of one value, and how many of its parts could not be read and became U+FFFD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// Unreadable parts.
    pub faults: usize,
}

/// Which set the bytes of one field are in, given what the record says of itself.
///
/// The caller compares the answer with `declared` to report a leader that lied.
pub fn detect(field: &[u8], declared: Charset) -> Charset {
    if field.is_ascii() {
        // Plain ASCII is the same in all of them.
        let escaped = field.contains(&marc8::ESCAPE) && marc8::has_escape(field);
        return if escaped { Charset::Marc8 } else { declared };
    }
    let escaped = field.contains(&marc8::ESCAPE) && marc8::has_escape(field);
    let (multibyte, broken) = utf8_evidence(field);
    match declared {
        _ if escaped => Charset::Marc8,
        Charset::Utf8 if broken == 0 => Charset::Utf8,
        // Some of it is UTF-8 beyond doubt: the rest is damage.
        Charset::Utf8 if multibyte >= broken => Charset::Utf8,
        Charset::Utf8 if ansel_marks_fit(field) => Charset::Marc8,
        Charset::Utf8 => Charset::Latin1,
        _ if broken == 0 => Charset::Utf8,
        Charset::Marc8 if !ansel_marks_fit(field) && marc8::decode(field).faults > 0 => Charset::Latin1,
        other => other,
    }
}

/// Reads one value, or a whole field, in a known set.
pub fn decode(bytes: &[u8], charset: Charset) -> Decoded<'_> {
    let special = |byte: &u8| matches!(*byte, marc8::ESCAPE | b'&' | b'@' | b'^' | b'_' | b'`');
    match charset {
        // ASCII text without an escape, a character reference or an @ is the same in all of them, and is the common case.
        _ if bytes.is_ascii() && (charset == Charset::Utf8 || !bytes.iter().any(special)) => Decoded {
            text: String::from_utf8_lossy(bytes),
            faults: 0,
        },
        Charset::Utf8 => utf8(bytes),
        Charset::Marc8 => marc8::decode(bytes),
        Charset::Latin1 => Decoded {
            text: latin1(bytes),
            faults: 0,
        },
        Charset::Danmarc2 => danmarc::decode(&latin1(bytes), danmarc::Escapes::All),
        Charset::Iso5426 => iso5426::decode(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Decoded<'_> {
    let text = String::from_utf8_lossy(bytes);
    let faults = match &text {
        Cow::Borrowed(_) => 0,
        Cow::Owned(_) => bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count(),
    };
    Decoded { text, faults }
}

/// Windows-1252, which reads every byte.
pub fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    // The two C1 codes 98 and 9C are non-sorting marks in MARC data, and nothing else of that block is met as a control.
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
}

/// How many multi-byte sequences the bytes hold as UTF-8, and how many breaks.
fn utf8_evidence(bytes: &[u8]) -> (usize, usize) {
    let mut evidence = (0, 0);
    for chunk in bytes.utf8_chunks() {
        evidence.0 += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        evidence.1 += usize::from(!chunk.invalid().is_empty());
    }
    evidence
}

/// Whether the bytes read as ANSEL make sense: there are combining marks, and each stands before a letter that it composes
/// with, as the accents of Latin-1 do only by chance.
fn ansel_marks_fit(bytes: &[u8]) -> bool {
    let mut marks = bytes.windows(2).filter_map(|pair| match pair {
        [mark @ 0xE0..=0xFE, letter] => Some((tables::ansel_mark(*mark)?, char::from(*letter))),
        _ => None,
    });
    let ends_in_mark = matches!(bytes.last(), Some(0xE0..=0xFE));
    let mut any = false;
    let fit = marks.all(|(mark, letter)| {
        any = true;
        compose(letter, mark).is_some()
    });
    any && fit && !ends_in_mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_overrule_the_leader() {
        for (bytes, declared, found) in [
            (&b"plain"[..], Charset::Marc8, Charset::Marc8),
            ("æble".as_bytes(), Charset::Marc8, Charset::Utf8),
            (b"caf\xE2e", Charset::Utf8, Charset::Marc8),
            (b"K\xF8benhavn", Charset::Utf8, Charset::Latin1),
            (b"caf\xE2e", Charset::Marc8, Charset::Marc8),
            (b"K\xF8benhavn", Charset::Danmarc2, Charset::Danmarc2),
            ("København".as_bytes(), Charset::Danmarc2, Charset::Utf8),
            (b"\x1B(2dbc\x1B(B", Charset::Utf8, Charset::Marc8),
            (b"\xC3\xA6\xC3\xB8 \xFF", Charset::Utf8, Charset::Utf8),
        ] {
            assert_eq!(detect(bytes, declared), found, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn damaged_utf8_is_counted() {
        let decoded = decode(b"\xC3\xA6 \xFF \xC3", Charset::Utf8);
        assert_eq!((decoded.text.as_ref(), decoded.faults), ("æ \u{FFFD} \u{FFFD}", 2));
    }
}
