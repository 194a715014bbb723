//! Which characters the bytes of an InternationalString are: digest 1 and 3.

use std::borrow::Cow;

/// What was agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// Nothing: valid UTF-8 is UTF-8, anything else Latin-1 as Bath has it; sent is UTF-8.
    #[default]
    Unagreed,
    /// UTF-8, by ISO 10646.
    Utf8,
    /// Latin-1. Its superset Windows-1252 is read, since that is what is sent under its name.
    Latin1,
}

impl Charset {
    /// The text of these bytes. `None` where they are not what was agreed on.
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        let utf8 = std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
        match self {
            Self::Utf8 => utf8,
            Self::Unagreed => Some(utf8.unwrap_or_else(|| latin1(bytes))),
            Self::Latin1 => Some(latin1(bytes)),
        }
    }

    /// The bytes of this text; what the set has not becomes `?`.
    pub fn encode(self, text: &str) -> Cow<'_, [u8]> {
        match self {
            Self::Latin1 if !text.is_ascii() => Cow::Owned(text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()),
            _ => Cow::Borrowed(text.as_bytes()),
        }
    }
}

fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_agreement_the_bytes_tell() {
        assert_eq!(Charset::Unagreed.decode("kærlig".as_bytes()).as_deref(), Some("kærlig"));
        assert_eq!(Charset::Unagreed.decode(b"k\xE6rlig").as_deref(), Some("kærlig"));
        assert_eq!(Charset::Utf8.decode(b"k\xE6rlig"), None);
        assert_eq!(Charset::Latin1.encode("å—"), &b"\xE5?"[..]);
    }
}
