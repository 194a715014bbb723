//! From fields to the bytes of one message, cleaned on the way: digest 2, 3, 13. One `Vec`, one write to the socket.

use super::tables::{self, Since};
use super::trailer::checksum;
use super::{Charset, Dialect, clean};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::io::Write as _;

/// What ends our messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Terminator {
    /// CR, the protocol's own.
    #[default]
    Cr,
    /// CR LF, for clients that read lines.
    CrLf,
}

/// Which fields go out, and how wide lines may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what version 1.00 knows.
    pub version_1: bool,
    /// Fields that this peer does not get.
    pub hidden: Vec<[u8; 2]>,
    /// Width of the peer's printer and screen in characters; 0 where it is not known.
    pub print_width: usize,
}

/// Fields that some answer must have.
const REQUIRED: [&[u8; 2]; 7] = [b"AO", b"AA", b"AE", b"AB", b"AJ", b"AH", b"AQ"];

/// Writes one message.
#[derive(Debug)]
pub struct Writer<'a> {
    out: Vec<u8>,
    dialect: Dialect,
    filter: Option<&'a Filter>,
}

impl<'a> Writer<'a> {
    /// A writer of everything.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            out: Vec::with_capacity(256),
            dialect,
            filter: None,
        }
    }

    /// A writer that leaves out what the filter names.
    pub fn filtered(dialect: Dialect, filter: &'a Filter) -> Self {
        Self {
            filter: Some(filter),
            ..Self::new(dialect)
        }
    }

    /// A fixed field, already of its width, in ASCII.
    pub fn fixed(&mut self, value: impl Display) {
        // Writing to a Vec cannot fail.
        let _ = write!(self.out, "{value}");
    }

    /// An identified field.
    pub fn field(&mut self, id: [u8; 2], value: &str) {
        if self.leaves_out(id) {
            return self.placeholder(id);
        }
        let Dialect { charset, delimiter } = self.dialect;
        self.out.extend_from_slice(&id);
        // Most values need nothing.
        if clean::is_plain(value, delimiter) {
            self.out.extend_from_slice(value.as_bytes());
        } else {
            let value = clean::clean(value, charset, delimiter);
            clean::encode_cut(&value, charset, delimiter, &mut self.out);
        }
        self.out.push(delimiter);
    }

    /// An identified field given back byte for byte as the peer wrote it, where it may be.
    pub fn echo(&mut self, id: [u8; 2], raw: &[u8], text: &str) {
        let harmless = raw.len() <= clean::MAX_VALUE && !raw.contains(&self.dialect.delimiter) && clean::is_harmless(text);
        if !harmless {
            return self.field(id, text);
        }
        if self.leaves_out(id) {
            return self.placeholder(id);
        }
        self.out.extend_from_slice(&id);
        self.out.extend_from_slice(raw);
        self.out.push(self.dialect.delimiter);
    }

    /// A screen or print line: split into several fields where it is long.
    pub fn lines(&mut self, id: [u8; 2], text: &str) {
        let width = self.filter.map_or(0, |f| f.print_width);
        if text.len() <= width.min(clean::MAX_VALUE) {
            return self.field(id, text);
        }
        let text = clean::clean(text, self.dialect.charset, self.dialect.delimiter);
        for line in clean::wrap(&text, self.dialect.charset, width) {
            self.field(id, &line);
        }
    }

    /// The finished message: with `AY` and `AZ` as the peer's own trailer asks, and the terminator.
    pub fn finish(mut self, trailer: Option<Option<u8>>, terminator: Terminator) -> Vec<u8> {
        if let Some(sequence) = trailer {
            if let Some(digit) = sequence {
                self.out.extend_from_slice(b"AY");
                self.out.push(b'0' + digit.min(9));
            }
            self.out.extend_from_slice(b"AZ");
            let sum = checksum(&self.out);
            let _ = write!(self.out, "{sum:04X}");
        }
        self.out.push(b'\r');
        if terminator == Terminator::CrLf {
            self.out.push(b'\n');
        }
        self.out
    }

    /// The character set in use.
    pub fn charset(&self) -> Charset {
        self.dialect.charset
    }

    /// A required field that is hidden is sent empty: its place must not be missing.
    fn placeholder(&mut self, id: [u8; 2]) {
        if REQUIRED.contains(&&id) {
            self.out.extend_from_slice(&id);
            self.out.push(self.dialect.delimiter);
        }
    }

    fn leaves_out(&self, id: [u8; 2]) -> bool {
        self.filter.is_some_and(|filter| {
            filter.hidden.contains(&id) || (filter.version_1 && tables::field(id).is_none_or(|entry| entry.since != Since::One))
        })
    }
}
