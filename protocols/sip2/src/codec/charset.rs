//! Character sets of terminals: digest 2, 12.11, 13. Reading never fails; writing transliterates what does not fit.

use super::tables;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The character set that a terminal speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Charset {
    /// UTF-8; bytes that are not are read as Windows-1252.
    #[default]
    #[serde(rename = "utf-8", alias = "utf8")]
    Utf8,
    /// ISO 8859-1. Read as its superset Windows-1252.
    #[serde(rename = "latin1", alias = "latin-1", alias = "iso-8859-1")]
    Latin1,
    /// Windows-1252.
    #[serde(rename = "windows-1252", alias = "cp1252")]
    Windows1252,
    /// IBM code page 850, the protocol's own.
    #[serde(rename = "cp850")]
    Cp850,
    /// ASCII; what is read beyond it is taken for UTF-8 or Windows-1252.
    #[serde(rename = "ascii")]
    Ascii,
}

impl Charset {
    /// All of them, for tests and help texts.
    pub const ALL: [Self; 5] = [Self::Utf8, Self::Latin1, Self::Windows1252, Self::Cp850, Self::Ascii];

    /// Reads text; never fails, never normalises.
    pub fn decode<'a>(self, bytes: &'a [u8]) -> Cow<'a, str> {
        match self {
            Self::Utf8 | Self::Ascii => match std::str::from_utf8(bytes) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => windows_1252(bytes),
            },
            Self::Latin1 | Self::Windows1252 => windows_1252(bytes),
            Self::Cp850 => match std::str::from_utf8(bytes) {
                Ok(text) if text.is_ascii() => Cow::Borrowed(text),
                _ => Cow::Owned(bytes.iter().map(|&b| tables::cp850_char(b)).collect()),
            },
        }
    }

    /// Writes text. A character that the set lacks is transliterated (å → aa), else loses its accents, else is `?`.
    pub fn encode(self, text: &str, out: &mut Vec<u8>) {
        if self == Self::Utf8 || text.is_ascii() {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        for c in text.chars() {
            if self.push(c, out) {
                continue;
            }
            if let Some(replacement) = tables::transliteration(c) {
                out.extend_from_slice(replacement.as_bytes());
                continue;
            }
            let before = out.len();
            let mut lost = false;
            for base in std::iter::once(c).nfd().filter(|d| !is_combining_mark(*d)) {
                if !self.push(base, out) {
                    match tables::transliteration(base) {
                        Some(replacement) => out.extend_from_slice(replacement.as_bytes()),
                        None => lost = true,
                    }
                }
            }
            // A mark of its own, whose base letter was written already, vanishes.
            if (lost || out.len() == before) && !is_combining_mark(c) {
                out.truncate(before);
                out.push(b'?');
            }
        }
    }

    /// Writes one character if the set has it.
    fn push(self, c: char, out: &mut Vec<u8>) -> bool {
        if c.is_ascii() {
            out.push(c as u8);
            return true;
        }
        let byte = match self {
            Self::Utf8 => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return true;
            }
            Self::Ascii => None,
            Self::Latin1 => u8::try_from(u32::from(c)).ok().filter(|b| *b >= 0xA0),
            Self::Windows1252 => {
                let mut buffer = [0; 4];
                let (bytes, _, unmappable) = encoding_rs::WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
                if unmappable { None } else { bytes.first().copied() }
            }
            Self::Cp850 => tables::cp850_byte(c),
        };
        out.extend(byte);
        byte.is_some()
    }
}

fn windows_1252(bytes: &[u8]) -> Cow<'_, str> {
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(charset: Charset, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        charset.encode(text, &mut out);
        out
    }

    #[test]
    fn danish_letters_survive_every_set_that_has_them() {
        let text = "Blå Ærø – på ø";
        for charset in [Charset::Utf8, Charset::Windows1252] {
            assert_eq!(charset.decode(&written(charset, text)), text);
        }
        for charset in [Charset::Latin1, Charset::Cp850] {
            assert_eq!(charset.decode(&written(charset, text)), "Blå Ærø - på ø");
        }
        assert_eq!(written(Charset::Ascii, text), b"Blaa AEroe - paa oe");
    }

    #[test]
    fn accents_go_before_letters_do() {
        assert_eq!(written(Charset::Ascii, "Dvořák é 日"), b"Dvorak e ?");
        assert_eq!(written(Charset::Latin1, "e\u{300}"), b"e");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_read_as_windows_1252() {
        assert_eq!(Charset::Utf8.decode(b"Bl\xE5"), "Blå");
    }
}
