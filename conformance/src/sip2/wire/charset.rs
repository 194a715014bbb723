//! Character sets of terminals: text to the bytes of the wire and back.
//!
//! The tables are data files and not the server's own, so that a fault in one shows against the other.

use std::str::FromStr;

/// How a terminal's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// ISO 8859-1.
    Latin1,
    /// Windows-1252: Latin-1 with letters in 80–9F.
    Windows1252,
    /// Code page 850, the protocol's own.
    Cp850,
    /// Seven bits; anything else becomes `?`.
    Ascii,
}

const CP850: &str = include_str!("../../../data/cp850.txt");
const WINDOWS_1252: &str = include_str!("../../../data/windows-1252.txt");

impl Charset {
    /// The bytes of `text`; a character the set does not have becomes `?`.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Charset::Utf8 => text.as_bytes().to_vec(),
            _ => text.chars().map(|c| self.byte(c).unwrap_or(b'?')).collect(),
        }
    }

    /// The text of `bytes`; what does not fit becomes U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Charset::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            _ => bytes.iter().map(|&b| self.letter(b)).collect(),
        }
    }

    /// Whether every character of `text` has a place in the set.
    pub fn holds(self, text: &str) -> bool {
        self == Charset::Utf8 || text.chars().all(|c| self.byte(c).is_some())
    }

    fn byte(self, c: char) -> Option<u8> {
        if c.is_ascii() {
            return u8::try_from(u32::from(c)).ok();
        }
        (0x80..=0xFF).find(|&b| self.letter(b) == c)
    }

    fn letter(self, byte: u8) -> char {
        if byte < 0x80 {
            return char::from(byte);
        }
        let high = usize::from(byte - 0x80);
        match self {
            Charset::Utf8 | Charset::Ascii => char::REPLACEMENT_CHARACTER,
            Charset::Latin1 => char::from(byte),
            Charset::Cp850 => CP850.chars().nth(high).unwrap_or(char::REPLACEMENT_CHARACTER),
            Charset::Windows1252 if byte < 0xA0 => WINDOWS_1252.chars().nth(high).unwrap_or(char::REPLACEMENT_CHARACTER),
            Charset::Windows1252 => char::from(byte),
        }
    }
}

impl FromStr for Charset {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "utf-8" | "utf8" => Ok(Charset::Utf8),
            "latin1" | "iso-8859-1" => Ok(Charset::Latin1),
            "windows-1252" => Ok(Charset::Windows1252),
            "cp850" => Ok(Charset::Cp850),
            "ascii" => Ok(Charset::Ascii),
            _ => Err(format!("{name} is none of utf-8, latin1, windows-1252, cp850, ascii")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danish_letters_have_their_bytes() {
        assert_eq!(Charset::Cp850.encode("æøåÆØÅ"), [0x91, 0x9B, 0x86, 0x92, 0x9D, 0x8F]);
        assert_eq!(Charset::Latin1.encode("æøå"), [0xE6, 0xF8, 0xE5]);
        assert_eq!(Charset::Windows1252.encode("€"), [0x80]);
        assert_eq!(Charset::Ascii.encode("å"), b"?");
    }

    #[test]
    fn every_byte_comes_back() {
        for set in [Charset::Latin1, Charset::Cp850, Charset::Windows1252] {
            for byte in 0..=255_u8 {
                assert_eq!(set.encode(&set.decode(&[byte])), [byte], "{set:?} {byte:02X}");
            }
        }
    }
}
