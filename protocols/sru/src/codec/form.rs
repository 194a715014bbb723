//! `application/x-www-form-urlencoded`: the query of a URL and the body of a POST.

use super::charset::Charset;
use crate::message::Parameters;

/// Most parameters of one request.
const MOST: usize = 200;

/// Why parameters could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    /// Bytes that are no text in the character set that they are said to be in.
    #[error("not in the character set of the request")]
    Charset,
    /// More parameters than anyone needs.
    #[error("too many parameters")]
    TooMany,
}

/// Appends the parameters of `text`. A name or value that is no text in `charset` is a fault, and is appended with U+FFFD for what
/// cannot be read, so that it is known what was asked.
pub fn read(text: &[u8], charset: Charset, into: &mut Parameters) -> Result<(), FormFault> {
    let mut read = Ok(());
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        if into.len() == MOST {
            return Err(FormFault::TooMany);
        }
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let mut half = || {
            let bytes = unescaped(halves.next().unwrap_or_default());
            charset.decode(&bytes).unwrap_or_else(|| {
                read = Err(FormFault::Charset);
                String::from_utf8_lossy(&bytes).into_owned()
            })
        };
        let (name, value) = (half(), half());
        into.push(name, value);
    }
    read
}

fn unescaped(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            (other, _) => bytes.push(other),
        }
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Appends `text` as a value in a URL's query.
pub fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16).unwrap_or('0').to_ascii_uppercase()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_plus_and_broken_escapes() {
        let mut found = Parameters::default();
        read(
            b"query=dc.title%3D%22s%C3%B8%22+x&a=100%&b=%zz&c&=d&&query=second",
            Charset::Utf8,
            &mut found,
        )
        .unwrap();
        assert_eq!(found.get("query"), Some("dc.title=\"sø\" x"));
        assert_eq!(found.get("a"), Some("100%"));
        assert_eq!(found.get("b"), Some("%zz"));
        assert_eq!(found.get("c"), Some(""));
    }

    #[test]
    fn latin_1_is_read_where_it_is_allowed() {
        let mut found = Parameters::default();
        assert_eq!(read(b"query=s%F8", Charset::Utf8, &mut found), Err(FormFault::Charset));
        assert_eq!(found.get("query"), Some("s\u{FFFD}"));
        let mut found = Parameters::default();
        read(b"query=s%F8", Charset::Utf8OrLatin1, &mut found).unwrap();
        assert_eq!(found.get("query"), Some("sø"));
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        let mut text = String::from("q=");
        encode("a b&c=ø\"+%", &mut text);
        let mut found = Parameters::default();
        read(text.as_bytes(), Charset::Utf8, &mut found).unwrap();
        assert_eq!(found.get("q"), Some("a b&c=ø\"+%"));
    }
}
