//! Character sets of what comes in. What goes out is UTF-8.

use encoding_rs::{Encoding, UTF_8};
use std::borrow::Cow;

/// How the bytes of parameters become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8 and nothing else.
    Utf8,
    /// UTF-8; a name or value that is none is read as ISO 8859-1 (old Danish clients).
    Utf8OrLatin1,
    /// As the request says.
    Named(&'static Encoding),
}

impl Charset {
    /// That of a form's media type (`…; charset=iso-8859-1`); `usual` where it names none, `None` where nobody knows the name or
    /// a form cannot be in it.
    pub fn of(media_type: &str, usual: Self) -> Option<Self> {
        match label(media_type) {
            None => Some(usual),
            Some(label) => match Encoding::for_label(label.as_bytes()) {
                Some(encoding) if encoding == UTF_8 => Some(usual),
                Some(encoding) if encoding.is_ascii_compatible() => Some(Self::Named(encoding)),
                _ => None,
            },
        }
    }

    /// The text of these bytes; `None` where they are none in this character set.
    pub fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Utf8OrLatin1 => Some(match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => bytes.iter().copied().map(char::from).collect(),
            }),
            Self::Named(encoding) => whole(encoding, bytes).map(Cow::into_owned),
        }
    }
}

/// An XML document as text: by its byte order mark, the media type's charset, or its own declaration; else UTF-8. `None` where the
/// bytes are not what was said, or nobody knows what was said.
pub fn document<'b>(body: &'b [u8], media_type: &str) -> Option<Cow<'b, str>> {
    if let Some((encoding, length)) = Encoding::for_bom(body) {
        return whole(encoding, body.get(length..)?);
    }
    let encoding = match label(media_type).or_else(|| declared(body)) {
        Some(label) => Encoding::for_label(label.as_bytes())?,
        None => UTF_8,
    };
    whole(encoding, body)
}

fn whole<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Option<Cow<'b, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

fn label(media_type: &str) -> Option<&str> {
    media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

/// The encoding of an XML declaration, which is ASCII in whatever is no UTF-16.
fn declared(body: &[u8]) -> Option<&str> {
    let end = body.iter().position(|byte| *byte == b'>')?;
    let head = std::str::from_utf8(body.get(..end)?).ok()?.trim_start().strip_prefix("<?xml")?;
    let (_, value) = head.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.split(quote).nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_its_character_set() {
        let of = |media_type| Charset::of(media_type, Charset::Utf8);
        assert_eq!(of("application/x-www-form-urlencoded"), Some(Charset::Utf8));
        let latin1 = of("application/x-www-form-urlencoded; Charset=\"ISO-8859-1\"").unwrap();
        // These bytes would be UTF-8, too.
        assert_eq!(latin1.decode(b"s\xc3\xb8").as_deref(), Some("sÃ¸"));
        assert_eq!(latin1.decode(b"s\xf8").as_deref(), Some("sø"));
        assert_eq!(of("a/b; charset=utf-16"), None);
        assert_eq!(of("a/b; charset=klingon"), None);
    }

    #[test]
    fn a_document_says_its_character_set() {
        let latin1 = b"<?xml version=\"1.0\" encoding='iso-8859-1'?><a>\xf8</a>";
        assert!(document(latin1, "text/xml").unwrap().ends_with("<a>ø</a>"));
        assert_eq!(document(b"<a>\xf8</a>", "text/xml"), None);
        assert_eq!(document(b"<a>\xf8</a>", "text/xml; charset=latin1").as_deref(), Some("<a>ø</a>"));
        assert_eq!(document(b"\xff\xfe<\0a\0/\0>\0", "text/xml").as_deref(), Some("<a/>"));
        assert_eq!(document(b"\xef\xbb\xbf<a/>", "text/xml; charset=latin1").as_deref(), Some("<a/>"));
    }
}
