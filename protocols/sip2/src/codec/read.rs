//! From the body of a message to its fixed and identified fields: digest 12.5–12.11. Total and lenient; nothing is refused here.

use super::{Charset, SipTime, time};
use crate::message::types::{Fixed, Value};

/// How one peer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Its character set.
    pub charset: Charset,
    /// What ends an identified field: `|` nearly everywhere.
    pub delimiter: u8,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            charset: Charset::Utf8,
            delimiter: b'|',
        }
    }
}

/// An identified field as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Two characters.
    pub id: [u8; 2],
    /// The value's bytes.
    pub value: &'a [u8],
}

/// Reads the fixed part of a body from the left.
#[derive(Debug, Clone, Copy)]
pub struct FixedReader<'a> {
    rest: &'a [u8],
}

impl<'a> FixedReader<'a> {
    /// Starts after the command id.
    pub fn new(body: &'a [u8]) -> Self {
        Self { rest: body }
    }

    /// The next fixed field. Where the part is too short, blanks are assumed.
    pub fn take<T: Fixed>(&mut self) -> T {
        if T::IS_TIME {
            self.step_over_intruder();
        }
        // Fixed parsers take up to their width and cannot fail; the fallback is what an empty part gives.
        match T::parse(self.rest) {
            Ok((rest, value)) => {
                self.rest = rest;
                value
            }
            Err(_) => T::blank(),
        }
    }

    /// The bytes of the next fixed field.
    pub fn taken<T: Fixed>(&mut self) -> &'a [u8] {
        let before = self.rest;
        let _: T = self.take();
        before.get(..before.len() - self.rest.len()).unwrap_or_default()
    }

    /// 12.9: some clients put a 3-character language in front of a date that has none.
    fn step_over_intruder(&mut self) {
        if SipTime::plausible(self.rest) {
            return;
        }
        if let Some(further) = self.rest.get(3..)
            && further.len() >= time::WIDTH
            && SipTime::plausible(further)
        {
            self.rest = further;
        }
    }

    /// The identified fields that follow.
    pub fn pieces(self, delimiter: u8) -> Vec<Piece<'a>> {
        self.rest
            .split(|b| *b == delimiter)
            .filter_map(|piece| {
                let (id, value) = piece.split_first_chunk::<2>()?;
                Some(Piece { id: *id, value })
            })
            .collect()
    }
}

/// Ids whose values lose the blanks around them (12.8). Passwords never do.
const TRIMMED: [&[u8; 2]; 6] = [b"AA", b"AB", b"CN", b"CP", b"AO", b"CG"];

/// Looks identified fields up by id.
#[derive(Debug)]
pub struct FieldReader<'a> {
    pieces: Vec<Piece<'a>>,
    charset: Charset,
}

impl<'a> FieldReader<'a> {
    /// Over the pieces of one message.
    pub fn new(pieces: Vec<Piece<'a>>, charset: Charset) -> Self {
        Self { pieces, charset }
    }

    /// A single-valued field: the first that is not empty, else the first (12.7). What cannot be read is absent.
    pub fn one<T: Value>(&self, id: &[u8; 2]) -> Option<T> {
        let mut all = self.values(id);
        let first = all.next()?;
        let chosen = if first.is_empty() {
            all.find(|v| !v.is_empty()).unwrap_or(first)
        } else {
            first
        };
        T::read(chosen, self.charset)
    }

    /// A repeatable field.
    pub fn all<T: Value>(&self, id: &[u8; 2]) -> Vec<T> {
        self.values(id).filter_map(|v| T::read(v, self.charset)).collect()
    }

    /// Fields that the message does not define, in the order received.
    pub fn others(&self, known: &[&[u8; 2]]) -> Vec<crate::message::types::Extra> {
        self.pieces
            .iter()
            .filter(|piece| !known.contains(&&piece.id) && piece.id.iter().all(u8::is_ascii_graphic))
            .map(|piece| crate::message::types::Extra {
                id: piece.id,
                value: self.charset.decode(piece.value).into_owned(),
            })
            .collect()
    }

    fn values(&self, id: &[u8; 2]) -> impl Iterator<Item = &'a [u8]> {
        let id = *id;
        let trim = TRIMMED.contains(&&id);
        self.pieces
            .iter()
            .filter(move |piece| piece.id == id)
            .map(move |piece| if trim { piece.value.trim_ascii() } else { piece.value })
    }
}
