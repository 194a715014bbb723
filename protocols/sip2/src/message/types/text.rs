//! Fields of text: numbers given back as they came, secrets, lines for screens, and what no message defines.

use super::Value;
use crate::codec::{Charset, Writer};
use std::fmt;

/// A patron's or item's number, kept as it was written so that it can be given back byte for byte. Prints masked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identifier {
    text: String,
    /// Where the bytes are not simply the text in ASCII.
    raw: Option<Vec<u8>>,
}

impl Identifier {
    /// One of our own.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            raw: None,
        }
    }

    /// The number. A patron's may be personal: never for a log.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identifier(…)")
    }
}

impl Value for Identifier {
    fn read(bytes: &[u8], charset: Charset) -> Option<Self> {
        Some(Self {
            text: charset.decode(bytes).into_owned(),
            raw: (!bytes.is_ascii()).then(|| bytes.to_vec()),
        })
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        match &self.raw {
            Some(raw) => out.echo(id, raw, &self.text),
            None => out.field(id, &self.text),
        }
    }
}

/// A password or PIN. Prints as `***`; never trimmed.
#[derive(Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps what was typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The characters, for comparing and hashing only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Value for Secret {
    fn read(bytes: &[u8], charset: Charset) -> Option<Self> {
        Some(Self(charset.decode(bytes).into_owned()))
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        out.field(id, &self.0);
    }
}

/// A screen message or print line; a long one is split when it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub String);

impl Value for Line {
    fn read(bytes: &[u8], charset: Charset) -> Option<Self> {
        Some(Self(charset.decode(bytes).into_owned()))
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        out.lines(id, &self.0);
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A field that the message does not define, kept and given back. Prints its id only.
#[derive(Clone, PartialEq, Eq)]
pub struct Extra {
    /// Two characters.
    pub id: [u8; 2],
    /// Its value.
    pub value: String,
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extra({})", String::from_utf8_lossy(&self.id))
    }
}
