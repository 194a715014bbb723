//! Writing from the back to the front: when a length is written, what it counts already stands behind it.

use super::tag::{Class, Tag};

/// Bytes that grow to the front.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    /// What is written stands at the end.
    buffer: Vec<u8>,
    start: usize,
}

impl Writer {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// How much is written.
    pub fn len(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is written.
    pub fn as_slice(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// What is written, to keep.
    pub fn into_vec(mut self) -> Vec<u8> {
        self.buffer.drain(..self.start);
        self.buffer
    }

    /// Puts bytes before what is written.
    pub fn prepend(&mut self, bytes: &[u8]) {
        if self.start < bytes.len() {
            self.grow(bytes.len());
        }
        let start = self.start - bytes.len();
        if let Some(place) = self.buffer.get_mut(start..self.start) {
            place.copy_from_slice(bytes);
        }
        self.start = start;
    }

    fn grow(&mut self, wanted: usize) {
        let written = self.len();
        let mut larger = vec![0; (written + wanted).next_power_of_two().max(256)];
        let start = larger.len() - written;
        if let Some(place) = larger.get_mut(start..) {
            place.copy_from_slice(self.as_slice());
        }
        self.buffer = larger;
        self.start = start;
    }

    /// A primitive element.
    pub fn primitive(&mut self, tag: Tag, content: &[u8]) {
        self.prepend(content);
        self.header(tag, false, content.len());
    }

    /// An element whose elements `body` writes, the last one first.
    pub fn constructed(&mut self, tag: Tag, body: impl FnOnce(&mut Self)) {
        let before = self.len();
        body(self);
        self.header(tag, true, self.len() - before);
    }

    /// Tag and length before a content of `length` bytes that stands already.
    pub(crate) fn header(&mut self, tag: Tag, constructed: bool, length: usize) {
        match u8::try_from(length) {
            Ok(short @ 0..=0x7F) => self.prepend(&[short]),
            _ => {
                let octets = length.to_be_bytes();
                let zeros = octets.iter().take_while(|octet| **octet == 0).count();
                let significant = octets.get(zeros..).unwrap_or_default();
                self.prepend(significant);
                self.prepend(&[0x80 | significant.len() as u8]);
            }
        }
        let class = match tag.class {
            Class::Universal => 0x00,
            Class::Application => 0x40,
            Class::Context => 0x80,
            Class::Private => 0xC0,
        };
        let lead = class | if constructed { 0x20 } else { 0 };
        if tag.number < 0x1F {
            self.prepend(&[lead | tag.number as u8]);
            return;
        }
        self.base_128(tag.number);
        self.prepend(&[lead | 0x1F]);
    }

    /// A number in base 128, as in long tags and object identifiers.
    pub(super) fn base_128(&mut self, number: u32) {
        self.prepend(&[(number & 0x7F) as u8]);
        let mut rest = number >> 7;
        while rest > 0 {
            self.prepend(&[(rest & 0x7F) as u8 | 0x80]);
            rest >>= 7;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_minimal_definite_lengths() {
        let mut out = Writer::new();
        out.constructed(Tag::context(201), |out| out.primitive(Tag::OCTET_STRING, &[7; 300]));
        assert_eq!(out.as_slice().get(..10), Some(&[0xBF, 0x81, 0x49, 0x82, 1, 48, 4, 0x82, 1, 44][..]));
        assert_eq!(out.len(), 300 + 10);
    }
}
